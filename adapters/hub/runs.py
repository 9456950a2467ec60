"""What every flow run did, and how far each reading of another system has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.journal import cursor, sync_run


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One flow run, as it is counted."""

    run_id: int
    flow: str
    channel: str | None
    flow_run_ref: str | None
    state: str
    began_at: datetime
    ended_at: datetime | None
    seconds: float | None
    rows_in: int
    refused: int
    changed: int
    accepted: int
    detail: Any


class Runs:
    """The book of flow runs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def begin(self, flow: str, *, channel: str | None = None, flow_run_ref: str | None = None) -> int:
        """Open a run, or find the one of the same ``flow_run_ref``: a run that is repeated goes on under its own row."""
        row = {"flow": flow, "channel": channel, "flow_run_ref": flow_run_ref, "state": "running"}
        opened = (
            insert(sync_run)
            .values(**row, began_at=self._hub.clock.now())
            .on_conflict_do_update(index_elements=["flow_run_ref"], set_={"state": "running", "ended_at": None, "seconds": None})
            .returning(sync_run.c.run_id)
        )
        with self._hub.engine.begin() as connection:
            return int(connection.execute(opened).scalar_one())

    def end(
        self,
        run_id: int,
        *,
        state: str = "completed",
        rows_in: int = 0,
        refused: int = 0,
        changed: int = 0,
        accepted: int = 0,
        detail: object = None,
    ) -> None:
        """Close a run with what it counted; ``state`` is completed or failed."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            began_at = connection.execute(select(sync_run.c.began_at).where(sync_run.c.run_id == run_id)).scalar_one()
            connection.execute(
                update(sync_run)
                .where(sync_run.c.run_id == run_id)
                .values(
                    state=state,
                    ended_at=now,
                    seconds=(now - began_at) / timedelta(seconds=1),
                    rows_in=rows_in,
                    refused=refused,
                    changed=changed,
                    accepted=accepted,
                    detail=detail,
                )
            )

    def newest(self, *, flow: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs, newest first."""
        query = select(sync_run).order_by(sync_run.c.run_id.desc()).limit(limit)
        if flow is not None:
            query = query.where(sync_run.c.flow == flow)
        with self._hub.engine.begin() as connection:
            return [Run(**row) for row in connection.execute(query).mappings()]


class Cursors:
    """How far each (system, entity) was read."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def read(self, system: str, entity: str) -> Any:  # noqa: ANN401
        """The value left there, or None."""
        query = select(cursor.c.value).where(cursor.c.system == system, cursor.c.entity == entity)
        with self._hub.engine.begin() as connection:
            return connection.execute(query).scalar()

    def move(self, system: str, entity: str, value: object) -> None:
        """Leave a value there."""
        with self._hub.engine.begin() as connection:
            put_cursor(connection, self._hub.clock.now(), system, entity, value)


def put_cursor(connection: Connection, now: datetime, system: str, entity: str, value: object) -> None:
    """`Cursors.move` inside another book's transaction."""
    moved = {"value": value, "moved_at": now}
    placed = insert(cursor).values(system=system, entity=entity, **moved)
    connection.execute(placed.on_conflict_do_update(index_elements=["system", "entity"], set_=moved))
