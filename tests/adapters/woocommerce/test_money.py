import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.woocommerce.money import kopecks, roubles


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1490.50", 149050),
        ("1490.5", 149050),
        ("1490.", 149000),
        ("1490", 149000),
        ("0.07", 7),
        ("1490.500", 149050),
        ("", None),
        ("1490.505", None),
        ("-5", None),
        ("1 490,50", None),
        ("abc", None),
        (None, None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text: str | None, read: int | None) -> None:
    assert pl.Series("text", [text], dtype=pl.String).to_frame().select(kopecks(pl.col("text"))).item() == read


@given(st.lists(st.integers(min_value=0, max_value=10**14), min_size=1))
def test_what_is_written_is_read_back(amounts: list[int]) -> None:
    frame = pl.DataFrame({"kopecks": amounts}, schema={"kopecks": pl.Int64})
    written = frame.select(text=roubles(pl.col("kopecks")))
    assert written["text"].str.contains(r"^\d+\.\d{2}$").all()
    assert written.select(kopecks(pl.col("text"))).to_series().to_list() == amounts
