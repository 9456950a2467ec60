"""Orders to 1C bases that were written from the reference alone: in 1C exactly once, and nothing besides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import pytest

from adapters.hub.incidents import Incidents
from adapters.hub.order_differences import KIND
from adapters.onec.order_document import Buyer
from deployments.world.onec_catalog import Habit
from tests.adapters.gateway.conftest import Door
from tests.adapters.gateway.orders_street import ITEMS, ORDER, Street, both
from tests.adapters.hub.order_shop import as_json, report


@pytest.fixture
def street(door: Door) -> Callable[..., Street]:
    return partial(Street, door)


@both
@pytest.mark.parametrize("loses", [None, "before", "after"])
def test_orders_are_in_1c_exactly_once_also_when_the_confirmation_is_lost(
    street: Callable[..., Street], habit: Habit, loses: str | None
) -> None:
    there = street(habit)
    for number in ("1001", "1002"):
        there.enqueue(number)
    assert there.run(loses_success=loses).read == ("1001", "1002")
    assert there.pending() == (["1001", "1002"] if loses == "before" else [])
    again = there.run()
    assert (again.read, again.stopped) == (("1001", "1002") if loses == "before" else (), ())
    assert there.run().read == ()
    assert [made.site_number for made in there.base.orders] == ["1001", "1002"]
    assert there.is_clean(cards=1)


@both
def test_an_order_says_the_same_in_1c_as_here(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.enqueue(ship_on=date(2026, 3, 5), is_paid=True, payment_method="Картой", comment="Позвонить")
    there.run()
    made = there.base.order("1001")
    lines = [(one.item.name, one.item.kind, int(one.pcs), one.sum_kopecks) for one in made.lines]
    assert lines == [("iron", "Товар", 2, 199900), ("board", "Товар", 1, 49999), ("Доставка", "Услуга", 1, 35000)]
    assert made.sum_kopecks == ORDER.sum_kopecks
    assert (made.currency, made.vat, made.placed_stamp) == ("RUB", "included", datetime(2026, 3, 2, 9, 51, 39))  # noqa: DTZ001
    assert made.comment.startswith("№ на площадке: 12345678-0001-1")
    said = {"Сайт": "Ozon", "Дата отгрузки": "2026-03-05", "Заказ оплачен": "true", "Метод оплаты": "Картой", "Отменен": "false"}
    assert {name: made.requisites.get(name) for name in said} == said


@both
def test_an_answer_that_broke_off_loses_no_order(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.enqueue()
    cut = there.run(cuts_query=2)
    assert (cut.read, len(cut.stopped), there.pending()) == ((), 1, ["1001"])
    assert there.run().read == ("1001",)
    assert (there.pending(), len(there.base.orders)) == ([], 1)


@both
def test_a_change_between_query_and_success_comes_next_time(
    street: Callable[..., Street], habit: Habit, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = street(habit)
    there.enqueue()
    take = there.base.take

    def interrupted(text: str) -> list[str]:
        numbers = take(text)
        monkeypatch.setattr(there.base, "take", take)
        there.enqueue(lines=(replace(ORDER.lines[0], pcs=5),))
        there.enqueue("1002")
        return numbers

    monkeypatch.setattr(there.base, "take", interrupted)
    first = there.run()
    assert (first.read, first.stopped, there.pending()) == (("1001",), (), ["1001", "1002"])
    assert there.goods("1001") == {"iron": 2, "board": 1}
    assert sorted(there.run().read) == ["1001", "1002"]
    assert there.goods("1001") == {"iron": 5}
    assert there.pending() == []


@both
def test_a_package_that_1c_cannot_take_keeps_the_orders_before_and_comes_again(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    for number in ("1001", "1002"):
        there.enqueue(number)
    there.base.unwritable = {"1002"}
    stopped = there.run()
    assert (stopped.read, len(stopped.stopped), there.pending()) == (("1001",), 1, ["1001", "1002"])
    there.enqueue("1003")
    assert "1003" in there.run().read
    there.base.unwritable.clear()
    assert sorted(there.run().read) == ["1001", "1002", "1003"]
    assert there.pending() == []
    assert sorted(made.site_number or "" for made in there.base.orders) == ["1001", "1002", "1003"]
    assert there.is_clean(cards=1)


@both
def test_orders_of_one_firm_are_on_one_card(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    firm = Buyer(ref="8", name="Анна", official_name="ООО «Утюг»", inn="7701234567", kpp="770101001")
    for number in ("1001", "1002"):
        there.enqueue(number, buyer=firm)
    there.run()
    assert [(card.name, card.inn, card.kpp) for card in there.base.cards] == [("ООО «Утюг»", "7701234567", "770101001")]


@both
def test_a_channels_orders_add_no_goods_and_no_more_than_one_buyer(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.sell_irons()
    numbers = there.sells(report("1"), report("2", {"iron": 3}), report("3", {"iron": 1, "нет такого": 2}))
    assert len(numbers) == 3
    for _ in range(2):
        there.run(loses_success="before")
    there.run()
    assert [there.goods(number) for number in numbers] == [{"iron": 1}, {"iron": 3}, {"iron": 1}]
    assert there.is_clean(cards=1)


@both
def test_a_buyer_who_comes_again_is_on_the_same_card(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.sell_irons()
    buyer = as_json({"billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "8 912 345-67-89"}})
    there.sells(report("1", buyer=buyer), report("2", buyer=buyer))
    there.run()
    assert len(there.base.orders) == 2
    assert there.is_clean(cards=1)


@both
def test_a_bundle_is_its_parts_in_1c_and_their_sums_are_its_price(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    iron, board = (there.ids[ref] for ref in ITEMS)
    bundle = there.shop.add_item("set", is_bundle=True)
    there.shop.offer(there.shop.enlist(bundle, "set"), {iron: 12, board: 24}, recipe=[[iron, 1], [board, 2]])
    prices = {"1": 100_01, "2": 99_99, "3": 1, "4": 0}
    there.sells(*(report(order_ref, {"set": 3}, price_kopecks=price) for order_ref, price in prices.items()))
    there.run()
    sums = {}
    for order_ref in prices:
        order = there.shop.orders.find(there.shop.channel, order_ref)
        assert order is not None
        sums[order_ref] = there.base.order(order.number or "").sum_kopecks
        assert there.goods(order.number or "") == {"iron": 3, "board": 6}
    assert sums == {order_ref: 3 * price for order_ref, price in prices.items()}
    assert there.is_clean(cards=1)


@both
def test_a_delivery_is_a_service(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.sell_irons()
    terms = as_json({"delivery_kopecks": 350_00, "delivery_method": "Курьер"})
    (number,) = there.sells(report("1", price_kopecks=100_00, terms=terms))
    there.run()
    made = there.base.order(number)
    assert [(one.item.kind, one.sum_kopecks) for one in made.lines] == [("Товар", 100_00), ("Услуга", 350_00)]
    assert made.requisites["Способ доставки"] == "Курьер"
    assert there.is_clean(cards=1)


@both
@pytest.mark.parametrize("is_approved", [False, True])
def test_a_cancellation_arrives_and_a_smaller_order_too(street: Callable[..., Street], habit: Habit, is_approved: bool) -> None:
    there = street(habit)
    there.sell_irons()
    (number,) = there.sells(report("1", {"iron": 3}))
    there.run()
    there.sells(report("1", {"iron": 2}, minute=1))
    there.run()
    assert there.goods(number) == {"iron": 2}
    if is_approved:
        there.base.set_status(number, "Согласован")
    there.sells(report("1", {"iron": 2}, state="cancelled", minute=2))
    assert not there.base.order(number).is_cancelled
    there.run()
    assert there.base.order(number).is_cancelled
    assert len(there.base.orders) == 1


@both
def test_a_bad_order_does_not_hold_up_those_offered_with_it(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    numbers = [f"{number}" for number in range(1001, 1008)]
    for number in numbers:
        there.enqueue(number)
    there.base.unwritable = {"1002", "1004"}
    for _ in range(30):
        there.run()
    assert {made.site_number for made in there.base.orders} == {*numbers} - {"1002", "1004"}
    there.base.unwritable = set()
    there.run()
    assert [*numbers] == sorted(made.site_number or "" for made in there.base.orders)
    assert there.pending() == []


def test_an_edit_that_ut_does_not_take_is_told_a_person_until_it_is_made_there(street: Callable[..., Street]) -> None:
    there = street("ut")
    there.sell_irons()
    (number,) = there.sells(report("1", {"iron": 3}))
    there.run()
    there.base.set_status(number, "Согласован")
    there.sells(report("1", {"iron": 2}, minute=1))
    there.run()
    there.base.post(number)
    there.run()
    (told,) = Incidents(there.hub).live(kind=KIND)
    assert "«iron» продано 2, в 1С 3" in told.sentence
    there.base.change_lines(number, {"iron": 2})
    there.run()
    assert Incidents(there.hub).live(kind=KIND) == []


def test_an_edit_that_unf_takes_is_told_nobody(street: Callable[..., Street]) -> None:
    there = street("unf")
    there.sell_irons()
    (number,) = there.sells(report("1", {"iron": 3}))
    there.run()
    there.sells(report("1", {"iron": 2}, minute=1))
    there.run()
    there.base.post(number)
    there.run()
    assert there.kept(number)["is_posted"]
    assert Incidents(there.hub).live(kind=KIND) == []
