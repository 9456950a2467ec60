from typing import Any

import polars as pl
import pytest

from adapters.errors import Unavailable
from adapters.onec.odata.base import OnecOdata
from tests.adapters.onec.odata.conftest import Watched, adapter_to
from tests.deployments.world.odata.conftest import Hand, ref
from validation.odata import PriceTold
from validation.quarantine import judge

IRON, KETTLE, RED, RETAIL, WHOLESALE, ROUBLE, DOLLAR, BOX = (ref(number) for number in range(1, 9))


@pytest.fixture
def priced(hand: Hand) -> Hand:
    """A base with roubles and dollars, a retail and a wholesale price type."""
    hand.make("Catalog_Валюты", {"Ref_Key": ROUBLE, "Code": "643 ", "Description": "руб."}, {"Ref_Key": DOLLAR, "Code": "840"})
    hand.make("Catalog_ВидыЦен", {"Ref_Key": RETAIL, "ВалютаЦены_Key": ROUBLE}, {"Ref_Key": WHOLESALE, "ВалютаЦены_Key": DOLLAR})
    return hand


def price(hand: Hand, product: str, kopecks: str, price_type: str = RETAIL, *, characteristic: str | None = None, **rest: Any) -> None:
    currency = {"Валюта_Key": ROUBLE if price_type == RETAIL else DOLLAR} if hand.base == "ut" else {}
    one = {"product": product, "price_type": price_type, "price": kopecks, "rest": {**currency, **rest}}
    hand.tell("PUT", "/prices", [{**one, "characteristic": characteristic} if characteristic else one])


def told(onec: OnecOdata, *price_types: str) -> dict[tuple[str, str], tuple[int | None, str | None]]:
    rows = onec.read_prices(price_types).to_dicts()
    return {(row["item_ref"], row["price_type"]): (row["kopecks"], row["currency"]) for row in rows}


def test_prices_are_in_kopecks_of_their_currency(priced: Hand, onec: OnecOdata) -> None:
    price(priced, IRON, "1299.05")
    price(priced, IRON, "10", WHOLESALE)
    price(priced, KETTLE, "0.10", characteristic=RED)
    assert told(onec) == {
        (IRON, RETAIL): (129905, "RUB"),
        (IRON, WHOLESALE): (1000, "USD"),
        (f"{KETTLE}#{RED}", RETAIL): (10, "RUB"),
    }


def test_only_the_price_types_asked_for_are_read(priced: Hand, onec: OnecOdata) -> None:
    price(priced, IRON, "100")
    price(priced, IRON, "10", WHOLESALE)
    assert told(onec, WHOLESALE) == {(IRON, WHOLESALE): (1000, "USD")}


def test_a_price_of_a_day_to_come_does_not_hold_yet(priced: Hand, onec: OnecOdata) -> None:
    price(priced, IRON, "100", Period="2026-01-01T00:00:00")
    price(priced, IRON, "120", Period="2026-02-01T00:00:00")
    price(priced, IRON, "999", Period="2099-01-01T00:00:00")
    assert told(onec) == {(IRON, RETAIL): (12000, "RUB")}


def test_a_price_in_unf_that_no_longer_holds_is_none(hands: dict[str, Hand]) -> None:
    price(hands["unf"], IRON, "100", Актуальность=False)
    with adapter_to(hands["unf"]) as onec:
        assert told(onec) == {}


def test_a_currency_of_an_unknown_number_has_no_name(priced: Hand, onec: OnecOdata) -> None:
    priced.make("Catalog_Валюты", {"Ref_Key": ROUBLE, "Code": "999"})
    price(priced, IRON, "100")
    assert told(onec) == {(IRON, RETAIL): (10000, None)}


def test_what_is_no_price_of_a_piece_is_refused_with_its_reason(hands: dict[str, Hand]) -> None:
    hand = hands["ut"]
    hand.make("Catalog_Валюты", {"Ref_Key": ROUBLE, "Code": "643"})
    for number, (amount, rest) in enumerate(
        [
            ("100", {"Упаковка_Key": BOX}),
            ("0.005", {}),
            ("0", {}),
            ("-1", {}),
            ("1000000000.01", {}),
            ("5", {"Валюта_Key": ref(99)}),
            ("7", {}),
        ]
    ):
        price(hand, ref(100 + number), amount, **rest)
    with adapter_to(hand) as onec:
        judged = judge(onec.read_prices(), PriceTold, entity="price", key=pl.col("item_ref"))
    assert judged.refused.sort("key")["reason"].to_list() == [
        "price_is_per_piece",
        "price_is_in_whole_kopecks",
        "price_is_positive",
        "price_is_positive",
        "price_is_sane",
        "currency_is_known",
    ]
    assert judged.passed["kopecks"].to_list() == [700]


def test_more_prices_than_a_page_are_all_read(priced: Hand, onec: OnecOdata) -> None:
    onec.PAGE = 3
    for number in range(8):
        price(priced, ref(100 + number), str(number + 1))
    assert sorted(kopecks or 0 for kopecks, _ in told(onec).values()) == [(number + 1) * 100 for number in range(8)]


@pytest.mark.parametrize("compares_refs", [True, False])
def test_a_dictionary_longer_than_a_page_is_read_by_keys_or_by_number(hand: Hand, compares_refs: bool) -> None:
    hand.order("PUT", "/habits", {"compares_refs": compares_refs})
    codes = ("643", "840", "978", "156", "980", "933", "398")
    refs = [ref((number % 3) << 24 | number) for number in range(len(codes))]
    hand.make("Catalog_Валюты", *({"Ref_Key": key, "Code": code} for key, code in zip(refs, codes, strict=True)))
    network = Watched()
    with adapter_to(hand, transport=network) as onec:
        onec.PAGE = 2
        read = onec._read_currencies()
    assert (read.height, set(read["currency_ref"])) == (7, set(refs))
    assert any("%24skip" in str(one.url) or "$skip" in str(one.url) for one in network.asked) is not compares_refs


def test_price_types_are_read_by_their_names(priced: Hand, onec: OnecOdata) -> None:
    priced.make("Catalog_ВидыЦен", {"Ref_Key": BOX, "Description": " Розничная "})
    assert (BOX, "Розничная") in onec.read_price_types().rows()


def test_the_prices_of_25_are_a_matter_of_names(hands: dict[str, Hand]) -> None:
    hand = hands["ut"]
    hand.make("Catalog_Валюты", {"Ref_Key": ROUBLE, "Code": "643"})
    record = {"Номенклатура_Key": IRON, "ВидЦены_Key": RETAIL, "Цена": 55.5, "Валюта_Key": ROUBLE}
    hand.tell("POST", "/records/InformationRegister_ЦеныНоменклатуры25", [record])
    names = {"register_name": "InformationRegister_ЦеныНоменклатуры25", "characteristic": "ХарактеристикаЦО", "package": "УпаковкаЦО"}
    with adapter_to(hand, names={"prices": names}) as onec:
        assert told(onec) == {(IRON, RETAIL): (5550, "RUB")}


def test_a_base_without_prices_has_no_rows(onec: OnecOdata) -> None:
    assert onec.read_prices().is_empty()


def test_prices_that_cannot_be_read_may_be_tried_again(hand: Hand, onec: OnecOdata) -> None:
    hand.order("POST", "/faults", {"kind": "timeout_before"})
    with pytest.raises(Unavailable):
        onec.read_prices()
