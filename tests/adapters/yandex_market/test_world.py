from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.errors import Unauthorized
from adapters.yandex_market.business import YandexBusiness
from deployments.world.yandex_market.books import Lags
from deployments.world.yandex_market.make import GROUPED
from tests.adapters.yandex_market.conftest import connected
from tests.adapters.yandex_market.frames import cards, outcomes, pending, prices, stock
from tests.adapters.yandex_market.vendor import Room

ACCEPTED = ("accepted", None)


def listed(business: YandexBusiness, *skus: str) -> pl.DataFrame:
    """Listings as matching finds them, numbered from 1."""
    found = business.find_listings(skus).passed
    return found.with_columns(listing_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def shows(business: YandexBusiness, listings: pl.DataFrame, warehouse: str = "3001") -> dict[int, int | None]:
    read = business.read_stock(listings, [warehouse])
    return dict(zip(read["listing_id"], read["pcs"], strict=True))


def test_figures_are_written_and_read_back(room: Room, business: YandexBusiness) -> None:
    room.put("КР-7/2", "B", "C")
    listings = listed(business, "КР-7/2", "B", "C")
    assert outcomes(business.send_stock(stock(listings, 5, 0, 7))) == {1: ACCEPTED, 2: ACCEPTED, 3: ACCEPTED}
    assert shows(business, listings) == {1: 5, 2: 0, 3: 7}
    assert shows(business, listings, "3002") == {1: None, 2: None, 3: None}
    assert {sku: good["pcs"] for sku, good in room.goods().items()} == {"КР-7/2": {"3001": 5}, "B": {"3001": 0}, "C": {"3001": 7}}


def test_with_groups_one_figure_is_every_shops(open_room: Callable[..., Room]) -> None:
    room = open_room(warehouses=GROUPED)
    room.put("A")
    room.order("PUT", "/returned", json={"A": 3})
    with connected(room, has_warehouse_groups=True, warehouses=["2001"]) as business:
        listings = listed(business, "A")
        assert outcomes(business.send_stock(stock(listings, 5, warehouse="2001"))) == {1: ACCEPTED}
        assert shows(business, listings, "2001") == shows(business, listings, "2002") == {1: 5}
        assert [one.sentence for one in business.examine() if one.level != "good"] == []


def test_a_sold_piece_is_reserved_and_its_order_is_read(room: Room, business: YandexBusiness) -> None:
    room.put("A", pcs={"3001": 5})
    order_ref = room.buy("A", 2)
    listings = listed(business, "A")
    assert business.read_stock(listings, ["3001"]).select("pcs", "reserved_pcs").rows() == [(3, 2)]
    now = datetime.now(UTC)
    (line,) = business.read_orders(since=now - timedelta(hours=1), until=now + timedelta(seconds=1)).to_dicts()
    assert (line["order_ref"], line["channel_sku"], line["pcs"], line["price_kopecks"]) == (order_ref, "A", 2, 199000)
    assert (line["warehouse_ref"], line["state"], line["is_by_channel"]) == ("3001", "new", False)


def test_a_cancelled_order_is_read_as_such_and_a_test_order_is_not_read(room: Room, business: YandexBusiness) -> None:
    room.put("A", pcs={"3001": 5})
    order_ref = room.buy("A")
    room.buy("A", fake=True)
    room.order("DELETE", f"/orders/{order_ref}")
    now = datetime.now(UTC)
    read = business.read_orders(since=now - timedelta(hours=1), until=now + timedelta(seconds=1))
    assert read.select("order_ref", "state").rows() == [(order_ref, "cancelled")]


def test_a_figure_is_not_shown_before_its_time(open_room: Callable[..., Room]) -> None:
    room = open_room(lags=Lags(catalog=timedelta(0), card=timedelta(0), stock=timedelta(minutes=15)))
    room.put("A", pcs={"3001": 1})
    with connected(room) as business:
        listings = listed(business, "A")
        assert outcomes(business.send_stock(stock(listings, 5))) == {1: ACCEPTED}
        assert shows(business, listings) == {1: 1}
        assert timedelta(seconds=business.shows_within_s) >= timedelta(minutes=15)


def test_a_lie_shows_in_what_is_read_back(room: Room, business: YandexBusiness) -> None:
    room.put("A", pcs={"3001": 1})
    listings = listed(business, "A")
    room.fault("lie", path="stocks/update")
    assert outcomes(business.send_stock(stock(listings, 5))) == {1: ACCEPTED}
    assert shows(business, listings) == {1: 1}


@pytest.mark.parametrize(("kind", "took"), [("timeout_after", 5), ("timeout_before", 1), ("error_after", 5), ("garbage", 5)])
def test_a_positive_figure_without_an_answer_is_not_known(room: Room, business: YandexBusiness, kind: str, took: int) -> None:
    room.put("A", pcs={"3001": 1})
    listings = listed(business, "A")
    room.fault(kind, path="stocks/update", seconds=3.0)
    assert outcomes(business.send_stock(stock(listings, 5))) == {1: ("unknown", "outcome_is_unknown")}
    assert shows(business, listings) == {1: took}


def test_a_storm_of_420_passes_and_nothing_is_lost(room: Room, business: YandexBusiness) -> None:
    room.put("A", pcs={"3001": 1})
    listings = listed(business, "A")
    room.fault("rate_limited", path="stocks/update", retry_after="1", times=2)
    assert outcomes(business.send_stock(stock(listings, 5))) == {1: ACCEPTED}
    assert shows(business, listings) == {1: 5}


def test_one_bad_zero_does_not_hold_back_the_others(room: Room, business: YandexBusiness) -> None:
    room.put("A", "B", "C", pcs={"3001": 4})
    listings = listed(business, "A", "B", "C")
    room.fault("refuse_item", sku="B", times=None)
    sent = business.send_stock(stock(listings, 0, 0, 0))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "channel_rejects"), 3: ACCEPTED}
    assert shows(business, listings) == {1: 0, 2: 4, 3: 0}


