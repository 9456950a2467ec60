"""A frame of addresses: each rule refuses its row, and only that."""

from typing import Any

import polars as pl
import pytest

from tasks.rules.addresses import read_address, to_frame
from validation.addresses import AddressRead
from validation.quarantine import judge
from validation.reasons import SENTENCES

GOOD = read_address("644000, Омская обл., г. Омск, ул. Мира, 5, кв 1")


def judged(**changed: Any) -> list[str]:
    frame = to_frame({"A-1": GOOD}).with_columns(**{name: pl.lit(value, to_frame({}).schema[name]) for name, value in changed.items()})
    return judge(frame, AddressRead, entity="address", key=pl.col("order_ref")).refused["reason"].to_list()


def test_a_good_address_passes() -> None:
    assert judged() == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"text": "", "place": None}, "address_is_told"),
        ({"country": "Россия"}, "address_country_is_known"),
        ({"street": "Lenina st."}, "address_is_in_cyrillic"),
        ({"place": "Omsk"}, "address_is_in_cyrillic"),
        ({"place": None}, "address_has_city"),
        ({"street": None}, "address_has_street"),
        ({"house": None}, "address_has_house"),
        ({"asked": "address_postcode_fits_region"}, "address_is_settled"),
    ],
)
def test_each_fault_is_refused_with_its_reason(changed: dict[str, Any], reason: str) -> None:
    assert judged(**changed) == [reason]
    assert reason in SENTENCES


@pytest.mark.parametrize(
    "changed",
    [{"street": None, "is_village": True}, {"street": None, "house": None, "goes_to": "point"}, {"place": None, "street": None, "point": "OMS1",
     "house": None}, {"country": "DE", "place": None, "street": None, "house": None, "text": "Berlin"}, {"street": "Green Park, ул. Мира"}],
)  # fmt: skip
def test_what_a_route_does_not_need_is_not_asked(changed: dict[str, Any]) -> None:
    assert judged(**changed) == []


def test_an_empty_frame_is_right() -> None:
    assert judge(to_frame({}), AddressRead, entity="address", key=pl.col("order_ref")).passed.is_empty()
