"""Runs of shipments killed with -9 wherever they are, and run again: the carrier has each parcel once, the books agree, nobody waits."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.cdek.client import CdekClient
from adapters.hub.labels import Labels
from adapters.hub.outbox import LEASE
from flows.shipments import shipments
from tests.adapters.hub.shipping import CARRIER
from tests.flows.dying import run_and_die
from tests.flows.shipping import MOMENT, POINTS
from tests.flows.street import ROUNDS, Street, opened_street

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow, pytest.mark.timeout(300)]

MODULE = "tests.flows.shipping"
SEEDS = (20261124, 20261125)
DEATHS = 3
LIVES_S = (0.05, 3.0)
UNDISTURBED = "undisturbed"


@dataclass(frozen=True)
class Day:
    """Orders of a day: two that nobody has told the carrier of, one that comes to its buyer, one that is cancelled after it was booked."""

    street: Street
    new: str
    more: str
    comes: str
    cancelled: str

    @property
    def refs(self) -> dict[str, str]:
        return {"new": self.new, "more": self.more, "comes": self.comes, "cancelled": self.cancelled}

    def ends(self) -> None:
        """Runs of the flow until nothing is left to do."""
        for _ in range(ROUNDS):
            shipments()
            if not self.street.owed() and self._states() == ENDS and not self._wants_papers():
                return
        raise AssertionError((self._states(), self.street.owed(), self.street.stands()))

    def _states(self) -> dict[str, str | None]:
        return {name: self.street.state(ref) for name, ref in self.refs.items()}

    def _wants_papers(self) -> bool:
        book = Labels(self.street.shop.hub)
        return any(len(book.of(self.street.number(ref))) < 2 for ref in (self.new, self.more))


ENDS = {"new": "booked", "more": "booked", "comes": "delivered", "cancelled": "cancelled"}
CARRIED = {"new": ["CREATED"], "more": ["CREATED"], "comes": ["DELIVERED"], "cancelled": ["REMOVED"]}


@pytest.fixture
def street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Street]:
    with opened_street(database_url, monkeypatch, tmp_path) as opened:
        yield opened


@pytest.fixture
def day(street: Street) -> Day:
    comes, cancelled = street.order(), street.order()
    street.book(comes, cancelled)
    street.moves(comes, "DELIVERED")
    street.is_cancelled(cancelled)
    return Day(street, new=street.order(2), more=street.order(), comes=comes, cancelled=cancelled)


def rest(street: Street) -> None:
    """Nobody touches what the dead had claimed before its lease is over."""
    clock = street.shop.hub.clock
    clock.sleep_until(clock.now() + LEASE)


def books_agree(day: Day) -> None:
    """The carrier's books, the site's and the hub's are those of a day without a death."""
    street, hub = day.street, day.street.shop.hub
    numbers = {name: street.number(ref) for name, ref in day.refs.items()}
    live = {number: [state for state in states if state != "INVALID"] for number, states in street.stands().items()}
    assert live == {numbers[name]: states for name, states in CARRIED.items()}
    carried = {uuid: one for uuid, one in street.books().items() if one["state"] != "INVALID"}
    for ref in day.refs.values():
        (one,) = street.shop.parts(ref)
        theirs = carried[str(one.carrier_ref)]
        assert (theirs["number"], theirs["cdek_number"], theirs["pcs"]) == (one.number, one.tracking, sum(one.pcs.values()))
        assert not theirs["is_refusal_charged"]
    shown = {name: street.told_site(ref)[-1:] for name, ref in day.refs.items()}
    known = {name: [f"СДЭК {street.shop.parts(ref)[0].tracking}"] for name, ref in day.refs.items()}
    assert shown | {"cancelled": [""]} == known | {"cancelled": [""]}
    assert shown["cancelled"] in ([], [""])
    assert street.owed() == []
    assert street.shop.rows("select 1 from outbox where claimed_until is not null or is_dead") == []
    assert street.shop.questions() == []
    for ref in (day.new, day.more):
        kept = Labels(hub).of(street.number(ref))
        assert [one.kind for one in kept] == ["barcode", "waybill"]
        assert all((street.var_dir / one.path).read_bytes().startswith(b"%PDF") for one in kept)
    assert [said for said in street.journal(day.comes) if "вручено" in said] == [
        f"Отправление {numbers['comes']}: вручено." + _track(street, day)
    ]


def _track(street: Street, day: Day) -> str:
    return f" Трек {street.shop.parts(day.comes)[0].tracking}."


@pytest.mark.parametrize("point", [UNDISTURBED, *(point for point in POINTS if not point.startswith("courier"))])
def test_killed_at_a_dangerous_place_the_day_ends_as_it_would_have(day: Day, point: str) -> None:
    if point != UNDISTURBED:
        run_and_die(MODULE, point)
        rest(day.street)
    day.ends()
    books_agree(day)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_moment_again_and_again_the_day_ends_as_it_would_have(day: Day, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(DEATHS):
        run_and_die(MODULE, MOMENT, f"{dice.uniform(*LIVES_S):.3f}")
    rest(day.street)
    day.ends()
    books_agree(day)


def test_killed_once_its_parcel_was_taken_a_run_sends_nothing_more(day: Day) -> None:
    before = day.street.posted()
    run_and_die(MODULE, "sent")
    rest(day.street)
    day.ends()
    assert day.street.posted() - before == 2


def test_after_a_death_the_carrier_is_asked_by_its_own_key(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that cannot be found for a while would have the parcel sent once more."""
    run_and_die(MODULE, "key kept")
    (one,) = [part for part in (*day.street.shop.parts(day.new), *day.street.shop.parts(day.more)) if part.carrier_ref is not None]
    assert one.state == "booking"
    asked: list[str] = []
    order_of = CdekClient.order_of

    def listened(self: CdekClient, number: str) -> Any:
        asked.append(number)
        return order_of(self, number)

    monkeypatch.setattr(CdekClient, "order_of", listened)
    rest(day.street)
    day.ends()
    assert one.number not in asked


def test_without_the_look_by_number_a_parcel_would_be_sent_twice(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    run_and_die(MODULE, "sent")
    rest(day.street)
    monkeypatch.setattr(CdekClient, "order_of", lambda *_: None)
    before = day.street.posted()
    shipments()
    assert day.street.posted() - before == 2
    assert (CARRIER, "shipment", day.street.number(day.new)) in day.street.shop.owed()
