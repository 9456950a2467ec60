"""What Ozon carries back to the seller: the list of it, and orders to send goods on their way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.ozon.asking import INVALID, Asked, Moment, read, refused, roubles, stamp, told
from deployments.world.ozon.control import opened, posting_of
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import RoomRoute, make_control

router = APIRouter(route_class=RoomRoute)
control = make_control()

FIRST_RETURN = 1_000_015_551
TYPES = ("Cancellation", "FullReturn", "PartialReturn", "ClientReturn", "Unknown")
STATUSES = {
    "WaitingShipment": (33, "Ожидает отправки"),
    "MovingToSeller": (17, "Возврат на пути к вам"),
    "ReturningToSellerByCourier": (18, "Курьер везёт возврат вам"),
    "ArrivedAtReturnPlace": (3, "В пункте выдачи"),
    "ReceivedBySeller": (15, "Вы получили возврат"),
    "ReturnedToOzon": (32, "На складе Ozon"),
    "Utilized": (20, "Утилизирован"),
    "Cancelled": (12, "Заявка отменена"),
    "MoneyReturned": (21, "Вернули всю сумму"),
}
LAST = ("ReceivedBySeller", "ReturnedToOzon")


@dataclass(kw_only=True)
class Return:
    """Pieces of a posting on their way back."""

    return_id: int
    posting: Posting
    pcs: int
    kind: str
    reason: str
    status: str
    made_at: datetime
    changed_at: datetime
    final_at: datetime | None = None


class Period(Asked):
    """From and to."""

    time_from: Moment | None = None
    time_to: Moment | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a moment is within."""
        return (self.time_from is None or at >= self.time_from) and (self.time_to is None or at <= self.time_to)


class GetReturnsListRequestFilter(Asked):
    """By one period at most, and by what is told of it."""

    logistic_return_date: Period | None = None
    storage_tariffication_start_date: Period | None = None
    visual_status_change_moment: Period | None = None
    order_id: int = 0
    posting_numbers: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    offer_id: str = ""
    visual_status_name: str = ""
    warehouse_id: int = 0
    barcode: str = ""
    return_schema: str = ""
    compensation_status_id: int = 0
    product_name: str = ""

    @property
    def periods(self) -> int:
        """How many periods are told."""
        told_ = (self.logistic_return_date, self.storage_tariffication_start_date, self.visual_status_change_moment)
        return sum(one is not None for one in told_)

    def lets(self, one: Return) -> bool:
        """The return suits."""
        return (
            (self.visual_status_change_moment is None or self.visual_status_change_moment.holds(one.changed_at))
            and (self.logistic_return_date is None or self.logistic_return_date.holds(one.made_at))
            and (not self.posting_numbers or one.posting.posting_number in self.posting_numbers)
            and self.offer_id in {"", one.posting.offer_id}
            and self.visual_status_name in {"", one.status}
            and self.return_schema in {"", "FBS"}
        )


class GetReturnsListRequest(Asked):
    """A page of returns."""

    filter: GetReturnsListRequestFilter = GetReturnsListRequestFilter()
    limit: Annotated[int, Field(ge=1, le=500)]
    last_id: int = 0


class SentBack(BaseModel):
    """What becomes of pieces of a posting."""

    model_config = ConfigDict(extra="forbid")

    pcs: int = Field(ge=1)
    kind: str = "FullReturn"
    reason: str = "Покупатель отказался при вручении"
    status: str = "MovingToSeller"


@router.post("/v1/returns/list")
async def returns_list(request: Request) -> Response:
    """Returns after ``last_id``, by id."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetReturnsListRequest)
    if asked.filter.periods > 1:
        raise refused(INVALID, "Request validation error: only one time filter may be used")
    room.now()
    found = [one for one in room.books.returns.values() if one.return_id > asked.last_id and asked.filter.lets(one)]
    page = found[: asked.limit]
    return told({"returns": [_shown(one) for one in page], "has_next": len(found) > len(page)})


@control.post("/orders/{order_ref}/returns")
async def send_back(request: Request, order_ref: str, sent: SentBack) -> int:
    """Pieces of a posting are sent back; the return's id."""
    room, now = opened(request)
    posting = posting_of(room, order_ref)
    if sent.status not in STATUSES or sent.kind not in TYPES or sent.pcs > posting.pcs:
        raise HTTPException(422, f"{order_ref} has {posting.pcs}; or no such status or kind")
    made = Return(
        return_id=FIRST_RETURN + len(room.books.returns) + 1,
        posting=posting,
        pcs=sent.pcs,
        kind=sent.kind,
        reason=sent.reason,
        status=sent.status,
        made_at=now,
        changed_at=now,
        final_at=now if sent.status in LAST else None,
    )
    room.books.returns[made.return_id] = made
    return made.return_id


@control.put("/returns/{return_id}")
async def move_on(request: Request, return_id: int, status: str) -> None:
    """A return moves on; 404 where there is none."""
    room, now = opened(request)
    one = room.books.returns.get(return_id)
    if one is None or status not in STATUSES:
        raise HTTPException(404, f"no return {return_id}, or no status {status}")
    one.status, one.changed_at = status, now
    one.final_at = now if status in LAST else one.final_at


def _shown(one: Return) -> dict[str, Any]:
    number, name = STATUSES[one.status]
    place = {"id": 23_869_688_194_000, "name": "СЦ_Львовский_Возвраты", "address": "Россия, обл. Московская, г. Подольск"}
    price = {"currency_code": "RUB", "price": float(roubles(one.posting.price_kopecks))}
    return {
        "exemplars": [{"id": one.return_id * 10 + piece} for piece in range(one.pcs)],
        "id": one.return_id,
        "company_id": 1,
        "return_reason_name": one.reason,
        "type": one.kind,
        "schema": "Fbs",
        "order_id": one.posting.order_id,
        "order_number": one.posting.order_number,
        "place": place,
        "target_place": place,
        "product": {
            "sku": one.posting.sku,
            "offer_id": one.posting.offer_id,
            "name": one.posting.name,
            "price": price,
            "price_without_commission": price,
            "commission_percent": 0.0,
            "commission": {"currency_code": "RUB", "price": 0.0},
            "quantity": one.pcs,
        },
        "logistic": {
            **({"final_moment": stamp(one.final_at)} if one.final_at else {}),
            "return_date": stamp(one.made_at),
            "barcode": f"ii{one.return_id}",
        },
        "visual": {"status": {"id": number, "display_name": name, "sys_name": one.status}, "change_moment": stamp(one.changed_at)},
        "additional_info": {"is_opened": True, "is_super_econom": False},
        "source_id": one.return_id - 1,
        "posting_number": one.posting.posting_number,
        "clearing_id": one.return_id * 7,
    }
