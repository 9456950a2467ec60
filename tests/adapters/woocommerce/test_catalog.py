import json

import pytest

from adapters.errors import ContractBroken
from adapters.woocommerce.site import WooCommerceSite
from tests.world import Site


def refused(shop: WooCommerceSite, *skus: str) -> dict[str, str]:
    return dict(shop.find_listings(list(skus)).refused.select("key", "reason").rows())


def test_a_product_and_a_variation_are_found_by_code(site: Site, shop: WooCommerceSite) -> None:
    product_id, parent_id, variation_id = site.put({"sku": "A", "pcs": 3}, {"sku": "B", "variations": [{"sku": "B-S", "pcs": 4}]})
    found = {row["channel_sku"]: row for row in shop.find_listings(["A", "B-S"]).passed.to_dicts()}
    assert json.loads(found["A"]["refs"]) == {"id": product_id, "parent_id": 0}
    assert json.loads(found["B-S"]["refs"]) == {"id": variation_id, "parent_id": parent_id}
    assert (found["A"]["pcs"], found["B-S"]["pcs"]) == (3, 4)


@pytest.mark.parametrize("sku", ["КР-7/2", "a b&c=d", "100%", "+7", "№ 5 #1?", "Ё'\"ё", "a%2Fb"])
def test_a_code_of_any_signs_is_found_over_a_signed_call(site: Site, shop: WooCommerceSite, sku: str) -> None:
    site.put({"sku": sku, "pcs": 1})
    assert shop.find_listings([sku]).passed["channel_sku"].to_list() == [sku]


def test_a_code_that_is_not_there_is_in_neither_frame(shop: WooCommerceSite) -> None:
    found = shop.find_listings(["NO"])
    assert found.passed.is_empty()
    assert found.refused.is_empty()


def test_a_code_with_a_comma_is_refused_and_not_asked(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A,B"}, {"sku": "A"})
    assert refused(shop, "A,B") == {"A,B": "sku_has_comma"}
    assert site.heard() == []


def test_a_code_that_differs_by_case_only_is_not_ours(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put({"sku": "a-1"})
    real = shop._connection.call
    monkeypatch.setattr(shop._connection, "call", lambda *call, params, **rest: real(*call, params={**params, "sku": "a-1"}, **rest))
    assert shop.find_listings(["A-1"]).passed.is_empty()


def test_a_card_that_is_not_sold_by_the_piece_is_refused(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "V", "variations": [{"sku": "V-1"}]}, {"sku": "G", "type": "grouped"}, {"sku": "E", "type": "external"})
    assert refused(shop, "V", "G", "E") == dict.fromkeys("VGE", "is_not_sold_by_piece")


def test_a_code_that_two_cards_share_is_refused(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "TWIN"}, {"sku": "TWIN"})
    found = shop.find_listings(["TWIN"])
    assert found.passed.is_empty()
    assert found.refused.select("key", "reason").rows() == [("TWIN", "sku_repeats_on_channel")]


def test_stock_that_is_not_managed_by_the_card_itself_is_null(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "FREE", "pcs": None}, {"sku": "P", "variations": [{"sku": "P-1", "is_managed_by_parent": True}]})
    assert shop.find_listings(["FREE", "P-1"]).passed["pcs"].to_list() == [None, None]


def test_codes_are_asked_fifty_at_a_time(site: Site, shop: WooCommerceSite) -> None:
    skus = [f"S-{number}" for number in range(120)]
    site.put(*[{"sku": sku} for sku in skus])
    assert sorted(shop.find_listings(skus).passed["channel_sku"]) == sorted(skus)
    assert [len(call["query"]["sku"].split(",")) for call in site.heard("GET")] == [50, 50, 20]


def test_long_codes_are_asked_fewer_at_a_time(site: Site, shop: WooCommerceSite) -> None:
    skus = [f"{'Длинный' * 20}-{number}" for number in range(12)]
    site.put(*[{"sku": sku} for sku in skus])
    assert len(shop.find_listings(skus).passed) == 12
    assert all(len(call["query"]["sku"].encode()) * 3 < 6000 for call in site.heard("GET"))
    assert len(site.heard("GET")) > 1


def test_every_page_is_read(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put({"sku": "A"}, {"sku": "B"}, {"sku": "C"})
    monkeypatch.setattr(shop, "PAGE_MAX", 2)
    assert sorted(shop.find_listings(["A", "B", "C"]).passed["channel_sku"]) == ["A", "B", "C"]
    assert [call["query"]["page"] for call in site.heard("GET")] == ["1", "2"]


def test_no_codes_are_no_call(site: Site, shop: WooCommerceSite) -> None:
    assert shop.find_listings([]).passed.is_empty()
    assert site.heard() == []


def test_an_answer_that_is_not_woocommerce_is_broken(site: Site, shop: WooCommerceSite) -> None:
    site.fault("garbage")
    with pytest.raises(ContractBroken):
        shop.find_listings(["A"])
