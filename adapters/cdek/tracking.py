"""Where shipments of CDEK are, and what comes back of them.

A return is an order of its own: «delivered» says of it that the shop has it, never that the buyer has (`reference/services.md` §1,
Webhooks).
"""

from collections.abc import Mapping

from adapters.cdek import answers, paths, refusals, settling
from adapters.cdek.client import CdekClient
from adapters.cdek.statuses import IN_PART, events_of, state_of
from adapters.errors import ContractBroken, OutcomeUnknown, Rejected
from tasks.rules.carrier import Booked
from tasks.rules.carrier_tracks import Related, ShipmentKind, Track, TrackEvent, TrackLine, TrackState

KINDS: Mapping[str, ShipmentKind] = {
    "direct_order": "direct",
    "client_direct_order": "direct",
    "return_order": "return",
    "client_return_order": "client_return",
    "reverse_order": "client_return",
}
"""What CDEK calls a related order; other entities (papers, agreements) are none."""
OF_BUYER = "client_return_order"


class CdekTracking(CdekClient):
    """Tells where shipments are."""

    def read_track(self, carrier_ref: str) -> Track | None:
        """A shipment as it is now; None: CDEK does not know it (yet, or any more).

        Of one that was not delivered its way back is looked at too.

        Raises:
            SyncError: it could not be asked.
        """
        shown = self.order(carrier_ref)
        if shown is None:
            return None
        track = track_of(shown)
        if track.kind != "direct" or track.state != "not_delivered":
            return track
        back = next((self.order(other.carrier_ref) for other in track.related if other.kind == "return"), None)
        ended = BACK.get(state_of(events_of(back.entity.statuses))) if back else None
        return track if ended is None else track_of(shown, ended=ended)

    def ask_return(self, carrier_ref: str, *, ref: str, tariff: str | None = None) -> Booked:
        """Let a buyer who has a shipment send it back («клиентский возврат»). The same call until it is settled.

        There is one such return of a shipment: where one is there already, it is the answer.

        Args:
            carrier_ref: of the delivered shipment.
            ref: ours for the answer.
            tariff: the carrier's code; none: the one that was agreed.

        Raises:
            SyncError: nothing was asked.
        """
        shown = self.order(carrier_ref)
        if shown is None:
            return Booked(ref=ref, state="refused", sentence="СДЭК не знает такого отправления: оформить возврат не по чему.")
        there = next((other for other in shown.related_entities if other.type == OF_BUYER and other.uuid), None)
        if there is not None and there.uuid is not None:
            return self._return_there(ref, there.uuid, there.cdek_number)
        body = {"tariff_code": int(tariff) if tariff else self.terms.tariff("return")}
        try:
            told = self.tell("POST", paths.client_return(carrier_ref), body, shape=answers.ACCEPTED)
        except (OutcomeUnknown, ContractBroken):
            # The same question looks at what is related to the shipment first.
            return Booked(ref=ref, state="pending")
        except Rejected as error:
            return _refused(ref, refusals.errors_of(error.answer))
        if told.entity is None:
            return _refused(ref, [error for row in told.requests for error in row.errors])
        return Booked(ref=ref, state="pending", carrier_ref=told.entity.uuid)

    def _return_there(self, ref: str, uuid: str, tracking: str | None) -> Booked:
        shown = self.order(uuid)
        asked = settling.creation(shown.requests) if shown else None
        if settling.how(asked) == "refused":
            return _refused(ref, asked.errors if asked else [])
        number = tracking or (shown.entity.cdek_number if shown else None)
        return Booked(ref=ref, state="exists" if number else "pending", carrier_ref=uuid, tracking=number or None)


BACK: Mapping[TrackState, TrackState] = {"delivered": "returned", "lost": "lost"}
"""What the end of its way back makes of a shipment that was not delivered."""


def track_of(shown: answers.Shown, *, ended: TrackState | None = None) -> Track:
    """An order as a track; ``ended``: what became of it on its way back."""
    order = shown.entity
    events = events_of(order.statuses)
    state = ended or _state(shown, events)
    kind = _kind(order)
    lines = tuple(_line(package, item, state) for package in order.packages for item in package.items)
    return Track(
        carrier_ref=order.uuid,
        kind=kind,
        state=state,
        ref=order.number,
        tracking=order.cdek_number,
        events=events,
        is_partial=state == "delivered" and kind == "direct" and _is_partial(events, lines),
        lines=lines,
        related=tuple(_related(shown)),
        planned_on=order.planned_delivery_date,
    )


def _state(shown: answers.Shown, events: tuple[TrackEvent, ...]) -> TrackState:
    """An order that was refused may have no status that says so."""
    state = state_of(events)
    is_refused = state == "registered" and settling.how(settling.creation(shown.requests)) == "refused"
    return "refused" if is_refused else state


def _kind(order: answers.Order) -> ShipmentKind:
    if order.is_client_return or order.is_reverse:
        return "client_return"
    return "return" if order.is_return else "direct"


def _is_partial(events: tuple[TrackEvent, ...], lines: tuple[TrackLine, ...]) -> bool:
    reason = next((event.reason for event in reversed(events) if event.state == "delivered"), None)
    return reason == IN_PART or any(line.delivered_pcs is not None and line.delivered_pcs < line.pcs for line in lines)


def _line(package: answers.Package, item: answers.Item, state: TrackState) -> TrackLine:
    """Before it is delivered a count of what was delivered says nothing."""
    sold_in = item.return_item_detail.direct_order_number if item.return_item_detail else None
    kept = item.delivery_amount if state == "delivered" else None
    return TrackLine(parcel=package.number, sku=item.ware_key, pcs=item.amount, delivered_pcs=kept, direct_tracking=sold_in)


def _related(shown: answers.Shown) -> list[Related]:
    orders = [(other, KINDS[other.type]) for other in shown.related_entities if other.type in KINDS]
    return [Related(kind=kind, carrier_ref=other.uuid, tracking=other.cdek_number or None) for other, kind in orders if other.uuid]


def _refused(ref: str, errors: list[answers.Error]) -> Booked:
    codes = tuple(error.code for error in errors if error.code)
    if refusals.STILL_WORKING in codes:
        return Booked(ref=ref, state="pending")
    return Booked(ref=ref, state="refused", codes=codes, sentence=refusals.sentence_of(errors))
