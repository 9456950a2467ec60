"""What people did in a CRM, on a real hub."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.hub.crm_changes import RESTORED, CrmInbox
from adapters.hub.crm_deletions import ENTITY, CrmDeletions
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import Answer, Outbox
from adapters.hub.quarantine import Quarantine
from tasks.rules.crm import CrmChange, CrmChanges
from tasks.rules.onward import Onward
from tests.adapters.hub.order_shop import CHANNEL, RULES, OrderShop, report
from tests.adapters.hub.sold_once.hand import HandClock


@pytest.mark.parametrize("channel", ["wb", "wb-2"])
@pytest.mark.parametrize("order_ref", ["7", "1234-0001-1"])
def test_an_order_is_found_by_its_mark_whatever_hyphens_are_in_it(hub: Hub, channel: str, order_ref: str) -> None:
    shop = OrderShop(hub, rules=replace(RULES, title=channel), channel=channel)
    shop.orders.connect(channel)
    shop.sells(5, 3)
    shop.record(report(order_ref))
    cancelled = CrmChange(ref=f"{channel}-{order_ref}", foreign_ref="1", status="cancel-other", state="cancelled")
    taken = CrmInbox(hub, "main").take(CrmChanges(changes=(cancelled,), cursor="1"))
    assert taken.told == 1
    assert Outbox(hub).waiting().select("target", "kind").rows() == [(f"channel:{channel}", "cancel")]


class Desk(OrderShop):
    """A shop with a CRM that takes everything at once."""

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        super().__init__(hub, rules=replace(RULES, onward=Onward(crms={CHANNEL: ("main",)})))
        self.clock, self.inbox, self.outbox = clock, CrmInbox(hub, "main"), Outbox(hub)
        self.deletions = CrmDeletions(hub, "crm:main")
        self.sells(50, 40)

    def number(self, order_ref: str) -> str:
        order = self.orders.find(CHANNEL, order_ref)
        assert order is not None
        return str(order.number)

    def deliver(self, *order_refs: str, outcome: Any = "accepted") -> None:
        """The CRM answers what it is told of these orders, or of all."""
        claimed = self.outbox.claim("crm:main", ["order"], most=100)
        wanted = {self.number(ref): ref for ref in order_refs}
        answered = [one for one in claimed if not wanted or one.subject in wanted]
        told = [Answer(outbox_id=one.outbox_id, outcome=outcome, foreign_ref=f"id-{one.subject}") for one in answered]
        self.outbox.settle("crm:main", claimed, told)
        self.inbox.end_restoration()

    def sell(self, *order_refs: str) -> None:
        self.clock.wait(1)
        self.record(*(report(ref) for ref in order_refs))

    def change(self, order_ref: str, foreign_ref: str | None = None, **fields: Any) -> CrmChange:
        foreign_ref = f"id-{self.number(order_ref)}" if foreign_ref is None else foreign_ref
        return CrmChange(ref=f"{CHANNEL}-{order_ref}", foreign_ref=foreign_ref, status="", state=None, **fields)

    def read(self, *changes: CrmChange, was_restored: bool = False) -> None:
        self.clock.wait(1)
        self.inbox.take(CrmChanges(changes=changes, cursor="1", was_restored=was_restored))

    def restored(self) -> list[str]:
        return [one.cause for one in Incidents(self.hub).live(kind=RESTORED)]

    def asked(self) -> list[str]:
        """Orders whose deletion is an open question."""
        return sorted(Quarantine(self.hub).list(source="crm:main", entity=ENTITY)["key"])

    def owed(self) -> list[str]:
        return sorted(self.outbox.waiting("crm:main")["subject"])


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        yield Desk(hub, clock)


class TestRestored:
    """A CRM that was set back to an older copy."""

    def test_it_is_over_when_all_that_is_owed_anew_has_been_told(self, desk: Desk) -> None:
        desk.sell("1", "2")
        desk.deliver()
        desk.read(was_restored=True)
        assert (desk.owed(), desk.restored()) == ([desk.number("1"), desk.number("2")], ["crm:main"])
        desk.deliver("1")
        assert desk.restored() == ["crm:main"]
        desk.deliver()
        assert desk.restored() == []

    def test_an_order_that_changed_since_is_still_owed_anew_and_a_new_one_is_not(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(was_restored=True)
        desk.clock.wait(1)
        desk.record(report("1", status="another"))
        desk.sell("2")
        desk.deliver("2")
        assert desk.restored() == ["crm:main"]
        desk.sell("3")
        desk.deliver("1")
        assert (desk.restored(), desk.owed()) == ([], [desk.number("3")])

    def test_one_that_the_crm_refuses_keeps_it_open(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(was_restored=True)
        desk.deliver(outcome="refused")
        assert desk.restored() == ["crm:main"]
        desk.outbox.requeue()
        desk.deliver()
        assert desk.restored() == []

    def test_what_the_crm_called_ours_is_forgotten(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(was_restored=True)
        assert [one.foreign_ref for one in desk.outbox.claim("crm:main", ["order"], most=9)] == [None]

    def test_what_was_missed_there_since_the_last_reading_nobody_deleted(self, desk: Desk) -> None:
        desk.sell("1", "2")
        desk.deliver()
        desk.deletions.note([desk.number("1")])
        desk.read()
        desk.clock.wait(1)
        desk.deletions.note([desk.number("2")])
        desk.read(was_restored=True)
        assert desk.asked() == [desk.number("1")]


class TestDeleted:
    """Orders that people deleted in the CRM."""

    def test_they_are_asked_about_once_and_remembered(self, desk: Desk) -> None:
        desk.sell("1", "2")
        desk.deliver()
        for _ in range(2):
            desk.read(desk.change("1", is_deleted=True))
        assert desk.asked() == [desk.number("1")]
        assert desk.deletions.among([desk.number("1"), desk.number("2")]) == {desk.number("1")}

    def test_a_deletion_that_a_person_dismissed_is_remembered_and_not_asked_about_again(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(desk.change("1", is_deleted=True))
        Quarantine(desk.hub).dismiss(entity=ENTITY)
        desk.deletions.note([desk.number("1")])
        assert (desk.asked(), desk.deletions.among([desk.number("1")])) == ([], {desk.number("1")})
        assert desk.outbox.requeue() == 0

    def test_a_person_has_them_made_anew(self, desk: Desk) -> None:
        desk.sell("1", "2")
        desk.deliver()
        desk.read(desk.change("1", is_deleted=True))
        assert desk.outbox.requeue(target="crm:other") == 0
        assert desk.outbox.requeue(target="crm:main") == 1
        assert (desk.asked(), desk.deletions.among([desk.number("1")])) == ([], set())
        (claimed,) = desk.outbox.claim("crm:main", ["order"], most=9)
        assert (claimed.subject, claimed.foreign_ref) == (desk.number("1"), None)

    def test_an_older_order_under_the_same_mark_is_another_one(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(desk.change("1", foreign_ref="an older one", is_deleted=True))
        assert desk.asked() == []

    def test_what_the_history_of_a_copy_says_of_deletions_is_old(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(desk.change("1", is_deleted=True), was_restored=True)
        assert desk.asked() == []

    def test_one_that_is_there_again_is_told_again(self, desk: Desk) -> None:
        desk.sell("1")
        desk.deliver()
        desk.read(desk.change("1", is_deleted=True))
        desk.read(desk.change("1"))
        assert (desk.asked(), desk.owed()) == ([], [desk.number("1")])
        desk.deliver()
        desk.read(desk.change("1"))
        assert desk.owed() == []
