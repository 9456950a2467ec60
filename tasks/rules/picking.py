"""What a picker fetches: items from places for shipments, what leaves first before the rest. Grain: item × place × shipment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Pieces of an item that a shipment takes.

    Args:
        places: pieces of it that its line took from each place, by the ledger.
    """

    shipment: str
    channel: str
    order_ref: str
    item_ref: str
    article: str | None
    name: str
    pcs: int
    places: Mapping[str, int]
    needs_code: bool = False
    ship_by_at: datetime | None = None
    barcode: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """Pieces of one item from one place for one shipment; ``place`` empty where the ledger does not say."""

    place: str
    item_ref: str
    article: str | None
    name: str
    pcs: int
    shipment: str
    channel: str
    order_ref: str
    needs_code: bool
    ship_by_at: datetime | None
    barcode: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What is fetched in one go: what leaves by one time through one channel, in the order of the walk."""

    channel: str
    ship_by_at: datetime | None
    picks: tuple[Pick, ...]

    @property
    def pcs(self) -> int:
        """Pieces of it all."""
        return sum(pick.pcs for pick in self.picks)

    @property
    def shipments(self) -> int:
        """How many shipments it is for."""
        return len({pick.shipment for pick in self.picks})


def rounds_of(picks: Iterable[Pick]) -> list[Round]:
    """The list parted by channel and time: what leaves first is first, what has no time is last."""
    return [
        Round(channel=found[0].channel, ship_by_at=found[0].ship_by_at, picks=found)
        for _, group in groupby(sorted(picks, key=_walk), key=lambda pick: _walk(pick)[:2])
        for found in [tuple(group)]
    ]


def picking(wanted: Iterable[Wanted]) -> list[Pick]:
    """The list: the earliest to leave first, then by channel, place and article, what has no place last. Every piece is in it once."""
    taken: dict[tuple[str, str, str], int] = {}
    picks = [pick for one in wanted for pick in _picks(one, taken)]
    return sorted(picks, key=_walk)


def _picks(one: Wanted, taken: dict[tuple[str, str, str], int]) -> Sequence[Pick]:
    """Parts of one order share what its lines took from a place."""
    left, found = one.pcs, []
    for place in sorted(one.places):
        key = (one.channel + "|" + one.order_ref, one.item_ref, place)
        pcs = min(left, max(0, one.places[place] - taken.get(key, 0)))
        if pcs:
            taken[key] = taken.get(key, 0) + pcs
            left -= pcs
            found.append(_pick(one, place, pcs))
    return [*found, _pick(one, "", left)] if left else found


def _pick(one: Wanted, place: str, pcs: int) -> Pick:
    return Pick(
        place=place,
        item_ref=one.item_ref,
        article=one.article,
        name=one.name,
        pcs=pcs,
        shipment=one.shipment,
        channel=one.channel,
        order_ref=one.order_ref,
        needs_code=one.needs_code,
        ship_by_at=one.ship_by_at,
        barcode=one.barcode,
    )


def _walk(pick: Pick) -> tuple[object, ...]:
    at = pick.ship_by_at
    until = at.timestamp() if at else float("inf")
    return until, pick.channel, not pick.place, pick.place, pick.article or pick.name, pick.item_ref, pick.shipment
