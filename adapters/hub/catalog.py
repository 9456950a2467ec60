"""The catalogue: what a feed says becomes what the hub knows, whole or not at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, text

from adapters.hub.counting import mark_umbrellas, merge_counts, merge_prices, resolve, zero_totals
from adapters.hub.feeds import HELD, Feed, change_state, read_feed, recover_if_none_held, replace_held
from adapters.hub.findings import restate_findings
from adapters.hub.hub import Hub
from adapters.hub.incidents import report_incident
from adapters.hub.journal import write
from adapters.hub.kinds import PLURALS
from adapters.hub.loading import Header, Load
from adapters.hub.locks import lock_source
from adapters.hub.members import drop_superseded, find_parts, join_parts, name_cards
from adapters.hub.merging import merge_dictionaries, merge_items, merge_products, name_items
from adapters.hub.recipes import merge_recipes
from adapters.hub.refusals import resolve_documents, write_refusals
from adapters.hub.sale import record_documents
from adapters.hub.series import Decide
from adapters.hub.shape import measure, measure_deletions, remembered
from adapters.hub.staging import Staged, stage
from adapters.hub.tables.inbox import feed as feeds
from tasks.rules.gate import PASSED, FeedShape, Verdict
from tasks.rules.onward import Onward
from validation.quarantine import Judged

WORK_MEM = "192MB"
SAID = {
    "products": "товаров",
    "offers": "предложений",
    "prices": "цен",
    "counts": "остатков",
    "recipes": "строк составов",
    "documents": "документов",
    "lines": "строк документов",
}
OLDER = "Файл сформирован в 1С раньше уже загруженной полной выгрузки: из него ничего не взято."


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a feed.

    ``state`` is recorded, held, or what it was already when somebody else was first (``is_repeat``). The counts are by plural names of
    rows (``products``, ``offers``, ``prices``, ``counts`` …), ``refused`` and ``found`` by reason.
    """

    feed_id: int
    state: str
    sentence: str
    loaded: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    inserted: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    gate: dict[str, int] = field(default_factory=dict)
    is_repeat: bool = False


class Catalog:
    """The book of products, items, prices and counts.

    Args:
        hub: the hub.
        reserves_when: ``onec.reserves_when``, for what 1C says of orders.
        onward: who hears of that.
    """

    def __init__(self, hub: Hub, *, reserves_when: str = "shipped", onward: Onward | None = None) -> None:
        self._hub = hub
        self._reserves_when = reserves_when
        self._onward = onward

    def record(self, feed: Feed, header: Header, portions: Iterable[tuple[str, Judged]], decide: Decide) -> Recorded:
        """Record a waiting feed in one transaction, or hold it and take nothing of it.

        Rows are copied as the portions come, so memory does not grow with the file. A feed that is not waiting any more is left alone
        and its earlier outcome returned.

        Args:
            feed: as `Inbox.waiting` gave it.
            header: what the file says of itself; complete when the portions are read.
            portions: kind and judgement of each portion, read once.
            decide: the gate, its limits bound (`tasks.rules.gate.decide`).

        Raises:
            Exception: whatever reading the portions raises; then nothing of the feed is in the hub and it waits still.
        """
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            lock_source(connection, feed.source)
            known = read_feed(connection, feed.feed_id)
            if known.state != "waiting":
                return _earlier(known)
            connection.execute(text(f"set local work_mem = '{WORK_MEM}'"))
            connection.execute(text("set local jit = off"))
            with connection.begin_nested() as taken:
                staged = stage(connection, portions)
                load = _load(connection, known, header, staged, now)
                verdict, recorded = self._take(load, header, staged, decide)
                if verdict.is_held:
                    taken.rollback()
            return _hold(load, verdict) if verdict.is_held else _finish(load, recorded)

    def _take(self, load: Load, header: Header, staged: Staged, decide: Decide) -> tuple[Verdict, Recorded]:
        """Everything between the copy and the commit; on a held verdict the caller rolls it back."""
        drop_superseded(load)
        name_items(load)
        name_cards(load)
        parts = find_parts(load, decide)
        load.keeps_stamps = load.is_changes_only is True and load.formed_at is not None and not parts
        shrinkages = measure_deletions(load)
        merge_dictionaries(load)
        if "product" in load.kinds:
            merge_products(load)
        merge_items(load)
        if "recipe" in load.kinds or load.has_news("products", "offers"):
            merge_recipes(load)
        if load.has_news("products", "offers"):
            load.changed["offers"] += mark_umbrellas(load.connection, load.source)
        join_parts(load, parts)
        resolve(load)
        shape = measure(load, shrinkages=shrinkages, is_full=bool(parts))
        verdict = PASSED if load.feed.is_accepted else decide(shape)
        if verdict.is_held:
            return verdict, Recorded(feed_id=load.feed.feed_id, state="held", sentence="")
        if "price" in load.kinds:
            merge_prices(load)
        if "count" in load.kinds:
            merge_counts(load)
        zero_totals(load)
        refused = write_refusals(load)
        if staged.documents:
            documents, lines = staged.frames()
            resolve_documents(load, documents, lines)
            record_documents(
                load.connection, load.feed, header, documents, lines, load.now, reserves_when=self._reserves_when, onward=self._onward
            )
        return verdict, _counted(load, staged, refused, shape)


