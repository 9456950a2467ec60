"""Couriers who are to come for parcels: one for a carrier and a day, called once however often a person or a run asks.

A call is a debt to its carrier (`adapters.hub.outbox`): its subject is the day, its detail the hours, and ``foreign_ref`` the carrier's key
of it while the carrier is still thinking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, select, text, update

from adapters.hub import journal
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Owed, claim, owe, settle
from adapters.hub.shipment_planning import COURIER
from adapters.hub.shipment_rows import notify
from adapters.hub.tables.outbox import outbox
from tasks.rules.carrier_papers import PickupSaid

CALLS = 0x4355
READY = text("""
    select count(*)::bigint as parcels, coalesce(sum(p.weight_g), 0)::bigint as weight_g
    from shipment h join package p using (shipment_id)
    where h.target = :target and h.state = 'booked' and not h.is_unwanted
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """Boxes that a carrier has in its books and not in its hands."""

    parcels: int
    weight_g: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CourierCall:
    """A courier who is to come.

    Args:
        on: the day.
        starts_at: the shop's local time, as ``ends_at``.
        pickup_ref: the carrier's key, where it was asked and had not decided.
    """

    claimed: Claimed
    on: date
    starts_at: time
    ends_at: time
    pickup_ref: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallStands:
    """How it stands with a day's courier.

    Args:
        state: owed (the carrier is asked in the next round); called; refused.
        sentence: why he does not come, for a manager.
    """

    state: Literal["owed", "called", "refused"]
    starts_at: time
    ends_at: time
    sentence: str | None = None


class CourierCalls:
    """The couriers of one carrier.

    Args:
        hub: the hub.
        target: ``carrier:<name>``.
    """

    def __init__(self, hub: Hub, target: str) -> None:
        self._hub = hub
        self._target = target

    def ready(self) -> Ready:
        """What a courier would take."""
        with self._hub.engine.begin() as connection:
            row = connection.execute(READY, {"target": self._target}).one()
        return Ready(parcels=row.parcels, weight_g=row.weight_g)

    def call(self, on: date, starts_at: time, ends_at: time) -> CallStands | None:
        """Have a courier called for a day; what was there before, and stays; None: nothing was, he is called now.

        Where the carrier had refused he is called anew, with these hours.
        """
        now, subject = self._hub.clock.now(), on.isoformat()
        with self._hub.engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(CALLS)))
            before = self._stands(connection, subject)
            if before is not None and before.state != "refused":
                return before
            hours = {"starts_at": starts_at.isoformat("minutes"), "ends_at": ends_at.isoformat("minutes")}
            owe(connection, now, [Owed(target=self._target, kind=COURIER, subject=subject, detail=hours)])
            connection.execute(update(outbox).where(*self._is(subject)).values(foreign_ref=None, is_unknown=False))
            said = f"Человек вызвал курьера на {when(on, starts_at, ends_at)}."
            journal.write(connection, now, "courier_called", f"{self._target}:{subject}", said)
            notify(connection)
        return None

    def stands(self, on: date) -> CallStands | None:
        """How it stands with a day's courier; None: nobody called one."""
        with self._hub.engine.begin() as connection:
            return self._stands(connection, on.isoformat())

    def claim(self, *, most: int) -> list[CourierCall]:
        """Couriers who are to be called, for us alone until `settle`."""
        with self._hub.engine.begin() as connection:
            claimed = claim(connection, self._hub.clock.now(), self._target, [COURIER], most=most)
        return [_call(one) for one in claimed]

    def settle(self, calls: Sequence[CourierCall], said: Mapping[int, PickupSaid], stopped: Mapping[int, Answer]) -> int:
        """Write down what became of them; returns how many couriers come.

        Args:
            calls: all that were claimed.
            said: the carrier's word, by ``outbox_id``.
            stopped: answers of those that the carrier did not come to, likewise.
        """
        now = self._hub.clock.now()
        answers = [stopped.get(one.claimed.outbox_id) or _answer(one, said.get(one.claimed.outbox_id)) for one in calls]
        with self._hub.engine.begin() as connection:
            ours = settle(connection, now, self._target, [one.claimed for one in calls], answers).outbox_ids
            agreed = [one for one, answer in zip(calls, answers, strict=True) if answer.outcome == "accepted" and answer.outbox_id in ours]
            for one in agreed:
                told = f"Курьер приедет {when(one.on, one.starts_at, one.ends_at)}."
                journal.write(connection, now, "courier_agreed", f"{self._target}:{one.on.isoformat()}", told)
        return len(agreed)

    def _is(self, subject: str) -> tuple[ColumnElement[bool], ...]:
        return outbox.c.target == self._target, outbox.c.kind == COURIER, outbox.c.subject == subject

    def _stands(self, connection: Connection, subject: str) -> CallStands | None:
        row = connection.execute(select(outbox).where(*self._is(subject))).first()
        if row is None:
            return None
        state: Literal["owed", "called", "refused"] = "called" if row.told_version >= row.version else "refused" if row.is_dead else "owed"
        starts_at, ends_at = (time.fromisoformat(row.detail[name]) for name in ("starts_at", "ends_at"))
        return CallStands(state=state, starts_at=starts_at, ends_at=ends_at, sentence=row.sentence)


def _call(one: Claimed) -> CourierCall:
    hours = one.detail or {}
    return CourierCall(
        claimed=one,
        on=date.fromisoformat(one.subject),
        starts_at=time.fromisoformat(hours["starts_at"]),
        ends_at=time.fromisoformat(hours["ends_at"]),
        pickup_ref=one.foreign_ref,
    )


def _answer(one: CourierCall, said: PickupSaid | None) -> Answer:
    outbox_id = one.claimed.outbox_id
    if said is None:
        return Answer(outbox_id=outbox_id, outcome="later")
    if said.state == "pending":
        sentence = "Перевозчик ещё не сказал, приедет ли курьер."
        return Answer(outbox_id=outbox_id, outcome="unknown", foreign_ref=said.pickup_ref, sentence=sentence)
    if said.state in {"agreed", "exists"}:
        return Answer(outbox_id=outbox_id, outcome="accepted", foreign_ref=said.pickup_ref)
    why = said.sentence or "Вызов удалили в личном кабинете перевозчика."
    sentence = f"Курьер {when(one.on, one.starts_at, one.ends_at)} не приедет. {why} Вызовите его ещё раз: utyug shipment call-courier."
    return Answer(outbox_id=outbox_id, outcome="refused", sentence=sentence)


def when(on: date, starts_at: time, ends_at: time) -> str:
    """Day and hours for a person."""
    return f"{on:%d.%m.%Y} с {starts_at:%H:%M} до {ends_at:%H:%M}"
