"""The offer protocol: what one listing of a told channel may sell, and how that is moved without ever selling a piece twice (DESIGN §4).

A told channel sells by itself, shows its orders late, takes only absolute figures, and may ignore one it answered with success. Its
**exposure** is the most it has sold unseen or may still sell; those pieces are in no other account. Every step here is pure: a state, what
was learned, an instant, and the state after it. `adapters.hub.offers` applies them, under the locks of the items. They are explored
exhaustively in `tests/models`, each rule droppable.

Counts are pieces of the listing (a bundle is one piece of its listing and several of the ledger). Instants are ours; the vendor's clock
is never compared with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasks.rules.bounds import Bounds

LEAVES_WITHIN = timedelta(seconds=120)
"""A write that has not left by then never leaves: longer than the pace ever keeps a call waiting."""


def exposure_account(channel: str, listing_id: int, warehouse_ref: str) -> str:
    """The ledger's account of what a listing may sell at a warehouse of its channel."""
    return f"exposure:{channel}:{listing_id}:{warehouse_ref}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """An absolute figure that is not settled yet.

    Args:
        pcs: the figure; 0 is a freeze.
        made_at: when its pieces were set aside.
        leave_by_at: it leaves by then or never; once its call is over, the end of that call.
        sent_at: when it began to leave; None before, and after a crash that nobody can tell of.
    """

    pcs: int
    made_at: datetime
    leave_by_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read back.

    Args:
        began_at: before the call.
        ended_at: after it.
        shown_pcs: for sale.
        reserved_pcs: kept there for orders, those we know among them; 0 where the channel does not say.
    """

    began_at: datetime
    ended_at: datetime
    shown_pcs: int
    reserved_pcs: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """Pieces of a cancelled order, which the channel may put back on sale by itself."""

    pcs: int
    learned_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One listing at one warehouse of its channel.

    Args:
        exposed_pcs: what its accounts hold; of a bundle what every part's account is enough for.
        write: the unsettled write.
        alive_until_at: a positive write may take effect until then; None: there is none.
        exposed_before_pcs: the exposure before the newest positive write.
        reading: the read-back that settling goes by.
        withdrawn: cancellations, at least those learned since the write was made, and those whose R and S after it are not over, or were
            not when the reading began.
        is_connecting: the channel sold this before us, and its orders of that time are not all known yet.
    """

    exposed_pcs: int = 0
    write: Write | None = None
    alive_until_at: datetime | None = None
    exposed_before_pcs: int = 0
    reading: Reading | None = None
    withdrawn: tuple[Withdrawn, ...] = ()
    is_connecting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is wanted of a listing now.

    Args:
        target_pcs: what the allocation gives it.
        pool_pcs: what is free for it, in pieces of the listing.
        shown_pcs: what it showed when last read; None: it sells without limit, because nobody manages its stock.
        moves_at: not before then, because it was moved a short while ago; zeros do not wait.
        yields: what it shows too much lacks where nothing is shown, so that no difference is too small.
    """

    target_pcs: int
    pool_pcs: int
    shown_pcs: int | None
    moves_at: datetime | None = None
    yields: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stride:
    """Differences too small to act on: growth and shrinking, as shares of what is wanted and of what is shown."""

    grows_by: float = 0.2
    shrinks_by: float = 0.2


def connect(reading: Reading) -> Offer:
    """Begin with a listing that may sell already: all it shows and keeps reserved is its exposure, whether or not the pool has it.

    Until the first settling its orders come from the pool: those made before the reading are not in what it showed.
    """
    return Offer(exposed_pcs=reading.shown_pcs + reading.reserved_pcs, reading=reading, is_connecting=True)


def decide(offer: Offer, wish: Wish, now: datetime, stride: Stride) -> int | None:
    """The figure to write now, None for none.

    Few pieces move by freezing, settling and writing anew; with a full pool a listing grows directly. A write needs all of its pieces
    free in the pool, whatever the exposure is.
    """
    if wish.target_pcs <= 0:
        return 0 if _freezes(offer, wish) else None
    if not _is_settled(offer) or (wish.moves_at is not None and now < wish.moves_at):
        return None
    if wish.shown_pcs is None:
        return min(wish.target_pcs, wish.pool_pcs) if wish.pool_pcs > 0 else 0
    if wish.target_pcs > wish.shown_pcs:
        figure = min(wish.target_pcs, wish.pool_pcs)
        return figure if figure > wish.shown_pcs and _is_growth(figure, wish.shown_pcs, stride) else None
    if wish.target_pcs == wish.shown_pcs or not (wish.yields or _is_shrink(wish.target_pcs, wish.shown_pcs, stride)):
        return None
    return wish.target_pcs if wish.pool_pcs >= wish.target_pcs else 0


