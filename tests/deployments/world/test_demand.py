from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from math import sqrt
from typing import Any

import pytest
from pydantic import ValidationError

from deployments.world.demand import DAY_S, Demand, Plan, Promotion, Wish, wishes

BEGAN_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def plan(*demand: Demand, **details: Any) -> Plan:
    return Plan(
        demand=demand or (Demand(channel="ozon", sku="A", per_day=100), Demand(channel="wildberries", sku="A", per_day=50)), **details
    )


def within(said: Plan, days: float = 10) -> list[Wish]:
    ends_at = BEGAN_AT + timedelta(days=days)
    return list(takewhile(lambda wish: wish.at < ends_at, wishes(said, BEGAN_AT)))


def told(found: list[Wish]) -> list[tuple[Any, ...]]:
    return [(wish.number, wish.channel, wish.sku, wish.pcs, wish.at, wish.cancels_at, wish.returns_at) for wish in found]


def is_near(number: int, expected: float) -> bool:
    """Within four deviations of a Poisson count; the seed is fixed, so it is so for good."""
    return abs(number - expected) <= 4 * sqrt(expected)


def test_the_same_seed_and_rates_give_the_same_wishes() -> None:
    said = plan(cancelled_share=0.2, returned_share=0.2, hot=1)
    assert told(within(said)) == told(within(said))


def test_another_seed_gives_others() -> None:
    assert told(within(plan(seed=1), 1)) != told(within(plan(seed=2), 1))


def test_wishes_come_in_the_order_of_their_instants_and_are_numbered() -> None:
    found = within(plan())
    assert [wish.at for wish in found] == sorted(wish.at for wish in found)
    assert [wish.number for wish in found] == list(range(1, len(found) + 1))


def test_one_channel_s_wishes_do_not_depend_on_another_s() -> None:
    alone = plan(Demand(channel="ozon", sku="A", per_day=100))
    both = [wish.at for wish in within(plan()) if wish.channel == "ozon"]
    assert both == [wish.at for wish in within(alone)]


def test_each_item_on_each_channel_is_wanted_at_its_rate() -> None:
    rates = {("ozon", "A"): 80.0, ("ozon", "B"): 20.0, ("wildberries", "A"): 40.0}
    said = plan(*(Demand(channel=channel, sku=sku, per_day=rate) for (channel, sku), rate in rates.items()))
    found = Counter((wish.channel, wish.sku) for wish in within(said))
    assert all(is_near(found[which], rate * 10) for which, rate in rates.items())


def test_what_is_wanted_never_is_wanted_never() -> None:
    found = within(plan(Demand(channel="ozon", sku="A", per_day=0), Demand(channel="ozon", sku="B", per_day=50)))
    assert {wish.sku for wish in found} == {"B"}
    assert within(plan(Demand(channel="ozon", sku="A", per_day=0))) == []


def test_a_buyer_wants_up_to_the_most_pieces() -> None:
    found = Counter(wish.pcs for wish in within(plan(Demand(channel="ozon", sku="A", per_day=300, pcs_most=3))))
    assert set(found) == {1, 2, 3}
    assert all(is_near(number, 1000) for number in found.values())


def test_a_promotion_multiplies_the_rate_while_it_lasts() -> None:
    said = plan(Demand(channel="ozon", sku="A", per_day=100), promotions=[Promotion(from_s=3 * DAY_S, to_s=5 * DAY_S, factor=5)])
    days = Counter((wish.at - BEGAN_AT).days for wish in within(said))
    assert all(is_near(days[day], 500 if day in (3, 4) else 100) for day in range(10))


def test_a_promotion_is_for_its_items_and_its_channel() -> None:
    rows = [Demand(channel=channel, sku=sku, per_day=100) for channel in ("ozon", "wildberries") for sku in "AB"]
    said = plan(*rows, promotions=[Promotion(from_s=0, to_s=10 * DAY_S, factor=3, channel="ozon", skus=frozenset("A"))])
    found = Counter((wish.channel, wish.sku) for wish in within(said))
    assert is_near(found["ozon", "A"], 3000)
    assert all(is_near(found[which], 1000) for which in (("ozon", "B"), ("wildberries", "A"), ("wildberries", "B")))


def test_promotions_at_once_multiply_and_one_may_stop_everything() -> None:
    twice = [Promotion(from_s=0, to_s=10 * DAY_S, factor=2), Promotion(from_s=0, to_s=10 * DAY_S, factor=3)]
    assert is_near(len(within(plan(Demand(channel="ozon", sku="A", per_day=50), promotions=twice))), 3000)
    halt = [Promotion(from_s=0, to_s=9 * DAY_S, factor=0)]
    found = within(plan(Demand(channel="ozon", sku="A", per_day=100), promotions=halt))
    assert is_near(len(found), 100)
    assert min(wish.at for wish in found) >= BEGAN_AT + timedelta(days=9)


def test_wishes_before_a_promotion_are_the_same_with_it_and_without() -> None:
    with_it = within(plan(promotions=[Promotion(from_s=2 * DAY_S, to_s=3 * DAY_S, factor=9)]), 2)
    assert told(with_it) == told(within(plan(), 2))


def test_hot_items_are_the_same_on_every_channel() -> None:
    rows = [Demand(channel=channel, sku=f"A{number}", per_day=10) for channel in ("ozon", "wildberries") for number in range(10)]
    said = plan(*rows, hot=2, hot_factor=20)
    assert len(said.hot_skus) == 2
    found = Counter((wish.channel, wish.sku) for wish in within(said))
    for (_, sku), number in found.items():
        assert is_near(number, 2000 if sku in said.hot_skus else 100)


def test_shares_are_cancelled_and_returned_after_a_while() -> None:
    said = plan(
        Demand(channel="ozon", sku="A", per_day=500),
        cancelled_share=0.2,
        cancelled_after_s=600,
        returned_share=0.25,
        returned_after_s=DAY_S,
    )
    found = within(said)
    cancelled = [(wish.cancels_at - wish.at).total_seconds() for wish in found if wish.cancels_at]
    returned = [(wish.returns_at - wish.at).total_seconds() for wish in found if wish.returns_at]
    assert is_near(len(cancelled), len(found) * 0.2)
    assert is_near(len(returned), len(found) * 0.2)
    assert sum(cancelled) / len(cancelled) == pytest.approx(600, rel=0.15)
    assert sum(returned) / len(returned) == pytest.approx(DAY_S, rel=0.15)
    assert not any(wish.cancels_at and wish.returns_at for wish in found)


def test_who_cancels_does_not_change_who_comes() -> None:
    assert [wish.at for wish in within(plan(cancelled_share=0.9))] == [wish.at for wish in within(plan())]


def test_a_big_assortment_is_no_harder() -> None:
    rows = [Demand(channel=channel, sku=f"A{number}", per_day=1) for channel in ("ozon", "wildberries") for number in range(20_000)]
    assert len(list(islice(wishes(plan(*rows, hot=5), BEGAN_AT), 1000))) == 1000


def test_a_word_that_a_plan_does_not_know_is_refused() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"demand": [], "promotoins": []})
