"""Orders and their lines between their tables and those who change them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, Text, bindparam, delete, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.tables.orders import sale_line, sale_order
from tasks.rules.order_changes import OPEN, Known, Pieces

OPEN_UNITS = text("""
    select s.listing_id, o.warehouse_ref, sum(s.pcs - s.cancelled_pcs)::bigint as pcs
    from sale_line s join sale_order o using (order_id)
    where s.listing_id = any (:listing_ids) and o.channel = :channel and o.state in ('unpaid', 'new', 'confirmed') and not o.is_by_channel
    group by s.listing_id, o.warehouse_ref
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)))

FIRST_NUMBER = 100_000
"""Our numbers for 1C begin after it: short, digits only, and as long as each other for years."""

SOLD, UNKNOWN, APART, BACKORDERED = "sold", "unknown", "apart", "backordered"
HEAD = (
    "number", "basket_ref", "parent_ref", "warehouse_ref", "state", "status", "hold_id", "placed_at", "changed_at", "ship_by_at", "buyer",
    "terms", "payload", "cancelled_at",
)  # fmt: skip
"""What may change of an order after it was first recorded."""

OF_LINE = ("channel_sku", "listing_id", "item_id", "state", "pcs", "cancelled_pcs", "price_kopecks", "recipe", "promotion")

CHILDREN = text("""
    select o.parent_ref, s.line_ref, sum(s.pcs)::bigint as pcs
    from sale_order o join sale_line s using (order_id)
    where o.channel = :channel and o.parent_ref = any (:order_refs)
    group by o.parent_ref, s.line_ref
""").bindparams(bindparam("order_refs", type_=ARRAY(Text)))

WAITING = text("""
    select o.order_ref from sale_order o
    where o.channel = :channel and o.state in ('unpaid', 'new', 'confirmed', 'other') and exists (
        select from sale_line s left join listing l on l.channel = o.channel and l.channel_sku = s.channel_sku
        where s.order_id = o.order_id and (s.state = 'backordered' or (s.state = 'unknown' and l.listing_id is not null))
    )
""")


@dataclass(kw_only=True, slots=True)
class LineRow:
    """A row of ``sale_line``; ``recipe`` is item and pieces per unit."""

    line_ref: str
    channel_sku: str
    state: str
    pcs: int
    cancelled_pcs: int = 0
    price_kopecks: int | None = None
    listing_id: int | None = None
    item_id: int | None = None
    recipe: list[tuple[int, int]] | None = None
    promotion: str | None = None

    @property
    def pieces(self) -> Pieces:
        """As the rules see it."""
        return Pieces(pcs=self.pcs, cancelled_pcs=self.cancelled_pcs)

    @property
    def live_pcs(self) -> int:
        """Sold and not cancelled."""
        return self.pcs - self.cancelled_pcs


@dataclass(kw_only=True, slots=True)
class OrderRow:
    """A row of ``sale_order`` with its lines; ``order_id`` 0: not written yet."""

    channel: str
    order_ref: str
    warehouse_ref: str
    state: str
    status: str
    is_by_channel: bool
    is_prior: bool
    placed_at: datetime
    payload: str
    heard_by: str
    seen_at: datetime
    recorded_at: datetime
    order_id: int = 0
    number: str | None = None
    basket_ref: str | None = None
    parent_ref: str | None = None
    hold_id: str | None = None
    changed_at: datetime | None = None
    ship_by_at: datetime | None = None
    buyer: dict[str, Any] | None = None
    terms: dict[str, Any] | None = None
    cancelled_at: datetime | None = None
    lines: dict[str, LineRow] = field(default_factory=dict)

    @property
    def is_apart(self) -> bool:
        """Whether it never touches the ledger."""
        return self.is_by_channel or self.is_prior

    @property
    def is_open(self) -> bool:
        """Whether it waits to be shipped."""
        return self.state in OPEN

    @property
    def reference(self) -> str:
        """What caused its movements."""
        return f"sale:{self.channel}:{self.order_ref}"

    def line(self, line: LineRow) -> str:
        """The name of a line in the ledger."""
        return f"{self.order_id}/{line.line_ref}"

    def known(self, split_pcs: Mapping[str, int]) -> Known:
        """As the rules see it."""
        lines = {ref: line.pieces for ref, line in self.lines.items()}
        return Known(state=self.state, changed_at=self.changed_at, lines=lines, split_pcs=split_pcs)

    def snapshot(self) -> tuple[Any, ...]:
        """Its head and lines, to be compared with what they become."""
        lines = {ref: tuple(getattr(line, name) for name in OF_LINE) for ref, line in self.lines.items()}
        return tuple(getattr(self, name) for name in HEAD), lines


