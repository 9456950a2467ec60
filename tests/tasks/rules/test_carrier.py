"""Words of a carrier: codes of items, points that will not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.carrier import LABEL_MOST, Address, CarrierShipment, Parcel, ParcelItem, Person, label_code
from tasks.rules.carrier_places import City, Point, unsuited
from tasks.rules.carrier_tracks import Track


def point(**changes: object) -> Point:
    known: dict[str, object] = {"point_ref": "MSK5", "kind": "office", "city_ref": "44", "name": "MSK5", "address": "Тверская, 1"}
    known |= {"hands_out": True, "takes_in": True, "takes_money": True}
    return Point(**(known | changes))  # type: ignore[arg-type]


def box(weight_g: int = 1000, *sides_mm: int, number: str = "1") -> Parcel:
    length, width, height = sides_mm or (None, None, None)
    return Parcel(number=number, weight_g=weight_g, items=(), length_mm=length, width_mm=width, height_mm=height)


@given(st.text(max_size=40))
def test_a_code_that_fits_stays_and_a_long_one_is_cut_to_fit(sku: str) -> None:
    code = label_code(sku)
    assert len(code) <= LABEL_MOST
    assert (code == sku) == (len(sku) <= LABEL_MOST)


def test_long_codes_that_begin_alike_stay_apart() -> None:
    assert label_code("Ч" * 30 + "1") != label_code("Ч" * 30 + "2")


@pytest.mark.parametrize(
    ("changes", "parcels", "collects", "words"),
    [
        ({"hands_out": False}, [box()], False, "не выдаёт"),
        ({"takes_money": False}, [box()], True, "оплатить"),
        ({"weight_max_g": 1500}, [box(1000), box(600, number="2")], False, "1,6 кг"),
        ({"kind": "locker"}, [box(), box(number="2")], False, "только одно"),
        ({"kind": "locker", "cells_mm": ((600, 400, 300),)}, [box(1000, 301, 301, 301)], False, "не помещается"),
    ],
)
def test_a_point_that_will_not_do_says_why(changes: dict[str, object], parcels: list[Parcel], collects: bool, words: str) -> None:
    assert words in str(unsuited(point(**changes), parcels, collects=collects))


@pytest.mark.parametrize(
    ("changes", "parcels", "collects"),
    [
        ({}, [box(100_000), box(number="2")], True),
        ({"takes_money": False}, [box()], False),
        ({"weight_max_g": 1000}, [box(1000)], False),
        ({"kind": "locker", "cells_mm": ((300, 200, 100), (600, 400, 300))}, [box(1000, 300, 600, 400)], True),
        ({"kind": "locker", "cells_mm": ((300, 200, 100),)}, [box()], True),
        ({"kind": "locker"}, [box(1000, 300, 600, 400)], True),
    ],
)
def test_a_point_that_will_do_says_nothing(changes: dict[str, object], parcels: list[Parcel], collects: bool) -> None:
    assert unsuited(point(**changes), parcels, collects=collects) is None


def test_a_shipment_sums_what_is_in_it() -> None:
    things = (
        ParcelItem(sku="A", name="Утюг", pcs=2, cost_kopecks=100, collect_kopecks=50, weight_g=1),
        ParcelItem(sku="B", name="Чехол", pcs=1, cost_kopecks=7, weight_g=1),
    )
    parcels = (Parcel(number="1", weight_g=300, items=things), Parcel(number="2", weight_g=200, items=things[1:]))
    to = Address(city_ref="44", line="Тверская, 1")
    shipment = CarrierShipment(ref="1", recipient=Person(name="Ю", phone="+7"), to=to, parcels=parcels, delivery_kopecks=30)
    assert (shipment.weight_g, shipment.cost_kopecks, shipment.collect_kopecks) == (500, 214, 130)


def test_namesakes_are_told_apart_by_their_titles() -> None:
    town = City(city_ref="1", name="Москва", region="Кировская область", district="Верхошижемский район")
    assert town.title == "Москва, Верхошижемский район, Кировская область"
    assert City(city_ref="2", name="Минск", country="BY").title == "Минск, BY"


@pytest.mark.parametrize(
    ("state", "is_partial", "is_final"),
    [
        ("delivered", False, True),
        ("delivered", True, False),
        ("not_delivered", False, False),
        ("returned", False, True),
        ("other", False, False),
    ],
)
def test_what_may_still_come_back_is_not_final(state: str, is_partial: bool, is_final: bool) -> None:
    assert Track(carrier_ref="u", kind="direct", state=state, is_partial=is_partial).is_final == is_final  # type: ignore[arg-type]
