"""The outbox on a real hub: nothing is lost, nothing is told twice at once, and whoever died in between is looked up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.outbox import DEAD, LEASE, Answer, Claimed, Outbox, Owed, withdraw
from tasks.rules.outbox import ATTEMPTS_AT_MOST, LONGEST
from tests.adapters.hub.sold_once.hand import HandClock

CRM = "crm:main"


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands still."""
    return HandClock()


@pytest.fixture
def book(database_url: str, clock: HandClock) -> Iterator[Outbox]:
    """An empty outbox."""
    with Hub(database_url, clock=clock) as hub:
        yield Outbox(hub)


@pytest.fixture
def incidents(database_url: str, clock: HandClock) -> Iterator[Incidents]:
    """What a person is told."""
    with Hub(database_url, clock=clock) as hub:
        yield Incidents(hub)


def owe(book: Outbox, *subjects: str, target: str = CRM) -> None:
    book.owe(Owed(target=target, kind="order", subject=subject) for subject in subjects)


def claim(book: Outbox, most: int = 10) -> list[Claimed]:
    return book.claim(CRM, ["order"], most=most)


def settle(book: Outbox, claimed: list[Claimed], outcome: str, sentence: str | None = None) -> int:
    return book.settle(CRM, claimed, [Answer(outbox_id=one.outbox_id, outcome=outcome, sentence=sentence) for one in claimed])  # type: ignore[arg-type]


def subjects(claimed: list[Claimed]) -> list[str]:
    return [one.subject for one in claimed]


def test_what_is_owed_is_claimed_once_and_owed_no_more_when_it_is_taken(book: Outbox) -> None:
    owe(book, "1", "2")
    claimed = claim(book)
    assert subjects(claimed) == ["1", "2"]
    assert claim(book) == []
    settle(book, claimed, "accepted")
    assert book.waiting().is_empty()
    assert book.of_subject("1")["told_version"].to_list() == [1]


def test_a_target_and_a_kind_are_claimed_alone(book: Outbox) -> None:
    owe(book, "1", target="crm:other")
    book.owe([Owed(target=CRM, kind="customer", subject="b1")])
    assert claim(book) == []
    assert subjects(book.claim(CRM, ["customer", "order"], most=5)) == ["b1"]


def test_a_subject_that_changes_before_it_is_told_is_told_once(book: Outbox) -> None:
    owe(book, "1")
    owe(book, "1", "1")
    (claimed,) = claim(book)
    assert claimed.version == 2
    settle(book, [claimed], "accepted")
    assert claim(book) == []


def test_what_changes_while_it_is_told_is_owed_still(book: Outbox) -> None:
    owe(book, "1")
    claimed = claim(book)
    owe(book, "1")
    assert claim(book) == []
    settle(book, claimed, "accepted")
    (again,) = claim(book)
    assert again.version == 2


