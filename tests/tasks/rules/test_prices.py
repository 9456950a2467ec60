from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.rules.bundles import in_force
from tasks.rules.formats import OZON, WILDBERRIES, WOOCOMMERCE, YANDEX_MARKET, Format
from tasks.rules.price_rules import PriceRules
from tasks.rules.prices import prices
from tests.tasks.rules.shelf import TODAY, items, kept, patient, recipes
from validation.quarantine import Judged

RETAIL = "Розничная"
NO_RECIPES, _ = in_force(recipes(), items(), TODAY)
DAY = timedelta(days=1)


def priced(
    shelf: pl.DataFrame,
    *told: Any,
    channel: Format = WOOCOMMERCE,
    parts: pl.DataFrame = NO_RECIPES,
    today: date = TODAY,
    campaigns: tuple[str, ...] = ("",),
    **rules: Any,
) -> Judged:
    made = PriceRules.model_validate({"price_type": RETAIL} | rules)
    return prices(shelf, kept(*told), parts, rules=made, channel=channel, today=today, campaigns=campaigns)


def one(*told: Any, channel: Format = WOOCOMMERCE, today: date = TODAY, shelf: pl.DataFrame | None = None, **rules: Any) -> int:
    price = priced(items({}) if shelf is None else shelf, *told, channel=channel, today=today, **rules).passed["price_kopecks"].item()
    assert isinstance(price, int)
    return price


def old(*told: Any, channel: Format = WOOCOMMERCE, **rules: Any) -> int | None:
    price: int | None = priced(items({}), *told, channel=channel, **rules).passed["old_kopecks"].item()
    return price


def why(*told: Any, **rules: Any) -> str:
    return str(priced(items({}), *told, **rules).passed["why"].item())


def test_a_price_is_that_of_the_named_type() -> None:
    assert one((1, RETAIL, 3290_00), (1, "Оптовая", 2000_00)) == 3290_00
    assert one((1, RETAIL, 3290_00), (1, "Оптовая", 2000_00), price_type="Оптовая") == 2000_00


@pytest.mark.parametrize(
    ("percent", "price"), [("0", 999_99), ("5", 1049_99), ("-10", 899_99), ("0.05", 1000_49), ("33.33", 1333_29), ("100", 1999_98)]
)
def test_a_markup_is_exact_to_the_kopeck(percent: str, price: int) -> None:
    assert one((1, RETAIL, 999_99), markup_percent=Decimal(percent)) == price


@pytest.mark.parametrize(
    ("unit", "ending", "to", "price"),
    [
        (1, 0, "nearest", 1234_56),
        (100, 0, "nearest", 1235_00),
        (100, 0, "down", 1234_00),
        (100, 0, "up", 1235_00),
        (10_00, 0, "nearest", 1230_00),
        (10_00, 0, "up", 1240_00),
        (100_00, 90_00, "nearest", 1190_00),
        (100_00, 90_00, "up", 1290_00),
        (100_00, 90_00, "down", 1190_00),
        (100_00, 34_56, "up", 1234_56),
    ],
)
def test_a_price_is_rounded_to_its_unit_and_ending(unit: int, ending: int, to: str, price: int) -> None:
    rounding = {"unit_kopecks": unit, "ending_kopecks": ending, "to": to}
    assert one((1, RETAIL, 1234_56), rounding=rounding) == price


def test_a_price_is_never_rounded_to_nothing() -> None:
    assert one((1, RETAIL, 30), rounding={"unit_kopecks": 100, "to": "down"}) == 1_00
    assert one((1, RETAIL, 30), rounding={"unit_kopecks": 100_00, "ending_kopecks": 90_00, "to": "down"}) == 90_00


def test_a_channel_of_whole_roubles_gets_whole_roubles_whatever_the_rule_says() -> None:
    assert one((1, RETAIL, 1234_56), channel=WILDBERRIES) == 1235_00
    assert one((1, RETAIL, 1234_56), channel=WILDBERRIES, rounding={"unit_kopecks": 150, "to": "up"}) == 1236_00
    assert one((1, RETAIL, 1234_56), channel=WILDBERRIES, rounding={"unit_kopecks": 10_00, "ending_kopecks": 9_50, "to": "up"}) == 1239_00


