"""What a 1C base tells the site of its orders, and when."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from deployments.world.clock import HandClock
from deployments.world.onec_base import OnecBase
from deployments.world.onec_catalog import Habit
from deployments.world.onec_documents import Item
from tests.deployments.world.onec_said import BOARD, DELIVERY, IRON, line, order, package, told

HABITS: list[Habit] = ["ut", "unf"]
both = pytest.mark.parametrize("habit", HABITS)
EARLY = datetime(2026, 3, 2, 6, 5, 9, tzinfo=UTC)


def opened(habit: Habit) -> OnecBase:
    """A base with one order, on which it has nothing to say yet."""
    items = (Item(ref=IRON, name="Утюг", article="КР-7/2"), Item(ref=BOARD, name="Доска", price_kopecks=500_00))
    base = OnecBase(habit, items, clock=HandClock(epoch_at=EARLY))
    base.take(package(order(lines=[line(pcs="2", total="1999.99"), line(BOARD, pcs="1", total="500"), DELIVERY])))
    base.begin_run()
    settle(base)
    return base


def settle(base: OnecBase) -> None:
    report = base.report()
    assert report is not None
    base.forget_changes(report)


def document(base: OnecBase) -> etree._Element:
    base.begin_run()
    report = base.report(changed_only=False)
    assert report is not None
    return etree.fromstring(report.package)[0]


@pytest.mark.parametrize(("habit", "namespace", "version", "currency"), [("ut", "_2", "2.07", "руб"), ("unf", "_210", "2.08", "RUB")])
def test_a_report_has_1cs_ref_the_sites_number_and_hours_of_one_digit(habit: Habit, namespace: str, version: str, currency: str) -> None:
    base = opened(habit)
    report = base.report(changed_only=False)
    assert report is not None
    assert report.package.startswith('\ufeff<?xml version="1.0" encoding="UTF-8"?>'.encode())
    root = etree.fromstring(report.package)
    assert etree.QName(root).namespace == f"urn:1C.ru:commerceml{namespace}"
    assert dict(root.attrib) == {"ВерсияСхемы": version, "ДатаФормирования": "2026-03-02T9:05:09"}
    made, said = base.order("1001"), root[0]
    names = ("Ид", "Номер", "Дата", "Время", "ХозОперация", "Валюта", "Сумма", "СрокПлатежа")
    assert [said.findtext(f"{{*}}{name}") for name in names] == [
        made.ref, "1001", "2026-03-02", "09:51:39", "Заказ товара", currency, "2849.99", "0001-01-01",
    ]  # fmt: skip
    assert said.findtext("{*}Контрагенты/{*}Контрагент/{*}Ид") == base.cards[0].ref
    assert told(base, changed_only=False)["1001"]["Дата по 1С"] == "2026-03-02T9:05:09"


@both
def test_all_lines_are_told_and_one_that_was_cancelled_just_disappears(habit: Habit) -> None:
    base = opened(habit)
    base.change_lines("1001", {IRON: 1, BOARD: 0})
    lines = [
        [one.findtext(f"{{*}}{name}") for name in ("Ид", "Количество", "Сумма")] for one in document(base).iterfind("{*}Товары/{*}Товар")
    ]
    assert lines[0] == [IRON, "1", "1000"]
    assert [one[1:] for one in lines[1:]] == [["1", "350"]]
    kinds = document(base).findall("{*}Товары/{*}Товар/{*}ЗначенияРеквизитов/{*}ЗначениеРеквизита/{*}Значение")
    assert [kind.text for kind in kinds] == ["Товар", "Запас", "Услуга", "Услуга"]


@both
def test_goods_that_a_manager_adds_have_the_bases_price(habit: Habit) -> None:
    base = opened(habit)
    base.change_lines("1001", {BOARD: 0})
    base.change_lines("1001", {BOARD: 3})
    assert [(one.item.ref, one.sum_kopecks) for one in base.order("1001").lines][-1] == (BOARD, 150000)


def test_what_the_manager_does_is_told_in_each_habits_words() -> None:
    for habit in HABITS:
        base = opened(habit)
        before = told(base, changed_only=False)["1001"]
        assert (before["Проведен"], before["ПометкаУдаления"], "Отменен" in before) == ("false", "false", False)
        base.post("1001")
        base.set_status("1001", "Готов")
        base.set_track("1001", "1234567890", by="СДЭК")
        base.pay("1001")
        base.cancel("1001")
        after = told(base)["1001"]
        assert (after["Проведен"], after["Статус заказа"], after["Отменен"]) == ("true", "Готов", "true")
        assert (after["Идентификатор отправления"], after["Способ доставки"]) == ("1234567890", "СДЭК")
        assert after["Дата оплаты по 1С"] == "2026-03-02T9:05:09"
        assert (after.get("Оплачен"), after.get("Отгружен")) == ((None, None) if habit == "ut" else ("true", "false"))
        base.unpost("1001")
        assert told(base)["1001"]["Проведен"] == "false"


@both
def test_a_shipment_is_told_only_when_all_of_the_goods_have_left(habit: Habit) -> None:
    base = opened(habit)
    base.ship("1001", {IRON: 2})
    assert "Номер отгрузки по 1С" not in told(base)["1001"]
    assert told(base)["1001"].get("Отгружен") == (None if habit == "ut" else "false")
    base.ship("1001", {BOARD: 1})
    shipped = told(base)["1001"]
    assert shipped["Номер отгрузки по 1С"]
    assert shipped["Дата отгрузки по 1С"] == "2026-03-02T9:05:09"
    assert shipped.get("Отгружен") == (None if habit == "ut" else "true")
    assert shipped["Проведен"] == "true"


@both
def test_a_deletion_mark_takes_the_posting_back(habit: Habit) -> None:
    base = opened(habit)
    base.post("1001")
    base.mark_deleted("1001")
    assert (told(base)["1001"]["ПометкаУдаления"], told(base)["1001"]["Проведен"]) == ("true", "false")


@both
def test_orders_read_in_this_run_wait_for_the_next(habit: Habit) -> None:
    base = opened(habit)
    base.post("1001")
    base.take(package(order("1001"), order("1002")))
    assert base.report() is None
    assert list(told(base)) == ["1001", "1002"]


@both
def test_an_order_born_in_1c_is_never_told(habit: Habit) -> None:
    base = opened(habit)
    base.born({IRON: 1})
    assert told(base) == {}
    assert list(told(base, changed_only=False)) == ["1001"]


@both
def test_only_what_the_site_has_not_taken_yet_is_told(habit: Habit) -> None:
    base = opened(habit)
    base.post("1001")
    report = base.report()
    assert report is not None
    base.set_status("1001", "Закрыт")
    base.forget_changes(report)
    assert told(base)["1001"]["Статус заказа"] == "Закрыт"
    settle(base)
    assert base.report() is None
