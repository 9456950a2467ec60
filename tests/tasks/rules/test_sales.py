"""What of an order must be asked, and which report counts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tasks.rules.sales import ChannelOrders, judge_received, question_keys
from tests.adapters.hub.order_shop import RULES, report


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (report("1", {"": 1}), "order_line_has_sku"),
        (report("1", price_kopecks=None), "order_price_is_known"),
        (report("1", price_kopecks=0), "order_price_is_positive"),
        (report("1", state="other"), "order_state_is_known"),
    ],
)
def test_what_is_odd_is_asked_and_kept(odd: pl.DataFrame, reason: str) -> None:
    passed, refused = judge_received(odd)
    assert passed.height == 1
    assert refused["reason"].to_list() == [reason]
    assert set(refused["key"]) <= set(question_keys(odd))


def test_orders_of_the_channels_own_warehouse_are_not_asked_about() -> None:
    assert judge_received(report("1", price_kopecks=0, is_by_channel=True)).refused.is_empty()


def test_the_newest_report_of_an_order_counts_in_any_order_and_twice() -> None:
    reports = [report("1", {"a": 1, "b": 1}, minute=1), report("1", {"a": 1}, minute=2), report("2", state="cancelled"), report("2")]
    for frame in (pl.concat(reports), pl.concat(reports[::-1]), pl.concat(reports + reports)):
        passed = judge_received(frame).passed
        assert passed.select("order_ref", "line_ref", "state").rows() == [("1", "a", "new"), ("2", "iron", "cancelled")]


def test_questions_hold_nothing_of_the_buyer() -> None:
    (payload,) = judge_received(report("1", price_kopecks=0, buyer='{"billing": {"phone": "1"}}', payload='{"x": 1}')).refused["payload"]
    assert "phone" not in payload


def test_an_unnamed_warehouse_draws_on_every_place_of_the_channel() -> None:
    rules = replace(RULES, places_of={"1": ["a", "b"], "2": ["b", "c"]})
    assert (rules.places("1"), rules.places("")) == (["a", "b"], ["a", "b", "c"])
    assert ChannelOrders().places("") is None


def test_the_shops_day_begins_at_its_midnight() -> None:
    assert ChannelOrders().day(datetime(2026, 3, 1, 22, tzinfo=UTC)) == date(2026, 3, 2)
