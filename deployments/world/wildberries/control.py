"""Orders to the Wildberries room: goods that were there before, buyers, the cabinet typed into by hand."""

from decimal import Decimal
from typing import Any

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.room import make_control
from deployments.world.slowness import EVER, add_lags_control
from deployments.world.wildberries.books import Card
from deployments.world.wildberries.card_making import made
from deployments.world.wildberries.card_requests import SizeSaid, VariantSaid
from deployments.world.wildberries.room import Cabinet, cabinet_of
from deployments.world.wildberries.shelves import Warehouse
from deployments.world.wildberries.subjects import ANY_SUBJECT_ID, SUBJECTS
from deployments.world.wildberries.task_books import Task

control = make_control()
add_lags_control(control)


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewGoods(_Order):
    """Goods that were in the cabinet before Utyug; ``price`` in whole roubles, of the name 60 characters are kept."""

    sku: str = Field(min_length=1, max_length=72)
    name: str
    price: str
    barcode: str | None = None
    pcs: dict[str, int] = Field(default_factory=dict)
    subject_id: int = ANY_SUBJECT_ID


class Purchase(_Order):
    """What a buyer orders; without a warehouse the first that shows enough."""

    sku: str
    pcs: int = Field(ge=1)
    warehouse_ref: str | None = None
    buyer: dict[str, Any] = Field(default_factory=dict)


class Cut(_Order):
    """Pieces of a basket that are cancelled."""

    sku: str
    pcs: int = Field(ge=1)


class WarehouseOrder(_Order):
    """What becomes of a warehouse; one that is not there is opened."""

    name: str | None = None
    cargo_type: int | None = Field(default=None, ge=1, le=3)
    delivery_type: int | None = None
    is_deleting: bool | None = None
    is_processing: bool | None = None
    is_blocked: bool | None = None


class TaskState(_Order):
    """Where tasks of an order are now."""

    supplier_status: str | None = None
    wb_status: str | None = None


@control.post("/goods")
async def put_goods(request: Request, goods: list[NewGoods]) -> list[int]:
    """Cards, settled and sellable; their nmIDs."""
    room = cabinet_of(request)
    return [_put(room, one).nm_id for one in goods]


@control.delete("/goods")
async def remove_goods(request: Request, sku: str) -> None:
    """The card leaves the cabinet."""
    room = cabinet_of(request)
    room.ripe().remove(_card(room, sku), room.clock.now())


@control.get("/goods")
async def read_goods(request: Request) -> dict[str, Any]:
    """What buyers see, by code."""
    room = cabinet_of(request)
    books, now = room.ripe(), room.clock.now()
    return {
        card.vendor_code: {
            "name": card.title,
            "price_kopecks": card.price_kopecks(),
            "pcs": _pcs(books.warehouses, card),
            "is_sellable": card.is_settled(now) and bool(card.price_kopecks()),
        }
        for card in books.cards.values()
    }


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth."""
    tasks = cabinet_of(request).ripe().tasks
    return {"goods": await read_goods(request), "orders": {order_ref: _told(tasks.basket(order_ref)) for order_ref in tasks.baskets}}


@control.put("/stock")
async def set_stock(request: Request, stock: dict[str, dict[str, int]]) -> None:
    """As if typed into the cabinet; of a card with sizes the first."""
    room = cabinet_of(request)
    for sku, shown in stock.items():
        card = _card(room, sku)
        for warehouse_ref, pcs in shown.items():
            _warehouse(room, warehouse_ref).put(card.sizes[0].chrt_id, pcs, room.clock.now())


@control.put("/prices")
async def set_prices(request: Request, prices: dict[str, str]) -> None:
    """As if typed into the cabinet, without a discount; what was in quarantine leaves it."""
    room = cabinet_of(request)
    for sku, price in prices.items():
        card = _card(room, sku)
        card.discount = 0
        room.books.prices.quarantine.pop(card.nm_id, None)
        for size in card.sizes:
            size.price = _roubles(price)


@control.post("/orders")
async def buy(request: Request, purchase: Purchase) -> dict[str, Any]:
    """A basket of so many pieces, each a task; 409 where less is shown."""
    room = cabinet_of(request)
    card = _card(room, purchase.sku)
    offered = [_warehouse(room, purchase.warehouse_ref)] if purchase.warehouse_ref else list(room.books.warehouses.values())
    for warehouse in offered if card.is_settled(room.clock.now()) else []:
        sold = room.books.sell(card, warehouse, purchase.pcs, placed=_placed(room, card, warehouse, purchase))
        if sold:
            left_pcs = warehouse.stock[sold[0].chrt_id]
            return {"order_ref": sold[0].order_uid, "left_pcs": left_pcs, "task_ids": [task.task_id for task in sold]}
    raise HTTPException(409, f"fewer than {purchase.pcs} of {purchase.sku} are shown")


@control.delete("/orders/{order_ref}")
async def cancel(request: Request, order_ref: str) -> None:
    """The buyer changes their mind about everything that is not cancelled yet."""
    room = cabinet_of(request)
    _cancel(room, [task for task in _basket(room, order_ref) if not task.is_cancelled])


@control.delete("/orders/{order_ref}/tasks/{task_id}")
async def cancel_task(request: Request, order_ref: str, task_id: int) -> None:
    """The buyer changes their mind about one piece of a basket; 404 where it is not there or is cancelled."""
    room = cabinet_of(request)
    tasks = [task for task in _basket(room, order_ref) if task.task_id == task_id and not task.is_cancelled]
    if not tasks:
        raise HTTPException(404, f"no task {task_id} to cancel in {order_ref}")
    _cancel(room, tasks)


@control.delete("/orders/{order_ref}/lines")
async def cut(request: Request, order_ref: str, line: Cut) -> None:
    """The buyer changes their mind about so many pieces of a basket; 409 where there are fewer."""
    room = cabinet_of(request)
    tasks = [task for task in _basket(room, order_ref) if task.article == line.sku and not task.is_cancelled]
    if len(tasks) < line.pcs:
        raise HTTPException(409, f"{order_ref} has {len(tasks)} of {line.sku}")
    _cancel(room, tasks[: line.pcs])


@control.put("/orders/{order_ref}/state")
async def move_order(request: Request, order_ref: str, state: TaskState) -> None:
    """The order's tasks move on, as if assembled, sorted or handed over."""
    for task in _basket(cabinet_of(request), order_ref):
        task.supplier_status = state.supplier_status or task.supplier_status
        task.wb_status = state.wb_status or task.wb_status


