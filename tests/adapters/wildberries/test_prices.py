import json
from collections.abc import Callable

import httpx
import pytest

from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import Hand, HandClock, cabinet, listings, outcomes, prices
from tests.adapters.wildberries.test_stock import known

ACCEPTED = ("accepted", None)
UPLOAD = "/upload/task"


def test_a_price_is_set_without_a_discount_and_read_back(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("КР-7/2")
    one = listings(wb, "КР-7/2")
    assert outcomes(wb.send_prices(prices(one, 149_900))) == [ACCEPTED]
    assert room.said(UPLOAD)[0]["body"]["data"][0].items() >= {"price": 1499, "discount": 0}.items()
    assert wb.read_prices(one, [""])["price_kopecks"].to_list() == [149_900]


def test_an_old_price_is_said_by_a_discount_that_gives_ours_to_the_kopeck(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1")
    one = listings(wb, "A-1")
    assert outcomes(wb.send_prices(prices(one, 150_000, old=200_000))) == [ACCEPTED]
    assert room.said(UPLOAD)[0]["body"]["data"][0].items() >= {"price": 2000, "discount": 25}.items()
    assert wb.read_prices(one, [""])["price_kopecks"].to_list() == [150_000]


@pytest.mark.parametrize(
    ("kopecks", "old", "reason"),
    [
        (149_950, None, "price_is_not_whole_roubles"),
        (149_900, 199_950, "price_is_not_whole_roubles"),
        (149_900, 199_900, "old_price_needs_whole_percent"),
        (150_000, 100_000, "old_price_needs_whole_percent"),
    ],
)
def test_what_wildberries_has_no_words_for_does_not_leave(kopecks: int, old: int | None, reason: str) -> None:
    asked: list[httpx.Request] = []
    transport = httpx.MockTransport(lambda request: asked.append(request) or httpx.Response(500))  # type: ignore[func-returns-value]
    with cabinet(HandClock(), transport) as wb:
        assert outcomes(wb.send_prices(prices(known(11), kopecks, old=old))) == [("refused", reason)]
    assert asked == []


def test_what_is_set_already_is_accepted(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", "A-2", price="1990")
    two = listings(wb, "A-1", "A-2")
    assert outcomes(wb.send_prices(prices(two, 199_000, 199_000))) == [ACCEPTED] * 2
    assert outcomes(wb.send_prices(prices(two, 199_000, 179_000))) == [ACCEPTED] * 2
    assert room.goods("A-2")["price_kopecks"] == 179_000


def test_a_card_that_is_gone_is_told_from_one_that_has_its_price_already(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", "A-2", price="1990")
    two = listings(wb, "A-1", "A-2")
    room.order("DELETE", "/goods", params={"sku": "A-2"})
    assert outcomes(wb.send_prices(prices(two, 199_000, 199_000))) == [ACCEPTED, ("refused", "price_is_refused")]


def test_a_price_three_times_lower_is_in_quarantine_and_the_others_are_set(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", "A-2", price="3000")
    two = listings(wb, "A-1", "A-2")
    sent = wb.send_prices(prices(two, 90_000, 250_000))
    assert outcomes(sent) == [("refused", "price_is_quarantined"), ACCEPTED]
    assert "Price Quarantine" in sent["sentence"][0]
    assert wb.read_prices(two, [""])["price_kopecks"].to_list() == [300_000, 250_000]


def test_a_price_held_by_a_sale_has_its_own_reason(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1")
    one = listings(wb, "A-1")
    room.fault("refuse_item", sku="A-1")
    assert outcomes(wb.send_prices(prices(one, 150_000))) == [("refused", "price_is_held_by_sale")]


def test_the_same_upload_again_is_one_upload(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1")
    one = listings(wb, "A-1")
    room.fault("garbage", method="POST", path=UPLOAD)
    wb.send_prices(prices(one, 150_000))
    assert outcomes(wb.send_prices(prices(one, 150_000))) == [ACCEPTED]
    assert [answer["status"] for answer in room.said(UPLOAD)] == [200, 208]


def test_a_slow_upload_is_pending_after_a_minute_of_shop_time(
    furnished: Callable[..., Hand], opened: Callable[..., WildberriesCabinet]
) -> None:
    room = furnished(pricing_s=90)
    room.put("A-1")
    wb = opened(room)
    one = listings(wb, "A-1")
    began_at = room.clock.now()
    assert outcomes(wb.send_prices(prices(one, 150_000))) == [("pending", None)]
    assert 60 <= (room.clock.now() - began_at).total_seconds() < 70
    assert room.limited() == {}


def test_a_card_that_prices_do_not_know_has_no_row_and_there_are_no_campaigns(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", "A-2")
    two = listings(wb, "A-1", "A-2")
    room.order("DELETE", "/goods", params={"sku": "A-2"})
    assert wb.read_prices(two, [""])["price_kopecks"].to_list() == [199_000]
    assert wb.read_prices(two, ["42"]).is_empty()


class Prices:
    """The prices service: uploads judged by ``judge``, then ended with a status and rows."""

    def __init__(self, status: int = 3, rows: list[dict[str, object]] | None = None, bad: int | None = None) -> None:
        self.status, self.rows, self.bad = status, rows or [], bad
        self.uploads: list[list[int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/history/tasks"):
            return httpx.Response(200, json={"data": {"uploadID": 1, "status": self.status}})
        if request.url.path.endswith("/history/goods/task"):
            return httpx.Response(200, json={"data": {"uploadID": 1, "historyGoods": self.rows}})
        self.uploads.append([row["nmID"] for row in json.loads(request.content)["data"]])
        if self.bad in self.uploads[-1]:
            return httpx.Response(400, json={"data": None, "error": True, "errorText": "Invalid item No."})
        return httpx.Response(200, json={"data": {"id": len(self.uploads)}})

    def send(self, *kopecks: int) -> list[tuple[str, str | None]]:
        with cabinet(HandClock(), httpx.MockTransport(self)) as wb:
            sent = wb.send_prices(prices(known(*range(1, len(kopecks) + 1)), *kopecks))
        return outcomes(sent.sort("listing_id"))


def test_a_cancelled_upload_is_refused() -> None:
    assert Prices(status=4).send(100_000) == [("refused", "price_is_cancelled")]


def test_a_row_that_is_not_told_of_is_unknown() -> None:
    rows: list[dict[str, object]] = [{"nmID": 1, "status": 2, "errorText": None}]
    assert Prices(status=5, rows=rows).send(100_000, 100_000) == [ACCEPTED, ("unknown", "price_outcome_is_unknown")]


def test_one_bad_row_is_found_by_halving() -> None:
    service = Prices(bad=2)
    assert service.send(*[100_000] * 4) == [ACCEPTED, ("refused", "price_is_refused"), ACCEPTED, ACCEPTED]
    assert service.uploads == [[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]


def test_an_upload_holds_at_most_a_thousand_prices() -> None:
    service = Prices()
    assert service.send(*[100_000] * 1001) == [ACCEPTED] * 1001
    assert [len(upload) for upload in service.uploads] == [1000, 1]


def test_an_upload_that_cannot_be_asked_after_has_left_all_the_same(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", "A-2")
    two = listings(wb, "A-1", "A-2")
    room.fault("error_before", path="/history/tasks")
    assert outcomes(wb.send_prices(prices(two[:1], 150_000))) == [("pending", None)]
    room.fault("garbage", path="/history/tasks")
    assert outcomes(wb.send_prices(prices(two[1:], 150_000))) == [("unknown", "contract_is_broken")]


def test_nothing_to_set_calls_nobody() -> None:
    with cabinet(HandClock(), httpx.MockTransport(lambda _: httpx.Response(500))) as wb:
        assert wb.send_prices(prices(known())).is_empty()
        assert wb.read_prices(known(), [""]).is_empty()
