"""When 1C's figure already contains an order, and what a count, a report and a cancellation move (DESIGN §3.1).

Every piece that 1C says is free is in one account of its place: the pool, an exposure, a hold, an order line's own. 1C's figure falls
when 1C reserves an order, which is neither when it was sold nor when we hear of it. Deducting a piece twice, or never, is the classic
error, so a line leaves its account only at a count that provably contains it.

Stamps of 1C's clock (``formed_at``) are naive and compared only with each other, ours (``received_at``, ``began_at``) likewise. None is
a stamp that cannot be compared: it was missing, or named a day only. The rules are explored exhaustively in `tests/models`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

POOL = "pool"
ONEC = "onec"


def sold_account(line_ref: str) -> str:
    """The account of pieces sold on an order line that 1C's figure does not show yet."""
    return f"sold:{line_ref}"


def sold_line_ref(account: str) -> str | None:
    """The order line of a `sold_account`; None for any other account."""
    return account.removeprefix("sold:") if account.startswith("sold:") else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Pieces of one order line at one place.

    Args:
        line_ref: our name of the order line.
        place: the 1C warehouse that they were taken from.
        pcs: pieces sold.
        returns_to: the exposure account of a told channel, which may put a cancelled piece on sale by itself; None for an asking one.
        is_handed_over: 1C was given the order. It may have taken it even where its ``success`` never came: it commits the orders before
            the first bad one of a package and stays silent (`reference/commerceml.md` §1.6).
        reserved_pcs: of these, so many are reserved according to 1C's newest report.
        left_pcs: of these, so many have left `sold`: 1C's figure shows them.
        report_formed_at: 1C's stamp on the newest report.
        report_received_at: our stamp of its arrival.
        is_cancelled: the order is cancelled, on its channel or by us.
        is_given_up: 1C's newest report says that it gave the line up: cancelled, marked for deletion, or gone from the document.
        is_released: cancelled, and 1C's figure provably holds the pieces again.
    """

    line_ref: str
    place: str
    pcs: int
    returns_to: str | None = None
    is_handed_over: bool = False
    reserved_pcs: int = 0
    left_pcs: int = 0
    report_formed_at: datetime | None = None
    report_received_at: datetime | None = None
    is_cancelled: bool = False
    is_given_up: bool = False
    is_released: bool = False

    @property
    def account(self) -> str:
        """Where its pieces wait for 1C's figure."""
        return sold_account(self.line_ref)

    @property
    def waiting_pcs(self) -> int:
        """Pieces that are in `sold` now."""
        return 0 if self.is_cancelled else self.pcs - self.left_pcs

    @property
    def is_waiting(self) -> bool:
        """Whether a count may still change it."""
        return not self.is_released if self.is_cancelled else self.left_pcs < self.pcs


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """1C's free figure of an item at a place, with the stamps of the file and of the exchange session that brought it."""

    place: str
    pcs: int
    formed_at: datetime | None
    session_began_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What 1C says of one order line: the document carries all of its lines, so a line that vanished has no pieces."""

    reserved_pcs: int
    is_given_up: bool
    formed_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Pieces from one account to another at one place."""

    place: str
    from_account: str
    to_account: str
    pcs: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A line after it was told something, and what that moved."""

    line: Line
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A line that became two: what stays of it (None: nothing), what was parted from it, and what that moved."""

    kept: Line | None
    parted: Line
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """An item's place after a count: its lines, what was moved, and how many promised pieces do not exist."""

    lines: tuple[Line, ...]
    moves: tuple[Move, ...]
    shortfall_pcs: int


def is_overtaken(formed_at: datetime | None, newest_at: datetime | None) -> bool:
    """Whether something from 1C was formed before what is already known, and is dropped.

    What cannot be compared may be older, so it does not overrule what can.
    """
    return newest_at is not None and (formed_at is None or formed_at < newest_at)


