"""A round of shipments: planned, given to their carrier or channel, followed until they are there, with what packers need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.capabilities import Carrier, Subscribes
from adapters.errors import OutcomeUnknown, Rejected, SyncError
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import Answer
from adapters.hub.pushes import Pushes
from adapters.hub.shipments import Outcome, Question, Shipments, ToBook
from adapters.settings import Settings
from tasks.orders import channel_orders
from tasks.reporting import RunReport, show_table
from tasks.rules.carrier import Address, Booked, CalledOff, CarrierShipment
from tasks.rules.carrier_tracks import Track
from tasks.rules.destinations import city_question, point_question
from tasks.rules.parcels import ToCarry, as_carried, questions
from tasks.rules.questions import stopping

AT_ONCE = 20
"""Claimed together: each costs its carrier a handful of calls."""
TRACKED_AT_ONCE = 50
COUNTED = {
    "planned": "собрано в отправления",
    "waiting": "ждут поступления",
    "asked": "нужен человек",
    "booked": "принято",
    "called_off": "отменено",
    "moved": "сдвинулось",
    "parts": "частей сообщено",
    "labels": "этикеток",
    "couriers": "курьеров",
}
UNHEARD = "carrier_pushes_off"


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One step of one target.

    Args:
        target: ``carrier:<name>`` | ``channel:<name>``.
        counts: how many of what, by the keys of `COUNTED`.
        stopped_by: why it did not come to its end.
    """

    target: str
    counts: Mapping[str, int] = field(default_factory=dict)
    stopped_by: SyncError | None = None


def shipments_of(hub: Hub, settings: Settings) -> Shipments:
    """The book of shipments by these settings."""
    return Shipments(
        hub,
        ships={name: settings.ships_of(name) for name in settings.channels},
        orders={name: channel_orders(settings, name) for name in settings.channels},
    )


def plan_channel(book: Shipments, name: str) -> Shipped:
    """Plan what of a channel's orders may leave."""
    done = book.plan(name)
    counts = {
        "planned": sum(one.number is not None for one in done),
        "waiting": sum(one.reason == "backordered" for one in done),
        "asked": sum(one.reason == "asked" for one in done),
        "called_off": sum(len(one.called_off) for one in done),
    }
    return Shipped(target=f"channel:{name}", counts=counts)


