"""Returns into the hub: from a channel, and from the folder that managers put their workbooks into."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from adapters.capabilities import GivesReturns
from adapters.channel_settings import WooCommerceSettings
from adapters.errors import SyncError, WorkbookRefused
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.return_views import ReturnViews
from adapters.hub.returns import Returns, ReturnsRecorded, ReturnTaken
from adapters.hub.runs import Cursors
from adapters.settings import Settings
from adapters.workbook.folder import DONE, Waiting, WorkbookFolder, read_whole, stem_of
from adapters.workbook.returns_errors import RowSaid, write_errors
from adapters.workbook.returns_read import read_returns
from adapters.workbook.sheets import Sheet
from tasks.onward import onward_of
from tasks.reporting import RunReport, show_table
from tasks.rules.return_rows import RowsJudged, as_received, judge_rows
from tasks.rules.return_rules import ReturnRules
from validation.reasons import sentence_of
from validation.returns import WORKBOOK

POLLED, SEEN = "returns_read_at", "returns_unfinished"
OVERLAP = timedelta(days=3)
"""A vendor may show a change late; the same twice is no news."""
UNREAD, WRONG = "returns_unread", "returns_wrong"
"""Kinds of incidents: a workbook that cannot be read, and one with rows that could not be taken."""
COLUMN_OF = {
    "return_order_is_known": "order",
    "return_order_is_one": "order",
    "return_line_is_known": "sku",
    "return_line_is_one": "sku",
    "return_is_within_sold": "pcs",
    "return_is_in_onec_already": "pcs",
}
"""The cell that is red where the hub does not take a row."""


@dataclass(frozen=True, kw_only=True)
class ReturnsRead:
    """One source's report, taken in.

    Args:
        source: a channel's name, ``carrier:<name>``, ``workbook``.
        read: rows that it told.
        recorded: what they came to; None where nothing was to be written, or it did not come so far.
        faults: rows of a workbook that could not be read.
        waiting: workbooks that are open or not whole.
        stopped_by: why it did not come to its end.
    """

    source: str
    read: int = 0
    recorded: ReturnsRecorded | None = None
    faults: int = 0
    waiting: int = 0
    stopped_by: SyncError | None = None


def return_rules(settings: Settings) -> ReturnRules:
    """Who hears of returns, as the settings say."""
    documents = {base: f"odata:{base}" for base in settings.onec.bases} if settings.returns.documents == "odata" else {}
    sites = {name: channel for name, channel in settings.channels.items() if isinstance(channel, WooCommerceSettings)}
    refunds = frozenset(name for name, site in sites.items() if site.refunds_returns)
    return ReturnRules(onward=onward_of(settings), documents=documents, defect_place=settings.returns.defect_place, refunds=refunds)


def read_channel(hub: Hub, settings: Settings, name: str, shop: GivesReturns, *, since: datetime | None, dry_run: bool) -> ReturnsRead:
    """Read what came back of a channel's orders since the last reading, with an overlap, and record it.

    Args:
        hub: the hub.
        settings: of the shop.
        name: the channel's.
        shop: the channel itself.
        since: from then on, whatever was read before.
        dry_run: nothing is written.
    """
    now, cursors = hub.clock.now(), Cursors(hub)
    polled_at = cursors.read(name, POLLED)
    begins_at = now - timedelta(days=settings.returns.look_back_days)
    if polled_at is not None:
        begins_at = max(begins_at, datetime.fromisoformat(polled_at) - OVERLAP)
    received = shop.read_returns(since=since or begins_at, until=now).with_columns(channel=pl.lit(name))
    if dry_run:
        return ReturnsRead(source=name, read=received.height)
    recorded = Returns(hub).record(name, received, rules=return_rules(settings))
    cursors.move(name, POLLED, now.isoformat())
    return ReturnsRead(source=name, read=received.height, recorded=recorded)


def read_folder(hub: Hub, settings: Settings, *, dry_run: bool) -> list[ReturnsRead]:
    """Take every workbook of the folder that is whole and closed, each row once; what is wrong goes into a copy of it.

    A run that dies anywhere leaves the file where it is: its rows are known when it is read again.
    """
    folder = WorkbookFolder(settings.returns_folder())
    read: list[ReturnsRead] = []
    unfinished: list[Waiting] = []
    for file in folder.present():
        waiting = folder.waits(file)
        if waiting is None:
            read.append(_read_file(hub, settings, folder, file, dry_run=dry_run))
        else:
            unfinished.append(waiting)
    given_up = [] if dry_run else _give_up(hub, settings, folder, unfinished)
    return [*read, *given_up, ReturnsRead(source=WORKBOOK, waiting=len(unfinished) - len(given_up))]


def _read_file(hub: Hub, settings: Settings, folder: WorkbookFolder, file: Path, *, dry_run: bool) -> ReturnsRead:
    now = hub.clock.now()
    today = settings.today(now)
    try:
        sheet = read_whole(file, read_returns)
    except WorkbookRefused as error:
        return ReturnsRead(source=WORKBOOK, faults=1) if dry_run else _refuse(hub, settings, folder, file, error)
    if sheet is None:
        return ReturnsRead(source=WORKBOOK, waiting=1)
    judged = judge_rows(sheet.table, today)
    faulty = judged.refused["row"].n_unique()
    if dry_run:
        return ReturnsRead(source=WORKBOOK, read=judged.rows.height + faulty, faults=faulty)
    recorded = Returns(hub).record(WORKBOOK, as_received(judged.rows, settings.time_zone), rules=return_rules(settings))
    said = _said(sheet, judged, recorded)
    wrong = sum(bool(one.faults) for one in said.values())
    copy = folder.to_fix(file)
    if wrong:
        write_errors(copy, sheet, said, at=now, today=today)
    else:
        copy.unlink(missing_ok=True)
    _tell(hub, file, copy, wrong=wrong, taken=recorded.count("taken"))
    folder.put_away(file, DONE, today)
    return ReturnsRead(source=WORKBOOK, read=judged.rows.height + faulty, recorded=recorded, faults=faulty)


def _said(sheet: Sheet, judged: RowsJudged, recorded: ReturnsRecorded) -> dict[int, RowSaid]:
    """What became of each row of the sheet, by Excel's number."""
    faults: dict[int, dict[str, str]] = {}
    for row, column, sentence in judged.refused.select("row", "column", "sentence").iter_rows():
        faults.setdefault(row, {}).setdefault(column, sentence)
    keys = dict(sheet.table.select("row", pl.col("key").fill_null("")).iter_rows())
    told = {row: RowSaid(key=keys[row], faults=cells) for row, cells in faults.items()}
    for (row, key), taken in zip(judged.rows.select("row", "key").iter_rows(), recorded.rows, strict=True):
        told[row] = _row_said(key, taken)
    return told


