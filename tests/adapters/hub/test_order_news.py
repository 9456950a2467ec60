"""A poll that tells what the poll before it told costs next to nothing, and what waits is looked at all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import event, text

from adapters.hub.hub import Hub
from adapters.hub.order_news import digests
from adapters.hub.orders import Poll
from tasks.rules.sales import newest_reports
from tests.adapters.hub.order_shop import PLACED, RULES, OrderShop, as_json, report
from tests.adapters.hub.shop import OURS, SOURCE, our_minute

POLL = Poll(began_at=OURS, ended_at=OURS, since=OURS - timedelta(hours=1))
NO_PHONE = as_json({"billing": {"first_name": "Пётр", "phone": "звонить жене"}})


@pytest.fixture
def shop(hub: Hub) -> OrderShop:
    return OrderShop(hub)


@contextmanager
def written(shop: OrderShop) -> Iterator[list[str]]:
    """Tables that statements wrote to while the block lasted, in their order."""
    tables: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words = statement.split()
        if words[0].lower() in {"insert", "update", "delete"}:
            tables.append(words[2] if words[0].lower() in {"insert", "delete"} else words[1])

    event.listen(shop.hub.engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(shop.hub.engine, "before_cursor_execute", note)


def test_a_repeated_poll_writes_nothing_but_how_far_it_saw(shop: OrderShop) -> None:
    shop.sells(10, 6)
    frame = pl.concat([report("1"), report("2", {"iron": 2}), report("3", state="cancelled"), report("4", is_by_channel=True)])
    shop.record(frame, poll=POLL)
    with written(shop) as tables:
        again = shop.record(frame, poll=POLL._replace(began_at=our_minute(9)))
    assert set(tables) - {"unexplained"} == {"channel_watch"}
    assert (again.orders, again.new_refs, again.changed_refs) == (4, (), ())
    assert shop.orders.polled_at(shop.channel) == our_minute(9)


def test_of_a_poll_only_what_is_new_is_looked_at(shop: OrderShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sells(10, 6)
    shop.record(report("1"), report("2"))
    looked: list[set[str]] = []

    def noted(frame: pl.DataFrame) -> pl.DataFrame:
        looked.append(set(frame["order_ref"]))
        return newest_reports(frame)

    monkeypatch.setattr("adapters.hub.order_recording.newest_reports", noted)
    recorded = shop.record(report("1"), report("2", state="cancelled"), report("3"))
    assert looked == [{"2", "3"}]
    assert (recorded.orders, recorded.new_refs, recorded.cancelled_refs) == (3, ("3",), ("2",))


@pytest.mark.parametrize(
    "told",
    [
        {"status": "other words"},
        {"payload": '{"a": 1}'},
        {"warehouse_ref": "6"},
        {"minute": 1},
        {"ship_by_at": PLACED},
        {"buyer": NO_PHONE},
    ],
    ids=lambda told: next(iter(told)),
)
def test_whatever_a_report_tells_anew_is_news(shop: OrderShop, told: dict[str, Any]) -> None:
    shop.sells(10, 6)
    shop.record(report("1"))
    assert shop.record(report("1", **told)).changed_refs == ("1",)


def test_an_older_report_that_comes_again_and_again_is_folded_once(shop: OrderShop) -> None:
    shop.sells(10, 6)
    shop.record(report("1", state="cancelled", minute=5))
    shop.record(report("1", minute=1))
    with written(shop) as tables:
        shop.record(report("1", minute=1))
    assert tables == []
    assert shop.pieces("1") == ("sold", 1, 1)


def test_goods_that_became_known_are_sold_though_the_report_is_the_same(shop: OrderShop) -> None:
    item_id = shop.stock(5)
    frame = report("1", {"iron": 2}, state="shipped")
    shop.record(frame)
    assert shop.pieces("1") == ("unknown", 2, 0)
    shop.enlist(item_id)
    assert shop.record(frame).sold_pcs == 2
    assert shop.pieces("1") == ("sold", 2, 0)


def test_a_question_that_stands_open_is_asked_again(shop: OrderShop) -> None:
    shop.sells(10, 6)
    frame = report("1", buyer=NO_PHONE, price_kopecks=0)
    shop.record(frame)
    assert shop.record(frame).questions == len(shop.questions()) > 0
    assert {row[0] for row in shop.rows("select times from quarantine")} == {2}


def test_a_base_of_1c_that_was_not_told_yet_is_told(hub: Hub) -> None:
    shop = OrderShop(hub, rules=replace(RULES, onec_sources=frozenset()))
    shop.sells(10, 6)
    shop.record(report("1"))
    assert shop.papers() == {}
    assert shop.record(report("1"), rules=replace(RULES, onec_sources=frozenset({SOURCE}))).queued == 1
    assert len(shop.papers()) == 1


def test_a_parent_is_looked_at_with_the_first_order_split_from_it(shop: OrderShop) -> None:
    shop.sells(10, 6)
    shop.record(report("1", {"iron": 3}))
    shop.record(report("1", {"iron": 3}), report("1-2", {"iron": 1}, parent_ref="1"))
    assert (shop.pieces("1"), shop.pieces("1-2")) == (("sold", 2, 0), ("sold", 1, 0))
    shop.record(report("1", {"iron": 2}), report("1-2", {"iron": 1}, parent_ref="1"))
    assert (shop.pieces("1"), shop.pieces("1-2")) == (("sold", 2, 0), ("sold", 1, 0))
    shop.assert_conserved()


def test_an_oversell_is_over_with_a_poll_that_brings_nothing_new(shop: OrderShop) -> None:
    item_id, _ = shop.sells(1, 1)
    frame = report("1", {"iron": 2})
    shop.record(frame)
    assert shop.rows("select kind from incident where recovered_at is null") == [("oversell",)]
    with shop.hub.engine.begin() as connection:
        connection.execute(text("update ledger_balance set pcs = 0 where item_id = :id and account = 'pool'"), {"id": item_id})
    shop.record(frame)
    assert shop.rows("select kind from incident where recovered_at is null") == []


def test_what_a_frame_tells_of_an_order_does_not_depend_on_the_order_of_its_rows() -> None:
    frame = pl.concat([report("1", {"a": 1, "b": 2}), report("2", {"a": 1})])
    told = dict(digests(frame).iter_rows())
    assert dict(digests(frame.reverse()).iter_rows()) == told
    assert told["1"] != told["2"]


def test_two_equal_reports_in_a_frame_do_not_cancel_each_other_out() -> None:
    twice, other = pl.concat([report("1")] * 2), pl.concat([report("1", status="x")] * 2)
    assert digests(twice)["digest"].item() != digests(other)["digest"].item()
