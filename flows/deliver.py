"""Deliver: what the outbox owes other systems, told to them."""

from prefect import flow, get_run_logger, task

from adapters.crms import open_crm
from adapters.errors import Misconfigured, SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.outbox import NOTICE, Outbox
from adapters.hub.rounds import rounds_of
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.deliver import Delivered, deliver_orders, fail_where_stopped, show_delivered
from tasks.policy import at_once, policy
from tasks.reporting import RunReport, reported_run

POLL_S = 30.0
"""What failed is tried again without a notice."""


@flow(
    name="deliver",
    description="Передать в CRM заказы и их изменения из очереди; что не удалось, повторить позже.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def deliver(target: str | None = None, requeue: bool = False, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Tell other systems what they are owed.

    Args:
        target: one of them, as messages name it: ``crm:<name>``; all of them by default.
        requeue: try what had been given up once more.
        dry_run: only show what waits; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and delivers whenever something new is owed.
    """
    settings = read_settings()
    names = _chosen(settings, target)
    with open_hub(settings) as hub, reported_run(hub, "deliver", channel=target, dry_run=dry_run) as report:
        delivered: list[Delivered] = []
        if not dry_run:
            if requeue:
                report.changed += Outbox(hub).requeue(target=target)
            delivered = at_once(deliver_to_crm, [(hub, settings, name) for name in names], rounds=rounds)
        show_delivered(delivered, Outbox(hub).counts(), report)
        fail_where_stopped(delivered)
    return report


@task(name="передать в CRM", task_run_name="передать в {name}", **policy)
def deliver_to_crm(hub: Hub, settings: Settings, name: str, *, rounds: int | None) -> list[Delivered]:
    """A CRM's rounds; one that fails is tried again in the next."""
    numbers = rounds_of(hub, NOTICE, rounds=rounds, poll_s=POLL_S)
    return [one for _ in numbers for one in _attempt(hub, settings, name)]


def _attempt(hub: Hub, settings: Settings, name: str) -> list[Delivered]:
    """One round; where it fails the others still have theirs."""
    try:
        with open_crm(settings.crm[name], hub=hub) as crm:
            return list(deliver_orders(hub, name, crm, titles={channel: channel for channel in settings.channels}))
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return [Delivered(target=f"crm:{name}", stopped_by=error)]


def _chosen(settings: Settings, target: str | None) -> list[str]:
    """The CRMs a run is for.

    Raises:
        Misconfigured: there is no such target.
    """
    targets = {f"crm:{name}": name for name in settings.crm}
    if target is None:
        return list(targets.values())
    if target not in targets:
        raise Misconfigured(f"Передавать некуда: «{target}» нет в настройках. Есть: {', '.join(targets) or 'ничего'}.")
    return [targets[target]]
