"""What 1C bases, written from the reference alone, say of our orders: with and without `import`, late, twice, and of strangers."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from adapters.hub.journal import Journal
from deployments.world.onec_catalog import Habit
from tests.adapters.gateway.conftest import Door
from tests.adapters.gateway.orders_street import Street, both
from tests.adapters.hub.shop import SOURCE
from tests.deployments.world.onec_said import line, order, package

WAYS: list[tuple[Habit, bool]] = [("ut", True), ("ut", False), ("unf", True)]
in_every_way = pytest.mark.parametrize(("habit", "waits_for_import"), WAYS)


@pytest.fixture
def street(door: Door) -> Callable[..., Street]:
    return partial(Street, door)


def reported(street: Callable[..., Street], habit: Habit, **client: Any) -> Street:
    """A street whose order 1C has and has said nothing of."""
    there: Street = street(habit, **client)
    there.enqueue()
    there.run()
    assert there.reports() == []
    return there


@in_every_way
def test_what_a_manager_does_in_1c_comes_back(street: Callable[..., Street], habit: Habit, waits_for_import: bool) -> None:
    there = reported(street, habit, waits_for_import=waits_for_import)
    base = there.base
    base.post("1001")
    base.set_status("1001", "Согласован")
    base.change_lines("1001", {"iron": 1, "board": 0})
    base.set_track("1001", "10012345678", by="СДЭК")
    assert there.run().stopped == ()
    made, kept = base.order("1001"), there.kept()
    expected = {
        "source": SOURCE, "operation": "Заказ товара", "number": "1001", "onec_ref": made.ref, "onec_number": made.number,
        "onec_stamp": made.stamp, "placed_stamp": made.placed_stamp, "currency": "RUB", "sum_kopecks": 999_50 + 350_00,
        "is_posted": True, "is_shipped": False, "shipped_number": None, "is_cancelled": False, "is_marked_deleted": False, "is_paid": False,
        "status": "Согласован", "tracking": "10012345678", "buyers": 1, "formed_at": datetime(2026, 3, 2, 9, 53, 39),  # noqa: DTZ001
    }  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    assert [(one["item_ref"], one["kind"], one["pcs"], one["sum_kopecks"]) for one in kept["lines"]] == [
        ("iron", "goods", 1, 999_50), (kept["lines"][1]["item_ref"], "service", 1, 350_00),
    ]  # fmt: skip
    assert kept["requisites"]["Способ доставки"] == "СДЭК"


@in_every_way
def test_shipped_paid_cancelled_and_unposted_come_back(street: Callable[..., Street], habit: Habit, waits_for_import: bool) -> None:
    there = reported(street, habit, waits_for_import=waits_for_import)
    base = there.base

    def after(act: Callable[[], None], *names: str) -> list[Any]:
        act()
        there.run()
        return [there.kept()[name] for name in names]

    assert after(lambda: base.ship("1001", {"iron": 2}), "is_posted", "is_shipped") == [True, False]
    assert after(lambda: base.ship("1001", {"board": 1}), "is_shipped") == [True]
    shipment = base.order("1001").shipment
    assert shipment is not None
    assert (there.kept()["shipped_number"], there.kept()["shipped_stamp"]) == shipment
    assert after(lambda: base.pay("1001"), "is_paid", "paid_number") == [True, (base.order("1001").payment or ("",))[0]]
    assert after(lambda: base.unpost("1001"), "is_posted") == [False]
    assert after(lambda: base.cancel("1001"), "is_cancelled", "is_marked_deleted") == [True, False]
    assert after(lambda: base.mark_deleted("1001"), "is_marked_deleted") == [True]


@both
def test_orders_go_out_and_come_back_in_one_run(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    there.enqueue("1002")
    done = there.run()
    assert (done.read, len(done.sent)) == (("1002",), 1)
    assert [(row["order_number"], row["is_posted"]) for row in there.reports()] == [("1001", True)]
    there.run()
    assert [(row["order_number"], row["is_posted"]) for row in there.reports()] == [("1001", True), ("1002", False)]


@both
def test_the_same_file_twice_is_one_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    assert len(there.run(sends_twice=True).sent) == 2
    assert there.kept()["is_posted"]
    assert there.run().sent == ()


@both
def test_a_file_whose_answer_was_lost_comes_again_and_is_one_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    there.client.wire.cut("file", "after")
    assert len(there.run().stopped) == 1
    there.base.ship("1001")
    assert there.run().stopped == ()
    assert there.kept()["is_shipped"]


@both
def test_an_older_file_never_replaces_a_newer_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    there.base.begin_run()
    older = there.base.report()
    assert older is not None
    there.base.ship("1001")
    there.run()
    newer = there.kept()
    with there.recording():
        there.client.push_orders(older.package)
    assert there.kept() == newer
    assert newer["is_shipped"]


@both
def test_an_order_that_1c_never_had_from_us_is_kept_and_journalled(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.take(package(order("777", [line("iron")])))
    there.run()
    (entry,) = Journal(there.hub).entries(kind="report_of_unknown_order")
    assert (entry.detail["numbers"], there.kept("777")["operation"]) == (["777"], "Заказ товара")
    there.base.post("777")
    there.run()
    assert len(Journal(there.hub).entries(kind="report_of_unknown_order")) == 1
    assert there.kept("777")["is_posted"]


@both
def test_an_order_born_in_1c_never_comes(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.born({"iron": 1})
    there.run()
    assert [row["order_number"] for row in there.reports()] == ["1001"]
