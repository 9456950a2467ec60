"""CDEK's statuses of an order in our words.

Two vocabularies are abroad for the same events, one of cities, one of offices; a word that is in neither is kept and shown, never guessed.
The number beside the word is deprecated, and all later statuses share one (`reference/services.md` §1, Statuses). Reasons of a delivery
that failed: the vendor's appendix of additional statuses, as several public mappings have it; of them 20 is a delivery in part, 26 a loss,
27 a parcel that nobody wanted and that was destroyed. «Изъят из постамата клиентом» is not among the ends that the vendor names: until it
says «Вручен» such a parcel is still ready to be taken.
"""

from collections.abc import Mapping, Sequence

from adapters.cdek import answers
from tasks.rules.carrier_tracks import TrackEvent, TrackState

IN_PART = "20"
LOST = frozenset({"26", "27"})

STATES: Mapping[TrackState, tuple[str, ...]] = {
    "registered": ("ACCEPTED", "CREATED"),
    "accepted": (
        "RECEIVED_AT_SHIPMENT_WAREHOUSE",
        "RECEIVED_AT_SENDER_WAREHOUSE",
        "READY_TO_SHIP_AT_SENDING_OFFICE",
        "READY_FOR_SHIPMENT_IN_SENDER_CITY",
        "RETURNED_TO_SENDER_CITY_WAREHOUSE",
        "RETURNED_TO_SENDER_WAREHOUSE",
    ),
    "in_transit": (
        "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY",
        "PASSED_TO_CARRIER_AT_SENDING_OFFICE",
        "SENT_TO_TRANSIT_CITY",
        "SEND_TO_TRANSIT_OFFICE",
        "ACCEPTED_IN_TRANSIT_CITY",
        "MET_AT_TRANSIT_OFFICE",
        "ACCEPTED_AT_TRANSIT_WAREHOUSE",
        "ACCEPTED_TO_OFFICE_TRANSIT_WAREHOUSE",
        "ENTERED_TO_TRANSIT_WAREHOUSE",
        "ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE",
        "RETURNED_TO_TRANSIT_WAREHOUSE",
        "READY_FOR_SHIPMENT_IN_TRANSIT_CITY",
        "READY_TO_SHIP_IN_TRANSIT_OFFICE",
        "TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY",
        "PASSED_TO_CARRIER_AT_TRANSIT_OFFICE",
        "SENT_TO_SENDER_CITY",
        "SEND_TO_SENDING_OFFICE",
        "ACCEPTED_IN_SENDER_CITY",
        "MET_AT_SENDING_OFFICE",
        "SENT_TO_RECIPIENT_CITY",
        "SEND_TO_RECIPIENT_OFFICE",
        "ACCEPTED_IN_RECIPIENT_CITY",
        "ARRIVED_AT_RECIPIENT_CITY",
        "MET_AT_RECIPIENT_OFFICE",
        "ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE",
        "ACCEPTED_AT_DELIVERY_WAREHOUSE",
        "ENTERED_TO_RECIPIENT_CITY_WAREHOUSE",
        "ENTERED_TO_DELIVERY_WAREHOUSE",
        "ENTERED_TO_PICK_UP_POINT",
        "ENTERED_TO_WAREHOUSE_ON_DEMAND",
        "TAKEN_BY_COURIER",
        "ISSUED_FOR_DELIVERY",
        "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE",
        "RETURNED_TO_DELIVERY_WAREHOUSE",
        "IN_CUSTOMS_INTERNATIONAL",
        "SHIPPED_TO_DESTINATION",
        "PASSED_TO_TRANSIT_CARRIER",
        "IN_CUSTOMS_LOCAL",
        "CUSTOMS_COMPLETE",
        "POSTOMAT_SEIZED",
    ),
    "ready": ("ACCEPTED_AT_PICK_UP_POINT", "ACCEPTED_AT_WAREHOUSE_ON_DEMAND", "POSTOMAT_POSTED", "POSTOMAT_RECEIVED"),
    "delivered": ("DELIVERED",),
    "not_delivered": ("NOT_DELIVERED",),
    "cancelled": ("REMOVED",),
    "refused": ("INVALID",),
}
STATE_OF: Mapping[str, TrackState] = {code: state for state, codes in STATES.items() for code in codes}
RANKS: Mapping[TrackState, int] = {state: rank for rank, state in enumerate(STATES)}
ENDS: frozenset[TrackState] = frozenset({"delivered", "not_delivered", "lost", "cancelled", "refused"})
"""After these CDEK says nothing more of an order, except that it takes them back («Вручен» by mistake)."""


def events_of(statuses: Sequence[answers.Status]) -> tuple[TrackEvent, ...]:
    """What happened, in the order of time, without what was taken back. Of two events within one second the further one came later."""
    events = [_event(status) for status in statuses if not status.deleted]
    return tuple(sorted(events, key=lambda event: (event.at, RANKS.get(event.state, 0))))


def state_of(events: Sequence[TrackEvent]) -> TrackState:
    """Of the newest end, else of the newest event that tells one; an order of which nothing is told yet is registered."""
    ended = [event.state for event in events if event.state in ENDS]
    told = ended or [event.state for event in events if event.state != "other"]
    return told[-1] if told else "other" if events else "registered"


def _event(status: answers.Status) -> TrackEvent:
    state = STATE_OF.get(status.code, "other")
    if state == "not_delivered" and status.reason_code in LOST:
        state = "lost"
    return TrackEvent(
        at=status.date_time, code=status.code, state=state, title=status.name or "", city=status.city or "", reason=status.reason_code
    )
