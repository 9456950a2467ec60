"""Faults to order: what a room does wrong, on which calls, and how many times."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "timeout_before", "timeout_after", "error_before", "error_after", "rate_limited", "lie", "late", "garbage", "html", "refuse_item"
]


class Fault(BaseModel):
    """One order.

    ``timeout_before`` and ``timeout_after`` never answer, without and with the effect; ``error_before`` and ``error_after`` answer
    ``status`` likewise; ``rate_limited`` answers 429 with ``retry_after``; ``lie`` answers as if the effect had happened, and it has
    not; ``late`` answers likewise, and the effect comes ``seconds`` after; ``garbage`` has the effect and answers what is not JSON;
    ``html`` answers ``status`` with a page of maintenance and does nothing; ``refuse_item`` gives the item of a batch with this ``sku``
    an error of its own.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str | None = Field(default=None, description="GET, POST, …; any where absent")
    path: str = Field(default="", description="a part of the path")
    sku: str | None = Field(default=None, description="for refuse_item")
    status: int = Field(default=503, ge=200, le=599)
    retry_after: str | None = Field(default=None, description="seconds or an HTTP date")
    seconds: float = Field(default=60.0, gt=0, description="how long a timeout holds the connection, or how late an effect comes")
    times: int | None = Field(default=1, ge=1, description="null: until cleared")
    share: float = Field(default=1.0, gt=0, le=1, description="of the calls that suit, thrown with the book's own dice")


class FaultBook:
    """Orders not yet carried out, first come first served; the same seed throws the same dice. ``carried_out`` counts by kind."""

    def __init__(self, seed: int = 0) -> None:
        self.carried_out: Counter[str] = Counter()
        self._pending: list[Fault] = []
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable world needs repeatable dice

    def order(self, fault: Fault) -> None:
        """Take an order."""
        self._pending.append(fault.model_copy())

    def clear(self) -> None:
        """Forget every order."""
        self._pending.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this call suffers, counted as carried out."""
        return self._take(
            lambda fault: fault.kind != "refuse_item" and fault.method in (None, method) and fault.path in path,
        )

    def take_item(self, sku: str) -> Fault | None:
        """The fault this item of a batch suffers, counted as carried out."""
        return self._take(lambda fault: fault.kind == "refuse_item" and fault.sku in (None, sku))

    def _take(self, suits: Callable[[Fault], bool]) -> Fault | None:
        found = next((fault for fault in self._pending if suits(fault) and self._falls(fault)), None)
        if found is None:
            return None
        self.carried_out[found.kind] += 1
        if found.times is not None:
            found.times -= 1
            if found.times == 0:
                self._pending.remove(found)
        return found

    def _falls(self, fault: Fault) -> bool:
        return fault.share == 1.0 or self._dice.random() < fault.share
