import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.vendor import said, site_that
from tests.world import Site

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def order(number: int, *, at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    """An order as the site tells it, as far as anybody looks."""
    whole = {
        "id": number,
        "status": "processing",
        "currency": "RUB",
        "date_created_gmt": stamp(at - HOUR),
        "date_modified_gmt": stamp(at),
        "billing": {"first_name": "Иван", "last_name": "", "phone": "+79161234567"},
        "shipping": {"city": ""},
        "customer_note": "",
        "line_items": [{"id": 1, "sku": "A", "quantity": 2, "total": "2980.00", "total_tax": "0.00"}],
    }
    return whole | changes


def line(**changes: Any) -> dict[str, Any]:
    return {"id": 1, "sku": "A", "quantity": 1, "total": "100.00", "total_tax": "0.00"} | changes


def read(*orders: dict[str, Any]) -> list[dict[str, Any]]:
    """What is read of a site with these orders."""

    def say(request: httpx.Request) -> httpx.Response:
        return said([one for one in orders if (one["status"] == "trash") == (request.url.params["status"] == "trash")])

    return site_that(say).read_orders(since=NOON - HOUR, until=NOON).to_dicts()


def recent(shop: WooCommerceSite) -> pl.DataFrame:
    now = datetime.now(UTC)
    return shop.read_orders(since=now - HOUR, until=now)


def test_an_order_is_told_line_by_line() -> None:
    lines = [line(id=4, sku="A", quantity=2, total="2980.00"), line(id=5, sku="B")]
    told = order(16, line_items=lines, date_created_gmt="2026-02-28T23:00:00")
    first, second = read(told)
    assert (first["order_ref"], first["line_ref"], first["channel_sku"], first["pcs"], first["price_kopecks"]) == (
        "16",
        "4",
        "A",
        2,
        149_000,
    )
    assert (second["order_ref"], second["line_ref"], second["channel_sku"]) == ("16", "5", "B")
    assert (first["placed_at"], first["changed_at"]) == (datetime(2026, 2, 28, 23, tzinfo=UTC), NOON)
    assert json.loads(first["buyer"]) == {"billing": {"first_name": "Иван", "phone": "+79161234567"}}
    assert json.loads(first["payload"]) == told
    assert (first["warehouse_ref"], first["is_by_channel"]) == ("", False)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "unpaid"),
        ("on-hold", "new"),
        ("processing", "new"),
        ("completed", "delivered"),
        ("cancelled", "cancelled"),
        ("failed", "cancelled"),
        ("trash", "cancelled"),
        ("refunded", "returned"),
        ("a-plugins-own", "other"),
    ],
)
def test_a_status_of_the_site_is_a_state_of_ours(status: str, state: str) -> None:
    assert [(one["status"], one["state"]) for one in read(order(1, status=status))] == [(status, state)]


def test_a_cart_at_the_checkout_is_no_order() -> None:
    assert read(order(1, status="checkout-draft"), order(2, status="auto-draft", date_created_gmt=None)) == []


@pytest.mark.parametrize(
    ("total", "tax", "pcs", "kopecks"),
    [
        ("100.00", "0.00", 3, 3333),
        ("200.00", "0.00", 3, 6667),
        ("0.01", "0.00", 2, 1),
        ("83.33", "16.67", 1, 10_000),
        ("0.00", "0.00", 1, 0),
        ("-5.00", "0.00", 1, None),
    ],
)
def test_a_piece_costs_its_share_of_the_line_with_tax_and_half_a_kopeck_goes_up(
    total: str, tax: str, pcs: int, kopecks: int | None
) -> None:
    (told,) = read(order(1, line_items=[line(quantity=pcs, total=total, total_tax=tax)]))
    assert told["price_kopecks"] == kopecks


def test_a_price_in_another_currency_is_not_taken_for_roubles() -> None:
    assert [one["price_kopecks"] for one in read(order(1, currency="USD"))] == [None]


def test_goods_that_were_deleted_are_told_without_a_code() -> None:
    assert [one["channel_sku"] for one in read(order(1, line_items=[line(sku=None)]))] == [""]


