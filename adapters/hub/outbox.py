"""The outbox: what other systems are to be told, from the transaction that caused it until they have taken it (DESIGN §5).

A row is a debt, not a message: the target is owed the newest state of a subject. Whoever tells it reads that state then, and settles the
version that was claimed; what changed meanwhile is owed still. So a creation never follows a change, and nothing grows while a target is
away.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub import journal
from adapters.hub.crm_deletions import make_anew
from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.tables.outbox import outbox
from tasks.rules.outbox import is_dead, named, pause

NOTICE = "outbox"
DEAD = "dead_letters"
LEASE = timedelta(minutes=10)
"""Longer than any delivery of one claim takes; after it whoever claimed is taken for dead, and the outcome for unknown."""

CLAIM = text("""
    with due as (
        select outbox_id, claimed_until is not null as is_left from outbox
        where target = :target and kind = any (:kinds) and told_version < version and not is_dead and due_at <= :now
            and (claimed_until is null or claimed_until <= :now)
        order by due_at, outbox_id limit :most for update skip locked
    )
    update outbox o set claim_ref = :claim_ref, claimed_until = :until, is_unknown = o.is_unknown or due.is_left
    from due where o.outbox_id = due.outbox_id
    returning o.outbox_id, o.claim_ref, o.kind, o.subject, o.version, o.attempts, o.is_unknown, o.foreign_ref, o.detail, o.enqueued_at
""")

WITHDRAW = text("""
    update outbox set version = version + 1, told_version = version + 1, is_dead = false, detail = 'null'
    where kind = :kind and subject = any (:subjects) and detail <> 'null'
    returning target
""").bindparams(bindparam("subjects", type_=ARRAY(Text)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """Something a target is to be told.

    Args:
        detail: what is to be told of the subject, where it is not the subject itself as it stands.
        is_once: it happens once to a subject: what is owed already, or was told, is not owed again.
        is_restated: of what happens once, another detail is owed anew.
    """

    target: str
    kind: str
    subject: str
    detail: dict[str, Any] | None = None
    is_once: bool = False
    is_restated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A debt that is ours to settle for a while.

    Args:
        version: what is settled.
        is_unknown: nobody can tell what became of an attempt before: look it up first.
        foreign_ref: what the target calls it, where it has told.
    """

    outbox_id: int
    claim_ref: str
    kind: str
    subject: str
    version: int
    attempts: int
    is_unknown: bool
    foreign_ref: str | None
    detail: dict[str, Any] | None
    enqueued_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of one claimed debt.

    Args:
        outcome: accepted; later (nothing was done); unknown; refused (it will not be taken as it is).
        sentence: why not, for a manager; without personal data.
    """

    outbox_id: int
    outcome: Literal["accepted", "later", "unknown", "refused"]
    foreign_ref: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """How many debts died, and which were still ours to settle."""

    dead: int
    outbox_ids: frozenset[int]


class Outbox:
    """The book of debts to other systems."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def owe(self, owed: Iterable[Owed]) -> int:
        """`owe` in a transaction of its own; returns how many are news."""
        with self._hub.engine.begin() as connection:
            return owe(connection, self._hub.clock.now(), owed)

    def claim(self, target: str, kinds: Collection[str], *, most: int) -> list[Claimed]:
        """Debts that are due, the longest waiting first, for us alone until they are settled or the lease is over.

        One whose claimer never came back is claimed as unknown.
        """
        with self._hub.engine.begin() as connection:
            return claim(connection, self._hub.clock.now(), target, kinds, most=most)

    def settle(self, target: str, claimed: Sequence[Claimed], answers: Sequence[Answer]) -> int:
        """Write down what became of claimed debts; those without an answer are free again at once. Returns how many died now.

        A debt that changed while it was told is owed still. What is refused waits for a person or for its next change. Whoever was late,
        so that somebody else claims by now, settles nothing: the other looks up first.
        """
        with self._hub.engine.begin() as connection:
            return settle(connection, self._hub.clock.now(), target, claimed, answers).dead

    def requeue(self, *, target: str | None = None, kind: str | None = None, subject: str | None = None) -> int:
        """Have dead letters told once more, and orders made anew that people deleted in a CRM; returns how many."""
        now, o = self._hub.clock.now(), outbox.c
        chosen = [column == value for column, value in ((o.target, target), (o.kind, kind), (o.subject, subject)) if value is not None]
        with self._hub.engine.begin() as connection:
            revived = connection.execute(
                update(outbox).where(o.is_dead, *chosen).values(is_dead=False, attempts=0, due_at=now).returning(o.target)
            ).all()
            targets = [row.target for row in revived] + make_anew(connection, now, target=target, kind=kind, subject=subject)
            _recover(connection, now, set(targets))
            _notify(connection)
        return len(targets)

    def waiting(self, target: str | None = None) -> pl.DataFrame:
        """What is not told yet, the oldest first: columns of `WAITING`."""
        o = outbox.c
        columns = (o.target, o.kind, o.subject, o.is_dead, o.attempts, o.is_unknown, o.sentence, o.enqueued_at, o.due_at)
        wanted = select(*columns).where(o.told_version < o.version, *([o.target == target] if target else [])).order_by(o.outbox_id)
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(wanted).all(), schema=WAITING, orient="row")

    def counts(self) -> dict[str, tuple[int, int]]:
        """Target → what it is owed, and how many of it are dead letters; those that are owed nothing are left out."""
        o = outbox.c
        counted = select(o.target, func.count(), func.count().filter(o.is_dead)).where(o.told_version < o.version).group_by(o.target)
        with self._hub.engine.begin() as connection:
            return {target: (owed, dead) for target, owed, dead in connection.execute(counted.order_by(o.target))}

    def of_subject(self, subject: str) -> pl.DataFrame:
        """Everything that is and was owed of a subject: columns of `WAITING` and `TOLD`."""
        o = outbox.c
        columns = (o.target, o.kind, o.subject, o.is_dead, o.attempts, o.is_unknown, o.sentence, o.enqueued_at, o.due_at)
        more = (o.version, o.told_version, o.told_at, o.foreign_ref)
        with self._hub.engine.begin() as connection:
            rows = connection.execute(select(*columns, *more).where(o.subject == subject).order_by(o.outbox_id)).all()
        return pl.DataFrame(rows, schema=WAITING | TOLD, orient="row")


