"""What our states are in the account, and what its statuses are here. Its codes are its own, so that a mapping says it."""

from collections.abc import Mapping

PROGRESS = ("unpaid", "new", "confirmed", "shipped", "delivered", "cancelled", "returned")
"""How far an order has come."""

READ_FIRST = ("new", "confirmed", "shipped", "delivered", "cancelled", "returned", "unpaid", "other")
"""Which of our states a status means that stands for several."""

OVER_ANYTHING = ("shipped", "delivered", "cancelled", "returned")
"""Facts that are told also over a status that the mapping does not know: before them it is people's own work."""


STANDARD = {
    "send-to-assembling": "confirmed",
    "assembling": "confirmed",
    "assembling-complete": "confirmed",
    "send-to-delivery": "shipped",
    "delivering": "shipped",
    "redirect": "shipped",
    "ready-for-self-pickup": "shipped",
    "arrived-in-pickup-point": "shipped",
    "complete": "delivered",
    "no-call": "cancelled",
    "no-product": "cancelled",
    "already-buyed": "cancelled",
    "delyvery-did-not-suit": "cancelled",
    "prices-did-not-suit": "cancelled",
    "cancel-other": "cancelled",
}
"""What the statuses mean that every new account has, as the vendor spells them, by the group that each is of. Those of the group that
comes before «Комплектация» are people's own work and mean nothing here; «Возврат» stands among the cancellations, and is none."""


class States:
    """Between our states and the account's statuses.

    Args:
        statuses: our state → its status.
        read_statuses: its status → our state, where that is not the former read backwards, nor as in `STANDARD`; ``other`` for one that
            is to mean nothing.
    """

    def __init__(self, *, statuses: Mapping[str, str], read_statuses: Mapping[str, str]) -> None:
        self._statuses = dict(statuses)
        backwards = {statuses[state]: state for state in reversed(READ_FIRST) if state in statuses}
        self._named = backwards | dict(read_statuses)
        self._states = STANDARD | self._named

    @property
    def codes(self) -> set[str]:
        """Every status that the mapping names."""
        return set(self._named)

    def status_of(self, state: str) -> str | None:
        """Its status of a state of ours; none for one that is not mapped."""
        return self._statuses.get(state)

    def state_of(self, status: str) -> str | None:
        """Our state of its status; none for one that is not mapped."""
        return self._states.get(status)

    def to_send(self, state: str, shown: str) -> str | None:
        """The status that an order is to get; none where the one it has stays.

        People move orders too. What means the same as our state stays, and so does what is further along: the hub has yet to read it.

        Args:
            state: ours.
            shown: the status it has.
        """
        status = self._statuses.get(state)
        theirs = self._states.get(shown)
        if status in (None, shown) or state not in PROGRESS:
            return None
        is_further = state in OVER_ANYTHING if theirs not in PROGRESS else PROGRESS.index(state) > PROGRESS.index(theirs)
        return status if is_further else None
