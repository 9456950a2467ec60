from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.deployments.world.wildberries.conftest import QUICK, Wb

CARDS = "/content-api/content/v2/cards"
IRONS, SNEAKERS, POWER, COLOR = 1231, 105, 65666, 14177449


def variant(code: str, **rest: Any) -> dict[str, Any]:
    return {"vendorCode": code, "title": f"Утюг {code}", "brand": "Ладога", **rest}


def upload(wb: Wb, *variants: dict[str, Any], subject: int = IRONS) -> httpx.Response:
    return wb.call("POST", f"{CARDS}/upload", json=[{"subjectID": subject, "variants": [one]} for one in variants])


def errors(wb: Wb) -> dict[str, list[str]]:
    wb.wait(5)
    items = wb.call("POST", f"{CARDS}/error/list", json={}).json()["data"]["items"]
    return {code: words for item in items for code, words in item["errors"].items()}


def codes(page: dict[str, Any]) -> list[str]:
    return [card["vendorCode"] for card in page["cards"]]


def test_a_new_card_comes_a_little_after_its_200(wb: Wb) -> None:
    answer = upload(wb, variant("КР-7/2"))
    assert answer.json() == {"data": None, "error": False, "errorText": "", "additionalErrors": {}}
    assert "КР-7/2" not in wb.books()["goods"]
    wb.wait(5)
    assert codes(wb.cards()) == ["КР-7/2"]


def test_a_new_card_takes_stock_and_prices_only_when_it_has_settled(wb: Wb) -> None:
    upload(wb, variant("A"))
    wb.wait(5)
    card = wb.cards()["cards"][0]
    chrt_id, nm_id = card["sizes"][0]["chrtID"], card["nmID"]
    assert wb.stock([{"chrtId": chrt_id, "amount": 3}]).json()[0]["code"] == "NotFound"
    assert "All item Nos." in wb.price({"nmID": nm_id, "price": 100}).json()["errorText"]
    assert wb.call("GET", "/discounts-prices-api/api/v2/list/goods/filter", params={"limit": 10}).json()["data"]["listGoods"] == []
    wb.wait(1800)
    assert wb.stock([{"chrtId": chrt_id, "amount": 3}]).status_code == 204
    assert wb.price({"nmID": nm_id, "price": 100}).status_code == 200


