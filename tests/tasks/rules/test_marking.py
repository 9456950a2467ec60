"""Goods with codes of «Честный ЗНАК»: which need them, and what is one."""

import json

import pytest

from tasks.rules.marking import is_marked, line_of_code, marked_on_channel, read_code
from tasks.rules.shipping_rules import ShippingRules

RULES = ShippingRules(marked_properties=["Подлежит маркировке"], marked_articles=["КР-7/2"])
CODE = "0104600439931256215cVBd?-)kC,Yr\u001d91EE07\u001d92abcd"


@pytest.mark.parametrize("value", ["Да", "true", "Обувь", ["", "Шины"], True])
def test_what_1c_says_is_marked_needs_a_code(value: object) -> None:
    assert is_marked({"Подлежит маркировке": value}, None, RULES)


@pytest.mark.parametrize("value", ["Нет", " нет ", "", None, [], False, "Не маркируется"])
def test_what_1c_says_is_not_marked_needs_none(value: object) -> None:
    assert not is_marked({"Подлежит маркировке": value, "Другое": "Да"}, "КР-1", RULES)


def test_an_article_in_the_settings_needs_a_code_whatever_1c_says() -> None:
    assert is_marked({"Подлежит маркировке": "Нет"}, "КР-7/2", RULES)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ({"requiredMeta": ["sgtin"]}, {"*"}),
        ({"requiredMeta": ["imei"]}, set()),
        ({"requirements": {"products_requiring_mandatory_mark": [17, 18]}}, {"17", "18"}),
        ({"items": [{"id": 5, "requiredInstanceTypes": ["CIS"]}, {"id": 6, "requiredInstanceTypes": ["UIN"]}, {"id": 7}]}, {"5"}),
        ({"items": None, "requirements": None}, set()),
        ([], set()),
    ],
)
def test_what_a_channel_wants_codes_for_is_read_of_its_order(payload: object, wanted: set[str]) -> None:
    assert marked_on_channel(json.dumps(payload)) == wanted


@pytest.mark.parametrize("told", [CODE, f" {CODE}\n", f"]d2{CODE}", f"\u001d{CODE}", CODE.replace("\u001d", "\u241d")])
def test_a_code_is_read_as_scanners_type_it(told: str) -> None:
    assert read_code(told) == CODE


@pytest.mark.parametrize("told", ["", "4600439931256", CODE.replace("31256", "31257"), CODE[:20], "0104600439931256"])
def test_what_is_no_code_is_none(told: str) -> None:
    assert read_code(told) is None


def test_a_code_is_of_the_goods_that_have_its_number_as_their_barcode() -> None:
    assert line_of_code(CODE, {"iron": ("4600439931256",), "kettle": ("4601234567893",), "bag": ()}) == "iron"


@pytest.mark.parametrize("barcodes", [{}, {"kettle": ("4601234567893",)}, {"iron": ("4600439931256",), "same": ("4600439931256",)}])
def test_a_code_that_fits_no_line_or_several_is_of_none(barcodes: dict[str, tuple[str, ...]]) -> None:
    assert line_of_code(CODE, barcodes) is None
