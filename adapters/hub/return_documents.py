"""Returns as 1C is told them: what a document of a base says, and what stands in an accountant's workbook."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, func, select, text, update

from adapters.hub.hub import Hub
from adapters.hub.order_goods import read_goods
from adapters.hub.tables.returns import goods_return
from tasks.rules.return_documents import ReturnDocument, ReturnedGoods, ReturnRefund, shares
from tasks.rules.sale_documents import Goods

PAPERS = 0x5577

LINES = text("""
    select l.return_id, r.order_id, r.documented_at, l.line_ref, l.pcs, l.condition, l.decision, l.reason, l.received_at,
        s.recipe, s.price_kopecks, o.channel, o.order_ref, o.number, o.warehouse_ref,
        array(select t.source from return_teller t where t.return_line_id = l.return_line_id order by t.source) as told_by
    from goods_return r
    join return_line l using (return_id)
    join sale_order o on o.order_id = r.order_id
    join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    where l.return_id = any (:return_ids) and r.documented_at is not null and l.state = 'received' and l.decision <> 'ask'
        and s.recipe is not null
    order by l.return_id, l.return_line_id
""").bindparams(bindparam("return_ids", type_=ARRAY(BigInteger)))

UNBOOKED = text("""
    select split_part(b.subject, '-', 1) as return_id, substr(b.target, 7) as base, b.subject
    from outbox b
    where b.kind = 'return' and b.target like 'odata:%' and b.told_version = b.version and split_part(b.subject, '-', 1) in (
        select return_id::text from return_line where state = 'received' and booked_at is null
    ) and not exists (
        select from outbox o where o.kind = 'return' and split_part(o.subject, '-', 1) = split_part(b.subject, '-', 1)
            and (o.target not like 'odata:%' or o.told_version < o.version)
    )
    order by b.outbox_id limit :most
""")
"""Documents that 1C has; a return of which one is not written yet, or stands in a workbook, is not told of by 1C alone."""

PLACES = text("""
    select sold.*, w.name from (
        select split_part(line_ref, '/', 1)::bigint as order_id, item_id, min(place) as place from sold_line
        where split_part(line_ref, '/', 1) = any (:order_ids) group by 1, 2
    ) sold
    join item i using (item_id)
    left join warehouse w on w.source = i.source and w.warehouse_ref = sold.place
""")

Place = tuple[str | None, str | None]
"""A warehouse of 1C: its ``Ид``, and what people call it."""


class ReturnDocuments:
    """The book of what 1C is told of returns."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def by_number(self, subjects: Collection[str], *, base: str | None = None) -> dict[str, list[ReturnDocument]]:
        """Documents by the return's number, one per base; returns that 1C is owed nothing of are left out.

        Args:
            subjects: numbers, as the outbox has them.
            base: of this base only.
        """
        return_ids = sorted(int(one) for one in subjects if one.isdigit())
        with self._hub.engine.begin() as connection:
            found = documents_of(connection, return_ids)
        told: dict[str, list[ReturnDocument]] = {}
        for one in found:
            if base is None or one.base == base:
                told.setdefault(str(one.return_id), []).append(one)
        return told

    def refunds(self, subjects: Collection[str]) -> dict[str, ReturnRefund]:
        """What is to be paid back, by the return's number; what its site has paid back already is left out."""
        return_ids = [int(one) for one in subjects if one.isdigit()]
        with self._hub.engine.begin() as connection:
            rows = connection.execute(LINES, {"return_ids": sorted(return_ids)}).all()
        told: dict[str, ReturnRefund] = {}
        for row in rows:
            if row.channel not in row.told_by:
                known = told.get(str(row.return_id))
                pcs = Counter(known.pcs if known else {}) + Counter({row.line_ref: int(row.pcs)})
                reason = (known.reason if known else "") or row.reason or ""
                told[str(row.return_id)] = ReturnRefund(return_id=row.return_id, order_ref=row.order_ref, pcs=pcs, reason=reason)
        return told

    def to_paper(self, subjects: Collection[str]) -> list[int]:
        """Give returns that stand in no workbook yet one together; the numbers of all workbooks that these returns stand in.

        A workbook's contents never change: written again after a crash it is the same.
        """
        g, return_ids = goods_return.c, [int(one) for one in subjects if one.isdigit()]
        with self._hub.engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(PAPERS, 0)))
            last: int = connection.scalar(select(func.coalesce(func.max(g.paper_no), 0))) or 0
            new = (g.return_id.in_(return_ids)) & g.paper_no.is_(None) & g.documented_at.is_not(None)
            connection.execute(update(goods_return).where(new).values(paper_no=last + 1))
            numbers = connection.scalars(select(g.paper_no).where(g.return_id.in_(return_ids), g.paper_no.is_not(None)).distinct())
            return sorted(int(number) for number in numbers if number is not None)

    def unbooked(self, *, most: int = 200) -> dict[int, list[tuple[str, str]]]:
        """Returns that 1C has all documents of, and may not have posted them: base and our reference of each document, by return."""
        found: dict[int, list[tuple[str, str]]] = {}
        with self._hub.engine.begin() as connection:
            for row in connection.execute(UNBOOKED, {"most": most}):
                found.setdefault(int(row.return_id), []).append((row.base, row.subject))
        return found

    def of_paper(self, paper_no: int) -> list[ReturnDocument]:
        """What stands in a workbook."""
        g = goods_return.c
        with self._hub.engine.begin() as connection:
            return_ids = list(connection.scalars(select(g.return_id).where(g.paper_no == paper_no).order_by(g.return_id)))
            return documents_of(connection, return_ids)


