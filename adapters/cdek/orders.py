"""Orders of CDEK: booked once, settled by asking, taken back the way that costs nothing.

There is no key of idempotency. A second order with the same number is answered 202 with another uuid and turns incorrect only later, so a
number is looked up before anything is sent, an answer that was lost leaves it to the next look, and «the number is taken» means that it is
there (`reference/services.md` §1, Orders, Duplicates).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from adapters.cdek import answers, bodies, paths, refusals, settling
from adapters.cdek.client import CdekClient
from adapters.cdek.statuses import events_of, state_of
from adapters.errors import ContractBroken, OutcomeUnknown, Rejected
from tasks.rules.carrier import Booked, CalledOff, CarrierShipment
from tasks.rules.carrier_tracks import TrackState

HAS_LEFT = "Посылка уже у СДЭК, бесплатно её не отменить. Её можно вернуть с дороги, но за пересылку заплатит магазин: решите, нужно ли."
ANSWERS: Mapping[TrackState, tuple[Literal["coming_back", "refused"], str | None]] = {
    "not_delivered": ("coming_back", None),
    "delivered": ("refused", "Отменить нельзя: посылка уже у покупателя. Если он передумал, оформите возврат."),
    "lost": ("refused", "Отменять нечего: посылка утрачена. Подайте СДЭК претензию."),
}
"""What the state of a shipment answers by itself to a wish to take it back."""
GONE: frozenset[TrackState] = frozenset({"cancelled", "refused"})


class CdekOrders(CdekClient):
    """Takes shipments, and takes them back."""

    def put_shipment(self, shipment: CarrierShipment, *, carrier_ref: str | None = None) -> Booked:
        """Book it, or ask how far it is: the same call until it is settled.

        Args:
            shipment: whole.
            carrier_ref: what a pending answer gave; where CDEK never shows that one, ask without it: the number decides.

        Raises:
            SyncError: nothing at all was done.
        """
        if faults := bodies.faults_of(shipment, self.terms):
            return Booked(ref=shipment.ref, state="refused", sentence=" ".join(faults))
        if carrier_ref is not None:
            shown = self.order(carrier_ref)
            return _pending(shipment.ref, carrier_ref) if shown is None else self._settled(shipment, shown)
        shown = self.order_of(shipment.ref)
        if shown is None or _is_gone(shown):
            return self._made(shipment)
        return _as_there(_booked(shipment, shown))

    def cancel_shipment(self, carrier_ref: str, *, turn_back: bool = False) -> CalledOff:
        """Take a shipment back the way that costs nothing; the same call until it is settled.

        «Создан» is removed for nothing; a removal may stay unanswered for a day and is not asked for twice. A refusal would be charged
        there, so it is only for what has left.

        Args:
            carrier_ref: of the shipment.
            turn_back: consent to let it come back at the shop's expense where it has left already.

        Raises:
            SyncError: nothing at all was done.
        """
        shown = self.order(carrier_ref)
        if shown is None:
            return CalledOff(carrier_ref=carrier_ref, state="pending")
        state = state_of(events_of(shown.entity.statuses))
        if state in GONE or (state == "registered" and settling.how(settling.creation(shown.requests)) == "refused"):
            return CalledOff(carrier_ref=carrier_ref, state="cancelled")
        if state == "registered":
            return self._remove(shown)
        if state in ANSWERS:
            answer, sentence = ANSWERS[state]
            return CalledOff(carrier_ref=carrier_ref, state=answer, sentence=sentence)
        if not turn_back:
            return CalledOff(carrier_ref=carrier_ref, state="left", sentence=HAS_LEFT)
        return self._asked_off(carrier_ref, "POST", paths.refusal(carrier_ref))

    def _made(self, shipment: CarrierShipment) -> Booked:
        """Sent: whether CDEK takes it, it says later."""
        try:
            told = self.tell("POST", paths.ORDERS, bodies.order_body(shipment, self.terms), shape=answers.ACCEPTED)
        except (OutcomeUnknown, ContractBroken):
            # Sent, or perhaps sent: the number is looked up before it is sent again.
            return _pending(shipment.ref, None)
        except Rejected as error:
            return self._not_taken(shipment, refusals.errors_of(error.answer), None)
        if told.entity is None:
            return self._not_taken(shipment, [error for row in told.requests for error in row.errors], None)
        return _pending(shipment.ref, told.entity.uuid)

    def _settled(self, shipment: CarrierShipment, shown: answers.Shown) -> Booked:
        """What became of the order that this shipment was sent as."""
        asked = settling.creation(shown.requests)
        if settling.how(asked) == "refused" or state_of(events_of(shown.entity.statuses)) == "refused":
            return self._not_taken(shipment, asked.errors if asked else [], shown.entity.uuid)
        return _booked(shipment, shown)

    def _not_taken(self, shipment: CarrierShipment, errors: Sequence[answers.Error], carrier_ref: str | None) -> Booked:
        """A number that is taken says that the shipment is there; another request that still runs says to wait; the rest is a refusal."""
        codes = {error.code for error in errors}
        if refusals.STILL_WORKING in codes:
            return _pending(shipment.ref, carrier_ref)
        if refusals.TAKEN_NUMBER in codes:
            there = self.order_of(shipment.ref)
            if there is not None and not _is_gone(there) and there.entity.uuid != carrier_ref:
                return _as_there(_booked(shipment, there))
        sentence = refusals.sentence_of(errors, bodies.of_person(shipment))
        return Booked(
            ref=shipment.ref,
            state="refused",
            carrier_ref=carrier_ref,
            codes=tuple(error.code for error in errors if error.code),
            sentence=sentence,
        )

    def _remove(self, shown: answers.Shown) -> CalledOff:
        """Only what CDEK has worked through can be removed, and only once."""
        uuid = shown.entity.uuid
        is_made = settling.how(settling.creation(shown.requests)) == "done"
        if not is_made or settling.how(settling.removal(shown.requests)) in {"working", "done"}:
            return CalledOff(carrier_ref=uuid, state="pending")
        return self._asked_off(uuid, "DELETE", paths.order(uuid))

    def _asked_off(self, carrier_ref: str, method: str, path: str) -> CalledOff:
        """Asked; what CDEK says against it, it shows better when it is looked at next."""
        try:
            self.tell(method, path, shape=answers.ACCEPTED)
        except Rejected as error:
            codes = refusals.codes_of(error.answer)
            if refusals.STILL_WORKING not in codes and refusals.TOO_LATE.isdisjoint(codes):
                sentence = refusals.sentence_of(refusals.errors_of(error.answer))
                return CalledOff(carrier_ref=carrier_ref, state="refused", sentence=sentence)
        except (OutcomeUnknown, ContractBroken):
            # The same question looks at the order first.
            return CalledOff(carrier_ref=carrier_ref, state="pending")
        return CalledOff(carrier_ref=carrier_ref, state="pending")


def _booked(shipment: CarrierShipment, shown: answers.Shown) -> Booked:
    """Of an order that was not refused. Its number may come later than the word that it is done."""
    order = shown.entity
    if state_of(events_of(order.statuses)) == "cancelled":
        sentence = "Отправление удалили в личном кабинете СДЭК. Если оно нужно, оформите его заново."
        return Booked(ref=shipment.ref, state="refused", carrier_ref=order.uuid, sentence=sentence)
    if not order.cdek_number:
        return _pending(shipment.ref, order.uuid)
    return Booked(ref=shipment.ref, state="accepted", carrier_ref=order.uuid, tracking=order.cdek_number)


def _as_there(booked: Booked) -> Booked:
    if booked.state != "accepted":
        return booked
    return Booked(ref=booked.ref, state="exists", carrier_ref=booked.carrier_ref, tracking=booked.tracking)


def _pending(ref: str, carrier_ref: str | None) -> Booked:
    return Booked(ref=ref, state="pending", carrier_ref=carrier_ref)


def _is_gone(shown: answers.Shown) -> bool:
    """It was refused or removed: its number is free again."""
    is_refused = settling.how(settling.creation(shown.requests)) == "refused"
    return is_refused or state_of(events_of(shown.entity.statuses)) in GONE
