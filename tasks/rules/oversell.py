"""Which orders to cancel where an item was sold more often than it is there: the least cost that covers what is missing.

What it costs is the channel's penalty and the margin that is lost. Of choices that cost the same those are better that leave paid orders
alone, then those that disappoint fewer buyers, then those that cancel the younger order. An order that is being packed, was shipped, or
whose state is not known is never proposed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.rules.penalties import Penalty

CANCELLABLE = ("unpaid", "new")
UNPAID = "unpaid"
Recipe = Sequence[tuple[int, int]]
Cost = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenOrder:
    """An order that holds pieces of a short item.

    Args:
        channel: where it was placed.
        number: its number there.
        state: `validation.sales.STATES`.
        placed_at: when.
        pcs: pieces of the short item in it, bundles taken apart.
        price_kopecks: what its buyer pays for all of it; None: not known in roubles.
        margin_kopecks: what the shop earns by all of it, before the channel's commission; None: not known.
        penalty: what its channel takes.
        is_free_to_cancel: its channel itself says that cancelling it costs nothing (Wildberries' ``isZeroOrder``).
    """

    channel: str
    number: str
    state: str
    placed_at: datetime
    pcs: int
    price_kopecks: int | None
    margin_kopecks: int | None
    penalty: Penalty
    is_free_to_cancel: bool = False

    @property
    def penalty_kopecks(self) -> int:
        """What its channel takes for it."""
        return 0 if self.is_free_to_cancel else self.penalty.kopecks(self.price_kopecks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """An order to cancel.

    Args:
        channel: where it was placed.
        number: its number there.
        frees_pcs: pieces of the short item that come back.
        penalty_kopecks: what the channel takes.
        margin_kopecks: what is not earned; None: not known.
        sentence: what to do and why, for the manager.
    """

    channel: str
    number: str
    frees_pcs: int
    penalty_kopecks: int
    margin_kopecks: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class _Choice:
    """Some orders together; compared by what they cost, and by their numbers where all else is the same."""

    cost: Cost = (0, 0, 0, 0)
    numbers: tuple[str, ...] = ()
    orders: tuple[OpenOrder, ...] = ()

    def with_one(self, order: OpenOrder, cost: Cost) -> "_Choice":
        money, paid, buyers, age = (mine + more for mine, more in zip(self.cost, cost, strict=True))
        return _Choice((money, paid, buyers, age), (*self.numbers, order.number), (*self.orders, order))

    def is_better_than(self, other: "_Choice | None") -> bool:
        return other is None or (self.cost, self.numbers) < (other.cost, other.numbers)


def pieces_of(item_id: int, lines: Iterable[tuple[Recipe, int]]) -> int:
    """Pieces of an item in lines of (recipe, units): bundles taken apart."""
    return sum(pcs * units for recipe, units in lines for part, pcs in recipe if part == item_id)


def certain_pcs(pcs: int, *, open_pcs: int, own_pcs: int, unexplained_pcs: int) -> int:
    """Of pieces sold beyond a quota those that no cancellation still unheard of can explain.

    A channel puts a cancelled piece back on sale by itself, and may list its next sale before the cancellation. What is given back so is
    of another open order, and the first of such a row was within the quota.

    Args:
        pcs: so many of an item one order took beyond the quota of a listing.
        open_pcs: in all open orders of the listing, as far as we know.
        own_pcs: of these, in this order.
        unexplained_pcs: of these, beyond the quota and not explained, this order's among them.
    """
    others = open_pcs - own_pcs if open_pcs > unexplained_pcs else 0
    return max(0, pcs - others)


def explained(waiting: Sequence[int], returned_pcs: int) -> list[int]:
    """What is left of sales that wait for a cancellation, the oldest first, when so many pieces were cancelled."""
    left = []
    for pcs in waiting:
        taken = min(pcs, returned_pcs)
        left.append(pcs - taken)
        returned_pcs -= taken
    return left


def propose(orders: Sequence[OpenOrder], *, missing_pcs: int) -> list[Proposal]:
    """The orders to cancel so that the rest can be served, cheapest first; exact.

    Args:
        orders: open orders of one short item, in any order.
        missing_pcs: pieces that are promised and not there.

    Returns:
        Nothing where nothing is missing. Where all that may be cancelled is not enough, all of it: the caller sees the difference.
    """
    candidates = sorted((one for one in orders if one.state in CANCELLABLE and one.pcs > 0), key=lambda one: (one.placed_at, one.number))
    missing_pcs = min(missing_pcs, sum(one.pcs for one in candidates))
    if missing_pcs <= 0:
        return []
    costs = _costs(candidates)
    chosen = _cheapest(candidates, missing_pcs, costs)
    dearness = {(one.channel, one.number): cost for one, cost in zip(candidates, costs, strict=True)}
    cheapest_first = sorted(chosen, key=lambda one: dearness[one.channel, one.number])
    return [_proposal(one, is_youngest=one is candidates[-1]) for one in cheapest_first]


def _costs(candidates: Sequence[OpenOrder]) -> list[Cost]:
    """Money, paid orders, buyers, age. A margin that is known of some only would make the others look cheap, so it is left out then."""
    is_margin_known = all(one.margin_kopecks is not None for one in candidates)
    youngest = len(candidates) - 1
    return [
        (
            one.penalty_kopecks + (max(one.margin_kopecks or 0, 0) if is_margin_known else 0),
            int(one.state != UNPAID),
            1,
            youngest - place,
        )
        for place, one in enumerate(candidates)
    ]


def _cheapest(candidates: Sequence[OpenOrder], missing_pcs: int, costs: Sequence[Cost]) -> tuple[OpenOrder, ...]:
    """The cheapest choice that frees enough: for every number of pieces up to that, the cheapest that frees so many or more."""
    best: list[_Choice | None] = [_Choice(), *[None] * missing_pcs]
    for order, cost in zip(candidates, costs, strict=True):
        for freed in range(missing_pcs - 1, -1, -1):
            before, reached = best[freed], min(freed + order.pcs, missing_pcs)
            if before is not None and (longer := before.with_one(order, cost)).is_better_than(best[reached]):
                best[reached] = longer
    found = best[missing_pcs]
    return found.orders if found is not None else ()


def _proposal(order: OpenOrder, *, is_youngest: bool) -> Proposal:
    reasons = [_penalty_told(order)]
    if order.margin_kopecks is not None:
        reasons.append(f"теряется {roubles(order.margin_kopecks)} прибыли до комиссии площадки")
    reasons.append("покупатель ещё не оплатил" if order.state == UNPAID else "его ещё не собирают")
    if is_youngest:
        reasons.append("он оформлен последним")
    return Proposal(
        channel=order.channel,
        number=order.number,
        frees_pcs=order.pcs,
        penalty_kopecks=order.penalty_kopecks,
        margin_kopecks=order.margin_kopecks,
        sentence=f"Заказ {order.number} («{order.channel}»), вернётся {order.pcs} шт.: {', '.join(reasons)}.",
    )


def _penalty_told(order: OpenOrder) -> str:
    if order.is_free_to_cancel:
        return "площадка продала его при нулевом остатке и штрафа не берёт"
    return f"штраф около {roubles(order.penalty_kopecks)}" if order.penalty_kopecks else "без штрафа"


def roubles(kopecks: int) -> str:
    """A sum as people write it: whole roubles, kopecks only where there are any."""
    sign, whole, rest = "−" if kopecks < 0 else "", abs(kopecks) // 100, abs(kopecks) % 100
    spaced = f"{whole:,}".replace(",", " ")
    return f"{sign}{spaced},{rest:02} ₽" if rest else f"{sign}{spaced} ₽"
