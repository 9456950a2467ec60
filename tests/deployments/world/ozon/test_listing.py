from typing import Any

import pytest

from deployments.world.ozon.make import MAIN
from tests.deployments.world.ozon.conftest import Cabinet, mug


def offers(answer: Any) -> list[str]:
    return [item["offer_id"] for item in answer["result"]["items"]]


def test_all_goods_are_read_by_pages_until_an_empty_one(cabinet: Cabinet) -> None:
    for number in range(5):
        cabinet.put(f"A{number}")
    seen: list[str] = []
    last_id = ""
    while True:
        told = cabinet.told("/v3/product/list", {"filter": {}, "limit": 2, "last_id": last_id})
        if not offers(told):
            break
        seen, last_id = seen + offers(told), told["result"]["last_id"]
        assert told["result"]["total"] == 5
        assert last_id
    assert seen == [f"A{number}" for number in range(5)]


def test_ids_need_no_page(cabinet: Cabinet) -> None:
    product_id = cabinet.put("A")
    cabinet.put("B")
    assert offers(cabinet.told("/v3/product/list", {"filter": {"product_id": [str(product_id)]}})) == ["A"]
    assert offers(cabinet.told("/v3/product/list", {"filter": {"offer_id": ["B", "none"]}})) == ["B"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"limit": 0},
        {"limit": 1001},
        {"filter": {"offer_id": ["A"], "product_id": ["1"]}},
        {"filter": {"offer_id": []}, "limit": 10},
        {"filter": {"visibility": "SOMEHOW"}, "limit": 10},
        {"limit": 10, "last_id": "%%%"},
    ],
)
def test_a_list_asked_wrongly_is_refused(cabinet: Cabinet, wrong: dict[str, Any]) -> None:
    assert cabinet.ask("/v3/product/list", wrong).status_code == 400


def test_goods_are_found_by_how_they_are_seen(cabinet: Cabinet) -> None:
    cabinet.put("sold", pcs={str(MAIN): 1})
    cabinet.put("empty", barcode="4600000000015")
    cabinet.put("archived")
    cabinet.order("PUT", "/archived", {"archived": True})
    cabinet.import_(mug("fresh"))
    cabinet.clock.pass_(seconds=10)

    def seen(visibility: str) -> list[str]:
        return offers(cabinet.told("/v3/product/list", {"filter": {"visibility": visibility}, "limit": 100}))

    assert seen("ALL") == ["sold", "empty", "fresh"]
    assert seen("VISIBLE") == ["sold"]
    assert seen("INVISIBLE") == ["empty", "fresh"]
    assert seen("EMPTY_STOCK") == ["empty"]
    assert seen("NOT_MODERATED") == ["fresh"]
    assert seen("ARCHIVED") == ["archived"]
    assert seen("EMPTY_BARCODE") == ["sold"]
    assert seen("QUARANTINE") == []


def test_goods_are_told_of_by_each_of_their_ids(cabinet: Cabinet) -> None:
    product_id = cabinet.put("A")
    (by_offer,) = cabinet.told("/v3/product/info/list", {"offer_id": ["A", "none"]})["items"]
    (by_product,) = cabinet.told("/v3/product/info/list", {"product_id": [str(product_id)]})["items"]
    (by_sku,) = cabinet.told("/v3/product/info/list", {"sku": [str(by_offer["sku"])]})["items"]
    assert by_offer == by_product == by_sku
    assert len({product_id, by_offer["sku"]}) == 2


def test_a_product_that_is_not_ready_is_not_found_by_an_sku(cabinet: Cabinet) -> None:
    cabinet.import_(mug())
    cabinet.clock.pass_(seconds=10)
    cabinet.clock.pass_(hours=1)
    (ready,) = cabinet.told("/v3/product/info/list", {"offer_id": ["КР-7/2"]})["items"]
    cabinet.clock.pass_(hours=-1)
    assert cabinet.told("/v3/product/info/list", {"sku": [str(ready["sku"])]})["items"] == []


def test_ids_are_a_thousand_in_sum(cabinet: Cabinet) -> None:
    codes = [f"A{number}" for number in range(600)]
    ids = [str(number) for number in range(401)]
    assert cabinet.ask("/v3/product/info/list", {"offer_id": codes, "product_id": ids}).status_code == 400
    assert cabinet.ask("/v3/product/info/list", {"offer_id": codes, "product_id": ids[:400]}).status_code == 200
    assert cabinet.ask("/v3/product/info/list", {}).status_code == 400


def test_the_first_picture_is_the_main_one(cabinet: Cabinet) -> None:
    cabinet.import_(mug(images=["https://x/1.jpg", "https://x/2.jpg"], primary_image="https://x/0.jpg", color_image="https://x/c.jpg"))
    cabinet.clock.pass_(seconds=10)
    (card,) = cabinet.told("/v3/product/info/list", {"offer_id": ["КР-7/2"]})["items"]
    (pictures,) = cabinet.told("/v2/product/pictures/info", {"product_id": [str(card["id"])]})["items"]
    assert (pictures["primary_photo"], pictures["photo"]) == (["https://x/0.jpg"], ["https://x/1.jpg", "https://x/2.jpg"])
    assert (pictures["color_photo"], card["primary_image"]) == (["https://x/c.jpg"], ["https://x/0.jpg"])
