from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.rules.bundles import in_force
from tasks.rules.formats import WOOCOMMERCE
from tasks.rules.price_rules import PriceRules
from tasks.rules.prices import prices
from tasks.rules.quote_rules import QuoteRules
from tasks.rules.quotes import NBSP, Goods, Quote, Quoted, Wanted, quote
from tasks.rules.tiers import Tier
from tests.tasks.rules.shelf import TODAY, items, kept, patient, recipes

RETAIL, WHOLESALE, COST = "Розничная", "Оптовая", "Закупочная"
MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=MOSCOW)
GOLD = Tier(code="gold", title="золото", from_orders=1)
SIBERIA = {"title": "Сибирь", "codes": ["54"], "markup_percent": 5}
NO_RECIPES, _ = in_force(recipes(), items(), TODAY)


def goods(*told: Any, shelf: pl.DataFrame | None = None, parts: pl.DataFrame = NO_RECIPES) -> Goods:
    return Goods(items=items({}) if shelf is None else shelf, prices=kept(*told), recipes=parts)


def quoted(
    of: Goods,
    *wanted: Wanted,
    base: dict[str, Any] | None = None,
    region: str | None = None,
    tier: Tier | None = None,
    now: datetime = NOON,
    **rules: Any,
) -> Quote:
    told = QuoteRules.model_validate(rules)
    made = PriceRules.model_validate({"price_type": RETAIL} | (base or {}))
    lines = wanted or (Wanted(sku="iron", pcs=1, item_id=1),)
    return quote(lines, of, rules=told, base=made, channel=WOOCOMMERCE, region=told.region(region), tier=tier, now=now)


def one(*told: Any, **how: Any) -> Quoted:
    (line,) = quoted(goods(*told), **how).lines
    return line


def steps(*told: Any, **how: Any) -> list[str]:
    return [step.replace(NBSP, " ") for step in one(*told, **how).steps]


def test_a_price_is_explained_step_by_step() -> None:
    told = ((1, RETAIL, 1990_00),)
    how: dict[str, Any] = {"regions": [SIBERIA], "tiers": {"gold": {"discount_percent": 7}}, "region": "54", "tier": GOLD}
    assert one(*told, **how).price_kopecks == 1943_24
    assert steps(*told, **how) == [
        "Розничная 1 990 ₽",
        "Регион Сибирь: +5 %, 2 089,50 ₽",
        "Постоянный покупатель (золото): −7 %, 1 943,24 ₽",
    ]


def test_every_step_of_a_site_is_in_the_explanation_too() -> None:
    base = {
        "markup_percent": "-5.5",
        "promotions": [{"name": "Лето", "percent": 15}],
        "rounding": {"unit_kopecks": 100},
        "floor": {"price_type": COST, "percent": 105},
    }
    assert steps((1, RETAIL, 3290_00), (1, COST, 3000_00), base=base) == [
        "Розничная 3 290 ₽",
        "Скидка: −5,5 %, 3 109,05 ₽",
        "Акция «Лето»: −15 %, 2 642,69 ₽",
        "Округление: 2 643 ₽",
        "Не ниже 105 % от цены «Закупочная», 3 150 ₽",
    ]


def test_a_region_may_begin_with_a_price_type_of_its_own() -> None:
    north = {"title": "Север", "price_type": "Северная", "markup_percent": -10}
    told = ((1, RETAIL, 1000_00), (1, "Северная", 1200_00))
    assert one(*told, regions=[north], region="Север").price_kopecks == 1080_00
    assert steps(*told, regions=[north], region="Север") == ["Регион Север: Северная 1 200 ₽", "Регион Север: −10 %, 1 080 ₽"]
    missing = one((1, RETAIL, 1000_00), regions=[north], region="Север")
    assert missing.price_kopecks is None
    assert missing.why_not is not None
    assert "«Северная»" in missing.why_not


@pytest.mark.parametrize("told", ["54", " сибирь ", "СИБИРЬ"])
def test_a_region_is_known_by_its_title_and_codes_however_they_are_spelt(told: str) -> None:
    assert one((1, RETAIL, 1000_00), regions=[SIBERIA], region=told).price_kopecks == 1050_00


@pytest.mark.parametrize("told", [None, "", "77", "Сибирь-2"])
def test_a_region_without_prices_of_its_own_pays_the_usual_price(told: str | None) -> None:
    assert one((1, RETAIL, 1000_00), regions=[SIBERIA], region=told).price_kopecks == 1000_00


