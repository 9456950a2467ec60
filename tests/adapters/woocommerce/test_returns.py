"""Refunds of a site: those its managers write are told, those we write are written once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.errors import SyncError
from adapters.woocommerce.order_answers import REFUND
from adapters.woocommerce.site import WooCommerceSite
from tasks.rules.return_documents import ReturnRefund
from tests.adapters.woocommerce.test_order_status import CUTS, buy, line_of, writes
from tests.world import Site


@pytest.fixture(autouse=True)
def goods(site: Site) -> None:
    site.put({"sku": "A", "pcs": 100, "price": "100.01"})


def read(shop: WooCommerceSite) -> pl.DataFrame:
    now = datetime.now(UTC)
    return shop.read_returns(since=now - timedelta(hours=1), until=now + timedelta(seconds=2))


def refunded(shop: WooCommerceSite, ref: str, pcs: int = 1, number: int = 7) -> tuple[str, str | None]:
    wanted = ReturnRefund(return_id=number, order_ref=ref, pcs={line_of(shop, ref): pcs}, reason="не подошёл")
    (told,) = shop.refund_returns([wanted])
    return told.outcome, told.reason


def shown(shop: WooCommerceSite, ref: str) -> list[dict[str, Any]]:
    refunds: list[dict[str, Any]] = shop.get(f"orders/{ref}/refunds").json()
    return refunds


def by_hand(shop: WooCommerceSite, ref: str, pcs: int = 1, total: float = 100.01) -> None:
    line = {"id": int(line_of(shop, ref)), "quantity": pcs, "refund_total": total}
    body = {"amount": f"{total}", "reason": "обещали", "line_items": [line], "api_refund": False}
    shop.tell("POST", f"orders/{ref}/refunds", body, REFUND, is_repeatable=False)


def test_a_refund_of_a_manager_announces_a_return(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    by_hand(shop, ref)
    (row,) = read(shop).to_dicts()
    assert (row["order_ref"], row["line_ref"], row["pcs"], row["state"]) == (ref, line_of(shop, ref), 1, "announced")
    assert (row["condition"], row["reason"], row["return_ref"]) == ("unknown", "обещали", str(shown(shop, ref)[0]["id"]))


def test_an_order_that_nobody_refunded_tells_of_no_return(site: Site, shop: WooCommerceSite) -> None:
    buy(site, 3)
    assert read(shop).is_empty()


def test_what_came_back_is_refunded_by_hand_and_nothing_goes_on_the_sites_shelf(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    stock = site.stock()
    assert refunded(shop, ref) == ("accepted", None)
    (body,) = writes(site)
    assert (body["api_refund"], body["api_restock"], body["amount"]) == (False, False, "100.01")
    assert body["meta_data"] == [{"key": "_utyug_return", "value": "7"}]
    assert site.stock() == stock


def test_a_refund_that_is_there_is_not_written_again_and_is_no_news(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    refunded(shop, ref)
    site.forget()
    assert refunded(shop, ref) == ("already", None)
    assert writes(site) == []
    assert read(shop).is_empty()


def test_a_second_return_of_the_same_goods_is_refunded_as_well(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    assert [refunded(shop, ref, number=number) for number in (7, 8)] == [("accepted", None)] * 2
    assert [one["amount"] for one in shown(shop, ref)] == ["100.01", "100.01"]


def test_what_a_manager_has_paid_back_meanwhile_is_not_paid_twice(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site, 3)
    by_hand(shop, ref)
    assert refunded(shop, ref, pcs=1) == ("already", None)
    assert refunded(shop, ref, pcs=2, number=8) == ("accepted", None)
    assert len(shown(shop, ref)) == 2


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: str(cut["kind"]))
def test_a_cut_connection_leaves_one_refund_however_often_it_is_told(site: Site, shop: WooCommerceSite, cut: dict[str, Any]) -> None:
    ref = buy(site, 3)
    wanted = ReturnRefund(return_id=7, order_ref=ref, pcs={line_of(shop, ref): 1}, reason="")
    site.fault(**cut, method="POST")
    outcomes = []
    for _ in range(2):
        try:
            outcomes += [one.outcome for one in shop.refund_returns([wanted])]
        except SyncError:
            outcomes.append("unknown")
    assert outcomes[-1] in {"already", "accepted"}
    assert len(shown(shop, ref)) == 1


def test_an_order_that_is_gone_cannot_be_refunded(shop: WooCommerceSite) -> None:
    (told,) = shop.refund_returns([ReturnRefund(return_id=7, order_ref="999999", pcs={"1": 1}, reason="")])
    assert (told.outcome, told.reason) == ("refused", "order_is_gone")
