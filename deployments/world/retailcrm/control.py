"""Orders to RetailCRM's room: managers at work in it, offers, keys, copies of the account, and the books themselves."""

import copy
from decimal import Decimal
from typing import Any, Literal

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.retailcrm.asking import unread
from deployments.world.retailcrm.books import Books, Customer, Offer, Order
from deployments.world.retailcrm.history import Author
from deployments.world.retailcrm.making import change, change_customer, enlist, faults_of, place
from deployments.world.retailcrm.room import MANAGER, Account, CrmRoom, Key
from deployments.world.retailcrm.said import CustomerSaid, OrderSaid
from deployments.world.retailcrm.telling import customer_told, cut, offer_ids, order_told
from deployments.world.room import make_control

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Goods(Ordered):
    """An offer of the catalogue, known outside as ``sku``; pieces by warehouse."""

    sku: str
    name: str
    price: str = "0"
    barcode: str = ""
    xml_id: str | None = None
    pcs: dict[str, int] = {}


class NewKey(Ordered):
    """A key added to the account or changed in it."""

    api_key: str
    sites: tuple[str, ...]
    is_read_only: bool = False


class NewStatus(Ordered):
    """A status of this account's own."""

    code: str
    name: str
    group: str


class NewField(Ordered):
    """A field of this account's own."""

    code: str
    name: str
    entity: Literal["customer", "order"]


class Pack(Ordered):
    """Goods of an order packed at a warehouse."""

    order_ref: str
    sku: str
    pcs: int = Field(ge=1)
    store: str


@control.post("/goods")
async def put_goods(request: Request, goods: list[Goods]) -> list[int]:
    """Their ids."""
    room = _room(request)
    return [_put(room.books, one).offer_id for one in goods]


@control.delete("/goods")
async def remove_goods(request: Request, sku: str) -> None:
    """The offer leaves."""
    books = _room(request).books
    books.remove(_offer(books, sku))


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth: orders and customers by their ids, goods by their external ones."""
    room = _room(request)
    books, zone = room.books, room.zone
    return {
        "goods": {
            one.external_id: {
                "name": one.name,
                "pcs": {code: int(pcs) for code, pcs in one.pcs.items()},
                "price_kopecks": {code: int(price * 100) for code, price in one.prices.items()},
            }
            for one in books.offers.values()
        },
        "orders": {str(one.order_id): order_told(books, one, zone) for one in books.orders.values()},
        "customers": {str(one.customer_id): customer_told(one, zone) for one in books.customers.values()},
        "last_history_ids": {kind: journal.last_id for kind, journal in books.journals.items()},
    }


@control.get("/unread")
async def read_unread(request: Request) -> dict[str, int]:
    """Fields that callers sent and nobody reads: a misspelt one is among them."""
    return dict(_room(request).unread)


@control.post("/orders")
async def make_order(request: Request, said: OrderSaid, site: str | None = None) -> dict[str, str]:
    """A manager makes an order by hand."""
    room = _room(request)
    _sound(room, said, _site(room, site))
    order = place(room.books, said, _site(room, site), room.act(MANAGER))
    return {"order_ref": str(order.order_id)}


@control.put("/orders/{order_ref}")
async def edit_order(request: Request, order_ref: str, said: OrderSaid) -> None:
    """A manager changes an order by hand."""
    room = _room(request)
    order = _order(room.books, order_ref)
    _sound(room, said, order.site)
    change(room.books, order, said, room.act(MANAGER))


@control.delete("/orders/{order_ref}")
async def delete_order(request: Request, order_ref: str) -> None:
    """A manager deletes an order."""
    room = _room(request)
    room.books.forget(_order(room.books, order_ref), room.act(MANAGER))


@control.post("/orders/{order_ref}/combine")
async def combine_order(request: Request, order_ref: str, into: str) -> None:
    """A manager combines an order into another: it is deleted, and its record says into which it went."""
    room = _room(request)
    order, other = _order(room.books, order_ref), _order(room.books, into)
    other.lines += order.lines
    room.books.forget(order, room.act(Author(source="combine", user_id=MANAGER.user_id)), combined_to=other)


@control.post("/customers")
async def make_customer(request: Request, said: CustomerSaid, site: str | None = None) -> dict[str, str]:
    """A manager enters a customer."""
    room = _room(request)
    _known(said)
    customer = enlist(room.books, said, _site(room, site), room.act(MANAGER))
    return {"customer_ref": str(customer.customer_id)}


@control.put("/customers/{customer_ref}")
async def edit_customer(request: Request, customer_ref: str, said: CustomerSaid) -> None:
    """A manager changes a customer."""
    room = _room(request)
    _known(said)
    change_customer(room.books, _customer(room.books, customer_ref), said, room.act(MANAGER))


@control.post("/customers/{customer_ref}/combine")
async def combine_customer(request: Request, customer_ref: str, into: str) -> None:
    """A manager combines a customer into another: it is deleted, and its record says into which it went."""
    room = _room(request)
    customer, other = _customer(room.books, customer_ref), _customer(room.books, into)
    room.books.forget_customer(customer, room.act(Author(source="combine", user_id=MANAGER.user_id)), combined_to=other)


@control.put("/fields")
async def put_field(request: Request, one: NewField) -> None:
    """A field of this account's own."""
    fields = _room(request).books.references["customFields"]
    fields[f"{one.entity}.{one.code}"] = {**one.model_dump(), "type": "string", "ordering": 50}


