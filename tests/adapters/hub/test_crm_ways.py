"""A CRM hears what left and what came back: of each order its state, of its lines theirs, and a sentence for every parcel and return."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.hub.crm_orders import CrmOrders
from adapters.hub.hub import Hub
from adapters.hub.returns import Returns
from tasks.rules.crm import CrmOrder
from tasks.rules.return_rules import ReturnRules
from tasks.shipments import book_with
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.return_shop import coming
from tests.adapters.hub.shipping import BUYER, CARRIER, PlayedCarrier, ShippingShop, shown
from tests.adapters.hub.sold_once.hand import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def shop(database_url: str, clock: HandClock) -> Iterator[ShippingShop]:
    """An order of three irons, of which one waits for a receipt."""
    with Hub(database_url, clock=clock) as hub:
        shop = ShippingShop(hub)
        shop.goods()
        shop.record(report("1", {"iron": 3}, buyer=BUYER))
        shop.waits_for("1", "iron", 1)
        yield shop


def told(shop: ShippingShop) -> CrmOrder:
    return CrmOrders(shop.hub).by_number([shop.number()], {})[shop.number()]


def books(shop: ShippingShop) -> None:
    shop.plan()
    list(book_with(shop.shipments, CARRIER, PlayedCarrier()))  # type: ignore[arg-type]


def moves(shop: ShippingShop, clock: HandClock, part: int, state: str) -> None:
    clock.wait(60)
    number, now = f"{shop.number()}-{part}", clock.now()
    track = shown(f"u-{number}", state, at=now, tracking=f"T{number}")  # type: ignore[arg-type]
    shop.shipments.record_tracks(CARRIER, [(number, now, track)], again=timedelta(hours=1))


def comes_back(shop: ShippingShop, key: str, pcs: int, state: str = "received", **fate: object) -> None:
    Returns(shop.hub).record("workbook", coming(key, channel=None, pcs=pcs, state=state, **fate), rules=ReturnRules())


def test_an_order_without_parcels_says_nothing_more_than_its_channel(shop: ShippingShop) -> None:
    order = told(shop)
    assert (order.state, order.way, [line.state for line in order.lines]) == ("new", (), [None])


def test_a_part_that_left_moves_neither_the_order_nor_its_line(shop: ShippingShop, clock: HandClock) -> None:
    books(shop)
    moves(shop, clock, 1, "in_transit")
    order, number = told(shop), shop.number()
    assert (order.state, [line.state for line in order.lines]) == ("new", [None])
    assert order.way == (f"Отправление {number}-1: 2 шт., cdek, трек T{number}-1, в пути",)
    assert order.tracking == f"T{number}-1"


def test_an_order_has_left_when_its_last_part_has_and_has_come_when_all_have(shop: ShippingShop, clock: HandClock) -> None:
    books(shop)
    shop.receipt_comes(1)
    books(shop)
    seen = []
    for part, state in ((1, "in_transit"), (2, "in_transit"), (1, "delivered"), (2, "delivered")):
        moves(shop, clock, part, state)
        order = told(shop)
        seen.append((order.state, order.lines[0].state))
    assert seen == [("new", None), ("shipped", "shipped"), ("shipped", "shipped"), ("delivered", "delivered")]


def test_a_site_that_calls_an_order_completed_when_it_left_does_not_make_it_delivered(shop: ShippingShop, clock: HandClock) -> None:
    shop.receipt_comes(1)
    books(shop)
    moves(shop, clock, 1, "in_transit")
    shop.record(report("1", {"iron": 3}, buyer=BUYER, state="delivered", status="completed"))
    assert told(shop).state == "shipped"


def test_what_came_back_is_told_and_an_order_is_returned_when_nothing_stays(shop: ShippingShop, clock: HandClock) -> None:
    shop.receipt_comes(1)
    books(shop)
    moves(shop, clock, 1, "delivered")
    comes_back(shop, "a", 1, state="coming")
    comes_back(shop, "b", 1, condition="defect", decision="write_off")
    half = told(shop)
    assert (half.state, half.lines[0].state) == ("delivered", "delivered")
    assert [sentence.split(": ")[1] for sentence in half.way[1:]] == ["1 шт., едет назад", "1 шт., брак, списать"]
    comes_back(shop, "a", 1, condition="sellable", decision="restock")
    comes_back(shop, "c", 1, condition="sellable", decision="restock")
    whole = told(shop)
    assert (whole.state, whole.lines[0].state) == ("returned", "returned")


def test_a_cancelled_order_stays_cancelled(shop: ShippingShop) -> None:
    books(shop)
    shop.record(report("1", {"iron": 3}, buyer=BUYER, state="cancelled", status="cancelled"))
    assert told(shop).state == "cancelled"
