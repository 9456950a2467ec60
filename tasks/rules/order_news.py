"""What a channel is to be told of its order, and what its present state answers by itself.

1C says what happens to an order; a table per channel says what the channel is told of it (`DEFAULT_TELLS`, overridden in settings).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tasks.rules.order_changes import CANCELLED, OTHER, RETURNED, SHIPPED
from validation.order_news import Action, OrderNews, OrderTold, Outcome

Event = Literal["reserved", "shipped", "delivered", "cancelled"]
"""What 1C says of an order: its document is posted; its goods have left; the buyer has them; it is cancelled."""
EVENTS: tuple[Event, ...] = get_args(Event)

Tell = Literal["confirm", "ready", "shipped", "delivered", "cancel", "none"]
"""What the channel is told of an event; ``none``: nothing."""

DEFAULT_TELLS: Mapping[str, Mapping[Event, Tell]] = {
    "wildberries": {"reserved": "confirm", "shipped": "none", "delivered": "none", "cancelled": "cancel"},
    "ozon": {"reserved": "none", "shipped": "ready", "delivered": "none", "cancelled": "cancel"},
    "yandex_market": {"reserved": "confirm", "shipped": "ready", "delivered": "none", "cancelled": "cancel"},
    "woocommerce": {"reserved": "confirm", "shipped": "shipped", "delivered": "delivered", "cancelled": "cancel"},
}
TAKEN: Mapping[str, frozenset[Tell]] = {
    "wildberries": frozenset({"confirm", "cancel", "none"}),
    "ozon": frozenset({"ready", "cancel", "none"}),
    "yandex_market": frozenset({"confirm", "ready", "cancel", "none"}),
    "woocommerce": frozenset({"confirm", "shipped", "delivered", "cancel", "none"}),
}
"""What each kind of channel can be told at all."""

ORDER_OF_ACTIONS: tuple[Action, ...] = get_args(Action)
WANTED_IN: Mapping[Action, frozenset[str]] = {
    "confirm": frozenset({"new", OTHER}),
    "ready": frozenset({"new", "confirmed", OTHER}),
    "shipped": frozenset({"new", "confirmed", OTHER}),
    "delivered": frozenset({"new", "confirmed", "shipped", OTHER}),
    "cancel": frozenset({"unpaid", "new", "confirmed", "shipped", "delivered", OTHER}),
}
"""States of an order on its channel in which an action is worth telling. A cancellation of what has left is told too: the channel
refuses it, and the sentence is for the manager."""

RANKS = {"unpaid": 0, "new": 1, "confirmed": 2, "shipped": 3, "delivered": 4, RETURNED: 5}


@dataclass(frozen=True, kw_only=True, slots=True)
class OnecSaid:
    """1C's newest report of an order. ``status``: the name of its own status («Статус заказа»)."""

    is_posted: bool = False
    is_shipped: bool = False
    is_cancelled: bool = False
    status: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where an order stands: its ``state`` on the channel, and what 1C says of it."""

    state: str
    said: OnecSaid = OnecSaid()
    is_by_channel: bool = False


def tells_of(kind: str, chosen: Mapping[Event, Tell]) -> dict[Event, Tell]:
    """What a channel of this kind is told of each event: the default, where the settings say nothing else."""
    return {**DEFAULT_TELLS[kind], **chosen}


def events_of(said: OnecSaid, statuses: Mapping[str, Event]) -> set[Event]:
    """What 1C's report says has happened.

    Args:
        said: the report.
        statuses: names of 1C's own statuses that mean an event, in any case of letters.
    """
    by_name = {name.strip().casefold(): event for name, event in statuses.items()}
    named = by_name.get(said.status.strip().casefold()) if said.status else None
    claimed: dict[Event, bool] = {"reserved": said.is_posted, "shipped": said.is_shipped, "cancelled": said.is_cancelled}
    return {event for event in EVENTS if claimed.get(event, False) or event == named}


def wanted(standing: Standing, *, tells: Mapping[Event, Tell], statuses: Mapping[str, Event]) -> tuple[Action, ...]:
    """What the channel does not show yet, of what 1C says; nothing beside a cancellation, and nothing of what the channel ships."""
    if standing.is_by_channel:
        return ()
    happened = events_of(standing.said, statuses)
    counted: set[Event] = {"cancelled"} if "cancelled" in happened else happened
    asked = {tells.get(event, "none") for event in counted}
    return tuple(action for action in ORDER_OF_ACTIONS if action in asked and standing.state in WANTED_IN[action])


def due(
    before: Standing | None, after: Standing, *, tells: Mapping[Event, Tell], statuses: Mapping[str, Event] | None = None
) -> tuple[Action, ...]:
    """What is to be told now, in the order of telling; nothing where nothing has changed.

    Args:
        before: where the order stood when this was asked last; None: it was never asked.
        after: where it stands now.
        tells: `tells_of` the channel.
        statuses: names of 1C's own statuses that mean an event.
    """
    asked = () if before is None else wanted(before, tells=tells, statuses=statuses or {})
    return tuple(action for action in wanted(after, tells=tells, statuses=statuses or {}) if action not in asked)


def answered(news: OrderNews, state: str, *, reached: str) -> tuple[Outcome, str | None] | None:
    """What the order's present state on its channel answers by itself; None: the channel is to be told.

    Args:
        news: what is to be told.
        state: ours for the order's present state there.
        reached: for anything but a cancellation: the state that it leads to.
    """
    if news.action == "cancel":
        if state in {CANCELLED, RETURNED}:
            return "already", None
        return ("refused", "order_has_left") if state in SHIPPED else _odd(state)
    if state == CANCELLED:
        return "refused", "order_is_cancelled"
    if state == "unpaid":
        return "refused", "order_is_unpaid"
    return _odd(state) or (("already", None) if RANKS[state] >= RANKS[reached] else None)


def told(news: OrderNews, outcome: Outcome, reason: str | None = None, sentence: str | None = None) -> OrderTold:
    """The answer to one piece of news."""
    return OrderTold(order_ref=news.order_ref, outcome=outcome, reason=reason, sentence=sentence)


def _odd(state: str) -> tuple[Outcome, str | None] | None:
    return None if state in RANKS else ("refused", "order_state_is_odd")
