"""Telling other systems what the outbox owes them (DESIGN §5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.capabilities import Crm
from adapters.errors import OutcomeUnknown, SyncError
from adapters.hub.crm_orders import CrmOrders
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Outbox
from adapters.settings import Settings
from tasks.reporting import RunReport, show_table
from tasks.rules.crm import CrmCustomer, CrmOrder, Put

AT_ONCE = 50
"""Claimed together: what a CRM takes in one call."""
ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One round of one target.

    Args:
        target: ``crm:<name>``.
        told: so many debts were settled.
        unsettled: so many were tried and are owed still.
        dead: so many of them wait for a person now.
        stopped_by: why it did not come to its end.
    """

    target: str
    told: int = 0
    unsettled: int = 0
    dead: int = 0
    stopped_by: SyncError | None = None


def deliver_orders(hub: Hub, settings: Settings, name: str, crm: Crm) -> Iterator[Delivered]:
    """Tell a CRM of every order it is owed, with its buyer before it, a batch at a time, until nothing is due.

    Whatever happened to a batch is settled before the next one is claimed; a batch nobody can tell of is looked up by the CRM's adapter
    when it comes again.
    """
    target, outbox = f"crm:{name}", Outbox(hub)
    titles = {channel: channel for channel in settings.channels}
    while claimed := outbox.claim(target, [ORDER], most=AT_ONCE):
        orders = CrmOrders(hub).by_number([one.subject for one in claimed], titles)
        answers, stopped_by = _told(crm, claimed, orders)
        dead = outbox.settle(target, claimed, answers)
        told = sum(answer.outcome == "accepted" for answer in answers)
        yield Delivered(target=target, told=told, unsettled=len(claimed) - told, dead=dead, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def _told(crm: Crm, claimed: Sequence[Claimed], orders: Mapping[str, CrmOrder]) -> tuple[list[Answer], SyncError | None]:
    """An answer for each; where the CRM stops, for all that it was given."""
    found = [orders[one.subject] for one in claimed if one.subject in orders]
    ids = {orders[one.subject].ref: one.outbox_id for one in claimed if one.subject in orders}
    gone = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed if one.subject not in orders]
    try:
        refused = _refused(crm.put_customers(_customers(found)))
        ready = [order for order in found if order.customer is None or order.customer.ref not in refused]
        waits = [_of_order(ids[order.ref], refused[order.customer.ref]) for order in found if order not in ready and order.customer]
        return gone + waits + [_of_order(ids[put.ref], put) for put in (crm.put_orders(ready) if ready else [])], None
    except SyncError as error:
        outcome = "unknown" if isinstance(error, OutcomeUnknown) else "later"
        return gone + [Answer(outbox_id=one, outcome=outcome, sentence=error.sentence) for one in ids.values()], error


def _customers(orders: Sequence[CrmOrder]) -> list[CrmCustomer]:
    """Each once."""
    return list({order.customer.ref: order.customer for order in orders if order.customer is not None}.values())


def _refused(puts: Sequence[Put]) -> dict[str, Put]:
    return {put.ref: put for put in puts if put.outcome != "accepted"}


def _of_order(outbox_id: int, put: Put) -> Answer:
    return Answer(outbox_id=outbox_id, outcome=put.outcome, foreign_ref=put.foreign_ref, sentence=put.sentence)


def show_delivered(delivered: Sequence[Delivered], waiting: Mapping[str, tuple[int, int]], report: RunReport) -> None:
    """Sum the rounds up into the run's report, and show a table of the targets in the UI.

    Args:
        delivered: the rounds.
        waiting: target → what is owed still, and how many of it are dead letters.
        report: of the run.
    """
    rows = []
    for target in dict.fromkeys([*(one.target for one in delivered), *waiting]):
        rounds = [one for one in delivered if one.target == target]
        told, left = sum(one.told for one in rounds), waiting.get(target, (0, 0))
        report.accepted += told
        report.rows_in += told + sum(one.unsettled for one in rounds)
        report.refused += sum(one.dead for one in rounds)
        report.detail.setdefault("targets", {})[target] = {"told": told, "waiting": left[0], "dead": left[1]}
        rows.append({"куда": target, "передано": told, "ждёт": left[0], "нужен человек": left[1]})
    show_table("deliver", rows, "Передано другим системам")


def fail_where_stopped(delivered: Sequence[Delivered]) -> None:
    """Fail the run for targets whose last round did not come to its end.

    Raises:
        ExceptionGroup: their errors.
    """
    last = {one.target: one.stopped_by for one in delivered}
    stopped = {f"{target}: {error.sentence}": error for target, error in last.items() if error is not None}
    if stopped:
        raise ExceptionGroup("; ".join(stopped), list(stopped.values()))
