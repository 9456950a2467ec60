import json
from typing import Any

import httpx
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


@pytest.mark.parametrize("sku", ["КР-7/2", "a b&c=d", "100%", "+7", "№ 5 #1?", "Ё'\"ё", "a%2Fb"])
def test_a_code_of_any_signs_is_found_over_a_signed_call(site: Site, shop: WooCommerceSite, sku: str) -> None:
    site.put({"sku": sku, "pcs": 1})
    assert shop.find_listings([sku]).passed["channel_sku"].to_list() == [sku]


def test_a_code_that_is_not_there_is_in_neither_frame(shop: WooCommerceSite) -> None:
    found = shop.find_listings(["NO"])
    assert found.passed.is_empty()
    assert found.refused.is_empty()


def test_a_code_with_a_comma_is_searched_for_alone_and_matched_whole(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "1,5", "pcs": 3}, {"sku": "X1,5"}, {"sku": "1"}, {"sku": "P", "variations": [{"sku": "ТР-109-1,5-ЗЕЛ", "pcs": 4}]})
    found = shop.find_listings(["1,5", "X1,5", "ТР-109-1,5-ЗЕЛ", "9,9", "1"])
    assert sorted(found.passed["channel_sku"]) == ["1", "1,5", "X1,5", "ТР-109-1,5-ЗЕЛ"]
    assert found.refused.is_empty()
    asked = [(call["query"].get("sku"), call["query"].get("search_sku")) for call in site.heard()]
    assert asked == [("1", None), (None, "1,5"), (None, "X1,5"), (None, "ТР-109-1,5-ЗЕЛ"), (None, "9,9")]


def test_a_variation_with_a_comma_keeps_its_product(site: Site, shop: WooCommerceSite) -> None:
    parent_id, variation_id = site.put({"sku": "P", "variations": [{"sku": "P-1,5"}]})
    refs = shop.find_listings(["P-1,5"]).passed["refs"][0]
    assert json.loads(refs) == {"id": variation_id, "parent_id": parent_id}


def test_every_page_of_a_search_is_read(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put({"sku": "1,5"}, {"sku": "A1,5"}, {"sku": "B1,5"})
    monkeypatch.setattr(shop, "PAGE_MAX", 1)
    assert shop.find_listings(["1,5"]).passed["channel_sku"].to_list() == ["1,5"]
    assert [call["query"]["page"] for call in site.heard("GET")] == ["1", "2", "3"]


def test_goods_that_slip_to_the_next_page_while_it_is_read_are_not_twins(
    site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put({"sku": "A1,5"}, {"sku": "1,5"}, {"sku": "C1,5"})
    monkeypatch.setattr(shop, "PAGE_MAX", 2)
    real = shop._connection.call

    def call_while_goods_come(*call: Any, **rest: Any) -> httpx.Response:
        answer = real(*call, **rest)
        site.put({"sku": f"NEW-{rest['params']['page']}-1,5"})
        return answer

    monkeypatch.setattr(shop._connection, "call", call_while_goods_come)
    assert shop.find_listings(["1,5"]).passed["channel_sku"].to_list() == ["1,5"]


def test_a_search_without_an_end_in_sight_refuses_the_code_alone(
    site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put({"sku": "1,5"}, {"sku": "A1,5"}, {"sku": "B1,5"}, {"sku": "Z"})
    monkeypatch.setattr(shop, "PAGE_MAX", 1)
    monkeypatch.setattr(shop, "SEARCH_PAGES_MAX", 2)
    found = shop.find_listings(["1,5", "A1,5", "Z"])
    assert sorted(found.passed["channel_sku"]) == ["A1,5", "Z"]
    assert found.refused.select("key", "reason").rows() == [("1,5", "sku_has_comma")]
    assert len(site.heard("GET")) == 4


def test_a_search_that_shows_the_same_page_again_refuses_even_what_it_showed(
    site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put({"sku": "A1,5"}, {"sku": "B1,5"}, {"sku": "1,5"})
    monkeypatch.setattr(shop, "PAGE_MAX", 1)
    real = shop._connection.call
    monkeypatch.setattr(shop._connection, "call", lambda *call, params, **rest: real(*call, params={**params, "page": 1}, **rest))
    found = shop.find_listings(["1,5"])
    assert found.passed.is_empty()
    assert found.refused.select("key", "reason").rows() == [("1,5", "sku_has_comma")]
    assert len(site.heard("GET")) == 2


def test_many_codes_with_commas_are_looked_for_together(site: Site, shop: WooCommerceSite) -> None:
    skus = [f"М{number}x1,5" for number in range(130)]
    site.put(*[{"sku": sku} for sku in skus], {"sku": "М999x1,5"})
    assert sorted(shop.find_listings(skus).passed["channel_sku"]) == sorted(skus)
    assert [call["query"]["search_sku"] for call in site.heard("GET")] == [",", ","]


def test_many_codes_among_too_many_with_commas_are_searched_one_by_one(
    site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put({"sku": "A,1"}, {"sku": "B,1"}, {"sku": "C,1"})
    monkeypatch.setattr(shop, "PAGE_MAX", 1)
    monkeypatch.setattr(shop, "SEARCH_PAGES_MAX", 2)
    monkeypatch.setattr(shop, "SEARCHES_MAX", 1)
    assert sorted(shop.find_listings(["A,1", "B,1"]).passed["channel_sku"]) == ["A,1", "B,1"]
    assert [call["query"]["search_sku"] for call in site.heard("GET")] == [",", ",", "A,1", "B,1"]


def test_a_code_with_a_comma_that_two_cards_share_is_refused(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "T,1"}, {"sku": "T,1"})
    assert refused(shop, "T,1") == {"T,1": "sku_repeats_on_channel"}


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


@pytest.mark.parametrize("sku", ["", " ", "\n"])
def test_a_blank_code_is_refused_and_not_asked_for(site: Site, shop: WooCommerceSite, sku: str) -> None:
    site.put({"sku": "A"})
    found = shop.find_listings([sku])
    assert found.passed.is_empty()
    assert found.refused["reason"].to_list() == ["sku_is_illegal"]
    assert site.heard() == []
