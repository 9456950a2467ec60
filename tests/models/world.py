"""The pieces of the small world: a shelf with one item, 1C and its files, and what the hub's accounts hold."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tasks.rules.ledger import Line

HERE, ELSEWHERE = "main", "other"
EXPOSURE = "exposure:channel"
KEPT_FILES = 2
SILENCE = 2
NOON = datetime(2026, 3, 2, 12, 0, 0)  # noqa: DTZ001 - a 1C stamp has no zone
SECOND = timedelta(seconds=1)
OURS = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)

NONE, SOLD, LEFT, CANCELLED, RELEASED = range(5)
UNKNOWN, CREATED, POSTED, GIVEN_UP = range(4)


class Order(NamedTuple):
    """``hub``: what the ledger holds; ``onec``: what 1C did; ``reports``: contents of those formed; ``known``: the newest received.

    A report is R (shipped), P (posted, not shipped), U (un-posted) or G (given up).
    """

    hub: int = NONE
    reserved: int = 0
    onec: int = UNKNOWN
    reports: str = ""
    known: int = 0
    is_wanted: int = 0


class File(NamedTuple):
    """``figure`` None: the item is not listed; ``marks``: twice the number of each order's reports formed before it; None: no stamp."""

    figure: int | None
    marks: tuple[int, ...] | None


class Budget(NamedTuple):
    """How often the rare things may still happen."""

    deliveries: int = 0
    shrinks: int = 0
    cancels: int = 0
    unposts: int = 0


NOTHING_RARE = Budget()


class State(NamedTuple):
    """The shelf, 1C, the wire, and the hub's accounts (the sum of which is what the hub believes 1C counted)."""

    shelf: int
    pool: int
    orders: tuple[Order, ...]
    budget: Budget
    files: tuple[File, ...] = ()
    newest: int = -1
    session: tuple[int, ...] | None = None
    reading: int | None = None
    dirty: int = 0
    exposure: int = 0
    shown: int = 0
    unseen: int = 0
    unreported: int = 0
    quiet: int = 0


@dataclass(frozen=True, kw_only=True)
class World:
    """What this 1C and these buyers may do; every field is a thing seen in the field."""

    pieces: int = 1
    orders: int = 2
    budget: Budget = NOTHING_RARE
    is_told: bool = False
    forms_files_early: bool = False
    repeats_files: bool = False
    stamps_late: bool = False
    stamps_coarsely: bool = False
    omits_stamps: bool = False
    names_other_place: bool = False
    lists_changes_only: bool = False
    exports_all_too: bool = False
    loses_portions: bool = False
    forgets_when: str = "answered"
    reports: bool = True
    repeats_reports: bool = False
    reports_releases: bool = False
    reports_unposting_first: bool = False
    reserves_on_posting: bool = True
    counts_silence: bool = False


def figure(state: State) -> int:
    """What 1C would say is free: the shelf without what it reserved and has not released."""
    return state.shelf - sum(order.onec == POSTED for order in state.orders)


def remembered(order: Order, line: Line) -> Order:
    """The order after the rules changed the hub's line of it."""
    hub = SOLD
    if line.is_cancelled:
        hub = RELEASED if line.is_released else CANCELLED
    elif line.left_pcs:
        hub = LEFT
    return order._replace(hub=hub, reserved=line.reserved_pcs)


def stamp_of(number: int) -> datetime:
    """1C's stamp of the file or report of this number."""
    return NOON + number * SECOND


def is_routine(label: str) -> bool:
    """What 1C does by itself, without a buyer, a person or luck."""
    return not any(word in label for word in ("sold", "cancelled", "delivery", "lost", "un-posts", "sells"))
