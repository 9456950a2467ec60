"""One Документ as rows of text."""

import json
from pathlib import Path

import pytest
from lxml import etree
from lxml.etree import _Element

from adapters.onec.documents import DOCUMENT_COLUMNS, HIDDEN, LINE_COLUMNS, document_rows
from validation.orders import DocumentRead, LineRead

Text = dict[str, str | int | None]


def element(body: str, *, namespace: str = "") -> _Element:
    return etree.fromstring(f"<Документ{namespace}><Номер>7</Номер><ХозОперация>Заказ товара</ХозОперация>{body}</Документ>")


def read(document: _Element) -> tuple[list[Text], list[Text]]:
    rows = document_rows(document)
    return (
        [dict(zip(DOCUMENT_COLUMNS[1:], row, strict=True)) for row in rows.documents],
        [dict(zip(LINE_COLUMNS[1:], row, strict=True)) for row in rows.lines],
    )


def requisites(**pairs: str) -> str:
    inside = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in pairs.items()
    )
    return f"<ЗначенияРеквизитов>{inside}</ЗначенияРеквизитов>"


def test_the_columns_are_those_of_the_frames() -> None:
    assert tuple(DocumentRead.to_schema().columns) == DOCUMENT_COLUMNS
    assert tuple(LineRead.to_schema().columns) == LINE_COLUMNS


@pytest.mark.parametrize("namespace", ["", ' xmlns="urn:1C.ru:commerceml_2"', ' xmlns="urn:1C.ru:commerceml_210"'])
def test_a_document_is_read_whatever_its_namespace(namespace: str) -> None:
    (document,), (line,) = read(element("<Товары><Товар><Ид>a#b</Ид><Количество>2</Количество></Товар></Товары>", namespace=namespace))
    assert (document["number"], document["operation"], line["item_ref"], line["quantity"]) == ("7", "Заказ товара", "a#b", "2")


def test_what_1c_says_of_an_order_is_taken_from_its_requisites() -> None:
    said = requisites(
        Номер_по_1С="УТ-1",
        Проведен="true",
        Отменен="false",
        Номер_отгрузки_по_1С="О-1",
        Статус_заказа="Закрыт",
        Идентификатор_отправления="TRK",
    )
    (document,), _ = read(element(said))
    assert [document[name] for name in ("onec_number", "posted", "cancelled", "shipped_number", "status", "tracking")] == [
        "УТ-1", "true", "false", "О-1", "Закрыт", "TRK",
    ]  # fmt: skip


def test_a_latin_c_in_1c_is_the_same_requisite() -> None:
    (document,), _ = read(element(requisites(**{"Номер по 1C": "УТ-1"})))
    assert document["onec_number"] == "УТ-1"


def test_elements_of_the_bitrix_module_say_the_same_as_requisites() -> None:
    (document,), _ = read(element("<Номер1С>ТД-1</Номер1С><Дата1С>2015-06-29</Дата1С><ПометкаУдаления>true</ПометкаУдаления>"))
    assert (document["onec_number"], document["onec_date"], document["marked_deleted"]) == ("ТД-1", "2015-06-29", "true")


def test_a_document_without_a_section_of_goods_says_nothing_of_its_lines() -> None:
    (silent,), _ = read(element(""))
    (emptied,), _ = read(element("<Товары/>"))
    assert (silent["lines_stated"], emptied["lines_stated"]) == (None, "0")


def test_buyers_are_counted_and_nothing_of_them_is_read() -> None:
    body = (
        "<Контрагенты><Контрагент><Ид>1#admin#Секретов Пётр</Ид><Наименование>Секретов Пётр</Наименование>"
        "<Контакты><Контакт><Тип>Почта</Тип><Значение>secret@example.org</Значение></Контакт></Контакты></Контрагент></Контрагенты>"
        "<Комментарий>Секретову домой</Комментарий>"
        + requisites(
            Получатель="Секретов",
            Контактный_телефон="9990001122",
            Адрес_доставки="Секретная, 1",
            Комментарии_покупателя="Секретно",
            Код_домофона="Секрет 12К",
            Индекс="123456",
            Кому="Секретов",
        )
    )
    (document,), lines = read(element(body))
    assert document["buyers"] == "1"
    everything = json.dumps([document, lines], ensure_ascii=False).lower()
    assert "секрет" not in everything
    assert "secret" not in everything
    assert "9990001122" not in everything
    assert "123456" not in everything
    assert json.loads(str(document["requisites"]))["Кому"] == HIDDEN


