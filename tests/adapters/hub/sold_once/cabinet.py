"""A told channel, small enough to be known exactly: it does the worst that its bounds allow, and nothing worse.

An order is in the list within L, and so is each of its changes. A write takes effect at some instant until T after its call is over, or
never, whatever was answered. A read-back is one snapshot, up to S old, with the pieces kept for orders, paid or not. A cancelled piece
returns to sale by itself within R, or never does. A cabinet that hides what it reserves has no unpaid orders: with both there is no
guarantee (DESIGN §4 rule 3).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.rules.bounds import Bounds
from tasks.rules.offer import LEAVES_WITHIN
from tests.adapters.hub.sold_once.hand import HandClock

Recipe = tuple[tuple[str, int], ...]
"""Items by their names, and pieces of each."""


@dataclass(kw_only=True)
class Sale:
    """An order of one line. ``reports``: when each of its states is in the list, the state, its pieces."""

    ref: str
    sku: str
    recipe: Recipe
    placed_at: datetime
    pcs: int
    state: str = "new"
    hold_id: str | None = None
    reports: list[tuple[datetime, str, int, datetime]] = field(default_factory=list)

    @property
    def live_pcs(self) -> int:
        """Pieces that the buyer has or waits for."""
        return 0 if self.state == "cancelled" else self.pcs

    def report(self, at: datetime, lag: timedelta) -> None:
        """The order is in the list as it is now after a while."""
        self.reports.append((at + lag, self.state, self.pcs, at))

    def shown(self, at: datetime) -> tuple[str, int, datetime] | None:
        """State, pieces and instant of the newest change that is in the list by then."""
        visible = [report[1:] for report in self.reports if report[0] <= at]
        return visible[-1] if visible else None


@dataclass(kw_only=True)
class Pending:
    """Something that happens until then, or never: a figure that takes effect, a piece that returns."""

    sku: str
    pcs: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What could be read back since then."""

    at: datetime
    shown: Counter[str]
    reserved: Counter[str]


@dataclass(kw_only=True)
class Cabinet:
    """One account of a marketplace with its buyers."""

    name: str
    bounds: Bounds
    clock: HandClock
    is_dated: bool = False
    shows_reserved: bool = True
    shown: Counter[str] = field(default_factory=Counter)
    unpaid: list[str] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    flying: list[Pending] = field(default_factory=list)
    returning: list[Pending] = field(default_factory=list)
    history: list[Snapshot] = field(default_factory=list)

    def __post_init__(self) -> None:
        told = (self.bounds.visible_s, self.bounds.effective_s, self.bounds.stale_s, self.bounds.restored_s)
        self.visible, self.effective, self.stale, self.restored = (timedelta(seconds=seconds) for seconds in told)

    def show(self, sku: str, pcs: int) -> None:
        """What is for sale from now on."""
        self.shown[sku] = pcs
        self._note()

    def buy(self, sku: str, pcs: int, recipe: Recipe, lag: float = 1.0) -> Sale | None:
        """A buyer takes what is shown; the order is in the list after that share of L."""
        if self.shown[sku] < pcs:
            return None
        self.shown[sku] -= pcs
        return self._sell(sku, pcs, recipe, lag)

    def reserve(self, sku: str) -> bool:
        """A buyer who has not paid yet; no list shows the order."""
        if not self.shown[sku] or not self.shows_reserved:
            return False
        self.shown[sku] -= 1
        self.unpaid.append(sku)
        self._note()
        return True

    def pay(self, index: int, recipe: Recipe, lag: float = 1.0) -> None:
        """A reservation becomes an order."""
        self._sell(self.unpaid.pop(index), 1, recipe, lag)

    def abandon(self, index: int) -> None:
        """A reservation is given up: its piece is for sale again at once."""
        self.shown[self.unpaid.pop(index)] += 1
        self._note()

    def ship(self, sale: Sale, lag: float = 1.0) -> None:
        """An order leaves the reserve; it cannot be cancelled any more."""
        sale.state = "shipped"
        self._report(sale, lag)

    def cancel(self, sale: Sale, pcs: int, lag: float = 1.0) -> None:
        """Pieces of an order that is not shipped are cancelled; each may return to sale by itself."""
        now = self.clock.now()
        if pcs >= sale.pcs:
            sale.state, pcs = "cancelled", sale.pcs
        else:
            sale.pcs -= pcs
        self.returning += [Pending(sku=sale.sku, pcs=1, until=now + self.restored) for _ in range(pcs)]
        self._report(sale, lag)

    def put_back(self, piece: Pending) -> None:
        """A cancelled piece is for sale again."""
        self.returning.remove(piece)
        self.shown[piece.sku] += piece.pcs
        self._note()

    def accept(self, sku: str, pcs: int) -> Pending:
        """A write is on its way; its call is over within the time it had to leave."""
        write = Pending(sku=sku, pcs=pcs, until=self.clock.now() + LEAVES_WITHIN + self.effective)
        self.flying.append(write)
        return write

    def call_over(self, write: Pending) -> None:
        """No copy of a write leaves later."""
        write.until = min(write.until, self.clock.now() + self.effective)

    def land(self, write: Pending) -> None:
        """A write takes effect."""
        self.flying.remove(write)
        self.show(write.sku, write.pcs)

    def due(self, by: datetime) -> list[tuple[datetime, Pending]]:
        """What happens until then or never, in the order of its last instants."""
        return sorted(((one.until, one) for one in (*self.flying, *self.returning) if one.until < by), key=lambda one: one[0])

    def happen(self, one: Pending, *, does: bool) -> None:
        """The last instant of something: it happens now, or never."""
        if one in self.flying:
            self.land(one) if does else self.flying.remove(one)
        elif does:
            self.put_back(one)
        else:
            self.returning.remove(one)

    def read(self, at: datetime) -> Snapshot:
        """What was there at that instant."""
        return next((one for one in reversed(self.history) if one.at <= at), self.history[0])

    def listed(self, at: datetime, since: datetime) -> list[tuple[Sale, str, int, datetime]]:
        """Orders in the list that changed since then, as they are listed."""
        seen = ((sale, sale.shown(at)) for sale in self.sales)
        return [(sale, *shown) for sale, shown in seen if shown is not None and shown[2] >= since]

    def _sell(self, sku: str, pcs: int, recipe: Recipe, lag: float) -> Sale:
        ref = f"{self.name}-{len(self.sales) + 1}"
        sale = Sale(ref=ref, sku=sku, recipe=recipe, placed_at=self.clock.now(), pcs=pcs)
        self.sales.append(sale)
        self._report(sale, lag)
        return sale

    def _report(self, sale: Sale, lag: float) -> None:
        sale.report(self.clock.now(), lag * self.visible)
        self._note()

    def _note(self) -> None:
        reserved = Counter(self.unpaid)
        for sale in self.sales:
            if sale.state == "new" and self.shows_reserved:
                reserved[sale.sku] += sale.pcs
        self.history.append(Snapshot(at=self.clock.now(), shown=Counter(self.shown), reserved=reserved))
