"""What УТ and УНФ do with a site's orders, told from literal packages."""

from datetime import datetime
from typing import Any

import pytest

from deployments.world.onec import OnecStopped
from deployments.world.onec_base import OnecBase
from deployments.world.onec_catalog import Habit
from deployments.world.onec_documents import Item
from tests.deployments.world.onec_said import BOARD, DELIVERY, FIRM, IRON, line, order, package

HABITS: list[Habit] = ["ut", "unf"]
ITEMS = (Item(ref=IRON, name="Утюг", article="КР-7/2"), Item(ref=BOARD, name="Доска", price_kopecks=500_00))
both = pytest.mark.parametrize("habit", HABITS)


def opened(habit: Habit, **given: Any) -> OnecBase:
    return OnecBase(habit, ITEMS, **given)


def goods(base: OnecBase, number: str = "1001") -> list[tuple[str, int, int]]:
    """Ид, pieces and kopecks of an order's lines."""
    return [(one.item.ref, int(one.pcs), one.sum_kopecks) for one in base.order(number).lines]


@both
def test_an_order_becomes_a_document_with_its_lines_buyer_and_delivery(habit: Habit) -> None:
    base = opened(habit)
    assert base.take(package(order(lines=[line(pcs="2", total="1999.98"), DELIVERY]), order("1002"))) == ["1001", "1002"]
    made = base.order("1001")
    assert [(one.item.ref, one.item.kind, one.sum_kopecks) for one in made.lines] == [
        (IRON, "Товар", 199998), (made.lines[1].item.ref, "Услуга", 35000),
    ]  # fmt: skip
    assert made.buyer is not None
    assert (made.sum_kopecks, made.buyer.name, made.comment, made.currency) == (234998, "Петров Пётр", "позвонить", "RUB")
    assert made.placed_stamp == datetime(2026, 3, 2, 9, 51, 39)  # noqa: DTZ001 - a 1C stamp has no zone
    assert (base.created_items, len(base.cards)) == ([], 1)


@both
def test_the_same_package_again_is_the_same_documents(habit: Habit) -> None:
    base = opened(habit)
    for _ in range(2):
        base.take(package(order("1001", [line(), DELIVERY]), order("1002")))
    assert len(base.orders) == 2
    assert (base.created_items, len(base.cards)) == ([], 1)


def test_ut_looks_for_eleven_characters_so_a_longer_number_is_a_new_order_each_time() -> None:
    base = opened("ut")
    for _ in range(3):
        base.take(package(order("12345678901"), order("12345678-0001-1")))
    assert sorted(made.site_number or "" for made in base.orders) == ["12345678-0001-1"] * 3 + ["12345678901"]


def test_unf_keeps_the_digits_of_a_number_so_two_orders_may_be_one() -> None:
    base = opened("unf")
    base.take(package(order("123-45"), order("12-345", [line(BOARD)])))
    (made,) = base.orders
    assert (made.number, made.site_number, made.lines[0].item.ref) == ("12345", "12-345", BOARD)
    base.take(package(order("12345678-0001-1")))
    base.take(package(order("12345678-0001-1")))
    assert len(base.orders) == 2


@both
@pytest.mark.parametrize(
    "bad",
    [
        order("1002", operation="Возврат товара"),
        order("1002", operation="заказ товара"),
        order("1002", currency=""),
        order("1002", [line(pcs="два")]),
        order("1002", day="вчера"),
    ],
)
def test_a_bad_document_stops_the_package_and_those_before_it_stay(habit: Habit, bad: str) -> None:
    base = opened(habit)
    with pytest.raises(OnecStopped, match="1002"):
        base.take(package(order("1001"), bad, order("1003")))
    assert [made.site_number for made in base.orders] == ["1001"]
    assert base.read_now == ["1001"]


