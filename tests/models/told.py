"""The pieces of the small market: a told channel with one listing, and what the hub remembers of it."""

from dataclasses import dataclass
from typing import NamedTuple

NOTHING = -1
NOT_READ: tuple[int, int] = (-1, -1)

MADE, SENT, OVER, EXPIRED = range(4)
"""How far a write has come: set aside, begun to leave, its call over, too late to leave."""

OLDER, NEWER, LATEST = range(3)
"""What a read-back may show: a figure from before the write was sent; from after that; from after every positive write was dead."""

MAY_RETURN, MAY_BE_UNSHOWN, IS_OVER = range(3)
"""A learned cancellation: R not over; R over, but a figure from before that may still be shown; both over."""

SINCE = 3
"""Of the reading that settling goes by: learned after it."""


class Back(NamedTuple):
    """A cancellation that the hub learned: how far it is now, how far it was when the kept reading began, and whether it came after the write."""

    now: int = MAY_RETURN
    then: int = IS_OVER
    is_since_write: bool = False


class Kept(NamedTuple):
    """The hub's half: what of an `Offer` matters. ``is_proof``: the kept reading is one that shows the write, made before its time was over."""

    exposed: int = 0
    pcs: int = NOTHING
    stage: int = MADE
    before: int = 0
    is_alive: bool = False
    read: tuple[int, int] = NOT_READ
    is_proof: bool = False
    is_polled: bool = False
    is_connecting: bool = False
    backs: tuple[Back, ...] = ()


class Side(NamedTuple):
    """A told channel.

    ``old`` and ``new``: orders unseen by the hub, made before and after the kept reading; ``gone_*``: such orders already cancelled;
    ``known``: orders the hub knows; ``lost_*``: of those, cancelled without its knowledge; ``pending``: cancelled pieces that may still
    return to sale; ``flying``: positive figures on their way, ``zeros``: whether a 0 is; ``replica``: what a read-back shows, ``age`` how
    old that may be.
    """

    shown: int = 0
    old: int = 0
    new: int = 0
    unpaid: int = 0
    known: int = 0
    gone_old: int = 0
    gone_new: int = 0
    lost_old: int = 0
    lost_new: int = 0
    pending: int = 0
    flying: tuple[int, ...] = ()
    zeros: bool = False
    replica: tuple[int, int] = (0, 0)
    age: int = LATEST
    is_edited: bool = False
    hub: Kept = Kept()


class Luck(NamedTuple):
    """How often the rare things may still happen."""

    cancels: int = 0
    edits: int = 0
    shrinks: int = 0
    deliveries: int = 0


NO_LUCK = Luck()


class State(NamedTuple):
    """Pieces on the shelf, those sold to buyers of the site, and the channels."""

    shelf: int
    site: int
    luck: Luck
    sides: tuple[Side, ...]


@dataclass(frozen=True, kw_only=True)
class Market:
    """What these channels and buyers may do; every field is a thing seen in the field."""

    pieces: int = 1
    channels: int = 1
    luck: Luck = NO_LUCK
    sides: tuple[Side, ...] = ()
    has_site: bool = True
    site_sold: int = 0
    reads_stale: bool = False
    leaves_unpaid: bool = False
    shows_reserved: bool = True
    cancels_unseen: bool = False
    restores_unlearned: bool = False
    crashes: bool = False
    refuses: bool = False
    expires: bool = False
    sells_while_edited: bool = False
    target: int | None = None


def reserved(side: Side) -> int:
    """Pieces that the channel keeps for orders, paid or not."""
    return side.unpaid + side.old + side.new + side.known


def is_dead(side: Side) -> bool:
    """Whether no positive figure can take effect any more."""
    return not side.flying and not (side.hub.pcs > 0 and side.hub.stage == MADE)


def pool(state: State) -> int:
    """Pieces that are promised to nobody: what is left of the shelf."""
    return state.shelf - state.site - sum(side.hub.exposed + side.known + side.lost_old + side.lost_new for side in state.sides)


def orders(state: State) -> int:
    """Living orders."""
    return state.site + sum(side.old + side.new + side.known for side in state.sides)


def is_covered(side: Side) -> bool:
    """Whether the exposure is enough for everything the channel sold unseen or may still sell.

    A known order that was cancelled without our knowledge is still counted as sold: its piece may be for sale again.
    """
    unseen = 0 if side.hub.is_connecting else side.old + side.new
    unsent = side.hub.pcs if side.hub.pcs > 0 and side.hub.stage == MADE else 0
    needed = unseen + side.unpaid + side.shown + side.pending + sum(side.flying) + unsent
    return needed <= side.hub.exposed + side.lost_old + side.lost_new
