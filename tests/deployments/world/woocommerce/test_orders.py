from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.world import Site


def ordered(site: Site, status: str = "processing", sku: str = "A", pcs: int = 2) -> str:
    ref: str = site.order("POST", "/orders", json={"sku": sku, "pcs": pcs, "status": status, "buyer": {"phone": "+79161234567"}})[
        "order_ref"
    ]
    return ref


def move(site: Site, order_ref: str, status: str) -> None:
    site.order("PUT", f"/orders/{order_ref}", json={"status": status})


def listed(client: httpx.Client, **query: str) -> list[str]:
    return [str(one["id"]) for one in client.get("/orders", params=query).json()]


def told(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/orders").json()[0]
    return found


def test_buyers_at_once_take_each_piece_once(site: Site) -> None:
    site.put({"sku": "A", "pcs": 50})
    with ThreadPoolExecutor(8) as buyers:
        left = list(buyers.map(lambda _: site.buy("A")["left_pcs"], range(30)))
    assert sorted(pcs for pcs in left if pcs is not None) == list(range(20, 50))


def test_a_site_sells_below_zero_if_asked(site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    assert site.buy("A", 3)["left_pcs"] == -2


@pytest.mark.parametrize(("status", "left"), [("pending", 5), ("on-hold", 3), ("processing", 3), ("checkout-draft", 5)])
def test_stock_is_reduced_by_the_status(site: Site, status: str, left: int) -> None:
    site.put({"sku": "A", "pcs": 5})
    ordered(site, status)
    assert site.stock() == {"A": left}


def test_an_order_takes_once_and_gives_back_once(site: Site) -> None:
    site.put({"sku": "A", "pcs": 5})
    order_ref = ordered(site)
    for status, left in (("on-hold", 3), ("completed", 3), ("refunded", 3), ("cancelled", 5), ("trash", 5), ("processing", 3)):
        move(site, order_ref, status)
        assert site.stock() == {"A": left}, status


def test_an_order_of_a_variation_managed_by_its_product_takes_from_the_product(site: Site) -> None:
    site.put({"sku": "P", "variations": [{"sku": "P-1", "is_managed_by_parent": True}]})
    site.set_stock({"P": 5})
    ordered(site, sku="P-1")
    assert site.stock() == {"P": 3, "P-1": None}


def test_a_reduction_moves_the_date_of_the_goods(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 5})
    before = client.get("/products").json()[0]
    ordered(site)
    after = client.get("/products").json()[0]
    assert (after["date_modified_gmt"] >= before["date_modified_gmt"], after["total_sales"]) == (True, 2)


def test_an_order_shows_its_line_as_recorded(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 5, "price": "14.90", "name": "Утюг"})
    ordered(site)
    order = told(client)
    (line,) = order["line_items"]
    assert (line["sku"], line["quantity"], line["total"], line["price"]) == ("A", 2, "29.80", 14.9)
    assert [(one["key"], one["value"]) for one in line["meta_data"]] == [("_reduced_stock", "2")]
    assert (order["total"], order["currency"], order["billing"]["phone"]) == ("29.80", "RUB", "+79161234567")


def test_what_changed_at_an_instant_is_not_what_changed_after_it(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 9})
    order_ref = ordered(site)
    at = told(client)["date_modified_gmt"]
    before = (datetime.fromisoformat(at) - timedelta(seconds=1)).isoformat()
    after = (datetime.fromisoformat(at) + timedelta(seconds=1)).isoformat()
    assert listed(client, modified_after=at, dates_are_gmt="true") == []
    assert listed(client, modified_after=before, dates_are_gmt="true") == [order_ref]
    assert listed(client, modified_before=at, dates_are_gmt="true") == []
    assert listed(client, modified_before=after, dates_are_gmt="true") == [order_ref]


def test_any_status_is_all_but_the_trash(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 9})
    first, second = ordered(site), ordered(site)
    move(site, first, "trash")
    assert listed(client, status="any") == listed(client) == [second]
    assert listed(client, status="trash") == [first]
    assert listed(client, status="any,trash") == [second]
    assert listed(client, status="processing,trash", orderby="id", order="asc") == [first, second]


def test_orders_are_listed_by_their_change(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 9})
    first, second = ordered(site), ordered(site)
    assert listed(client, orderby="id", order="asc", per_page="1", page="2") == [second]
    assert sorted(listed(client, orderby="modified", order="asc")) == sorted([first, second])


@pytest.mark.parametrize("query", [{"status": "sold"}, {"modified_after": "вчера"}, {"per_page": "101"}, {"dates_are_gmt": "perhaps"}])
def test_a_list_asked_for_wrongly_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/orders", params=query)
    assert (answer.status_code, list(answer.json()["data"]["params"])) == (400, list(query))


def test_an_order_of_deleted_goods_cancels_into_nothing(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 5})
    order_ref = ordered(site)
    site.remove("A")
    move(site, order_ref, "cancelled")
    assert told(client)["status"] == "cancelled"


def test_an_order_has_the_worlds_date(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A", "pcs": 5})
    ordered(site)
    placed_at = datetime.fromisoformat(told(client)["date_created_gmt"]).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - placed_at) < timedelta(minutes=1)