def test_what_did_not_come_through_waits_longer_each_time(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    waits = []
    for _ in range(4):
        settle(book, claim(book), "later", "CRM не отвечает.")
        waits.append(_until_due(book, clock))
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * waits[0]
    assert book.waiting()["sentence"].to_list() == ["CRM не отвечает."]


def test_what_nobody_can_tell_of_is_claimed_as_unknown_until_it_is_taken(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    settle(book, claim(book), "unknown")
    _until_due(book, clock)
    claimed = claim(book)
    assert claimed[0].is_unknown
    settle(book, claimed, "later")
    _until_due(book, clock)
    (again,) = claim(book)
    assert again.is_unknown
    settle(book, [again], "accepted")
    owe(book, "1")
    assert not claim(book)[0].is_unknown


def test_a_claim_whose_owner_died_is_claimed_as_unknown_after_its_lease(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    claim(book)
    clock.wait(LEASE / timedelta(seconds=1) - 1)
    assert claim(book) == []
    clock.wait(2)
    assert [one.is_unknown for one in claim(book)] == [True]


def test_who_comes_back_after_his_lease_settles_nothing(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    late = claim(book)
    clock.wait(LEASE / timedelta(seconds=1) + 1)
    now = claim(book)
    settle(book, late, "refused", "Не так.")
    assert not book.waiting()["is_dead"][0]
    assert claim(book) == []
    settle(book, now, "accepted")
    assert book.waiting().is_empty()


def test_what_is_given_up_is_told_a_person_once_with_its_reason(book: Outbox, incidents: Incidents) -> None:
    owe(book, "1", "2")
    assert settle(book, claim(book), "refused", "Телефон не читается.") == 2
    (told,) = incidents.live(kind=DEAD)
    assert "2: 1, 2. Телефон не читается." in told.sentence
    assert told.times == 1
    owe(book, "3")
    assert incidents.live(kind=DEAD)[0].times == 1
    assert subjects(claim(book)) == ["3"]


def test_the_journal_names_every_dead_letter(book: Outbox, database_url: str, clock: HandClock) -> None:
    owe(book, "1", "2")
    settle(book, claim(book), "refused", "Не так.")
    with Hub(database_url, clock=clock) as hub:
        assert len(Journal(hub).entries(kind="dead_letter")) == 2


def test_attempts_end(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    dead = []
    for _ in range(ATTEMPTS_AT_MOST):
        dead.append(settle(book, claim(book), "later", "Нет связи."))
        clock.wait(LONGEST / timedelta(seconds=1))
    assert dead == [0] * (ATTEMPTS_AT_MOST - 1) + [1]
    assert claim(book) == []


@pytest.mark.parametrize("how", ["by a person", "by its next change"])
def test_a_dead_letter_lives_again_and_its_incident_is_over(book: Outbox, incidents: Incidents, how: str) -> None:
    owe(book, "1")
    settle(book, claim(book), "refused", "Не так.")
    if how == "by a person":
        assert book.requeue(target=CRM) == 1
    else:
        owe(book, "1")
    assert incidents.live(kind=DEAD) == []
    settle(book, claim(book), "accepted")
    assert book.counts() == {}


def test_a_person_requeues_one_of_them(book: Outbox, incidents: Incidents) -> None:
    owe(book, "1", "2")
    settle(book, claim(book), "refused", "Не так.")
    assert book.requeue(subject="2") == 1
    assert subjects(claim(book)) == ["2"]
    assert book.counts() == {CRM: (2, 1)}
    assert len(incidents.live(kind=DEAD)) == 1


def test_what_is_refused_while_it_changed_is_not_given_up(book: Outbox, clock: HandClock) -> None:
    owe(book, "1")
    claimed = claim(book)
    owe(book, "1")
    assert settle(book, claimed, "refused", "Не так.") == 0
    _until_due(book, clock)
    assert subjects(claim(book)) == ["1"]


def once(book: Outbox, subject: str = "1", *, left: int | None = None) -> int:
    """Something that happens once, or once with the same detail; how many debts it made."""
    detail = None if left is None else {"left": left}
    return book.owe([Owed(target=CRM, kind="order", subject=subject, detail=detail, is_once=True, is_restated=True)])


@pytest.mark.parametrize("left", [None, 2])
def test_what_happens_once_is_owed_once_also_after_it_was_told(book: Outbox, left: int | None) -> None:
    assert [once(book, left=left), once(book, left=left)] == [1, 0]
    (claimed,) = claim(book)
    assert claimed.detail == (None if left is None else {"left": left})
    settle(book, [claimed], "accepted")
    assert once(book, left=left) == 0
    assert claim(book) == []


def test_another_detail_is_owed_anew(book: Outbox) -> None:
    once(book, left=2)
    settle(book, claim(book), "accepted")
    assert [once(book, left=1), once(book, left=1)] == [1, 0]
    assert [one.detail for one in claim(book)] == [{"left": 1}]


def withdrawn(book: Outbox, *subjects: str) -> None:
    with book._hub.engine.begin() as connection:
        withdraw(connection, book._hub.clock.now(), kind="order", subjects=subjects)


@pytest.mark.parametrize("stage", ["owed", "claimed", "given up", "told"])
def test_what_is_meant_no_more_is_not_owed_and_may_be_owed_anew(book: Outbox, incidents: Incidents, stage: str) -> None:
    once(book, left=2)
    claimed = claim(book) if stage != "owed" else []
    if stage in {"given up", "told"}:
        settle(book, claimed, "refused" if stage == "given up" else "accepted", "Не так.")
    withdrawn(book, "1", "2")
    if stage == "claimed":
        assert settle(book, claimed, "refused", "Не так.") == 0
    assert (book.counts(), incidents.live(), claim(book)) == ({}, [], [])
    assert once(book, left=2) == 1
    assert len(claim(book)) == 1


def test_what_has_no_detail_is_not_withdrawn(book: Outbox) -> None:
    once(book)
    withdrawn(book, "1")
    assert len(claim(book)) == 1


def test_many_claimers_share_the_debts(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        owe(Outbox(hub), *map(str, range(60)))
        with ThreadPoolExecutor(8) as pool:
            shares = list(pool.map(lambda _: claim(Outbox(hub), most=10), range(8)))
    claimed = [subject for share in shares for subject in subjects(share)]
    assert sorted(claimed, key=int) == list(map(str, range(60)))


def _until_due(book: Outbox, clock: HandClock) -> float:
    waits: float = (book.waiting()["due_at"][0] - clock.now()).total_seconds()
    clock.wait(waits)
    return waits
