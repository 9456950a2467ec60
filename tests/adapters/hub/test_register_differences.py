from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.quarantine import Quarantine
from adapters.hub.register_differences import KIND, RegisterDifferences
from tests.adapters.hub.export import refused
from tests.adapters.hub.sold_once.hand import HandClock
from tests.tasks.rules.test_registers import IRON, KETTLE, said
from validation.quarantine import NONE_REFUSED


class Desk:
    """A base whose registers are read now and then."""

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        self.hub, self.clock, self.book = hub, clock, RegisterDifferences(hub, "main")

    def read(self, *rows: tuple[str, int, int], bad: pl.DataFrame = NONE_REFUSED) -> pl.DataFrame:
        now = self.clock.now()
        return self.book.note("balances", said(*rows, now=now), refused=bad, now=now, told_after_s=3600)

    def told(self) -> list[str]:
        return [one.sentence for one in Incidents(self.hub).live(kind=KIND)]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        yield Desk(hub, clock)


def test_a_difference_is_told_when_it_has_stood_and_over_when_it_is_gone(desk: Desk) -> None:
    desk.read((IRON, 5, 2))
    assert desk.told() == []
    desk.clock.wait(3600)
    desk.read((IRON, 5, 2), (KETTLE, 1, 0))
    (sentence,) = desk.told()
    assert "Утюг (Основной): в Utyug 5 шт., в 1С 2 шт." in sentence
    assert "строк: 1." in sentence
    desk.read((KETTLE, 1, 0))
    assert desk.told() == []


def test_a_difference_that_moves_is_none_that_stands(desk: Desk) -> None:
    for pcs in range(5):
        desk.read((IRON, 5 + pcs, 4 + pcs))
        desk.clock.wait(3600)
    assert desk.told() == []


def test_the_largest_are_named_and_the_rest_counted(desk: Desk) -> None:
    rows = [(f"{number:08x}{IRON[8:]}", 100 + number, 0) for number in range(9)]
    desk.read(*rows)
    desk.clock.wait(3600)
    desk.read(*rows)
    (sentence,) = desk.told()
    assert ("108 шт." in sentence, "103 шт." in sentence, "и другие" in sentence, "строк: 9." in sentence) == (True, False, True, True)


def test_only_what_is_new_is_journalled(desk: Desk) -> None:
    for _ in range(3):
        desk.read((IRON, 5, 2))
    desk.read((IRON, 5, 2), (KETTLE, 1, 0))
    entries = Journal(desk.hub).entries(kind="onec_compared")
    assert [[one["item_ref"] for one in entry.detail] for entry in entries] == [[KETTLE], [IRON]]


def test_refused_rows_go_in_by_themselves_and_leave_when_they_are_right(desk: Desk) -> None:
    desk.read(bad=refused("count", f"{IRON}|main", "count_is_whole"))
    assert Quarantine(desk.hub).list(source="odata:main")["reason"].to_list() == ["count_is_whole"]
    assert Quarantine(desk.hub).list(source="main").is_empty()
    desk.read()
    assert Quarantine(desk.hub).list().is_empty()


def test_balances_and_prices_do_not_know_each_other(desk: Desk) -> None:
    desk.read((IRON, 5, 2), bad=refused("count", "x|y", "count_is_whole"))
    now = desk.clock.now()
    desk.book.note("prices", said(now=now), refused=NONE_REFUSED, now=now, told_after_s=1)
    assert Quarantine(desk.hub).list()["entity"].to_list() == ["count"]
    desk.clock.wait(3600)
    desk.read((IRON, 5, 2))
    assert len(desk.told()) == 1


def test_looking_writes_nothing(desk: Desk) -> None:
    first = desk.read((IRON, 5, 2))
    desk.clock.wait(3600)
    seen = desk.book.seen("balances", said((IRON, 5, 2), (KETTLE, 1, 0), now=desk.clock.now()))
    assert seen.filter(pl.col("item_ref") == IRON)["since_at"].to_list() == first["since_at"].to_list()
    assert seen["since_at"].max() - seen["since_at"].min() > timedelta(minutes=59)  # type: ignore[operator]
    desk.read((IRON, 5, 2), (KETTLE, 1, 0))
    assert len(Journal(desk.hub).entries(kind="onec_compared")) == 2
