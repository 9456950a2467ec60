"""Orders on their way to 1C: nothing is lost, nothing is confirmed that 1C was not given."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree
from sqlalchemy import insert, select

from adapters.hub.hub import Hub
from adapters.hub.sale import SaleDesk
from adapters.hub.tables.catalog import item, product
from adapters.hub.tables.ledger import sold_line
from adapters.hub.tables.sale import onec_outgoing
from adapters.onec.orders_writer import Address, Buyer, OrderDocument, OrderLine, OrderRefused

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORDER = OrderDocument(
    number="1001",
    placed_at=AT,
    buyer=Buyer(ref="17", name="Петров Пётр", address=Address(text="Москва", city="Москва")),
    lines=(OrderLine(item_ref="p#c", name="Утюг", pcs=2, price_kopecks=99_950, vat="20"),),
    requisites=(("Своё", "да"),),
)


@pytest.fixture
def desk(hub: Hub) -> SaleDesk:
    """A desk whose base «main» has exported one item and one product without characteristics."""
    with hub.engine.begin() as connection:
        same = {"source": "main", "feed_id": 1, "changed_at": AT}
        connection.execute(insert(item).values(item_ref="p#c", product_ref="p", **same))
        connection.execute(insert(product).values(product_ref="solo", name="Чайник", kind="goods", **same))
    return SaleDesk(hub)


def numbers(package: bytes) -> list[str]:
    return [found.text or "" for found in etree.fromstring(package).iterfind("Документ/Номер")]


def statuses(package: bytes) -> list[str | None]:
    pairs = etree.fromstring(package).iterfind("Документ/ЗначенияРеквизитов/ЗначениеРеквизита")
    return [pair.findtext("Значение") for pair in pairs if pair.findtext("Наименование") == "Статус заказа"]


def test_nothing_waiting_is_a_package_without_documents(desk: SaleDesk) -> None:
    package = desk.offer("main", "s1")
    assert package.startswith(b"<?xml")
    assert numbers(package) == []
    assert desk.acknowledge("s1") == 0


def test_an_order_is_offered_until_it_is_acknowledged_in_the_same_session_and_in_a_new_one(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    first = desk.offer("main", "s1", formed_at=AT)
    assert numbers(first) == ["1001"]
    assert desk.offer("main", "s1", formed_at=AT) == first
    assert desk.offer("main", "s2", formed_at=AT) == first
    assert desk.acknowledge("s2") == 1
    assert numbers(desk.offer("main", "s2")) == []
    assert desk.acknowledge("s2") == 0


def test_the_order_that_is_offered_is_the_one_that_was_enqueued(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    document = etree.fromstring(desk.offer("main", "s1"))[0]
    assert (document.findtext("Товары/Товар/Ид"), document.findtext("Сумма")) == ("p#c", "1999.00")
    assert document.findtext("Контрагенты/Контрагент/АдресРегистрации/Представление") == "Москва"


def test_a_change_between_query_and_success_stays_pending(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    assert desk.enqueue(source="main", document=replace(ORDER, status="Отменён", is_cancelled=True), key="cancelled:1001") == 2
    assert desk.acknowledge("s1") == 1
    assert statuses(desk.offer("main", "s2")) == ["Отменён"]
    assert desk.acknowledge("s2") == 1
    assert numbers(desk.offer("main", "s3")) == []


def test_an_order_that_came_between_query_and_success_stays_pending(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    desk.enqueue(source="main", document=replace(ORDER, number="1002"), key="created:1002")
    assert desk.acknowledge("s1") == 1
    assert numbers(desk.offer("main", "s2")) == ["1002"]


def test_a_session_that_asked_nothing_acknowledges_nothing(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    assert desk.acknowledge("s2") == 0
    assert numbers(desk.offer("main", "s3")) == ["1001"]


def test_a_late_success_of_a_session_that_was_overtaken_leaves_the_order_to_the_newer_one(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    desk.enqueue(source="main", document=replace(ORDER, status="Собран"), key="packed:1001")
    desk.offer("main", "s2")
    assert desk.acknowledge("s1") == 0
    assert desk.acknowledge("s2") == 1


def test_the_same_event_twice_is_one_change_even_after_another(desk: SaleDesk) -> None:
    assert desk.enqueue(source="main", document=ORDER, key="created:1001") == 1
    assert desk.enqueue(source="main", document=replace(ORDER, status="Собран"), key="packed:1001") == 2
    assert desk.enqueue(source="main", document=ORDER, key="created:1001") == 2
    assert statuses(desk.offer("main", "s1")) == ["Собран"]


def test_an_event_that_changes_nothing_sends_nothing_anew(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    desk.acknowledge("s1")
    assert desk.enqueue(source="main", document=ORDER, key="polled:1001") == 1
    assert numbers(desk.offer("main", "s2")) == []


def test_each_base_is_offered_its_own_orders(hub: Hub, desk: SaleDesk) -> None:
    with hub.engine.begin() as connection:
        connection.execute(insert(item).values(source="other", item_ref="p#c", product_ref="p", feed_id=1, changed_at=AT))
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.enqueue(source="other", document=replace(ORDER, status="Другой"), key="created:1001")
    assert statuses(desk.offer("other", "s1")) == ["Другой"]
    assert desk.acknowledge("s1") == 1
    assert numbers(desk.offer("main", "s2")) == ["1001"]


def test_an_order_that_1c_stumbles_over_does_not_stand_in_front_of_later_ones(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    desk.offer("main", "s1")
    desk.enqueue(source="main", document=replace(ORDER, number="1002"), key="created:1002")
    assert numbers(desk.offer("main", "s2")) == ["1002", "1001"]


def test_a_line_of_a_product_that_the_base_never_exported_is_refused(desk: SaleDesk) -> None:
    stranger = replace(ORDER, lines=(replace(ORDER.lines[0], item_ref="WB-123", name="Чужой"),))
    with pytest.raises(OrderRefused, match="«Чужой»"):
        desk.enqueue(source="main", document=stranger, key="created:1001")
    with pytest.raises(OrderRefused):
        desk.enqueue(source="other", document=ORDER, key="created:1001")
    assert numbers(desk.offer("main", "s1")) == []
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    assert numbers(desk.offer("main", "s1")) == ["1001"]


def test_a_product_without_characteristics_is_known_by_its_card(desk: SaleDesk) -> None:
    assert desk.enqueue(source="main", document=replace(ORDER, lines=(replace(ORDER.lines[0], item_ref="solo"),)), key="k") == 1


def test_an_order_that_cannot_be_written_never_gets_in_the_way(hub: Hub, desk: SaleDesk) -> None:
    with pytest.raises(OrderRefused):
        desk.enqueue(source="main", document=replace(ORDER, number="OZ-1"), key="created:OZ-1")
    with hub.engine.begin() as connection:
        assert connection.execute(select(onec_outgoing)).all() == []


def test_the_ledger_knows_from_the_query_on_that_1c_may_have_the_order(hub: Hub, desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    with hub.engine.begin() as connection:
        item_id = connection.execute(select(item.c.item_id)).scalar_one()
        connection.execute(
            insert(sold_line).values(
                line_ref="site:1001:1", item_id=item_id, place="", source="main", order_number="1001", pcs=2, sold_at=AT
            )
        )
    desk.offer("main", "s1")
    with hub.engine.begin() as connection:
        assert connection.execute(select(sold_line.c.handed_over_at)).scalar_one() is not None


def test_the_package_for_bitrix_own_module_is_in_containers(desk: SaleDesk) -> None:
    desk.enqueue(source="main", document=ORDER, key="created:1001")
    assert [child.tag for child in etree.fromstring(desk.offer("main", "s1", container=True))] == ["Контейнер"]