def book_with(book: Shipments, target: str, carrier: Carrier) -> Iterator[Shipped]:
    """Give a carrier every shipment it is owed, a batch at a time, until nothing is due or it stops."""
    while claimed := book.claim(target, most=AT_ONCE):
        outcomes, stopped, stopped_by = _put_all(book, target, carrier, claimed)
        booked = book.settle(target, claimed, outcomes, stopped)
        asked = sum(isinstance(outcome, tuple) or outcome.state == "refused" for outcome in outcomes.values())
        yield Shipped(target=target, counts={"booked": booked, "asked": asked}, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def call_off_with(book: Shipments, target: str, carrier: Carrier) -> Iterator[Shipped]:
    """Have a carrier take back what is not wanted any more, the way that costs nothing unless a person consents to another."""
    while True:
        claimed, rows = book.claim_call_offs(target, most=AT_ONCE)
        if not claimed:
            return
        outcomes: dict[str, CalledOff] = {}
        stopped: dict[str, Answer] = {}
        stopped_by: SyncError | None = None
        for one in claimed:
            row = rows.get(one.subject)
            if row is None or row.settled_at is not None:
                stopped[one.subject] = Answer(outbox_id=one.outbox_id, outcome="accepted")
            elif stopped_by is not None:
                stopped[one.subject] = _answer(one.outbox_id, stopped_by, was_sent=False)
            elif row.carrier_ref is not None and row.state != "booking":
                try:
                    outcomes[one.subject] = carrier.cancel_shipment(row.carrier_ref, turn_back=row.turns_back)
                except SyncError as error:
                    stopped[one.subject] = _answer(one.outbox_id, error, was_sent=True)
                    stopped_by = None if isinstance(error, OutcomeUnknown) else error
        off = book.settle_call_offs(target, claimed, outcomes, stopped)
        yield Shipped(target=target, counts={"called_off": off}, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def follow_with(hub: Hub, book: Shipments, target: str, carrier: Carrier, *, poll_s: float) -> Iterator[Shipped]:
    """Ask a carrier where its shipments are: those it hinted at, and those that were not asked about for so long."""
    name, pushes = target.partition(":")[2], Pushes(hub)
    hints = pushes.waiting(name)
    hinted = {hint.order_ref for hint in hints if hint.order_ref}
    asked_at = hub.clock.now()
    seen: set[str] = set()
    while due := [one for one in book.to_track(target, hinted, most=TRACKED_AT_ONCE) if one.number not in seen]:
        seen |= {one.number for one in due}
        read: list[tuple[str, datetime, Track | None]] = []
        stopped_by: SyncError | None = None
        for one in due:
            began_at = hub.clock.now()
            try:
                read.append((one.number, began_at, carrier.read_track(one.carrier_ref)))
            except SyncError as error:
                stopped_by = error
                break
        moved = book.record_tracks(target, read, again=timedelta(seconds=poll_s))
        yield Shipped(target=target, counts={"moved": moved}, stopped_by=stopped_by)
        if stopped_by is not None:
            return
        hinted -= {one.carrier_ref for one in due}
    if hints:
        pushes.settle(name, max(hint.push_id for hint in hints), asked_at)


def keep_pushed(hub: Hub, settings: Settings, name: str, carrier: Carrier) -> Shipped:
    """Have a carrier send its pushes to our gateway, where that has a public address; it switches them off by itself after failures.

    One that will not is polled all the same: a person hears of it, and parcels leave.
    """
    target, public_url, secret = f"carrier:{name}", settings.gateway.public_url, settings.carriers[name].push_secret
    if not isinstance(carrier, Subscribes) or public_url is None or secret is None:
        return Shipped(target=target)
    incidents = Incidents(hub)
    try:
        carrier.ensure_webhooks(f"{public_url.rstrip('/')}/hooks/{name}", secret=secret)
    except Rejected as error:
        sentence = f"{name} не подписывает Утюг на уведомления о посылках. {error.sentence}"
        incidents.report(kind=UNHEARD, cause=name, sentence=sentence)
    except SyncError as error:
        return Shipped(target=target, stopped_by=error)
    else:
        incidents.recover(kind=UNHEARD, cause=name)
    return Shipped(target=target)


def _put_all(
    book: Shipments, target: str, carrier: Carrier, claimed: Sequence[ToBook]
) -> tuple[dict[str, Outcome], dict[str, Answer], SyncError | None]:
    """The carrier's word on each, or a question; whatever it did not come to is owed still."""
    outcomes: dict[str, Outcome] = {}
    stopped: dict[str, Answer] = {}
    stopped_by: SyncError | None = None
    for one in claimed:
        number = one.claimed.subject
        if one.is_moot:
            continue
        if stopped_by is not None:
            stopped[number] = _answer(one.claimed.outbox_id, stopped_by, was_sent=False)
            continue
        try:
            outcome = _put(book, target, carrier, one)
            if outcome is not None:
                outcomes[number] = outcome
        except SyncError as error:
            stopped[number] = _answer(one.claimed.outbox_id, error, was_sent=True)
            stopped_by = None if isinstance(error, OutcomeUnknown) else error
    return outcomes, stopped, stopped_by


def _put(book: Shipments, target: str, carrier: Carrier, one: ToBook) -> Outcome | None:
    """What was sent before is asked for with the very same words; what was never sent is looked over first. None: not wanted any more.

    Raises:
        SyncError: the carrier did not say.
    """
    if one.sent is not None:
        return _noted(book, target, carrier.put_shipment(one.sent, carrier_ref=_shown_ref(carrier, one)))
    if one.carry is None:
        return None
    ready = _looked_over(carrier, one.carry)
    if isinstance(ready, tuple):
        return ready
    return _noted(book, target, carrier.put_shipment(ready)) if book.mark(target, one.carry.number, ready) else None


def _noted(book: Shipments, target: str, said: Booked) -> Booked:
    """The carrier's word, its key written down at once: what comes after it may be the power cut."""
    if said.carrier_ref is not None:
        book.note_ref(target, said.ref, said.carrier_ref)
    return said


def _shown_ref(carrier: Carrier, one: ToBook) -> str | None:
    """The carrier's key of what was sent. One that it shows nobody although all its time is over is none: then our number decides.

    Raises:
        SyncError: the carrier did not say.
    """
    ref = one.shipment.carrier_ref if one.shipment is not None else None
    is_overdue = one.sent_ago >= timedelta(seconds=carrier.settles_within_s)
    return None if ref is not None and is_overdue and carrier.read_track(ref) is None else ref


def _looked_over(carrier: Carrier, carry: ToCarry) -> CarrierShipment | tuple[Question, ...]:
    """What the carrier is to be told, or what a person is asked before it is told anything.

    Raises:
        SyncError: the carrier did not say.
    """
    asked = questions(carry)
    if stopping(asked):
        return tuple(Question(one.code, one.sentence) for one in asked)
    to = _place(carrier, carry)
    if isinstance(to, Question):
        return (to,)
    place, is_locker = to
    shipment = as_carried(carry, place, to_locker=is_locker)
    quote = carrier.quote(shipment)
    return shipment if quote.state == "available" else (Question("shipment_goes_by_tariff", quote.sentence),)


def _place(carrier: Carrier, carry: ToCarry) -> tuple[str | Address, bool] | Question:
    """The point that the buyer chose, if it will do, or his door; else what is asked."""
    to = carry.destination
    if to.point_ref:
        parcels = as_carried(carry, to.point_ref).parcels
        found = carrier.find_point(to.point_ref, parcels, collects=carry.collects)
        if found.state != "found" or found.point is None:
            asked = point_question(found)
            return Question(asked.code, asked.sentence)
        return found.point.point_ref, found.point.kind == "locker"
    city = carrier.find_city(to.city_asked)
    if city.state != "found" or city.city is None:
        asked = city_question(city, to, carry.number)
        return Question(asked.code, asked.sentence)
    return carry.written.at_door(city.city.city_ref), False


def _answer(outbox_id: int, error: SyncError, *, was_sent: bool) -> Answer:
    is_unknown = was_sent and isinstance(error, OutcomeUnknown)
    return Answer(outbox_id=outbox_id, outcome="unknown" if is_unknown else "later", sentence=error.sentence)


def show_shipped(steps: Sequence[Shipped], report: RunReport, alarms: int) -> None:
    """Sum the steps up into the run's report, and show a table of the targets in the UI."""
    rows = []
    for target in dict.fromkeys(one.target for one in steps):
        counted = {key: sum(one.counts.get(key, 0) for one in steps if one.target == target) for key in COUNTED}
        report.rows_in += counted["planned"] + counted["moved"]
        report.refused += counted["asked"]
        report.changed += counted["planned"] + counted["called_off"] + counted["moved"]
        report.accepted += counted["booked"] + counted["parts"]
        report.detail.setdefault("targets", {})[target] = counted
        rows.append({"кто везёт": target} | {title: counted[key] for key, title in COUNTED.items()})
    report.detail["ship_by_alarms"] = alarms
    show_table("shipments", rows, "Отправления")


def fail_where_stopped(steps: Sequence[Shipped]) -> None:
    """Fail the run for targets whose last step did not come to its end.

    Raises:
        ExceptionGroup: their errors.
    """
    last = {one.target: one.stopped_by for one in steps}
    stopped = {f"{target}: {error.sentence}": error for target, error in last.items() if error is not None}
    if stopped:
        raise ExceptionGroup("; ".join(stopped), list(stopped.values()))
