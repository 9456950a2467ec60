"""A partial refund keeps the lines of an order: what was paid back before shipping is cancelled, what was paid back after is a return."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.test_orders import HOUR, NOON, line, order, stamp
from tests.adapters.woocommerce.vendor import said, site_that
from tests.world import Site
from validation.order_news import OrderNews

LINES = [line(id=1, sku="A", quantity=3, total="300.00"), line(id=2, sku="B", quantity=1)]


def refund(number: int, *pieces: tuple[int, int], at: datetime = NOON) -> dict[str, Any]:
    """A refund of pieces by line."""
    rows = [
        {
            "id": 100 * number + line_id,
            "quantity": -pcs,
            "total": "-1.00",
            "meta_data": [{"key": "_refunded_item_id", "value": str(line_id)}],
        }
        for line_id, pcs in pieces
    ]
    return {"id": number, "date_created_gmt": stamp(at), "line_items": rows}


def read(refunds: Sequence[dict[str, Any]], *, named: Sequence[int] | None = None, **head: Any) -> tuple[dict[str, int], set[str], int]:
    """What is read of an order with these refunds: pieces by line, states, and how often the site was asked for refunds."""
    asked: list[str] = []
    told = order(16, line_items=LINES, refunds=[{"id": one} for one in named or [refund["id"] for refund in refunds]], **head)

    def say(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/refunds"):
            asked.append(request.url.path)
            return said(list(refunds))
        return said([told] if (told["status"] == "trash") == (request.url.params["status"] == "trash") else [])

    rows = site_that(say).read_orders(since=NOON - HOUR, until=NOON).to_dicts()
    assert {one["price_kopecks"] for one in rows} <= {100_00}
    return {one["line_ref"]: one["pcs"] for one in rows}, {one["state"] for one in rows}, len(asked)


def test_pieces_paid_back_while_the_order_is_open_are_no_longer_sold() -> None:
    assert read([refund(8, (1, 1)), refund(9, (1, 1))]) == ({"1": 1, "2": 1}, {"new"}, 1)


def test_a_line_that_was_paid_back_whole_is_gone() -> None:
    assert read([refund(8, (2, 1))]) == ({"1": 3}, {"new"}, 1)


def test_an_order_of_which_nothing_is_left_is_cancelled_though_the_site_still_works_on_it() -> None:
    assert read([refund(8, (1, 3), (2, 1))]) == ({"1": 3, "2": 1}, {"cancelled"}, 1)


def test_money_alone_takes_no_piece() -> None:
    assert read([refund(8, (1, 0))]) == ({"1": 3, "2": 1}, {"new"}, 1)
    assert read([refund(8)]) == ({"1": 3, "2": 1}, {"new"}, 1)


def test_refunds_are_asked_for_only_where_there_are_any_and_they_matter() -> None:
    assert read([])[2] == 0
    for status in ("cancelled", "failed", "trash"):
        assert read([refund(8, (1, 1))], status=status) == ({"1": 3, "2": 1}, {"cancelled"}, 0)
    assert read([refund(8, (1, 1))], status="checkout-draft") == ({}, set(), 0)


def test_a_refund_that_came_after_the_list_was_shown_waits_for_the_next() -> None:
    assert read([refund(8, (1, 1)), refund(9, (1, 1))], named=[8])[0] == {"1": 2, "2": 1}


@pytest.mark.parametrize(("minutes", "left"), [(-1, 2), (0, 3), (1, 3)], ids=["before", "in the same second", "after"])
def test_of_a_completed_order_only_what_was_paid_back_before_is_cancelled(minutes: int, left: int) -> None:
    at = NOON + timedelta(minutes=minutes)
    pieces, states, _ = read([refund(8, (1, 1), at=at)], status="completed", date_completed_gmt=stamp(NOON))
    assert (pieces["1"], states) == (left, {"delivered"})


def test_an_order_that_was_completed_once_and_is_open_again_counts_every_refund() -> None:
    assert read([refund(8, (1, 1), at=NOON)], date_completed_gmt=stamp(NOON - HOUR))[0]["1"] == 2


def test_the_refund_that_pays_back_the_last_is_a_return_and_those_before_it_are_not() -> None:
    both = [refund(8, (1, 1)), refund(9, (1, 2), (2, 1))]
    assert read(both, status="refunded") == ({"1": 2, "2": 1}, {"returned"}, 1)
    assert read(both[1:], status="refunded")[0] == {"1": 3, "2": 1}
    assert read(both, status="refunded", date_completed_gmt=stamp(NOON - HOUR))[0] == {"1": 3, "2": 1}


def test_of_two_reports_of_one_second_the_one_with_more_refunds_is_newer() -> None:
    def changed_at(*refunds: dict[str, Any]) -> datetime:
        told = order(16, refunds=[{"id": one["id"]} for one in refunds])
        shop = site_that(lambda request: said(list(refunds) if request.url.path.endswith("/refunds") else [told]))
        at = shop.read_orders(since=NOON - HOUR, until=NOON)["changed_at"][0]
        assert isinstance(at, datetime)
        return at

    assert NOON == changed_at() < changed_at(refund(8, (1, 1))) < changed_at(refund(8, (1, 1)), refund(9)) < NOON + timedelta(seconds=1)


def recent(shop: WooCommerceSite) -> dict[str, tuple[int, int]]:
    now = datetime.now(UTC)
    rows = shop.read_orders(since=now - HOUR, until=now).to_dicts()
    return {one["order_ref"]: (one["pcs"], one["price_kopecks"]) for one in rows}


def test_a_refund_on_the_site_is_read_with_the_orders_and_moves_their_change(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 9, "price": "100.01"})
    ref, whole = (str(site.buy("A", 3)["order_id"]) for _ in range(2))
    assert recent(shop) == {ref: (3, 100_01), whole: (3, 100_01)}
    site.order("DELETE", f"/orders/{ref}/lines", json={"sku": "A", "pcs": 1, "how": "refund"})
    site.forget()
    assert recent(shop) == {ref: (2, 100_01), whole: (3, 100_01)}
    (asked,) = [one["path"] for one in site.heard("GET") if one["path"].endswith("/refunds")]
    assert asked.endswith(f"/orders/{ref}/refunds")
    assert site.stock()["A"] == 4


def test_what_we_refund_ourselves_is_read_back(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 9, "price": "100.01"})
    ref = str(site.buy("A", 3)["order_id"])
    line_ref = str(shop.get(f"orders/{ref}").json()["line_items"][0]["id"])
    (answer,) = shop.tell_orders([OrderNews(order_ref=ref, number="7", action="cancel", left_pcs={line_ref: 1})])
    assert answer.outcome == "accepted"
    assert recent(shop) == {ref: (1, 100_01)}
