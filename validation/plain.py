"""Whether a frame is plainly what its model says: types, nulls and simple bounds in one pass over the frame.

Pandera answers the same and names every failing row, at ten times the price; it is asked where this says no.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl
from pandera.api.polars.components import Column
from pandera.polars import DataFrameModel

BOUNDS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "greater_than": lambda column, told: column > told["min_value"],
    "greater_than_or_equal_to": lambda column, told: column >= told["min_value"],
    "isin": lambda column, told: column.is_in(list(told["allowed_values"])),
}
"""Checks that are understood here, by pandera's names for them."""


class Plan(NamedTuple):
    """The types of a model's columns, and everything that must hold of every row."""

    schema: dict[str, pl.DataType]
    claims: list[pl.Expr]


def is_plain(frame: pl.DataFrame, model: type[DataFrameModel]) -> bool:
    """Whether the frame is right for certain; False says nothing, pandera must be asked."""
    plan = plan_of(model)
    if plan is None or dict(frame.schema) != plan.schema:
        return False
    return not plan.claims or all(frame.select(plan.claims).row(0))


@lru_cache(maxsize=256)
def plan_of(model: type[DataFrameModel]) -> Plan | None:
    """What a model comes to; None where it says what is not understood here."""
    schema = model.to_schema()
    columns: dict[str, Column] = schema.columns
    is_simple = not schema.checks and not schema.unique and all(not column.unique and not column.coerce for column in columns.values())
    checks = [(name, check) for name, column in columns.items() for check in column.checks]
    if not is_simple or any(check.name not in BOUNDS for _, check in checks):
        return None
    wholes = [pl.col(name).null_count() == 0 for name, column in columns.items() if not column.nullable]
    bounds = [BOUNDS[check.name](pl.col(name), check.statistics).all(ignore_nulls=True) for name, check in checks]
    named = [claim.alias(str(number)) for number, claim in enumerate([*wholes, *bounds])]
    return Plan({name: column.dtype.type for name, column in columns.items()}, named)
