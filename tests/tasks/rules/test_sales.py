"""What of an order must be asked, and which report counts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tasks.rules.sales import SOLD_LINE, ChannelOrders, newest_reports, questions_of
from tests.adapters.hub.order_shop import RULES, report


def line(**fields: Any) -> pl.DataFrame:
    known = {"order_ref": "1", "line_ref": "a", "channel_sku": "iron", "price_kopecks": 100, "status": "told", "state": "new"}
    return pl.DataFrame([known | fields], schema=SOLD_LINE)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"channel_sku": " "}, "order_line_has_sku"),
        ({"price_kopecks": None}, "order_price_is_known"),
        ({"price_kopecks": 0}, "order_price_is_positive"),
        ({"state": "other"}, "order_state_is_known"),
    ],
)
def test_what_is_odd_is_asked(odd: dict[str, Any], reason: str) -> None:
    assert questions_of(line(**odd)).select("key", "reason").rows() == [("1|a", reason)]


def test_what_is_not_odd_is_not_asked() -> None:
    assert questions_of(line()).is_empty()


@pytest.mark.parametrize("later", [{"state": "shipped"}, {"status": "sent"}])
def test_a_question_of_a_price_is_the_same_whatever_else_becomes_of_the_order(later: dict[str, Any]) -> None:
    assert questions_of(line(price_kopecks=0)).equals(questions_of(line(price_kopecks=0, **later)))


def test_the_newest_report_of_an_order_counts_in_any_order_and_twice() -> None:
    reports = [report("1", {"a": 1, "b": 1}, minute=1), report("1", {"a": 1}, minute=2), report("2", state="cancelled"), report("2")]
    for frame in (pl.concat(reports), pl.concat(reports[::-1]), pl.concat(reports + reports)):
        passed = newest_reports(frame)
        assert passed.select("order_ref", "line_ref", "state").rows() == [("1", "a", "new"), ("2", "iron", "cancelled")]


def test_an_unnamed_warehouse_draws_on_every_place_of_the_channel() -> None:
    rules = replace(RULES, places_of={"1": ["a", "b"], "2": ["b", "c"]})
    assert (rules.places("1"), rules.places("")) == (["a", "b"], ["a", "b", "c"])
    assert ChannelOrders().places("") is None


def test_the_shops_day_begins_at_its_midnight() -> None:
    assert ChannelOrders().day(datetime(2026, 3, 1, 22, tzinfo=UTC)) == date(2026, 3, 2)
