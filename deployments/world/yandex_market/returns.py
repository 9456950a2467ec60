"""Returns and unredeemed orders of a shop: the list of them, and orders to send goods on their way."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.room import make_control
from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import MarketRoute, room_of
from deployments.world.yandex_market.shapes import MOSCOW, as_moment, ok, read_page

router = APIRouter(route_class=MarketRoute)
control = make_control()

SHIPMENT_OF = {"RECEIVED_ON_FULFILLMENT": "FULFILMENT_RECEIVED", "EXPROPRIATED": "RECEIVED_FOR_EXPROPRIATION"}
"""Where the return as a whole is, by a piece's status, where the words differ."""
FIRST_RETURN = 7_000_000
Kind = Literal["RETURN", "UNREDEEMED"]
KINDS = get_args(Kind)


@dataclass(kw_only=True)
class Return:
    """Pieces of an order on their way back; each has a status and a kind of stock."""

    id: int
    order: Order
    kind: str
    reason: str
    created_at: datetime
    updated_at: datetime
    pieces: list[tuple[str, str]] = field(default_factory=list)


class SentBack(BaseModel):
    """What becomes of pieces of an order: a status and a kind of stock each."""

    model_config = ConfigDict(extra="forbid")

    pieces: list[tuple[str, str]] = Field(min_length=1)
    kind: Kind = "UNREDEEMED"
    reason: str = "DOES_NOT_FIT"


@router.get("/v2/campaigns/{campaign_id}/returns", operation_id="getReturns")
async def read_returns(request: Request, campaign_id: int) -> dict[str, Any]:
    """Returns of a shop, by the days on which they changed, both within."""
    room = room_of(request)
    since, until = _day(request, "fromDate"), _day(request, "toDate")
    kind = request.query_params.get("type")
    if kind not in {None, *KINDS}:
        raise refuse(400, f"Type mismatch: {kind}")

    def suits(one: Return) -> bool:
        day = one.updated_at.astimezone(MOSCOW).date()
        is_within = (since is None or day >= since) and (until is None or day <= until)
        return one.order.campaign_id == campaign_id and kind in {None, one.kind} and is_within

    rows, paging = read_page(request, default=50, most=100, is_truncated=True).take(list(room.books.returns.values()), suits)
    return ok(result={"returns": [_shown(one) for one in rows], "paging": paging})


@control.post("/orders/{order_id}/returns")
async def send_back(request: Request, order_id: int, sent: SentBack) -> int:
    """Pieces of an order are sent back; the return's id."""
    room = room_of(request)
    order = room.books.orders.get(order_id)
    if order is None or len(sent.pieces) > order.pcs:
        raise HTTPException(404, f"no order {order_id}, or not of so many pieces")
    now = room.clock.now()
    made = Return(
        id=FIRST_RETURN + len(room.books.returns) + 1,
        order=order,
        kind=sent.kind,
        reason=sent.reason,
        created_at=now,
        updated_at=now,
        pieces=list(sent.pieces),
    )
    room.books.returns[made.id] = made
    return made.id


@control.put("/returns/{return_id}")
async def move_on(request: Request, return_id: int, pieces: list[tuple[str, str]]) -> None:
    """The pieces of a return move on; 404 where there is none."""
    room = room_of(request)
    one = room.books.returns.get(return_id)
    if one is None:
        raise HTTPException(404, f"no return {return_id}")
    one.pieces, one.updated_at = list(pieces), room.clock.now()


def _day(request: Request, name: str) -> date | None:
    given = request.query_params.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise refuse(400, f"Type mismatch: {given}") from None


def _shown(one: Return) -> dict[str, Any]:
    status = one.pieces[0][0]
    item = {
        "marketSku": 100_000_000,
        "shopSku": one.order.sku,
        "count": len(one.pieces),
        "instances": [{"status": status, "stockType": stock} for status, stock in one.pieces],
    }
    decision = {"returnItemId": one.id * 10, "count": len(one.pieces), "reasonType": one.reason, "decisionType": "REFUND_MONEY"}
    return {
        "id": one.id,
        "orderId": one.order.id,
        "creationDate": as_moment(one.created_at),
        "updateDate": as_moment(one.updated_at),
        "returnType": one.kind,
        "shipmentStatus": SHIPMENT_OF.get(status, status),
        "items": [{**item, "decisions": [decision]} if one.kind == "RETURN" else item],
    }
