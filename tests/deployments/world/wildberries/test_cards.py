from typing import Any

import pytest

from tests.deployments.world.wildberries.conftest import Wb

MEDIA = "/content-api/content/v3/media/save"


def codes(page: dict[str, Any]) -> list[str]:
    return [card["vendorCode"] for card in page["cards"]]


def fill(wb: Wb, *skus: str) -> None:
    for sku in skus:
        wb.put(sku)
        wb.wait(1)


def pictured(wb: Wb, nm_id: int, *links: str) -> int:
    return wb.call("POST", MEDIA, json={"nmId": nm_id, "data": list(links)}).status_code


def test_ascending_the_cursor_is_a_feed_of_changes(wb: Wb) -> None:
    fill(wb, *"ABCDE")
    cursor: dict[str, Any] = {"limit": 2}
    seen: list[str] = []
    totals: list[int] = []
    while not totals or totals[-1] == 2:
        page = wb.cards(sort={"ascending": True}, cursor=cursor)
        seen += codes(page)
        totals.append(page["cursor"]["total"])
        cursor = {"limit": 2, "updatedAt": page["cursor"]["updatedAt"], "nmID": page["cursor"]["nmID"]}
    assert (seen, totals) == (list("ABCDE"), [2, 2, 1])
    assert wb.cards(sort={"ascending": True}, cursor=cursor) == {"cards": [], "cursor": {"total": 0}}
    nm_id = wb.cards(filter={"textSearch": "B"})["cards"][0]["nmID"]
    pictured(wb, nm_id, "https://shop.example/b.jpg")
    assert codes(wb.cards(sort={"ascending": True}, cursor=cursor)) == ["B"]


def test_without_an_order_the_newest_come_first_and_only_ten(wb: Wb) -> None:
    fill(wb, *"ABCDEFGHIJKL")
    first = wb.cards()
    assert codes(first) == list("LKJIHGFEDC")
    last = first["cursor"]
    assert codes(wb.cards(cursor={"updatedAt": last["updatedAt"], "nmID": last["nmID"]})) == ["B", "A"]


def test_cards_changed_at_one_instant_are_not_lost_between_pages(wb: Wb) -> None:
    for sku in "ABC":
        wb.put(sku)
    page = wb.cards(sort={"ascending": True}, cursor={"limit": 2})
    cursor = {"limit": 2, "updatedAt": page["cursor"]["updatedAt"], "nmID": page["cursor"]["nmID"]}
    assert codes(page) + codes(wb.cards(sort={"ascending": True}, cursor=cursor)) == ["A", "B", "C"]


@pytest.mark.parametrize(("with_photo", "found"), [(-1, {"A", "B"}), (0, {"A", "B"}), (1, {"A"}), (2, {"B"})])
def test_the_filter_by_photo_means_what_it_means_since_june(wb: Wb, with_photo: int, found: set[str]) -> None:
    nm_id = wb.put("A")
    wb.put("B")
    pictured(wb, nm_id, "https://shop.example/a.jpg")
    assert set(codes(wb.cards(filter={"withPhoto": with_photo}))) == found


def test_text_is_sought_in_code_number_and_barcode(wb: Wb) -> None:
    nm_id = wb.put("КР-7/2", barcode="4600000000017")
    wb.put("УТ-1")
    for text in ("КР-7/2", "кр-7", str(nm_id), "4600000000017"):
        assert codes(wb.cards(filter={"textSearch": text})) == ["КР-7/2"]
    assert codes(wb.cards(filter={"textSearch": "460000000001"})) == []


def test_other_filters_narrow_the_list(wb: Wb) -> None:
    wb.put("A", subject_id=1231)
    wb.put("B")
    assert codes(wb.cards(filter={"objectIDs": [1231]})) == ["A"]
    assert codes(wb.cards(filter={"brands": ["Вереск"]})) == []
    assert codes(wb.cards(filter={"tagIDs": [1]})) == []


@pytest.mark.parametrize("settings", [{"cursor": {"limit": 101}}, {"filter": {"withPhoto": 3}}, {"cursor": {"updatedAt": "вчера"}}])
def test_settings_beyond_the_spec_are_refused(wb: Wb, settings: dict[str, Any]) -> None:
    answer = wb.call("POST", "/content-api/content/v2/get/cards/list", json={"settings": settings})
    assert (answer.status_code, answer.json()["error"]) == (400, True)


def test_new_pictures_take_the_place_of_the_old(wb: Wb) -> None:
    nm_id = wb.put("A")
    pictured(wb, nm_id, "https://shop.example/1.jpg", "https://shop.example/2.PNG", "https://shop.example/v.mp4")
    card = wb.cards()["cards"][0]
    assert len(card["photos"]) == 2
    assert card["video"].endswith("v.mp4")
    pictured(wb, nm_id, "https://shop.example/3.jpg")
    assert len(wb.cards()["cards"][0]["photos"]) == 1
    assert "video" not in wb.cards()["cards"][0]


@pytest.mark.parametrize(
    "links",
    [
        ["https://shop.example/a.jpg", "https://shop.example/a.html"],
        [f"https://shop.example/{n}.jpg" for n in range(31)],
        ["https://shop.example/1.mp4", "https://shop.example/2.mov"],
    ],
)
def test_one_picture_that_does_not_suit_spoils_all_with_a_200(wb: Wb, links: list[str]) -> None:
    nm_id = wb.put("A")
    assert pictured(wb, nm_id, *links) == 200
    assert not {"photos", "video"} & set(wb.cards()["cards"][0])


def test_pictures_of_nothing_are_refused(wb: Wb) -> None:
    nm_id = wb.put("A")
    assert wb.call("POST", MEDIA, json={"data": []}).status_code == 422
    assert pictured(wb, 1, "https://shop.example/a.jpg") == 400
    assert pictured(wb, nm_id, "a.jpg") == 409


def test_barcodes_are_made_up_and_never_repeat(wb: Wb) -> None:
    made = [wb.call("POST", "/content-api/content/v2/barcodes", json={"count": 3}).json()["data"] for _ in range(2)]
    assert len({code for codes in made for code in codes}) == 6
    refused = wb.call("POST", "/content-api/content/v2/barcodes", json={"count": 5001})
    assert (refused.status_code, refused.json()["error"], refused.json()["data"]) == (200, True, [])
