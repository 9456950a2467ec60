"""Taking in what 1C sent: one file a task, safe to repeat."""

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import psycopg
from prefect import get_run_logger, task
from sqlalchemy.exc import OperationalError

from adapters.errors import FeedRefused
from adapters.hub.arrivals import Arrivals
from adapters.hub.catalog import Catalog
from adapters.hub.feeds import Feed, NotInState
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.incidents import Incidents
from adapters.hub.kinds import KINDS, PLURALS
from adapters.hub.series import Series
from adapters.onec.ahead import read_ahead
from adapters.onec.archive import Limits, store_members, unpack
from adapters.onec.reader import Reading
from adapters.onec.rows import KIND as ROWS
from adapters.onec.rows import RowsReading
from adapters.settings import Settings
from tasks.onward import onward_of
from tasks.policy import policy
from tasks.rules.gate import FeedShape, GateLimits, Verdict, decide
from tasks.rules.intake import judged
from tasks.rules.tally import Tally, tally
from validation.quarantine import Judged

STUMBLES = 3
TOUCH_EVERY = 20
Portioned: TypeAlias = tuple[str, Judged]
STUMBLED = (
    "Utyug трижды споткнулся на этом файле и отложил его, чтобы не задерживать следующие. Ничего из него не взято; "
    "повторите обмен из 1С, а если не выйдет, передайте файл разработчику."
)


OURS_TO_BLAME = (OperationalError, psycopg.OperationalError, OSError)
"""The server is away, the disk is full: no fault of the file, which waits until it is over."""
REFUSED = "feed_refused"
KEYS = {kind: rows.key for kind, rows in KINDS.items()}


@dataclass(frozen=True, kw_only=True)
class FeedTaken:
    """What became of one feed; ``loaded`` counts rows by kind (``products`` …), ``refused`` by reason, ``changed`` what was written."""

    feed_id: int
    name: str
    state: str
    sentence: str
    loaded: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    changed: int = 0


@task(name="взять файл 1С", task_run_name="файл {feed.name}", **policy)
def take_in(hub: Hub, settings: Settings, feed: Feed, *, dry_run: bool) -> FeedTaken:
    """Unpack an archive, or read, judge and record one file; a file that cannot be read is refused, never lost.

    Raises:
        OperationalError: the hub's server went away; the feed still waits.
        OSError: the machine has no room; likewise.
        Exception: whatever the feed stumbled on, until it has done so `STUMBLES` times and is refused.
    """
    now = Inbox(hub).feed(feed.feed_id)
    if now.state != "waiting":
        return _as_it_is(now)
    try:
        return _take(hub, settings, feed, dry_run=dry_run)
    except NotInState:
        return _as_it_is(Inbox(hub).feed(feed.feed_id))
    except OURS_TO_BLAME:
        raise
    except Exception:
        if not dry_run and Inbox(hub).stumble(feed.feed_id) >= STUMBLES:
            _refuse(hub, feed, FeedRefused("stumbled", STUMBLED), dry_run=False)
        raise


@task(name="закрыть серии выгрузок", **policy)
def close_quiet_series(hub: Hub, settings: Settings) -> int:
    """Close full exports after which 1C has been silent: only then is what they did not name absent."""
    closed = Series(hub).close_quiet(hub.clock.now(), settings.onec.series_quiet_s, decide=gate(settings))
    return len(closed)


def _take(hub: Hub, settings: Settings, feed: Feed, *, dry_run: bool) -> FeedTaken:
    work = settings.var_dir / "work"
    work.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            if feed.kind == "archive":
                return _unpack(hub, settings, feed, Path(folder), dry_run=dry_run)
            path = Inbox(hub).fetch(feed.feed_id, Path(folder) / "feed")
            return _look(path, feed) if dry_run else _record(hub, settings, feed, path)
    except FeedRefused as refusal:
        return _refuse(hub, feed, refusal, dry_run=dry_run)


def _record(hub: Hub, settings: Settings, feed: Feed, path: Path) -> FeedTaken:
    reading = _reading(path, feed)
    catalog = Catalog(hub, reserves_when=settings.onec.reserves_when, onward=onward_of(settings))
    portions = read_ahead(_told_of(judged(reading), Inbox(hub), feed))
    recorded = catalog.record(feed, reading.header, portions, gate(settings))
    get_run_logger().info("%s: %s", feed.name, recorded.sentence)
    if recorded.state == "recorded":
        _tell_repaired(hub, feed)
    return FeedTaken(
        feed_id=feed.feed_id,
        name=feed.name,
        state=recorded.state,
        sentence=recorded.sentence,
        loaded=recorded.loaded,
        refused=recorded.refused,
        changed=sum(recorded.changed.values()),
    )


