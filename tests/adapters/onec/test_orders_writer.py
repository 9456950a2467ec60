"""Orders as 1C takes them, and as our own reader reads them back."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element

from adapters.onec.orders_writer import Address, Buyer, OrderDocument, OrderLine, OrderRefused, write_orders, write_orders_to
from tasks.rules.orders import judge_documents, judge_lines
from tests.adapters.onec.conftest import read_all

FORMED_AT = datetime(2026, 1, 2, 22, 30, tzinfo=UTC)
LINE = OrderLine(item_ref="p#c", name="Утюг", pcs=2, price_kopecks=99_950, article="КР-7/2", vat="20")
PERSON = Buyer(
    ref="17",
    name="Петров Пётр",
    last_name="Петров",
    first_name="Пётр",
    phone="+79990001122",
    email="petr@example.org",
    address=Address(text="101000, Москва, Мясницкая, 1", postcode="101000", city="Москва", street="Мясницкая", house="1"),
)
FIRM = Buyer(
    ref="18", name="Ромашка", official_name="ООО «Ромашка»", inn="7701234567", kpp="770101001", address=Address(text="Тверь", city="Тверь")
)
ORDER = OrderDocument(
    number="1001",
    placed_at=datetime(2026, 1, 1, 22, 5, 9, tzinfo=UTC),
    buyer=PERSON,
    lines=(LINE, replace(LINE, item_ref="q", discount_kopecks=1)),
    channel_number="12345678-0001-1",
    site="Ozon",
    comment="Позвонить за час",
    status="Новый",
    is_paid=True,
    paid_on=date(2026, 1, 2),
    payment_method="Картой",
    ship_on=date(2026, 1, 5),
    delivery_method="СДЭК",
    delivery_address=PERSON.address,
    delivery_kopecks=35_000,
    pickup_place="6f87e83f-722c-11df-b336-0011955cba6b",
)


def written(*orders: OrderDocument, **options: Any) -> _Element:
    return etree.fromstring(write_orders(orders, formed_at=FORMED_AT, **options))


def said(order: OrderDocument, path: str) -> list[str]:
    return [found.text or "" for found in written(order).iterfind(f"Документ/{path}")]


def requisites(order: OrderDocument) -> dict[str, str]:
    pairs = written(order).iterfind("Документ/ЗначенияРеквизитов/ЗначениеРеквизита")
    return {pair.findtext("Наименование") or "": pair.findtext("Значение") or "" for pair in pairs}


def kopecks(money: str | None) -> int:
    assert money is not None
    assert re.fullmatch(r"\d+\.\d\d", money)
    return int(money.replace(".", ""))


def test_the_package_starts_with_the_declaration_and_has_no_byte_order_mark() -> None:
    assert write_orders([ORDER], formed_at=FORMED_AT).startswith(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_a_package_of_no_orders_is_a_package() -> None:
    root = written(schema="2.07")
    assert (root.tag, len(root), dict(root.attrib)) == (
        "КоммерческаяИнформация", 0, {"ВерсияСхемы": "2.07", "ДатаФормирования": "2026-01-03T01:30:00"},
    )  # fmt: skip


def test_stock_1c_gets_bare_documents_and_bitrix_containers() -> None:
    assert [child.tag for child in written(ORDER, ORDER)] == ["Документ", "Документ"]
    assert [[child.tag, child[0].tag] for child in written(ORDER, ORDER, container=True)] == [["Контейнер", "Документ"]] * 2


def test_orders_are_written_one_by_one_as_they_come() -> None:
    out = BytesIO()
    sizes = []

    def many() -> Any:
        for _ in range(200):
            sizes.append(out.tell())
            yield ORDER

    write_orders_to(out, many(), formed_at=FORMED_AT)
    assert sizes[100] > sizes[1]


def test_what_1c_demands_of_an_order_is_there() -> None:
    expected = {
        "Ид": "1001", "Номер": "1001", "Дата": "2026-01-02", "Время": "01:05:09", "ХозОперация": "Заказ товара", "Роль": "Продавец",
        "Валюта": "RUB", "Курс": "1", "Сумма": "4347.99",
    }  # fmt: skip
    assert {path: said(ORDER, path)[0] for path in expected} == expected


def test_a_person_is_a_person_and_a_firm_a_firm() -> None:
    party = "Контрагенты/Контрагент"
    assert said(ORDER, f"{party}/ПолноеНаименование") == ["Петров Пётр"]
    assert said(ORDER, f"{party}/АдресРегистрации/АдресноеПоле/Тип") == ["Почтовый индекс", "Город", "Улица", "Дом"]
    assert said(ORDER, f"{party}/Контакты/Контакт/Значение") == ["+79990001122", "petr@example.org"]
    firm = replace(ORDER, buyer=FIRM)
    assert [said(firm, f"{party}/{tag}") for tag in ("ОфициальноеНаименование", "ИНН", "КПП", "Адрес/Представление")] == [
        ["ООО «Ромашка»"], ["7701234567"], ["770101001"], ["Тверь"],
    ]  # fmt: skip
    assert said(firm, f"{party}/ПолноеНаименование") == []
    assert said(ORDER, f"{party}/Роль") == said(firm, f"{party}/Роль") == ["Покупатель"]


def test_a_tax_number_of_a_wrong_length_is_left_out() -> None:
    assert said(replace(ORDER, buyer=replace(FIRM, inn="123", kpp="1")), "Контрагенты/Контрагент/ИНН") == []


def test_a_buyer_without_a_name_still_has_one_for_1c() -> None:
    assert said(replace(ORDER, buyer=Buyer(ref="1", name="\x01 ")), "Контрагенты/Контрагент/Наименование") == ["Покупатель"]


def test_taxes_are_included_in_the_sum_and_their_section_is_there() -> None:
    assert said(ORDER, "Налоги/Налог/УчтеноВСумме") == ["true"]
    assert said(ORDER, "Налоги/Налог/Сумма") == ["666.34"]
    assert said(ORDER, "Товары/Товар/СтавкиНалогов/СтавкаНалога/Ставка") == ["20", "20"]
    assert said(replace(ORDER, lines=(replace(LINE, vat=None),), delivery_kopecks=0), "Налоги/Налог/Сумма") == ["0.00"]


def test_only_an_order_wholly_without_vat_has_no_section_of_taxes() -> None:
    free = replace(ORDER, lines=(replace(LINE, vat="none"),), delivery_vat="none")
    assert said(free, "Налоги") == []
    assert said(free, "Товары/Товар/СтавкиНалогов/СтавкаНалога/Ставка") == ["Без налога", "Без налога"]
    assert len(said(replace(free, delivery_vat="20"), "Налоги")) == 1


def test_delivery_is_a_line_of_its_own_and_a_service() -> None:
    assert said(ORDER, "Товары/Товар/Ид") == ["p#c", "q", "ORDER_DELIVERY"]
    assert said(replace(ORDER, delivery_kopecks=0), "Товары/Товар/Ид") == ["p#c", "q"]
    kinds = written(ORDER).xpath("//Товар[Ид='ORDER_DELIVERY']//ЗначениеРеквизита[Наименование='ТипНоменклатуры']/Значение/text()")
    assert kinds == ["Услуга"]


def test_what_1c_reads_out_of_requisites_is_written_in_its_words() -> None:
    assert requisites(ORDER) == {
        "Статус заказа": "Новый", "Отменен": "false", "Заказ оплачен": "true", "Дата оплаты": "2026-01-02", "Метод оплаты": "Картой",
        "Дата отгрузки": "2026-01-05", "Способ доставки": "СДЭК", "Адрес доставки": "101000, Москва, Мясницкая, 1", "Сайт": "Ozon",
    }  # fmt: skip
    assert requisites(replace(ORDER, is_cancelled=True, requisites=(("Своё", "да"),)))["Отменен"] == "true"
    assert requisites(replace(ORDER, requisites=(("Своё", "да"),)))["Своё"] == "да"


def test_the_pickup_point_is_the_documents_warehouse() -> None:
    assert said(ORDER, "Склады/Склад/Ид") == ["6f87e83f-722c-11df-b336-0011955cba6b"]


def test_a_comment_begins_with_the_channels_number_and_is_cut_at_its_end() -> None:
    (comment,) = said(replace(ORDER, comment="о" * 5000), "Комментарий")
    assert comment.startswith("№ на площадке: 12345678-0001-1\nооо")
    assert len(comment) == 3000


def test_texts_are_cut_to_the_schemas_lengths() -> None:
    long = replace(ORDER, lines=(replace(LINE, name="н" * 300, article="а" * 300),), delivery_method="с" * 1500)
    assert len(said(long, "Товары/Товар/Наименование")[0]) == 255
    assert [len(text) for text in said(long, "Товары/Товар/Артикул")] == [255]
    assert len(requisites(long)["Способ доставки"]) == 1000


def test_characters_that_break_the_whole_document_are_stripped() -> None:
    dirty = replace(ORDER, comment="да\x00\x1f\x7f\ufffe, \ud800нет\r\nвот", lines=(replace(LINE, name="Утюг\x0b"),), channel_number=None)
    assert said(dirty, "Комментарий") == ["да, нет\nвот"]
    assert said(dirty, "Товары/Товар/Наименование")[0] == "Утюг"


@pytest.mark.parametrize(
    "order",
    [
        replace(ORDER, number="12345678-0001-1"),
        replace(ORDER, number="123456789012"),
        replace(ORDER, number=""),
        replace(ORDER, number="٣"),
        replace(ORDER, currency=""),
        replace(ORDER, placed_at=ORDER.placed_at.replace(tzinfo=None)),
        replace(ORDER, lines=()),
        replace(ORDER, delivery_kopecks=-1),
        replace(ORDER, lines=(replace(LINE, item_ref=None),)),
        replace(ORDER, lines=(replace(LINE, item_ref=" "),)),
        replace(ORDER, lines=(replace(LINE, item_ref="a" * 81),)),
        replace(ORDER, lines=(replace(LINE, pcs=0),)),
        replace(ORDER, lines=(replace(LINE, price_kopecks=-1),)),
        replace(ORDER, lines=(replace(LINE, discount_kopecks=-1),)),
        replace(ORDER, lines=(replace(LINE, discount_kopecks=199_901),)),
    ],
)
def test_an_order_that_1c_would_take_wrongly_is_refused(order: OrderDocument) -> None:
    with pytest.raises(OrderRefused, match="Заказ"):
        write_orders([order], formed_at=FORMED_AT)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=60).filter(
    str.strip
)
LINES = st.builds(
    OrderLine,
    item_ref=st.from_regex(r"[0-9a-f]{8}(#[0-9a-f]{8})?", fullmatch=True),
    name=NAMES,
    pcs=st.integers(1, 9_999),
    price_kopecks=st.integers(0, 10_000_000),
    vat=st.sampled_from(["20", "10", "none", None]),
    kind=st.sampled_from(["goods", "service"]),
)
ORDERS = st.builds(
    OrderDocument,
    number=st.from_regex(r"[1-9][0-9]{0,10}", fullmatch=True),
    placed_at=st.integers(0, 300_000_000).map(lambda seconds: FORMED_AT + timedelta(seconds=seconds)),
    buyer=st.builds(Buyer, ref=st.just("1"), name=NAMES),
    lines=st.lists(LINES, min_size=1, max_size=5).map(tuple),
    delivery_kopecks=st.integers(0, 100_000),
    is_cancelled=st.booleans(),
    is_paid=st.booleans(),
    status=st.none() | NAMES,
    comment=st.none() | NAMES,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(orders=st.lists(ORDERS, min_size=1, max_size=3), container=st.booleans())
def test_what_is_written_is_read_back(tmp_path: Path, orders: list[OrderDocument], container: bool) -> None:
    path = tmp_path / "orders.xml"
    path.write_bytes(write_orders(orders, formed_at=FORMED_AT, container=container))
    header, frames = read_all(path)
    documents, lines = judge_documents(frames["document"]), judge_lines(frames["line"])

    assert header.formed_at == (FORMED_AT + timedelta(hours=3)).replace(tzinfo=None)
    assert documents.refused.is_empty()
    assert lines.refused.is_empty()
    claims = documents.passed.select("number", "sum_kopecks", "is_cancelled", "is_paid", "operation", "currency")
    assert claims.rows() == [(o.number, o.sum_kopecks, o.is_cancelled, o.is_paid, "Заказ товара", "RUB") for o in orders]
    assert documents.passed["status"].to_list() == [o.status.strip() if o.status else None for o in orders]
    goods = lines.passed.filter(pl.col("kind") != "delivery").select("row", "item_ref", "pcs", "price_kopecks", "sum_kopecks", "kind")
    assert goods.rows() == [
        (row, line.item_ref, line.pcs, line.price_kopecks, line.sum_kopecks, line.kind)
        for row, order in enumerate(orders, 1)
        for line in order.lines
    ]
    delivered = lines.passed.filter(pl.col("kind") == "delivery").select("row", "sum_kopecks")
    assert delivered.rows() == [(row, o.delivery_kopecks) for row, o in enumerate(orders, 1) if o.delivery_kopecks]


@given(ORDERS, st.integers(0, 10_000))
def test_the_kopecks_of_an_order_add_up(order: OrderDocument, discount_kopecks: int) -> None:
    first = order.lines[0]
    discounted = replace(first, discount_kopecks=min(discount_kopecks, first.price_kopecks * first.pcs))
    (document,) = written(replace(order, lines=(discounted, *order.lines[1:])))
    sums = 0
    for item in document.iterfind("Товары/Товар"):
        full = kopecks(item.findtext("ЦенаЗаЕдиницу")) * int(item.findtext("Количество") or "")
        off = sum(kopecks(each.text) for each in item.iterfind("Скидки/Скидка/Сумма"))
        assert kopecks(item.findtext("Сумма")) == full - off
        sums += full - off
    assert kopecks(document.findtext("Сумма")) == sums


UNIT_IS_A_NAME = "{urn:1C.ru:commerceml_2}Единица"
"""From 2.08 on the schema wants ОКЕИ codes of 3 or 4 characters here; 1C itself writes the name («шт», the RBDI sample)."""


@pytest.mark.parametrize("schema", ["2.07", "2.08", "2.09", "2.10"])
@pytest.mark.parametrize("order", [ORDER, replace(ORDER, buyer=FIRM, delivery_kopecks=0, requisites=(("Своё", "да"),))])
def test_orders_are_as_the_schema_says_but_for_named_deviations(contracts_dir: Path, schema: str, order: OrderDocument) -> None:
    """The schemas have a namespace; the reference server writes none, and stock 1C reads a package without one."""
    validator = etree.XMLSchema(etree.parse(contracts_dir / "commerceml" / "xsd" / f"CommerceML2-{schema}.xsd"))
    package = write_orders([order], formed_at=FORMED_AT, schema=schema).decode()
    named = package.replace("<КоммерческаяИнформация", '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2"', 1)
    validator.validate(etree.fromstring(named.encode()))
    faults = {error.message for error in validator.error_log}
    deviations = {fault for fault in faults if fault.startswith(f"Element '{UNIT_IS_A_NAME}'")}
    assert faults == deviations
    assert bool(deviations) == (schema != "2.07")


def test_the_containers_are_bitrix_own_and_in_no_schema(contracts_dir: Path) -> None:
    validator = etree.XMLSchema(etree.parse(contracts_dir / "commerceml" / "xsd" / "CommerceML2-2.10.xsd"))
    package = write_orders([ORDER], formed_at=FORMED_AT, container=True).decode()
    named = package.replace("<КоммерческаяИнформация", '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2"', 1)
    assert not validator.validate(etree.fromstring(named.encode()))
