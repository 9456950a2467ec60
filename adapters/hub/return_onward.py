"""Who is owed news of a return: 1C a document, a site the money, CRMs the order. All of it in the transaction that recorded it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, text, update

from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Owed, owe
from adapters.hub.return_documents import documents_of
from adapters.hub.tables.returns import goods_return
from adapters.onec.odata.documents import DocumentHeader, DocumentLine
from tasks.rules.return_documents import ReturnDocument, ReturnedGoods
from tasks.rules.return_rules import ACCOUNTANT, DOCUMENT, REFUND, ReturnRules
from tasks.rules.returns import Fate

LINES = text("""
    select l.return_id, l.state, l.condition, l.decision, s.recipe, o.channel,
        exists (select from return_teller t where t.return_line_id = l.return_line_id and t.source = o.channel) as is_told_by_channel
    from return_line l
    join goods_return r using (return_id)
    join sale_order o on o.order_id = l.order_id
    left join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    where l.return_id = any (:return_ids) and r.documented_at is null
    order by l.return_line_id
""").bindparams(bindparam("return_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """A document on its way to a base, as whoever writes it reads it from the debt; nobody's name is in it."""

    header: DocumentHeader
    lines: tuple[DocumentLine, ...]


DEBT = TypeAdapter(Debt)


class Onward(NamedTuple):
    """Returns that 1C is owed a document of from now on, and those that lie there and wait for a decision."""

    documented: list[int]
    waiting: list[int]


class _Line(NamedTuple):
    fate: Fate
    recipe: list[list[int]] | None
    channel: str
    is_told_by_channel: bool


def owe_documents(connection: Connection, now: datetime, rules: ReturnRules, return_ids: Collection[int]) -> Onward:
    """Owe a document of each return whose pieces have all arrived, or never will, and are decided upon.

    A return changes no more after that, and is told once: 1C's document is not written twice (`adapters.onec.odata.documents`).
    """
    lines: dict[int, list[_Line]] = {}
    for row in connection.execute(LINES, {"return_ids": sorted(return_ids)}):
        lines.setdefault(row.return_id, []).append(_line(row))
    due = {return_id: told for return_id, told in lines.items() if _is_due(told)}
    if due:
        g = goods_return.c
        connection.execute(update(goods_return).where(g.return_id.in_(due), g.documented_at.is_(None)).values(documented_at=now))
        owed = [one for document in documents_of(connection, sorted(due)) for one in _owed(document, rules)]
        owe(connection, now, [*owed, *(one for return_id, told in sorted(due.items()) for one in _refund(return_id, told, rules))])
    waiting = [return_id for return_id, told in lines.items() if any(one.fate.is_open and one.fate.state == "received" for one in told)]
    return Onward(sorted(due), sorted(waiting))


def owe_crms(connection: Connection, now: datetime, rules: ReturnRules, orders: Iterable[OrderRow]) -> None:
    """CRMs are told of orders of which something came back."""
    names = [(name, order.number) for order in orders if order.number for name in rules.onward.crms.get(order.channel, ())]
    owe(connection, now, [Owed(target=f"crm:{name}", kind="order", subject=number) for name, number in names])


def _line(row: Any) -> _Line:  # noqa: ANN401 - a row
    told = Fate(state=row.state, condition=row.condition, decision=row.decision, reason=None, received_at=None)
    return _Line(told, row.recipe, row.channel, row.is_told_by_channel)


def _is_due(lines: Collection[_Line]) -> bool:
    """Goods that nobody knows cannot be written into a document: the order's own question asks for them."""
    due = [line for line in lines if line.fate.is_due]
    return bool(due) and not any(line.fate.is_open for line in lines) and all(line.recipe is not None for line in due)


def _owed(document: ReturnDocument, rules: ReturnRules) -> list[Owed]:
    """The document of a base: a row in the accountant's workbook, or documents for OData, one per warehouse, whole in the debt."""
    target, subject = rules.target(document.base), str(document.return_id)
    if target == ACCOUNTANT:
        return [Owed(target=target, kind=DOCUMENT, subject=subject, is_once=True)]
    places: dict[str, list[ReturnedGoods]] = {}
    for line in document.lines:
        is_good = line.decision == "restock"
        places.setdefault((line.place if is_good else rules.defect_place or line.place) or "", []).append(line)
    debts = []
    for number, (place, lines) in enumerate(sorted(places.items()), 1):
        header = DocumentHeader(at=document.received_at, place=place or None, comment=document.comment)
        told = tuple(
            DocumentLine(item_ref=line.item_ref, pcs=line.pcs, price_kopecks=line.price_kopecks, sum_kopecks=line.sum_kopecks)
            for line in lines
        )
        detail = DEBT.dump_python(Debt(header=header, lines=told), mode="json")
        named = subject if number == 1 else f"{subject}-{number}"
        debts.append(Owed(target=target, kind=DOCUMENT, subject=named, detail=detail, is_once=True))
    return debts


def _refund(return_id: int, lines: Collection[_Line], rules: ReturnRules) -> list[Owed]:
    """The site's money, where its owner wants it told and the site has not told of it itself."""
    due = [line for line in lines if line.fate.is_due]
    channel = due[0].channel
    if channel not in rules.refunds or all(line.is_told_by_channel for line in due):
        return []
    return [Owed(target=f"channel:{channel}", kind=REFUND, subject=str(return_id), is_once=True)]
