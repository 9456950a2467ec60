"""What a run leaves behind: its row in the hub, a table in the Prefect UI, and a small report to its caller."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.runtime import flow_run

from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.runs import Runs
from validation.reasons import SENTENCES

ROWS_SHOWN = 200
"""The UI keeps a whole table in Prefect's database; what is more is in the hub (`reference/prefect.md` §8)."""


@dataclass(kw_only=True)
class RunReport:
    """What a run counted: rows it met, refused, changed in the hub, and had accepted by the other side."""

    rows_in: int = 0
    refused: int = 0
    changed: int = 0
    accepted: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


class Ended(Protocol):
    """A round with a channel or another system, over in one way or another."""

    @property
    def of(self) -> tuple[str, ...]:
        """Whose round it was: the name that people know first, then what was done there, where a run does several things."""
        ...

    @property
    def stopped_by(self) -> SyncError | None:
        """Why it did not come to its end; none where it did."""
        ...


@contextmanager
def reported_run(hub: Hub, flow: str, *, channel: str | None = None, dry_run: bool = False) -> Iterator[RunReport]:
    """Count a run in the hub from its start to its end, whichever end that is; a dry run leaves no row."""
    report = RunReport()
    if dry_run:
        yield report
        return
    runs = Runs(hub)
    run_id = runs.begin(flow, channel=channel, flow_run_ref=flow_run.id)
    state = "failed"
    try:
        yield report
        state = "completed"
    finally:
        runs.end(run_id, state=state, **asdict(report))


def fail_where_stopped(rounds: Iterable[Ended]) -> None:
    """Fail the run for those whose last round did not come to its end.

    Raises:
        ExceptionGroup: their errors.
    """
    last = {one.of: one.stopped_by for one in rounds}
    stopped = {f"{of[0]}: {error.sentence}": error for of, error in last.items() if error is not None}
    if stopped:
        raise ExceptionGroup("; ".join(stopped), list(stopped.values()))


def show_refusals(key: str, refused: Mapping[str, int]) -> None:
    """A table of reasons, each with its sentence for the manager."""
    rows = [{"строк": rows, "почему": SENTENCES.get(reason, reason), "код": reason} for reason, rows in Counter(refused).most_common()]
    show_table(key, rows, "Что не принято и почему")


def show_table(key: str, rows: Sequence[Mapping[str, Any]], title: str) -> None:
    """A table in the UI, its first rows where there are many."""
    if not rows:
        create_markdown_artifact(f"**{title}**: пусто.", key=key, description=title)
        return
    shown = [dict(row) for row in rows[:ROWS_SHOWN]]
    more = f" (первые {ROWS_SHOWN} из {len(rows)}; остальные в базе Utyug)" if len(rows) > ROWS_SHOWN else ""
    create_table_artifact(shown, key=key, description=title + more)
