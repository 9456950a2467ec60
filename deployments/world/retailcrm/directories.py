"""The account's own codes, and what is answered where nothing is."""

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import NOT_FOUND, FormRoute, by_field, page_of, refused, told
from deployments.world.retailcrm.room import room_of, sites_of

BOOKS = {
    "statuses": "statuses",
    "status-groups": "statusGroups",
    "sites": "sites",
    "stores": "stores",
    "price-types": "priceTypes",
    "payment-types": "paymentTypes",
    "payment-statuses": "paymentStatuses",
    "order-types": "orderTypes",
    "order-methods": "orderMethods",
    "delivery-types": "deliveryTypes",
}
LISTS = ("stores", "priceTypes")

router = APIRouter(route_class=FormRoute)
elsewhere = APIRouter(route_class=FormRoute)


@router.get("/api/v5/reference/{name}")
async def read_book(request: Request, name: str) -> Response:
    """A book of codes: a map by code, warehouses and types of price a list; of shops those that the key opens."""
    if name not in BOOKS:
        raise refused(404, NOT_FOUND)
    book, entries = BOOKS[name], room_of(request).books.references[BOOKS[name]]
    if book == "sites":
        entries = {code: entry for code, entry in entries.items() if code in sites_of(request)}
    return told({book: list(entries.values()) if book in LISTS else entries})


@router.get("/api/v5/custom-fields")
async def read_custom_fields(request: Request) -> Response:
    """Fields of the account's own, by whose they are and by code."""
    fields = list(room_of(request).books.references["customFields"].values())
    for name in ("entity", "code"):
        fields = [one for one in fields if not by_field(request, name) or one[name] in by_field(request, name)]
    rows, pagination = page_of(request, fields)
    return told({"pagination": pagination, "customFields": rows})


@router.get("/api/v5/settings")
async def read_settings(request: Request) -> Response:
    """What the account says of itself; it knows its zone, which its dates do not name."""
    values = {"default_currency": "RUB", "system_language": "RU", "timezone": room_of(request).knobs.zone}
    return told({"settings": {name: {"value": value, "updated_at": "2026-01-01 00:00:00"} for name, value in values.items()}})


@elsewhere.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
async def nothing_here() -> Response:
    """No such method."""
    raise refused(404, NOT_FOUND)
