"""Goods that Wildberries gives back: by its own report, as the world plays it."""

from datetime import date, timedelta

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken
from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import AT, Hand, HandClock, cabinet
from tests.adapters.wildberries.test_orders import buy

DAY = timedelta(days=1)


def read(room: Hand, wb: WildberriesCabinet, since: timedelta = DAY) -> pl.DataFrame:
    return wb.read_returns(since=room.clock.now() - since, until=room.clock.now())


def send_back(room: Hand, basket: str, task_id: int, where: str = "coming") -> str:
    srid: str = room.order("PUT", f"/orders/{basket}/tasks/{task_id}/return", json={"where": where})
    return srid


@pytest.fixture
def tasks(room: Hand) -> tuple[str, list[int]]:
    """A basket of two pieces."""
    room.put("A-1", pcs=5)
    basket = buy(room, "A-1", 2)
    return basket, [int(one) for one in room.order("GET", "/books")["orders"][basket]["tasks"]]


def test_a_piece_on_its_way_back_is_told_by_its_task(room: Hand, wb: WildberriesCabinet, tasks: tuple[str, list[int]]) -> None:
    basket, (first, _) = tasks
    srid = send_back(room, basket, first)
    (row,) = read(room, wb).to_dicts()
    assert (row["return_ref"], row["order_ref"], row["sku"], row["pcs"]) == (srid, str(first), None, 1)
    assert (row["state"], row["condition"], row["received_at"]) == ("coming", "unknown", None)
    assert row["reason"] == "Отказ при получении"


@pytest.mark.parametrize(("where", "state"), [("coming", "coming"), ("ready", "ready"), ("received", "received"), ("gone", "gone")])
def test_the_dates_say_where_a_piece_is(room: Hand, wb: WildberriesCabinet, tasks: tuple[str, list[int]], where: str, state: str) -> None:
    basket, (first, _) = tasks
    send_back(room, basket, first, where)
    (row,) = read(room, wb).to_dicts()
    assert row["state"] == state
    assert row["received_at"] == (AT if state == "received" else None)


@pytest.mark.parametrize("days", [20, 31, 62])
def test_a_piece_that_moved_on_weeks_later_is_still_told(
    room: Hand, wb: WildberriesCabinet, tasks: tuple[str, list[int]], days: int
) -> None:
    basket, (first, _) = tasks
    send_back(room, basket, first)
    room.clock.wait(days * DAY.total_seconds())
    send_back(room, basket, first, "received")
    assert read(room, wb)["state"].to_list() == ["received"]


def test_a_long_time_is_asked_for_in_spans_of_a_month(room: Hand, wb: WildberriesCabinet, tasks: tuple[str, list[int]]) -> None:
    basket, (first, second) = tasks
    send_back(room, basket, first)
    room.clock.wait(80 * DAY.total_seconds())
    send_back(room, basket, second)
    assert read(room, wb, timedelta(days=100))["order_ref"].to_list() == [str(first), str(second)]


@pytest.mark.parametrize("days", [30, 31, 61, 62, 63, 93, 94])
def test_no_span_is_longer_than_wildberries_lets_nor_of_one_day(days: int) -> None:
    asked: list[tuple[date, date]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((date.fromisoformat(request.url.params["dateFrom"]), date.fromisoformat(request.url.params["dateTo"])))
        return httpx.Response(200, json={"report": []})

    with cabinet(HandClock(), httpx.MockTransport(answer)) as wb:
        wb.read_returns(since=AT - timedelta(days=days), until=AT)
    assert all(1 <= (until - since).days <= 31 for since, until in asked)
    assert asked[-1][1] - asked[0][0] == timedelta(days=max(days, 62))
    assert [until for _, until in asked[:-1]] == [since for since, _ in asked[1:]]


def test_the_report_is_asked_for_no_oftener_than_wildberries_lets(room: Hand, wb: WildberriesCabinet) -> None:
    for _ in range(6):
        read(room, wb)
    assert room.limited() == {}


def test_what_had_no_task_is_not_ours(room: Hand) -> None:
    told = {"report": [{"srid": "x", "orderId": 0, "status": "В пути"}, {"srid": "y", "status": "В пути"}]}
    with cabinet(HandClock(), httpx.MockTransport(lambda _: httpx.Response(200, json=told))) as wb:
        assert wb.read_returns(since=AT - DAY, until=AT).is_empty()


def test_no_returns_at_all_are_an_empty_report() -> None:
    with cabinet(HandClock(), httpx.MockTransport(lambda _: httpx.Response(200, json={"report": None}))) as wb:
        assert wb.read_returns(since=AT - DAY, until=AT).is_empty()


def test_an_answer_that_is_no_report_is_no_emptiness() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"report": [{"orderId": "many"}]}))
    with cabinet(HandClock(), transport) as wb, pytest.raises(ContractBroken):
        wb.read_returns(since=AT - DAY, until=AT)
