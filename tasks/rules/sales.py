"""Orders from channels before they are recorded: what a shop is told of them, and what of them a person must look at.

An order is news and not a wish: a buyer has bought. So nothing of it is ever dropped; what is wrong with it is asked in the quarantine
while its pieces are reserved as far as they are known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from tasks.rules.onward import Onward
from tasks.rules.order_changes import RANKS
from tasks.rules.penalties import Penalty
from validation.quarantine import NONE_REFUSED, refuse

ENTITY = "order"
"""What these questions are in the quarantine; its keys are ``order_ref`` and ``order_ref|line_ref``."""


@dataclass(frozen=True, kw_only=True)
class ChannelOrders:
    """How the orders of a channel are taken: its settings, in what the hub needs of them.

    Args:
        is_asking: it sells only what the hub granted at checkout.
        places_of: 1C's warehouses that each of the channel's warehouses draws on; None: on all.
        adopts: what is taken over of the orders that were there before Utyug: those nobody has confirmed, or none.
        mirror_articles: articles of the items that are shown as one shared number; ``*`` for all.
        onec_sources: 1C bases that orders are handed to; none: nothing is queued.
        onward: who hears of orders beside 1C.
        penalties: channel → what it takes for an order that the shop cancels.
        cost_price_type: 1C's price type that says what goods cost the shop; None: nobody knows.
        title: the channel, as 1C and people are told it.
        time_zone: of the shop; promotions begin and end at its midnight.
        visible: L: within it an order, and each of its changes, is in the channel's list.
        restored: R and twice S: so long after a cancellation is learned no figure leaves its piece unseen any more.
    """

    is_asking: bool = False
    places_of: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    adopts: Literal["new", "none"] = "new"
    mirror_articles: frozenset[str] = frozenset()
    onec_sources: frozenset[str] = frozenset()
    onward: Onward = field(default_factory=Onward)
    penalties: Mapping[str, Penalty] = field(default_factory=dict)
    cost_price_type: str | None = None
    title: str = ""
    time_zone: str = "Europe/Moscow"
    visible: timedelta = timedelta(0)
    restored: timedelta = timedelta(0)

    def is_mirrored(self, article: str | None) -> bool:
        """Whether an item is sold from the shared number, without a quota."""
        return "*" in self.mirror_articles or (article is not None and article in self.mirror_articles)

    def places(self, warehouse_ref: str) -> list[str] | None:
        """1C's warehouses that a sale at this warehouse is taken from, in this order; None: any.

        Ozon may not have chosen the warehouse yet, and a cabinet may have one that the settings do not name: any of the channel's then.
        """
        if warehouse_ref in self.places_of:
            told = self.places_of[warehouse_ref]
            return None if told is None else list(told)
        if not self.places_of or any(places is None for places in self.places_of.values()):
            return None
        return list(dict.fromkeys(place for places in self.places_of.values() for place in places or ()))

    def day(self, at: datetime) -> date:
        """The shop's day of an instant."""
        return at.astimezone(self._zone).date()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def newest_reports(received: pl.DataFrame) -> pl.DataFrame:
    """Of several reports of an order in one frame the newest whole one: by the channel's instant, else the one that has come farthest.

    Equal reports are one, whatever order their lines are in.

    Args:
        received: `OrderReceived`, several reports of an order perhaps, in any order.

    Returns:
        `OrderReceived`, one row per line of the newest report of each order.
    """
    rank = pl.col("state").replace_strict(RANKS, return_dtype=pl.Int64)
    ranked = received.with_columns(rank=rank)
    report = pl.struct(pl.col("changed_at"), "rank", "status", "payload")
    first = [pl.col("changed_at").fill_null(pl.lit(0).cast(pl.Datetime("us", "UTC"))), pl.col("rank"), pl.col("status"), pl.col("payload")]
    best = ranked.sort("order_ref", *first, descending=[False, True, True, True, True]).with_columns(
        is_best=report.eq_missing(report.first()).over("order_ref")
    )
    kept = best.filter("is_best").unique(["order_ref", "line_ref"], keep="first").sort("order_ref", "line_ref")
    return kept.select(received.columns)


SOLD_LINE: dict[str, pl.DataType | type[pl.DataType]] = {
    "order_ref": pl.String,
    "line_ref": pl.String,
    "channel_sku": pl.String,
    "price_kopecks": pl.Int64,
    "status": pl.String,
    "state": pl.String,
}
"""A line of an order as it is recorded; those of cancelled orders, and cancelled whole, are not asked about."""


def questions_of(lines: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused`: what of recorded lines a person must look at. They are reserved and handed on all the same.

    The evidence is what a question is about and nothing else: one that a person dismissed (a price of zero is a gift) is asked again only
    where that has changed, and the quarantine, which more people see than an order, holds nothing of the buyer.

    Args:
        lines: columns of `SOLD_LINE`.
    """
    asked = [
        refuse(_asked(lines, reason, is_odd, evidence), entity=ENTITY, key=line_key()) for reason, (is_odd, evidence) in _QUESTIONS.items()
    ]
    return pl.concat([NONE_REFUSED, *asked])


def line_key() -> pl.Expr:
    """A line in the quarantine."""
    return pl.format("{}|{}", "order_ref", "line_ref")


_QUESTIONS = {
    "order_line_has_sku": (pl.col("channel_sku").str.strip_chars() == "", ("channel_sku",)),
    "order_price_is_known": (pl.col("price_kopecks").is_null(), ("channel_sku",)),
    "order_price_is_positive": (pl.col("price_kopecks") == 0, ("channel_sku", "price_kopecks")),
    "order_state_is_known": (pl.col("state") == "other", ("status",)),
}
"""Which lines are odd, and what shows it."""


def _asked(lines: pl.DataFrame, reason: str, is_odd: pl.Expr, evidence: tuple[str, ...]) -> pl.DataFrame:
    odd = lines.filter(is_odd.fill_null(False))
    return odd.select("order_ref", "line_ref", *evidence, reason=pl.lit(reason), row=pl.lit(None, pl.Int64))