def may_write(offer: Offer, pcs: int, pool_pcs: int) -> bool:
    """Rules 2 and 6: a freeze always; a positive figure when nothing is unsettled, all sales so far are known and the pool has it whole."""
    if pcs == 0:
        return True
    return _is_settled(offer) and pool_pcs >= pcs


def write(offer: Offer, pcs: int, now: datetime, bounds: Bounds) -> Offer:
    """Set a write's pieces aside before it leaves: if sales were made unseen, the write gives those pieces back to the channel.

    A freeze overtakes: the positive write before it still lives until its time is over. It lowers what is shown and nothing else, so that a
    reading made before it is still enough to go by.
    """
    made = Write(pcs=pcs, made_at=now, leave_by_at=now + LEAVES_WITHIN)
    if pcs == 0:
        return replace(offer, write=made)
    return replace(
        offer,
        exposed_pcs=offer.exposed_pcs + pcs,
        exposed_before_pcs=offer.exposed_pcs,
        write=made,
        alive_until_at=made.leave_by_at + bounds.effective,
        reading=None,
    )


def may_leave(offer: Offer, now: datetime) -> bool:
    """Whether the unsettled write may still begin to leave: in time, and a positive one for the first time."""
    if offer.write is None:
        return False
    return offer.write.pcs == 0 or (offer.write.sent_at is None and now <= offer.write.leave_by_at)


def leave(offer: Offer, now: datetime, bounds: Bounds) -> Offer:
    """The write begins to leave; remembered before it does, so that a crash takes it for sent.

    The call may still be kept waiting by the pace, so its time to leave begins anew.
    """
    if offer.write is None:
        raise ValueError("there is no write to leave")
    return _leaves_by(replace(offer, write=replace(offer.write, sent_at=now)), now + LEAVES_WITHIN, bounds)


def left(offer: Offer, now: datetime, bounds: Bounds) -> Offer:
    """The call that carried the write is over, whatever it answered: no copy leaves later."""
    return offer if offer.write is None else _leaves_by(offer, now, bounds)


def withdraw(offer: Offer) -> Offer:
    """The write provably never left: its pieces go back, and nothing has happened.

    What a withdrawn freeze overtook still lives. A channel that sold beyond its exposure meanwhile gives back only what is left of it.
    """
    if offer.write is None or offer.write.pcs == 0:
        return replace(offer, write=None)
    return replace(offer, exposed_pcs=max(0, offer.exposed_pcs - offer.write.pcs), write=None, alive_until_at=None)


def read(offer: Offer, reading: Reading, bounds: Bounds) -> Offer:
    """A read-back: kept for settling when it follows every positive write; the first that does is kept until a poll has followed it."""
    if offer.reading is not None and follows_writes(offer, offer.reading, bounds):
        return offer
    return replace(offer, reading=reading if follows_writes(offer, reading, bounds) else None)


def follows_writes(offer: Offer, reading: Reading, bounds: Bounds) -> bool:
    """Whether no positive write can change any more what a read-back shows.

    It was begun S after the last of them was dead, or it shows that the last has taken effect, or all of it and of what was there before
    is sold: without it so many could not have been. A cancelled piece that was sold again is not learned in its order, so that this too is
    final only with a poll that followed the read-back and left it so.
    """
    is_dead = offer.alive_until_at is None or reading.began_at >= offer.alive_until_at + bounds.stale
    return is_dead or offer.exposed_pcs == 0 or shows_write(offer, reading, bounds)


def shows_write(offer: Offer, reading: Reading, bounds: Bounds) -> bool:
    """Whether a read-back shows more than could be there had the positive write not taken effect.

    A figure equal to the write proves nothing: it may have been there before. A piece may be back on sale before its cancellation is
    learned, so the answer is final only with a poll that followed the read-back.
    """
    if offer.write is None or offer.write.pcs == 0 or offer.write.sent_at is None:
        return False
    since = sum(one.pcs for one in offer.withdrawn if one.learned_at >= offer.write.made_at)
    return reading.began_at >= offer.write.sent_at + bounds.stale and reading.shown_pcs > offer.exposed_before_pcs + since