def is_reserved(*, reserves_when: str, is_posted: bool, is_shipped: bool) -> bool:
    """Whether a reported order's pieces are out of 1C's free figure.

    Posting reserves only where the order's lines are set to reserve, which no report tells; shipping always does.

    Args:
        reserves_when: the setting ``onec.reserves_when``: ``shipped`` or ``posted``.
        is_posted: «Проведен».
        is_shipped: «Номер отгрузки по 1С» or «Отгружен».
    """
    return is_shipped or (reserves_when == "posted" and is_posted)


def is_shown(line: Line, count: Count) -> bool:
    """Whether a count provably contains what 1C's newest report says of a line.

    The count's session began after the report was received, its file was formed strictly later by 1C's own clock, at the same place.
    """
    if line.report_formed_at is None or line.report_received_at is None or count.formed_at is None:
        return False
    is_later = count.formed_at > line.report_formed_at
    return line.place == count.place and is_later and count.session_began_at > line.report_received_at


def post_count(lines: Sequence[Line], count: Count, *, believed_pcs: int, pool_pcs: int) -> Posted:
    """What a count moves at its place: its difference to the pool, and what it shows out of `sold`.

    Args:
        lines: the item's lines, of any place.
        count: not overtaken (`is_overtaken`).
        believed_pcs: the sum of the place's accounts, which is the count before this one.
        pool_pcs: what of it is in the pool.
    """
    after = tuple(_shown(line) if is_shown(line, count) else line for line in lines)
    left = [
        _move(line.place, line.account, POOL, new.left_pcs - line.left_pcs, "left_sold") for line, new in zip(lines, after, strict=True)
    ]
    moves = tuple(move for move in (_difference(count, believed_pcs), *left) if move.pcs > 0)
    pool_after = pool_pcs + count.pcs - believed_pcs + sum(move.pcs for move in left)
    here = [line for line in after if line.place == count.place]
    return Posted(lines=after, moves=moves, shortfall_pcs=shortfall_pcs(pool_after, here))


def shortfall_pcs(pool_pcs: int, lines: Sequence[Line]) -> int:
    """How many promised pieces do not exist at a place, for certain.

    A pool below zero may be our own doubt: 1C's figure may already lack the pieces of an order that 1C was given and we still hold as
    sold, and of a cancelled one that 1C has not released.
    """
    doubted = sum(line.pcs if line.is_cancelled and not line.is_released else line.waiting_pcs for line in lines if line.is_handed_over)
    return max(0, -(pool_pcs + doubted))


def tell_report(line: Line, report: Report) -> Told:
    """What 1C's report of an order does to a line: pieces that it no longer reserves go back into `sold`.

    A report formed before the newest known is dropped; of two formed in the same instant, and of one that cannot be compared, only
    what reserves less is believed.
    """
    if report.formed_at is not None and is_overtaken(report.formed_at, line.report_formed_at):
        return Told(line=replace(line, is_handed_over=True), moves=())
    is_newer = report.formed_at is not None and report.formed_at != line.report_formed_at
    stated = min(line.pcs, report.reserved_pcs)
    reserved = stated if is_newer else min(stated, line.reserved_pcs)
    left = min(line.left_pcs, reserved)
    after = replace(
        line,
        is_handed_over=True,
        reserved_pcs=reserved,
        left_pcs=line.left_pcs if line.is_cancelled else left,
        is_given_up=report.is_given_up if is_newer else line.is_given_up,
        is_released=line.is_released and report.is_given_up,
        report_formed_at=report.formed_at if is_newer else line.report_formed_at,
        report_received_at=report.received_at if is_newer else line.report_received_at,
    )
    back = _move(line.place, POOL, line.account, line.left_pcs - after.left_pcs, "unreserved")
    return Told(line=after, moves=(back,) if back.pcs else ())


def cancel(line: Line) -> Told:
    """What a cancellation moves.

    A told channel may put the pieces on sale by itself, so they go to its exposure: from `sold`, and what 1C's figure already lacks
    from the pool, below zero if need be, until 1C releases it. An asking channel's go to the pool, or come with 1C's release.
    """
    if line.is_cancelled:
        return Told(line=line, moves=())
    back_to = line.returns_to or POOL
    moves = [_move(line.place, line.account, back_to, line.waiting_pcs, "cancelled")]
    if line.returns_to is not None:
        moves.append(_move(line.place, POOL, line.returns_to, line.left_pcs, "cancelled_after_leaving"))
    return Told(line=replace(line, is_cancelled=True), moves=tuple(move for move in moves if move.pcs))


