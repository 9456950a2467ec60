import math
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tasks.rules.quota_rules import QuotaRules
from tasks.rules.sale_rates import rates
from tests.tasks.rules.shelf import frame
from validation.quotas import ListingSold

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
DAY_S = 86_400
CALM = QuotaRules(memory_s=3 * DAY_S, moves_within_s=3 * DAY_S, prior_pcs=1e-9)
"""Lately is always: no rush can be seen."""
WHERE = {1: (11, "wb"), 2: (11, "ozon"), 3: (12, "wb"), 4: (12, "ozon")}
"""Listing → its item and channel."""


def sold(*sales: tuple[int, float, int]) -> pl.DataFrame:
    return frame(ListingSold, [{"listing_id": one, "sold_at": NOW - timedelta(days=days), "pcs": pcs} for one, days, pcs in sales])


def told(sales: pl.DataFrame, rules: QuotaRules = CALM, only: tuple[int, ...] = (1, 2, 3, 4)) -> dict[int, float]:
    rows = [(one, *WHERE[one]) for one in only]
    listings = pl.DataFrame(rows, schema={"listing_id": pl.Int64, "item_id": pl.Int64, "channel": pl.String}, orient="row")
    return dict(rates(sales, listings, NOW, rules).iter_rows())


def test_steady_sales_give_their_own_rate() -> None:
    steady = sold(*[(1, 0.25 + number / 2, 1) for number in range(200)])
    assert told(steady, only=(1,))[1] == pytest.approx(2, rel=0.01)


def test_a_sale_fades_by_e_in_the_time_of_memory() -> None:
    assert told(sold((1, 0, 6)), only=(1,))[1] == pytest.approx(2)
    assert told(sold((1, 3, 6)), only=(1,))[1] == pytest.approx(2 / math.e)


def test_a_sale_stamped_later_than_now_counts_as_one_of_now() -> None:
    assert told(sold((1, -5, 3)), only=(1,))[1] == pytest.approx(1)


def test_one_sale_of_one_item_says_less_of_its_channels_than_the_shops_habit() -> None:
    after_one = told(sold((2, 0, 1), (3, 0, 90), (4, 0, 10)))
    assert after_one[1] > 3 * after_one[2]
    many = told(sold((2, 0, 300), (3, 0, 90), (4, 0, 10)))
    assert many[2] > 3 * many[1]


def test_what_an_item_sells_is_what_its_listings_sell_together() -> None:
    given = told(sold((1, 0, 30), (2, 0, 6), (3, 0, 12)))
    assert given[1] + given[2] == pytest.approx(12)
    assert given[3] + given[4] == pytest.approx(4)


def test_a_listing_that_never_sold_is_thought_to_sell_as_its_item_and_its_channel_do() -> None:
    given = told(sold((3, 0, 30), (4, 0, 10), (1, 0, 8)), QuotaRules(moves_within_s=3 * DAY_S))
    assert 0 < given[2] < given[1]


def test_in_a_rush_an_item_sells_as_many_times_its_usual_rate_as_lately() -> None:
    rules = QuotaRules(memory_s=3 * DAY_S, moves_within_s=3600, prior_pcs=1e-9)
    usual = [(one, days / 10, 1) for days in range(1, 100) for one in (1, 3)]
    calm, rushed = told(sold(*usual), rules), told(sold(*usual, *[(1, 0.001 * number, 1) for number in range(12)]), rules)
    assert rushed[1] > 5 * calm[1]
    assert calm[3] < rushed[3] < rushed[1]


def test_the_order_of_sales_does_not_matter() -> None:
    sales = sold((2, 0.1, 1), (1, 0.3, 2), (2, 5, 9), (2, 1.7, 4))
    assert told(sales) == told(sales.reverse())


def test_without_any_sale_all_listings_of_an_item_are_thought_alike() -> None:
    given = told(frame(ListingSold, []), QuotaRules())
    assert len(set(given.values())) == 1
    assert min(given.values()) > 0