def test_size_and_barcode_are_made_up_where_none_is_said(wb: Wb) -> None:
    upload(wb, variant("A"), variant("B", sizes=[{"price": 5000, "skus": ["4600000000017"]}]))
    upload(wb, variant("S", characteristics=[{"id": 17596, "value": ["Мужской"]}]), subject=SNEAKERS)
    wb.wait(5)
    sizes = {card["vendorCode"]: card["sizes"][0] for card in wb.cards()["cards"]}
    assert (sizes["A"]["techSize"], sizes["A"]["wbSize"]) == ("0", "")
    assert (sizes["S"]["techSize"], sizes["S"]["wbSize"]) == ("A", "1")
    assert len(sizes["A"]["skus"][0]) == 13
    assert sizes["B"]["skus"] == ["4600000000017"]
    assert wb.goods("B")["price_kopecks"] == 500_000


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"subjectID": IRONS}, "Invalid request format"),
        ([], "Invalid request format"),
        ([{"variants": [variant("A")]}], "Invalid request format"),
        ([{"subjectID": str(IRONS), "variants": [variant("A")]}], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": []}], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": [variant(str(n)) for n in range(31)]}], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": [variant(str(n))]} for n in range(101)], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": [variant("A" * 73)]}], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": [variant("A", title="у" * 61)]}], "Invalid request format"),
        ([{"subjectID": IRONS, "variants": [variant("")]}], "A card cannot be created without a vendorCode"),
        ([{"subjectID": IRONS, "variants": [{"title": "Утюг"}]}], "A card cannot be created without a vendorCode"),
        ([{"subjectID": 342342, "variants": [variant("A")]}], "This category does not exist"),
        ([{"subjectID": IRONS, "variants": [variant("A"), variant("A")]}], "vendor code is used in other cards"),
    ],
)
def test_a_request_the_service_cannot_take_makes_no_card(wb: Wb, body: Any, words: str) -> None:
    answer = wb.call("POST", f"{CARDS}/upload", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["errorText"]
    wb.wait(60)
    assert wb.books()["goods"] == {}


def test_the_longest_legal_card_is_taken(wb: Wb) -> None:
    assert upload(wb, variant("A" * 72, title="у" * 60)).status_code == 200


def test_a_code_in_use_refuses_the_whole_request(wb: Wb) -> None:
    wb.put("A")
    answer = upload(wb, variant("B"), variant("A"))
    assert "vendor code is used in other cards" in answer.json()["errorText"]
    upload(wb, variant("C"))
    assert upload(wb, variant("C")).status_code == 400
    wb.wait(5)
    assert set(wb.books()["goods"]) == {"A", "C"}


def test_more_than_ten_megabytes_are_413(wb: Wb) -> None:
    answer = upload(wb, variant("A", description="я" * (6 * 1024 * 1024)))
    assert (answer.status_code, answer.json()["title"]) == (413, "request body too long")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"title": "Утюг 😈"}, "Поле Наименование не должно содержать запрещенные символы: 😈"),
        ({"description": "пишите на a@b.ru"}, "Запрещено использовать E-Mail в поле Описание"),
        ({"description": "я" * 2001}, "Описание длиннее 2000 символов"),
        ({"sizes": [{"skus": ["taken"]}]}, "Баркод taken уже используется в другой карточке"),
        ({"characteristics": [{"id": 1, "value": ["x"]}]}, "Характеристики 1 нет у предмета Утюги"),
        ({"characteristics": [{"id": POWER, "value": "2400"}]}, "Недопустимое значение характеристики Мощность устройства"),
        ({"characteristics": [{"id": COLOR, "value": ["a", "b", "c", "d", "e", "f"]}]}, "Недопустимое значение характеристики Цвет"),
    ],
)
def test_what_is_wrong_with_one_card_stands_in_the_drafts(wb: Wb, said: dict[str, Any], words: str) -> None:
    wb.put("T", barcode="taken")
    assert upload(wb, variant("A", **said), variant("B", characteristics=[{"id": POWER, "value": 2400}])).status_code == 200
    assert errors(wb) == {"A": [words]}
    assert set(wb.books()["goods"]) == {"T", "B"}


def test_a_required_characteristic_is_missed(wb: Wb) -> None:
    upload(wb, variant("S"), subject=SNEAKERS)
    assert errors(wb) == {"S": ["Не заполнена обязательная характеристика Пол"]}


def test_an_ordered_refusal_stands_in_the_drafts_until_the_card_is_sent_again(wb: Wb) -> None:
    wb.fault("refuse_item", sku="A")
    upload(wb, variant("A"), variant("B"))
    assert errors(wb) == {"A": ["Карточка не прошла модерацию"]}
    upload(wb, variant("A"))
    assert errors(wb) == {}
    assert set(wb.books()["goods"]) == {"A", "B"}


def test_drafts_come_in_pages_until_next_is_false(wb: Wb) -> None:
    for code in "ABC":
        upload(wb, variant(code, title="😈"))
    wb.wait(60)
    cursor: dict[str, Any] = {"limit": 2}
    pages: list[dict[str, Any]] = []
    while not pages or pages[-1]["cursor"]["next"]:
        pages.append(wb.call("POST", f"{CARDS}/error/list", json={"cursor": cursor, "order": {"ascending": True}}).json()["data"])
        cursor = {"limit": 2, "updatedAt": pages[-1]["cursor"]["updatedAt"], "batchUUID": pages[-1]["cursor"]["batchUUID"]}
    assert [item["vendorCodes"] for page in pages for item in page["items"]] == [["A"], ["B"], ["C"]]
    assert [len(page["items"]) for page in pages] == [2, 1]
    assert pages[0]["items"][0]["subjects"] == {"A": {"id": IRONS, "name": "Утюги"}}
    newest = wb.call("POST", f"{CARDS}/error/list", json={"cursor": {"limit": 1}, "order": {"ascending": False}}).json()["data"]
    assert newest["items"][0]["vendorCodes"] == ["C"]


