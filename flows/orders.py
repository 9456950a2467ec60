"""Orders: from every channel into the hub, where they take their pieces and wait for 1C."""

from prefect import flow, get_run_logger, task

from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.orders import OrdersTaken, keep_subscribed, orders_round, show_orders, would_take
from tasks.policy import at_once, policy
from tasks.publishing import chosen
from tasks.reporting import RunReport, fail_where_stopped, reported_run


@flow(
    name="orders",
    description="Заказы с площадок: прочитать всё новое и изменившееся, списать штуки, поставить в очередь для 1С.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def orders(channel: str | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Take what was ordered and changed on every channel.

    Args:
        channel: one channel by its name in settings; all of them by default.
        dry_run: read only and show what would be recorded; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and reads again when a push comes, or after a while.
    """
    settings = read_settings()
    names = chosen(settings, channel)
    with open_hub(settings) as hub, reported_run(hub, "orders", channel=channel, dry_run=dry_run) as report:
        taken = at_once(take_orders, [(hub, settings, name) for name in names], rounds=1 if dry_run else rounds, dry_run=dry_run)
        show_orders(taken, report)
        fail_where_stopped(taken)
    return report


@task(name="заказы площадки", task_run_name="заказы {name}", **policy)
def take_orders(hub: Hub, settings: Settings, name: str, *, rounds: int | None, dry_run: bool) -> list[OrdersTaken]:
    """A channel's rounds; one that fails is tried again in the next."""
    poll_s = settings.channels[name].orders.poll_s
    numbers = rounds_of(hub, "orders", rounds=rounds, poll_s=poll_s)
    return [_attempt(hub, settings, name, dry_run=dry_run, is_first=number == 1) for number in numbers]


def _attempt(hub: Hub, settings: Settings, name: str, *, dry_run: bool, is_first: bool) -> OrdersTaken:
    """One round; where it fails the others still have theirs."""
    try:
        with open_channel(settings.channels[name], hub=hub) as shop:
            if dry_run:
                return would_take(hub, settings, name, shop)
            if is_first:
                keep_subscribed(settings, name, shop)
            return orders_round(hub, settings, name, shop)
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return OrdersTaken(channel=name, stopped_by=error)
