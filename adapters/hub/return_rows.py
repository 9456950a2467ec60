"""Returns, their batches and tellings between their tables and those who change them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.tables.returns import goods_return, return_line, return_teller, return_telling
from tasks.rules.returns import RECEIVED, Batch, Fate, Telling

LineKey = tuple[int, str]
"""``order_id`` and ``line_ref``."""
TellingKey = tuple[str, str, int, str]
"""``source``, ``return_ref`` and the line."""

OF_TELLING = (
    "group_ref",
    "pcs",
    "state",
    "status",
    "condition",
    "decision",
    "reason",
    "reported_at",
    "changed_at",
    "received_at",
    "payload",
)

GROWN = text("""
    insert into returned_line (order_id, line_ref, sold_pcs, returned_pcs) values (:order_id, :line_ref, :sold_pcs, :pcs)
    on conflict (order_id, line_ref) do update set
        returned_pcs = returned_line.returned_pcs + excluded.returned_pcs, sold_pcs = excluded.sold_pcs
""")
"""A difference and no sum, so that two who count at once both count; the table's check has the last word."""

SHRUNK = text("update returned_line set returned_pcs = returned_pcs + :pcs where order_id = :order_id and line_ref = :line_ref")


@dataclass(kw_only=True, slots=True)
class BatchRow:
    """A row of ``return_line`` beside what the rules see of it; ``documented_at`` is its return's."""

    batch: Batch
    fate: Fate
    documented_at: datetime | None
    booked_at: datetime | None


@dataclass(kw_only=True, slots=True)
class ReturnBook:
    """What the hub knows of returns of some orders.

    Args:
        batches: by line, the oldest first.
        tellings: every source's newest word, columns of `OF_TELLING` and the instants it was heard at.
    """

    batches: dict[LineKey, list[BatchRow]] = field(default_factory=dict)
    tellings: dict[TellingKey, dict[str, Any]] = field(default_factory=dict)

    def of(self, line: LineKey) -> list[Batch]:
        """The batches of a line as the rules see them."""
        return [row.batch for row in self.batches.get(line, ())]

    def heard(self, line: LineKey, tellers: Mapping[str, str]) -> list[Telling]:
        """What these sources say of a line."""
        keys = ((source, self.tellings[source, ref, *line]) for source, ref in tellers.items())
        return [
            Telling(
                source=source,
                state=told["state"],
                condition=told["condition"],
                decision=told["decision"],
                reason=told["reason"],
                received_at=told["received_at"],
                last_seen_at=told["last_seen_at"],
            )
            for source, told in keys
        ]


def load_returns(connection: Connection, order_ids: Collection[int]) -> ReturnBook:
    """Everything known of what came back of these orders."""
    book, tellers = ReturnBook(), dict[int, dict[str, str]]()
    line, told = return_line.c, return_teller.c
    ours = select(line.return_line_id).where(line.order_id.in_(order_ids))
    for row in connection.execute(select(return_teller).where(told.return_line_id.in_(ours))):
        tellers.setdefault(row.return_line_id, {})[row.source] = row.return_ref
    lines = (
        select(return_line, goods_return.c.documented_at).select_from(return_line.join(goods_return)).where(line.order_id.in_(order_ids))
    )
    for row in connection.execute(lines.order_by(line.return_line_id)):
        batch = Batch(
            batch_id=row.return_line_id,
            return_id=row.return_id,
            pcs=row.pcs,
            tellers=tellers.get(row.return_line_id, {}),
            is_settled=row.documented_at is not None and row.state == RECEIVED,
        )
        known = Fate(state=row.state, condition=row.condition, decision=row.decision, reason=row.reason, received_at=row.received_at)
        kept = BatchRow(batch=batch, fate=known, documented_at=row.documented_at, booked_at=row.booked_at)
        book.batches.setdefault((row.order_id, row.line_ref), []).append(kept)
    for row in connection.execute(select(return_telling).where(return_telling.c.order_id.in_(order_ids))):
        book.tellings[row.source, row.return_ref, row.order_id, row.line_ref] = row._asdict()
    return book


def count_returned(connection: Connection, line: LineKey, pcs: int, *, sold_pcs: int) -> None:
    """So many more pieces of a line came back, or fewer.

    Raises:
        IntegrityError: more than were sold: whoever decided that they did must not have.
    """
    told = {"order_id": line[0], "line_ref": line[1], "pcs": pcs}
    if pcs > 0:
        connection.execute(GROWN, {**told, "sold_pcs": sold_pcs})
    elif pcs < 0:
        connection.execute(SHRUNK, told)


def put_tellings(connection: Connection, now: datetime, told: Mapping[TellingKey, Mapping[str, Any]]) -> None:
    """Keep the newest word of each source."""
    rows = [
        {**dict(zip(("source", "return_ref", "order_id", "line_ref"), key, strict=True)), **{name: one[name] for name in OF_TELLING},
         "first_seen_at": now, "last_seen_at": now}
        for key, one in sorted(told.items())
    ]  # fmt: skip
    if rows:
        put = upsert(return_telling)
        newest = {name: put.excluded[name] for name in (*OF_TELLING, "last_seen_at")}
        connection.execute(put.on_conflict_do_update(index_elements=["source", "return_ref", "order_id", "line_ref"], set_=newest), rows)


def drop_tellings(connection: Connection, keys: Iterable[TellingKey]) -> None:
    """Forget what a source takes back."""
    t = return_telling.c
    for key in keys:
        connection.execute(delete(return_telling).where(tuple_(t.source, t.return_ref, t.order_id, t.line_ref) == key))


def add_return(connection: Connection, now: datetime, order_id: int) -> int:
    """A return of an order; its number."""
    made = insert(goods_return).values(order_id=order_id, opened_at=now).returning(goods_return.c.return_id)
    return int(connection.execute(made).scalar_one())


def keep_batches(connection: Connection, line: LineKey, before: Iterable[BatchRow], after: Iterable[BatchRow]) -> None:
    """Write what changed of a line's batches; those of ``after`` without an id are added."""
    was, now = {row.batch.batch_id: row for row in before}, list(after)
    gone = was.keys() - {row.batch.batch_id for row in now}
    if gone:
        connection.execute(delete(return_line).where(return_line.c.return_line_id.in_(gone)))
    for row in now:
        if row == was.get(row.batch.batch_id):
            continue
        batch_id = _put_batch(connection, line, row)
        connection.execute(delete(return_teller).where(return_teller.c.return_line_id == batch_id))
        told = [{"return_line_id": batch_id, "source": source, "return_ref": ref} for source, ref in sorted(row.batch.tellers.items())]
        if told:
            connection.execute(insert(return_teller), told)


def _put_batch(connection: Connection, line: LineKey, row: BatchRow) -> int:
    fate = row.fate
    values = {
        "return_id": row.batch.return_id,
        "pcs": row.batch.pcs,
        "state": fate.state,
        "condition": fate.condition,
        "decision": fate.decision,
        "reason": fate.reason,
        "received_at": fate.received_at,
        "booked_at": row.booked_at,
    }
    if row.batch.batch_id:
        connection.execute(update(return_line).where(return_line.c.return_line_id == row.batch.batch_id).values(values))
        return row.batch.batch_id
    made = insert(return_line).values(order_id=line[0], line_ref=line[1], **values).returning(return_line.c.return_line_id)
    return int(connection.execute(made).scalar_one())
