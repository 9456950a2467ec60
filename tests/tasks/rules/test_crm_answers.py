"""What of the open questions an order in the CRM answers."""

from typing import Any

import pytest

from tasks.rules.crm import CrmChange, CrmGoods
from tasks.rules.crm_answers import Answers, Asked, AskedLine, answers_of, words_of

ITEMS = {"guid-1": 1, "КР-7/2": 1, "ТЧ-1": 2}


def left(*goods: CrmGoods, **fields: Any) -> CrmChange:
    return CrmChange(ref="wb-7", foreign_ref="12", status="any", state=None, goods=goods, **fields)


def goods(line_ref: str | None = None, *names: str, pcs: int | None = 1, **fields: Any) -> CrmGoods:
    return CrmGoods(line_ref=line_ref, names=names, pcs=pcs, **fields)


def unknown(ref: str = "a", pcs: int = 1, **claims: bool) -> AskedLine:
    return AskedLine(line_ref=ref, sku=f"sku-{ref}", pcs=pcs, is_unknown=True, **claims)


def items(change: CrmChange, *lines: AskedLine) -> dict[str, int]:
    return dict(answers_of(change, Asked(lines=lines), ITEMS).items)


@pytest.mark.parametrize(
    ("phone", "lacks", "answer"), [("8 916 123-45-67", True, "+79161234567"), ("8 916 123-45-67", False, None), ("нет", True, None)]
)
def test_a_phone_answers_only_a_question_and_only_where_it_can_be_read(phone: str, lacks: bool, answer: str | None) -> None:
    found = answers_of(left(phone=phone), Asked(lacks_phone=lacks), {}).phone
    assert (found.e164 if found else None) == answer


@pytest.mark.parametrize(
    ("address", "lacks", "answer"),
    [("Тула, Мира 5", True, "Тула, Мира 5"), ("Тула, Мира 5", False, None), ("Тула", True, None), (None, True, None)],
)
def test_an_address_answers_only_a_question_and_only_where_it_is_one(address: str | None, lacks: bool, answer: str | None) -> None:
    assert answers_of(left(address=address), Asked(lacks_address=lacks), {}).address == answer


@pytest.mark.parametrize(
    ("kopecks", "is_unpriced", "found"), [(990_00, True, {"a": 990_00}), (0, True, {}), (None, True, {}), (990_00, False, {})]
)
def test_a_price_answers_only_a_line_that_has_none(kopecks: int | None, is_unpriced: bool, found: dict[str, int]) -> None:
    line = AskedLine(line_ref="a", sku="sku-a", pcs=1, is_unpriced=is_unpriced)
    assert answers_of(left(goods("a", price_kopecks=kopecks)), Asked(lines=(line,)), {}).prices == found


def test_a_line_that_bears_an_item_of_ours_is_that_item() -> None:
    assert items(left(goods("a", "guid-1", "КР-7/2")), unknown()) == {"a": 1}


@pytest.mark.parametrize("names", [(), ("nobody",), ("guid-1", "ТЧ-1")], ids=["no product", "not ours", "two of ours"])
def test_a_line_whose_product_names_no_one_item_answers_nothing(names: tuple[str, ...]) -> None:
    assert items(left(goods("a", *names)), unknown()) == {}


def test_a_line_that_is_known_is_not_asked() -> None:
    assert items(left(goods("a", "guid-1")), AskedLine(line_ref="a", sku="x", pcs=1)) == {}


def test_a_line_put_in_place_of_the_unknown_one_answers_with_its_price() -> None:
    found = answers_of(left(goods(None, "ТЧ-1", pcs=2, price_kopecks=5_00)), Asked(lines=(unknown(pcs=2, is_unpriced=True),)), ITEMS)
    assert (found.items, found.prices, found.count) == ({"a": 2}, {"a": 5_00}, 2)


@pytest.mark.parametrize(
    ("there", "lines"),
    [
        ((goods("a"), goods(None, "ТЧ-1")), (unknown(),)),
        ((goods(None, "ТЧ-1", pcs=2),), (unknown(),)),
        ((goods(None, "ТЧ-1"), goods(None, "guid-1")), (unknown(),)),
        ((goods(None, "ТЧ-1"),), (unknown("a"), unknown("b"))),
    ],
    ids=["ours is there still", "other pieces", "two of theirs", "two of ours"],
)
def test_where_it_is_not_certain_which_line_stands_for_which_nothing_is_answered(
    there: tuple[CrmGoods, ...], lines: tuple[AskedLine, ...]
) -> None:
    assert items(left(*there), *lines) == {}


def test_a_crm_that_keeps_only_the_channels_code_is_understood() -> None:
    priced = AskedLine(line_ref="p", sku="KR-7", pcs=1, is_unpriced=True)
    there = (goods(None, "KR-7", sku="KR-7", price_kopecks=7_00), goods(None, "ТЧ-1", sku="ТЧ-1"))
    found = answers_of(left(*there), Asked(lines=(priced, unknown())), ITEMS)
    assert (found.prices, found.items) == ({"p": 7_00}, {"a": 2})


def test_a_code_that_two_lines_have_says_of_neither() -> None:
    lines = tuple(AskedLine(line_ref=ref, sku="KR-7", pcs=1, is_unpriced=True) for ref in "ab")
    assert answers_of(left(goods(None, sku="KR-7", price_kopecks=7_00)), Asked(lines=lines), {}).prices == {}


def test_an_order_that_was_deleted_answers_nothing() -> None:
    assert answers_of(left(phone="8 916 123-45-67", is_deleted=True), Asked(lacks_phone=True), {}) == Answers()


def test_only_words_of_goods_are_looked_up() -> None:
    assert words_of(left(goods("a", "guid-1", "x"), goods(None, "y"), phone="1")) == {"guid-1", "x", "y"}