WAITING: dict[str, pl.DataType | type[pl.DataType]] = {
    "target": pl.String,
    "kind": pl.String,
    "subject": pl.String,
    "is_dead": pl.Boolean,
    "attempts": pl.Int64,
    "is_unknown": pl.Boolean,
    "sentence": pl.String,
    "enqueued_at": pl.Datetime("us", "UTC"),
    "due_at": pl.Datetime("us", "UTC"),
}
TOLD: dict[str, pl.DataType | type[pl.DataType]] = {
    "version": pl.Int64,
    "told_version": pl.Int64,
    "told_at": pl.Datetime("us", "UTC"),
    "foreign_ref": pl.String,
}


def owe(connection: Connection, now: datetime, owed: Iterable[Owed]) -> int:
    """Have targets told, inside the transaction that caused it; what had died is alive again. Returns how many debts that makes.

    A subject that is named twice has changed once.
    """
    rows = [one for _, one in sorted({(one.target, one.kind, one.subject): one for one in owed}.items())]
    if not rows:
        return 0
    put = insert(outbox)
    changed = {
        "version": outbox.c.version + 1,
        "detail": put.excluded.detail,
        "is_dead": False,
        "attempts": 0,
        "enqueued_at": put.excluded.enqueued_at,
        "due_at": put.excluded.due_at,
    }
    key = ["target", "kind", "subject"]
    always = put.on_conflict_do_update(index_elements=key, set_=changed)
    restated = put.on_conflict_do_update(index_elements=key, set_=changed, where=outbox.c.detail.is_distinct_from(put.excluded.detail))
    once = put.on_conflict_do_nothing(index_elements=key)
    made = 0
    for statement, said in (
        (always, [one for one in rows if not one.is_once]),
        (restated, [one for one in rows if one.is_once and one.is_restated]),
        (once, [one for one in rows if one.is_once and not one.is_restated]),
    ):
        made += len(connection.execute(statement.returning(outbox.c.outbox_id), [_row(one, now) for one in said]).all()) if said else 0
    if made:
        _recover(connection, now, {one.target for one in rows})
        _notify(connection)
    return made


def withdraw(connection: Connection, now: datetime, *, kind: str, subjects: Collection[str]) -> None:
    """What a detail of these subjects said is meant no more: it is not owed, also where it was given up, and the same may be owed anew."""
    targets = set(connection.scalars(WITHDRAW, {"kind": kind, "subjects": sorted(subjects)})) if subjects else set()
    _recover(connection, now, targets)


