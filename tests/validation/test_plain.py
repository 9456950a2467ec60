from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaError

from validation.catalog import ProductListed, Strict
from validation.plain import is_plain, plan_of


class Row(Strict):
    number: int = pa.Field(gt=0)
    word: str = pa.Field(isin=("a", "b"))
    maybe: int = pa.Field(nullable=True, ge=0)


def pandera_takes(frame: pl.DataFrame) -> bool:
    try:
        pa.DataFrameModel.validate.__func__(Row, frame)  # type: ignore[attr-defined]
    except SchemaError:
        return False
    return True


numbers = st.one_of(st.none(), st.integers(-2, 3))
words = st.one_of(st.none(), st.sampled_from(["a", "b", "c", ""]))


@given(st.lists(st.tuples(numbers, words, numbers), max_size=6))
def test_what_is_plain_is_what_pandera_takes(rows: list[tuple[Any, ...]]) -> None:
    frame = pl.DataFrame(rows, schema={"number": pl.Int64, "word": pl.String, "maybe": pl.Int64}, orient="row")
    assert is_plain(frame, Row) == pandera_takes(frame)


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"number": [1], "word": ["a"]}),
        pl.DataFrame({"number": [1], "word": ["a"], "maybe": [1], "more": [1]}),
        pl.DataFrame({"number": [1.0], "word": ["a"], "maybe": [1]}),
    ],
    ids=["a column is missing", "a column too many", "another type"],
)
def test_other_columns_are_not_plain(frame: pl.DataFrame) -> None:
    assert not is_plain(frame, Row)
    with pytest.raises(SchemaError):
        Row.validate(frame)


def test_a_model_with_checks_of_its_own_is_left_to_pandera() -> None:
    assert plan_of(ProductListed) is None
