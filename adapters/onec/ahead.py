"""Reading ahead: the next portions are read and judged in a thread while the last one is on its way to the hub."""

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Parcel: TypeAlias = tuple[T] | BaseException | None
"""A portion, what reading raised, or the end."""

DEPTH = 2
"""Portions in memory beside the one in hand: enough to never wait, and memory stays flat."""
LOOK_S = 0.2


def read_ahead(portions: Iterable[T], *, depth: int = DEPTH) -> Generator[T, None, None]:
    """The same portions in the same order; what reading them raises is raised here.

    Leaving the loop early ends the thread with the portion it is at.
    """
    parcels: Queue[Parcel[T]] = Queue(depth)
    is_left = threading.Event()
    thread = threading.Thread(target=_read, args=(portions, parcels, is_left), name="read-ahead", daemon=True)
    thread.start()
    try:
        while (parcel := parcels.get()) is not None:
            if isinstance(parcel, BaseException):
                raise parcel
            yield parcel[0]
    finally:
        is_left.set()
        thread.join()


def _read(portions: Iterable[T], parcels: Queue[Parcel[T]], is_left: threading.Event) -> None:
    end: Parcel[T] = None
    try:
        for portion in portions:
            if not _hand_over((portion,), parcels, is_left):
                return
    except BaseException as error:  # noqa: BLE001 - carried over to the caller, whatever it is
        end = error
    _hand_over(end, parcels, is_left)


def _hand_over(parcel: Parcel[T], parcels: Queue[Parcel[T]], is_left: threading.Event) -> bool:
    while not is_left.is_set():
        try:
            parcels.put(parcel, timeout=LOOK_S)
        except Full:
            continue
        return True
    return False