def test_a_line_of_no_pieces_sells_nothing() -> None:
    assert [one["line_ref"] for one in read(order(1, line_items=[line(id=1, quantity=0), line(id=2)]))] == ["2"]


def test_a_buyer_without_a_word_is_null() -> None:
    assert [one["buyer"] for one in read(order(1, billing={"phone": ""}, shipping={}))] == [None]


@pytest.mark.parametrize("field", ["quantity", "total"])
def test_a_line_of_another_shape_stops_the_channel_and_tells_no_person(field: str) -> None:
    broken = order(1, line_items=[line(**{field: [{"phone": "+79161234567"}]})])
    with pytest.raises(ContractBroken) as caught:
        read(broken)
    assert field in (caught.value.fragment or "")
    assert "+7916" not in str(caught.value)


def test_orders_of_the_site_come_with_the_second_of_since_and_with_the_trash(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 9})
    made = [str(site.buy("A")["order_id"]) for _ in range(3)]
    site.order("PUT", f"/orders/{made[1]}", json={"status": "trash"})
    site.order("DELETE", f"/orders/{made[2]}")
    now = datetime.now(UTC)
    told = shop.read_orders(since=now, until=now + HOUR)
    assert dict(told.select("order_ref", "state").rows()) == {made[0]: "new", made[1]: "cancelled", made[2]: "cancelled"}
    asked = site.heard("GET")[-1]["query"]
    assert asked["modified_after"] == stamp(now - timedelta(seconds=2))
    assert (asked["dates_are_gmt"], asked["orderby"], asked["order"]) == ("true", "modified", "asc")


def test_an_order_of_before_is_not_told(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 9})
    site.buy("A")
    later = datetime.now(UTC) + timedelta(seconds=10)
    assert shop.read_orders(since=later, until=later + HOUR).is_empty()


def test_every_page_is_read(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put({"sku": "A", "pcs": 9})
    made = {str(site.buy("A")["order_id"]) for _ in range(5)}
    monkeypatch.setattr(shop, "PAGE_MAX", 2)
    assert set(recent(shop)["order_ref"]) == made


class Journal:
    """A site whose orders change between two pages."""

    def __init__(self, orders: list[dict[str, Any]], meanwhile: Callable[["Journal"], None]) -> None:
        self.orders = {one["id"]: one for one in orders}
        self._meanwhile = [meanwhile]

    def say(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if asked["status"] == "trash":
            return said([])
        found = [one for one in self.orders.values() if asked["modified_after"] < one["date_modified_gmt"] < asked["modified_before"]]
        found.sort(key=lambda one: one["date_modified_gmt"])
        size, page = int(asked["per_page"]), int(asked["page"])
        if self._meanwhile:
            answer = said(found[(page - 1) * size : page * size])
            self._meanwhile.pop()(self)
            return answer
        return said(found[(page - 1) * size : page * size])


def journal(*seconds: int) -> list[dict[str, Any]]:
    return [order(number, at=NOON + timedelta(seconds=at)) for number, at in enumerate(seconds, 1)]


def told_by(room: Journal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shop = site_that(room.say)
    monkeypatch.setattr(shop, "PAGE_MAX", 2)
    return sorted(shop.read_orders(since=NOON, until=NOON + HOUR)["order_ref"])


def test_an_order_that_changes_meanwhile_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def touch_first(room: Journal) -> None:
        room.orders[1]["date_modified_gmt"] = stamp(NOON + 2 * HOUR)

    assert told_by(Journal(journal(1, 10, 20, 30, 40), touch_first), monkeypatch) == ["1", "2", "3", "4", "5"]


def test_orders_changed_all_at_once_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_by(Journal(journal(5, 5, 5, 5, 5, 9), lambda _: None), monkeypatch) == ["1", "2", "3", "4", "5", "6"]


def test_a_list_that_repeats_its_page_for_ever_stops_the_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = site_that(lambda _: said([order(1), order(2)]))
    monkeypatch.setattr(shop, "PAGE_MAX", 2)
    with pytest.raises(ContractBroken, match="повторяет"):
        shop.read_orders(since=NOON, until=NOON + HOUR)
