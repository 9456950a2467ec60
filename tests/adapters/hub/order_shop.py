"""A shop that sells on channels, for the tests of orders: listings, offers with their exposures, reports of orders."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import insert, select, text

from adapters.hub.hub import Hub
from adapters.hub.ledger import Wanted
from adapters.hub.orders import Orders, Poll, Recorded
from adapters.hub.tables.listing import listing
from adapters.hub.tables.offer import offer
from adapters.hub.tables.sale import onec_outgoing
from tasks.rules.offer import exposure_account
from tasks.rules.sales import ChannelOrders
from tests.adapters.hub.shop import OURS, SOURCE, Shop
from validation.sales import OrderReceived

CHANNEL = "ozon"
WAREHOUSE = "5"
PLACED = datetime(2026, 3, 2, 10, tzinfo=UTC)
RULES = ChannelOrders(places_of={WAREHOUSE: None}, onec_sources=frozenset({SOURCE}), title="Ozon")
HEAD: dict[str, Any] = {
    "basket_ref": None, "parent_ref": None, "warehouse_ref": WAREHOUSE, "status": "told", "state": "new", "placed_at": PLACED,
    "changed_at": None, "ship_by_at": None, "is_by_channel": False, "buyer": None, "terms": None, "payload": "{}",
}  # fmt: skip


def report(order_ref: str = "1", lines: Mapping[str, int] | None = None, **head: Any) -> pl.DataFrame:
    """One report of one order: pieces by code; the line is named by its code."""
    told = {"iron": 1} if lines is None else lines
    at = head.pop("minute", None)
    dated = {"changed_at": PLACED + timedelta(minutes=at)} if at is not None else {}
    priced = head.pop("price_kopecks", 100_00)
    rows = [
        {"order_ref": order_ref, "line_ref": sku, "channel_sku": sku, "pcs": pcs, "price_kopecks": priced, **HEAD, **dated, **head}
        for sku, pcs in told.items()
    ]
    schema = {name: column.dtype.type for name, column in OrderReceived.to_schema().columns.items()}
    return OrderReceived.validate(pl.DataFrame(rows, schema=schema).select(*schema))


class OrderShop(Shop):
    """A shop with one channel."""

    def __init__(self, hub: Hub, rules: ChannelOrders = RULES, channel: str = CHANNEL) -> None:
        super().__init__(hub)
        self.orders = Orders(hub)
        self.rules = rules
        self.channel = channel

    def enlist(self, item_id: int, sku: str = "iron") -> int:
        """A listing of the channel; returns its id."""
        with self.hub.engine.begin() as connection:
            made = insert(listing).values(channel=self.channel, item_id=item_id, channel_sku=sku, refs={}, matched_at=OURS)
            return int(connection.execute(made.returning(listing.c.listing_id)).scalar_one())

    def offer(
        self, listing_id: int, exposed: Mapping[int, int], *, recipe: Sequence[Sequence[int]] | None = None, phase: str = "open"
    ) -> str:
        """An offer that may sell so many pieces of each item; returns its account."""
        account = exposure_account(self.channel, listing_id, WAREHOUSE)
        with self.hub.engine.begin() as connection:
            parts = [list(part) for part in recipe or [[item_id, 1] for item_id in exposed]]
            connection.execute(insert(offer).values(listing_id=listing_id, warehouse_ref=WAREHOUSE, phase=phase, recipe=parts))
        wanted = [Wanted(item_id=item_id, pcs=pcs) for item_id, pcs in exposed.items() if pcs]
        if wanted:
            self.ledger.take(wanted, to_account=account, reason="offered", reference=f"offer:{listing_id}")
        return account

    def sells(self, pcs: int, exposed: int, *, ref: str = "iron") -> tuple[int, str]:
        """An item with so many pieces, of which the channel may sell some; its id and the exposure."""
        item_id = self.stock(pcs, ref=ref)
        return item_id, self.offer(self.enlist(item_id, ref), {item_id: exposed})

    def record(self, *reports: pl.DataFrame, **how: Any) -> Recorded:
        """Record reports that came in one frame."""
        return self.orders.record(self.channel, pl.concat(reports), rules=how.pop("rules", self.rules), heard_by="poll", **how)

    def poll(self, *reports: pl.DataFrame) -> Recorded:
        """Record what a complete poll of this instant shows."""
        at = self.hub.clock.now()
        return self.record(*reports, report("none").clear(), poll=Poll(at, at, at))

    def sold(self, order_ref: str, sku: str = "iron") -> str:
        """The ledger's account of a line."""
        order = self.orders.find(self.channel, order_ref)
        assert order is not None
        return f"sold:{order.order_id}/{sku}"

    def pieces(self, order_ref: str, sku: str = "iron") -> tuple[str, int, int]:
        """A line's state, pieces and cancelled pieces."""
        order = self.orders.find(self.channel, order_ref)
        assert order is not None
        line = order.lines[sku]
        return line.state, line.pcs, line.cancelled_pcs

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.hub.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def withdrawn(self) -> list[tuple[int, str, int]]:
        """Withdrawals: listing, warehouse, units."""
        return [(row[0], row[1], row[2]) for row in self.rows("select listing_id, warehouse_ref, pcs from withdrawal order by 1, 2, 3")]

    def questions(self) -> list[tuple[str, str]]:
        """Open rows of the quarantine: key and reason."""
        return [(row[0], row[1]) for row in self.rows("select key, reason from quarantine where state = 'open' order by 1, 2")]

    def papers(self) -> dict[str, dict[str, Any]]:
        """What 1C is told, by number."""
        with self.hub.engine.begin() as connection:
            rows = connection.execute(select(onec_outgoing.c.order_number, onec_outgoing.c.document)).all()
        return {row.order_number: row.document for row in rows}


def as_json(told: object) -> str:
    """Of a payload or a buyer."""
    return json.dumps(told, ensure_ascii=False)
