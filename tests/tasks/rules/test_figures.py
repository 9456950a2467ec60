"""Numbers as 1C writes them."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.figures import exact, first_fault, kopecks


def kopecks_of(text: str | None) -> int | None:
    value: int | None = pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(kopecks(pl.col("text"))).item()
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("231.7400", 23174),
        ("1 000,50", 100050),
        ("1\xa0000", 100000),
        ("0.005", 1),
        ("-3.005", -301),
        ("0", 0),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_money_becomes_kopecks_and_half_of_one_goes_away_from_zero(text: str | None, expected: int | None) -> None:
    assert kopecks_of(text) == expected


@given(st.integers(-(10**14), 10**14))
def test_whole_kopecks_survive_being_written(amount: int) -> None:
    assert kopecks_of(str(Decimal(amount) / 100)) == amount


def test_more_digits_than_are_kept_are_no_number_unless_they_are_zeros() -> None:
    read = pl.DataFrame({"text": ["1.0000000", "1.0000001"]}).select(exact(pl.col("text"))).to_series()
    assert read.to_list() == [Decimal(1), None]


def test_the_first_claim_that_fails_is_the_reason_and_an_unknown_claim_holds() -> None:
    frame = pl.DataFrame({"a": [True, False, None], "b": [True, False, False]})
    assert frame.select(first_fault(one=pl.col("a"), two=pl.col("b"))).to_series().to_list() == [None, "one", "two"]
