"""A process that takes in what waits and stops for its watcher at a point it was told: what `test_catalog` starts and kills.

``python -m tests.tasks.taking URL VAR_DIR AT N``: at the N-th portion it reads (AT is ``portion``) or member it stores (``member``) it
says so on its standard output and waits until somebody answers on its standard input.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from prefect.logging import disable_run_logger

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.onec import archive
from adapters.settings import Settings
from tasks.catalog import FeedTaken, take_in
from tasks.rules.intake import judged


def take_all(hub: Hub, var_dir: Path) -> list[FeedTaken]:
    """Everything that waits, in order."""
    taken = []
    with disable_run_logger():
        while waiting := Inbox(hub).waiting():
            taken.append(take_in.fn(hub, Settings(var_dir=var_dir), waiting[0], dry_run=False))
    return taken


def stopping(done: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The same, but before the call of that number the process waits for its watcher."""
    calls = 0

    def stop_there(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            print("here", flush=True)
            sys.stdin.readline()
        return done(*given)

    return stop_there


def main(url: str, var_dir: str, at: str, number: str) -> None:
    """Take in, and wait at the point named."""
    here = int(number)
    passing = stopping(lambda portion: portion, here if at == "portion" else 0)

    def paused(portions: Any) -> Iterator[Any]:
        return (passing(portion) for portion in judged(portions))

    storing = stopping(archive._store, here if at == "member" else 0)
    with patch("tasks.catalog.judged", paused), patch.object(archive, "_store", storing), Hub(url, clock=Clock()) as hub:
        take_all(hub, Path(var_dir))


if __name__ == "__main__":
    main(*sys.argv[1:])