def test_a_tier_may_pay_the_price_of_another_type_and_never_more_than_the_usual() -> None:
    how: dict[str, Any] = {"tiers": {"gold": {"price_type": WHOLESALE}}, "tier": GOLD}
    assert one((1, RETAIL, 1000_00), (1, WHOLESALE, 800_00), **how).price_kopecks == 800_00
    assert steps((1, RETAIL, 1000_00), (1, WHOLESALE, 800_00), **how)[1] == "Постоянный покупатель (золото): цена «Оптовая», 800 ₽"
    assert one((1, RETAIL, 1000_00), (1, WHOLESALE, 1100_00), **how).price_kopecks == 1000_00
    assert one((1, RETAIL, 1000_00), **how).price_kopecks == 1000_00


def test_a_tier_without_a_price_of_its_own_pays_the_usual_price() -> None:
    assert one((1, RETAIL, 1000_00), tiers={"silver": {"discount_percent": 3}}, tier=GOLD).price_kopecks == 1000_00


@pytest.mark.parametrize(("promoted", "price", "word"), [(5, 930_00, "Постоянный"), (10, 900_00, "Акция «Март»")])
def test_of_a_promotion_and_a_tier_the_lower_one_counts_and_not_both(promoted: int, price: int, word: str) -> None:
    how: dict[str, Any] = {"tiers": {"gold": {"discount_percent": 7}}, "tier": GOLD}
    base = {"promotions": [{"name": "Март", "percent": promoted}]}
    assert one((1, RETAIL, 1000_00), base=base, **how).price_kopecks == price
    assert steps((1, RETAIL, 1000_00), base=base, **how)[1].startswith(word)


def test_a_promotion_that_a_tier_without_prices_meets_is_called_a_promotion() -> None:
    base = {"promotions": [{"name": "Март", "percent": 5}]}
    assert steps((1, RETAIL, 1000_00), base=base, tier=GOLD)[1].startswith("Акция «Март»")


def test_a_quote_is_below_neither_floor() -> None:
    how: dict[str, Any] = {"tiers": {"gold": {"discount_percent": 50}}, "tier": GOLD, "floor": {"price_type": COST}}
    told = ((1, RETAIL, 1000_00), (1, COST, 800_00), (1, WHOLESALE, 900_00))
    assert one(*told, **how).price_kopecks == 800_00
    assert steps(*told, **how)[-1] == "Не ниже цены «Закупочная», 800 ₽"
    assert one(*told, base={"floor": {"price_type": WHOLESALE}}, **how).price_kopecks == 900_00


def test_the_floor_is_rounded_as_the_sites_prices_are() -> None:
    how: dict[str, Any] = {"tiers": {"gold": {"discount_percent": 50}}, "tier": GOLD, "floor": {"price_type": COST}}
    base = {"rounding": {"unit_kopecks": 10_00}}
    assert one((1, RETAIL, 1000_00), (1, COST, 801_00), base=base, **how).price_kopecks == 810_00


def test_a_line_without_a_price_does_not_stop_the_others() -> None:
    shelf = items({}, {}, {})
    lines = (
        Wanted(sku="gone", pcs=1, item_id=3, why_not="Товар снят с продажи в 1С."),
        Wanted(sku="iron", pcs=2, item_id=1),
        Wanted(sku="what", pcs=1),
        Wanted(sku="bare", pcs=1, item_id=2),
    )
    found = quoted(goods((1, RETAIL, 10_00), (3, RETAIL, 10_00), shelf=shelf), *lines).lines
    assert [(line.sku, line.pcs, line.price_kopecks, line.why_not is None) for line in found] == [
        ("gone", 1, None, False),
        ("iron", 2, 10_00, True),
        ("what", 1, None, False),
        ("bare", 1, None, False),
    ]
    assert found[0].why_not == "Товар снят с продажи в 1С."
    assert found[3].why_not is not None
    assert "«Розничная» в рублях" in found[3].why_not


def test_a_price_in_other_money_is_no_price() -> None:
    lines = (Wanted(sku="abroad", pcs=1, item_id=1), Wanted(sku="bare", pcs=1, item_id=2))
    abroad, bare = quoted(goods((1, RETAIL, 10_00, "USD"), shelf=items({}, {})), *lines).lines
    assert (abroad.price_kopecks, "валюту" in (abroad.why_not or "")) == (None, True)
    assert (bare.price_kopecks, "установите" in (bare.why_not or "")) == (None, True)


