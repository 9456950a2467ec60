"""Where a shipment is, as its carrier tells it, and what comes back of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

TrackState = Literal[
    "registered", "accepted", "in_transit", "ready", "delivered", "not_delivered", "returned", "lost", "cancelled", "refused", "other"
]
"""Where a shipment is: told of and not handed over | with the carrier at the sender's | on its way, a courier's round included | waits at
a point or in a locker | the buyer has it | the buyer has not and will not, it comes back | the shop has it again | nobody will ever
have it | called off before it left | the carrier never took it | a status that nobody here knows: shown, never guessed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackEvent:
    """Something that happened to a shipment.

    Args:
        at: when, by the carrier's clock.
        code: the carrier's own word.
        state: ours for it; other where the word is not known.
        title: the carrier's sentence for people.
        reason: the carrier's code of why it was not delivered, or only in part; none elsewhere.
    """

    at: datetime
    code: str
    state: TrackState
    title: str = ""
    city: str = ""
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackLine:
    """Pieces of one thing in a parcel and what the buyer kept of them.

    Args:
        sku: as the carrier shows it: `tasks.rules.carrier.label_code` of ours.
        delivered_pcs: none where the carrier does not say, or it has not come to that.
        direct_tracking: of a parcel that comes back: the number of the shipment in which it was sold; none where that is not told.
    """

    parcel: str
    sku: str
    pcs: int
    delivered_pcs: int | None = None
    direct_tracking: str | None = None


ShipmentKind = Literal["direct", "return", "client_return"]
"""To the buyer | what he did not take, on its way back | what he had and sends back, by a courier's reverse trip too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Another shipment of the same goods. ``kind`` is that other's; ``tracking`` may come later."""

    kind: ShipmentKind
    carrier_ref: str
    tracking: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """A shipment as its carrier shows it now.

    Args:
        kind: never apply what happens to one that goes back to the sale: that one is «delivered» when the shop has it.
        ref: ours; a return has none, or the one of the shipment it comes back from.
        state: of the newest event that tells one; ``returned`` and ``lost`` of a direct one count what became of it on its way back.
        events: in the order of their time; those that the carrier took back are not among them.
        is_partial: delivered, but not all of it: the rest comes back as a shipment of its own.
        lines: what is in it, as far as the carrier tells.
        related: its returns, or what it comes back from.
        planned_on: when it should be there.
    """

    carrier_ref: str
    kind: ShipmentKind
    state: TrackState
    ref: str | None = None
    tracking: str | None = None
    events: tuple[TrackEvent, ...] = ()
    is_partial: bool = False
    lines: tuple[TrackLine, ...] = ()
    related: tuple[Related, ...] = ()
    planned_on: date | None = None

    @property
    def is_final(self) -> bool:
        """Nothing more will happen to it; one that was not delivered, or in part, still comes back."""
        return self.state in FINAL and not self.is_partial


FINAL: frozenset[TrackState] = frozenset({"delivered", "returned", "lost", "cancelled", "refused"})
