"""A round of orders on one channel: read everything new and changed, judge it, record it with the pieces it takes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.capabilities import GivesOrders, Subscribes
from adapters.errors import SyncError
from adapters.hub.bounds import Measures
from adapters.hub.hub import Hub
from adapters.hub.orders import Orders, Poll, Recorded
from adapters.hub.pushes import Pushes
from adapters.settings import Settings
from tasks.onward import onward_of
from tasks.reporting import RunReport, show_table
from tasks.rules.bounds import VISIBLE, hidden
from tasks.rules.sales import ChannelOrders

FIRST_LOOK_BACK = timedelta(days=30)
COUNTED = {
    "new": "новых",
    "changed": "изменилось",
    "cancelled": "отменено",
    "sold_pcs": "продано, шт.",
    "beyond": "сверх квоты",
    "unknown": "неизвестный товар",
    "questions": "вопросов в карантине",
    "queued": "в очереди для 1С",
}


@dataclass(frozen=True, kw_only=True)
class OrdersTaken:
    """One round of one channel.

    Args:
        channel: its name.
        read: order lines that it told of.
        recorded: what they came to; None where the round did not come so far, or nothing was to be written.
        stopped_by: why it did not come to its end.
    """

    channel: str
    read: int = 0
    recorded: Recorded | None = None
    stopped_by: SyncError | None = None

    @property
    def of(self) -> tuple[str, ...]:
        """`tasks.reporting.Ended`."""
        return (self.channel,)


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
    book.connect(name)
    hints = pushes.waiting(name)
    began_at = hub.clock.now()
    since = began_at - FIRST_LOOK_BACK
    polled_at = book.polled_at(name)
    if polled_at is not None:
        since = polled_at - timedelta(seconds=channel.orders.overlap_s + channel.bounds.visible_s)
    received = shop.read_orders(since=since, until=began_at)
    poll = Poll(began_at=began_at, ended_at=hub.clock.now(), since=since)
    recorded = book.record(name, received, rules=channel_orders(settings, name), heard_by="push" if hints else "poll", poll=poll)
    if hints:
        pushes.settle(name, max(hint.push_id for hint in hints), began_at)
    if polled_at is not None:
        hidden_s = hidden(recorded.seen_after_s, polled_at, hub.clock.now())
        Measures(hub).note(name, VISIBLE, hidden_s, limit_s=channel.bounds.visible_s)
    return OrdersTaken(channel=name, read=received.height, recorded=recorded)


def keep_subscribed(settings: Settings, name: str, shop: object) -> None:
    """Have a channel that can be told so send its pushes to our gateway; a site switches them off by itself after failures."""
    public_url, secret = settings.gateway.public_url, settings.channels[name].orders.push_secret
    if isinstance(shop, Subscribes) and public_url is not None and secret is not None:
        shop.ensure_webhooks(f"{public_url.rstrip('/')}/hooks/{name}", secret=secret)


def poll_if_old(hub: Hub, settings: Settings, name: str, shop: GivesOrders) -> None:
    """A poll of orders, where the last one is older than the channel's settings want them."""
    polled_at = Orders(hub).polled_at(name)
    every = timedelta(seconds=settings.channels[name].orders.poll_s)
    if polled_at is None or polled_at + every <= hub.clock.now():
        orders_round(hub, settings, name, shop)


def channel_orders(settings: Settings, name: str) -> ChannelOrders:
    """What recording the orders of a channel goes by."""
    channel = settings.channels[name]
    return ChannelOrders(
        is_asking=channel.is_asking,
        places_of=channel.places_of,
        adopts=channel.orders.adopts,
        mirror_articles=frozenset(channel.mirror.articles),
        onec_sources=frozenset(settings.onec.bases),
        onward=onward_of(settings),
        cost_price_type=settings.penalties.cost_price_type,
        penalties={other: settings.penalties.of(told.kind) for other, told in settings.channels.items()},
        title=name,
        time_zone=settings.time_zone,
        visible=channel.bounds.visible,
        restored=channel.bounds.restored + 2 * channel.bounds.stale,
    )


def would_take(hub: Hub, settings: Settings, name: str, shop: GivesOrders) -> OrdersTaken:
    """What a channel tells of the last hours; nothing is written."""
    now = hub.clock.now()
    received = shop.read_orders(since=now - timedelta(seconds=settings.channels[name].orders.overlap_s), until=now)
    return OrdersTaken(channel=name, read=received.height)


def show_orders(taken: Sequence[OrdersTaken], report: RunReport) -> None:
    """Sum the rounds up into the run's report, and show a table of the channels in the UI."""
    rows = []
    for name in dict.fromkeys(one.channel for one in taken):
        rounds = [one for one in taken if one.channel == name]
        counted = sum((_counted(one) for one in rounds), Counter[str]())
        read = sum(one.read for one in rounds)
        report.rows_in += read
        report.refused += counted["questions"]
        report.changed += counted["changed"]
        report.accepted += counted["new"]
        report.detail.setdefault("channels", {})[name] = {key: counted[key] for key in COUNTED}
        rows.append({"площадка": name, "прочитано строк": read} | {title: counted[key] for key, title in COUNTED.items()})
    show_table("orders", rows, "Заказы")


def _counted(one: OrdersTaken) -> Counter[str]:
    told = one.recorded
    if told is None:
        return Counter()
    return Counter(
        new=len(told.new_refs),
        changed=len(told.changed_refs),
        cancelled=len(told.cancelled_refs),
        sold_pcs=told.sold_pcs,
        beyond=len(told.beyond),
        unknown=told.unknown_lines,
        questions=told.questions,
        queued=told.queued,
    )
