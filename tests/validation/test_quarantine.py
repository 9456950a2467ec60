import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from validation import catalog, orders, stock
from validation.quarantine import RowRefused, judge
from validation.reasons import SENTENCES

GOOD = {"row": 1, "item_ref": "i", "price_type_ref": "t", "price_kopecks": 100, "currency": "RUB"}


def prices(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(
        [GOOD | row for row in rows],
        schema={"row": pl.Int64, "item_ref": pl.String, "price_type_ref": pl.String, "price_kopecks": pl.Int64, "currency": pl.String},
    )


def test_passed_and_refused_rows_are_all_rows_and_keep_their_order() -> None:
    frame = prices({"row": 1}, {"row": 2, "item_ref": None}, {"row": 3}, {"row": 4, "currency": "BYR"})
    passed, refused = judge(frame, catalog.PriceQuoted, entity="price", key=pl.col("item_ref"))
    assert passed["row"].to_list() == [1, 3]
    assert refused.select("row", "reason", "key").rows() == [(2, "has_ref", ""), (4, "currency_is_known", "i")]
    RowRefused.validate(refused)


def test_a_row_with_two_faults_leaves_once_with_the_first_in_the_models_order() -> None:
    frame = prices({"item_ref": None, "currency": "BYR", "price_type_ref": None})
    _, refused = judge(frame, catalog.PriceQuoted, entity="price", key=pl.lit("k"))
    assert refused["reason"].to_list() == ["has_ref"]


def test_evidence_columns_stay_with_refused_rows_and_leave_passed_ones() -> None:
    frame = prices({}, {"currency": "BYR"}).with_columns(price=pl.lit("по запросу"))
    passed, refused = judge(frame, catalog.PriceQuoted, entity="price", key=pl.lit("k"))
    assert "price" not in passed.columns
    assert "по запросу" in refused["payload"][0]


def test_a_frame_of_the_wrong_shape_is_our_defect_and_raised() -> None:
    with pytest.raises(SchemaErrors):
        judge(prices({}).with_columns(price_kopecks=pl.lit("100")), catalog.PriceQuoted, entity="price", key=pl.lit("k"))


def test_a_null_never_passes_a_check_by_accident() -> None:
    frame = prices({"item_ref": None})
    assert judge(frame, catalog.PriceQuoted, entity="price", key=pl.lit("k")).passed.is_empty()


def models() -> list[type[pa.DataFrameModel]]:
    return [
        model
        for module in (catalog, stock, orders)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, pa.DataFrameModel) and model.__module__ == module.__name__
    ]


@pytest.mark.parametrize("model", models())
def test_every_check_of_every_model_has_a_sentence_for_the_manager(model: type[pa.DataFrameModel]) -> None:
    if not model.__annotations__:
        return
    schema = model.to_schema()
    names = {str(check.name) for column in schema.columns.values() for check in column.checks} | {
        str(check.name) for check in schema.checks
    }
    assert names - {"isin", "greater_than_or_equal_to", "greater_than", "in_range"} <= set(SENTENCES)
