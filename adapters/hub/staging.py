"""A feed's rows in temporary tables, each row once: what the merges into the catalogue start from."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl
from sqlalchemy import Connection, text

from adapters.hub.copying import copy_frame
from adapters.hub.kinds import DOCUMENTS, KINDS
from adapters.hub.repeats import set_repeats_aside
from adapters.hub.tables import incoming
from adapters.hub.tables.incoming import INCOMING
from validation.orders import LineReported
from validation.quarantine import Judged

ROUGH = 20
"""Statistics of tables that live for one transaction: enough to plan by."""

NO_LINES = LineReported.empty()


class Staged(NamedTuple):
    """What was taken in: rows by kind, and the documents, which are few and travel as frames."""

    rows: Counter[str]
    documents: list[pl.DataFrame]
    lines: list[pl.DataFrame]

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """All documents, all lines."""
        return pl.concat(self.documents), pl.concat([*self.lines, NO_LINES])


def stage(connection: Connection, portions: Iterable[tuple[str, Judged]]) -> Staged:
    """Copy every portion as it comes; one at a time is in memory.

    Args:
        connection: its transaction is the tables' life.
        portions: kind and judgement, as `tasks.rules.intake` gives them.
    """
    INCOMING.create_all(connection, checkfirst=False)
    connection.execute(text(f"set local default_statistics_target = {ROUGH}"))
    staged = Staged(Counter(), [], [])
    for kind, (passed, refused) in portions:
        copy_frame(connection, incoming.refused, refused)
        staged.rows[kind] += passed.height
        if kind in DOCUMENTS:
            (staged.documents if kind == "document" else staged.lines).append(passed)
        else:
            copy_frame(connection, KINDS[kind].table, passed)
    for name, rows in KINDS.items():
        if staged.rows[name]:
            staged.rows[name] -= set_repeats_aside(connection, rows)
            connection.execute(text(f"analyze {rows.table.name}"))
    connection.execute(text("set local default_statistics_target to default"))
    return staged
