"""Ending processes and knowing that they ended.

A zombie counts as ended: in a container whose first process does not reap, it stays for ever.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import psutil

from adapters.clock import Clock

POLL_S = 0.05


def await_until(is_so: Callable[[], bool], *, timeout_s: float, stop: threading.Event | None = None) -> bool:
    """Wait for a condition of the outside world; False when it did not come in time, or ``stop`` came first."""
    clock, waited = Clock(), stop or threading.Event()
    deadline = clock.now() + timedelta(seconds=timeout_s)
    while not is_so():
        if clock.now() >= deadline or waited.wait(POLL_S):
            return False
    return True


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; the same pid used by another process does not count."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end(processes: Iterable[psutil.Process], *, grace_s: float) -> None:
    """Ask to terminate, wait ``grace_s``, kill what is left, and wait until all are gone."""
    left = list(processes)
    for tell in (psutil.Process.terminate, psutil.Process.kill):
        left = [process for process in left if is_alive(process)]
        for process in left:
            _tell(process, tell)
        await_until(partial(_all_ended, left), timeout_s=grace_s)


def _all_ended(processes: list[psutil.Process]) -> bool:
    return not any(map(is_alive, processes))


def _tell(process: psutil.Process, signal: Callable[[psutil.Process], None]) -> None:
    try:
        signal(process)
    except psutil.NoSuchProcess:
        return
