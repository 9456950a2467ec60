"""A full export in portions is one series: only when all of it is in may absent goods be taken off sale.

Only the first file of a full export says that it is one; the files after it claim to hold changes only (`reference/commerceml.md`
§2.1). So whatever comes after such a file belongs to it, until nothing new has come for a while, or the next full export begins.
Absent is never zero: counts stay as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, text, update

from adapters.hub.absence import confirm_members, examples_of, keep_baseline, live_and_missing, lost_files, mark_absent
from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.locks import lock_source
from adapters.hub.tables.catalog import export_series
from tasks.rules.gate import ENTITIES, FeedShape, Shrinkage, Verdict

Decide = Callable[[FeedShape], Verdict]
SHRUNK = "catalog_shrunk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """What became of a full export; ``state``: complete, held or broken; ``missing`` is how many cards it does not have."""

    series_id: int
    source: str
    entity: str
    state: str
    missing: int
    sentence: str


class Series:
    """The book of full exports."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def close(self, source: str, *, now: datetime, decide: Decide) -> list[Closed]:
        """The source's full exports are all in: take off sale what they do not have.

        A broken one (a file of it was refused, held or dismissed, and did not come again) takes nothing off sale; one that lacks too
        much is held for a person.
        """
        with self._hub.engine.begin() as connection:
            lock_source(connection, source)
            return [close_series(connection, one, now=now, decide=decide) for one in _open(connection, source)]

    def close_quiet(self, now: datetime, quiet_s: float, *, decide: Decide) -> list[Closed]:
        """Close the full exports of which nothing new has come for so long and of which no file waits or is on its way."""
        quiet = text("""
            select distinct source from export_series s
            where state = 'open' and moved_at <= :since and not exists (
              select from feed f
              where f.source = s.source and f.kind <> 'picture'
                and (f.state = 'waiting' or f.state = 'receiving' and f.moved_at > :since)
            )
        """)
        since = now - timedelta(seconds=quiet_s)
        with self._hub.engine.begin() as connection:
            sources = connection.execute(quiet, {"since": since}).scalars().all()
        closed: list[Closed] = []
        for source in sources:
            with self._hub.engine.begin() as connection:
                lock_source(connection, source)
                moved = _open(connection, source, since=since)
                closed += [close_series(connection, one, now=now, decide=decide) for one in moved]
        return closed

    def accept(self, source: str, *, now: datetime) -> list[Closed]:
        """A person agrees that what a held export does not have is gone; cards that came since are left alone."""
        held = select(export_series).where(export_series.c.source == source, export_series.c.state == "held")
        with self._hub.engine.begin() as connection:
            lock_source(connection, source)
            return [_complete(connection, row, now=now, until=row.closed_at) for row in connection.execute(held).all()]


def close_series(connection: Connection, series_id: int, *, now: datetime, decide: Decide, is_cut_short: bool = False) -> Closed:
    """Close one series inside another book's transaction.

    ``is_cut_short``: the next full export has begun before this one fell silent. It may have been sent anew from its first portion, so
    if too much of it is missing, it was not whole, and that is nobody's trouble.
    """
    series = connection.execute(select(export_series).where(export_series.c.series_id == series_id)).one()
    if lost := lost_files(connection, series):
        return _break(connection, series, f"не принят файл {', '.join(lost[:3])}", now=now)
    before, missing = live_and_missing(connection, series, until=now)
    shrinkage = Shrinkage(entity=series.entity, before=before, missing=missing, examples=examples_of(connection, series, until=now))
    verdict = decide(FeedShape(shrinkages=(shrinkage,)))
    if not verdict.is_held:
        return _complete(connection, series, now=now, until=now)
    if is_cut_short:
        return _break(connection, series, "выгрузка начата заново", now=now)
    return _hold(connection, series, verdict, missing, now=now)


def _complete(connection: Connection, series: Row[Any], *, now: datetime, until: datetime) -> Closed:
    missing = mark_absent(connection, series, now=now, until=until)
    keep_baseline(connection, series, now=now)
    recover_incident(connection, now, kind=SHRUNK, cause=_cause(series))
    sentence = f"Полная выгрузка принята целиком; в ней больше нет {ENTITIES[series.entity]}: {missing}."
    return _end(connection, series, "complete", missing, sentence, now=now)


def _hold(connection: Connection, series: Row[Any], verdict: Verdict, missing: int, *, now: datetime) -> Closed:
    keep_baseline(connection, series, now=now)
    sentence = f"Полная выгрузка из 1С «{series.source}» слишком мала. {' '.join(verdict.sentences)}"
    report_incident(
        connection,
        now,
        kind=SHRUNK,
        cause=_cause(series),
        sentence=sentence,
        meaning="Ничего не снято с продажи: товары, которых нет в выгрузке, остались как были.",
        advice="Проверьте отбор товаров в настройке обмена 1С и выгрузите всё снова. Если товаров правда больше нет, подтвердите это: "
        f"utyug accept --absent {series.source}",
    )
    return _end(connection, series, "held", missing, sentence, now=now)


def _break(connection: Connection, series: Row[Any], why: str, *, now: datetime) -> Closed:
    confirm_members(connection, series)
    sentence = f"Полная выгрузка принята не вся ({why}): что пропало из каталога, по ней не судим."
    return _end(connection, series, "broken", 0, sentence, now=now)


def _end(connection: Connection, series: Row[Any], state: str, missing: int, sentence: str, *, now: datetime) -> Closed:
    ended = update(export_series).where(export_series.c.series_id == series.series_id)
    connection.execute(ended.values(state=state, closed_at=now))
    if state != "held":
        connection.execute(text("delete from series_member where series_id = :series_id"), {"series_id": series.series_id})
    detail = {"entity": series.entity, "catalog_ref": series.catalog_ref, "missing": missing}
    write(connection, now, f"series_{state}", f"source:{series.source}", sentence, detail)
    return Closed(series_id=series.series_id, source=series.source, entity=series.entity, state=state, missing=missing, sentence=sentence)


def _open(connection: Connection, source: str, *, since: datetime | None = None) -> list[int]:
    s = export_series.c
    query = select(s.series_id).where(s.source == source, s.state == "open").order_by(s.series_id)
    return list(connection.execute(query if since is None else query.where(s.moved_at <= since)).scalars())


def _cause(series: Row[Any]) -> str:
    return f"{series.source}:{series.entity}"
