"""A part of an order that leaves by itself: the words between the hub and the channel that sold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class PartShipped:
    """A part of an order, and what is known of its way.

    Args:
        number: our number of the shipment.
        order_ref: the channel's key of the order.
        boxes: units by the channel's key of the line, box by box.
        rest_pcs: units by line that stay for a later part.
        tracking: the carrier's number; none where it has none (yet), or holds no longer.
        carrier: its name for people.
        may_remove: the shop consents that the channel takes what is not in the boxes out of the order for ever.
        known_refs: what `PartTold.channel_ref` said of the order's other parts.
    """

    number: str
    order_ref: str
    boxes: tuple[Mapping[str, int], ...]
    rest_pcs: Mapping[str, int]
    tracking: str | None = None
    carrier: str = ""
    may_remove: bool = False
    known_refs: frozenset[str] = frozenset()

    @property
    def pcs(self) -> dict[str, int]:
        """Units by line."""
        found: dict[str, int] = {}
        for box in self.boxes:
            for ref, pcs in box.items():
                found[ref] = found.get(ref, 0) + pcs
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class PartTold:
    """What became of it.

    Args:
        outcome: accepted; already (it is there); later (nothing was done, it will pass); refused; unknown (look before repeating).
        channel_ref: the channel's own key of the part, where it made an order of its own of it.
        sentence: why not, for a manager.
    """

    number: str
    outcome: Literal["accepted", "already", "later", "refused", "unknown"]
    channel_ref: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyOpen:
    """A supply that is being filled."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedOver:
    """What became of a supply that was to be handed over.

    Args:
        outcome: accepted; already; refused; unknown (look before repeating).
        sentence: why not, for a manager.
    """

    supply_ref: str
    name: str
    outcome: Literal["accepted", "already", "refused", "unknown"]
    sentence: str | None = None