def test_a_price_is_never_below_its_floor_and_still_round() -> None:
    floor = {"price_type": "Закупочная", "percent": 110}
    assert one((1, RETAIL, 1000_00), (1, "Закупочная", 905_00), floor=floor, rounding={"unit_kopecks": 10_00}) == 1000_00
    assert one((1, RETAIL, 990_00), (1, "Закупочная", 905_00), floor=floor, rounding={"unit_kopecks": 10_00}) == 1000_00
    assert one((1, RETAIL, 990_00), (2, "Закупочная", 905_00), floor=floor) == 990_00


def test_rounding_down_does_not_go_through_the_floor() -> None:
    floor = {"price_type": "Закупочная"}
    assert one((1, RETAIL, 905_00), (1, "Закупочная", 905_00), floor=floor, rounding={"unit_kopecks": 100_00, "to": "down"}) == 1000_00


def test_a_promotion_lowers_the_price_while_it_lasts_and_crosses_out_the_usual_one() -> None:
    march: dict[str, Any] = {"name": "Март", "percent": "15", "valid_from": TODAY, "valid_to": TODAY + DAY}
    prices_on = [one((1, RETAIL, 1000_00), promotions=[march], today=TODAY + n * DAY) for n in (-1, 0, 1, 2)]
    assert prices_on == [1000_00, 850_00, 850_00, 1000_00]
    assert old((1, RETAIL, 1000_00), promotions=[march]) == 1000_00


def test_a_promotion_is_for_its_groups_and_articles_only() -> None:
    shelf = items(
        {},
        {"group_path": "Глажение/Утюги"},
        {"group_path": "Глажение/Утюги-автоматы"},
        {"article": "НБ-01", "group_path": None},
        {"article": None, "product_article": "НБ-02", "group_path": None},
    )
    told = [(number, RETAIL, 1000_00) for number in range(1, 6)]
    promotion = {"name": "Март", "percent": "10", "groups": ["Глажение/Утюги/"], "articles": ["НБ-01", "НБ-02"]}
    found = priced(shelf, *told, promotions=[promotion]).passed["price_kopecks"].to_list()
    assert found == [900_00, 900_00, 1000_00, 900_00, 900_00]


def test_of_two_promotions_the_buyer_gets_the_lower_price() -> None:
    both = [{"name": "Март", "percent": "5"}, {"name": "Распродажа", "price_type": "Акционная"}]
    told = ((1, RETAIL, 1000_00), (1, "Акционная", 700_00))
    assert one(*told, promotions=both) == 700_00
    assert "акция «Распродажа»" in why(*told, promotions=both)
    assert one((1, RETAIL, 1000_00), (1, "Акционная", 990_00), promotions=both) == 950_00


def test_a_promotions_price_that_is_higher_is_no_promotion() -> None:
    dear = [{"name": "Распродажа", "price_type": "Акционная"}]
    assert one((1, RETAIL, 1000_00), (1, "Акционная", 1100_00), promotions=dear) == 1000_00
    assert "акция" not in why((1, RETAIL, 1000_00), (1, "Акционная", 1100_00), promotions=dear)


def test_the_floor_holds_in_a_promotion_too() -> None:
    told = ((1, RETAIL, 1000_00), (1, "Закупочная", 800_00))
    assert one(*told, promotions=[{"name": "Март", "percent": "50"}], floor={"price_type": "Закупочная"}) == 800_00


@pytest.mark.parametrize(("price", "crossed_out"), [(1000_00, 1200_00), (1200_00, None), (1300_00, None)])
def test_an_old_price_is_shown_only_where_it_is_higher(price: int, crossed_out: int | None) -> None:
    assert old((1, RETAIL, price), (1, "Старая", 1200_00), old_price_type="Старая") == crossed_out


@pytest.mark.parametrize(
    ("price", "before", "crossed_out"),
    [
        (390_00, 409_00, None),
        (390_00, 410_00, 410_00),
        (400_00, 419_00, None),
        (400_00, 420_00, 420_00),
        (10_000_00, 10_499_00, None),
        (10_000_00, 10_500_00, 10_500_00),
        (20_000_00, 20_499_00, None),
        (20_000_00, 20_500_00, 20_500_00),
    ],
)
def test_ozon_wants_the_old_price_far_enough(price: int, before: int, crossed_out: int | None) -> None:
    assert old((1, RETAIL, price), (1, "Старая", before), old_price_type="Старая", channel=OZON) == crossed_out