def documents_of(connection: Connection, return_ids: Sequence[int]) -> list[ReturnDocument]:
    """What 1C is to know of these returns, one per return and base, inside another book's transaction."""
    rows = connection.execute(LINES, {"return_ids": list(return_ids)}).all() if return_ids else []
    goods = read_goods(connection, {int(item_id) for row in rows for item_id, _ in row.recipe})
    asked = {"order_ids": sorted({str(row.order_id) for row in rows})}
    places = {(row.order_id, row.item_id): (row.place, row.name) for row in connection.execute(PLACES, asked)} if rows else {}
    made: dict[tuple[int, str], list[tuple[Any, ReturnedGoods]]] = {}
    for row in rows:
        for one in _goods(row, goods, places):
            base, line = one
            made.setdefault((row.return_id, base), []).append((row, line))
    return [_document(return_id, base, lines) for (return_id, base), lines in sorted(made.items())]


def _document(return_id: int, base: str, lines: Sequence[tuple[Any, ReturnedGoods]]) -> ReturnDocument:
    head = lines[0][0]
    return ReturnDocument(
        return_id=return_id,
        base=base,
        order_number=head.number,
        channel=head.channel,
        order_ref=head.order_ref,
        received_at=max(row.received_at or row.documented_at for row, _ in lines),
        told_by=tuple(sorted({source for row, _ in lines for source in row.told_by})),
        lines=tuple(line for _, line in lines),
    )


def _goods(row: Any, goods: Mapping[int, Goods], places: Mapping[tuple[int, int], Place]) -> list[tuple[str, ReturnedGoods]]:  # noqa: ANN401
    """A bundle comes back as its parts; what was paid for it is shared out by what they are worth."""
    parts = [(int(item_id), int(per_unit)) for item_id, per_unit in row.recipe if int(item_id) in goods]
    paid = shares((row.price_kopecks or 0) * row.pcs, [(goods[item_id].worth_kopecks or 0) * per_unit for item_id, per_unit in parts])
    told = []
    for (item_id, per_unit), share in zip(parts, paid, strict=True):
        one, pcs = goods[item_id], per_unit * row.pcs
        place, place_name = places.get((row.order_id, item_id), (None, None))
        line = ReturnedGoods(
            item_ref=one.item_ref,
            article=one.article,
            name=one.name,
            pcs=pcs,
            price_kopecks=share // pcs,
            sum_kopecks=share,
            condition=row.condition,
            decision=row.decision,
            reason=row.reason,
            place=place,
            place_name=place_name,
        )
        told.append((one.source, line))
    return told
