"""A carrier with moods, whose own books are what really left."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from adapters.errors import OutcomeUnknown
from tasks.rules.carrier import Booked, CalledOff, CarrierShipment
from tasks.rules.carrier_tracks import Track, TrackState
from tests.adapters.hub.shipping import PlayedCarrier, shown

Mood = Literal["takes", "refuses", "silent before", "silent after", "pending"]
MOODS: tuple[Mood, ...] = ("takes", "refuses", "silent before", "silent after", "pending")
STATES: tuple[TrackState, ...] = ("accepted", "in_transit", "ready", "delivered", "not_delivered", "returned", "lost")
OUT = frozenset({"accepted", "in_transit", "ready", "delivered"})
"""The buyer has it, or will."""
OVER = frozenset({"returned", "lost", "cancelled", "refused"})


@dataclass
class MoodyCarrier(PlayedCarrier):
    """Keeps a waybill per number that it was given, and never two that live.

    Args:
        waybills: our number → its key of the waybill that lives.
        contents: its key → units by sku.
        stands: its key → where the parcel really is.
        words: its key → what it says instead: a word that nobody here knows.
    """

    mood: Mood = "takes"
    waybills: dict[str, str] = field(default_factory=dict)
    contents: dict[str, Mapping[str, int]] = field(default_factory=dict)
    stands: dict[str, TrackState] = field(default_factory=dict)
    words: dict[str, TrackState] = field(default_factory=dict)
    book: Lock = field(default_factory=Lock)

    def put_shipment(self, shipment: CarrierShipment, *, carrier_ref: str | None = None) -> Booked:
        """By our number; a waybill that turned out invalid is refused to whoever asks by its key."""
        ref, mood = shipment.ref, self.mood
        if mood == "silent before":
            raise OutcomeUnknown("Перевозчик не ответил.", system="cdek")
        with self.book:
            if (carrier_ref is not None and self.stands.get(carrier_ref) == "refused") or (mood == "refuses" and ref not in self.waybills):
                return Booked(ref=ref, state="refused", sentence="Не туда.")
            is_there = ref in self.waybills
            key = self.waybills.setdefault(ref, f"u{len(self.contents)}-{ref}")
            if not is_there:
                self.contents[key], self.stands[key] = _units(shipment), "registered"
        if mood == "silent after":
            raise OutcomeUnknown("Перевозчик не ответил.", system="cdek")
        if mood == "pending":
            return Booked(ref=ref, state="pending", carrier_ref=key)
        return Booked(ref=ref, state="exists" if is_there else "accepted", carrier_ref=key, tracking=f"T{key}")

    def cancel_shipment(self, carrier_ref: str, *, turn_back: bool = False) -> CalledOff:
        """Free until the parcel has left; then with consent only."""
        if self.mood.startswith("silent"):
            raise OutcomeUnknown("Перевозчик не ответил.", system="cdek")
        if self.mood == "pending":
            return CalledOff(carrier_ref=carrier_ref, state="pending")
        if self.stands[carrier_ref] in {"registered", "cancelled"}:
            self.stands[carrier_ref] = "cancelled"
            return CalledOff(carrier_ref=carrier_ref, state="cancelled")
        if self.stands[carrier_ref] in OUT - {"delivered"} and not turn_back:
            return CalledOff(carrier_ref=carrier_ref, state="left", sentence="Посылка уже уехала.")
        if self.stands[carrier_ref] in OVER | {"delivered"}:
            return CalledOff(carrier_ref=carrier_ref, state="refused", sentence="Поздно.")
        self.stands[carrier_ref] = "not_delivered"
        return CalledOff(carrier_ref=carrier_ref, state="coming_back")

    def read_track(self, carrier_ref: str) -> Track | None:
        """Where it is, or a word of another vocabulary."""
        if self.mood.startswith("silent"):
            raise OutcomeUnknown("Перевозчик не ответил.", system="cdek")
        state = self.words.get(carrier_ref, self.stands[carrier_ref])
        is_partial = state == "delivered" and len(self.contents[carrier_ref]) > 1
        return shown(carrier_ref, state, (0, state.upper(), state), tracking=f"T{carrier_ref}", is_partial=is_partial)

    def move(self, key: str, state: TrackState) -> bool:
        """A parcel goes its way; False: this one goes nowhere any more."""
        if self.stands[key] in OVER:
            return False
        self.stands[key] = state
        return True

    def turn_invalid(self, key: str) -> bool:
        """What was taken is refused after all, before anybody fetched it."""
        if self.stands[key] != "registered":
            return False
        self.stands[key] = "refused"
        self.waybills = {ref: other for ref, other in self.waybills.items() if other != key}
        return True

    def out(self, order_number: str) -> Counter[str]:
        """Units by sku that the buyer of an order has, or will have."""
        keys = [key for key in self.contents if key.partition("-")[2].rpartition("-")[0] == order_number and self.stands[key] in OUT]
        return sum((Counter(self.contents[key]) for key in keys), Counter())


def _units(shipment: CarrierShipment) -> Counter[str]:
    found = Counter[str]()
    for parcel in shipment.parcels:
        for item in parcel.items:
            found[item.sku] += item.pcs
    return found