def load_orders(connection: Connection, channel: str, order_refs: Collection[str]) -> dict[str, OrderRow]:
    """Orders of a channel with their lines, by ``order_ref``; those that are not there are left out."""
    o = sale_order.c
    rows = connection.execute(select(sale_order).where(o.channel == channel, o.order_ref.in_(order_refs)))
    orders = {row.order_id: _order(row) for row in rows}
    for row in connection.execute(select(sale_line).where(sale_line.c.order_id.in_(orders))):
        orders[row.order_id].lines[row.line_ref] = _line(row)
    return {order.order_ref: order for order in orders.values()}


def split_pieces(connection: Connection, channel: str, order_refs: Collection[str]) -> dict[str, dict[str, int]]:
    """What of these orders went on in orders split from them: pieces by ``order_ref`` and ``line_ref``."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(CHILDREN, {"channel": channel, "order_refs": sorted(order_refs)}):
        found.setdefault(row.parent_ref, {})[row.line_ref] = int(row.pcs)
    return found


def waiting_refs(connection: Connection, channel: str) -> set[str]:
    """Open orders with lines that wait: for pieces of a receipt, or whose goods have been found since."""
    return set(connection.scalars(WAITING, {"channel": channel}))


def add_orders(connection: Connection, orders: Iterable[OrderRow]) -> None:
    """Write orders that were never heard of, and give each its id, and a number where 1C may have to know it."""
    new = {(order.channel, order.order_ref): order for order in orders}
    if not new:
        return
    kept = ("channel", "order_ref", "is_by_channel", "is_prior", "heard_by", "seen_at", "recorded_at", *HEAD)
    rows = [{name: getattr(order, name) for name in kept} for order in new.values()]
    added = connection.execute(insert(sale_order).returning(sale_order.c.order_id, sale_order.c.channel, sale_order.c.order_ref), rows)
    for row in added:
        new[row.channel, row.order_ref].order_id = row.order_id
    for order in new.values():
        order.number = None if order.is_apart else str(FIRST_NUMBER + order.order_id)


def keep_orders(connection: Connection, orders: Iterable[tuple[OrderRow, tuple[Any, ...] | None]]) -> None:
    """Write what changed of orders, each with what it was (None: it is new)."""
    heads: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    gone: list[tuple[int, str]] = []
    for order, before in orders:
        head, now = order.snapshot()
        was_head, was = before or ((), {})
        if head != was_head:
            heads.append({"b_order_id": order.order_id, **{f"b_{name}": value for name, value in zip(HEAD, head, strict=True)}})
        lines += [
            {"order_id": order.order_id, "line_ref": ref, **dict(zip(OF_LINE, row, strict=True))}
            for ref, row in now.items()
            if was.get(ref) != row
        ]
        gone += [(order.order_id, ref) for ref in was if ref not in now]
    if heads:
        changed = update(sale_order).where(sale_order.c.order_id == bindparam("b_order_id"))
        connection.execute(changed.values({name: bindparam(f"b_{name}") for name in HEAD}), heads)
    if lines:
        put = upsert(sale_line)
        same = {name: put.excluded[name] for name in OF_LINE}
        connection.execute(put.on_conflict_do_update(index_elements=["order_id", "line_ref"], set_=same), lines)
    if gone:
        connection.execute(delete(sale_line).where(tuple_(sale_line.c.order_id, sale_line.c.line_ref).in_(gone)))


def reservation_of(payload: str) -> str | None:
    """The id of the reservation that a WooCommerce order carries, as our must-use plugin leaves it."""
    told = json.loads(payload)
    metas = told.get("meta_data") if isinstance(told, dict) else None
    found = (meta.get("value") for meta in metas or () if isinstance(meta, dict) and meta.get("key") == "_utyug_reservation")
    return next((str(value) for value in found if value), None)


def _order(row: Row[Any]) -> OrderRow:
    told = row._asdict()
    del told["told_digest"]
    return OrderRow(**told)


def _line(row: Row[Any]) -> LineRow:
    told = row._asdict()
    del told["order_id"]
    recipe = told.pop("recipe")
    return LineRow(**told, recipe=None if recipe is None else [(int(item_id), int(pcs)) for item_id, pcs in recipe])


def open_units(connection: Connection, channel: str, listing_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Units that a channel keeps reserved for orders we know, by listing and warehouse; what it ships itself is reserved elsewhere.

    Orders from before Utyug are among them: the channel reserves for those too.
    """
    rows = connection.execute(OPEN_UNITS, {"channel": channel, "listing_ids": sorted(listing_ids)})
    return {(row.listing_id, row.warehouse_ref): int(row.pcs) for row in rows}
