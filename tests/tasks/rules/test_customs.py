"""What customs ask of a parcel that leaves the union."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.rules.customs import PAPERS, goods_question, papers_question
from tasks.rules.destinations import Destination
from tests.tasks.rules.test_parcels import ISTANBUL, line


def changed(name: str, told: str) -> Destination:
    answer: dict[str, Any] = {name: told}
    return replace(ISTANBUL, **answer)


def test_whole_papers_are_not_asked_for() -> None:
    assert papers_question(ISTANBUL) is None


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_each_paper_that_is_missing_is_named(name: str) -> None:
    question = papers_question(changed(name, ""))
    assert question is not None
    assert question.stops
    assert question.sentence.endswith(f"Не хватает или записано неверно: {name} ({PAPERS[name]}).")


@pytest.mark.parametrize(
    ("name", "told"), [("passport_series", "45100"), ("passport_number", "1234567"), ("inn", "7" * 13), ("born_on", "в марте")]
)
def test_a_paper_that_cannot_be_right_is_named_and_its_value_is_not(name: str, told: str) -> None:
    question = papers_question(changed(name, told))
    assert question is not None
    assert name in question.sentence
    assert told not in question.sentence


def test_goods_of_which_customs_know_all_are_not_asked_for() -> None:
    assert goods_question([line(), line(sku="board")]) is None


def test_goods_are_named_by_their_codes_with_what_they_lack() -> None:
    question = goods_question([line(brand="", origin=""), line(sku="board", name="Үтік")])
    assert question is not None
    assert "iron: бренд, страна происхождения; board: название" in question.sentence