def _told_of(portions: Iterator[Portioned], inbox: Inbox, feed: Feed) -> Iterator[Portioned]:
    """The portions, and now and then a sign to 1C that work on its file moves on."""
    for number, portion in enumerate(portions):
        if number % TOUCH_EVERY == 0:
            inbox.touch(feed.feed_id)
        yield portion


def _reading(path: Path, feed: Feed) -> Reading | RowsReading:
    return RowsReading(path) if feed.kind == ROWS else Reading(path)


def _look(path: Path, feed: Feed) -> FeedTaken:
    return _tried(feed, tally(judged(_reading(path, feed)), KEYS))


def _tried(feed: Feed, counted: Tally, *, files: int = 1) -> FeedTaken:
    inside = f" (файлов в архиве {files})" if feed.kind == "archive" else ""
    return FeedTaken(
        feed_id=feed.feed_id,
        name=feed.name,
        state=feed.state,
        sentence=f"Проба{inside}: загрузилось бы строк {counted.loaded.total()}, не принято {counted.refused.total()}.",
        loaded={PLURALS[kind]: rows for kind, rows in counted.loaded.items() if rows},
        refused=dict(counted.refused),
    )


def _as_it_is(feed: Feed) -> FeedTaken:
    """Somebody else was first: another run took it, or a person dismissed it."""
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state=feed.state, sentence=feed.sentence or "")


def _unpack(hub: Hub, settings: Settings, feed: Feed, scratch: Path, *, dry_run: bool) -> FeedTaken:
    limits = Limits.of(settings.onec)
    if dry_run:
        return _look_inside(feed, Inbox(hub).fetch(feed.feed_id, scratch / "archive"), scratch / "members", limits)
    stored = store_members(Inbox(hub), Arrivals(hub), feed, limits=limits, scratch=scratch)
    _tell_repaired(hub, feed)
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state="recorded", sentence=f"Архив распакован: файлов {len(stored)}.")


def _look_inside(feed: Feed, packed: Path, folder: Path, limits: Limits) -> FeedTaken:
    folder.mkdir()
    members, counted = list(unpack(packed, folder, limits=limits)), Tally.nothing()
    for member in members:
        if member.kind != "xml":
            continue
        try:
            counted = counted.plus(tally(judged(Reading(member.path)), KEYS))
        except FeedRefused as refusal:
            counted.refused[refusal.reason] += 1
    return _tried(feed, counted, files=len(members))


def _refuse(hub: Hub, feed: Feed, refusal: FeedRefused, *, dry_run: bool) -> FeedTaken:
    if not dry_run:
        Inbox(hub).refuse(feed.feed_id, refusal.sentence, reason=refusal.reason)
        Incidents(hub).report(
            kind=REFUSED,
            cause=_cause(feed),
            sentence=f"Файл {feed.name} из 1С не прочитан. {refusal.sentence}",
            meaning="Из него ничего не взято; каталог, цены и остатки прежние.",
            advice="Повторите обмен из 1С. Если снова не выйдет, покажите файл командой utyug inspect.",
        )
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state="refused", sentence=refusal.sentence, refused={refusal.reason: 1})


def _tell_repaired(hub: Hub, feed: Feed) -> None:
    """A file that an exchange begun after the refusal brought, and that was read, is what the refusal asked for."""
    incidents = Incidents(hub)
    if any(told.cause == _cause(feed) and told.last_at < feed.session_began_at for told in incidents.live(kind=REFUSED)):
        incidents.recover(kind=REFUSED, cause=_cause(feed))


def _cause(feed: Feed) -> str:
    """The base and the word that its file's name begins with: import, offers, prices … as 1C calls them every time."""
    word = re.match(r"[^\W\d_]*", PurePosixPath(feed.name).name.lower())
    return f"{feed.source}:{word[0] if word else ''}"


def gate(settings: Settings) -> Callable[[FeedShape], Verdict]:
    """The gate with the limits that the shop set."""
    return partial(decide, limits=GateLimits(**settings.gate.model_dump()))
