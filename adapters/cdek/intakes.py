"""Couriers of CDEK who come for parcels.

Source: `reference/services.md` §1, Other methods, Intakes.
"""

from datetime import date, time
from typing import Any

from adapters.cdek import answers, paths, refusals, settling
from adapters.cdek.client import CdekClient
from adapters.errors import ContractBroken, OutcomeUnknown, Rejected
from tasks.rules.carrier import Address
from tasks.rules.carrier_papers import Pickup, PickupSaid

NOWHERE = (
    "Вы сдаёте посылки в пункт СДЭК (shipment_point), к вам курьер не ездит. "
    "Чтобы он приезжал, укажите в настройках перевозчика склад (origin) вместо пункта."
)


class CdekIntakes(CdekClient):
    """Sends couriers."""

    def ask_pickup(self, pickup: Pickup) -> PickupSaid:
        """Call a courier. There is one for a shipment, and one for a day and an address: asked twice, the second time he «exists».

        Raises:
            SyncError: nothing was asked.
        """
        if pickup.carrier_ref is None and self._place(pickup.address) is None:
            return PickupSaid(state="refused", sentence=NOWHERE)
        try:
            told = self.tell("POST", paths.INTAKES, self._body(pickup), shape=answers.ACCEPTED)
        except (OutcomeUnknown, ContractBroken):
            # Asked, or perhaps asked: asking again tells which.
            return PickupSaid(state="pending")
        except Rejected as error:
            return _refused(refusals.errors_of(error.answer), None)
        if told.entity is None:
            return _refused([error for row in told.requests for error in row.errors], None)
        return PickupSaid(state="pending", pickup_ref=told.entity.uuid)

    def read_pickup(self, pickup_ref: str) -> PickupSaid:
        """How it stands with the courier.

        Raises:
            SyncError: it could not be asked.
        """
        shown = self._intake(pickup_ref)
        return PickupSaid(state="pending", pickup_ref=pickup_ref) if shown is None else _said(shown)

    def cancel_pickup(self, pickup_ref: str) -> PickupSaid:
        """Nobody need come; the same call until it is settled.

        Raises:
            SyncError: nothing was asked.
        """
        shown = self._intake(pickup_ref)
        said = PickupSaid(state="pending", pickup_ref=pickup_ref) if shown is None else _said(shown)
        if said.state != "agreed":
            return said
        try:
            self.tell("DELETE", paths.intake(pickup_ref), shape=answers.ACCEPTED)
        except Rejected as error:
            if refusals.STILL_WORKING not in refusals.codes_of(error.answer):
                return _refused(refusals.errors_of(error.answer), pickup_ref)
        except (OutcomeUnknown, ContractBroken):
            # The same question looks at the intake first.
            return PickupSaid(state="pending", pickup_ref=pickup_ref)
        return PickupSaid(state="pending", pickup_ref=pickup_ref)

    def pickup_days(self, address: Address, *, until: date | None = None) -> list[date]:
        """Days on which a courier would come there.

        Raises:
            SyncError: it could not be asked, or the town is not known.
        """
        body: dict[str, Any] = {"from_location": {"code": int(address.city_ref), "address": address.line}}
        body |= {"date": until.isoformat()} if until else {}
        return sorted(self.tell("POST", paths.INTAKE_DAYS, body, is_repeatable=True, shape=answers.DAYS).days)

    def _intake(self, pickup_ref: str) -> answers.ThingShown | None:
        return self.find(paths.intake(pickup_ref), answers.THING, absent=refusals.NOT_THERE)

    def _body(self, pickup: Pickup) -> dict[str, Any]:
        said: dict[str, Any] = {
            "intake_date": pickup.on.isoformat(),
            "intake_time_from": _hour(pickup.starts_at),
            "intake_time_to": _hour(pickup.ends_at),
            "lunch_time_from": _hour(pickup.lunch_starts_at),
            "lunch_time_to": _hour(pickup.lunch_ends_at),
            "order_uuid": pickup.carrier_ref,
            "name": pickup.name or None,
            "weight": pickup.weight_g,
            "comment": pickup.comment or None,
            "need_call": pickup.needs_call,
        }
        if pickup.carrier_ref is None:
            said |= {"from_location": self._place(pickup.address), "sender": self._sender()}
        return {name: value for name, value in said.items() if value is not None}

    def _place(self, address: Address | None) -> dict[str, Any] | None:
        if address is not None:
            return {"code": int(address.city_ref), "address": address.line}
        origin = self.terms.origin
        return {"code": origin.city_code, "address": origin.line} if origin else None

    def _sender(self) -> dict[str, Any] | None:
        if self.terms.contact_name is None:
            return None
        phones = [{"number": self.terms.contact_phone}] if self.terms.contact_phone else []
        return {"name": self.terms.contact_name, "phones": phones}


def _said(shown: answers.ThingShown) -> PickupSaid:
    ref, asked, removal = shown.entity.uuid, settling.creation(shown.requests), settling.removal(shown.requests)
    if any(status.code == "REMOVED" for status in shown.entity.statuses) or settling.how(removal) == "done":
        return PickupSaid(state="cancelled", pickup_ref=ref)
    if settling.how(asked) == "refused":
        return _refused(asked.errors if asked else [], ref)
    is_asked_off = settling.how(removal) == "working"
    return PickupSaid(state="agreed" if settling.how(asked) == "done" and not is_asked_off else "pending", pickup_ref=ref)


def _refused(errors: list[answers.Error], pickup_ref: str | None) -> PickupSaid:
    if not refusals.INTAKE_EXISTS.isdisjoint(error.code for error in errors):
        return PickupSaid(state="exists", sentence=refusals.sentence_of(errors))
    return PickupSaid(state="refused", pickup_ref=pickup_ref, sentence=refusals.sentence_of(errors))


def _hour(at: time | None) -> str | None:
    return at.strftime("%H:%M") if at else None
