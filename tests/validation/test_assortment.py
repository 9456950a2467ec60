"""The frames of the assortment."""

from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaError

from tests.tasks.rules.shelf import frame, recipes
from validation.assortment import CodeIssued, CodeWanted, ItemKept, PriceKept, RecipeInForce, RecipeKept, RecipeRead

MODELS = [ItemKept, CodeWanted, CodeIssued, PriceKept, RecipeKept, RecipeInForce, RecipeRead]


@pytest.mark.parametrize("model", MODELS)
def test_a_column_more_is_refused(model: type[pa.DataFrameModel]) -> None:
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    model.validate(pl.DataFrame(schema=schema))
    with pytest.raises(SchemaError):
        model.validate(pl.DataFrame(schema=schema | {"buyer_name": pl.String}))


def test_an_item_wants_one_code() -> None:
    row: dict[str, Any] = {"item_id": 1, "item_ref": "r", "article": None, "product_article": None}
    frame(CodeWanted, [row])
    with pytest.raises(SchemaError):
        frame(CodeWanted, [row, row])


@pytest.mark.parametrize("pcs", [0, -1])
def test_a_part_of_no_pieces_is_no_part(pcs: int) -> None:
    with pytest.raises(SchemaError):
        recipes({"bundle_id": 1, "component_id": 2, "pcs": pcs})


def test_what_was_written_outside_1c_is_text_but_for_its_place() -> None:
    columns = RecipeRead.to_schema().columns
    assert {name for name, column in columns.items() if column.dtype.type != pl.String} == {"row"}
