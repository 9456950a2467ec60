"""What CDEK leaves open, or gives as «up to»."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from deployments.world.cdek.statuses import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """Sources: `reference/services.md` §1.

    Attributes:
        findable_s: until a new order can be read at all; «0.2–0.5 s», the advice is to wait 2–3 s before the first GET.
        settling_s: until an order or another request is worked through; measured 3–7 s, up to 60 s at peak.
        removing_s: the same for a removal; measured: a day later still ACCEPTED, and the order CREATED.
        printing_s: until a print form is ready.
        waiting_as: what a request says that is being worked through; a name nobody knows is still no failure.
        statuses_first: which of an order's ``statuses[]`` comes first; print forms and intakes have the oldest first whatever it says.
        vocabulary: in which words statuses are told.
        ware_key_most: characters of an item's ``ware_key``; 20 in the older text, later unspecified.
        vat_rates: the vendor's own lists differ.
        calls_per_second: guaranteed over all methods; what comes above it is not said.
        subscriptions_most: active ones, unconfirmed.
        push_timeout_s: for an answer to a push, in real seconds: a receiver works in real time.
    """

    findable_s: float = 0.3
    settling_s: float = 5.0
    removing_s: float = 172_800.0
    printing_s: float = 4.0
    waiting_as: str = "WAITING"
    statuses_first: Literal["newest", "oldest", "mixed"] = "newest"
    vocabulary: Vocabulary = "cities"
    ware_key_most: int = 20
    vat_rates: frozenset[int | None] = frozenset({None, 0, 5, 7, 10, 16, 20, 22})
    calls_per_second: int = 200
    subscriptions_most: int = 2
    push_timeout_s: float = 15.0

    @property
    def settling(self) -> timedelta:
        """``settling_s`` as a span."""
        return timedelta(seconds=self.settling_s)

    @property
    def printing(self) -> timedelta:
        """``printing_s`` as a span."""
        return timedelta(seconds=self.printing_s)