def split(line: Line, pcs: int, *, line_ref: str) -> Split:
    """Part pieces from a live line, to be cancelled by themselves: what 1C reserves and shows stays with the line as far as it goes.

    Args:
        line: of more pieces than are parted.
        pcs: to part.
        line_ref: the name of the parted line, at the same place.

    Raises:
        ValueError: the line has not more than these pieces, or is cancelled.
    """
    kept, parted = _parted(line, pcs, line_ref)
    if kept is None:
        raise ValueError(f"{pcs} pieces of a line of {line.pcs} are not a part")
    moved = _move(line.place, line.account, parted.account, parted.waiting_pcs, "split")
    return Split(kept=kept, parted=parted, moves=(moved,) if moved.pcs else ())


def take_over(line: Line, pcs: int, *, line_ref: str) -> Split:
    """Part pieces from a live line that go on in another order, which 1C does not know by its own number yet.

    Nothing that 1C says of the first order is true of the second: pieces that had left `sold` are in it again, until 1C reports it. They
    may be lacking in 1C's figure meanwhile, because it still has them in the first, so the line counts as handed over where that one was.

    Args:
        line: of at least these pieces.
        pcs: to part.
        line_ref: the other order's line, at the same place.

    Raises:
        ValueError: the line has fewer pieces, or is cancelled.
    """
    kept, parted = _parted(line, pcs, line_ref)
    fresh = replace(parted, reserved_pcs=0, left_pcs=0, report_formed_at=None, report_received_at=None, is_given_up=False)
    moves = (
        _move(line.place, line.account, parted.account, parted.waiting_pcs, "split"),
        _move(line.place, POOL, parted.account, parted.left_pcs, "split_after_leaving"),
    )
    return Split(kept=kept, parted=fresh, moves=tuple(move for move in moves if move.pcs))


def is_silent(line: Line, *, exchanges: int, limit: int) -> bool:
    """Whether 1C let too many exchanges pass without the report that would free a line's stranded pieces."""
    return line.is_handed_over and line.is_waiting and exchanges >= limit


def spread(reported_pcs: int, lines: Sequence[Line]) -> list[int]:
    """Pieces that 1C reports of an item, over our lines of it in the order given."""
    shares = []
    for line in lines:
        share = min(line.pcs, reported_pcs)
        shares.append(share)
        reported_pcs -= share
    return shares


def _parted(line: Line, pcs: int, line_ref: str) -> tuple[Line | None, Line]:
    if line.is_cancelled or not 0 < pcs <= line.pcs:
        raise ValueError(f"{pcs} pieces cannot be parted from a line of {line.pcs}")
    kept_pcs = line.pcs - pcs
    kept = replace(line, pcs=kept_pcs, reserved_pcs=min(line.reserved_pcs, kept_pcs), left_pcs=min(line.left_pcs, kept_pcs))
    reserved, left = line.reserved_pcs - kept.reserved_pcs, line.left_pcs - kept.left_pcs
    return kept if kept_pcs else None, replace(line, line_ref=line_ref, pcs=pcs, reserved_pcs=reserved, left_pcs=left)


def _shown(line: Line) -> Line:
    if line.is_cancelled:
        return replace(line, is_released=line.is_given_up)
    return replace(line, left_pcs=max(line.left_pcs, line.reserved_pcs))


def _difference(count: Count, believed_pcs: int) -> Move:
    gained = count.pcs - believed_pcs
    if gained >= 0:
        return _move(count.place, ONEC, POOL, gained, "count")
    return _move(count.place, POOL, ONEC, -gained, "count")


def _move(place: str, from_account: str, to_account: str, pcs: int, reason: str) -> Move:
    return Move(place=place, from_account=from_account, to_account=to_account, pcs=pcs, reason=reason)
