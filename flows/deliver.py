"""Deliver: what the outbox owes other systems, told to them."""

from prefect import flow, get_run_logger, task

from adapters.capabilities import RefundsReturns
from adapters.channels import open_channel
from adapters.crms import open_crm
from adapters.errors import Misconfigured, SyncError
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.outbox import NOTICE, Outbox
from adapters.hub.rounds import rounds_of
from adapters.onec.odata.opening import open_odata
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.crm import read_if_old, renew_tiers
from tasks.deliver import Delivered, deliver_to_crm, show_delivered
from tasks.odata_documents import deliver_to_odata
from tasks.order_news import deliver_news
from tasks.policy import at_once, policy
from tasks.reporting import RunReport, fail_where_stopped, reported_run
from tasks.return_papers import deliver_papers, deliver_refunds
from tasks.rules.return_rules import ACCOUNTANT

POLL_S = 30.0
"""What failed is tried again without a notice."""


@flow(
    name="deliver",
    description="Передать в CRM заказы, площадкам вести о них, в 1С документы; прочитать, что изменили в CRM люди. Неудачи повторить.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def deliver(target: str | None = None, requeue: bool = False, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Tell other systems what they are owed.

    Args:
        target: one of them, as messages name it: ``crm:<name>``, ``channel:<name>``, ``odata:<base>``; all of them by default.
        requeue: try what had been given up once more.
        dry_run: only show what waits; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and delivers whenever something new is owed.
    """
    settings = read_settings()
    targets = _chosen(settings, target)
    with open_hub(settings) as hub, reported_run(hub, "deliver", channel=target, dry_run=dry_run) as report:
        delivered: list[Delivered] = []
        if not dry_run:
            report.changed += renew_tiers(hub, settings) + (Outbox(hub).requeue(target=target) if requeue else 0)
            delivered = at_once(deliver_to, [(hub, settings, one) for one in targets], rounds=rounds)
        show_delivered(delivered, Outbox(hub).counts(), report)
        fail_where_stopped(delivered)
    return report


@task(name="передать", task_run_name="передать в {target}", **policy)
def deliver_to(hub: Hub, settings: Settings, target: str, *, rounds: int | None) -> list[Delivered]:
    """A target's rounds; one that fails is tried again in the next."""
    numbers = rounds_of(hub, NOTICE, rounds=rounds, poll_s=POLL_S)
    return [one for _ in numbers for one in _attempt(hub, settings, target)]


def _attempt(hub: Hub, settings: Settings, target: str) -> list[Delivered]:
    """One round; where it fails the others still have theirs. What people did in a CRM is read before anything is told to it.

    A round with nothing to tell came to its end as well: what stopped one before it is over.
    """
    kind, _, name = target.partition(":")
    try:
        if kind == "channel":
            with open_channel(settings.channels[name], hub=hub) as shop:
                refunded = deliver_refunds(hub, name, shop) if isinstance(shop, RefundsReturns) else ()
                return [*deliver_news(hub, name, shop), *refunded] or [Delivered(target=target)]
        if kind == "odata":
            told = settings.onec.by_odata[name]
            with open_odata(told, hub=hub) as onec:
                return list(deliver_to_odata(hub, name, told, onec)) or [Delivered(target=target)]
        if kind == ACCOUNTANT:
            return list(deliver_papers(hub, settings)) or [Delivered(target=target)]
        with open_crm(settings.crm[name], hub=hub) as crm:
            read_if_old(hub, settings, name, crm)
            return list(deliver_to_crm(hub, settings, name, crm)) or [Delivered(target=target)]
    except SyncError as error:
        get_run_logger().error("%s: %s", target, error.sentence)
        return [Delivered(target=target, stopped_by=error)]


def _chosen(settings: Settings, target: str | None) -> list[str]:
    """The targets a run is for.

    Raises:
        Misconfigured: there is no such target.
    """
    bases = [f"odata:{name}" for name, told in settings.onec.by_odata.items() if told.documents]
    targets = [*(f"crm:{name}" for name in settings.crm), *(f"channel:{name}" for name in settings.channels), *bases, ACCOUNTANT]
    if target is not None and target not in targets:
        raise Misconfigured(f"Передавать некуда: «{target}» нет в настройках. Есть: {', '.join(targets) or 'ничего'}.")
    return targets if target is None else [target]
