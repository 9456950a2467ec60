"""Whom and where a shipment goes to, and what a person must tell first."""

import json

import pytest

from tasks.rules.carrier_places import City, CityFound, Point, PointFound
from tasks.rules.destinations import city_question, destination, lacking, point_of, point_question
from tasks.rules.parcels import Boxed, BoxLine, ToCarry, as_carried, lacking_goods

BUYER = {
    "name": {"full": "Петров Пётр"},
    "phones": [{"raw": "домофон"}, {"raw": "8 916", "e164": "+79161234567", "extension": "12"}],
    "address": {"city": "Тула", "street": "ул. Мира", "house": "1", "flat": "5", "text": "Тула, ул. Мира, 1, кв. 5", "postcode": "300000"},
    "comment": "после шести",
}
TO = destination(BUYER)


def test_a_buyer_with_an_address_lacks_nothing() -> None:
    assert lacking(TO) == []
    assert (TO.name, TO.phone, TO.extension, TO.city, TO.line) == ("Петров Пётр", "+79161234567", "12", "Тула", "ул. Мира, 1, кв. 5")


def test_the_recipient_goes_before_the_buyer() -> None:
    assert destination(BUYER | {"recipient": {"full": "Иванова Анна"}}).name == "Иванова Анна"


def test_nothing_known_is_all_asked() -> None:
    wanted = ["shipment_has_recipient", "shipment_has_phone", "shipment_has_city", "shipment_has_street"]
    assert lacking(destination(None)) == wanted


def test_a_point_needs_no_street() -> None:
    assert lacking(destination({**BUYER, "address": {}}, point_ref="MSK5")) == []


def test_what_a_person_found_out_goes_before_what_was_told() -> None:
    to = destination({**BUYER, "phones": []}, corrected={"phone": "+79160000000", "city": "Калуга", "unknown": "x"})
    assert (to.phone, to.city, to.name) == ("+79160000000", "Калуга", "Петров Пётр")


def test_an_address_in_one_line_is_taken_as_it_is() -> None:
    assert destination({"address": {"text": "Тула, за баней"}}).line == "Тула, за баней"


@pytest.mark.parametrize(
    "told",
    [
        {"meta_data": [{"key": "_point", "value": "MSK5"}]},
        {"meta_data": None, "shipping_lines": [{"meta_data": [{"key": "x", "value": 1}, {"key": "_point", "value": " MSK5 "}]}]},
    ],
)
def test_the_point_that_the_buyer_chose_is_read_of_the_order(told: object) -> None:
    assert point_of(json.dumps(told), ["_other", "_point"]) == "MSK5"
    assert point_of(json.dumps(told), []) == ""


def test_a_question_names_what_it_may_be() -> None:
    cities = (City(city_ref="1", name="Мир", region="Тула"), City(city_ref="2", name="Мир", district="Ясный"))
    said = city_question(CityFound(state="ambiguous", candidates=cities, sentence="Городов два."))
    assert said == "Городов два. Подходят: Мир, Тула; Мир, Ясный."
    point = Point(
        point_ref="T1", kind="office", city_ref="1", name="T1", address="ул. Мира, 2", hands_out=True, takes_in=True, takes_money=True
    )
    assert "T1 (ул. Мира, 2)" in point_question(PointFound(state="unknown", candidates=(point,)))


def carry(**told: object) -> ToCarry:
    line = BoxLine(line_ref="1", sku="iron", name="Утюг", pcs=2, price_kopecks=100_00, weight_g=900, vat="20", marks=("a",))
    box = Boxed(package_no=1, weight_g=2000, sides_mm=(300, 200, 100), lines=(line,))
    return ToCarry(**({"number": "1-1", "order_number": "1", "channel": "site", "destination": TO, "boxes": (box,)} | told))  # type: ignore[arg-type]


def test_a_shipment_is_told_whole() -> None:
    told = as_carried(carry(collects=True, delivery_kopecks=300_00, tariff="136"), TO.at_door("44"))
    assert (told.ref, told.weight_g, told.cost_kopecks, told.collect_kopecks, told.tariff) == ("1-1", 2000, 200_00, 500_00, "136")
    (item,) = told.parcels[0].items
    assert (item.pcs, item.vat_percent, item.marks, told.parcels[0].sides_mm) == (2, 20, ("a",), (300, 200, 100))


def test_what_is_paid_is_not_collected() -> None:
    assert as_carried(carry(delivery_kopecks=300_00), "MSK5").collect_kopecks == 0


def test_goods_without_weight_price_or_codes_are_asked_for() -> None:
    line = BoxLine(line_ref="1", sku="iron", name="Утюг", pcs=1, price_kopecks=None, weight_g=None)
    odd = carry(boxes=(Boxed(package_no=1, weight_g=None, sides_mm=None, lines=(line,)),), marks_wanted={"1": 1})
    assert lacking_goods(odd) == ["shipment_needs_marks", "shipment_weight_is_known", "shipment_price_is_known"]
    assert lacking_goods(carry(marks_wanted={"1": 1})) == []
    assert carry(marks_wanted={"1": 2}).marks_missing == 1