@pytest.mark.parametrize(
    ("before", "crossed_out"), [(1040_00, None), (1060_00, 1060_00), (1060_99, 1060_00), (99_000_00, 99_000_00), (200_000_00, None)]
)
def test_yandex_wants_it_five_to_ninety_nine_percent_away_and_in_roubles(before: int, crossed_out: int | None) -> None:
    assert old((1, RETAIL, 1000_00), (1, "Старая", before), old_price_type="Старая", channel=YANDEX_MARKET) == crossed_out


@patient
@given(st.integers(1, 200_000), st.integers(1, 300_000))
def test_wildberries_computes_our_price_from_a_whole_percent(roubles: int, before: int) -> None:
    crossed_out = old((1, RETAIL, roubles * 100), (1, "Старая", before * 100), old_price_type="Старая", channel=WILDBERRIES)
    if crossed_out is not None:
        assert roubles * 100 < crossed_out <= before * 100
        assert crossed_out % 100 == 0
        percents = [percent for percent in range(1, 100) if crossed_out * (100 - percent) == roubles * 100 * 100]
        assert len(percents) == 1


def test_wildberries_gets_the_highest_old_price_that_works_out() -> None:
    assert old((1, RETAIL, 900_00), (1, "Старая", 1010_00), old_price_type="Старая", channel=WILDBERRIES) == 1000_00
    assert old((1, RETAIL, 997_00), (1, "Старая", 1010_00), old_price_type="Старая", channel=WILDBERRIES) is None


def test_each_campaign_may_have_its_own_price_type_and_markup() -> None:
    told = ((1, RETAIL, 1000_00), (1, "Север", 1200_00))
    own = {"7": {"price_type": "Север"}, "8": {"markup_percent": 20}}
    rules = PriceRules.model_validate({"price_type": RETAIL, "markup_percent": 10, "campaigns": own})
    found = prices(items({}), kept(*told), NO_RECIPES, rules=rules, channel=YANDEX_MARKET, today=TODAY, campaigns=("6", "7", "8"))
    assert dict(found.passed.select("campaign_ref", "price_kopecks").iter_rows()) == {"6": 1100_00, "7": 1320_00, "8": 1200_00}


def test_a_bundle_costs_its_own_price_or_else_what_its_parts_cost() -> None:
    parts, _ = in_force(recipes({"bundle_id": 1, "component_id": 2}, {"bundle_id": 1, "component_id": 3, "pcs": 2}), items({}), TODAY)
    shelf, told = items({}), ((2, RETAIL, 1000_00), (3, RETAIL, 250_50))
    summed = priced(shelf, *told, parts=parts).passed
    assert summed["price_kopecks"].item() == 1501_00
    assert "сумма частей" in summed["why"].item()
    assert priced(shelf, *told, (1, RETAIL, 1400_00), parts=parts).passed["price_kopecks"].item() == 1400_00
    assert priced(shelf, told[0], parts=parts).refused["reason"].to_list() == ["price_is_missing"]


def test_a_promotion_lowers_the_sum_of_its_own_recipe() -> None:
    sale = {"promotion": "Март", "valid_to": TODAY}
    rows = ({"bundle_id": 1, "component_id": 2}, {"bundle_id": 1, "component_id": 3} | sale)
    parts, _ = in_force(recipes(*rows), items({}), TODAY)
    told = ((2, RETAIL, 1000_00), (3, RETAIL, 2000_00))
    found = priced(items({}), *told, parts=parts, promotions=[{"name": "Март", "articles": ["УТ-101"], "percent": 10}])
    assert found.passed["price_kopecks"].item() == 1800_00


def test_an_item_without_a_price_is_told_once_whatever_the_campaigns() -> None:
    found = priced(items({}, {}), (2, RETAIL, 1_00), campaigns=("1", "2"))
    assert found.refused.select("key", "reason").rows() == [("ref-1", "price_is_missing")]
    assert found.passed["item_id"].to_list() == [2, 2]