@control.post("/packs")
async def pack(request: Request, one: Pack) -> None:
    """A manager packs goods of an order."""
    room = _room(request)
    order, offer = _order(room.books, one.order_ref), _offer(room.books, one.sku)
    room.books.counters.packs += 1
    subject = {"id": room.books.counters.packs, "quantity": one.pcs, "store": one.store}
    subject["item"] = {"order": cut(order), "offer": offer_ids(offer)}
    room.books.journals["packs"].write(room.act(MANAGER), "id", None, subject["id"], subject, is_created=True)


@control.put("/statuses")
async def put_status(request: Request, status: NewStatus) -> None:
    """A status of this account's own."""
    books = _room(request).books
    if status.group not in books.references["statusGroups"]:
        raise HTTPException(404, f"{status.group} is no group")
    books.references["statuses"][status.code] = {**status.model_dump(), "active": True, "ordering": 990}
    books.references["statusGroups"][status.group]["statuses"].append(status.code)


@control.put("/keys")
async def put_key(request: Request, key: NewKey) -> None:
    """A key of the account."""
    _room(request).keys[key.api_key] = Key(sites=key.sites, is_read_only=key.is_read_only)


@control.put("/account")
async def set_account(request: Request, state: Account) -> None:
    """Whether the account is there: ``missing`` answers with a page, ``closed`` with the API's own error."""
    _room(request).account = state


@control.post("/copies")
async def take_copy(request: Request) -> dict[str, str]:
    """A copy of the account as it is."""
    room = _room(request)
    copy_ref = str(len(room.copies) + 1)
    room.copies[copy_ref] = copy.deepcopy(room.books)
    return {"copy_ref": copy_ref}


@control.post("/copies/{copy_ref}/restore")
async def restore_copy(request: Request, copy_ref: str) -> None:
    """The account is as it was when the copy was taken, its history too; numbers given since are not given again."""
    room = _room(request)
    if copy_ref not in room.copies:
        raise HTTPException(404, f"{copy_ref} is no copy")
    old = copy.deepcopy(room.copies[copy_ref])
    old.counters = room.books.counters
    for kind, journal in old.journals.items():
        journal.last_id = room.books.journals[kind].last_id
    room.books = old


def _room(request: Request) -> CrmRoom:
    room: CrmRoom = request.app.state.room
    return room


def _put(books: Books, one: Goods) -> Offer:
    if books.offer({"externalId": one.sku}) is not None:
        raise HTTPException(409, f"{one.sku} is in the catalogue")
    offer = books.put(external_id=one.sku, name=one.name, xml_id=one.xml_id)
    offer.pcs = {code: Decimal(pcs) for code, pcs in one.pcs.items()}
    offer.prices = {"base": Decimal(one.price)}
    return offer


def _sound(room: CrmRoom, said: OrderSaid, site: str) -> None:
    if faults := [*unread(said), *faults_of(room.books, said, site)]:
        raise HTTPException(422, faults[0])


def _known(said: CustomerSaid) -> None:
    if fields := unread(said):
        raise HTTPException(422, fields[0])


def _site(room: CrmRoom, site: str | None) -> str:
    sites = room.books.references["sites"]
    if site is not None and site not in sites:
        raise HTTPException(404, f"{site} is no shop")
    return site or next(iter(sites))


def _order(books: Books, order_ref: str) -> Order:
    order = books.orders.get(int(order_ref)) if order_ref.isdigit() else None
    if order is None:
        raise HTTPException(404, f"{order_ref} is no order")
    return order


def _customer(books: Books, customer_ref: str) -> Customer:
    customer = books.customers.get(int(customer_ref)) if customer_ref.isdigit() else None
    if customer is None:
        raise HTTPException(404, f"{customer_ref} is no customer")
    return customer


def _offer(books: Books, sku: str) -> Offer:
    offer = books.offer({"externalId": sku})
    if offer is None:
        raise HTTPException(404, f"{sku} is not in the catalogue")
    return offer
