"""What every step of recording one feed must know, and the one way rows are merged into a table of the hub."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    FromClause,
    Table,
    Update,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    text,
    tuple_,
    update,
)

from adapters.hub.feeds import Feed

MANY_ROWS = 10_000
"""After so many new rows a table's statistics lie, and the statements that follow would be planned for an empty one."""


class Header(Protocol):
    """What a file says of itself; complete when its portions are read."""

    @property
    def formed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def is_day_only(self) -> bool: ...  # noqa: D102
    @property
    def catalog_ref(self) -> str | None: ...  # noqa: D102
    @property
    def is_changes_only(self) -> bool | None: ...  # noqa: D102


@dataclass(kw_only=True, slots=True)
class Load:
    """One feed being recorded: its transaction, its stamp, and what was counted so far.

    Args:
        formed_at: 1C's stamp; None where the file has none or only a day, and then nothing is ordered by it.
        kinds: the kinds of rows that came at all.
        has_newer: a file with a newer stamp was recorded before, so that single rows may be newer than this feed's.
        keeps_stamps: a row that says what the hub knows already still moves its stamp. Not in a full export, which would rewrite
            every row: there the stamp of the whole series takes its place (`adapters.hub.series`).
    """

    connection: Connection
    feed: Feed
    now: datetime
    formed_at: datetime | None
    is_changes_only: bool | None
    catalog_ref: str
    kinds: frozenset[str] = frozenset()
    has_newer: bool = False
    keeps_stamps: bool = False
    inserted: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def source(self) -> str:
        """The 1C base."""
        return self.feed.source

    @property
    def names(self) -> dict[str, Any]:
        """What text statements bind."""
        return {
            "source": self.source,
            "feed_id": self.feed.feed_id,
            "now": self.now,
            "formed_at": self.formed_at,
            "session_began_at": self.feed.session_began_at,
        }

    @property
    def stamp(self) -> dict[str, Any]:
        """Columns of a written row that say whence and when; without a stamp the row keeps the one it has."""
        stamped = {} if self.formed_at is None else {"formed_at": self.formed_at}
        return {"feed_id": self.feed.feed_id, "changed_at": self.now, **stamped}

    def refresh(self, table: str, added: int) -> None:
        """Bring a table's statistics up to date after many new rows."""
        if added >= MANY_ROWS:
            self.connection.execute(text(f"analyze {table}"))

    def has_news(self, *entities: str) -> bool:
        """Whether any row of these was added or changed."""
        return any(self.inserted[entity] or self.changed[entity] for entity in entities)

    def run(self, statement: Update | Delete) -> int:
        """Execute, and say how many rows it touched."""
        return self.connection.execute(statement).rowcount

    def count(self, statement: str) -> int:
        """Execute one written out, its names bound, and say how many rows it touched."""
        return self.connection.execute(text(statement), self.names).rowcount


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """How incoming rows become rows of a hub table.

    Args:
        entity: what is counted, in the plural.
        target: the hub's table.
        rows: where the incoming rows are.
        match: which incoming row is which row of the table.
        key: the columns of a new row that identify it.
        values: the columns that the feed states.
        restated: where a row that is there already takes something else than a new one.
        keeps: a null means "not in this file" and leaves the column as it is.
        written: further columns of every written row, compared with nothing.
    """

    entity: str
    target: Table
    rows: FromClause
    match: ColumnElement[bool]
    key: Mapping[str, ColumnElement[Any]]
    values: Mapping[str, ColumnElement[Any]]
    restated: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    keeps: bool = False
    written: Mapping[str, Any] = field(default_factory=dict)


def merge(load: Load, plan: Merge) -> None:
    """Change the rows that differ, add those that are new, touch no others; what was done is counted in the load."""
    target = plan.target
    kept = {name: func.coalesce(value, target.c[name]) if plan.keeps else value for name, value in plan.values.items()}
    stated = kept | dict(plan.restated)
    if stated:
        differs = tuple_(*(target.c[name] for name in stated)).is_distinct_from(tuple_(*stated.values()))
        load.changed[plan.entity] += load.run(update(target).where(plan.match, differs).values(**stated, **plan.written))
        if load.keeps_stamps and "formed_at" in plan.written:
            is_stamped = target.c.formed_at.is_not_distinct_from(load.formed_at)
            load.run(update(target).where(plan.match, not_(is_stamped), not_(differs)).values(formed_at=load.formed_at))
    load.inserted[plan.entity] += add_missing(load, plan)
    load.refresh(target.name, load.inserted[plan.entity])


def add_missing(load: Load, plan: Merge) -> int:
    """Add the rows that are new, in the order of the table's key, which keeps its index dense."""
    fresh = {**plan.key, **plan.values, **{name: literal(value, plan.target.c[name].type) for name, value in plan.written.items()}}
    order = [value for name, value in plan.key.items() if name != "source"]
    rows = select(*(value.label(name) for name, value in fresh.items())).select_from(plan.rows)
    missing = rows.where(~exists().where(plan.match)).order_by(*order)
    added = insert(plan.target).from_select(list(fresh), missing).execution_options(preserve_rowcount=True)
    return load.connection.execute(added).rowcount


def drop_older(load: Load, entity: str, rows: Table, target: Table, match: ColumnElement[bool]) -> None:
    """Take out incoming rows where the hub holds one with a newer stamp of the same 1C."""
    if load.formed_at is not None and load.has_newer:
        load.dropped[entity] += load.run(delete(rows).where(match, target.c.formed_at > load.formed_at))
