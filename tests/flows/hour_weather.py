"""Everything that goes wrong in the worst hour, all of it at once, and all of it within the bounds of the settings."""

import random
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters.clock import Clock
from tasks.rules.bounds import Bounds
from tests.flows.cabinets import KINDS, Cabinets

TOLD = ("wb", "ozon", "ym")
PUSHING = ("site", "ozon", "ym")
WRITES = {"wb": ("PUT", "/api/v3/stocks/"), "ozon": ("POST", "/v2/products/stocks"), "ym": ("PUT", "/offers/stocks")}
YM_WRITES = ("POST", "/offers/stocks/update")
BOUNDS = Bounds(visible_s=240, effective_s=900, stale_s=90, restored_s=300)
"""What the told channels are set to."""
LATE_S, SHOWN_S = 180.0, 30.0
"""A write that was answered with success has its effect so late; and any write is shown so late."""
LAGS: dict[str, Any] = {
    "order_visible_s": 30,
    "order_visible_spread_s": 150,
    "stock_shown_s": SHOWN_S,
    "read_stale_s": 60,
    "restores_s": 200,
}
STEADY: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("timeout_before", 0.01, {}),
    ("timeout_after", 0.01, {}),
    ("error_before", 0.04, {"status": 500}),
    ("error_after", 0.02, {"status": 502}),
    ("rate_limited", 0.05, {"retry_after": "2"}),
    ("html", 0.03, {}),
    ("garbage", 0.03, {}),
)
"""What befalls any call: the kind, its share, and details."""
OF_WRITES = (("lie", 0.12), ("late", 0.12), ("timeout_before", 0.05), ("timeout_after", 0.08), ("error_after", 0.08), ("garbage", 0.05))
STORM = 6
EVERY_S = (60.0, 180.0)


@dataclass(kw_only=True)
class Weather:
    """The one who makes it.

    Args:
        cabinets: the world.
        clock: the shop's.
        skus: goods, of which some are refused in a batch.
        seed: of the dice.
    """

    cabinets: Cabinets
    clock: Clock
    skus: list[str]
    seed: int
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """From now on channels are slow, and whatever they are told or asked may go wrong."""
        for channel in TOLD:
            self.cabinets.order(channel, "PUT", "/lags", json=LAGS)
            method, path = WRITES[channel] if channel != "ym" else YM_WRITES
            for kind, share in OF_WRITES:
                self.cabinets.fault(channel, kind, method=method, path=path, share=share, times=None, seconds=LATE_S)
        for channel in KINDS:
            for kind, share, details in STEADY:
                self.cabinets.fault(channel, kind, share=share, times=None, **details)
        self._thread = threading.Thread(target=self._act, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more storms."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _act(self) -> None:
        """Storms, one after the other, until it is over."""
        dice = random.Random(f"{self.seed} weather")
        while not self._is_over.is_set():
            dice.choice((self._storm, self._post, self._batch, self._habits))(dice)
            self._is_over.wait(dice.uniform(*EVERY_S) / self.clock.speed)

    def end(self) -> None:
        """From now on all is well."""
        self.stop()
        self.cabinets.clear()
        for channel in TOLD:
            self.cabinets.order(channel, "PUT", "/lags", json=dict.fromkeys(LAGS, 0) | {"restores": True})

    def _storm(self, dice: random.Random) -> None:
        """A channel wants no calls at all for a while."""
        kind = dice.choice(("rate_limited", "error_before", "html"))
        self.cabinets.fault(dice.choice(list(KINDS)), kind, times=STORM, retry_after="5")

    def _post(self, dice: random.Random) -> None:
        """Pushes are lost, sent twice, late, or in reverse."""
        for kind in ("lose", "repeat", "delay", "reorder"):
            self.cabinets.order(dice.choice(PUSHING), "POST", "/push/mischief", json={"kind": kind, "times": 3, "seconds": 120})

    def _batch(self, dice: random.Random) -> None:
        """A row of a batch is refused."""
        self.cabinets.fault(dice.choice(list(KINDS)), "refuse_item", sku=dice.choice(self.skus), times=2)

    def _habits(self, dice: random.Random) -> None:
        """Whether a cancelled piece is on sale again by itself, and how old a read-back is."""
        told = {"restores": dice.random() < 0.5, "read_stale_s": dice.choice((0, 30, 60)), "stock_shown_s": dice.choice((0, 10, SHOWN_S))}
        self.cabinets.order(dice.choice(TOLD), "PUT", "/lags", json=told)


@dataclass(kw_only=True)
class Pulse:
    """How long the world keeps its callers waiting, the worst of it: what happens late there by no order of ours.

    Args:
        cabinets: the world.
        clock: the shop's.
    """

    cabinets: Cabinets
    clock: Clock
    worst_s: float = 0.0
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """From now on."""
        self._thread = threading.Thread(target=self._act, daemon=True)
        self._thread.start()

    def _act(self) -> None:
        """Ask, and look at the clock."""
        while not self._is_over.wait(0.05):
            began_at = self.clock.now()
            self.cabinets.order("wb", "GET", "/lags")
            self.worst_s = max(self.worst_s, (self.clock.now() - began_at) / timedelta(seconds=1))

    def end(self) -> None:
        """Enough."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def held_bounds(self) -> bool:
        """Whether everything that could be late was within the bounds, what the machine added twice over among it."""
        return LATE_S + SHOWN_S + 2 * self.worst_s < BOUNDS.effective_s
