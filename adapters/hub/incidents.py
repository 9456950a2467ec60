"""What a person must hear of: one live row per cause, counted, told with a cooldown, and told again when it is over.

A cause is what would be repaired once: a feed, a flow, a channel. The same cause while it lasts is the same row, so that a
hundred failures are one message with a count. An incident that comes back before its end was told is the same incident still.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, Select, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.journal import incident

CHANNEL = "incident"


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One cause of trouble, from its first report to its recovery."""

    incident_id: int
    kind: str
    cause: str
    sentence: str
    meaning: str | None
    advice: str | None
    link: str | None
    times: int
    told_times: int
    first_at: datetime
    last_at: datetime
    told_at: datetime | None
    recovered_at: datetime | None

    @property
    def is_recovered(self) -> bool:
        """Whether it is over."""
        return self.recovered_at is not None


class Incidents:
    """The book of incidents."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def report(
        self,
        *,
        kind: str,
        cause: str,
        sentence: str,
        meaning: str | None = None,
        advice: str | None = None,
        link: str | None = None,
    ) -> int:
        """Open the incident of this cause, or count it once more; returns its id.

        Args:
            kind: what messages are routed by: ``run_crashed``, ``feed_held``, ``shortfall`` …
            cause: what would be repaired once; the same cause is the same row while it lasts.
            sentence: what happened.
            meaning: what it means for the shop and what Utyug did.
            advice: what the reader should do.
            link: where to look: the run in the Prefect UI.
        """
        with self._hub.engine.begin() as connection:
            return report_incident(
                connection,
                self._hub.clock.now(),
                kind=kind,
                cause=cause,
                sentence=sentence,
                meaning=meaning,
                advice=advice,
                link=link,
            )

    def recover(self, *, kind: str, cause: str) -> bool:
        """Close the live incident of this cause; False where there is none."""
        with self._hub.engine.begin() as connection:
            return recover_incident(connection, self._hub.clock.now(), kind=kind, cause=cause)

    def live(self, *, kind: str | None = None) -> list[Incident]:
        """Incidents that are not over, oldest first."""
        wanted = select(incident).where(incident.c.recovered_at.is_(None)).order_by(incident.c.incident_id)
        return self._read(wanted if kind is None else wanted.where(incident.c.kind == kind))

    def all(self) -> list[Incident]:
        """Every incident that ever was, oldest first."""
        return self._read(select(incident).order_by(incident.c.incident_id))

    def to_tell(self, now: datetime, cooldown: timedelta) -> list[Incident]:
        """What a person has not heard yet, oldest first.

        News of a cause (its beginning, or more of the same) is told at most once per cooldown. The end of what was told is told
        at once; what began and ended unheard is told as one message when the cooldown is over.
        """
        earlier = incident.alias("earlier")
        last_news_at = (
            select(func.max(earlier.c.told_at))
            .where(earlier.c.kind == incident.c.kind, earlier.c.cause == incident.c.cause)
            .scalar_subquery()
        )
        is_cool = or_(last_news_at.is_(None), last_news_at <= now - cooldown)
        is_over = incident.c.recovered_at.is_not(None)
        has_news = or_(is_over & incident.c.told_at.is_(None), ~is_over & (incident.c.told_times < incident.c.times))
        ended = is_over & incident.c.told_at.is_not(None)
        return self._read(
            select(incident).where(incident.c.recovery_told_at.is_(None), or_(ended, has_news & is_cool)).order_by(incident.c.incident_id)
        )

    def mark_told(self, told: Incident) -> None:
        """Remember that this message, with this count, was delivered; what was reported since stays to be told."""
        now = self._hub.clock.now()
        over = {"recovery_told_at": now} if told.is_recovered else {}
        began = {"told_at": now} if not told.is_recovered or told.told_at is None else {}
        is_same = incident.c.recovered_at.is_not(None) if told.is_recovered else text("true")
        with self._hub.engine.begin() as connection:
            connection.execute(
                update(incident).where(incident.c.incident_id == told.incident_id, is_same).values(told_times=told.times, **began, **over)
            )

    def _read(self, wanted: Select[*tuple[object, ...]]) -> list[Incident]:
        with self._hub.engine.begin() as connection:
            return [_as_incident(row) for row in connection.execute(wanted)]


def report_incident(
    connection: Connection,
    now: datetime,
    *,
    kind: str,
    cause: str,
    sentence: str,
    meaning: str | None = None,
    advice: str | None = None,
    link: str | None = None,
) -> int:
    """`Incidents.report` inside another book's transaction."""
    said = {"sentence": sentence, "meaning": meaning, "advice": advice, "link": link, "last_at": now}
    again = {**said, "times": incident.c.times + 1}
    is_untold_end = incident.c.recovered_at.is_not(None) & incident.c.recovery_told_at.is_(None)
    incident_id = connection.execute(
        update(incident)
        .where(incident.c.kind == kind, incident.c.cause == cause, is_untold_end)
        .values(**again, recovered_at=None)
        .returning(incident.c.incident_id)
    ).scalar()
    if incident_id is None:
        incident_id = connection.execute(
            insert(incident)
            .values(kind=kind, cause=cause, first_at=now, **said)
            .on_conflict_do_update(index_elements=["kind", "cause"], index_where=incident.c.recovered_at.is_(None), set_=again)
            .returning(incident.c.incident_id)
        ).scalar_one()
    _notify(connection, incident_id)
    return int(incident_id)


def recover_incident(connection: Connection, now: datetime, *, kind: str, cause: str) -> bool:
    """`Incidents.recover` inside another book's transaction."""
    incident_id = connection.execute(
        update(incident)
        .where(incident.c.kind == kind, incident.c.cause == cause, incident.c.recovered_at.is_(None))
        .values(recovered_at=now)
        .returning(incident.c.incident_id)
    ).scalar()
    if incident_id is not None:
        _notify(connection, incident_id)
    return incident_id is not None


def _notify(connection: Connection, incident_id: int) -> None:
    connection.execute(select(func.pg_notify(CHANNEL, str(incident_id))))


def _as_incident(row: Row[*tuple[object, ...]]) -> Incident:
    return Incident(**{name: row._mapping[name] for name in Incident.__dataclass_fields__})