def _row_said(key: str, taken: ReturnTaken) -> RowSaid:
    if taken.reason is not None:
        return RowSaid(key=key, faults={COLUMN_OF[taken.reason]: sentence_of(taken.reason)})
    numbers = ", ".join(map(str, taken.return_ids))
    sentences = {
        "taken": f"Принято: возврат № {numbers}.",
        "same": f"Было принято раньше: возврат № {numbers}.",
        "apart": "Заказ отгрузила сама площадка: возврат остаётся у неё, записывать его не нужно.",
    }
    return RowSaid(key=key, sentence=sentences[taken.outcome])


def _tell(hub: Hub, file: Path, copy: Path, *, wrong: int, taken: int) -> None:
    incidents, cause = Incidents(hub), stem_of(file)
    incidents.recover(kind=UNREAD, cause=cause)
    if not wrong:
        incidents.recover(kind=WRONG, cause=cause)
        return
    incidents.report(
        kind=WRONG,
        cause=cause,
        sentence=f"В книге возвратов {file.name} не приняты строки: {wrong}; принято: {taken}.",
        meaning="Возвраты из этих строк не записаны: в 1С и на сайт о них не сообщено.",
        advice=f"Исправьте красные ячейки в файле {copy.parent.name}/{copy.name} и положите его в папку возвратов. "
        "Принятые строки второй раз не запишутся.",
    )


