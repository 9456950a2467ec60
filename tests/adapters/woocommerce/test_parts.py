"""Tracking numbers beside a site's order, one for each part."""

from contextlib import suppress
from typing import Any

import pytest

from adapters.errors import SyncError
from adapters.woocommerce.site import WooCommerceSite
from tasks.rules.parts import PartShipped
from tests.adapters.woocommerce.test_order_status import buy, writes
from tests.world import Site

CUTS = [{"kind": "timeout_after"}, {"kind": "error_after", "status": 502}]


@pytest.fixture(autouse=True)
def goods(site: Site) -> None:
    site.put({"sku": "A", "pcs": 100, "price": "100.01"})


def part(ref: str, number: str = "777-1", tracking: str | None = "T1") -> PartShipped:
    return PartShipped(number=number, order_ref=ref, boxes=({"1": 1},), rest_pcs={}, tracking=tracking, carrier="СДЭК")


def kept(shop: WooCommerceSite, ref: str) -> dict[str, str]:
    told = shop.get(f"orders/{ref}").json()["meta_data"]
    return {one["key"]: one["value"] for one in told if one["key"].startswith("_utyug_tracking_")}


def test_each_part_has_its_own_number_beside_the_order(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    told = shop.ship_parts([part(ref), part(ref, "777-2", "T2")])
    assert [(one.number, one.outcome) for one in told] == [("777-1", "accepted"), ("777-2", "accepted")]
    assert kept(shop, ref) == {"_utyug_tracking_777-1": "СДЭК T1", "_utyug_tracking_777-2": "СДЭК T2"}
    before = len(writes(site))
    assert [one.outcome for one in shop.ship_parts([part(ref)])] == ["already"]
    assert len(writes(site)) == before


def test_a_number_that_holds_no_longer_is_emptied_and_one_that_never_was_is_not_written(site: Site, shop: WooCommerceSite) -> None:
    ref = buy(site)
    assert [one.outcome for one in shop.ship_parts([part(ref, tracking=None)])] == ["already"]
    assert writes(site) == []
    shop.ship_parts([part(ref)])
    assert [one.outcome for one in shop.ship_parts([part(ref, tracking=None)])] == ["accepted"]
    assert kept(shop, ref) == {"_utyug_tracking_777-1": ""}


@pytest.mark.parametrize("ref", ["семь", "999999"])
def test_an_order_that_is_not_there_is_refused(shop: WooCommerceSite, ref: str) -> None:
    assert [one.outcome for one in shop.ship_parts([part(ref)])] == ["refused"]


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
def test_a_lost_answer_leaves_one_number(site: Site, shop: WooCommerceSite, cut: dict[str, Any]) -> None:
    ref = buy(site)
    site.order("POST", "/faults", json={"method": "PUT", "times": 1, **cut})
    with suppress(SyncError):
        shop.ship_parts([part(ref)])
    assert [one.outcome for one in shop.ship_parts([part(ref)])] == ["already"]
    assert kept(shop, ref) == {"_utyug_tracking_777-1": "СДЭК T1"}
