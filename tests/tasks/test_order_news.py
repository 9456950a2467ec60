"""What channels are owed of their orders, told to them in an order that makes sense."""

from collections.abc import Iterator, Sequence

import pytest

from adapters.hub.hub import Hub
from adapters.hub.order_less import KIND as LESS
from adapters.hub.order_less import STAYS
from adapters.hub.outbox import Outbox, Owed
from tasks.order_news import AFTER_LESS, deliver_news
from tasks.rules.order_news import told
from tests.adapters.hub.order_shop import CHANNEL, OrderShop, report
from tests.adapters.hub.sold_once.hand import HandClock
from validation.order_news import Action, OrderNews, OrderTold


class Channel:
    """Takes whatever it is told."""

    def __init__(self) -> None:
        self.heard: list[OrderNews] = []

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        self.heard += news
        return [told(one, "accepted") for one in news]

    def actions(self) -> list[tuple[str, Action]]:
        return [(one.order_ref, one.action) for one in self.heard]


class Desk:
    """Two orders of a channel."""

    def __init__(self, hub: Hub) -> None:
        self.shop, self.outbox, self.channel = OrderShop(hub), Outbox(hub), Channel()
        self.shop.sells(10, 6)
        self.shop.record(report("a", {"iron": 2}), report("b", {"iron": 2}))
        found = [self.shop.orders.find(CHANNEL, ref) for ref in "ab"]
        self.numbers = {order.order_ref: order.number or "" for order in found if order is not None}

    def owe(self, ref: str, kind: str, **left: int) -> None:
        detail = {STAYS: left} if left else None
        self.outbox.owe([Owed(target=f"channel:{CHANNEL}", kind=kind, subject=self.numbers[ref], detail=detail)])

    def deliver(self) -> int:
        return sum(one.told for one in deliver_news(self.shop.hub, CHANNEL, self.channel))


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with Hub(database_url, clock=HandClock()) as hub:
        yield Desk(hub)


def test_what_stays_of_an_order_is_told_as_a_cancellation_of_the_rest(desk: Desk) -> None:
    desk.owe("a", LESS, iron=1)
    assert desk.deliver() == 1
    assert desk.channel.heard == [OrderNews(order_ref="a", number=desk.numbers["a"], action="cancel", left_pcs={"iron": 1})]
    assert desk.deliver() == 0


def test_whatever_else_is_to_be_told_of_that_order_waits(desk: Desk) -> None:
    for ref, kind in (("a", "ready"), ("b", "ready")):
        desk.owe(ref, kind)
    desk.owe("a", LESS, iron=1)
    assert desk.deliver() == 2
    assert desk.channel.actions() == [("b", "ready"), ("a", "cancel")]
    assert desk.outbox.waiting()["sentence"].to_list() == [AFTER_LESS]


def test_a_cancellation_of_the_whole_order_makes_one_of_a_part_pointless(desk: Desk) -> None:
    desk.owe("a", LESS, iron=1)
    desk.owe("a", "cancel")
    assert desk.deliver() == 2
    assert desk.channel.heard == [OrderNews(order_ref="a", number=desk.numbers["a"], action="cancel")]


def test_a_part_that_names_no_line_never_becomes_the_whole_order(desk: Desk) -> None:
    desk.owe("a", LESS)
    desk.owe("a", "ready")
    assert desk.deliver() == 2
    assert desk.channel.actions() == [("a", "ready")]
