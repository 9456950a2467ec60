import math
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tasks.rules.sale_rates import rates
from tests.tasks.rules.shelf import frame
from validation.quotas import ListingSold

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
DAY_S = 86_400


def sold(*sales: tuple[int, float, int]) -> pl.DataFrame:
    return frame(ListingSold, [{"listing_id": one, "sold_at": NOW - timedelta(days=days), "pcs": pcs} for one, days, pcs in sales])


def test_steady_sales_give_their_own_rate() -> None:
    steady = sold(*[(1, 0.25 + number / 2, 1) for number in range(200)])
    assert rates(steady, NOW, 3 * DAY_S)["rate_per_day"].item() == pytest.approx(2, rel=0.01)


def test_a_sale_fades_by_e_in_the_time_of_memory() -> None:
    told = rates(sold((1, 0, 6), (2, 3, 6), (3, 0, 3), (3, 3, 3)), NOW, 3 * DAY_S)
    assert dict(told.iter_rows()) == pytest.approx({1: 2, 2: 2 / math.e, 3: 1 + 1 / math.e})


def test_a_sale_stamped_later_than_now_counts_as_one_of_now() -> None:
    assert rates(sold((1, -5, 3)), NOW, 3 * DAY_S).rows() == [(1, 1.0)]


def test_the_order_of_sales_does_not_matter_and_without_sales_there_are_no_rates() -> None:
    sales = sold((2, 0.1, 1), (1, 0.3, 2), (2, 5, 9), (2, 1.7, 4))
    assert rates(sales, NOW, DAY_S).equals(rates(sales.reverse(), NOW, DAY_S))
    assert rates(sales.clear(), NOW, DAY_S).is_empty()
