"""Telling other systems what the outbox owes them (DESIGN §5)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from adapters.capabilities import Crm
from adapters.errors import OutcomeUnknown, SyncError
from adapters.hub.crm_changes import CrmInbox
from adapters.hub.crm_customers import CrmCustomers
from adapters.hub.crm_deletions import CrmDeletions
from adapters.hub.crm_orders import CrmOrders
from adapters.hub.customers import Customers
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Outbox
from adapters.settings import Settings
from tasks.reporting import RunReport, show_table
from tasks.rules.crm import CrmCustomer, CrmOrder, Put

AT_ONCE = 50
"""Claimed together: what a CRM takes in one call."""
ORDER, CUSTOMER = "order", "customer"


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

    @property
    def of(self) -> tuple[str, ...]:
        """`tasks.reporting.Ended`."""
        return (self.target,)


Tell = Callable[[Sequence[Claimed]], tuple[list[Answer], SyncError | None]]
"""Tells a target of claimed debts: an answer for each, and why it stopped, where it did."""


def deliver_to_crm(hub: Hub, settings: Settings, name: str, crm: Crm) -> Iterator[Delivered]:
    """Tell a CRM of every order and buyer it is owed, a buyer before his orders.

    What nobody can tell of is looked up by the CRM's adapter when it comes again. What people deleted there is not made anew.
    """
    customers, real = Customers(hub), settings.channels_with_real_contacts()
    while customers.learn(settings.customers, real=real).orders:
        pass
    titles, deletions = {channel: channel for channel in settings.channels}, CrmDeletions(hub, f"crm:{name}")

    def orders(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        deleted = deletions.among([one.subject for one in claimed])
        there = {one.subject: one.foreign_ref for one in claimed if one.subject not in deleted}
        known = CrmOrders(hub).by_number(list(there), titles)
        said, stopped_by, gone = _told(crm, claimed, {number: replace(one, foreign_ref=there[number]) for number, one in known.items()})
        deletions.note(gone)
        return said, stopped_by

    def buyers(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        return _told_buyers(crm, claimed, CrmCustomers(hub).by_ref([one.subject for one in claimed]))

    yield from drained(Outbox(hub), f"crm:{name}", [ORDER], orders)
    yield from drained(Outbox(hub), f"crm:{name}", [CUSTOMER], buyers)
    CrmInbox(hub, name).end_restoration()


def drained(outbox: Outbox, target: str, kinds: Collection[str], tell: Tell) -> Iterator[Delivered]:
    """Tell a target what it is owed, a batch at a time, until nothing is due or it stops; a batch is settled before the next is claimed."""
    while claimed := outbox.claim(target, kinds, most=AT_ONCE):
        answers, stopped_by = tell(claimed)
        dead = outbox.settle(target, claimed, answers)
        told = sum(answer.outcome == "accepted" for answer in answers)
        yield Delivered(target=target, told=told, unsettled=len(claimed) - told, dead=dead, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def failed(outbox_ids: Iterable[int], error: SyncError) -> list[Answer]:
    """The answers of a target that stopped, for all that it was given."""
    outcome: Literal["unknown", "later"] = "unknown" if isinstance(error, OutcomeUnknown) else "later"
    return [Answer(outbox_id=one, outcome=outcome, sentence=error.sentence) for one in outbox_ids]


def _told_buyers(crm: Crm, claimed: Sequence[Claimed], buyers: Mapping[str, CrmCustomer]) -> tuple[list[Answer], SyncError | None]:
    ids = {one.subject: one.outbox_id for one in claimed if one.subject in buyers}
    gone = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed if one.subject not in buyers]
    try:
        return gone + [_of_order(ids[put.ref], put) for put in crm.put_customers(list(buyers.values()))], None
    except SyncError as error:
        return gone + failed(ids.values(), error), error


def _told(crm: Crm, claimed: Sequence[Claimed], orders: Mapping[str, CrmOrder]) -> tuple[list[Answer], SyncError | None, list[str]]:
    """A buyer goes before his orders; an order whose buyer was not taken waits with him. At last, the numbers of those deleted there."""
    found = [orders[one.subject] for one in claimed if one.subject in orders]
    ids = {orders[one.subject].ref: one.outbox_id for one in claimed if one.subject in orders}
    moot = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed if one.subject not in orders]
    try:
        refused = _refused(crm.put_customers(_customers(found)))
        ready = [order for order in found if order.customer is None or order.customer.ref not in refused]
        waits = [_of_order(ids[order.ref], refused[order.customer.ref]) for order in found if order not in ready and order.customer]
        puts = {put.ref: put for put in (crm.put_orders(ready) if ready else [])}
        gone = [order.number for order in ready if puts[order.ref].outcome == "gone"]
        return moot + waits + [_of_order(ids[put.ref], put) for put in puts.values()], None, gone
    except SyncError as error:
        return moot + failed(ids.values(), error), error, []


def _customers(orders: Sequence[CrmOrder]) -> list[CrmCustomer]:
    """Each once."""
    return list({order.customer.ref: order.customer for order in orders if order.customer is not None}.values())


def _refused(puts: Sequence[Put]) -> dict[str, Put]:
    return {put.ref: put for put in puts if put.outcome != "accepted"}


def _of_order(outbox_id: int, put: Put) -> Answer:
    """What is gone is settled: nobody wants it told."""
    outcome = "accepted" if put.outcome == "gone" else put.outcome
    return Answer(outbox_id=outbox_id, outcome=outcome, foreign_ref=put.foreign_ref, sentence=put.sentence)


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
