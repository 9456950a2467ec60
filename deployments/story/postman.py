"""Lets the world deliver its pushes when they are due, and wakes whoever reads the channel's orders."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deployments.story.crowd import Record, Release, Sale
from deployments.story.lags import PUSH_AFTER_S, lags_of
from deployments.story.stage import Stage
from deployments.story.time import Bell

TRIES = 4
"""Within the time in which an order may become visible: only the world knows when that is."""


@dataclass(kw_only=True)
class Postman:
    """Walks when something has happened."""

    stage: Stage
    record: Record
    ends_at: datetime
    are_broken: bool
    bells: dict[str, Bell]
    bell: Bell = field(default_factory=Bell)
    _walks: list[tuple[datetime, str]] = field(default_factory=list)
    _noted: int = 0

    def act(self) -> None:
        """Deliver, rest, deliver."""
        turns = self.stage.turns
        while turns.now < self.ends_at:
            self._note()
            while self._walks and self._walks[0][0] <= turns.now:
                _, channel = heapq.heappop(self._walks)
                if self.stage.order(channel, "POST", "/push/deliver").json():
                    self.bells[channel].ring()
            turns.rest_until(self._walks[0][0] if self._walks else self.ends_at, self.bell)

    def _note(self) -> None:
        """What happened since the last time will be pushed."""
        for one in self.record.happened[self._noted :]:
            channel = one.channel if isinstance(one, Sale) else one.sale.channel
            for at in self._instants(channel, one):
                heapq.heappush(self._walks, (at, channel))
        self._noted = len(self.record.happened)

    def _instants(self, channel: str, one: Sale | Release) -> list[datetime]:
        if channel not in PUSH_AFTER_S:
            return []
        lags = lags_of(channel, are_broken=self.are_broken) if isinstance(one, Sale) else {}
        visible_s, spread_s = lags.get("order_visible_s", 0.0), lags.get("order_visible_spread_s", 0.0)
        tries = [visible_s + spread_s * number / TRIES for number in range(1, TRIES + 1)] if spread_s else [visible_s]
        return [one.at + timedelta(seconds=PUSH_AFTER_S[channel] + seconds) for seconds in tries]
