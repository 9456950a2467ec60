import copy

import httpx
import pytest
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.woocommerce.make import furnish_woocommerce
from deployments.world.woocommerce.shelves import NewProduct, NewVariation
from tests.world import SITE_KEY, SITE_SECRET, Site


def test_the_same_seed_is_the_same_shop() -> None:
    def shelves(seed: int) -> list[tuple[str, int | None]]:
        room = furnish_woocommerce(FastAPI(), clock=WorldClock(), key=SITE_KEY, secret=SITE_SECRET, seed=seed, seeded_products=9)
        return [(goods.sku, goods.stock_quantity) for goods in room.books.goods.values()]

    assert shelves(5) == shelves(5)
    assert shelves(5) != shelves(6)
    assert len(shelves(5)) == 9 + 3 * 3


def test_the_books_tell_what_is_sold_and_for_how_much(site: Site) -> None:
    site.order(
        "POST", "/goods", json=[{"sku": "A", "name": "Утюг", "price": "1990.00", "pcs": {"": 3}}, {"sku": "B", "name": "Б", "price": ""}]
    )
    site.put({"sku": "P", "variations": [{"sku": "P-1", "pcs": None}]})
    order_ref = site.order("POST", "/orders", json={"sku": "A", "pcs": 2})["order_ref"]
    books = site.order("GET", "/books")
    assert books["goods"]["A"] == {"name": "Утюг", "price_kopecks": 199_000, "pcs": {"": 1}, "is_sellable": True}
    assert books["goods"]["B"] == {"name": "Б", "price_kopecks": None, "pcs": {"": 0}, "is_sellable": False}
    assert books["goods"]["P-1"]["pcs"] == {}
    assert "P" not in books["goods"]
    kept = {"sku": "A", "pcs": 2, "state": "processing", "warehouse_ref": "", "refunded_pcs": 0, "fields": {}, "remarks": []}
    assert books["orders"] == {order_ref: kept}


def test_figures_and_prices_are_typed_into_the_site(site: Site) -> None:
    site.put({"sku": "A"})
    site.order("PUT", "/stock", json={"A": {"": 7}})
    site.order("PUT", "/prices", json={"A": "5.50"})
    goods = site.order("GET", "/books")["goods"]["A"]
    assert (goods["pcs"], goods["price_kopecks"]) == ({"": 7}, 550)


def test_the_checkout_sells_no_more_than_is_shown(site: Site) -> None:
    site.put({"sku": "A", "pcs": 1}, {"sku": "FREE", "pcs": None})
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        site.order("POST", "/orders", json={"sku": "A", "pcs": 2})
    assert site.stock()["A"] == 1
    assert site.order("POST", "/orders", json={"sku": "FREE", "pcs": 2})["left_pcs"] is None


def test_a_buyer_cancels_and_the_pieces_come_back_once(site: Site) -> None:
    site.put({"sku": "A", "pcs": 3})
    order_ref = site.order("POST", "/orders", json={"sku": "A", "pcs": 2})["order_ref"]
    site.order("DELETE", f"/orders/{order_ref}")
    assert site.stock() == {"A": 3}
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        site.order("DELETE", f"/orders/{order_ref}")
    assert site.stock() == {"A": 3}


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/orders/5"), ("DELETE", "/goods?sku=X"), ("DELETE", "/orders/x")])
def test_what_is_not_there_is_told(site: Site, method: str, path: str) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        site.order(method, path)


def test_goods_leave_with_their_variations(site: Site) -> None:
    site.put({"sku": "P", "variations": [{"sku": "P-1"}, {"sku": "P-2"}]}, {"sku": "A"})
    site.order("DELETE", "/goods", params={"sku": "P-1"})
    assert sorted(site.stock()) == ["A", "P", "P-2"]
    site.order("DELETE", "/goods", params={"sku": "P"})
    assert sorted(site.stock()) == ["A"]


def test_books_copied_are_other_books() -> None:
    product = NewProduct(sku="P", variations=[NewVariation(sku="P-1", pcs=5)])
    room = furnish_woocommerce(FastAPI(), clock=WorldClock(), key=SITE_KEY, secret=SITE_SECRET, products=[product])
    (goods,) = room.books.coded("P-1")
    order = room.books.order([(goods, 2)], status="processing", now=room.clock.now())
    kept = copy.deepcopy(room.books)
    room.books.move(order, "cancelled", room.clock.now())
    room.books.recode(goods, "P-2")
    room.books.settings["general"]["woocommerce_currency"] = "USD"
    room.books.remove(room.books.coded("P")[0])
    assert [one.stock_quantity for one in kept.coded("P-1")] == [3]
    assert kept.orders[order.order_id].lines[0].reduced_pcs == 2
    assert kept.settings["general"]["woocommerce_currency"] == "RUB"
