from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import Unauthorized
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.vendor import body_of, said, site_that
from tests.world import SITE_KEY, Site
from validation.order_news import Action, OrderNews

CUTS = [{"kind": "timeout_after"}, {"kind": "error_after", "status": 502}, {"kind": "garbage"}]


def tell(shop: WooCommerceSite, action: Action, *refs: str, **told: Any) -> list[tuple[str, str | None]]:
    answers = shop.tell_orders([OrderNews(order_ref=ref, number="777", action=action, **told) for ref in refs])
    assert [one.order_ref for one in answers] == list(refs)
    return [(one.outcome, one.reason) for one in answers]


def buy(site: Site, pcs: int = 1, status: str = "processing") -> str:
    ref = str(site.order("POST", "/orders", json={"sku": "A", "pcs": pcs, "status": status})["order_ref"])
    site.forget()
    return ref


def shown(site: Site, shop: WooCommerceSite, ref: str) -> tuple[str, str | None]:
    """Its status, and our number beside it."""
    order = shop.get(f"orders/{ref}").json()
    return order["status"], next((one["value"] for one in order["meta_data"] if one["key"] == "_utyug_number"), None)


def line_of(shop: WooCommerceSite, ref: str) -> str:
    return str(shop.get(f"orders/{ref}").json()["line_items"][0]["id"])


def writes(site: Site) -> list[Any]:
    return [one["body"] for one in site.heard() if one["method"] != "GET"]


@pytest.fixture(autouse=True)
def goods(site: Site) -> None:
    site.put({"sku": "A", "pcs": 100, "price": "100.01"})


def test_a_confirmed_order_is_in_work_and_has_our_number(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, status="on-hold")
    assert tell(shop, "confirm", ref) == [("accepted", None)]
    assert shown(site, shop, ref) == ("processing", "777")
    assert tell(shop, "confirm", ref) == [("already", None)]
    assert len(writes(site)) == 1