def settled_pcs(offer: Offer, *, poll_began_at: datetime | None, known_open_pcs: int, bounds: Bounds) -> int | None:
    """The most that the listing may still sell or has sold unseen, None while that cannot be known.

    Args:
        offer: with the reading to go by.
        poll_began_at: of the newest poll of orders in every state whose orders and cancellations are all recorded.
        known_open_pcs: of orders we know that the channel keeps pieces reserved for.
        bounds: of the channel.
    """
    reading = offer.reading
    if reading is None or poll_began_at is None or poll_began_at < reading.ended_at + bounds.visible:
        return None
    if not follows_writes(offer, reading, bounds):
        return None
    unknown = max(0, reading.reserved_pcs - known_open_pcs)
    return reading.shown_pcs + unknown + returning_pcs(offer.withdrawn, reading.began_at, bounds)


def returning_pcs(withdrawn: Iterable[Withdrawn], read_at: datetime, bounds: Bounds) -> int:
    """Cancelled pieces that may be on sale though a read-back does not show them: learned since, or R not over by the figure it showed.

    That figure may be S older than the read-back.
    """
    return sum(one.pcs for one in withdrawn if one.learned_at + bounds.restored + bounds.stale >= read_at)


def settle(offer: Offer, pcs: int) -> Offer:
    """Nothing is under way any more; what is above ``pcs`` goes back to the pool."""
    return replace(offer, exposed_pcs=min(offer.exposed_pcs, pcs), write=None, alive_until_at=None, reading=None, is_connecting=False)


def was_ignored(offer: Offer, pcs: int) -> bool:
    """Whether settling at so many gives back more than there was before the write: it never took effect, or was overwritten with less."""
    return offer.write is not None and offer.write.pcs > 0 and offer.exposed_pcs - pcs > offer.exposed_before_pcs


def is_edited(offer: Offer, reading: Reading, *, given_pcs: int) -> bool:
    """Whether a channel shows more than it was ever allowed: somebody edited the cabinet, or a bound broke.

    Args:
        offer: as it is now.
        reading: just made.
        given_pcs: what its orders and its settling took out of the exposure since S before the reading began, which an old figure may
            still show.
    """
    return reading.shown_pcs > offer.exposed_pcs + given_pcs


def adopt(offer: Offer, reading: Reading) -> Offer:
    """A figure that somebody else wrote: all of it is added to the exposure, and the listing is connected anew.

    It is no proof that a write under way has taken effect.
    """
    return replace(
        offer,
        exposed_pcs=offer.exposed_pcs + reading.shown_pcs,
        exposed_before_pcs=offer.exposed_before_pcs + reading.shown_pcs,
        reading=None,
        is_connecting=True,
    )


def _is_settled(offer: Offer) -> bool:
    """Whether nothing is under way, and all sales so far are known."""
    return offer.write is None and offer.alive_until_at is None and not offer.is_connecting


def _leaves_by(offer: Offer, leave_by_at: datetime, bounds: Bounds) -> Offer:
    """The unsettled write leaves by then or never."""
    if offer.write is None:
        return offer
    alive_until_at = offer.alive_until_at if offer.write.pcs == 0 else leave_by_at + bounds.effective
    return replace(offer, write=replace(offer.write, leave_by_at=leave_by_at), alive_until_at=alive_until_at)


def _freezes(offer: Offer, wish: Wish) -> bool:
    """A 0 that is not shown yet is sent again; one that is shown, but may be overwritten by a write before it, is not enough."""
    is_overtaking = offer.write is not None and offer.write.pcs > 0
    return wish.shown_pcs != 0 or is_overtaking


def _is_growth(figure: int, shown_pcs: int, stride: Stride) -> bool:
    return shown_pcs == 0 or figure - shown_pcs >= figure * stride.grows_by


def _is_shrink(figure: int, shown_pcs: int, stride: Stride) -> bool:
    return shown_pcs - figure >= max(1, shown_pcs * stride.shrinks_by)
