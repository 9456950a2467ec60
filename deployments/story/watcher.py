"""Looks at the shop windows: what every channel shows, beside what is really left on the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deployments.story.crowd import Record, Release, Sale
from deployments.story.goods import CHANNELS, Shelf
from deployments.story.stage import Stage
from deployments.story.time import Bell

LOOKS_EVERY_S = 30.0
"""And at once when somebody bought or changed their mind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One instant: by channel and code what buyers see, and by thing what is left of it, below zero where more is sold than there is."""

    at: datetime
    shown: Mapping[str, Mapping[str, int]]
    left: Mapping[str, int]


@dataclass(kw_only=True)
class Watcher:
    """Looks until the end."""

    stage: Stage
    record: Record
    ends_at: datetime
    bell: Bell = field(default_factory=Bell)
    looks: list[Look] = field(default_factory=list)

    def act(self) -> None:
        """Look, rest, look."""
        clock = self.stage.clock
        while clock.now() < self.ends_at:
            self.looks.append(Look(at=clock.now(), shown=self.stage.shown(), left=left_after(self.stage.shelf, self.record.happened)))
            self.stage.turns.rest_until(min(self.ends_at, clock.now() + timedelta(seconds=LOOKS_EVERY_S)), self.bell)


def left_after(shelf: Shelf, happened: list[Sale | Release]) -> dict[str, int]:
    """Pieces of each thing that no live order takes."""
    left = dict(shelf.pcs)
    for one in happened:
        for thing, pcs in moved(shelf, one).items():
            left[thing] -= pcs
    return left


def moved(shelf: Shelf, one: Sale | Release) -> dict[str, int]:
    """Pieces of things that left the shelf; those that came back count below zero."""
    if isinstance(one, Sale):
        return dict(shelf.taken(one.sku, one.pcs))
    return {thing: -pcs for thing, pcs in shelf.taken(one.sale.sku, one.pcs).items()}


def known_everywhere_s(shelf: Shelf, sale: Sale, looks: list[Look]) -> float | None:
    """From an order until no other channel shows more of its things than are left.

    A figure is right for the order from the first look at which the channel shows, of every good that holds one of the order's things, no
    more than the pieces left would make: 0 where that is so already. None where it is so at no look until the end.
    """
    goods = shelf.holding(shelf.goods[sale.sku].parts)
    others = [(channel, good.sku) for good in goods for channel in CHANNELS if channel in good.channels and channel != sale.channel]
    wrong = set(others)
    for look in looks:
        if look.at < sale.at:
            continue
        wrong = {(channel, sku) for channel, sku in wrong if look.shown[channel].get(sku, 0) > shelf.makes(sku, look.left)}
        if not wrong:
            return (look.at - sale.at).total_seconds()
    return None if wrong else 0.0
