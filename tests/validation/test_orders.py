"""The frames of documents."""

import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaError

from validation.orders import DocumentRead, DocumentReported, LineRead, LineReported
from validation.reasons import sentence_of


@pytest.mark.parametrize("model", [DocumentReported, LineReported])
def test_every_named_check_has_a_sentence_for_the_manager(model: type[pa.DataFrameModel]) -> None:
    names = {str(check.name) for column in model.to_schema().columns.values() for check in column.checks} - {"isin"}
    assert all(sentence_of(name) for name in names)


@pytest.mark.parametrize("model", [DocumentRead, LineRead, DocumentReported, LineReported])
def test_a_column_more_is_refused(model: type[pa.DataFrameModel]) -> None:
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    model.validate(pl.DataFrame(schema=schema))
    with pytest.raises(SchemaError):
        model.validate(pl.DataFrame(schema=schema | {"buyer_name": pl.String}))


@pytest.mark.parametrize("model", [DocumentRead, LineRead])
def test_what_a_file_says_is_text_but_for_its_place_in_the_file(model: type[pa.DataFrameModel]) -> None:
    columns = model.to_schema().columns
    assert {name for name, column in columns.items() if column.dtype.type != pl.String} == {"row"}
