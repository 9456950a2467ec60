"""Boxes of an order and their labels. An order here has one line, and the Market lets nobody lessen an order's only line."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.orders import found
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import MarketRoute, room_of
from deployments.world.yandex_market.shapes import Sent, ok

router = APIRouter(route_class=MarketRoute)

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FORMATS = "A9_HORIZONTALLY|A9|A7|A4"


class PartialCount(Sent):
    """``OrderBoxLayoutPartialCountDTO``."""

    current: Annotated[int, Field(strict=True, ge=1)]
    total: Annotated[int, Field(strict=True, ge=2)]


class Instance(Sent):
    """``BriefOrderItemInstanceDTO``."""

    cis: str | None = None
    uin: str | None = None
    rnpt: str | None = None
    gtd: str | None = None


class BoxedItem(Sent):
    """``OrderBoxLayoutItemDTO``."""

    id: Annotated[int, Field(strict=True)]
    full_count: Annotated[int, Field(strict=True, ge=1)] | None = None
    partial_count: PartialCount | None = None
    instances: Annotated[list[Instance], Field(min_length=1)] | None = None


class Box(Sent):
    """``OrderBoxLayoutDTO``."""

    items: Annotated[list[BoxedItem], Field(min_length=1)]


class Layout(Sent):
    """``SetOrderBoxLayoutRequest``."""

    boxes: Annotated[list[Box], Field(min_length=1)]
    allow_remove: Annotated[bool, Field(strict=True)] = False


@router.put("/v2/campaigns/{campaign_id}/orders/{order_id}/boxes", operation_id="setOrderBoxLayout")
async def put_boxes(request: Request, campaign_id: int, order_id: int, sent: Layout) -> dict[str, Any]:
    """The boxes, replaced whole, until the order is ready."""
    order = found(room_of(request), campaign_id, order_id)
    if (order.status, order.substatus) != ("PROCESSING", "STARTED"):
        raise refuse(400, f"No permission to set boxes for order {order.id} with status {order.status}, {order.substatus}")
    pcs = _counted(order, sent)
    if pcs > order.pcs or (pcs < order.pcs and not sent.allow_remove):
        raise refuse(400, f"Boxes of order {order.id} hold {pcs} of item {order.id * 10}, and {order.pcs} were ordered")
    if pcs < order.pcs:
        raise refuse(400, f"The only item of order {order.id} cannot be removed")
    told = [box.model_dump(by_alias=True, exclude_none=True) for box in sent.boxes]
    return ok(result={"boxes": [{"boxId": order.id * 100 + number, **box} for number, box in enumerate(told, 1)]})


@router.get("/v2/campaigns/{campaign_id}/orders/{order_id}/delivery/labels", operation_id="generateOrderLabels")
async def print_labels(
    request: Request,
    campaign_id: int,
    order_id: int,
    page: Annotated[str, Query(alias="format", pattern=f"^({FORMATS})$")] = "A7",
) -> Response:
    """A PDF with a label for each box."""
    order = found(room_of(request), campaign_id, order_id)
    if order.status != "PROCESSING":
        raise refuse(400, f"No labels for order {order.id} with status {order.status}, {order.substatus}, as {page}")
    return Response(PDF, media_type="application/pdf")


def _counted(order: Order, sent: Layout) -> int:
    pcs = 0
    for item in (item for box in sent.boxes for item in box.items):
        if item.id != order.id * 10:
            raise refuse(400, f"No item {item.id} in order {order.id}")
        if (item.full_count is None) == (item.partial_count is None):
            raise refuse(400, f"Item {item.id} needs either fullCount or partialCount")
        pcs += item.full_count or (1 if item.partial_count and item.partial_count.current == 1 else 0)
    return pcs