def test_drafts_of_nobody_still_have_a_cursor(wb: Wb) -> None:
    answer = wb.call("POST", f"{CARDS}/error/list", json={}).json()
    assert answer["data"]["items"] == []
    assert set(answer["data"]["cursor"]) == {"next", "updatedAt", "batchUUID"}
    assert wb.call("POST", f"{CARDS}/error/list", json={"cursor": {"limit": 101}}).status_code == 400


def test_a_card_joins_the_group_of_another(wb: Wb) -> None:
    wb.put("A")
    imt_id = wb.cards()["cards"][0]["imtID"]
    answer = wb.call("POST", f"{CARDS}/upload/add", json={"imtID": imt_id, "cardsToAdd": [variant("B")]})
    assert answer.status_code == 200
    wb.wait(5)
    assert set(codes(wb.cards(filter={"imtID": imt_id}))) == {"A", "B"}


def test_a_group_has_at_most_thirty_cards(wb: Wb) -> None:
    wb.put("A")
    imt_id = wb.cards()["cards"][0]["imtID"]
    many = [variant(f"B{number}") for number in range(29)]
    assert wb.call("POST", f"{CARDS}/upload/add", json={"imtID": imt_id, "cardsToAdd": many}).status_code == 200
    assert wb.call("POST", f"{CARDS}/upload/add", json={"imtID": imt_id, "cardsToAdd": [variant("C")]}).status_code == 400
    assert wb.call("POST", f"{CARDS}/upload/add", json={"imtID": 1, "cardsToAdd": [variant("C")]}).status_code == 400


def test_an_update_writes_over_what_it_does_not_say(wb: Wb) -> None:
    upload(wb, variant("A", description="Хороший утюг", sizes=[{"price": 1990, "skus": ["4600000000017"]}]))
    wb.wait(5)
    card = wb.cards()["cards"][0]
    sizes = [{"chrtID": card["sizes"][0]["chrtID"], "skus": ["4600000000024"], "price": 1}]
    said = {"nmID": card["nmID"], "vendorCode": "A", "title": "Утюг новый", "sizes": sizes}
    assert wb.call("POST", f"{CARDS}/update", json=[said]).json()["additionalErrors"] == {}
    wb.wait(5)
    after = wb.cards()["cards"][0]
    assert (after["title"], after["description"], after["brand"]) == ("Утюг новый", "", "")
    assert after["sizes"][0]["skus"] == ["4600000000017", "4600000000024"]
    assert after["sizes"][0]["chrtID"] == card["sizes"][0]["chrtID"]
    assert after["updatedAt"] > card["updatedAt"]
    assert wb.goods("A")["price_kopecks"] == 199_000


@pytest.mark.parametrize("sizes", [[{"skus": ["4600000000017"]}], [{}]])
def test_goods_without_sizes_keep_their_only_size(wb: Wb, sizes: list[dict[str, Any]]) -> None:
    nm_id = wb.put("A", barcode="4600000000017")
    chrt_id = wb.chrt("A")
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "A", "sizes": sizes}])
    wb.wait(5)
    assert [size["chrtID"] for size in wb.cards()["cards"][0]["sizes"]] == [chrt_id]


def test_an_update_can_give_a_card_another_code_and_frees_the_old_one(wb: Wb) -> None:
    nm_id = wb.put("A")
    wb.put("B")
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "B", "sizes": [{}]}])
    assert errors(wb) == {"B": ["Артикул продавца используется в другой карточке товара"]}
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "C", "sizes": [{}]}])
    wb.wait(5)
    assert set(wb.books()["goods"]) == {"B", "C"}
    assert upload(wb, variant("A")).status_code == 200


def test_an_update_of_a_card_that_is_not_there_stands_in_the_drafts(wb: Wb) -> None:
    assert wb.call("POST", f"{CARDS}/update", json=[{"nmID": 1, "vendorCode": "X", "sizes": []}]).status_code == 200
    assert errors(wb) == {"X": ["Карточка 1 не найдена"]}


