"""Splitting a frame into rows that satisfy a model and rows that do not, with the reason of each.

A row that fails is never dropped: it leaves with the name of the check it failed, a sentence for the manager and everything it held.
"""

from typing import NamedTuple

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrorReason, SchemaErrors

from validation.reasons import sentence_of


class RowRefused(pa.DataFrameModel):
    """One row per refused row of a feed, or of an answer.

    ``row`` is the ordinal of the element in its file, from 1; ``payload`` is the whole row as JSON.
    """

    entity: str
    key: str
    reason: str
    sentence: str
    row: int = pa.Field(nullable=True)
    payload: str

    class Config:
        """Exactly these columns."""

        strict = True


class Judged(NamedTuple):
    """What a judgement leaves: ``passed`` satisfies the model, ``refused`` is `RowRefused`."""

    passed: pl.DataFrame
    refused: pl.DataFrame


NONE_REFUSED = pl.DataFrame(
    schema={
        "entity": pl.String,
        "key": pl.String,
        "reason": pl.String,
        "sentence": pl.String,
        "row": pl.Int64,
        "payload": pl.String,
    }
)


def judge(frame: pl.DataFrame, model: type[pa.DataFrameModel], *, entity: str, key: pl.Expr) -> Judged:
    """Split ``frame`` by ``model``; the first check a row fails, in the order the model declares them, is its reason.

    Args:
        frame: has the model's columns and ``row``; may have further columns, kept as evidence with a refused row and
            taken off the passed ones.
        model: pandera model whose check names are codes in `validation.reasons`.
        entity: what a row is, for the quarantine.
        key: what identifies a row there.

    Raises:
        SchemaErrors: the frame is not of the model's shape at all (a defect of ours, not of the data).
    """
    columns = list(model.to_schema().columns)
    try:
        return Judged(model.validate(frame.select(columns), lazy=True), NONE_REFUSED)
    except SchemaErrors as errors:
        if any(error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK for error in errors.schema_errors):
            raise
        order = {name: number for number, name in enumerate(_check_names(model))}
        failed = (
            errors.failure_cases.select(pl.col("index").cast(pl.UInt32), reason=pl.col("check"))
            .sort(pl.col("reason").replace_strict(order, default=len(order)), maintain_order=True)
            .unique("index", keep="first", maintain_order=True)
        )
    numbered = frame.with_row_index("index")
    passed = numbered.join(failed, on="index", how="anti", maintain_order="left").select(columns)
    refused = refuse(numbered.join(failed, on="index", how="inner", maintain_order="left").drop("index"), entity=entity, key=key)
    return Judged(model.validate(passed, lazy=True), refused)


def refuse(frame: pl.DataFrame, *, entity: str, key: pl.Expr) -> pl.DataFrame:
    """`RowRefused` from rows that carry their ``reason``."""
    if frame.is_empty():
        return NONE_REFUSED
    evidence = pl.struct(pl.exclude("reason", "row")).struct.json_encode()
    return frame.select(
        entity=pl.lit(entity),
        key=key.fill_null("").cast(pl.String),
        reason=pl.col("reason"),
        sentence=pl.col("reason").replace_strict({code: sentence_of(code) for code in frame["reason"].unique()}),
        row=pl.col("row").cast(pl.Int64),
        payload=evidence,
    )


def _check_names(model: type[pa.DataFrameModel]) -> list[str]:
    schema = model.to_schema()
    checks = [check for column in schema.columns.values() for check in column.checks] + list(schema.checks)
    return [str(check.name) for check in checks]
