"""Payments of orders."""

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import BAD_FORMAT, INVALID, FormRoute, asked, entity, refused, told
from deployments.world.retailcrm.books import Payment
from deployments.world.retailcrm.making import change_payment, drop_payment, pay, payment_faults
from deployments.world.retailcrm.room import act_of, room_of, site_of, sites_of
from deployments.world.retailcrm.said import NewPaymentSaid, PaymentSaid

router = APIRouter(route_class=FormRoute)


@router.post("/api/v5/orders/payments/create")
async def create(request: Request) -> Response:
    """A payment of an order that it names."""
    room, said = room_of(request), entity(request, "payment", NewPaymentSaid)
    named = said.order.model_dump(by_alias=True) if said.order else {}
    if all(named.get(name) is None for name in ("id", "externalId", "number")):
        raise refused(400, BAD_FORMAT, {"order": "Set one of the following fields: id, externalId, number"})
    order = room.books.order(named, site_of(request) if named.get("id") is None else None)
    if order is None or order.site not in sites_of(request):
        raise refused(400, INVALID, ["order: Order not found."])
    if faults := payment_faults(room.books, said):
        raise refused(400, INVALID, faults)
    payment = pay(room.books, order, said, act_of(request))
    return told({"id": payment.payment_id}, 201)


@router.post("/api/v5/orders/payments/{payment_ref}/edit")
async def edit(request: Request, payment_ref: str) -> Response:
    """What is said of a payment replaces what was; named by its id, or by its external one."""
    room, said = room_of(request), entity(request, "payment", PaymentSaid)
    payment = _payment(request, payment_ref, by=asked(request).get("by", "id"))
    if faults := payment_faults(room.books, said):
        raise refused(400, INVALID, faults)
    change_payment(room.books, payment, said, act_of(request))
    return told({"id": payment.payment_id})


@router.post("/api/v5/orders/payments/{payment_ref}/delete")
async def delete(request: Request, payment_ref: str) -> Response:
    """A payment leaves its order."""
    room = room_of(request)
    drop_payment(room.books, _payment(request, payment_ref, by="id"), act_of(request))
    return told({})


def _payment(request: Request, ref: str, *, by: str) -> Payment:
    books = room_of(request).books
    payment_id = int(ref) if ref.isdigit() else 0
    if by == "externalId":
        named = (one for order in books.orders.values() for one in order.payments.values() if one.external_id == ref)
        payment_id = next((one.payment_id for one in named), 0)
    order = books.orders.get(books.payments.get(payment_id, 0))
    if order is None or order.site not in sites_of(request):
        raise refused(404, "Payment not found")
    return order.payments[payment_id]