@control.put("/warehouses/{warehouse_ref}")
async def set_warehouse(request: Request, warehouse_ref: int, order: WarehouseOrder) -> None:
    """A warehouse is opened, closed for a while, or changed."""
    books = cabinet_of(request).books
    warehouse = books.warehouses.setdefault(warehouse_ref, Warehouse(warehouse_id=warehouse_ref, name=f"Склад {warehouse_ref}"))
    for name, value in order.model_dump(exclude_none=True).items():
        setattr(warehouse, name, value)


@control.put("/cargo")
async def set_cargo(request: Request, cargo: dict[str, int]) -> None:
    """Size class of goods by SKU: 1 small, 2 oversized, 3 bulky."""
    for sku, cargo_type in cargo.items():
        _card(cabinet_of(request), sku).cargo_type = cargo_type


@control.put("/ban")
async def ban(request: Request, is_banned: bool = True) -> None:
    """The seller may not change stock, or may again."""
    cabinet_of(request).books.is_banned = is_banned


@control.post("/revoked")
async def revoke(request: Request, token_ref: str) -> None:
    """A token is taken back in the cabinet."""
    cabinet_of(request).revoked.add(token_ref)


def _put(room: Cabinet, goods: NewGoods) -> Card:
    books, now = room.ripe(), room.clock.now()
    if goods.sku in books.codes or goods.subject_id not in SUBJECTS:
        raise HTTPException(409, f"{goods.sku} is in the cabinet already, or its subject is unknown")
    size = SizeSaid(price=_roubles(goods.price), skus=[goods.barcode] if goods.barcode else [])
    said = VariantSaid(vendorCode=goods.sku, title=goods.name[:60], sizes=[size])
    card = made(books, said, subject_id=goods.subject_id, imt_id=books.next_imt_id(), now=now, settled_at=now)
    books.reserve(card)
    books.keep(card)
    for warehouse_ref, pcs in goods.pcs.items():
        _warehouse(room, warehouse_ref).put(card.sizes[0].chrt_id, pcs, EVER)
    return card


def _cancel(room: Cabinet, tasks: list[Task]) -> None:
    now = room.clock.now()
    for task in tasks:
        task.cancel_by_buyer(now)
        room.books.put_back(task, now)


def _placed(room: Cabinet, card: Card, warehouse: Warehouse, purchase: Purchase) -> Task:
    now = room.clock.now()
    return Task(
        article=card.vendor_code,
        nm_id=card.nm_id,
        warehouse_id=warehouse.warehouse_id,
        office_id=warehouse.office_id,
        cargo_type=card.cargo_type,
        created_at=now,
        visible_at=room.books.slowness.visible_at(now, len(room.books.tasks.baskets)),
        comment=str(purchase.buyer.get("comment", ""))[:300],
    )


def _told(tasks: list[Task]) -> dict[str, Any]:
    states = {task.state for task in tasks}
    return {
        "sku": tasks[0].article,
        "pcs": len(tasks),
        "state": states.pop() if len(states) == 1 else "mixed",
        "warehouse_ref": str(tasks[0].warehouse_id),
        "tasks": {str(task.task_id): task.state for task in tasks},
    }


def _pcs(warehouses: dict[int, Warehouse], card: Card) -> dict[str, int]:
    chrts = [size.chrt_id for size in card.sizes]
    return {
        str(warehouse.warehouse_id): sum(warehouse.stock.get(chrt_id, 0) for chrt_id in chrts)
        for warehouse in warehouses.values()
        if any(chrt_id in warehouse.stock for chrt_id in chrts)
    }


def _card(room: Cabinet, sku: str) -> Card:
    card = room.ripe().by_code(sku)
    if card is None:
        raise HTTPException(404, f"no card with the code {sku}")
    return card


def _warehouse(room: Cabinet, warehouse_ref: str) -> Warehouse:
    warehouse = room.books.warehouses.get(int(warehouse_ref)) if warehouse_ref.isdecimal() else None
    if warehouse is None:
        raise HTTPException(404, f"no warehouse {warehouse_ref}")
    return warehouse


def _basket(room: Cabinet, order_ref: str) -> list[Task]:
    tasks = room.ripe().tasks.basket(order_ref)
    if not tasks:
        raise HTTPException(404, f"no order {order_ref}")
    return tasks


def _roubles(price: str) -> int:
    roubles = Decimal(price)
    if roubles != int(roubles):
        raise HTTPException(422, f"Wildberries' prices are whole roubles, not {price}")
    return int(roubles)
