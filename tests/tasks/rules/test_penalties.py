from decimal import Decimal

import pytest

from tasks.rules.penalties import Band, Penalties, Penalty


@pytest.mark.parametrize(
    ("index", "price_kopecks", "penalty_kopecks"),
    [
        (0, 1_000_000, 0),
        (4, 1_000_000, 0),
        ("4.01", 1_000_000, 30_000),
        (10, 1_000_000, 30_000),
        ("10.01", 1_000_000, 60_000),
        ("20.01", 1_000_000, 90_000),
        (100, 1_000_000, 90_000),
        (5, 5_000_000, 150_000),
        (5, 5_000_001, 150_000),
        (5, 50, 2),
        (5, 0, 0),
        (5, None, 150_000),
    ],
)
def test_ozon_takes_a_share_by_the_index_and_no_more_than_its_ceiling(
    index: int | str, price_kopecks: int | None, penalty_kopecks: int
) -> None:
    ozon = Penalties().ozon.model_copy(update={"index_percent": Decimal(index)})
    assert ozon.kopecks(price_kopecks) == penalty_kopecks


def test_while_the_index_is_not_known_ozon_costs_its_first_band() -> None:
    assert Penalties().ozon.kopecks(100_000) == 3_000


def test_a_site_fines_nobody() -> None:
    assert Penalties().woocommerce.kopecks(100_000) == 0


def test_what_is_not_published_is_taken_for_no_cheaper_than_what_is() -> None:
    told = Penalties()
    worst = told.ozon.model_copy(update={"index_percent": Decimal(100)})
    for kind in ("wildberries", "yandex_market", "of tomorrow"):
        assert told.of(kind).kopecks(9_000_000) > worst.kopecks(9_000_000)
        assert told.of(kind).kopecks(100_000) >= worst.kopecks(100_000)


def test_the_highest_band_passed_counts_in_whatever_order_they_are_written() -> None:
    bands = [Band(above_index_percent=Decimal(at), percent=Decimal(percent)) for at, percent in ((20, 9), (4, 3), (10, 6))]
    assert Penalty(bands=bands, index_percent=Decimal(15)).kopecks(10_000) == 600


def test_a_fixed_sum_is_added_and_stands_where_the_price_is_unknown() -> None:
    assert Penalty(percent=Decimal(10), fixed_kopecks=500).kopecks(10_000) == 1_500
    assert Penalty(percent=Decimal(10), fixed_kopecks=500).kopecks(None) == 500
