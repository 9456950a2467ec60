"""Couriers whom people called for what is ready: asked for once, asked about until their carrier has decided."""

from collections.abc import Iterator
from datetime import date

from adapters.capabilities import Carrier
from adapters.errors import OutcomeUnknown, SyncError
from adapters.hub.courier_calls import CourierCall, CourierCalls, Ready
from adapters.hub.outbox import Answer
from tasks.rules.carrier_papers import Pickup, PickupSaid
from tasks.shipments import Shipped

AT_ONCE = 20


def call_couriers(book: CourierCalls, target: str, carrier: Carrier, *, today: date) -> Iterator[Shipped]:
    """Have a carrier send every courier it is owed; whatever became of an earlier call, one comes.

    Args:
        book: of the carrier's couriers.
        target: ``carrier:<name>``.
        carrier: it.
        today: the shop's day; nobody is called for one that is over.
    """
    while calls := book.claim(most=AT_ONCE):
        ready = book.ready()
        said: dict[int, PickupSaid] = {}
        stopped: dict[int, Answer] = {}
        stopped_by: SyncError | None = None
        for one in calls:
            outbox_id = one.claimed.outbox_id
            try:
                said[outbox_id] = _said(carrier, one, ready, today)
            except SyncError as error:
                is_unknown = isinstance(error, OutcomeUnknown)
                stopped[outbox_id] = Answer(outbox_id=outbox_id, outcome="unknown" if is_unknown else "later", sentence=error.sentence)
                stopped_by = error
        yield Shipped(target=target, counts={"couriers": book.settle(calls, said, stopped)}, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def _said(carrier: Carrier, one: CourierCall, ready: Ready, today: date) -> PickupSaid:
    """Raises `SyncError`: the carrier did not say."""
    if one.pickup_ref is not None:
        return carrier.read_pickup(one.pickup_ref)
    if one.on < today:
        return PickupSaid(state="refused", sentence="Этот день прошёл раньше, чем перевозчик ответил.")
    asked = Pickup(
        on=one.on, starts_at=one.starts_at, ends_at=one.ends_at, name=f"Посылки: {ready.parcels}", weight_g=ready.weight_g or None
    )
    return carrier.ask_pickup(asked)