@both
def test_an_order_that_cannot_be_written_now_stops_the_package_until_it_can(habit: Habit) -> None:
    base = opened(habit)
    base.unwritable = {"1002"}
    with pytest.raises(OnecStopped, match="1002"):
        base.take(package(order("1001"), order("1002")))
    base.unwritable.clear()
    assert base.take(package(order("1001"), order("1002"))) == ["1001", "1002"]
    assert len(base.orders) == 2


def test_only_unf_takes_an_appointment_and_it_is_no_order() -> None:
    unf = opened("unf")
    assert unf.take(package(order("1001", operation="Запись на услугу"), order("1002"))) == ["1002"]
    assert len(unf.notes) == 1
    with pytest.raises(OnecStopped):
        opened("ut").take(package(order("1001", operation="Запись на услугу")))


@both
def test_orders_in_a_container_are_not_seen(habit: Habit) -> None:
    assert opened(habit).take(package(f"<Контейнер>{order()}</Контейнер>")) == []


def test_a_character_that_xml_forbids_fails_ut_and_is_stripped_by_unf() -> None:
    spoiled = package(order(party="<Наименование>Петров\x07 Пётр</Наименование>"))
    with pytest.raises(OnecStopped, match="Не удалось прочитать данные"):
        opened("ut").take(spoiled)
    base = opened("unf")
    base.take(spoiled)
    assert [card.name for card in base.cards] == ["Петров Пётр"]


@both
@pytest.mark.parametrize("said", [line("WB-1", article="КР-7/2"), line("WB-1", name="Утюг"), line(IRON, name="Иначе")])
def test_goods_are_found_by_ref_else_by_article_or_name(habit: Habit, said: str) -> None:
    base = opened(habit)
    base.take(package(order(lines=[said])))
    assert [ref for ref, _, _ in goods(base)] == [IRON]
    assert base.created_items == []


@both
@pytest.mark.parametrize("stranger", [line("WB-1"), line(f"{BOARD}#blue"), DELIVERY.replace("Услуга", "Товар")])
def test_goods_that_are_not_found_pollute_the_catalogue_once(habit: Habit, stranger: str) -> None:
    base = opened(habit)
    for number in ("1001", "1002"):
        base.take(package(order(number, [stranger])))
    assert len(base.created_items) == 1
    assert len(base.books.items) == 3


@both
def test_lines_of_nothing_are_passed_over(habit: Habit) -> None:
    base = opened(habit)
    base.take(package(order(lines=[line(pcs="0"), line(BOARD, pcs="0.000")])))
    assert goods(base) == []


def test_ut_passes_over_a_line_that_says_nothing_of_its_goods_and_unf_makes_an_item_of_it() -> None:
    for habit, created in (("ut", 0), ("unf", 1)):
        base = opened(habit)  # type: ignore[arg-type]
        base.take(package(order(lines=[line("", name=""), line()])))
        assert (len(base.created_items), len(base.order("1001").lines)) == (created, 1 + created)


def test_ut_changes_no_order_that_was_cancelled() -> None:
    base = opened("ut")
    base.take(package(order()))
    base.cancel("1001")
    base.take(package(order(lines=[line(pcs="2", total="2000")])))
    assert (goods(base), len(base.notes)) == ([(IRON, 1, 100000)], 1)


def test_ut_changes_an_order_until_it_is_approved_and_then_its_requisites_only() -> None:
    base = opened("ut")
    base.take(package(order()))
    base.take(package(order(lines=[line(pcs="2", total="2000")])))
    assert (goods(base), base.notes) == ([(IRON, 2, 200000)], [])
    base.set_status("1001", "Согласован")
    base.take(package(order(lines=[line(pcs="3", total="3000")], said={"Сайт": "Ozon", "Статус заказа": "Новый", "Отменен": "true"})))
    made = base.order("1001")
    assert goods(base) == [(IRON, 2, 200000)]
    assert (made.requisites["Сайт"], made.status, made.is_cancelled) == ("Ozon", "Согласован", True)
    assert len(base.notes) == 1
    assert len(base.orders) == 1