def claim(connection: Connection, now: datetime, target: str, kinds: Collection[str], *, most: int) -> list[Claimed]:
    """`Outbox.claim` inside another book's transaction."""
    asked = {"target": target, "kinds": sorted(kinds), "now": now, "most": most, "until": now + LEASE, "claim_ref": uuid.uuid4().hex}
    rows = connection.execute(CLAIM, asked).all()
    return [
        Claimed(
            outbox_id=row.outbox_id,
            claim_ref=row.claim_ref,
            kind=row.kind,
            subject=row.subject,
            version=row.version,
            attempts=row.attempts,
            is_unknown=row.is_unknown,
            foreign_ref=row.foreign_ref,
            detail=row.detail,
            enqueued_at=row.enqueued_at,
        )
        for row in sorted(rows, key=lambda row: int(row.outbox_id))
    ]


def settle(connection: Connection, now: datetime, target: str, claimed: Sequence[Claimed], answers: Sequence[Answer]) -> Settled:
    """`Outbox.settle` inside another book's transaction."""
    answered = {answer.outbox_id: answer for answer in answers}
    dead, ours = 0, set[int]()
    for one in sorted(claimed, key=lambda one: one.outbox_id):
        values = _settled(one, answered.get(one.outbox_id), now)
        is_ours = (outbox.c.outbox_id == one.outbox_id) & (outbox.c.claim_ref == one.claim_ref)
        row = connection.execute(update(outbox).where(is_ours).values(values).returning(outbox.c.is_dead)).first()
        if row is not None:
            ours.add(one.outbox_id)
        if row is not None and row.is_dead:
            dead += 1
            _journal(connection, now, target, one, values["sentence"])
    _tell_dead(connection, now, target) if dead else _recover(connection, now, {target})
    return Settled(dead=dead, outbox_ids=frozenset(ours))


def _row(one: Owed, now: datetime) -> dict[str, Any]:
    return {"target": one.target, "kind": one.kind, "subject": one.subject, "detail": one.detail, "enqueued_at": now, "due_at": now}


def _settled(one: Claimed, answer: Answer | None, now: datetime) -> dict[str, Any]:
    """The columns that an answer sets; none at all is as if nothing had been claimed."""
    free = {"claimed_until": None, "claim_ref": None, "sentence": None}
    if answer is None:
        return free
    known = {"foreign_ref": answer.foreign_ref} if answer.foreign_ref is not None else {}
    if answer.outcome == "accepted":
        told = func.greatest(outbox.c.told_version, one.version)
        return {**free, **known, "told_version": told, "told_at": now, "attempts": 0, "is_unknown": False}
    attempts, is_unknown = one.attempts + 1, answer.outcome == "unknown"
    gives_up = answer.outcome == "refused" or is_dead(attempts)
    return {
        **free,
        **known,
        "attempts": attempts,
        "is_unknown": outbox.c.is_unknown if answer.outcome == "later" else is_unknown,
        "sentence": answer.sentence,
        "is_dead": outbox.c.version <= one.version if gives_up else False,
        "due_at": now + pause(attempts, is_unknown=is_unknown),
    }


def _tell_dead(connection: Connection, now: datetime, target: str) -> None:
    """One incident per target while it has dead letters."""
    o = outbox.c
    dead = connection.execute(select(o.subject, o.sentence).where(o.target == target, o.is_dead).order_by(o.outbox_id)).all()
    report_incident(
        connection,
        now,
        kind=DEAD,
        cause=target,
        sentence=f"{target}: не передано {len(dead)}: {named([row.subject for row in dead])}. {dead[0].sentence or ''}".strip(),
        meaning="Другая система об этом не знает. Сам Utyug попробует снова только после нового изменения.",
        advice="Исправьте причину и запустите поток deliver с requeue=true.",
    )


def _recover(connection: Connection, now: datetime, targets: Collection[str]) -> None:
    for target in sorted(targets):
        if not connection.scalar(select(outbox.c.outbox_id).where(outbox.c.target == target, outbox.c.is_dead).limit(1)):
            recover_incident(connection, now, kind=DEAD, cause=target)


def _journal(connection: Connection, now: datetime, target: str, one: Claimed, sentence: str | None) -> None:
    said = f"Не удалось передать: {target}, {one.kind} {one.subject}. {sentence or ''}".strip()
    journal.write(connection, now, "dead_letter", f"outbox:{one.outbox_id}", said, {"attempts": one.attempts + 1})


def _notify(connection: Connection) -> None:
    connection.execute(select(func.pg_notify(NOTICE, "")))
