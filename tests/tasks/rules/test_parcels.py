"""A shipment as its carrier is told it, and what is asked of it first."""

from datetime import date
from typing import Any

from tasks.rules.destinations import Destination
from tasks.rules.latin import LatinRules
from tasks.rules.parcels import Boxed, BoxLine, ToCarry, as_carried, questions
from tasks.rules.questions import Question

HOME = Destination(name="Петров Пётр", phone="+79161234567", city="Тула", line="ул. Мира, д. 1")
PAPERS: dict[str, Any] = {
    "passport_series": "4510", "passport_number": "123456", "passport_issued_on": "02.01.2020", "passport_issued_by": "ОВД",
    "born_on": "1990-03-04", "inn": "770000000000",
}  # fmt: skip
ISTANBUL = Destination(
    name="Щеглова Юлия", phone="+905321234567", country="TR", city="Стамбул", line="ул. Щорса, 1", comment="звонить", **PAPERS
)
LATIN = LatinRules(countries=frozenset({"TR"}))
DAY = date(2026, 3, 2)


def line(**told: Any) -> BoxLine:
    known: dict[str, Any] = {
        "line_ref": "1",
        "sku": "iron",
        "name": "Утюг",
        "pcs": 2,
        "price_kopecks": 100_00,
        "weight_g": 900,
        "vat": "20",
    }
    return BoxLine(**({"brand": "Щука", "origin": "RU", **known} | told))


def carry(*lines: BoxLine, weight_g: int | None = 2000, **told: Any) -> ToCarry:
    box = Boxed(package_no=1, weight_g=weight_g, sides_mm=(300, 200, 100), lines=lines or (line(marks=("a",)),))
    known: dict[str, Any] = {
        "number": "1-1",
        "order_number": "1",
        "channel": "site",
        "destination": HOME,
        "boxes": (box,),
        "invoiced_on": DAY,
    }
    return ToCarry(**(known | told))


def codes(shipment: ToCarry) -> list[str]:
    return [question.code for question in questions(shipment)]


def test_a_shipment_is_told_whole() -> None:
    told = as_carried(carry(collects=True, delivery_kopecks=300_00, tariff="136"), HOME.at_door("44"))
    assert (told.ref, told.weight_g, told.cost_kopecks, told.collect_kopecks, told.tariff) == ("1-1", 2000, 200_00, 500_00, "136")
    (item,) = told.parcels[0].items
    assert (item.pcs, item.vat_percent, item.marks, told.parcels[0].sides_mm) == (2, 20, ("a",), (300, 200, 100))


def test_what_is_paid_is_not_collected() -> None:
    assert as_carried(carry(delivery_kopecks=300_00), "MSK5").collect_kopecks == 0


def test_at_home_customs_are_told_nothing_and_everything_stays_cyrillic() -> None:
    told = as_carried(carry(latin=LatinRules(abroad=True)), HOME.at_door("44"))
    (item,) = told.parcels[0].items
    assert (told.invoiced_on, told.recipient.passport, told.recipient.name) == (None, None, "Петров Пётр")
    assert (item.latin_name, item.brand, item.origin, item.gross_weight_g) == ("", "", "", None)


def test_abroad_customs_are_told_all_they_ask_and_goods_have_both_names() -> None:
    told = as_carried(carry(destination=ISTANBUL), "IST1")
    (item,) = told.parcels[0].items
    assert (item.name, item.latin_name, item.brand, item.origin, item.gross_weight_g) == ("Утюг", "Utiug", "Shchuka", "RU", 900)
    assert (told.invoiced_on, told.recipient.inn, told.recipient.name) == (DAY, "770000000000", "Щеглова Юлия")
    assert told.recipient.passport is not None
    assert (told.recipient.passport.issued_on, told.recipient.passport.born_on) == (date(2020, 1, 2), date(1990, 3, 4))


def test_a_route_that_needs_latin_bears_latin_and_the_original_stays_beside_it() -> None:
    shipment = carry(destination=ISTANBUL, latin=LATIN)
    told = as_carried(shipment, shipment.written.at_door("7"))
    assert (told.recipient.name, told.to, told.comment) == ("Shcheglova Iuliia", shipment.written.at_door("7"), "zvonit")
    assert (shipment.written.line, shipment.destination.line, shipment.destination.city_asked.name) == (
        "ul. Shchorsa, 1", "ул. Щорса, 1", "Стамбул",
    )  # fmt: skip


def test_goods_without_weight_price_or_codes_are_asked_for() -> None:
    odd = carry(line(price_kopecks=None, weight_g=None), weight_g=None, marks_wanted={"1": 1})
    assert codes(odd) == ["shipment_needs_marks", "shipment_weight_is_known", "shipment_price_is_known"]
    assert codes(carry(marks_wanted={"1": 1})) == []
    assert carry(marks_wanted={"1": 2}).marks_missing == 1


def test_abroad_the_weight_of_every_piece_is_needed_and_at_home_that_of_the_box() -> None:
    assert codes(carry(line(weight_g=None))) == []
    assert codes(carry(line(weight_g=None), destination=ISTANBUL)) == ["shipment_weight_is_known"]


def test_customs_papers_are_asked_abroad_and_nowhere_else() -> None:
    assert codes(carry(destination=HOME)) == []
    bare = Destination(name="Щеглова Юлия", phone="+905321234567", country="TR", city="Стамбул", line="ул. Щорса, 1")
    assert codes(carry(line(brand=""), destination=bare)) == ["shipment_has_papers", "shipment_goods_are_declared"]


def test_the_questions_of_the_address_and_the_name_are_the_shipments() -> None:
    asked = Question(code="address_has_house", part="house")
    to = Destination(name="John Smith", phone="+79161234567", city="Тула", line="ул. Мира", questions=(asked,))
    assert codes(carry(destination=to)) == ["address_has_house", "name_is_in_cyrillic"]


def test_where_latin_is_needed_an_address_in_latin_is_not_asked() -> None:
    asked = Question(code="address_is_in_cyrillic", part="address")
    armenia = Destination(name="John", phone="+37411000000", country="AM", city="Yerevan", line="Abovyan 1", questions=(asked,))
    assert codes(carry(destination=armenia)) == ["address_is_in_cyrillic", "name_is_in_cyrillic"]
    assert codes(carry(destination=armenia, latin=LatinRules(countries=frozenset({"AM"})))) == []
