"""Orders that 1C was given and never reported: their pieces lie stranded in `sold`, so a person must hear of it."""

from bisect import bisect_right
from datetime import datetime

from sqlalchemy import Connection, func, select

from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.ledger_rows import as_line
from adapters.hub.tables.inbox import exchange_session
from adapters.hub.tables.ledger import sold_line
from tasks.rules.ledger import is_silent

KIND = "report_missing"
NAMED = 5


def tell_silence(connection: Connection, at: datetime, *, source: str, limit: int) -> int:
    """`Ledger.tell_silence` inside a transaction: opens, repeats or closes the one incident of this base."""
    s, e = sold_line.c, exchange_session.c
    newest = select(e.began_at).where(e.source == source, e.exchange == "sale").order_by(e.began_at.desc()).limit(limit)
    began = sorted(connection.scalars(newest))
    news_at = func.greatest(s.handed_over_at, s.report_received_at, s.cancelled_at).label("news_at")
    rows = connection.execute(
        select(sold_line, news_at)
        .where(s.source == source, s.handed_over_at.is_not(None), s.released_at.is_(None))
        .where(s.cancelled_at.is_not(None) | (s.left_pcs < s.pcs))
        .order_by(s.handed_over_at)
    )
    silent = list(
        dict.fromkeys(
            row.order_number
            for row in rows
            if is_silent(as_line(row), exchanges=len(began) - bisect_right(began, row.news_at), limit=limit)
        )
    )
    if not silent:
        recover_incident(connection, at, kind=KIND, cause=f"source:{source}")
        return 0
    named = ", ".join(silent[:NAMED]) + (" и другие" if len(silent) > NAMED else "")
    report_incident(
        connection,
        at,
        kind=KIND,
        cause=f"source:{source}",
        sentence=f"1С «{source}» за {limit} обменов не сообщила, что стало с заказами ({len(silent)}): {named}.",
        meaning="Пока 1С молчит, их товар остаётся вычтенным из остатка, и на площадках его меньше, чем на складе.",
        advice="Проверьте, что обмен заказами в 1С выгружает изменённые заказы на сайт и что эти заказы проведены и отгружены. Если они "
        "отгружены, выполните в 1С полный обмен: выгрузка одних изменений могла не назвать их товар.",
    )
    return len(silent)
