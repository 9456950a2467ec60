"""Taking in what 1C sent: one file a task, safe to repeat."""

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from prefect import get_run_logger, task
from sqlalchemy.exc import OperationalError

from adapters.errors import FeedRefused
from adapters.hub.arrivals import Arrivals
from adapters.hub.catalog import Catalog
from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.incidents import Incidents
from adapters.hub.series import Series
from adapters.onec.archive import Limits, store_members, unpack
from adapters.onec.reader import Reading
from adapters.onec.rows import KIND as ROWS
from adapters.onec.rows import RowsReading
from adapters.settings import Settings
from tasks.policy import policy
from tasks.rules.gate import FeedShape, GateLimits, Verdict, decide
from tasks.rules.intake import judged

STUMBLES = 3
STUMBLED = (
    "Utyug трижды споткнулся на этом файле и отложил его, чтобы не задерживать следующие. Ничего из него не взято; "
    "повторите обмен из 1С, а если не выйдет, передайте файл разработчику."
)


@dataclass(frozen=True, kw_only=True)
class FeedTaken:
    """What became of one feed; ``loaded`` counts rows by kind, ``refused`` by reason, ``changed`` rows written to the hub."""

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
    """
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
    except OperationalError:
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


def _record(hub: Hub, settings: Settings, feed: Feed, path: Path) -> FeedTaken:
    reading = RowsReading(path) if feed.kind == ROWS else Reading(path)
    catalog = Catalog(hub, reserves_when=settings.onec.reserves_when)
    recorded = catalog.record(feed, reading.header, judged(reading), gate(settings))
    get_run_logger().info("%s: %s", feed.name, recorded.sentence)
    return FeedTaken(
        feed_id=feed.feed_id,
        name=feed.name,
        state=recorded.state,
        sentence=recorded.sentence,
        loaded=recorded.loaded,
        refused=recorded.refused,
        changed=sum(recorded.changed.values()),
    )


def _look(path: Path, feed: Feed) -> FeedTaken:
    loaded, refused = Counter[str](), Counter[str]()
    for kind, judgement in judged(RowsReading(path) if feed.kind == ROWS else Reading(path)):
        loaded[kind] += judgement.passed.height
        refused.update(judgement.refused["reason"].to_list())
    sentence = f"Проба: загрузилось бы {loaded.total()} строк, не принято {refused.total()}."
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state=feed.state, sentence=sentence, loaded=loaded, refused=refused)


def _unpack(hub: Hub, settings: Settings, feed: Feed, scratch: Path, *, dry_run: bool) -> FeedTaken:
    limits = Limits.of(settings.onec)
    if dry_run:
        names = [member.name for member in unpack(Inbox(hub).fetch(feed.feed_id, scratch / "archive"), scratch, limits=limits)]
        return FeedTaken(feed_id=feed.feed_id, name=feed.name, state=feed.state, sentence=f"Проба: в архиве {len(names)} файлов.")
    stored = store_members(Inbox(hub), Arrivals(hub), feed, limits=limits, scratch=scratch)
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state="recorded", sentence=f"Архив распакован: файлов {len(stored)}.")


def _refuse(hub: Hub, feed: Feed, refusal: FeedRefused, *, dry_run: bool) -> FeedTaken:
    if not dry_run:
        Inbox(hub).refuse(feed.feed_id, refusal.sentence, reason=refusal.reason)
        Incidents(hub).report(
            kind="feed_refused",
            cause=f"{feed.source}:{refusal.reason}",
            sentence=f"Файл {feed.name} из 1С не прочитан. {refusal.sentence}",
            meaning="Из него ничего не взято; каталог, цены и остатки прежние.",
            advice="Повторите обмен из 1С. Если снова не выйдет, покажите файл командой utyug inspect.",
        )
    return FeedTaken(feed_id=feed.feed_id, name=feed.name, state="refused", sentence=refusal.sentence, refused={refusal.reason: 1})


def gate(settings: Settings) -> Callable[[FeedShape], Verdict]:
    """The gate with the limits that the shop set."""
    return partial(decide, limits=GateLimits(**settings.gate.model_dump()))
