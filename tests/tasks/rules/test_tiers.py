from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.rules.tiers import TierRules, tier_of
from tests.tasks.rules.shelf import patient

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 8, 12, tzinfo=MOSCOW)
SCHEMA: dict[str, Any] = {"customer_id": pl.Int64, "paid_at": pl.Datetime("us", "UTC"), "kopecks": pl.Int64}
Purchase = tuple[int, datetime, int]


def levels(*told: dict[str, Any]) -> TierRules:
    named = [{"code": f"t{number}", "title": f"Уровень {number}"} | one for number, one in enumerate(told)]
    return TierRules.model_validate({"levels": named})


def tiers(rules: TierRules, *purchases: Purchase, now: datetime = NOW) -> dict[int, str | None]:
    frame = pl.DataFrame([(who, at.astimezone(UTC), kopecks) for who, at, kopecks in purchases], schema=SCHEMA, orient="row")
    return dict(tier_of(frame, now, rules).iter_rows())


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(("kopecks", "tier"), [(99_999_99, None), (100_000_00, "t0"), (100_000_01, "t0")])
def test_a_sum_is_reached_to_the_kopeck(kopecks: int, tier: str | None) -> None:
    assert tiers(levels({"from_roubles": 100_000}), (1, days_ago(1), kopecks - 50), (1, days_ago(2), 50)) == {1: tier}


def test_a_sum_may_have_kopecks() -> None:
    rules = levels({"from_roubles": Decimal("0.07")})
    assert tiers(rules, (1, NOW, 6), (2, NOW, 7)) == {1: None, 2: "t0"}


@pytest.mark.parametrize(("orders", "tier"), [(2, None), (3, "t0")])
def test_orders_are_counted_whatever_they_cost(orders: int, tier: str | None) -> None:
    assert tiers(levels({"from_orders": 3}), *[(1, NOW, 0)] * orders) == {1: tier}


def test_of_a_sum_and_a_number_of_orders_both_are_needed() -> None:
    rules = levels({"from_roubles": 100, "from_orders": 2})
    assert tiers(rules, (1, NOW, 500_00), (2, NOW, 50_00), (2, NOW, 50_00), (3, NOW, 1), (3, NOW, 1)) == {1: None, 2: "t0", 3: None}


def test_the_highest_of_those_earned_wins() -> None:
    rules = levels({"from_orders": 1}, {"from_roubles": 1000}, {"from_roubles": 100_000})
    assert tiers(rules, (1, NOW, 5), (2, NOW, 1000_00), (3, NOW, 200_000_00)) == {1: "t0", 2: "t1", 3: "t2"}


def test_a_higher_tier_needs_no_lower_one() -> None:
    assert tiers(levels({"from_orders": 5}, {"from_roubles": 1000}), (1, NOW, 1000_00)) == {1: "t1"}


@pytest.mark.parametrize(
    ("paid_at", "tier"),
    [
        (datetime(2026, 3, 2, 0, 0, tzinfo=MOSCOW), "t0"),
        (datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=MOSCOW), None),
        (datetime(2026, 3, 8, 23, 59, tzinfo=MOSCOW), "t0"),
    ],
)
def test_of_seven_days_today_is_the_first_and_they_begin_at_the_shops_midnight(paid_at: datetime, tier: str | None) -> None:
    assert tiers(levels({"from_orders": 1, "within_days": 7}), (1, paid_at, 100)) == {1: tier}


def test_the_day_is_the_shops_and_not_greenwichs() -> None:
    just_after_midnight = datetime(2026, 3, 8, 0, 30, tzinfo=MOSCOW)
    rules = levels({"from_orders": 1, "within_days": 1})
    evening_before = datetime(2026, 3, 7, 23, 30, tzinfo=MOSCOW)
    assert tiers(rules, (1, evening_before, 1), (2, just_after_midnight, 1), now=just_after_midnight) == {1: None, 2: "t0"}


def test_a_day_longer_or_shorter_by_the_clock_is_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    after_the_change = datetime(2026, 3, 30, 0, 30, tzinfo=berlin)
    rules = levels({"from_orders": 1, "within_days": 2})
    first, before = datetime(2026, 3, 29, 0, 5, tzinfo=berlin), datetime(2026, 3, 28, 23, 55, tzinfo=berlin)
    assert tiers(rules, (1, first, 1), (2, before, 1), now=after_the_change) == {1: "t0", 2: None}


def test_without_days_a_purchase_counts_for_ever() -> None:
    assert tiers(levels({"from_orders": 1}), (1, days_ago(5000), 1)) == {1: "t0"}


def test_without_tiers_nobody_has_one_and_without_purchases_there_is_nobody() -> None:
    assert tiers(levels(), (1, NOW, 1)) == {1: None}
    assert tiers(levels({"from_orders": 1})) == {}


def test_an_instant_without_the_shops_zone_is_a_defect() -> None:
    with pytest.raises(ValueError, match="zone"):
        tiers(levels({"from_orders": 1}), now=datetime(2026, 3, 8))  # noqa: DTZ001 - what it is about


purchase = st.tuples(st.integers(1, 3), st.integers(0, 400).map(days_ago), st.integers(0, 50_000_00))
ANY = levels(
    {"from_orders": 2, "within_days": 30}, {"from_roubles": 20_000, "within_days": 365}, {"from_roubles": 60_000, "from_orders": 3}
)
RANK = {None: 0, "t0": 1, "t1": 2, "t2": 3}


@patient
@given(st.lists(purchase, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_purchases_does_not_matter(purchases: list[Purchase], random: Any) -> None:
    mixed = random.sample(purchases, len(purchases))
    assert tiers(ANY, *purchases) == tiers(ANY, *mixed)


@patient
@given(st.lists(purchase, max_size=12), purchase)
def test_whoever_buys_more_never_falls(purchases: list[Purchase], more: Purchase) -> None:
    before, after = tiers(ANY, *purchases), tiers(ANY, *purchases, more)
    assert all(RANK[after[who]] >= RANK[tier] for who, tier in before.items())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([{"code": "a", "title": "А"}], "from_roubles, from_orders"),
        ([{"code": "a", "title": "А", "from_orders": 1}, {"code": "a", "title": "Б", "from_orders": 2}], "стоит дважды: a"),
        ([{"code": "a", "title": "А", "from_orders": 0}], "greater"),
        ([{"code": "a", "title": "А", "from_roubles": "0.001"}], "decimal"),
        ([{"code": "a", "title": "А", "from_orders": 1, "within_days": 0}], "greater"),
    ],
)
def test_a_tier_that_cannot_be_meant_is_refused(told: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TierRules.model_validate({"levels": told})


def test_a_tier_that_the_settings_no_longer_have_is_none() -> None:
    rules = levels({"from_orders": 1})
    assert rules.find("t0") == rules.levels[0]
    assert rules.find("gone") is rules.find(None) is None
