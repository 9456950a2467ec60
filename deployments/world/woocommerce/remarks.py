"""Remarks beside an order, for the shop alone or for the buyer, who gets a letter of each. Source: the recorded index of 10.0.2."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.woocommerce.fields import REMARK, REMARKS, check_body, check_query, missing
from deployments.world.woocommerce.order_books import Remark
from deployments.world.woocommerce.order_writing import order_of
from deployments.world.woocommerce.room import REST, api_of, room_of
from deployments.world.woocommerce.showing import as_remark

router = APIRouter(prefix=f"{REST}/orders", route_class=RoomRoute)

FOR_BUYER = {"customer": {True}, "internal": {False}, "any": {True, False}}


@router.get("/{order_id:int}/notes")
async def list_remarks(request: Request, order_id: int) -> Response:
    """All remarks of an order, newest first, without pages."""
    query = check_query(request.query_params, REMARKS)
    order = order_of(room_of(request), order_id)
    wanted = FOR_BUYER[query.get("type", "any")]
    shown = [as_remark(one, order, api_of(request)) for one in reversed(order.remarks) if one.is_for_buyer in wanted]
    return JSONResponse(shown)


@router.post("/{order_id:int}/notes")
async def remark(request: Request, order_id: int) -> Response:
    """A remark; the same call twice makes two."""
    room = room_of(request)
    order = order_of(room, order_id)
    told: dict[str, Any] = check_body(await request.json(), REMARK)
    if "note" not in told:
        raise missing("note")
    made = Remark(remark_id=room.books.next_id(), words=told["note"], is_for_buyer=told.get("customer_note", False), at=room.clock.now())
    order.remarks = (*order.remarks, made)
    return JSONResponse(as_remark(made, order, api_of(request)), status_code=201)
