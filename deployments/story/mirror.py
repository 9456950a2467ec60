"""The first run: one number mirrored to all channels, as ready modules do, and a manager who takes back what is not there.

It is a fair one: the same adapters, limits, pushes, polls and distances as the other run; a figure is written the moment it changes.
"""

from datetime import timedelta
from functools import partial

import polars as pl

from adapters.capabilities import Channel
from adapters.hub.hub import Hub
from adapters.settings import Settings
from deployments.story.door import opened_door
from deployments.story.goods import CHANNELS
from deployments.story.hours import Script
from deployments.story.manager import Manager
from deployments.story.mirror_book import MirrorBook
from deployments.story.run import POLL_S, Played, Run, acting, play
from deployments.story.stage import BEGAN_AT, WAREHOUSES, Stage

OPENS_AFTER_S = 300.0
"""Figures are on all channels by then."""
LOOKS_BACK = timedelta(hours=1)
WRITES_EVERY_S = 60.0
"""And at once when a number changed."""
ALL_AGAIN_AFTER = timedelta(minutes=15)
"""All figures are written again, because channels change them by themselves, as when a cancelled piece returns to sale."""
MANAGER_EVERY_S = 120.0
"""A quick one: he looks at his list every two minutes."""


def play_mirror(stage: Stage, hub: Hub, settings: Settings, script: Script) -> Played:
    """The hour, mirrored; the hub keeps nothing here but the pace of calls and the hints of pushes."""
    opens_at = stage.turns.now + timedelta(seconds=OPENS_AFTER_S)
    run = Run(stage=stage, hub=hub, settings=settings.channels, script=script, opens_at=opens_at)
    book = MirrorBook(shelf=stage.shelf)
    for channel in CHANNELS:
        stage.turns.add(f"{channel}: orders", acting(run, channel, "orders", partial(_take_orders, run, book, channel)))
        stage.turns.add(f"{channel}: stock", acting(run, channel, "stock", partial(_keep_written, run, book, channel)))
    stage.turns.add("manager", partial(_take_back, run, book), at=opens_at)
    with opened_door(stage, hub, settings):
        return play(run)


def _take_orders(run: Run, book: MirrorBook, channel: str, shop: Channel) -> None:
    while run.goes_on:
        received = shop.read_orders(since=run.now - LOOKS_BACK, until=run.now)
        changed = book.record(channel, received.filter(pl.col("placed_at") >= BEGAN_AT))
        if changed:
            things = {thing for sku in changed for thing in run.stage.shelf.goods[sku].parts}
            for other in CHANNELS:
                book.forget(other, (good.sku for good in run.stage.shelf.holding(things)))
            run.ring(run.stock_bells)
        run.rest(run.round_s(POLL_S), run.order_bells[channel])


def _keep_written(run: Run, book: MirrorBook, channel: str, shop: Channel) -> None:
    listings = shop.find_listings([good.sku for good in run.stage.shelf.on(channel)]).passed.with_row_index("listing_id")
    listings = listings.with_columns(pl.col("listing_id").cast(pl.Int64))
    written_at = run.now
    while run.goes_on:
        if run.now - written_at >= ALL_AGAIN_AFTER:
            book.forget(channel)
            written_at = run.now
        differing = book.differing(channel, listings, WAREHOUSES[channel], pause_s=shop.pause_s, now=run.now)
        if differing is not None:
            book.note(channel, listings, shop.send_stock(differing), run.now)
        run.rest(shop.pause_s or WRITES_EVERY_S, run.stock_bells[channel])


def _take_back(run: Run, book: MirrorBook) -> None:
    """What was sold beyond stock is found when the order is known, and cancelled by the vendor's own API."""
    manager = Manager(stage=run.stage, record=run.record)
    while run.goes_on:
        for line in book.beyond_stock():
            if manager.cancel(line.channel, line.order_ref, line.basket_ref, line.pcs):
                line.is_live = False
        run.stage.clock.sleep(MANAGER_EVERY_S)
