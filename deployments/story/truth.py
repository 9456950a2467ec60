"""What came of a run, counted from what buyers wanted and got and from the world's own books; never from ours.

All pieces are things on a shelf: a set counts as what is in it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deployments.story.crowd import Record, Release, Sale
from deployments.story.goods import Shelf
from deployments.story.penalties import penalties_roubles
from deployments.story.watcher import Look, known_everywhere_s, moved

CANCELLED = frozenset({"cancelled", "CANCELLED", "cancel"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One run.

    Attributes:
        orders: that buyers placed.
        sold_pcs: pieces of orders that live at the end and that there are.
        sellable_pcs: pieces that could have been sold: of each thing what there was, or what was wanted for good where that is less.
        oversold_pcs: pieces that were sold although, at that instant, every piece there was belonged to a live order.
        cancelled_orders: that the shop took back, wholly or in part, for lack of stock.
        refused_buyers: who were shown too little.
        known_everywhere_s: seconds from an order until no other channel shows more of its things than are left, the mean over orders;
            one that is never known everywhere counts until the end of the run.
        penalties_roubles: Ozon's, for its orders among the cancelled.
    """

    orders: int
    sold_pcs: int
    sellable_pcs: int
    oversold_pcs: int
    cancelled_orders: int
    refused_buyers: int
    known_everywhere_s: float
    penalties_roubles: int

    @property
    def sold_share(self) -> float:
        """Of what could have been sold."""
        return self.sold_pcs / self.sellable_pcs if self.sellable_pcs else 1.0


def count(shelf: Shelf, record: Record, looks: list[Look], *, closes_at: datetime, ends_at: datetime) -> Outcome:
    """The outcome of a run whose record agrees with the books."""
    taken_back = {id(one.sale): one.sale for one in record.releases if one.is_by_seller}.values()
    live = _live_pcs(shelf, record.happened)
    wanted = wanted_pcs(shelf, record, closes_at)
    return Outcome(
        orders=len(record.sales),
        sold_pcs=sum(min(live[thing], pcs) for thing, pcs in shelf.pcs.items()),
        sellable_pcs=sum(min(wanted[thing], pcs) for thing, pcs in shelf.pcs.items()),
        oversold_pcs=oversold_pcs(shelf, record.happened),
        cancelled_orders=len(taken_back),
        refused_buyers=sum(wish.outcome == "nothing_shown" for wish in record.wishes),
        known_everywhere_s=_mean_known_s(shelf, record.sales, looks, ends_at),
        penalties_roubles=penalties_roubles(
            (shelf.goods[sale.sku].roubles * sale.pcs for sale in taken_back if sale.channel == "ozon"),
            sum(sale.channel == "ozon" for sale in record.sales),
        ),
    )


def oversold_pcs(shelf: Shelf, happened: list[Sale | Release]) -> int:
    """Pieces sold beyond what there was, each at the instant of its sale: a piece given back later does not undo it."""
    live: Counter[str] = Counter()
    over_pcs = 0
    for one in happened:
        for thing, pcs in moved(shelf, one).items():
            before_pcs = max(0, live[thing] - shelf.pcs[thing])
            live[thing] += pcs
            over_pcs += max(0, max(0, live[thing] - shelf.pcs[thing]) - before_pcs)
    return over_pcs


def wanted_pcs(shelf: Shelf, record: Record, closes_at: datetime) -> Counter[str]:
    """Pieces of each thing that were wanted for good: buyers who would have changed their mind within the hour are not among them."""
    wanted: Counter[str] = Counter()
    for wish in record.wishes:
        if wish.cancels_at is None or wish.cancels_at >= closes_at:
            wanted.update(shelf.taken(wish.sku, wish.pcs))
    return wanted


def agree_with_books(record: Record, books: Mapping[str, Mapping[str, Any]], *, at: datetime) -> None:
    """Make the record say what the channels' books say of their orders at the end: what the shop has taken back besides is written down.

    An order that no buyer got and that takes nothing is one that a checkout made and could not commit.

    Raises:
        AssertionError: an order is in one and not in the other, or takes more by the books than by the record.
    """
    known = {(sale.channel, sale.order_ref): sale for sale in record.sales}
    kept = {(channel, ref): one for channel, orders in books.items() for ref, one in orders.items()}
    strange = [key for key in known.keys() ^ kept.keys() if key not in kept or live_in(kept[key])]
    if strange:
        raise AssertionError(f"orders of the record and of the world differ: {sorted(strange)[:5]}")
    for key, sale in known.items():
        lacking_pcs = record.live_pcs(sale) - live_in(kept[key])
        if lacking_pcs < 0:
            raise AssertionError(f"the order {key} takes {-lacking_pcs} more by the world's books")
        if lacking_pcs:
            record.happened.append(Release(sale=sale, pcs=lacking_pcs, at=at, is_by_seller=True))


def live_in(order: Mapping[str, Any]) -> int:
    """Pieces that an order takes by a room's books; Wildberries' are a task each."""
    if "tasks" in order:
        return sum(state not in CANCELLED for state in order["tasks"].values())
    return 0 if order["state"] in CANCELLED else int(order["pcs"])


def _live_pcs(shelf: Shelf, happened: list[Sale | Release]) -> Counter[str]:
    live: Counter[str] = Counter()
    for one in happened:
        for thing, pcs in moved(shelf, one).items():
            live[thing] += pcs
    return live


def _mean_known_s(shelf: Shelf, sales: list[Sale], looks: list[Look], ends_at: datetime) -> float:
    told = [known_everywhere_s(shelf, sale, looks) for sale in sales]
    known = [(ends_at - sale.at).total_seconds() if seconds is None else seconds for sale, seconds in zip(sales, told, strict=True)]
    return sum(known) / len(known) if known else 0.0
