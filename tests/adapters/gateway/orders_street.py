"""A shop whose orders go to 1C over real HTTP and a real hub, and the 1C base at the other end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.hub.catalog import Catalog
from adapters.hub.sale import SaleDesk
from adapters.hub.tables.sale import onec_outgoing, onec_report
from adapters.onec.order_document import Address, Buyer, OrderDocument, OrderLine
from adapters.onec.reader import Reading
from deployments.world.clock import HandClock
from deployments.world.onec import OnecClient
from deployments.world.onec_base import OnecBase
from deployments.world.onec_catalog import Habit
from deployments.world.onec_documents import Item
from deployments.world.onec_exchange import Exchanged, exchange
from tasks.rules.gate import decide
from tasks.rules.intake import judged
from tasks.rules.onward import Onward
from tests.adapters.gateway.conftest import Door, Flow
from tests.adapters.hub.export import ROOMY
from tests.adapters.hub.order_shop import OrderShop
from tests.adapters.hub.shop import SOURCE

both = pytest.mark.parametrize("habit", ["ut", "unf"])
ITEMS = ("iron", "board")
PLACED = datetime(2026, 3, 2, 6, 51, 39, tzinfo=UTC)
ORDER = OrderDocument(
    number="1001",
    placed_at=PLACED,
    buyer=Buyer(ref="+79123456789", name="Петров Пётр", phone="+79123456789", address=Address(text="Москва", city="Москва")),
    lines=(
        OrderLine(item_ref="iron", name="Утюг", pcs=2, price_kopecks=999_50, vat="20"),
        OrderLine(item_ref="board", name="Доска", pcs=1, price_kopecks=500_00, discount_kopecks=1, vat="20"),
    ),
    site="Ozon",
    channel_number="12345678-0001-1",
    delivery_kopecks=350_00,
)


class Recorder(Flow):
    """The flow's part, done in earnest."""

    def __init__(self, door: Door, onward: Onward | None = None) -> None:
        super().__init__(door)
        self.onward = onward

    def round(self) -> None:
        inbox = self.door.inbox
        for feed in inbox.waiting():
            with tempfile.TemporaryDirectory() as scratch:
                reading = Reading(inbox.fetch(feed.feed_id, Path(scratch) / "feed"))
                Catalog(self.door.hub, onward=self.onward).record(feed, reading.header, judged(reading), partial(decide, limits=ROOMY))


class Street:
    """A shop whose orders go to 1C, and the 1C base at the other end."""

    def __init__(self, door: Door, habit: Habit, **client: Any) -> None:
        self.door = door
        self.hub = door.hub
        self.shop = OrderShop(door.hub)
        self.ids = {ref: self.shop.stock(50, ref=ref) for ref in ITEMS}
        self.clock = HandClock(epoch_at=PLACED)
        self.base = OnecBase(habit, [Item(ref=ref, name=ref, article=ref) for ref in ITEMS], clock=self.clock)
        self.client = OnecClient(url=door.address, login="onec", password="secret-1", habit=habit, rest_s=0, **client)
        door.on_close.callback(self.client.close)

    def run(self, **how: Any) -> Exchanged:
        """One exchange, a minute after the last."""
        self.clock.pass_(60)
        with self.recording():
            return exchange(self.base, self.client, **how)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Files of 1C are recorded while the block lasts, and all of them when it is over."""
        recorder = Recorder(self.door, self.shop.rules.onward)
        with recorder:
            yield
        recorder.round()

    def enqueue(self, number: str = "1001", **changed: Any) -> None:
        """An order goes into 1C's queue, or a change of it."""
        document = replace(ORDER, number=number, **changed)
        SaleDesk(self.hub).enqueue(source=SOURCE, document=document, key=f"{number}:{changed}")

    def pending(self) -> list[str]:
        """Numbers that 1C has not confirmed."""
        q = onec_outgoing.c
        with self.hub.engine.begin() as connection:
            waiting = select(q.order_number).where(q.acknowledged_version < q.version).order_by(q.order_number)
            return list(connection.execute(waiting).scalars())

    def reports(self) -> list[dict[str, Any]]:
        """What the hub keeps of 1C's word."""
        with self.hub.engine.begin() as connection:
            rows = connection.execute(select(onec_report).order_by(onec_report.c.order_number)).mappings()
            return [dict(row) for row in rows]

    def kept(self, number: str = "1001") -> dict[str, Any]:
        """The one report of an order."""
        (kept,) = [row for row in self.reports() if row["order_number"] == number]
        return kept

    def sells(self, *reports: Any) -> list[str]:
        """The channel's orders are recorded; their numbers for 1C."""
        self.shop.record(*reports)
        return sorted(self.shop.papers())

    def sell_irons(self) -> None:
        """The channel may sell nine irons."""
        iron = self.ids["iron"]
        self.shop.offer(self.shop.enlist(iron, "iron"), {iron: 9})

    def goods(self, number: str) -> dict[str, int]:
        """Pieces in the order as 1C has it."""
        return {ref: int(pcs) for ref, pcs in self.base.order(number).ordered().items()}

    def is_clean(self, *, cards: int) -> bool:
        """Whether our orders have left nothing in 1C's books but so many buyers."""
        return self.base.created_items == [] and len(self.base.cards) == cards