def test_a_price_type_that_does_not_exist_is_one_row_for_all_goods() -> None:
    found = priced(items({}, {}), (1, "Розница", 1_00), (2, "Розница", 1_00))
    assert found.refused.select("key", "reason").rows() == [(RETAIL, "price_type_is_unknown")]


def test_a_floor_or_old_price_of_an_unknown_type_is_told_and_prices_still_made() -> None:
    found = priced(items({}), (1, RETAIL, 1_00), floor={"price_type": "Закупочная"}, old_price_type="Старая")
    assert set(found.refused.select("key", "reason").rows()) == {
        ("Закупочная", "price_type_is_unknown"),
        ("Старая", "price_type_is_unknown"),
    }
    assert found.passed["price_kopecks"].to_list() == [1_00]


def test_prices_in_other_money_are_never_taken_for_roubles() -> None:
    some = priced(items({}, {}), (1, RETAIL, 1_00, "USD"), (2, RETAIL, 1_00))
    assert some.refused.select("key", "reason").rows() == [("ref-1", "price_is_foreign")]
    assert some.passed["item_id"].to_list() == [2]
    every = priced(items({}, {}), (1, RETAIL, 1_00, "USD"), (2, RETAIL, 1_00, "USD"))
    assert every.refused.select("key", "reason").rows() == [(RETAIL, "price_type_is_foreign")]


def test_the_explanation_adds_up() -> None:
    told = ((1, RETAIL, 3290_00), (1, "Закупочная", 3000_00))
    rules: dict[str, Any] = {
        "markup_percent": "5.5",
        "promotions": [{"name": "Лето", "percent": "15"}],
        "rounding": {"unit_kopecks": 100},
        "floor": {"price_type": "Закупочная", "percent": 105},
    }
    assert why(*told, **rules) == (
        "«Розничная» 3290,00, наценка 5,5 %: 3470,95, акция «Лето»: 2950,31, округлено: 2950,00, не ниже 105 % от «Закупочная»: 3150,00 ₽"
    )
    assert why(told[0]) == "«Розничная» 3290,00 ₽"
    assert why(told[0], markup_percent=-10) == "«Розничная» 3290,00, скидка 10 %: 2961,00 ₽"


@patient
@given(
    st.integers(1, 10**11),
    st.decimals(-99, 1000, places=2),
    st.sampled_from([1, 50, 100, 10_00, 100_00]),
    st.sampled_from(["up", "down", "nearest"]),
    st.sampled_from([WOOCOMMERCE, WILDBERRIES, OZON, YANDEX_MARKET]),
    st.integers(1, 10**11),
)
def test_a_price_is_positive_legal_on_its_channel_and_never_below_the_floor(
    price: int, percent: Decimal, unit: int, to: str, channel: Format, floor: int
) -> None:
    found = one(
        (1, RETAIL, price),
        (1, "Закупочная", floor),
        channel=channel,
        markup_percent=percent,
        rounding={"unit_kopecks": unit, "to": to},
        floor={"price_type": "Закупочная"},
    )
    assert found >= floor
    assert found % channel.price_unit_kopecks == 0
    assert found % unit == 0
    marked = (price * (10_000 + int(percent * 100)) + 5_000) // 10_000
    assert found < max(marked, floor) + 2 * max(unit, channel.price_unit_kopecks)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"promotions": [{"name": "Март"}]}, "либо percent, либо price_type"),
        ({"promotions": [{"name": "Март", "percent": 5, "price_type": "Х"}]}, "либо percent, либо price_type"),
        ({"promotions": [{"name": "Март", "percent": 5, "valid_from": "2026-03-02", "valid_to": "2026-03-01"}]}, "раньше, чем начинается"),
        ({"rounding": {"unit_kopecks": 100, "ending_kopecks": 100}}, "меньше шага округления"),
        ({"markup_percent": "5.005"}, "decimal"),
        ({"markup_percent": -100}, "greater"),
        ({"mark_up": 5}, "extra"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){words}"):
        PriceRules.model_validate({"price_type": RETAIL} | rules)
