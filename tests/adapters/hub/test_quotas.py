"""What the allocation reads of the sales."""

from datetime import timedelta

import pytest

from adapters.hub.hub import Hub
from adapters.hub.quotas import Quotas
from tests.adapters.hub.order_shop import OrderShop, report


@pytest.fixture
def shop(hub: Hub) -> OrderShop:
    return OrderShop(hub)


def test_sales_from_before_us_tell_how_a_listing_sells_and_those_of_the_channels_own_store_do_not(shop: OrderShop) -> None:
    shop.sells(10, 4)
    shop.orders.connect(shop.channel)
    now = shop.hub.clock.now()
    yesterday = now - timedelta(days=1)
    shop.record(
        report("1", {"iron": 3}, placed_at=yesterday, state="delivered"),
        report("2", {"iron": 2}, placed_at=now, is_by_channel=True),
        report("3", {"iron": 1}, placed_at=now, state="cancelled"),
        report("4", {"iron": 1}, placed_at=now),
    )
    sold = Quotas(shop.hub).sold(now - timedelta(days=15)).sort("sold_at")
    assert sold["pcs"].to_list() == [3, 1]
    assert sold["sold_at"].to_list()[0] == yesterday
    assert Quotas(shop.hub).sold(now - timedelta(hours=1))["pcs"].to_list() == [1], "and not those of long ago that were heard of today"