def test_an_order_that_is_in_work_already_only_gets_the_number(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    assert tell(shop, "confirm", ref) == [("accepted", None)]
    assert writes(site) == [{"meta_data": [{"key": "_utyug_number", "value": "777"}]}]
    assert shown(site, shop, ref) == ("processing", "777")


@pytest.mark.parametrize("action", ["shipped", "delivered"])
def test_what_was_shipped_is_completed(site: Site, shop: WooCommerceSite, action: Action) -> None:
    ref = buy(site)
    assert tell(shop, action, ref) == [("accepted", None)]
    assert shown(site, shop, ref) == ("completed", "777")
    assert tell(shop, action, ref) == [("already", None)]


def test_a_completed_order_is_not_taken_back_to_work(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    tell(shop, "shipped", ref)
    assert tell(shop, "confirm", ref) == [("already", None)]
    assert shown(site, shop, ref)[0] == "completed"


@pytest.mark.parametrize(
    ("status", "reason"), [("cancelled", "order_is_cancelled"), ("trash", "order_is_cancelled"), ("pending", "order_is_unpaid")]
)
def test_an_order_that_cannot_be_confirmed_says_why(site: Site, shop: WooCommerceSite, status: str, reason: str) -> None:
    ref = buy(site)
    site.order("PUT", f"/orders/{ref}", json={"status": status})
    assert tell(shop, "confirm", ref) == [("refused", reason)]
    assert writes(site) == []


def test_a_cancelled_order_is_cancelled_once_and_its_goods_are_back(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    assert tell(shop, "cancel", ref) == [("accepted", None)]
    assert (shown(site, shop, ref)[0], site.stock()["A"]) == ("cancelled", 100)
    assert tell(shop, "cancel", ref) == [("already", None)]
    assert len(writes(site)) == 1


def test_what_was_shipped_is_not_cancelled(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    tell(shop, "shipped", ref)
    assert tell(shop, "cancel", ref) == [("refused", "order_has_left")]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("action", ["confirm", "shipped", "cancel"])
def test_a_lost_answer_to_a_status_is_looked_up(site: Site, shop: WooCommerceSite, action: Action, cut: dict[str, Any]) -> None:
    ref = buy(site, status="on-hold")
    site.fault(method="PUT", **cut)
    assert tell(shop, action, ref) == [("accepted", None)]
    assert len(writes(site)) == 1


def test_what_was_not_done_is_done_when_told_again(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    site.fault("error_before", method="PUT", status=502)
    assert tell(shop, "shipped", ref) == [("unknown", "news_outcome_is_unknown")]
    assert tell(shop, "shipped", ref) == [("accepted", None)]


def test_a_part_is_refunded_by_hand_and_a_second_time_is_not(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    left = {line_of(shop, ref): 1}
    site.forget()
    assert tell(shop, "cancel", ref, left_pcs=left, why="out_of_stock") == [("accepted", None)]
    (body,) = writes(site)
    assert (body["amount"], body["api_refund"], body["api_restock"], body["reason"]) == ("200.02", False, True, "Товар закончился")
    assert [(one["quantity"], one["refund_total"]) for one in body["line_items"]] == [(2, 200.02)]
    assert (shown(site, shop, ref)[0], site.stock()["A"]) == ("processing", 99)
    assert tell(shop, "cancel", ref, left_pcs=left) == [("already", None)]
    assert len(writes(site)) == 1


def test_pieces_refunded_before_are_not_refunded_again(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 4)
    line = line_of(shop, ref)
    tell(shop, "cancel", ref, left_pcs={line: 3})
    assert tell(shop, "cancel", ref, left_pcs={line: 1}) == [("accepted", None)]
    assert [body["line_items"][0]["quantity"] for body in writes(site)] == [1, 2]
    assert site.stock()["A"] == 99


def test_a_part_that_is_everything_cancels_the_order(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 2)
    assert tell(shop, "cancel", ref, left_pcs={line_of(shop, ref): 0}) == [("accepted", None)]
    assert shown(site, shop, ref)[0] == "cancelled"


@pytest.mark.parametrize("cut", CUTS)
def test_a_lost_answer_to_a_refund_pays_nothing_back_twice(site: Site, shop: WooCommerceSite, cut: dict[str, Any]) -> None:
    ref = buy(site, 3)
    left = {line_of(shop, ref): 1}
    site.fault(method="POST", path="/refunds", **cut)
    assert tell(shop, "cancel", ref, left_pcs=left) == [("accepted", None)]
    assert tell(shop, "cancel", ref, left_pcs=left) == [("already", None)]
    assert len(shop.get(f"orders/{ref}/refunds").json()) == 1


def order(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order as the site tells it by itself, as far as anybody looks."""
    whole = {"id": 7, "status": "processing", "meta_data": [], "line_items": list(lines), "refunds": []}
    return whole | changes


def line(number: int, pcs: int, total: str, *taxes: tuple[int, str]) -> dict[str, Any]:
    told = [{"id": rate, "total": tax} for rate, tax in taxes]
    return {"id": number, "quantity": pcs, "total": total, "taxes": told, "meta_data": []}


def refunded(number: int, pcs: int, total: str, *taxes: tuple[int, str]) -> dict[str, Any]:
    meta = [{"id": 1, "key": "_refunded_item_id", "value": str(number)}]
    return {**line(number + 100, -pcs, total, *taxes), "meta_data": meta}


def sent(shown: dict[str, Any], left_pcs: dict[str, int], *refunds: dict[str, Any]) -> Any:
    """The refund that is sent of an order that stands so."""
    bodies: list[Any] = []

    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            bodies.append(body_of(request))
            return said({"id": 9, "line_items": []}, 201)
        return said(list(refunds)) if request.url.path.endswith("/refunds") else said(shown)

    with site_that(say) as shop:
        told = tell(shop, "cancel", "7", left_pcs=left_pcs)
    assert told == [("accepted", None)]
    (body,) = bodies
    return body


def test_a_refund_is_of_each_line_its_share_with_its_taxes() -> None:
    whole = order(line(1, 3, "100.00", (5, "20.00")), line(2, 2, "50.00"), line(3, 1, "9.00"))
    body = sent(whole, {"1": 2, "2": 1})
    assert body["line_items"] == [
        {"id": 1, "quantity": 1, "refund_total": 33.33, "refund_tax": [{"id": 5, "refund_total": 6.66}]},
        {"id": 2, "quantity": 1, "refund_total": 25.0},
    ]
    assert body["amount"] == "64.99"


def test_the_last_pieces_of_a_line_are_refunded_to_the_kopeck() -> None:
    before = {"id": 8, "line_items": [refunded(1, 2, "-66.66", (5, "-13.32"))]}
    whole = order(line(1, 3, "100.00", (5, "20.00")), line(2, 1, "9.00"), refunds=[{"id": 8}])
    body = sent(whole, {"1": 0}, before)
    assert body["line_items"] == [{"id": 1, "quantity": 1, "refund_total": 33.34, "refund_tax": [{"id": 5, "refund_total": 6.68}]}]
    assert body["amount"] == "40.02"


def test_a_refusal_that_calls_itself_an_error_of_the_site_is_not_repeated(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    left = {line_of(shop, ref): 1}
    refused = {"code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount.", "data": 500}
    shown_order = shop.get(f"orders/{ref}").json()

    def say(request: httpx.Request) -> httpx.Response:
        return said(refused, 500) if request.method == "POST" else said(shown_order)

    (answer,) = site_that(say).tell_orders([OrderNews(order_ref=ref, number="7", action="cancel", left_pcs=left)])
    assert (answer.outcome, answer.reason) == ("refused", "channel_refuses_news")
    assert (answer.sentence or "").endswith("«Invalid refund amount.».")


def test_a_status_of_a_plugin_is_not_changed_blindly() -> None:
    with site_that(lambda _: said(order(status="wc-packing"))) as shop:
        assert tell(shop, "shipped", "7") == [("refused", "order_state_is_odd")]


def test_an_order_that_is_not_there_and_news_that_are_not_taken_are_refused(site: Site, shop: WooCommerceSite) -> None:
    assert tell(shop, "cancel", "999999", "семь") == [("refused", "order_is_gone")] * 2
    assert tell(shop, "ready", buy(site)) == [("refused", "news_is_not_taken")]
    assert shop.tell_orders([]) == []


def test_a_stranger_is_told_so_before_anything_is_sent(site: Site) -> None:
    ref = buy(site)
    key, secret = SecretStr(SITE_KEY), SecretStr("cs_stranger")
    with (
        WooCommerceSite(url=site.url, consumer_key=key, consumer_secret=secret, clock=Clock(), timeout_s=1.0) as stranger,
        pytest.raises(Unauthorized),
    ):
        tell(stranger, "confirm", ref)
    assert writes(site) == []
