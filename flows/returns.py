"""Returns: from every channel, from the carriers and from the managers' workbooks into the hub."""

from datetime import UTC, datetime, time
from datetime import date as day

from prefect import flow, get_run_logger, task

from adapters.carriers import open_carrier
from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.policy import policy
from tasks.publishing import chosen
from tasks.reporting import RunReport, reported_run
from tasks.return_booking import note_posted
from tasks.return_carriers import read_carrier
from tasks.returns import ReturnsRead, fail_where_stopped, read_channel, read_folder, show_returns
from validation.returns import WORKBOOK

POLL_S = 240.0
"""Goods come back in days: twice in a shift is often enough, and a vendor answers once a minute."""


@flow(
    name="returns",
    description="Возвраты: прочитать с площадок, у перевозчика и из книг менеджеров, свести сообщения об одном возврате, передать дальше.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def returns(channel: str | None = None, since: day | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Take what came back.

    Args:
        channel: one channel by its name in settings, ``carrier:<name>``, or ``workbook`` for the folder only; everything by default.
        since: read channels and carriers from this day on, whatever was read before.
        dry_run: read only and show what would be recorded; nothing is written or moved anywhere.
        rounds: 1 for once; none stays for a shift and reads again after a while.
    """
    settings = read_settings()
    names, carriers = sources_of(settings, channel)
    begins_at = datetime.combine(since, time(), UTC) if since is not None else None
    with open_hub(settings) as hub, reported_run(hub, "returns", channel=channel, dry_run=dry_run) as report:
        read: list[ReturnsRead] = []
        for _ in rounds_of(hub, rounds=1 if dry_run else rounds, poll_s=POLL_S):
            read += [take_returns(hub, settings, name, since=begins_at, dry_run=dry_run) for name in names]
            for target in carriers:
                read += take_carrier(hub, settings, target, since=begins_at, dry_run=dry_run)
            if channel in {None, WORKBOOK}:
                read += take_workbooks(hub, settings, dry_run=dry_run)
            if channel is None and not dry_run:
                read += take_posted(hub, settings)
        show_returns(hub, read, report)
        fail_where_stopped(read)
    return report


def sources_of(settings: Settings, channel: str | None) -> tuple[list[str], list[str]]:
    """Channels and carriers that a run reads.

    Raises:
        Misconfigured: there is no such channel or carrier.
    """
    carriers = [f"carrier:{name}" for name in sorted(settings.carriers)]
    if channel is None:
        return chosen(settings, None), carriers
    if channel in carriers:
        return [], [channel]
    return ([] if channel == WORKBOOK else chosen(settings, channel)), []


@task(name="возвраты площадки", task_run_name="возвраты {name}", **policy)
def take_returns(hub: Hub, settings: Settings, name: str, *, since: datetime | None, dry_run: bool) -> ReturnsRead:
    """A channel's returns; where they cannot be read the others still are."""
    try:
        with open_channel(settings.channels[name], hub=hub) as shop:
            return read_channel(hub, settings, name, shop, since=since, dry_run=dry_run)
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return ReturnsRead(source=name, stopped_by=error)


@task(name="возвраты у перевозчика", task_run_name="возвраты {target}", **policy)
def take_carrier(hub: Hub, settings: Settings, target: str, *, since: datetime | None, dry_run: bool) -> list[ReturnsRead]:
    """What a carrier brings back; what it cannot tell now it is asked in the next round."""
    with open_carrier(settings.carriers[target.partition(":")[2]], hub=hub) as carrier:
        read = list(read_carrier(hub, settings, target, carrier, since=since, dry_run=dry_run))
    if (error := read[-1].stopped_by) is not None:
        get_run_logger().error("%s: %s", target, error.sentence)
    return read


@task(name="книги возвратов", **policy)
def take_workbooks(hub: Hub, settings: Settings, *, dry_run: bool) -> list[ReturnsRead]:
    """Everything that managers have put into the folder."""
    return read_folder(hub, settings, dry_run=dry_run)


@task(name="проведённые возвраты", **policy)
def take_posted(hub: Hub, settings: Settings) -> list[ReturnsRead]:
    """Returns whose documents 1C has posted; which base did not say so."""
    return list(note_posted(hub, settings))
