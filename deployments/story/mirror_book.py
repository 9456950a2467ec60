"""What a ready module keeps: one free number per thing, 1C's count less all orders known so far, the same for every channel."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from deployments.story.goods import Shelf
from validation.stock import StockOffered

GONE = ("cancelled", "returned")
OFFERED = {
    "listing_id": pl.Int64(),
    "warehouse_ref": pl.String(),
    "item_ref": pl.String(),
    "channel_sku": pl.String(),
    "refs": pl.String(),
    "pcs": pl.Int64(),
    "is_alone": pl.Boolean(),
}


@dataclass(kw_only=True)
class Line:
    """A line of an order as the module knows it."""

    channel: str
    order_ref: str
    basket_ref: str | None
    sku: str
    pcs: int
    is_live: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A figure that a channel was told; ``pcs`` none: it is to be told again."""

    sku: str
    pcs: int | None
    at: datetime


@dataclass(kw_only=True)
class MirrorBook:
    """Orders known, figures written. One actor at a time."""

    shelf: Shelf
    lines: dict[tuple[str, str, str], Line] = field(default_factory=dict)
    written: dict[tuple[str, int], Written] = field(default_factory=dict)

    def record(self, channel: str, received: pl.DataFrame) -> set[str]:
        """Take `OrderReceived` in; the codes of goods of which an order is new, or lives no longer."""
        columns = ("order_ref", "line_ref", "basket_ref", "channel_sku", "pcs", "state")
        changed = set()
        for order_ref, line_ref, basket_ref, sku, pcs, state in received.select(columns).iter_rows():
            key, is_live = (channel, order_ref, line_ref), state not in GONE
            known = self.lines.get(key)
            if known is None:
                self.lines[key] = Line(channel=channel, order_ref=order_ref, basket_ref=basket_ref, sku=sku, pcs=pcs, is_live=is_live)
                changed.add(sku)
            elif known.is_live and not is_live:
                known.is_live = False
                changed.add(sku)
        return changed

    def forget(self, channel: str, skus: Iterable[str] | None = None) -> None:
        """Write a channel's figures again although they are as last written: of some goods, or all."""
        wanted = None if skus is None else set(skus)
        for key in [key for key, known in self.written.items() if key[0] == channel and (wanted is None or known.sku in wanted)]:
            self.written[key] = replace(self.written[key], pcs=None)

    def left(self) -> dict[str, int]:
        """1C's count less all live orders known; below zero where more is known to be sold than there is."""
        taken: Counter[str] = Counter()
        for line in self.lines.values():
            if line.is_live:
                taken.update(self.shelf.taken(line.sku, line.pcs))
        return {thing: pcs - taken[thing] for thing, pcs in self.shelf.pcs.items()}

    def beyond_stock(self) -> list[Line]:
        """Live lines that somebody must be refused, newest first, until all that is left can be shipped."""
        left, refused = self.left(), []
        for line in reversed(list(self.lines.values())):
            things = self.shelf.taken(line.sku, line.pcs)
            if line.is_live and any(left[thing] < 0 for thing in things):
                refused.append(line)
                left = {thing: pcs + things[thing] for thing, pcs in left.items()}
        return refused

    def differing(self, channel: str, listings: pl.DataFrame, warehouse: str, *, pause_s: float, now: datetime) -> pl.DataFrame | None:
        """`StockOffered` for what is to be written: figures that are not as last written, but for those written just now; none for nothing.

        Args:
            channel: where.
            listings: ``listing_id, channel_sku, refs``.
            warehouse: of the channel.
            pause_s: the shortest time between two figures of one listing.
            now: the instant.
        """
        left = self.left()
        rows = [
            (number, warehouse, sku, sku, refs, pcs, False)
            for number, sku, refs in listings.select("listing_id", "channel_sku", "refs").iter_rows()
            if (pcs := self.shelf.makes(sku, left)) != self._told(channel, number) and self._may_write(channel, number, pause_s, now)
        ]
        return StockOffered.validate(pl.DataFrame(rows, schema=OFFERED, orient="row")) if rows else None

    def note(self, channel: str, listings: pl.DataFrame, sent: pl.DataFrame, now: datetime) -> None:
        """Remember what `StockSent` says was taken; what was not is written again the next time."""
        skus = dict(listings.select("listing_id", "channel_sku").iter_rows())
        for number, pcs, outcome in sent.select("listing_id", "pcs", "outcome").iter_rows():
            if outcome in ("accepted", "pending"):
                self.written[channel, number] = Written(sku=skus[number], pcs=pcs, at=now)

    def _told(self, channel: str, number: int) -> int | None:
        return self.written[channel, number].pcs if (channel, number) in self.written else None

    def _may_write(self, channel: str, number: int, pause_s: float, now: datetime) -> bool:
        known = self.written.get((channel, number))
        return known is None or now - known.at >= timedelta(seconds=pause_s)