def test_an_update_may_close_a_card_for_a_while(open_room: Callable[..., Wb]) -> None:
    for updating_s, status in ((0.0, 204), (1800.0, 409)):
        wb = open_room(replace(QUICK, updating_s=updating_s))
        nm_id = wb.put("A")
        wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "A", "sizes": [{}]}])
        wb.wait(5)
        assert wb.stock([{"chrtId": wb.chrt("A"), "amount": 1}]).status_code == status
        wb.wait(1800)
        assert wb.stock([{"chrtId": wb.chrt("A"), "amount": 1}]).status_code == 204


def test_a_card_that_left_does_not_come_back_with_a_late_update(wb: Wb) -> None:
    nm_id = wb.put("A")
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "A", "sizes": [{}]}])
    wb.order("DELETE", "/goods", params={"sku": "A"})
    wb.wait(60)
    assert wb.books()["goods"] == {}


def test_subjects_are_found_by_a_part_of_their_name(wb: Wb) -> None:
    found = wb.call("GET", "/content-api/content/v2/object/all", params={"name": "утюг"}).json()["data"]
    assert {subject["subjectName"] for subject in found} == {"Утюги", "Подставки для утюга"}
    page = wb.call("GET", "/content-api/content/v2/object/all", params={"limit": 2, "offset": 1}).json()["data"]
    assert len(page) == 2
    assert (
        wb.call("GET", "/content-api/content/v2/object/all", params={"limit": 1001, "parentID": 3}).json()["data"][0]["subjectName"]
        == "Кроссовки"
    )


def test_a_subject_tells_what_can_be_said_of_its_goods(wb: Wb) -> None:
    told = wb.call("GET", f"/content-api/content/v2/object/charcs/{SNEAKERS}").json()["data"]
    assert {one["name"] for one in told if one["required"]} == {"Пол"}
    assert wb.call("GET", "/content-api/content/v2/object/charcs/7").status_code == 400


@pytest.mark.parametrize("name", ["colors", "countries", "kinds", "seasons", "vat"])
def test_directories_are_not_empty(wb: Wb, name: str) -> None:
    assert wb.call("GET", f"/content-api/content/v2/directory/{name}").json()["data"]


def test_a_new_size_has_its_own_price_and_settles_by_itself(wb: Wb) -> None:
    nm_id = wb.put("S", price="5000", pcs=1, subject_id=SNEAKERS)
    old = wb.chrt("S")
    sizes = [{"chrtID": old}, {"techSize": "43", "wbSize": "43", "price": 4000, "skus": ["4600000000017"]}]
    told = [{"id": 17596, "value": ["Мужской"]}]
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "S", "sizes": sizes, "characteristics": told}])
    wb.wait(5)
    shown = wb.cards()["cards"][0]["sizes"]
    new = shown[1]["chrtID"]
    assert [(one["techSize"], one["skus"]) for one in shown[1:]] == [("43", ["4600000000017"])]
    assert wb.stock([{"chrtId": old, "amount": 2}]).status_code == 204
    assert wb.stock([{"chrtId": new, "amount": 2}]).json()[0]["data"] == [{"chrtId": new, "amount": 2}]
    wb.wait(1800)
    assert wb.stock([{"chrtId": new, "amount": 2}]).status_code == 204
    goods = wb.call("GET", "/discounts-prices-api/api/v2/list/goods/filter", params={"limit": 1}).json()["data"]["listGoods"][0]
    assert goods["editableSizePrice"] is True
    assert [size["price"] for size in goods["sizes"]] == [5000, 4000]


def test_a_price_of_one_size_that_is_set_already_is_not_set_for_all(wb: Wb) -> None:
    nm_id = wb.put("S", price="5000", subject_id=SNEAKERS)
    sizes = [{"chrtID": wb.chrt("S")}, {"techSize": "43", "price": 4000}]
    told = [{"id": 17596, "value": ["Мужской"]}]
    wb.call("POST", f"{CARDS}/update", json=[{"nmID": nm_id, "vendorCode": "S", "sizes": sizes, "characteristics": told}])
    assert wb.price({"nmID": nm_id, "price": 5000}).status_code == 200
    assert wb.price({"nmID": nm_id, "price": 5000}).status_code == 400
