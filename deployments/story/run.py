"""One run of an hour: the stage, its actors, and what all of them have in common."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.capabilities import Channel
from adapters.channel_settings import ChannelSettings
from adapters.channels import open_channel
from adapters.hub.hub import Hub
from deployments.story.crowd import Crowd, Record
from deployments.story.distance import Distance
from deployments.story.goods import CHANNELS
from deployments.story.hours import Script
from deployments.story.postman import Postman
from deployments.story.report import Alarm
from deployments.story.stage import Stage
from deployments.story.time import Bell
from deployments.story.truth import Outcome, agree_with_books, count
from deployments.story.watcher import Look, Watcher

POLL_S = 25.0
"""Orders of a channel are asked for so often, and at once when a push came; Wildberries sends none. Sooner than a round of stock would."""
EARLY_S = 240.0
"""Between rounds before the doors open and after they are closed, when nobody buys."""


@dataclass(kw_only=True)
class Run:
    """What an actor of a run needs to know."""

    stage: Stage
    hub: Hub
    settings: Mapping[str, ChannelSettings]
    script: Script
    opens_at: datetime
    record: Record = field(default_factory=Record)
    past: dict[str, frozenset[str]] = field(init=False)
    order_bells: dict[str, Bell] = field(default_factory=lambda: {channel: Bell() for channel in CHANNELS})
    stock_bells: dict[str, Bell] = field(default_factory=lambda: {channel: Bell() for channel in CHANNELS})

    def __post_init__(self) -> None:
        self.past = {channel: frozenset(self.stage.books(channel)["orders"]) for channel in CHANNELS}

    @property
    def closes_at(self) -> datetime:
        """When the hour is over."""
        return self.opens_at + timedelta(seconds=self.script.lasts_s)

    @property
    def ends_at(self) -> datetime:
        """When its aftermath is."""
        return self.closes_at + timedelta(seconds=self.script.aftermath_s)

    @property
    def now(self) -> datetime:
        """The story's instant."""
        return self.stage.turns.now

    @property
    def goes_on(self) -> bool:
        """Whether an actor is to come again."""
        return self.now < self.ends_at

    @contextmanager
    def reached(self, channel: str, who: str) -> Iterator[Channel]:
        """A channel, as far away as it is."""
        distance = Distance(self.stage.clock, seed=self.stage.seed, whose=f"{channel} {who}")
        with open_channel(self.settings[channel], hub=self.hub, transport=distance) as shop:
            yield shop

    def rest(self, seconds: float, bell: Bell) -> None:
        """Until a bell rings, for so long at most and never over the end."""
        self.stage.turns.rest_until(min(self.ends_at, self.now + timedelta(seconds=seconds)), bell)

    def round_s(self, seconds: float) -> float:
        """How long an actor rests between two rounds: so long, longer while nobody buys."""
        early_s, late_s = ((self.opens_at - self.now).total_seconds(), (self.now - self.closes_at).total_seconds())
        if early_s > 0:
            return min(max(EARLY_S, seconds), early_s)
        return max(EARLY_S / 2, seconds) if late_s > 0 else seconds

    def ring(self, bells: dict[str, Bell]) -> None:
        """All channels' bells."""
        for bell in bells.values():
            bell.ring()


@dataclass(frozen=True, kw_only=True)
class Played:
    """A run that is over."""

    outcome: Outcome
    looks: list[Look]
    opens_at: datetime
    alarms: list[Alarm] = field(default_factory=list)


def acting(run: Run, channel: str, who: str, act: Callable[[Channel], None]) -> Callable[[], None]:
    """An actor with a channel of his own in his hands."""

    def act_there() -> None:
        with run.reached(channel, who) as shop:
            act(shop)

    return act_there


def play(run: Run) -> Played:
    """Let the world's actors act beside those that were added already, and count what came of it."""
    stage, turns = run.stage, run.stage.turns
    watcher = Watcher(stage=stage, record=run.record, ends_at=run.ends_at)
    is_broken = run.script.is_broken
    postman = Postman(stage=stage, record=run.record, ends_at=run.ends_at, are_broken=is_broken, bells=run.order_bells)
    bells = {channel: [watcher.bell, postman.bell] for channel in CHANNELS}
    crowd = Crowd(stage=stage, plan=run.script.plan, opens_at=run.opens_at, closes_at=run.closes_at, record=run.record, bells=bells)
    turns.add("channels slow down", lambda: stage.slow_down(are_broken=is_broken), at=run.opens_at)
    turns.add("postman", postman.act, at=run.opens_at)
    turns.add("buyers", crowd.act, at=run.opens_at)
    turns.add("watcher", watcher.act, at=run.opens_at)
    turns.run()
    agree_with_books(run.record, {channel: _of_the_hour(run, channel) for channel in CHANNELS}, at=run.now)
    outcome = count(stage.shelf, run.record, watcher.looks, closes_at=run.closes_at, ends_at=run.ends_at)
    return Played(outcome=outcome, looks=watcher.looks, opens_at=run.opens_at)


def _of_the_hour(run: Run, channel: str) -> dict[str, dict[str, Any]]:
    """The channel's orders by its own books, without those of the past."""
    return {order_ref: order for order_ref, order in run.stage.books(channel)["orders"].items() if order_ref not in run.past[channel]}