def test_unf_changes_an_order_whatever_its_state() -> None:
    base = opened("unf")
    base.take(package(order()))
    base.set_status("1001", "В работе")
    base.ship("1001")
    base.take(package(order(lines=[line(pcs="3", total="3000")])))
    assert (goods(base), base.notes) == ([(IRON, 3, 300000)], [])


@both
def test_only_the_requisites_that_1c_reads_are_kept(habit: Habit) -> None:
    base = opened(habit)
    said = {"Дата отгрузки": "2026-03-05", "Получатель": "Анна", "Метод оплаты": "Картой", "Отменен": "false", "Мой реквизит": "1"}
    base.take(package(order(said=said)))
    assert base.order("1001").requisites == {name: value for name, value in said.items() if name != "Мой реквизит"}
    assert not base.order("1001").is_cancelled


@both
def test_an_order_that_the_site_cancelled_stays_cancelled(habit: Habit) -> None:
    base = opened(habit)
    base.take(package(order(said={"Отменен": "true"})))
    base.take(package(order(said={"Отменен": "false"})))
    assert base.order("1001").is_cancelled


def test_a_status_is_known_by_its_name_or_by_the_nodes_table() -> None:
    ut = opened("ut", statuses={"Собирается": "Согласован"})
    ut.take(package(order("1001", said={"Статус заказа": "Собирается"}), order("1002", said={"Статус заказа": "Что-то"})))
    assert [made.status for made in ut.orders] == ["Согласован", "Не согласован"]
    unf = opened("unf")
    unf.take(package(order("1001", said={"Статус заказа": "Открыт", "Статуса заказа ИД": "В работе"}), order("1002")))
    assert [made.status for made in unf.orders] == ["В работе", "Открыт"]


@pytest.mark.parametrize(
    ("habit", "taxes", "vat"),
    [
        ("unf", "", "none"),
        ("ut", "", None),
        ("unf", "<Налоги><Налог><УчтеноВСумме>false</УчтеноВСумме></Налог></Налоги>", "on_top"),
        ("ut", "<Налоги><Налог><УчтеноВСумме>true</УчтеноВСумме></Налог></Налоги>", "included"),
    ],
)
def test_the_taxes_section_decides_what_a_price_holds(habit: Habit, taxes: str, vat: str | None) -> None:
    base = opened(habit)
    base.take(package(order(taxes=taxes)))
    assert base.order("1001").vat == vat


@both
def test_a_firm_is_known_by_its_tax_number_and_a_person_by_name(habit: Habit) -> None:
    base = opened(habit)
    parties = [FIRM.format(name="ООО «Утюг»"), FIRM.format(name="Утюг, ООО"), "<Ид>9</Ид><Наименование>Петров Пётр</Наименование>"]
    base.take(package(*(order(str(1001 + at), party=party) for at, party in enumerate(parties)), order("1009")))
    assert [(card.name, card.inn) for card in base.cards] == [("ООО «Утюг»", "7701234567"), ("Петров Пётр", "")]


@pytest.mark.parametrize(
    ("habit", "kits", "expected"),
    [
        ("unf", {"kit": {IRON: 1, BOARD: 2}}, [(IRON, 2, 66667), (BOARD, 4, 133333)]),
        ("unf", {}, [("kit", 2, 200000)]),
        ("ut", {"kit": {IRON: 1, BOARD: 2}}, [("kit", 2, 200000)]),
    ],
)
def test_unf_makes_parts_of_the_kits_that_it_knows(habit: Habit, kits: dict[str, dict[str, int]], expected: object) -> None:
    base = OnecBase(habit, [*ITEMS, Item(ref="kit", name="Набор")], kits=kits)
    base.take(package(order(lines=[line("kit", pcs="2", total="2000.00")])))
    assert goods(base) == expected


def test_an_order_of_a_number_that_is_not_alone_or_not_there_is_not_guessed() -> None:
    base = opened("ut")
    for _ in range(2):
        base.take(package(order("12345678-0001-1")))
    for number in ("12345678-0001-1", "1"):
        with pytest.raises(LookupError):
            base.post(number)
