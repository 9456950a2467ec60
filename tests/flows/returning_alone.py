"""Runs of returns in a process of its own that is killed on the way: what `test_returns_killed` starts.

``python -m tests.flows.returning_alone POINT``: the flow runs again and again until the process kills itself at one of `POINTS`.
``python -m tests.flows.returning_alone moment SECONDS``: until it is killed so long after its first run began, wherever it is then.
Settings and Prefect's server are the environment's.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from adapters.hub.returns import Returns
from adapters.hub.runs import Cursors
from adapters.workbook.folder import WorkbookFolder
from adapters.workbook.returns_errors import write_errors
from flows.returns import returns
from tests.flows.delivering import dies_after
from tests.flows.dying import die
from validation.returns import WORKBOOK

MOMENT = "moment"
RUNS_AT_MOST = 60


def dies_after_rows(self: Returns, source: str, *given: Any, **named: Any) -> Any:
    """A workbook's rows are recorded; what channels tell is none."""
    told = RECORD(self, source, *given, **named)
    if source == WORKBOOK:
        die()
    return told


def dies_moving(self: Path, target: Path) -> Path:
    """A workbook is about to be moved."""
    if self.suffix == XLSX:
        die()
    return RENAME(self, target)


def dies_moved(self: Path, target: Path) -> Path:
    """A workbook has been moved, and nobody knows."""
    moved = RENAME(self, target)
    if self.suffix == XLSX:
        die()
    return moved


RECORD, RENAME, XLSX = Returns.record, Path.rename, ".xlsx"
POINTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "channel read": ("adapters.hub.returns.Returns.record", die),
    "half recorded": ("adapters.hub.return_recording.owe_crms", die),
    "channel recorded": ("adapters.hub.returns.Returns.record", dies_after(Returns.record)),
    "cursor moved": ("adapters.hub.runs.Cursors.move", dies_after(Cursors.move)),
    "rows recorded": ("adapters.hub.returns.Returns.record", dies_after_rows),
    "copy half written": ("adapters.workbook.returns_errors.add_checks", die),
    "copy written": ("tasks.returns.write_errors", dies_after(write_errors)),
    "told of": ("adapters.workbook.folder.WorkbookFolder.put_away", die),
    "moving": ("pathlib.Path.rename", dies_moving),
    "moved": ("pathlib.Path.rename", dies_moved),
    "put away": ("adapters.workbook.folder.WorkbookFolder.put_away", dies_after(WorkbookFolder.put_away)),
    "shown": ("flows.returns.show_returns", die),
}
"""Where the process dies: what it names is done, and nothing after it."""


def main(point: str, *after_s: str) -> None:
    """Run, and die on the way."""
    if point == MOMENT:
        threading.Timer(float(after_s[0]), die).start()
        run_on()
    else:
        target, instead = POINTS[point]
        with patch(target, instead):
            run_on()


def run_on() -> None:
    """As long as a shop would."""
    for _ in range(RUNS_AT_MOST):
        returns()


if __name__ == "__main__":
    main(*sys.argv[1:])
