"""Documents that a base of 1C is owed are written there once, whatever is cut on the way."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import LEASE, Outbox
from adapters.onec.odata.documents import DocumentHeader, DocumentLine, document_key
from adapters.onec.odata.names import DocumentKind
from adapters.onec.odata.owed import owed_document
from tasks.deliver import Delivered
from tasks.odata_documents import TRIES, deliver_to_odata
from tests.adapters.hub.sold_once.hand import MORNING, HandClock
from tests.adapters.onec.odata.conftest import adapter_to, settings_of
from tests.adapters.onec.odata.test_documents import BASIS, BUYER, HEADER, LINES, NAMES, SHOP
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand
from tests.tasks.registers import MAIN, NAME, opened_world

BARE = DocumentHeader(at=MORNING, place=MAIN)
"""Without a buyer 1C writes it and does not post it."""


class Desk:
    """A hub that owes documents to a base of the world."""

    def __init__(self, hub: Hub, clock: HandClock, hand: Hand) -> None:
        self.hub, self.clock, self.hand = hub, clock, hand
        self.documents: list[DocumentKind] = ["shipment", "return"]

    def owe(self, reference: str, kind: DocumentKind = "shipment", header: DocumentHeader = HEADER, lines: Any = LINES) -> None:
        Outbox(self.hub).owe([owed_document(NAME, kind, reference, header, lines)])

    def deliver(self, **told: Any) -> list[Delivered]:
        settings = settings_of(self.hand, documents=self.documents)
        with adapter_to(self.hand, **told) as onec:
            return list(deliver_to_odata(self.hub, NAME, settings, onec))

    def until_told(self) -> None:
        """Rounds with their pauses, until nothing is owed."""
        for _ in range(9):
            self.deliver()
            if not Outbox(self.hub).counts():
                return
            self.clock.wait(LEASE / timedelta(seconds=1))
        raise AssertionError(Outbox(self.hub).waiting())

    def until_given_up(self) -> list[Delivered]:
        """Rounds with their pauses, until nothing is due any more."""
        rounds: list[Delivered] = []
        for _ in range(TRIES):
            rounds += self.deliver()
            self.clock.wait(LEASE / timedelta(seconds=1))
        assert self.deliver() == []
        return rounds

    def there(self, kind: DocumentKind = "shipment") -> list[dict[str, Any]]:
        documents: dict[str, Any] = self.hand.books()["objects"].get(NAMES[self.hand.base, kind], {})
        return list(documents.values())

    def sentence(self) -> str:
        """Why the only dead letter is one."""
        (row,) = Outbox(self.hub).waiting().to_dicts()
        assert row["is_dead"]
        return str(row["sentence"])


@pytest.fixture(params=["ut", "unf"])
def desk(request: pytest.FixtureRequest, database_url: str) -> Iterator[Desk]:
    clock = HandClock()
    with opened_world() as hands, Hub(database_url, clock=clock) as hub:
        yield Desk(hub, clock, hands[request.param])


@pytest.mark.parametrize("kind", ["shipment", "return"])
def test_a_document_is_written_posted_and_known_by_1cs_number(desk: Desk, kind: DocumentKind) -> None:
    desk.owe("17/1", kind)
    assert [one.told for one in desk.deliver()] == [1]
    (document,) = desk.there(kind)
    assert (document["Ref_Key"], document["Posted"]) == (str(document_key(kind, "17/1")), True)
    assert Outbox(desk.hub).of_subject("17/1")["foreign_ref"].to_list() == [document["Number"].strip()]
    assert (desk.deliver(), len(desk.there(kind))) == ([], 1)


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "error_after", "error_before", "garbage"])
def test_a_document_that_is_cut_is_there_once_in_the_end(desk: Desk, fault: str) -> None:
    desk.owe("17/1")
    desk.owe("17/2")
    desk.hand.order("POST", "/faults", {"kind": fault, "method": "POST", "status": 502})
    desk.until_told()
    assert [one["Posted"] for one in desk.there()] == [True, True]


def test_what_nobody_can_tell_of_is_unknown_not_failed(desk: Desk) -> None:
    desk.owe("17/1")
    desk.hand.order("POST", "/faults", {"kind": "timeout_after", "method": "POST"})
    (round_,) = desk.deliver()
    assert (round_.told, round_.stopped_by is not None) == (0, True)
    assert Outbox(desk.hub).waiting()["is_unknown"].to_list() == [True]


def test_a_base_that_is_away_is_owed_everything_still(desk: Desk) -> None:
    desk.owe("17/1")
    desk.owe("17/2")
    desk.hand.order("POST", "/faults", {"kind": "error_before", "status": 500, "times": None})
    (round_,) = desk.deliver()
    assert (round_.told, round_.dead, Outbox(desk.hub).counts()) == (0, 0, {f"odata:{NAME}": (2, 0)})
    desk.hand.order("DELETE", "/faults")
    desk.until_told()
    assert len(desk.there()) == 2


def test_a_wrong_password_gives_nothing_up(desk: Desk) -> None:
    desk.owe("17/1")
    desk.hand.tell("PUT", "/users", {"login": LOGIN, "password": "another"})
    desk.deliver()
    assert Outbox(desk.hub).counts() == {f"odata:{NAME}": (1, 0)}
    desk.hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD})
    desk.until_told()
    assert len(desk.there()) == 1


def test_a_document_1c_does_not_post_is_a_dead_letter_in_the_end_and_holds_up_no_other(desk: Desk) -> None:
    desk.owe("17/1", header=BARE)
    desk.owe("17/2")
    rounds = desk.until_given_up()
    assert [(one.told, one.dead) for one in rounds] == [(1, 0), (0, 0), (0, 1)]
    assert "не провела его" in desk.sentence()
    (told,) = Incidents(desk.hub).live(kind="dead_letters")
    assert "17/1" in told.sentence


def test_what_1c_merely_failed_at_is_tried_again_by_itself(desk: Desk) -> None:
    desk.owe("17/1")
    desk.hand.order("POST", "/faults", {"kind": "error_before", "method": "POST", "status": 500, "times": TRIES - 1})
    assert [one.told for one in desk.until_given_up()] == [0, 0, 1]


def test_what_1c_says_is_wrong_is_given_up_at_once(desk: Desk) -> None:
    desk.owe("17/1")
    (round_,) = desk.deliver(names={"documents": {"shipment": {"comment": "Примечание"}}})
    assert (round_.dead, "имена полей" in desk.sentence()) == (1, True)


def test_a_document_that_was_mended_in_1c_is_posted_when_a_person_asks(desk: Desk) -> None:
    desk.owe("17/1", header=BARE)
    desk.until_given_up()
    buyer = "Партнер_Key" if desk.hand.base == "ut" else "Контрагент_Key"
    name, key = NAMES[desk.hand.base, "shipment"], document_key("shipment", "17/1")
    desk.hand.tell("PATCH", f"/objects/{name}/{key}", {"Организация_Key": SHOP, buyer: BUYER})
    Outbox(desk.hub).requeue(target=f"odata:{NAME}")
    assert [one.told for one in desk.deliver()] == [1]
    assert [one["Posted"] for one in desk.there()] == [True]


def test_a_document_marked_as_deleted_is_left_alone_and_asked_about(desk: Desk) -> None:
    desk.owe("17/1", header=BARE)
    desk.until_given_up()
    name, key = NAMES[desk.hand.base, "shipment"], document_key("shipment", "17/1")
    desk.hand.tell("PATCH", f"/objects/{name}/{key}", {"DeletionMark": True})
    Outbox(desk.hub).requeue()
    desk.deliver()
    assert "помечен на удаление" in desk.sentence()


def test_a_reference_that_is_none_is_a_dead_letter(desk: Desk) -> None:
    desk.owe("17/1", lines=[DocumentLine(item_ref="sku-1", pcs=1, price_kopecks=1, sum_kopecks=1)])
    desk.deliver()
    assert "sku-1" in desk.sentence()
    assert desk.there() == []


def test_kinds_that_the_settings_do_not_name_wait(desk: Desk) -> None:
    desk.documents = ["return"]
    desk.owe("17/1")
    desk.owe(
        "17/1", "return", header=DocumentHeader(at=MORNING, place=MAIN, partner=BUYER, counterparty=BUYER, organization=SHOP, basis=BASIS)
    )
    assert [one.told for one in desk.deliver()] == [1]
    assert (len(desk.there("return")), desk.there("shipment")) == (1, [])
    assert Outbox(desk.hub).counts() == {f"odata:{NAME}": (1, 0)}
    desk.documents = []
    assert desk.deliver() == []