def test_a_card_removed_has_no_figure(room: Room, business: YandexBusiness) -> None:
    room.put("A", "B", pcs={"3001": 4})
    listings = listed(business, "A", "B")
    room.order("DELETE", "/goods", params={"sku": "A"})
    assert shows(business, listings) == {2: 4}


def test_a_card_is_made_changed_and_judged(room: Room, business: YandexBusiness) -> None:
    leaf: dict[str, Any] = {"category": f'{{"category": {_leaf()}}}', "attributes": "[]"}
    assert outcomes(business.send_cards(cards({"channel_sku": "КР-7/2", **leaf})), "item_id") == {1: ("pending", None)}
    listings = listed(business, "КР-7/2")
    refs = listings["refs"][0]
    business.send_cards(cards({"channel_sku": "КР-7/2", "refs": refs, **leaf, "title": "Кружка новая", "pictures": "[]"}))
    assert room.goods()["КР-7/2"]["name"] == "Кружка новая"
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert outcomes(business.read_card_results(pending("КР-7/2", sent_at=an_hour_ago)), "channel_sku") == {"КР-7/2": ACCEPTED}
    room.order("PUT", "/cards/refused", params={"sku": "КР-7/2", "because": "Запрещённый товар"})
    read = business.read_card_results(pending("КР-7/2", sent_at=an_hour_ago))
    assert outcomes(read, "channel_sku") == {"КР-7/2": ("refused", "card_is_refused")}


def test_a_card_of_an_unknown_category_does_not_hold_back_the_others(room: Room, business: YandexBusiness) -> None:
    good = {"category": f'{{"category": {_leaf()}}}', "attributes": "[]"}
    sent = business.send_cards(
        cards({"channel_sku": "A", **good}, {"channel_sku": "B", **good, "category": '{"category": 1}'}, {"channel_sku": "C", **good})
    )
    assert outcomes(sent, "item_id") == {1: ("pending", None), 2: ("refused", "category_is_wrong"), 3: ("pending", None)}
    assert set(room.goods()) == {"A", "C"}


def test_prices_are_written_and_read_back_and_a_sharp_one_is_held(room: Room, business: YandexBusiness) -> None:
    room.put("A", "B")
    listings = listed(business, "A", "B")
    sent = business.send_prices(prices(listings, 185050, 100))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "price_is_quarantined")}
    assert business.read_prices(listings, [""])["price_kopecks"].to_list() == [185050, 199000]


def test_a_shop_has_prices_of_its_own_where_the_cabinet_allows(room: Room, business: YandexBusiness) -> None:
    room.put("A")
    listings = listed(business, "A")
    assert outcomes(business.send_prices(prices(listings, 150000, campaign="2001"))) == {1: ("refused", "shop_prices_are_off")}
    room.order("PUT", "/cabinet", json={"only_default_price": False})
    assert outcomes(business.send_prices(prices(listings, 150000, campaign="2001"))) == {1: ACCEPTED}
    assert business.read_prices(listings, ["", "2001"])["price_kopecks"].to_list() == [199000, 150000]


def test_a_key_that_is_not_the_cabinets_is_refused(room: Room) -> None:
    with connected(room, key="another") as business, pytest.raises(Unauthorized):
        business.find_listings(["A"])


def test_five_thousand_figures_break_no_limit(room: Room) -> None:
    skus = [f"S-{number}" for number in range(5000)]
    room.put(*skus)
    offered = stock(
        pl.DataFrame({"listing_id": range(1, 5001), "channel_sku": skus, "refs": [f'{{"offer_id": "{sku}"}}' for sku in skus]}), *[3] * 5000
    )
    with connected(room, timeout_s=30.0) as business:
        assert set(business.send_stock(offered)["outcome"]) == {"accepted"}
    assert dict(room.market.limited) == {}


def _leaf() -> int:
    from deployments.world.yandex_market.categories import DEFAULT_LEAF

    return DEFAULT_LEAF
