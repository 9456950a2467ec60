"""Whether a frame is plainly what its model says: types, nulls and simple bounds, column by column.

Pandera answers the same and names every failing row, at ten times the price; it is asked where this says no.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl
from pandera.api.polars.components import Column
from pandera.polars import DataFrameModel

BOUNDS: Mapping[str, Callable[[pl.Series, Any], bool]] = {
    "greater_than": lambda column, told: _is_empty(column) or column.min() > told["min_value"],
    "greater_than_or_equal_to": lambda column, told: _is_empty(column) or column.min() >= told["min_value"],
    "isin": lambda column, told: _is_empty(column) or {*told["allowed_values"], None}.issuperset(column.unique().to_list()),
}
"""Checks that are understood here, by pandera's names for them; of columns: expressions cost more than small frames are worth."""


class Plan(NamedTuple):
    """The types of a model's columns, those that are never null, and the bounds of others: column, bound, what it says."""

    schema: dict[str, pl.DataType]
    wholes: list[str]
    bounds: list[tuple[str, Callable[[pl.Series, Any], bool], Any]]


def is_plain(frame: pl.DataFrame, model: type[DataFrameModel]) -> bool:
    """Whether the frame is right for certain; False says nothing, pandera must be asked."""
    plan = plan_of(model)
    if plan is None or dict(frame.schema) != plan.schema:
        return False
    if any(frame.get_column(name).null_count() for name in plan.wholes):
        return False
    return all(holds(frame.get_column(name), told) for name, holds, told in plan.bounds)


@lru_cache(maxsize=256)
def plan_of(model: type[DataFrameModel]) -> Plan | None:
    """What a model comes to; None where it says what is not understood here."""
    schema = model.to_schema()
    columns: dict[str, Column] = schema.columns
    is_simple = not schema.checks and not schema.unique and all(not column.unique and not column.coerce for column in columns.values())
    checks = [(name, check) for name, column in columns.items() for check in column.checks]
    if not is_simple or any(check.name not in BOUNDS for _, check in checks):
        return None
    wholes = [name for name, column in columns.items() if not column.nullable]
    bounds = [(name, BOUNDS[check.name], check.statistics) for name, check in checks]
    return Plan({name: column.dtype.type for name, column in columns.items()}, wholes, bounds)


def _is_empty(column: pl.Series) -> bool:
    return column.null_count() == len(column)