def test_requisites_of_the_trade_and_those_that_cannot_be_a_person_are_kept() -> None:
    said = requisites(Метод_оплаты="Картой онлайн", Финальный_статус="false", Вес_брутто="1.250", Ответственный="Иванов")
    (document,), _ = read(element(said))
    assert json.loads(str(document["requisites"])) == {
        "Метод оплаты": "Картой онлайн", "Финальный статус": "false", "Вес брутто": "1.250", "Ответственный": HIDDEN,
    }  # fmt: skip


def test_payments_of_schema_2_09_are_kept() -> None:
    body = "<Оплаты><Оплата><НомерДокумента>П-1</НомерДокумента><СуммаОплаты>10.00</СуммаОплаты></Оплата></Оплаты>"
    (document,), _ = read(element(body))
    assert json.loads(str(document["requisites"])) == {"Оплаты": [{"number": "П-1", "date": None, "sum": "10.00", "method": None}]}


def test_subordinate_documents_are_documents_that_know_their_order() -> None:
    body = (
        "<Товары><Товар><Ид>a</Ид></Товар></Товары><ПодчиненныеДокументы>"
        "<ПодчиненныйДокумент><Номер>О-1</Номер><ХозОперация>Отпуск товара</ХозОперация>"
        "<Товары><Товар><Ид>b</Ид></Товар></Товары></ПодчиненныйДокумент>"
        "<ПодчиненныйДокумент><Номер>П-1</Номер><ХозОперация>Эквайринговая операция</ХозОперация></ПодчиненныйДокумент>"
        "</ПодчиненныеДокументы>"
    )
    documents, lines = read(element(body))
    assert [(d["part"], d["number"], d["parent_number"]) for d in documents] == [("0", "7", None), ("1", "О-1", "7"), ("2", "П-1", "7")]
    assert [(line["part"], line["number"], line["item_ref"]) for line in lines] == [("0", "7", "a"), ("1", "О-1", "b")]


def test_a_shipment_beside_its_order_knows_it_by_its_basis() -> None:
    shipment = etree.fromstring("<Документ><Номер>О-1</Номер><ХозОперация>Отпуск товара</ХозОперация><Основание>7</Основание></Документ>")
    (document,), _ = read(shipment)
    assert document["parent_number"] == "7"


def test_price_unit_and_kind_of_a_line_are_found_in_each_of_their_forms() -> None:
    body = (
        "<Товары><Товар><Ид>a</Ид><БазоваяЕдиница Код='796' НаименованиеПолное='Штука'/><Цена>5</Цена>"
        "<Единица><НаименованиеКраткое>упак</НаименованиеКраткое></Единица><Коэффициент>10</Коэффициент></Товар>"
        "<Товар><Ид>ORDER_DELIVERY</Ид><БазоваяЕдиница>шт</БазоваяЕдиница><ЦенаЗаЕдиницу>6</ЦенаЗаЕдиницу>"
        + requisites(ВидНоменклатуры="Услуга")
        + "</Товар></Товары>"
    )
    _, (first, second) = read(element(body))
    assert (first["price"], first["unit"], first["unit_factor"], first["item_kind"]) == ("5", "упак", "10", None)
    assert (second["price"], second["unit"], second["unit_factor"], second["item_kind"]) == ("6", "шт", None, "Услуга")


def test_an_empty_characteristic_is_none() -> None:
    _, (line,) = read(element("<Товары><Товар><Ид>a#00000000-0000-0000-0000-000000000000</Ид></Товар></Товары>"))
    assert line["item_ref"] == "a"


@pytest.mark.parametrize(
    ("sample", "documents", "lines"),
    [
        ("ArgentCrusade__commerceml__tests_fixtures_documents-example.xml", 2, 4),
        ("RBDI__epc__1c_orders-00162dd9-fc43-42b5-ba79-49d23840966b.xml", 1, 1),
        ("carono__php-commerceml__tests_xml_orders.xml", 1, 2),
        ("dobromyslov__commerceml-parser__data_bitrix-query-response-empty.xml", 0, 0),
        ("dobromyslov__commerceml-parser__data_bitrix-query-response-full.xml", 2, 8),
        ("irpsv__commerceml__tests_assets_off-doc-1c_orders.xml", 3, 2),
    ],
)
def test_every_real_orders_file_is_read(contracts_dir: Path, sample: str, documents: int, lines: int) -> None:
    root = etree.parse(contracts_dir / "commerceml" / "samples" / sample).getroot()
    rows = [document_rows(document) for document in root.iter("{*}Документ")]
    assert (sum(len(r.documents) for r in rows), sum(len(r.lines) for r in rows)) == (documents, lines)
