"""Assembling a posting, whole or in packages, splitting it, and dropping what is missing.

Where a posting is split, a part stays under its number and the others get numbers of their own with ``parent_posting_number``. That the
first part is the one that stays where everything is split off is our reading; the specification does not say.
"""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon import assembling, sales
from deployments.world.ozon.asking import INVALID, PRECONDITION, Asked, read, refused, told
from deployments.world.ozon.orders import check_cancellable, check_reason, found
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import Refusal, RoomRoute

router = APIRouter(route_class=RoomRoute)

Pcs = Annotated[int, Field(ge=1)]


class Packed(Asked):
    """Pieces of a product; ``product_id`` is Ozon's SKU."""

    product_id: int
    quantity: Pcs


class Package(Asked):
    """What goes together."""

    products: Annotated[tuple[Packed, ...], Field(min_length=1)]


class ShipWith(Asked):
    """What to add to an answer."""

    additional_data: bool = False


class FbsPostingShipV4Request(Asked):
    """A posting, by its packages."""

    posting_number: str
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    with_: ShipWith = Field(default=ShipWith(), alias="with")


class FbsPostingShipPackageV4Request(Asked):
    """A part of a posting."""

    posting_number: str
    products: tuple[Packed, ...] = ()


class PostingFbsSplitRequest(Asked):
    """What a posting is divided into."""

    posting_number: str
    postings: Annotated[tuple[Package, ...], Field(min_length=1)]


class Dropped(Asked):
    """Pieces that cannot be sent."""

    sku: int
    quantity: Pcs


class PostingProductCancelRequest(Asked):
    """What of a posting is cancelled, and why."""

    posting_number: str
    items: Annotated[tuple[Dropped, ...], Field(min_length=1)]
    cancel_reason_id: int
    cancel_reason_message: str


@router.post("/v4/posting/fbs/ship")
async def ship(request: Request) -> Response:
    """The posting is assembled, at once or later; several packages make several postings. They must cover it all."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, FbsPostingShipV4Request)
    now = room.now()
    one = _to_assemble(room, asked.posting_number)
    parts = [_pcs(one, package.products) for package in asked.packages]
    if sum(parts) != one.pcs:
        raise _wrong_pcs()
    postings = assembling.begin(room.books, one, parts, now, timedelta(seconds=room.knobs.assembly_s))
    additional = {"additional_data": [_additional(posting) for posting in postings]} if asked.with_.additional_data else {}
    return told({**additional, "result": [posting.posting_number for posting in postings]})


@router.post("/v4/posting/fbs/ship/package")
async def ship_package(request: Request) -> Response:
    """A part is assembled under a number of its own, at once or later, the rest stays to be assembled; the whole is just assembled."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, FbsPostingShipPackageV4Request)
    now = room.now()
    one = _to_assemble(room, asked.posting_number)
    pcs = _pcs(one, asked.products)
    if not 0 < pcs <= one.pcs:
        raise _wrong_pcs()
    packed = one if pcs == one.pcs else sales.split(room.books, one, [pcs], now)[0]
    assembling.begin(room.books, packed, [packed.pcs], now, timedelta(seconds=room.knobs.assembly_s))
    return told({"result": packed.posting_number})


@router.post("/v1/posting/fbs/split")
async def split(request: Request) -> Response:
    """Parts get postings of their own, still to be assembled; it is no new sale."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, PostingFbsSplitRequest)
    now = room.now()
    one = _to_assemble(room, asked.posting_number)
    parts = [_pcs(one, posting.products) for posting in asked.postings]
    if sum(parts) > one.pcs or parts == [one.pcs]:
        raise _wrong_pcs()
    children = sales.split(room.books, one, parts, now)
    return told({"parent_posting": _part(one), "postings": [_part(child) for child in children]})


@router.post("/v2/posting/fbs/product/cancel")
async def drop(request: Request) -> Response:
    """The seller cannot send some pieces; without the last of them the posting is cancelled."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, PostingProductCancelRequest)
    now = room.now()
    one = found(room, asked.posting_number, now)
    check_reason(asked.cancel_reason_id, asked.cancel_reason_message)
    check_cancellable(one)
    pcs = sum(item.quantity for item in asked.items)
    if pcs > one.pcs or any(item.sku != one.sku for item in asked.items):
        raise _wrong_pcs()
    sales.take_out(room.books, one, pcs, reason_id=asked.cancel_reason_id, by="seller", now=now)
    return told({"result": one.posting_number})


def _to_assemble(room: OzonRoom, posting_number: str) -> Posting:
    one = found(room, posting_number, room.now())
    if one.status == "awaiting_packaging" and one.assembles is None:
        return one
    words = {"awaiting_deliver": "POSTING_ALREADY_SHIPPED", "cancelled": "POSTING_ALREADY_CANCELLED"}
    raise refused(PRECONDITION, words.get(one.status, "HAS_INCORRECT_STATUS"))


def _pcs(one: Posting, products: tuple[Packed, ...]) -> int:
    if any(product.product_id != one.sku for product in products):
        raise _wrong_pcs()
    return sum(product.quantity for product in products)


def _wrong_pcs() -> Refusal:
    return refused(INVALID, "HAS_INCORRECT_PRODUCT_QUANTITY")


def _part(one: Posting) -> dict[str, Any]:
    return {"posting_number": one.posting_number, "products": [{"product_id": one.sku, "quantity": one.pcs}]}


def _additional(one: Posting) -> dict[str, Any]:
    product = {"sku": one.sku, "offer_id": one.offer_id, "name": one.name, "quantity": one.pcs, "price": str(one.price_kopecks / 100)}
    return {"posting_number": one.posting_number, "products": [{**product, "currency_code": "RUB", "mandatory_mark": []}]}
