"""What of registers and files can be compared, and where they differ."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.registers import (
    balances_of_shop,
    counts_differing,
    counts_said,
    places_read,
    prices_differing,
    prices_of_items,
    prices_said,
    remembered,
    standing,
    with_past,
)
from validation.odata import BalanceCounted, BalanceRead, CountDiffering, CountKnown, ItemListed, PriceDiffering, PriceKnown, PriceTold
from validation.quarantine import judge

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ref(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


IRON, KETTLE, RED, MAIN, FAR, RETAIL = (ref(number) for number in range(1, 7))


def frame(model: Any, *rows: dict[str, Any], **filled: Any) -> pl.DataFrame:
    """Rows of a model; what they do not say is filled."""
    every = {"row": 1, "item_id": 1, "name": "Утюг", "place_name": "Основной", "price_type_name": "Розничная", "currency": "RUB", **filled}
    schema = model.empty().schema
    made: pl.DataFrame = model.validate(pl.DataFrame([{name: (every | row).get(name) for name in schema} for row in rows], schema=schema))
    return made


def read(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """`BalanceRead` in millionths."""
    told = [
        {"item_ref": item, "place": place, "pcs": figure // 10**6 if figure % 10**6 == 0 else None, "pcs_millionths": figure}
        for item, place, figure in rows
    ]
    return frame(BalanceRead, *told)


def known(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return frame(CountKnown, *({"item_ref": item, "place": place, "pcs": pcs} for item, place, pcs in rows))


def differing(whole: pl.DataFrame, ours: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    key = pl.format("{}|{}", "item_ref", "place")
    counted, refused = judge(balances_of_shop(whole, ours), BalanceCounted, entity="count", key=key)
    found = counts_differing(ours, counted, refused["key"].to_list(), places_read(whole, ours))
    return {(row["item_ref"], row["place"]): (row["pcs"], row["onec_pcs"]) for row in found.to_dicts()}


def test_what_both_say_alike_does_not_differ() -> None:
    assert differing(read((IRON, MAIN, 5_000_000)), known((IRON, MAIN, 5))) == {}


def test_each_place_is_compared_by_itself() -> None:
    whole = read((IRON, MAIN, 5_000_000), (IRON, FAR, 1_000_000))
    assert differing(whole, known((IRON, MAIN, 4), (IRON, FAR, 1))) == {(IRON, MAIN): (4, 5)}


def test_what_a_register_does_not_list_is_nothing_there() -> None:
    whole = read((KETTLE, MAIN, 1_000_000))
    assert differing(whole, known((IRON, MAIN, 4), (KETTLE, MAIN, 1))) == {(IRON, MAIN): (4, 0)}


def test_a_place_of_which_nothing_is_listed_is_not_compared() -> None:
    assert differing(read((IRON, MAIN, 5_000_000)), known((IRON, MAIN, 5), (IRON, FAR, 7))) == {}
    assert differing(read(), known((IRON, MAIN, 5))) == {}


def test_a_place_is_seen_also_where_only_goods_of_others_lie() -> None:
    assert differing(read((RED, MAIN, 5_000_000)), known((IRON, MAIN, 5))) == {(IRON, MAIN): (5, 0)}


def test_an_item_without_a_reference_of_1c_is_not_compared() -> None:
    assert differing(read((IRON, MAIN, 1_000_000)), known(("42", MAIN, 5), (f"{IRON}#red", MAIN, 5), (IRON, MAIN, 1))) == {}


def test_a_fraction_is_neither_zero_nor_a_difference() -> None:
    assert differing(read((IRON, MAIN, 2_500_000), (KETTLE, MAIN, 0)), known((IRON, MAIN, 5), (KETTLE, MAIN, 0))) == {}


def test_fractions_of_goods_that_are_not_sold_here_are_nobodys_business() -> None:
    assert balances_of_shop(read((RED, MAIN, 2_500_000), (IRON, RED, 500_000)), known((IRON, MAIN, 5))).is_empty()


def test_a_shop_without_places_is_compared_in_sum() -> None:
    whole = read((IRON, MAIN, 2_500_000), (IRON, FAR, 1_500_000), (KETTLE, MAIN, 500_000))
    ours = known((IRON, "", 4), (KETTLE, "", 9))
    assert differing(whole, ours) == {}
    assert differing(whole, known((IRON, "", 3))) == {(IRON, ""): (3, 4)}
    assert differing(read(), ours) == {}


def test_a_figure_without_a_place_beside_others_with_one_is_not_compared() -> None:
    """УНФ counts a kit without warehouses, and no register knows of it."""
    assert differing(read((IRON, MAIN, 1_000_000)), known((IRON, MAIN, 1), (KETTLE, "", 3))) == {}


FIGURES = st.dictionaries(st.tuples(st.sampled_from([IRON, KETTLE, RED]), st.sampled_from([MAIN, FAR])), st.integers(-3, 9), min_size=1)


@given(FIGURES, FIGURES)
def test_whatever_differs_is_named_once_and_with_both_figures(ours: dict[tuple[str, str], int], theirs: dict[tuple[str, str], int]) -> None:
    whole = read(*((item, place, pcs * 10**6) for (item, place), pcs in theirs.items()))
    places = {place for _, place in theirs}
    expected = {key: (pcs, theirs.get(key, 0)) for key, pcs in ours.items() if key[1] in places and pcs != theirs.get(key, 0)}
    assert differing(whole, known(*((item, place, pcs) for (item, place), pcs in ours.items()))) == expected


def item(item_id: int, item_ref: str) -> dict[str, Any]:
    return {"item_id": item_id, "item_ref": item_ref, "product_ref": item_ref.partition("#")[0]}


def told(*rows: tuple[str, int], currency: str = "RUB") -> pl.DataFrame:
    priced = [{"item_ref": ref, "price_type": RETAIL, "kopecks": kopecks, "currency": currency} for ref, kopecks in rows]
    return frame(PriceTold, *priced, is_per_piece=True)


def test_a_characteristic_without_a_price_of_its_own_has_its_products() -> None:
    items = frame(ItemListed, item(1, f"{IRON}#{RED}"), item(2, f"{IRON}#{KETTLE}"), item(3, KETTLE))
    prices = prices_of_items(items, told((IRON, 100), (f"{IRON}#{RED}", 150), (KETTLE, 70)), [])
    assert dict(prices.select("item_id", "onec_kopecks").iter_rows()) == {1: 150, 2: 100, 3: 70}


def test_a_price_of_its_own_that_cannot_be_taken_is_not_replaced_by_its_products() -> None:
    items = frame(ItemListed, item(1, f"{IRON}#{RED}"))
    assert prices_of_items(items, told((IRON, 100)), [f"{IRON}#{RED}|{RETAIL}"]).is_empty()


@pytest.mark.parametrize(("kopecks", "currency", "differs"), [(100, "RUB", False), (101, "RUB", True), (100, "USD", True)])
def test_a_price_differs_by_its_figure_or_its_currency(kopecks: int, currency: str, differs: bool) -> None:
    items = frame(ItemListed, item(1, IRON))
    ours = frame(PriceKnown, {"item_id": 1, "item_ref": IRON, "price_type": RETAIL, "kopecks": 100})
    assert bool(prices_differing(ours, prices_of_items(items, told((IRON, kopecks), currency=currency), [])).height) is differs


def test_a_price_that_the_register_lacks_is_not_compared() -> None:
    ours = frame(PriceKnown, {"item_id": 1, "item_ref": IRON, "price_type": RETAIL, "kopecks": 100})
    assert prices_differing(ours, prices_of_items(frame(ItemListed, item(1, IRON)), told(), [])).is_empty()


def said(*rows: tuple[str, int, int], now: datetime = NOW) -> pl.DataFrame:
    told = [{"item_ref": item, "place": MAIN, "pcs": pcs, "onec_pcs": onec} for item, pcs, onec in rows]
    return counts_said(frame(CountDiffering, *told), now)


def test_the_greatest_difference_comes_first_with_its_units() -> None:
    rows = said((IRON, 5, 4), (KETTLE, 1, 9)).to_dicts()
    assert [(row["item_ref"], row["hub_said"], row["onec_said"]) for row in rows] == [(KETTLE, "1 шт.", "9 шт."), (IRON, "5 шт.", "4 шт.")]


def test_money_is_said_in_roubles_and_kopecks() -> None:
    row = {"item_ref": IRON, "price_type": RETAIL, "kopecks": 129905, "onec_kopecks": 7, "onec_currency": "USD"}
    (one,) = prices_said(frame(PriceDiffering, row), NOW).to_dicts()
    assert (one["hub_said"], one["onec_said"], one["where_name"]) == ("1299,05 RUB", "0,07 USD", "Розничная")


def test_a_difference_of_the_same_two_figures_is_as_old_as_it_is() -> None:
    later = NOW + timedelta(hours=1)
    again = with_past(said((IRON, 5, 4), (KETTLE, 1, 9), now=later), remembered(said((IRON, 5, 4), (KETTLE, 2, 9))))
    assert dict(again.select("item_ref", "since_at").iter_rows()) == {IRON: NOW, KETTLE: later}
    assert standing(again, later, after_s=3600)["item_ref"].to_list() == [IRON]
    assert standing(again, later, after_s=3601).is_empty()


def test_what_is_remembered_of_a_remembered_difference_is_its_first_sight() -> None:
    once = with_past(said((IRON, 5, 4)), [])
    twice = with_past(said((IRON, 5, 4), now=NOW + timedelta(minutes=30)), remembered(once))
    third = with_past(said((IRON, 5, 4), now=NOW + timedelta(hours=1)), remembered(twice))
    assert third["since_at"].to_list() == [NOW]
