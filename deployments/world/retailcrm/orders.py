"""Orders: made, changed, uploaded, listed."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import (
    BAD_PARAMETERS,
    INVALID,
    NOT_FOUND,
    FormRoute,
    asked,
    by_field,
    entity,
    listed,
    page_of,
    refused,
    told,
)
from deployments.world.retailcrm.books import Books, Order
from deployments.world.retailcrm.making import change, faults_of, place
from deployments.world.retailcrm.room import act_of, room_of, site_of, sites_of
from deployments.world.retailcrm.said import FixSaid, LinkSaid, OrderSaid
from deployments.world.retailcrm.telling import order_told, stamp
from deployments.world.room import Refusal

EXISTS = "Order already exists."
PARTLY = 460
READ_BY: dict[str, Callable[[Order], str | None]] = {
    "ids": lambda order: str(order.order_id),
    "externalIds": lambda order: order.external_id,
    "numbers": lambda order: order.number,
    "sites": lambda order: order.site,
    "extendedStatus": lambda order: order.status,
}

router = APIRouter(route_class=FormRoute)


@router.post("/api/v5/orders/create")
async def create(request: Request) -> Response:
    """A new order; an external id that the shop knows already is refused, whose words the vendor does not document."""
    room, said, site = room_of(request), entity(request, "order", OrderSaid), site_of(request)
    if said.external_id is not None and room.books.is_taken("orders", site, said.external_id):
        raise refused(400, EXISTS)
    if faults := faults_of(room.books, said, site):
        raise refused(400, INVALID, faults)
    order = place(room.books, said, site, act_of(request))
    return told({"id": order.order_id, "order": order_told(room.books, order, room.zone)}, 201)


@router.post("/api/v5/orders/upload")
async def upload(request: Request) -> Response:
    """Up to 50 new orders; where some are refused the others are made all the same, and the status is 460."""
    room, said, site = room_of(request), entity(request, "orders", list[OrderSaid]), site_of(request)
    if len(said) > room.knobs.upload_max:
        raise refused(400, INVALID, [f"orders: This collection should contain {room.knobs.upload_max} elements or less."])
    made: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    faults: list[str] = []
    for one in said:
        wrong = [EXISTS] if one.external_id and room.books.is_taken("orders", site, one.external_id) else faults_of(room.books, one, site)
        if room.faults.take_item(one.external_id or "") is not None:
            wrong = ["Internal error"]
        faults += wrong
        if wrong:
            failed.append({"externalId": one.external_id})
        else:
            order = place(room.books, one, site, act_of(request))
            made.append({"id": order.order_id, "externalId": order.external_id})
    if failed:
        body = {"success": False, "uploadedOrders": made, "failedOrders": failed, "errorMsg": "Orders are loaded with errors"}
        raise Refusal(PARTLY, {**body, "errors": faults})
    return told({"uploadedOrders": made})


@router.post("/api/v5/orders/fix-external-ids")
async def fix(request: Request) -> Response:
    """External ids are given to orders by their own; all or none."""
    room = room_of(request)
    rows = [(room.books.orders.get(one.id), one.external_id) for one in entity(request, "orders", list[FixSaid])]
    orders = [(order, external_id) for order, external_id in rows if order is not None and order.site in sites_of(request)]
    if len(orders) < len(rows) or any(
        room.books.is_taken("orders", order.site, external_id, but=order.order_id) for order, external_id in orders
    ):
        raise refused(400, "Invalid input parameters")
    for order, external_id in orders:
        change(room.books, order, OrderSaid(externalId=external_id), act_of(request))
    return told({})


@router.post("/api/v5/orders/links/create")
async def link(request: Request) -> Response:
    """Orders that belong together are linked."""
    room, said, site = room_of(request), entity(request, "link", LinkSaid), site_of(request)
    orders = [room.books.order(one.model_dump(by_alias=True), site) for one in said.orders]
    found = [one for one in orders if one is not None and one.site in sites_of(request)]
    if len(found) < len(orders):
        raise refused(400, INVALID, ["orders: Order not found."])
    for one in found:
        one.linked += [other.order_id for other in found if other is not one]
    return told({}, 201)


@router.get("/api/v5/orders/statuses")
async def statuses(request: Request) -> Response:
    """Statuses of orders by their ids, of whichever shops the key opens; those not found are left out."""
    room = room_of(request)
    books, sites = room.books, sites_of(request)
    ids = [int(one) for one in listed(asked(request).get("ids")) if one.isdigit()]
    ids += [
        books.known_as.get(("orders", site, external_id), 0) for external_id in listed(asked(request).get("externalIds")) for site in sites
    ]
    found = [books.orders[one] for one in dict.fromkeys(ids) if one in books.orders and books.orders[one].site in sites]
    return told({"orders": [_status_told(books, one) for one in found]})


@router.get("/api/v5/orders")
async def read_all(request: Request) -> Response:
    """Orders, newest first, by pages of 20, 50 or 100."""
    room = room_of(request)
    suits, sites = _chosen(request), sites_of(request)
    found = [one for one in reversed(room.books.orders.values()) if one.site in sites and suits(one)]
    rows, pagination = page_of(request, found)
    return told({"pagination": pagination, "orders": [order_told(room.books, one, room.zone) for one in rows]})


@router.get("/api/v5/orders/{external_id}")
async def read(request: Request, external_id: str) -> Response:
    """One order."""
    room = room_of(request)
    return told({"order": order_told(room.books, found_order(request, external_id), room.zone)})


@router.post("/api/v5/orders/{external_id}/edit")
async def edit(request: Request, external_id: str) -> Response:
    """What is said of an order replaces what was."""
    room, said = room_of(request), entity(request, "order", OrderSaid)
    order = found_order(request, external_id)
    if said.external_id is not None and room.books.is_taken("orders", order.site, said.external_id, but=order.order_id):
        raise refused(400, EXISTS)
    if faults := faults_of(room.books, said, order.site):
        raise refused(400, INVALID, faults)
    change(room.books, order, said, act_of(request))
    return told({"id": order.order_id, "order": order_told(room.books, order, room.zone)})


def found_order(request: Request, ref: str) -> Order:
    """The order that the path names, by its external id unless ``by`` says otherwise.

    Raises:
        Refusal: there is none, or the key does not open its shop.
    """
    books, by = room_of(request).books, asked(request).get("by", "externalId")
    if by not in ("id", "externalId"):
        raise refused(400, BAD_PARAMETERS, {"by": "The value you selected is not a valid choice."})
    is_own = by == "id"
    named = {"id": int(ref) if ref.isdigit() else 0} if is_own else {"externalId": ref}
    order = books.order(named, None if is_own else site_of(request))
    if order is None or order.site not in sites_of(request):
        raise refused(404, NOT_FOUND)
    return order


def _chosen(request: Request) -> Callable[[Order], bool]:
    zone = room_of(request).zone
    wanted = {name: by_field(request, name) for name in READ_BY if by_field(request, name)}
    since, until = (next(iter(by_field(request, name)), None) for name in ("createdAtFrom", "createdAtTo"))

    def suits(order: Order) -> bool:
        day = stamp(order.created_at, zone)[:10] if since or until else ""
        is_named = all(READ_BY[name](order) in values for name, values in wanted.items())
        return is_named and (since is None or since <= day) and (until is None or day <= until)

    return suits


def _status_told(books: Books, order: Order) -> dict[str, Any]:
    group = books.references["statuses"][order.status]["group"]
    body = {"id": order.order_id, "status": order.status, "group": group}
    return {**body, "externalId": order.external_id} if order.external_id else body
