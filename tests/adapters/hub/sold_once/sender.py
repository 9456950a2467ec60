"""The hub's round on one told channel (`tasks.stock_rounds`), in steps between which anything may happen, the process's death too."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import polars as pl

from adapters.hub.offers import Offers
from tasks.quotas import offers_wanted, recipes_today
from tasks.rules.offer import LEAVES_WITHIN
from tasks.rules.stock import GRAIN, is_at_rest
from tasks.stock_rounds import told_channel
from tests.adapters.hub.sold_once.cabinet import Cabinet, Pending

if TYPE_CHECKING:
    from tests.adapters.hub.sold_once.market import Market

Outcome = Literal["accepted", "at once", "ignored", "refused", "unknown", "unknown, lost", "unsent"]
"""What a call comes to: taken and on its way, taken and done, taken and never done, refused; no answer, on its way or lost; never left."""


@dataclass(frozen=True, kw_only=True)
class Luck:
    """How the world meets the next step. ``age``: 0: a read-back is of this instant, 1: as old as S allows."""

    age: float = 0.0
    outcome: Outcome = "at once"


@dataclass(kw_only=True)
class Sender:
    """One sender of one channel; ``leaving``: figures that may still leave by its hand."""

    market: "Market"
    cabinet: Cabinet
    at: str = "idle"
    leaving: list[tuple[str, int]] = field(default_factory=list)
    calls: list[Pending] = field(default_factory=list)
    advanced: pl.DataFrame = field(default_factory=pl.DataFrame)
    figures: pl.DataFrame = field(default_factory=pl.DataFrame)
    edited: int = 0

    def __post_init__(self) -> None:
        self._round: Generator[str, Luck, None] | None = None

    def step(self, luck: Luck) -> str:
        """The next step of the round; a new round where none is under way. What was done last."""
        try:
            if self._round is None:
                self._round = self._steps()
                self.at = next(self._round)
            else:
                self.at = self._round.send(luck)
        except StopIteration:
            self._round = None
            self.at = "idle"
        return self.at

    def play(self, luck: Luck) -> None:
        """On to the end of the round."""
        self.step(luck)
        while self.at != "idle":
            self.step(luck)

    def until(self, at: str, luck: Luck | None = None) -> None:
        """On until something was done."""
        while self.step(luck or Luck()) != at:
            if self.at == "idle":
                raise AssertionError(f"the round of {self.cabinet.name} never came to: {at}")

    def die(self) -> None:
        """The process is killed; a call that was under way is over."""
        self._round = None
        self.at = "idle"
        self.leaving.clear()
        self._hang_up()

    def repeat(self, luck: Luck) -> None:
        """A queue, a task runner or a restarted process comes with the figures of an earlier round again."""
        if self._round is not None or self.figures.is_empty():
            return
        offers, told = Offers(self.market.hub), told_channel(self.market.settings, self.cabinet.name)
        listings = self.market.listings(self.cabinet.name)
        allowed = offers.leave(told, self.figures).join(listings, on="listing_id")
        self.leaving = list(allowed.select("channel_sku", "pcs").iter_rows())
        outcome = self._send(luck.outcome, is_late=False)
        self._hang_up()
        offers.note_left(told, allowed.select(*GRAIN, outcome=pl.lit(outcome)))

    def _steps(self) -> Generator[str, Luck, None]:
        market, cabinet = self.market, self.cabinet
        offers, told = Offers(market.hub), told_channel(market.settings, cabinet.name)
        listings = market.listings(cabinet.name)
        offers.open(cabinet.name, offers_wanted(listings, list(told.places_of), recipes_today(market.hub, market.settings)))
        yield "opened"
        began_at = market.clock.now()
        luck = yield "read begun"
        seen_at = market.clock.now()
        snapshot = cabinet.read(seen_at - luck.age * (seen_at - began_at + cabinet.stale))
        ended_at = market.clock.now()
        shown = pl.DataFrame(
            [(sku, snapshot.shown[sku], snapshot.reserved[sku]) for sku in listings["channel_sku"]],
            schema={"channel_sku": pl.String, "read_pcs": pl.Int64, "reserved_pcs": pl.Int64},
            orient="row",
        )
        luck = yield "read"
        known = (
            offers.known(cabinet.name).rename({"shown_pcs": "before_pcs"}).join(shown, on="channel_sku").with_columns(shown_pcs="read_pcs")
        )
        moving = known.filter(~is_at_rest()).with_columns(may_write=True, may_freeze=True)
        advanced = offers.advance(
            told,
            moving.select(*GRAIN, "shown_pcs", "reserved_pcs", "before_pcs", "read_at", "may_write", "may_freeze"),
            began_at=began_at,
            ended_at=ended_at,
        )
        self.edited += len(advanced.edited)
        self.advanced = advanced.figures
        luck = yield "advanced"
        if advanced.figures.is_empty():
            return
        self.figures = advanced.figures
        allowed = offers.leave(told, self.figures).join(listings, on="listing_id")
        left_at = market.clock.now()
        self.leaving = list(allowed.select("channel_sku", "pcs").iter_rows())
        luck = yield "left"
        outcome = self._send(luck.outcome, is_late=market.clock.now() > left_at + LEAVES_WITHIN)
        yield "sent"
        self._hang_up()
        offers.note_left(told, allowed.select(*GRAIN, outcome=pl.lit(outcome)))
        yield "noted"

    def _send(self, outcome: Outcome, *, is_late: bool) -> str:
        figures, self.leaving = self.leaving, []
        if is_late or outcome == "unsent":
            return "unsent"
        if outcome in {"accepted", "at once", "unknown"}:
            self.calls = [self.cabinet.accept(sku, pcs) for sku, pcs in figures]
        if outcome == "at once":
            for write in self.calls:
                self.cabinet.land(write)
            self.calls = []
        return {"at once": "accepted", "ignored": "accepted", "unknown, lost": "unknown"}.get(outcome, outcome)

    def _hang_up(self) -> None:
        for write in self.calls:
            self.cabinet.call_over(write)
        self.calls = []


def longest(cabinet: Cabinet) -> timedelta:
    """After so long nothing of before can happen in a cabinet any more."""
    return LEAVES_WITHIN + cabinet.effective + cabinet.stale + cabinet.visible + cabinet.restored
