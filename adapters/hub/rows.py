"""A frame's rows inside a statement, for the hundreds and thousands that are not worth a COPY."""

from typing import Any

import polars as pl
from sqlalchemy import ARRAY, TableValuedAlias, bindparam, column, func
from sqlalchemy.types import TypeEngine


def rows_of(frame: pl.DataFrame, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """These columns of the frame, to be selected from and joined with; nothing of the frame becomes SQL text."""
    values = [bindparam(None, frame[name].to_list(), type_=ARRAY(kind)) for name, kind in columns.items()]
    return func.unnest(*values).table_valued(*(column(name, kind) for name, kind in columns.items())).render_derived()
