"""Stock: from 1C's counts in the hub to what every channel may show, and shows."""

from prefect import flow, get_run_logger, task

from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.policy import at_once, policy
from tasks.publishing import Published, chosen, show_published
from tasks.reporting import RunReport, fail_where_stopped, reported_run
from tasks.stock import post_counts
from tasks.stock_rounds import compare, stock_round

WHOLE_EVERY = 10
"""Every so many rounds of a shift all listings are read back; in between only those that something is under way with."""


@flow(
    name="stock",
    description="Остатки на площадки: сколько каждой можно продать, сравнить с тем, что показано, отправить разницу, прочитать обратно.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def stock(channel: str | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Make every channel show what it may sell.

    Args:
        channel: one channel by its name in settings; all of them by default.
        dry_run: compare only and show the differences; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and publishes again whenever the ledger moves.
    """
    settings = read_settings()
    names = chosen(settings, channel)
    with open_hub(settings) as hub, reported_run(hub, "stock", channel=channel, dry_run=dry_run) as report:
        if dry_run:
            told = [would_tell(hub, settings, name) for name in names]
        else:
            post_counts(hub)
            told = at_once(tell, [(hub, settings, name) for name in names], rounds=rounds)
        show_published(told, report)
        fail_where_stopped(told)
    return report


@task(name="остатки площадки", task_run_name="остатки {name}", **policy)
def tell(hub: Hub, settings: Settings, name: str, *, rounds: int | None) -> list[Published]:
    """A channel's rounds; one that fails is tried again in the next."""
    told: list[Published] = []
    for number in rounds_of(hub, "stock", rounds=rounds):
        if number > 1:
            post_counts(hub)
        told.append(_attempt(hub, settings, name, is_whole=number % WHOLE_EVERY == 1))
    return told


@task(name="сравнить остатки площадки", task_run_name="сравнить остатки {name}", **policy)
def would_tell(hub: Hub, settings: Settings, name: str) -> Published:
    """What a channel shows and should not; nothing is written, here or there."""
    with open_channel(settings.channels[name], hub=hub) as shop:
        return compare(hub, settings, name, shop)


def _attempt(hub: Hub, settings: Settings, name: str, *, is_whole: bool) -> Published:
    """One round; where it fails the others still have theirs."""
    try:
        with open_channel(settings.channels[name], hub=hub) as shop:
            return stock_round(hub, settings, name, shop, is_whole=is_whole)
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return Published(channel=name, stopped_by=error)