def test_a_bundle_costs_what_its_parts_cost_by_the_recipe_of_the_day() -> None:
    rows = ({"bundle_id": 1, "component_id": 2}, {"bundle_id": 1, "component_id": 3, "pcs": 2} | {"promotion": "Март", "valid_to": TODAY})
    shelf, told = items({}), ((2, RETAIL, 1000_00), (3, RETAIL, 250_50))
    for day, price, start in (
        (TODAY, 501_00, "Розничная, сумма частей комплекта по акции «Март» 501 ₽"),
        (TODAY + timedelta(days=1), 1000_00, "Розничная, сумма частей комплекта 1 000 ₽"),
    ):
        parts, _ = in_force(recipes(*rows), shelf, day)
        (line,) = quoted(goods(*told, shelf=shelf, parts=parts)).lines
        assert (line.price_kopecks, line.steps[0].replace(NBSP, " ")) == (price, start)


def test_a_quote_holds_for_its_time_and_never_beyond_the_shops_midnight() -> None:
    of = goods((1, RETAIL, 10_00))
    assert quoted(of, validity_s=900).valid_until == NOON + timedelta(minutes=15)
    late = NOON.replace(hour=23, minute=55)
    midnight = datetime(2026, 3, 8, 21, tzinfo=UTC)
    assert quoted(of, validity_s=900, now=late).valid_until == midnight


def test_promotions_are_those_of_the_shops_day() -> None:
    base = {"promotions": [{"name": "Март", "percent": 10, "valid_from": TODAY, "valid_to": TODAY}]}
    day = timedelta(days=1)
    assert [one((1, RETAIL, 1000_00), base=base, now=NOON + n * day).price_kopecks for n in (-1, 0, 1)] == [1000_00, 900_00, 1000_00]


base_rules = st.fixed_dictionaries(
    {
        "markup_percent": st.decimals(-50, 100, places=2),
        "rounding": st.builds(
            lambda unit, to: {"unit_kopecks": unit, "to": to}, st.sampled_from([1, 100, 10_00]), st.sampled_from(["up", "down", "nearest"])
        ),
        "promotions": st.sampled_from([[], [{"name": "Март", "percent": 15}], [{"name": "Распродажа", "price_type": WHOLESALE}]]),
        "floor": st.sampled_from([None, {"price_type": COST}, {"price_type": COST, "percent": 120}]),
        "old_price_type": st.sampled_from([None, WHOLESALE]),
        "campaigns": st.sampled_from([{}, {"": {"markup_percent": 3}}]),
    }
)
kopecks = st.integers(1, 10**9)


@patient
@given(base_rules, kopecks, kopecks, kopecks)
def test_without_region_and_tier_a_quote_is_the_price_of_the_card(base: dict[str, Any], retail: int, wholesale: int, cost: int) -> None:
    of = goods((1, RETAIL, retail), (1, WHOLESALE, wholesale), (1, COST, cost))
    rules = PriceRules.model_validate({"price_type": RETAIL} | base)
    card = prices(of.items, of.prices, of.recipes, rules=rules, channel=WOOCOMMERCE, today=TODAY).passed.row(0, named=True)
    (line,) = quoted(of, base=base, regions=[SIBERIA], tiers={"gold": {"discount_percent": 7}}).lines
    assert (line.price_kopecks, line.old_kopecks) == (card["price_kopecks"], card["old_kopecks"])


@patient
@given(base_rules, kopecks, kopecks, kopecks, st.decimals("0.01", "99.99", places=2), st.sampled_from([None, "54"]))
def test_a_tier_never_pays_more_and_never_less_than_the_floor(
    base: dict[str, Any], retail: int, wholesale: int, cost: int, percent: Decimal, region: str | None
) -> None:
    told = ((1, RETAIL, retail), (1, WHOLESALE, wholesale), (1, COST, cost))
    how: dict[str, Any] = {"base": base, "regions": [SIBERIA], "region": region, "floor": {"price_type": COST}}
    usual = one(*told, **how).price_kopecks
    golden = one(*told, tiers={"gold": {"discount_percent": percent}}, tier=GOLD, **how).price_kopecks
    assert usual is not None
    assert golden is not None
    assert cost <= golden <= usual


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"regions": [{"title": "Сибирь"}]}, "price_type, markup_percent"),
        ({"regions": [SIBERIA, {"title": "Омск", "codes": ["СИБИРЬ"], "markup_percent": 1}]}, "два региона: сибирь"),
        ({"tiers": {"gold": {}}}, "либо price_type, либо discount_percent"),
        ({"tiers": {"gold": {"price_type": "Х", "discount_percent": 1}}}, "либо price_type, либо discount_percent"),
        ({"tiers": {"gold": {"discount_percent": 100}}}, "less than"),
        ({"validity_s": 0}, "greater"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        QuoteRules.model_validate(rules)


def test_a_region_may_be_called_by_its_code_twice_in_itself() -> None:
    assert (
        QuoteRules.model_validate({"regions": [{"title": "Сибирь", "codes": ["сибирь"], "markup_percent": 1}]}).region("СИБИРЬ") is not None
    )
