"""Returns: from every channel and from the managers' workbooks into the hub."""

from datetime import UTC, datetime, time
from datetime import date as day

from prefect import flow, get_run_logger, task

from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.onec.odata.opening import open_odata
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.policy import policy
from tasks.publishing import chosen
from tasks.reporting import RunReport, reported_run
from tasks.return_booking import note_posted
from tasks.returns import ReturnsRead, fail_where_stopped, read_channel, read_folder, show_returns
from validation.returns import WORKBOOK

POLL_S = 240.0
"""Goods come back in days: twice in a shift is often enough, and a vendor answers once a minute."""


@flow(
    name="returns",
    description="Возвраты: прочитать с площадок и из книг менеджеров, свести сообщения об одном возврате, передать дальше.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def returns(channel: str | None = None, since: day | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Take what came back.

    Args:
        channel: one channel by its name in settings, or ``workbook`` for the folder only; everything by default.
        since: read the channels from this day on, whatever was read before.
        dry_run: read only and show what would be recorded; nothing is written or moved anywhere.
        rounds: 1 for once; none stays for a shift and reads again after a while.
    """
    settings = read_settings()
    names = [] if channel == WORKBOOK else chosen(settings, channel)
    begins_at = datetime.combine(since, time(), UTC) if since is not None else None
    with open_hub(settings) as hub, reported_run(hub, "returns", channel=channel, dry_run=dry_run) as report:
        read: list[ReturnsRead] = []
        for _ in rounds_of(hub, rounds=1 if dry_run else rounds, poll_s=POLL_S):
            read += [take_returns(hub, settings, name, since=begins_at, dry_run=dry_run) for name in names]
            if channel in {None, WORKBOOK}:
                read += take_workbooks(hub, settings, dry_run=dry_run)
            if channel is None and not dry_run:
                read += [look_for_posted(hub, settings, base) for base in settings.onec.by_odata]
        show_returns(hub, read, report)
        fail_where_stopped(read)
    return report


@task(name="возвраты площадки", task_run_name="возвраты {name}", **policy)
def take_returns(hub: Hub, settings: Settings, name: str, *, since: datetime | None, dry_run: bool) -> ReturnsRead:
    """A channel's returns; where they cannot be read the others still are."""
    try:
        with open_channel(settings.channels[name], hub=hub) as shop:
            return read_channel(hub, settings, name, shop, since=since, dry_run=dry_run)
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return ReturnsRead(source=name, stopped_by=error)


@task(name="проведённые возвраты", task_run_name="проведённые возвраты {base}", **policy)
def look_for_posted(hub: Hub, settings: Settings, base: str) -> ReturnsRead:
    """Documents that somebody has posted in a base of 1C; where it cannot be asked the rest still counts."""
    odata = settings.onec.by_odata[base]
    if "return" not in odata.documents:
        return ReturnsRead(source=base)
    try:
        with open_odata(odata, hub=hub) as onec:
            note_posted(hub, base, onec)
    except SyncError as error:
        get_run_logger().error("%s: %s", base, error.sentence)
        return ReturnsRead(source=base, stopped_by=error)
    return ReturnsRead(source=base)


@task(name="книги возвратов", **policy)
def take_workbooks(hub: Hub, settings: Settings, *, dry_run: bool) -> list[ReturnsRead]:
    """Everything that managers have put into the folder."""
    return read_folder(hub, settings, dry_run=dry_run)