def _load(connection: Connection, known: Feed, header: Header, staged: Staged, now: datetime) -> Load:
    formed_at = None if header.is_day_only else header.formed_at
    return Load(
        connection=connection,
        feed=known,
        now=now,
        formed_at=formed_at,
        is_changes_only=header.is_changes_only,
        catalog_ref=(header.catalog_ref or "").rstrip("#"),
        kinds=frozenset(kind for kind, rows in staged.rows.items() if rows),
        has_newer=formed_at is not None and _has_newer(connection, known.source, formed_at),
    )


def _has_newer(connection: Connection, source: str, formed_at: datetime) -> bool:
    newer = select(feeds.c.feed_id).where(feeds.c.source == source, feeds.c.formed_at > formed_at)
    return connection.execute(newer.limit(1)).scalar() is not None


def _counted(load: Load, staged: Staged, refused: dict[str, int], shape: FeedShape) -> Recorded:
    """What was done, and the sentence that 1C's user and the manager see."""
    found: dict[str, int] = {}
    if load.has_news("products", "offers"):
        found = restate_findings(load.connection, source=load.source, feed_id=load.feed.feed_id, now=load.now)
    dropped = {PLURALS.get(kind, kind): rows for kind, rows in load.dropped.items() if rows}
    loaded = {PLURALS[kind]: rows - dropped.get(PLURALS[kind], 0) for kind, rows in staged.rows.items()}
    loaded = {entity: rows for entity, rows in loaded.items() if rows}
    return Recorded(
        feed_id=load.feed.feed_id,
        state="recorded",
        sentence=_sentence(loaded, refused, dropped),
        loaded=loaded,
        refused=refused,
        found=found,
        inserted=_filled(load.inserted),
        changed=_filled(load.changed),
        dropped=dropped,
        gate=remembered(shape),
    )


def _sentence(loaded: dict[str, int], refused: dict[str, int], dropped: dict[str, int]) -> str:
    if dropped and not loaded and not refused:
        return OLDER
    rows = ", ".join(f"{word} {loaded[entity]}" for entity, word in SAID.items() if entity in loaded)
    said = f"Загружено: {rows or 'только справочники' if loaded else 'ничего, файл пуст'}; не принято: {sum(refused.values())}."
    return f"{said} Пропущено как более старое: {sum(dropped.values())}." if dropped else said


def _filled(counted: Counter[str]) -> dict[str, int]:
    return {entity: rows for entity, rows in counted.items() if rows}


def _finish(load: Load, recorded: Recorded) -> Recorded:
    outcome = {name: value for name, value in asdict(recorded).items() if name not in ("feed_id", "state", "sentence", "is_repeat")}
    done = {
        "state": "recorded",
        "recorded_at": load.now,
        "posted_at": None if load.has_news("counts") else load.now,
        "formed_at": load.formed_at,
        "is_changes_only": load.is_changes_only,
        "sentence": recorded.sentence,
        "outcome": outcome,
    }
    change_state(load.connection, load.feed.feed_id, expected=("waiting",), now=load.now, **done)
    if recorded.dropped:
        subject = f"feed:{load.feed.feed_id}"
        write(load.connection, load.now, "rows_superseded", subject, recorded.sentence, recorded.dropped)
    replace_held(load.connection, load.feed, load.now)
    recover_if_none_held(load.connection, load.source, load.now)
    return recorded


def _hold(load: Load, verdict: Verdict) -> Recorded:
    feed_id, said = load.feed.feed_id, " ".join(verdict.sentences)
    sentence = f"Файл «{load.feed.name}» задержан, из него ничего не взято. {said}"
    held = {"state": "held", "sentence": sentence, "outcome": {"held": list(verdict.sentences)}}
    change_state(load.connection, feed_id, expected=("waiting",), now=load.now, **held)
    write(load.connection, load.now, HELD, f"feed:{feed_id}", sentence)
    report_incident(
        load.connection,
        load.now,
        kind=HELD,
        cause=load.source,
        sentence=f"Выгрузка из 1С «{load.source}» задержана: файл «{load.feed.name}» ({feed_id}). {said}",
        meaning="На площадках остались прежние остатки и цены; из файла не взято ничего.",
        advice=f"Проверьте данные в 1С и выгрузите снова. Если всё верно, запустите поток catalog с параметром accept={feed_id}.",
    )
    return Recorded(feed_id=feed_id, state="held", sentence=sentence)


def _earlier(known: Feed) -> Recorded:
    parts = ("loaded", "refused", "found", "inserted", "changed", "dropped", "gate")
    outcome = {part: (known.outcome or {}).get(part, {}) for part in parts}
    return Recorded(feed_id=known.feed_id, state=known.state, sentence=known.sentence or "", is_repeat=True, **outcome)
