"""The second run: the same hour with Utyug, by the very functions its flows use, on a real PostgreSQL and behind the real gateway."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from prefect.logging import disable_run_logger

from adapters.capabilities import Channel
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.settings import Settings
from deployments.story.counted import tell_counts
from deployments.story.door import opened_door
from deployments.story.goods import CHANNELS
from deployments.story.hours import Script
from deployments.story.report import Alarm
from deployments.story.run import POLL_S, Played, Run, acting, play
from deployments.story.stage import Stage
from tasks.orders import orders_round
from tasks.stock_rounds import stock_round

OPENS_AFTER_S = 2700.0
"""Connecting a channel takes its bounds: Yandex Market's twenty minutes until an earlier figure is surely dead, and a poll after it."""
ROUNDS_EVERY_S = 60.0
"""And when an order came, but not before the shortest time between two."""
AT_LEAST_S = 20.0
WHOLE_EVERY = 10
"""Rounds of stock, of which one reads every listing back; the others those that something is under way with."""


def play_utyug(stage: Stage, hub: Hub, settings: Settings, script: Script) -> Played:
    """The hour with Utyug, and the alarms it raised."""
    tell_counts(hub, settings, stage.shelf)
    run = Run(stage=stage, hub=hub, settings=settings.channels, script=script, opens_at=stage.turns.now + timedelta(seconds=OPENS_AFTER_S))
    for channel in CHANNELS:
        stage.turns.add(f"{channel}: orders", acting(run, channel, "orders", _quiet(partial(_take_orders, run, settings, channel))))
        stage.turns.add(f"{channel}: stock", acting(run, channel, "stock", _quiet(partial(_keep_told, run, settings, channel))))
    with opened_door(stage, hub, settings):
        played = play(run)
    alarms = [Alarm(kind=one.kind, cause=one.cause, sentence=one.sentence, times=one.times) for one in Incidents(hub).all()]
    return replace(played, alarms=alarms)


def _take_orders(run: Run, settings: Settings, channel: str, shop: Channel) -> None:
    while run.goes_on:
        recorded = orders_round(run.hub, settings, channel, shop).recorded
        if recorded is not None and (recorded.new_refs or recorded.changed_refs or recorded.cancelled_refs):
            run.ring(run.stock_bells)
        run.rest(run.round_s(POLL_S), run.order_bells[channel])


def _keep_told(run: Run, settings: Settings, channel: str, shop: Channel) -> None:
    number = 0
    while run.goes_on:
        stock_round(run.hub, settings, channel, shop, is_whole=number % WHOLE_EVERY == 0)
        number += 1
        run.stage.clock.sleep(AT_LEAST_S)
        run.rest(run.round_s(ROUNDS_EVERY_S - AT_LEAST_S), run.stock_bells[channel])


def _quiet(act: Callable[[Channel], None]) -> Callable[[Channel], None]:
    """Outside a flow nobody collects a run's log."""

    def quietly(shop: Channel) -> None:
        with disable_run_logger():
            act(shop)

    return quietly
