"""Who hears of an order beside 1C: CRMs, and the channel that sold it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tasks.rules.order_less import Less
from tasks.rules.order_news import Event, Tell


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelTells:
    """What a channel is told.

    Args:
        tells: of each event.
        statuses: names of 1C's own statuses that mean one.
        less: whether pieces that a manager took out of an order in 1C are cancelled there.
    """

    tells: Mapping[Event, Tell]
    statuses: Mapping[str, Event] = field(default_factory=dict)
    less: Less = "ask"


@dataclass(frozen=True, kw_only=True, slots=True)
class Onward:
    """Who hears of an order: CRMs by channel, and what channels are told.

    Args:
        crms: channel → names of the CRMs that are told of its orders.
        tells: channel → what it is told of its own.
    """

    crms: Mapping[str, Collection[str]] = field(default_factory=dict)
    tells: Mapping[str, ChannelTells] = field(default_factory=dict)