def _refuse(hub: Hub, settings: Settings, folder: WorkbookFolder, file: Path, error: WorkbookRefused) -> ReturnsRead:
    Incidents(hub).report(
        kind=UNREAD,
        cause=stem_of(file),
        sentence=error.sentence,
        meaning="Ни одна строка этой книги не принята.",
        advice="Исправьте книгу и положите её в папку возвратов снова. Новую можно сделать командой utyug returns form.",
    )
    folder.refuse(file, error.sentence, settings.today(hub.clock.now()))
    return ReturnsRead(source=WORKBOOK, faults=1)


def _give_up(hub: Hub, settings: Settings, folder: WorkbookFolder, unfinished: Sequence[Waiting]) -> list[ReturnsRead]:
    """Files that have looked unfinished, and the same, for longer than anybody copies; one that is open in Excel is never given up."""
    cursors, now = Cursors(hub), hub.clock.now()
    before: Mapping[str, list[str]] = cursors.read(WORKBOOK, SEEN) or {}
    seen: dict[str, list[str]] = {}
    given_up = []
    for one in unfinished:
        shape = f"{one.shape.size_bytes} {one.shape.mtime_ns}"
        was, since = before.get(one.name, (shape, now.isoformat()))
        begun = now.isoformat() if was != shape or one.is_open else since
        if (now - datetime.fromisoformat(begun)).total_seconds() > settings.returns.patience_s:
            sentence = f"Файл {one.name} не дописан до конца или повреждён. Откройте его в Excel, сохраните и положите в папку снова."
            given_up.append(_refuse(hub, settings, folder, folder.path / one.name, WorkbookRefused(sentence)))
        else:
            seen[one.name] = [shape, begun]
    if seen != before:
        cursors.move(WORKBOOK, SEEN, seen)
    return given_up


def show_returns(hub: Hub, read: Sequence[ReturnsRead], report: RunReport) -> None:
    """Sum everything up into the run's report, and show tables of the sources and of what waits in the UI."""
    rows = []
    for source in dict.fromkeys(one.source for one in read):
        mine = [one for one in read if one.source == source]
        counted = sum((_counted(one) for one in mine), Counter[str]())
        report.rows_in += counted["read"]
        report.accepted += counted["taken"]
        report.refused += counted["refused"] + counted["faults"]
        report.changed += counted["opened"]
        report.detail.setdefault("sources", {})[source] = dict(counted)
        rows.append(
            {
                "откуда": source,
                "прочитано строк": counted["read"],
                "принято": counted["taken"],
                "известно": counted["same"],
                "не принято": counted["refused"] + counted["faults"],
                "новых возвратов": counted["opened"],
                "передаётся в 1С": counted["documented"],
                "книг ждёт": counted["waiting"],
            }
        )
    show_table("returns", rows, "Возвраты")
    awaited = ReturnViews(hub).awaited()
    shown = awaited.select(
        pl.col("return_id").alias("возврат"),
        pl.col("channel").alias("площадка"),
        pl.col("order_name").alias("заказ"),
        pl.col("channel_sku").alias("артикул"),
        pl.col("pcs").alias("штук"),
        pl.col("state").alias("где"),
        pl.col("told_by").alias("кто сообщил"),
    )
    show_table("returns-awaited", shown.to_dicts(), "Возвраты в пути и без решения")


def _counted(one: ReturnsRead) -> Counter[str]:
    counted = Counter(read=one.read, faults=one.faults, waiting=one.waiting)
    told = one.recorded
    if told is not None:
        counted.update({outcome: told.count(outcome) for outcome in ("taken", "same", "refused", "apart")})
        counted.update(opened=len(told.opened), documented=len(told.documented))
    return counted


def fail_where_stopped(read: Sequence[ReturnsRead]) -> None:
    """Fail the run for sources whose last reading did not come to its end.

    Raises:
        ExceptionGroup: their errors.
    """
    last = {one.source: one.stopped_by for one in read}
    stopped = {f"{source}: {error.sentence}": error for source, error in last.items() if error is not None}
    if stopped:
        raise ExceptionGroup("; ".join(stopped), list(stopped.values()))
