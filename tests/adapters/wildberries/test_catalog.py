import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.errors import ContractBroken, Unavailable
from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import AT, COLOUR, POWER, Hand, HandClock, cabinet, cards, listings, outcomes, pending

ACCEPTED = ("accepted", None)
PENDING = ("pending", None)
UPLOAD, UPDATE, MEDIA = "/cards/upload", "/cards/update", "/media/save"


def shown(hand: Hand, wb: WildberriesCabinet, sku: str) -> dict[str, Any]:
    """The card as the cabinet's list has it."""
    list(wb.read_cards())
    pages = [one["answer"]["cards"] for one in hand.said("/get/cards/list")]
    found: dict[str, Any] = [card for page in pages for card in page if card["vendorCode"] == sku][-1]
    return found


def settle(hand: Hand, wb: WildberriesCabinet, *told: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Cards sent, and what became of them a little later."""
    sent = wb.send_cards(cards(*told))
    asked = pending(sent, hand.clock.now())
    hand.clock.wait(10)
    return outcomes(wb.read_card_results(asked))


def test_codes_are_compared_letter_by_letter(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("КР-7/2", "кр-7/2", "КР-7")
    found = wb.find_listings(["КР-7/2", "КР-72"]).passed
    assert found["channel_sku"].to_list() == ["КР-7/2"]
    assert json.loads(found["refs"][0]).keys() == {"nm_id", "chrt_id"}


def test_every_page_is_read(room: Hand, wb: WildberriesCabinet) -> None:
    skus = [f"A-{number}" for number in range(205)]
    room.put(*skus)
    assert set(wb.find_listings(skus).passed["channel_sku"]) == set(skus)
    assert len(room.said("/get/cards/list")) == 3
    assert room.limited() == {}


def card_page(*told: dict[str, Any], total: int | None = None) -> httpx.Response:
    whole = [{"subjectID": 1, "updatedAt": "2026-11-22T09:00:00.5Z", **one} for one in told]
    cursor = {"updatedAt": "2026-11-22T09:00:00.5Z", "nmID": 1, "total": len(told) if total is None else total}
    return httpx.Response(200, json={"cards": whole, "cursor": cursor})


def test_a_card_with_sizes_and_a_code_of_several_cards_are_refused() -> None:
    two, one = [{"chrtID": 1}, {"chrtID": 2}], [{"chrtID": 3}]
    page = card_page(
        {"nmID": 1, "vendorCode": "РАЗМ", "sizes": two},
        {"nmID": 2, "vendorCode": "ДВА", "sizes": one},
        {"nmID": 3, "vendorCode": "ДВА", "sizes": one},
    )
    with cabinet(HandClock(), httpx.MockTransport(lambda _: page)) as wb:
        found = wb.find_listings(["РАЗМ", "ДВА"])
    assert found.passed.is_empty()
    reasons = dict(zip(found.refused["key"], found.refused["reason"], strict=True))
    assert reasons == {"РАЗМ": "card_has_sizes", "ДВА": "sku_repeats_on_channel"}


def test_a_list_whose_pages_repeat_is_not_read_for_ever() -> None:
    page = card_page(total=100)
    with cabinet(HandClock(), httpx.MockTransport(lambda _: page)) as wb, pytest.raises(ContractBroken):
        wb.find_listings(["A-1"])


def test_a_new_card_is_pending_then_there_with_everything_it_was_given(room: Hand, wb: WildberriesCabinet) -> None:
    told = {
        "attributes": json.dumps([{"id": POWER, "values": ["2400"]}]),
        "characteristics": json.dumps({"цвет": "красный", "Неведомое": "да"}),
        "pictures": json.dumps(["https://site/1.jpg", "https://site/2.jpg"]),
    }
    sent = wb.send_cards(cards(told))
    assert outcomes(sent) == [PENDING]
    asked = pending(sent, room.clock.now())
    assert outcomes(wb.read_card_results(asked)) == [PENDING]
    room.clock.wait(10)
    assert outcomes(wb.read_card_results(asked)) == [ACCEPTED]
    card = shown(room, wb, "КР-7/2")
    assert (card["title"], card["brand"], card["description"]) == ("Утюг дорожный", "Утюг и Ко", "Гладит.")
    assert {side: card["dimensions"][side] for side in ("length", "width", "height", "weightBrutto")} == {
        "length": 31,
        "width": 12,
        "height": 15,
        "weightBrutto": 1.242,
    }
    assert {one["id"]: one["value"] for one in card["characteristics"]} == {POWER: 2400, COLOUR: ["красный"]}
    assert card["sizes"][0]["skus"] == ["4607012345674"]
    assert len(card["photos"]) == 2
    assert room.goods("КР-7/2")["price_kopecks"] == 199_000


def test_a_card_that_wildberries_refuses_is_refused_with_its_words(room: Hand, wb: WildberriesCabinet) -> None:
    assert settle(room, wb, {"title": "Утюг 😈"}) == [("refused", "card_is_refused")]
    asked = pending(wb.send_cards(cards({"title": "Утюг 😈"})), room.clock.now())
    room.clock.wait(10)
    assert "запрещенные символы" in wb.read_card_results(asked)["sentence"][0]


def test_an_error_told_before_the_card_was_sent_again_does_not_count(room: Hand, wb: WildberriesCabinet) -> None:
    assert settle(room, wb, {"title": "Утюг 😈"}) == [("refused", "card_is_refused")]
    assert settle(room, wb, {"title": "Утюг"}) == [ACCEPTED]


def test_a_card_made_by_an_unanswered_attempt_is_not_made_again(room: Hand, wb: WildberriesCabinet) -> None:
    room.fault("timeout_after", method="POST", path=UPLOAD)
    assert outcomes(wb.send_cards(cards({}))) == [("unknown", "outcome_is_unknown")]
    room.clock.wait(10)
    assert settle(room, wb, {"title": "Утюг другой"}) == [ACCEPTED]
    assert len(room.said(UPLOAD)) == 1
    assert shown(room, wb, "КР-7/2")["title"] == "Утюг другой"


def test_an_overwritten_card_keeps_what_we_have_no_word_for(room: Hand, wb: WildberriesCabinet) -> None:
    first = {"attributes": json.dumps([{"id": POWER, "values": ["2400"]}, {"id": COLOUR, "values": ["красный"]}]), "brand": "Первый"}
    assert settle(room, wb, first) == [ACCEPTED]
    refs = listings(wb, "КР-7/2")["refs"][0]
    changed = {
        "refs": refs,
        "title": "Утюг новый",
        "description": None,
        "brand": None,
        "weight_g": None,
        "length_mm": 400,
        "attributes": json.dumps([{"id": COLOUR, "values": ["синий"]}]),
        "barcodes": '["4600000000008"]',
    }
    assert settle(room, wb, changed) == [ACCEPTED]
    card = shown(room, wb, "КР-7/2")
    assert (card["title"], card["description"], card["brand"]) == ("Утюг новый", "Гладит.", "Первый")
    assert {one["id"]: one["value"] for one in card["characteristics"]} == {POWER: 2400, COLOUR: ["синий"]}
    assert (card["dimensions"]["length"], card["dimensions"]["width"], card["dimensions"]["weightBrutto"]) == (40, 12, 1.242)
    assert card["sizes"][0]["skus"] == ["4607012345674"]


def test_goods_of_one_group_become_one_group_of_cards_and_strangers_do_not(room: Hand, wb: WildberriesCabinet) -> None:
    told = [{"channel_sku": sku, "group_sku": group} for sku, group in [("A-1", "A"), ("Б-1", None), ("A-2", "A")]]
    assert settle(room, wb, *told) == [ACCEPTED] * 3
    groups = {sku: shown(room, wb, sku)["imtID"] for sku in ("A-1", "A-2", "Б-1")}
    assert groups["A-1"] == groups["A-2"] != groups["Б-1"]


def test_a_lot_holds_a_hundred_groups_of_thirty_at_most(room: Hand, wb: WildberriesCabinet) -> None:
    told: list[dict[str, Any]] = [{"channel_sku": f"Г-{number}", "group_sku": "Г"} for number in range(31)]
    told += [{"channel_sku": f"С-{number}"} for number in range(120)]
    assert outcomes(wb.send_cards(cards(*told))) == [PENDING] * 151
    sizes = [[len(group["variants"]) for group in one["body"]] for one in room.said(UPLOAD)]
    assert max(map(len, sizes)) <= 100
    assert max(max(lot) for lot in sizes) == 30
    assert sum(sum(lot) for lot in sizes) == 151
    assert room.limited() == {}


def test_a_card_that_cannot_be_sent_does_not_hold_back_the_others(room: Hand, wb: WildberriesCabinet) -> None:
    told: list[dict[str, Any]] = [
        {"channel_sku": "A-1"},
        {"channel_sku": "A-2", "category": None},
        {"channel_sku": "A-3", "category": '{"category": 7}'},
        {"channel_sku": "A-4", "attributes": json.dumps([{"id": POWER, "values": ["много"]}])},
        {"channel_sku": "A-5", "refs": '{"nm_id":1,"chrt_id":1}'},
    ]
    sent = wb.send_cards(cards(*told))
    assert dict(zip(sent["channel_sku"], outcomes(sent), strict=True)) == {
        "A-1": PENDING,
        "A-2": ("refused", "card_has_no_category"),
        "A-3": ("refused", "category_is_wrong"),
        "A-4": ("refused", "attribute_is_not_a_number"),
        "A-5": ("refused", "listing_is_gone"),
    }


class Content:
    """The content service: no cards, a subject without characteristics; uploads are judged by ``judge``."""

    def __init__(self, judge: Callable[[list[str]], httpx.Response]) -> None:
        self.judge = judge
        self.uploads: list[list[str]] = []
        self.errors: list[tuple[str, str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/get/cards/list"):
            return card_page()
        if "/object/charcs/" in request.url.path:
            return httpx.Response(200, json={"data": []})
        if request.url.path.endswith("/error/list"):
            cursor = {"next": False, "updatedAt": "", "batchUUID": ""}
            batches = [{"batchUUID": ref, "updatedAt": at, "errors": {sku: [f"error of {ref}"]}} for ref, at, sku in self.errors]
            return httpx.Response(200, json={"data": {"items": batches or None, "cursor": cursor}})
        self.uploads.append([one["vendorCode"] for group in json.loads(request.content) for one in group["variants"]])
        return self.judge(self.uploads[-1])

    def send(self, *skus: str) -> dict[str, tuple[str, str | None]]:
        with cabinet(HandClock(), httpx.MockTransport(self)) as wb:
            sent = wb.send_cards(cards(*({"channel_sku": sku} for sku in skus)))
        return dict(zip(sent["channel_sku"], outcomes(sent), strict=True))


GOOD = {"data": None, "error": False, "errorText": "", "additionalErrors": None}


def test_the_row_that_a_refusal_names_is_taken_out_and_the_rest_goes_again() -> None:
    def judge(skus: list[str]) -> httpx.Response:
        bad = {"error": True, "errorText": "some items lack", "additionalErrors": {"A-2": "missing 5"}}
        return httpx.Response(400, json=bad) if "A-2" in skus else httpx.Response(200, json=GOOD)

    content = Content(judge)
    assert content.send("A-1", "A-2", "A-3") == {"A-1": PENDING, "A-2": ("refused", "card_is_refused"), "A-3": PENDING}
    assert content.uploads == [["A-1", "A-2", "A-3"], ["A-1", "A-3"]]


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (("one", "2026-11-22T08:00:00Z", "A-1"), "pending"),
        (("two", "2026-11-22T08:00:00Z", "A-1"), "refused"),
        (("one", "2026-11-22T08:00:01Z", "A-1"), "refused"),
        (("two", "2026-11-22T08:00:01Z", "A-2"), "pending"),
    ],
)
def test_only_an_error_that_is_news_is_this_cards(later: tuple[str, str, str], outcome: str) -> None:
    content = Content(lambda _: httpx.Response(200, json=GOOD))
    content.errors = [("one", "2026-11-22T08:00:00Z", "A-1"), ("zero", "2026-11-22T07:00:00Z", "A-1")]
    with cabinet(HandClock(), httpx.MockTransport(content)) as wb:
        asked = pending(wb.send_cards(cards({"channel_sku": "A-1"})), AT)
        content.errors = [later, ("zero", "2026-11-22T07:00:00Z", "A-1")]
        assert wb.read_card_results(asked)["outcome"].to_list() == [outcome]


@pytest.mark.parametrize("status", [200, 400])
def test_a_bad_row_that_nobody_names_is_found_by_halving(status: int) -> None:
    def judge(skus: list[str]) -> httpx.Response:
        bad = {"error": True, "errorText": "Invalid request format", "additionalErrors": {}}
        return httpx.Response(status, json=bad) if "A-2" in skus else httpx.Response(200, json=GOOD)

    assert Content(judge).send("A-1", "A-2", "A-3", "A-4") == {
        "A-1": PENDING,
        "A-2": ("refused", "card_is_refused"),
        "A-3": PENDING,
        "A-4": PENDING,
    }


def test_a_card_of_which_nothing_is_heard_for_two_hours_is_lost(room: Hand, wb: WildberriesCabinet) -> None:
    room.fault("lie", method="POST", path=UPLOAD)
    asked = pending(wb.send_cards(cards({})), room.clock.now())
    room.clock.wait(3600)
    assert outcomes(wb.read_card_results(asked)) == [PENDING]
    room.clock.wait(3700)
    assert outcomes(wb.read_card_results(asked)) == [("unknown", "card_is_lost")]


def test_a_card_that_stands_unchanged_for_half_an_hour_says_what_it_was_to_say(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("КР-7/2")
    refs = listings(wb, "КР-7/2")["refs"][0]
    room.fault("lie", method="POST", path=UPDATE)
    asked = pending(wb.send_cards(cards({"refs": refs})), room.clock.now())
    room.clock.wait(1700)
    assert outcomes(wb.read_card_results(asked)) == [PENDING]
    room.clock.wait(200)
    assert outcomes(wb.read_card_results(asked)) == [ACCEPTED]


def test_pictures_that_are_not_taken_are_told_though_the_card_is_there(room: Hand, wb: WildberriesCabinet) -> None:
    assert settle(room, wb, {"pictures": '["ftp://site/1.jpg"]'}) == [("refused", "pictures_are_refused")]
    assert room.goods("КР-7/2")["name"] == "Утюг дорожный"


def test_a_card_whose_pictures_were_not_answered_stays_pending(room: Hand, wb: WildberriesCabinet) -> None:
    told = [{"channel_sku": sku, "pictures": '["https://site/1.jpg"]'} for sku in ("A-1", "A-2")]
    asked = pending(wb.send_cards(cards(*told, {"channel_sku": "A-3"})), room.clock.now())
    room.clock.wait(10)
    room.fault("error_before", method="POST", path=MEDIA, times=1)
    assert outcomes(wb.read_card_results(asked)) == [PENDING, PENDING, ACCEPTED]
    assert outcomes(wb.read_card_results(asked)) == [ACCEPTED] * 3


def test_pictures_that_were_never_answered_are_no_news(room: Hand, wb: WildberriesCabinet) -> None:
    asked = pending(wb.send_cards(cards({"pictures": '["https://site/1.jpg"]'})), room.clock.now())
    room.clock.wait(10)
    room.fault("error_before", method="POST", path=MEDIA)
    with pytest.raises(Unavailable):
        wb.read_card_results(asked)


def test_nothing_to_send_and_nothing_to_ask_calls_nobody(room: Hand, wb: WildberriesCabinet) -> None:
    none = cards({})[:0]
    assert wb.send_cards(none).is_empty()
    assert wb.read_card_results(pending(wb.send_cards(none), room.clock.now())).is_empty()
    assert room.order("GET", "/exchanges") == []
