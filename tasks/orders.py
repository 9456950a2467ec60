"""A round of orders on one channel: read everything new and changed, judge it, record it with the pieces it takes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from adapters.capabilities import GivesOrders
from adapters.errors import SyncError
from adapters.hub.bounds import Measures
from adapters.hub.hub import Hub
from adapters.hub.orders import ChannelOrders, Orders, Poll, Recorded
from adapters.hub.pushes import Pushes
from adapters.settings import Settings
from tasks.publishing import slug
from tasks.quotas import mirrored_items, recipes_today
from tasks.reporting import RunReport, show_table
from tasks.rules.bounds import VISIBLE

FIRST_LOOK_BACK = timedelta(days=30)
SHOWN = {
    "number": "номер",
    "order_ref": "номер на площадке",
    "channel_sku": "артикул",
    "pcs": "шт.",
    "state": "состояние",
    "what": "что сделано",
}


@dataclass(frozen=True, kw_only=True)
class OrdersTaken:
    """One round of one channel.

    Args:
        channel: its name.
        read: order lines that it told of.
        recorded: what became of them; None where the round did not come so far, or nothing was to be written.
        stopped_by: why it did not come to its end.
    """

    channel: str
    read: int = 0
    recorded: Recorded | None = None
    stopped_by: SyncError | None = None
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)


def orders_round(hub: Hub, settings: Settings, name: str, shop: GivesOrders) -> OrdersTaken:
    """Read a channel's orders of every state since the last complete poll, with an overlap, and record them.

    A push is a hint that wakes this; the truth is always read. What was hinted at before the poll began is thereby answered.

    Args:
        hub: the hub.
        settings: of the shop.
        name: the channel's.
        shop: the channel itself.
    """
    channel, book, pushes = settings.channels[name], Orders(hub), Pushes(hub)
    watch = book.connect(name)
    hints = pushes.waiting(name)
    began_at = hub.clock.now()
    since = began_at - FIRST_LOOK_BACK
    if watch.poll_began_at is not None:
        since = watch.poll_began_at - timedelta(seconds=channel.orders.overlap_s + channel.bounds.visible_s)
    received = shop.read_orders(since=since, until=began_at)
    poll = Poll(began_at=began_at, ended_at=hub.clock.now(), since=since)
    rules = channel_orders(hub, settings, name)
    recorded = book.record(name, received, rules=rules, heard_by="push" if hints else "poll", poll=poll)
    if hints:
        pushes.settle(name, max(hint.push_id for hint in hints), began_at)
    Measures(hub).note(name, VISIBLE, recorded.seen_after_s, limit_s=channel.bounds.visible_s)
    return OrdersTaken(channel=name, read=received.height, recorded=recorded)


def poll_if_old(hub: Hub, settings: Settings, name: str, shop: GivesOrders) -> None:
    """A poll of orders, where the last one is older than the channel's settings want them."""
    watch = Orders(hub).connect(name)
    every = timedelta(seconds=settings.channels[name].orders.poll_s)
    if watch.poll_began_at is None or watch.poll_began_at + every <= hub.clock.now():
        orders_round(hub, settings, name, shop)


def channel_orders(hub: Hub, settings: Settings, name: str) -> ChannelOrders:
    """What recording the orders of a channel goes by."""
    channel = settings.channels[name]
    return ChannelOrders(
        is_asking=channel.is_asking,
        adopts=channel.orders.adopts,
        places_of=channel.places_of,
        mirrored=frozenset(mirrored_items(hub, settings, name)["item_id"].to_list()),
        recipes=recipes_today(hub, settings),
        onec_sources=frozenset(settings.onec.bases),
    )


def would_take(hub: Hub, settings: Settings, name: str, shop: GivesOrders) -> OrdersTaken:
    """What a channel tells of the last hours; nothing is written."""
    now = hub.clock.now()
    received = shop.read_orders(since=now - timedelta(seconds=settings.channels[name].orders.overlap_s), until=now)
    told = received.select("order_ref", "channel_sku", "pcs", "state", what=pl.lit("прочитано, не записано (проба)"))
    return OrdersTaken(channel=name, read=received.height, lines=told)


def show_orders(taken: Sequence[OrdersTaken], report: RunReport) -> None:
    """Sum the rounds up into the run's report, and show each channel's orders in the UI. Buyers are not named."""
    for name in dict.fromkeys(one.channel for one in taken):
        rounds = [one for one in taken if one.channel == name]
        counted = sum((_counted(one) for one in rounds), Counter[str]())
        report.rows_in += sum(one.read for one in rounds)
        report.refused += counted["questions"]
        report.changed += counted["changed"]
        report.accepted += counted["new"]
        report.detail.setdefault("channels", {})[name] = {key: counted[key] for key in COUNTED}
        lines = [one.lines if one.recorded is None else one.recorded.lines for one in rounds]
        rows = pl.concat([frame for frame in lines if frame.height] or [pl.DataFrame()], how="diagonal")
        shown = {column: title for column, title in SHOWN.items() if column in rows.columns}
        show_table(f"orders-{slug(name)}", rows.select(list(shown)).rename(shown).to_dicts(), f"Заказы: {name}")


def fail_where_stopped(taken: Sequence[OrdersTaken]) -> None:
    """Fail the run for channels whose last round did not come to its end.

    Raises:
        ExceptionGroup: their errors.
    """
    last = {one.channel: one.stopped_by for one in taken}
    stopped = {f"{name}: {error.sentence}": error for name, error in last.items() if error is not None}
    if stopped:
        raise ExceptionGroup("; ".join(stopped), list(stopped.values()))


COUNTED = ("new", "changed", "cancelled", "questions", "beyond")


def _counted(one: OrdersTaken) -> Counter[str]:
    if one.recorded is None:
        return Counter()
    return Counter({key: getattr(one.recorded, key) if key != "beyond" else len(one.recorded.beyond) for key in COUNTED})
