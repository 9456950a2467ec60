"""Orders that 1C has otherwise than they were sold: a person is told, because nobody else would notice.

УТ takes a change of an order it has agreed to with «success» and keeps its own lines (`reference/commerceml.md` §2.4); a manager may
change them there. Both show when 1C reports the order with other pieces than those of the document that it confirmed. Pieces that a manager
took out may be cancelled on the channel (`adapters.hub.order_less`); then the message says so, and is over when both are the same.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.order_less import KIND as LESS
from adapters.hub.tables.outbox import outbox
from adapters.hub.tables.sale import onec_outgoing, onec_report
from tasks.rules.order_less import stated_pcs
from validation.orders import ORDER

KIND = "order_differs"
NAMED = 3
"""Goods in a message."""

OTHERWISE = (
    "Отгрузка и остаток пойдут по документу 1С. Правку заказа, который в 1С уже согласован, она молча не берёт.",
    "Сверьте заказ с площадкой (utyug why) и исправьте документ в 1С; когда они сойдутся, сообщение закроется само.",
)
FEWER = (
    "По документу 1С отгрузят меньше, чем куплено, а площадка ждёт весь заказ. Штуки убрали в 1С, или она молча не взяла правку "
    "уже согласованного заказа.",
    "Если этих штук не будет, отмените их в кабинете площадки; если правка ошибочна, верните их в документ 1С. Сообщение закроется само. "
    'Чтобы Utyug отменял такие штуки сам, поставьте less = "cancel" в разделе news этого канала (кроме Маркета).',
)
CANCELLED = (
    "Utyug отменяет на площадке штуки, которых в 1С больше нет. Комплект, в котором не хватает части, отменяется целиком.",
    "Делать ничего не нужно: когда площадка отменит их, сообщение закроется само. Если за час не закрылось, посмотрите заказ в кабинете.",
)
"""What a difference means for the shop, and what to do."""


def judge_differences(connection: Connection, now: datetime, source: str, numbers: Collection[str]) -> None:
    """Compare what a base has just reported with what it confirmed, in the transaction that recorded it.

    An order that is cancelled on either side, that waits to be told anew, or whose lines 1C has not listed, is not compared.
    """
    q, r = onec_outgoing.c, onec_report.c
    same = and_(r.source == q.source, r.order_number == q.order_number, r.number == q.order_number, r.operation == ORDER)
    rows = connection.execute(
        select(q.order_number, q.document, q.version, q.acknowledged_version, r.lines, r.is_cancelled, r.is_marked_deleted)
        .join(onec_report, same)
        .where(q.source == source, q.order_number.in_(numbers))
    ).all()
    lessened = _being_lessened(connection, numbers)
    for row in sorted(rows, key=lambda row: str(row.order_number)):
        cause = f"{source}:{row.order_number}"
        wanted = found = Counter[str]()
        if row.lines is not None and _is_comparable(row):
            wanted, found = stated_pcs(row.document["lines"]), stated_pcs(row.lines)
        if wanted == found:
            recover_incident(connection, now, kind=KIND, cause=cause)
            continue
        meaning, advice = CANCELLED if row.order_number in lessened else FEWER if found <= wanted else OTHERWISE
        report_incident(
            connection,
            now,
            kind=KIND,
            cause=cause,
            sentence=f"В 1С «{source}» заказ {row.order_number} не такой, как продан: {_named(row.document, wanted, found)}.",
            meaning=meaning,
            advice=advice,
        )


def _is_comparable(row: Any) -> bool:  # noqa: ANN401 - a row
    is_told = row.acknowledged_version == row.version
    return is_told and not (row.is_cancelled or row.is_marked_deleted or row.document["is_cancelled"])


def _being_lessened(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Orders of which a channel is owed a cancellation of pieces, or was told of one that it does not show yet; none given up."""
    o = outbox.c
    is_meant = func.jsonb_typeof(o.detail) == "object"
    return set(connection.scalars(select(o.subject).where(o.kind == LESS, o.subject.in_(numbers), is_meant, o.is_dead.is_(False))))


def _named(document: dict[str, Any], wanted: Counter[str], found: Counter[str]) -> str:
    names = {line["item_ref"]: line["name"] for line in document["lines"]}
    odd = sorted(ref for ref in wanted.keys() | found.keys() if wanted[ref] != found[ref])
    said = [f"«{names.get(ref, ref)}» продано {wanted[ref]}, в 1С {found[ref]}" for ref in odd[:NAMED]]
    return "; ".join(said) + (f" и ещё {len(odd) - NAMED}" if len(odd) > NAMED else "")
