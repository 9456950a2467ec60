"""What 1C says of orders: the newest report of each document, and the ledger told of it.

Reports are ordered by 1C's own stamp: an older file never replaces a newer report. Source: `reference/commerceml.md` §2.4, §2.5.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import polars as pl
from sqlalchemy import Connection, Row, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.hub import journal
from adapters.hub.feeds import Feed
from adapters.hub.ledger_lines import lines_of_order, note_report
from adapters.hub.order_differences import judge_differences
from adapters.hub.order_tells import owe_reported
from adapters.hub.tables.sale import onec_outgoing, onec_report
from tasks.rules.ledger import is_reserved
from tasks.rules.onward import Onward
from validation.orders import ORDER

REPORT_FIELDS = (
    "order_number", "operation", "number", "onec_ref", "onec_number", "onec_stamp", "placed_stamp", "currency", "sum_kopecks",
    "is_posted", "is_cancelled", "is_marked_deleted", "is_paid", "paid_number", "paid_stamp", "is_shipped", "shipped_number",
    "shipped_stamp", "status", "status_ref", "tracking", "place", "buyers",
)  # fmt: skip
KEY = ("source", "order_number", "operation", "number")
LINE_FIELDS = (
    "line_no", "item_ref", "article", "name", "pcs", "price_kopecks", "sum_kopecks", "unit", "factor", "kind", "place",
)  # fmt: skip
NAMED_IN_JOURNAL = 50


class Stamped(Protocol):
    """The header of a file: when 1C formed it, by its own clock."""

    @property
    def formed_at(self) -> datetime | None:
        """Local to 1C, without zone."""

    @property
    def is_day_only(self) -> bool:
        """Whether the stamp names no more than a day."""


def record_documents(  # noqa: PLR0917 - one call of one caller, in the order of the words
    connection: Connection,
    feed: Feed,
    header: Stamped,
    documents: pl.DataFrame,
    lines: pl.DataFrame,
    now: datetime,
    *,
    reserves_when: str = "shipped",
    onward: Onward | None = None,
) -> int:
    """Take the documents of a file as 1C's word on them, inside the transaction that records the file.

    Args:
        connection: of that transaction.
        feed: the file.
        header: its stamp; a file without one is older than any report that has one.
        documents: `DocumentReported`.
        lines: `LineReported` of the same file; a document's list replaces the former one whole.
        now: the instant for the journal.
        reserves_when: shipped | posted, the setting `onec.reserves_when`.
        onward: who hears of what 1C says of orders.

    Returns:
        How many documents were news; those of an older file are not.
    """
    rows = _report_rows(feed, header, documents, lines)
    if not rows:
        return 0
    taken = _take(connection, rows)
    _note_strangers(connection, feed, taken, now)
    for row in rows:
        if row["operation"] == ORDER:
            _tell_ledger(connection, row, None if header.is_day_only else header.formed_at, reserves_when)
    numbers = {row.order_number for row in taken}
    if onward is not None:
        owe_reported(connection, now, onward, numbers)
    judge_differences(connection, now, feed.source, numbers)
    return len(taken)


def _report_rows(feed: Feed, header: Stamped, documents: pl.DataFrame, lines: pl.DataFrame) -> list[dict[str, Any]]:
    """One row per document; of one that stands in the file twice, the last. ``lines`` is null where not all of them are known."""
    listed = lines.group_by("row", "part").agg(lines=pl.struct(LINE_FIELDS).sort_by("line_no"))
    known = pl.col("lines").fill_null([])
    reports = (
        documents.with_columns(order_number=pl.coalesce("parent_number", "number"))
        .join(listed, on=["row", "part"], how="left", maintain_order="left")
        .with_columns(lines=pl.when(pl.col("lines_stated") == known.list.len()).then(known))
        .unique(["order_number", "operation", "number"], keep="last", maintain_order=True)
        .select(*REPORT_FIELDS, "requisites", "lines")
    )
    received = {
        "source": feed.source,
        "formed_at": header.formed_at,
        "received_at": feed.received_at,
        "session_ref": feed.session_ref,
        "feed_id": feed.feed_id,
    }
    return [{**row, **received, "requisites": json.loads(row["requisites"] or "null")} for row in reports.to_dicts()]


def _take(connection: Connection, rows: Sequence[dict[str, Any]]) -> Sequence[Row[Any]]:
    """The documents that were news; one whose lines are not known leaves the lines as they were."""
    given = insert(onec_report)
    fresh = {name: column for name, column in given.excluded.items() if name not in {*KEY, "report_id", "lines"}}
    is_news = or_(onec_report.c.formed_at.is_(None), given.excluded.formed_at >= onec_report.c.formed_at)
    statement = given.on_conflict_do_update(
        index_elements=KEY, set_={**fresh, "lines": func.coalesce(given.excluded.lines, onec_report.c.lines)}, where=is_news
    ).returning(onec_report.c.order_number, literal_column("xmax = 0").label("is_first"))
    return connection.execute(statement, rows).all()


def _note_strangers(connection: Connection, feed: Feed, taken: Sequence[Row[Any]], now: datetime) -> None:
    """1C may report an order it never had from us: taken over from a former exchange, or from another site's."""
    first = {row.order_number for row in taken if row.is_first}
    sent = select(onec_outgoing.c.order_number).where(onec_outgoing.c.source == feed.source, onec_outgoing.c.order_number.in_(first))
    strangers = sorted(first - set(connection.execute(sent).scalars()))
    if strangers:
        journal.write(
            connection,
            now,
            "report_of_unknown_order",
            f"feed:{feed.feed_id}",
            f"1С «{feed.source}» сообщила о заказах, которых Utyug ей не передавал: {len(strangers)}. Сведения сохранены. "
            "Если так и должно быть, делать ничего не нужно; если нет, проверьте, не обменивается ли с этой базой ещё один сайт.",
            {"orders": len(strangers), "numbers": strangers[:NAMED_IN_JOURNAL]},
        )


def _tell_ledger(connection: Connection, row: dict[str, Any], formed_at: datetime | None, reserves_when: str) -> None:
    """A document whose lines are not all known reserves none of ours and gives none of them up: both could oversell."""
    source, number, lines = row["source"], row["order_number"], row["lines"]
    has_reserved = is_reserved(reserves_when=reserves_when, is_posted=bool(row["is_posted"]), is_shipped=row["is_shipped"])
    if lines is None:
        stated = [(kept.item_ref, kept.line.pcs) for kept in lines_of_order(connection, source, number)]
    else:
        stated = [(line["item_ref"], line["pcs"]) for line in lines if line["kind"] == "goods"]
    note_report(
        connection,
        source=source,
        order_number=number,
        lines=stated,
        is_reserved=has_reserved and lines is not None,
        formed_at=formed_at,
        received_at=row["received_at"],
        is_cancelled=row["is_cancelled"] or row["is_marked_deleted"],
    )
