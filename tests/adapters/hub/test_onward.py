"""Who hears of an order: CRMs of every change, the channel of what 1C says and it does not show, each in the transaction that learned it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from adapters.hub.crm_orders import CrmOrders
from adapters.hub.hub import Hub
from adapters.hub.order_tells import owe_reported
from adapters.hub.outbox import Answer, Outbox
from adapters.hub.tables.sale import onec_report
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_news import tells_of
from tests.adapters.hub.order_shop import CHANNEL, PLACED, RULES, OrderShop, as_json, report
from tests.adapters.hub.shop import OURS, SOURCE
from tests.adapters.hub.sold_once.hand import HandClock

ONWARD = Onward(crms={CHANNEL: ("main",)}, tells={CHANNEL: ChannelTells(tells=tells_of("ozon", {}))})


LONG_AGO = PLACED - timedelta(days=30)


@pytest.fixture
def shop(database_url: str) -> Iterator[OrderShop]:
    """Ten irons, five on the channel, and a CRM."""
    with Hub(database_url, clock=HandClock()) as hub:
        shop = OrderShop(hub, rules=replace(RULES, onward=ONWARD))
        shop.orders.connect(CHANNEL)
        shop.sells(10, 5)
        yield shop


def owed(shop: OrderShop) -> list[tuple[str, str]]:
    return list(Outbox(shop.hub).waiting().select("target", "kind").iter_rows())


def settle(shop: OrderShop) -> None:
    outbox = Outbox(shop.hub)
    for target in ("crm:main", f"channel:{CHANNEL}"):
        claimed = outbox.claim(target, ["order", "ready", "cancel", "confirm"], most=100)
        outbox.settle(target, claimed, [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed])


def number(shop: OrderShop, order_ref: str = "1") -> str:
    order = shop.orders.find(CHANNEL, order_ref)
    assert order is not None
    assert order.number is not None
    return order.number


def said(shop: OrderShop, **claims: Any) -> None:
    """1C reports the order; the transaction that records it tells who must hear."""
    row = {
        "source": SOURCE, "order_number": number(shop), "operation": "Заказ товара", "number": number(shop), "is_cancelled": False,
        "is_marked_deleted": False, "is_paid": False, "is_shipped": False, "buyers": 1, "received_at": OURS, "feed_id": 1,
    }  # fmt: skip
    with shop.hub.engine.begin() as connection:
        connection.execute(onec_report.delete())
        connection.execute(insert(onec_report).values(row | claims))
        owe_reported(connection, shop.hub.clock.now(), ONWARD, [number(shop)])


def test_a_crm_is_owed_an_order_once_until_it_changes(shop: OrderShop) -> None:
    shop.record(report())
    assert owed(shop) == [("crm:main", "order")]
    settle(shop)
    shop.record(report())
    assert owed(shop) == []
    shop.record(report(state="cancelled", status="cancelled"))
    assert owed(shop) == [("crm:main", "order")]


@pytest.mark.parametrize(
    "head", [{"is_by_channel": True}, {"state": "shipped", "placed_at": LONG_AGO}], ids=["of the channel's store", "from before us"]
)
def test_orders_that_are_not_ours_are_owed_nobody(shop: OrderShop, head: dict[str, Any]) -> None:
    shop.record(report(**head))
    assert owed(shop) == []


def test_what_1c_says_goes_to_the_crm_and_what_the_channel_does_not_show_to_the_channel(shop: OrderShop) -> None:
    shop.record(report())
    settle(shop)
    said(shop, is_posted=True)
    assert owed(shop) == [("crm:main", "order")]
    settle(shop)
    said(shop, is_posted=True, is_shipped=True)
    assert owed(shop) == [("crm:main", "order"), (f"channel:{CHANNEL}", "ready")]


def test_the_channel_is_told_of_an_event_once(shop: OrderShop) -> None:
    shop.record(report())
    said(shop, is_shipped=True)
    settle(shop)
    said(shop, is_shipped=True)
    assert owed(shop) == [("crm:main", "order")]


def test_an_order_cancelled_in_1c_is_cancelled_on_its_channel_and_not_packed(shop: OrderShop) -> None:
    shop.record(report())
    settle(shop)
    said(shop, is_posted=True, is_shipped=True, is_cancelled=True)
    assert owed(shop) == [("crm:main", "order"), (f"channel:{CHANNEL}", "cancel")]


def test_a_cancelled_order_is_not_cancelled_again_when_1c_follows(shop: OrderShop) -> None:
    shop.record(report())
    shop.record(report(state="cancelled", status="cancelled"))
    settle(shop)
    said(shop, is_cancelled=True)
    assert owed(shop) == [("crm:main", "order")]


def test_a_crm_is_told_an_order_whole(shop: OrderShop) -> None:
    buyer = as_json(
        {"customer": {"name": "Петров Пётр", "address": {"city": "Тула", "address_tail": "ул. Мира, 1", "comment": "после шести"}}}
    )
    shop.record(report(lines={"iron": 2}, buyer=buyer))
    said(shop, tracking="RR-1")
    order = CrmOrders(shop.hub).by_number([number(shop)], {CHANNEL: "Ozon"})[number(shop)]
    assert (order.ref, order.channel_title, order.state, order.tracking) == ("ozon-1", "Ozon", "new", "RR-1")
    assert [(line.item_ref, line.sku, line.pcs, line.price_kopecks) for line in order.lines] == [("iron", "iron", 2, 100_00)]
    assert ("Тула" in order.address, order.comment, order.sum_kopecks) == (True, "после шести", 200_00)


def test_goods_that_are_not_known_are_told_by_the_channels_code(shop: OrderShop) -> None:
    shop.record(report(lines={"mystery": 1}))
    order = CrmOrders(shop.hub).by_number([number(shop)], {})[number(shop)]
    assert [(line.item_ref, line.sku, line.name) for line in order.lines] == [(None, "mystery", "mystery")]


def test_of_a_cancelled_order_the_crm_sees_what_it_was(shop: OrderShop) -> None:
    shop.record(report(lines={"iron": 2}))
    shop.record(report(lines={"iron": 2}, state="cancelled", status="cancelled"))
    order = CrmOrders(shop.hub).by_number([number(shop)], {})[number(shop)]
    assert (order.state, [line.pcs for line in order.lines]) == ("cancelled", [2])
