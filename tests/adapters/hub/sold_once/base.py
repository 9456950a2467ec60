"""1C of the small shop: a shelf, documents it reserves by, and files that it forms early, sends late, twice, and in any order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from tests.adapters.hub.shop import Shop
from tests.adapters.hub.sold_once.hand import HandClock

DOCUMENTS = text("""
    select o.number, o.state, i.item_ref, sum((part ->> 1)::bigint * (s.pcs - s.cancelled_pcs))::bigint as pcs
    from sale_order o join sale_line s using (order_id) cross join jsonb_array_elements(s.recipe) part
    join item i on i.item_id = (part ->> 0)::bigint
    where o.number is not null
    group by o.number, o.state, i.item_ref
    order by o.number, i.item_ref
""")


@dataclass(frozen=True, kw_only=True)
class Report:
    """1C's file about an order."""

    number: str
    lines: Mapping[str, int]
    is_reserved: bool
    is_cancelled: bool
    formed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Count:
    """1C's file of free figures; ``losses``: how many losses of the shelf it knows of."""

    pcs: Mapping[str, int]
    formed_at: datetime
    losses: int


@dataclass(kw_only=True)
class Base:
    """One 1C base with its shelf."""

    shop: Shop
    clock: HandClock
    item_ids: Mapping[str, int]
    shelf: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    losses: int = 0
    documents: dict[str, dict[str, int]] = field(default_factory=dict)
    posted: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    reports: list[Report] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    newest: Count | None = None

    def deliver(self, ref: str, pcs: int) -> None:
        """A receipt of goods."""
        self.shelf[ref] += pcs
        self.arrived[ref] += pcs

    def lose(self, ref: str, pcs: int) -> None:
        """Breakage, theft, a miscount: found with the next count."""
        self.shelf[ref] -= pcs
        self.losses += 1

    def take_orders(self) -> None:
        """1C asks for orders and takes all of them as they are now."""
        for number, (state, lines) in self._told().items():
            if state == "cancelled" and number not in self.documents:
                continue
            self.shop.hand_over(number)
            self.documents[number] = lines
            if state == "cancelled":
                self.given_up.add(number)
                self.posted.discard(number)

    def post(self, number: str) -> None:
        """A document reserves its pieces."""
        if number not in self.given_up:
            self.posted.add(number)

    def form_report(self, number: str) -> None:
        """A file about an order as it stands in 1C."""
        is_cancelled = number in self.given_up
        lines = {} if is_cancelled else self.documents[number]
        report = Report(number=number, lines=lines, is_reserved=number in self.posted, is_cancelled=is_cancelled, formed_at=self._stamp())
        self.reports.append(report)

    def form_count(self) -> None:
        """A file of free figures as they stand in 1C."""
        reserved = Counter[str]()
        for number in self.posted:
            reserved.update(self.documents[number])
        pcs = {ref: self.shelf[ref] - reserved[ref] for ref in self.item_ids}
        self.counts.append(Count(pcs=pcs, formed_at=self._stamp(), losses=self.losses))

    def send_report(self, index: int) -> None:
        """A report is recorded; the file stays, to be sent again perhaps."""
        one = self.reports[index]
        self.shop.report(
            one.number, one.lines, is_reserved=one.is_reserved, is_cancelled=one.is_cancelled,
            formed_at=one.formed_at, received_at=self.clock.now(),
        )  # fmt: skip

    def send_count(self, index: int) -> None:
        """A count is recorded, unless a newer one was; the file stays."""
        one = self.counts[index]
        began_at = self.clock.now()
        if self.newest is None or one.formed_at >= self.newest.formed_at:
            self.shop.count({self.item_ids[ref]: pcs for ref, pcs in one.pcs.items()}, formed_at=one.formed_at, began_at=began_at)
            self.newest = one

    def catch_up(self) -> None:
        """1C does everything there is to do, in its best order."""
        self.take_orders()
        for number in sorted(self.documents):
            self.post(number)
            self.form_report(number)
            self.send_report(-1)
        self.clock.wait(2)
        self.form_count()
        self.send_count(-1)

    def _told(self) -> dict[str, tuple[str, dict[str, int]]]:
        with self.shop.hub.engine.begin() as connection:
            rows = connection.execute(DOCUMENTS).all()
        told: dict[str, tuple[str, dict[str, int]]] = {}
        for row in rows:
            _, lines = told.setdefault(row.number, (row.state, {}))
            if row.pcs:
                lines[row.item_ref] = int(row.pcs)
        return told

    def _stamp(self) -> datetime:
        """As 1C writes it: its own clock, no zone, whole seconds."""
        return self.clock.now().replace(tzinfo=None, microsecond=0)
