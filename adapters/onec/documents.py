"""One Документ of a CommerceML file as rows of text, by local name, whatever the namespace and schema version.

The same element carries an order from a site to 1C and 1C's report about it back. Buyers' names, phones and addresses are not read
out of it: they are counted. Source: `reference/commerceml.md` §2.4, §2.5.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from lxml.etree import _Element

from adapters.onec.elements import Row, children, item_ref_of, local, text_of

Fields: TypeAlias = dict[str, str | None]


class DocumentRows(NamedTuple):
    """Rows of one Документ and of the documents subordinate to it, and rows of their lines."""

    documents: list[Row]
    lines: list[Row]


DOCUMENT_COLUMNS = (
    "row", "part", "parent_number", "onec_ref", "number", "date", "time", "operation", "role", "currency", "total",
    "posted", "cancelled", "marked_deleted", "onec_number", "onec_date", "paid", "paid_number", "paid_date",
    "shipped", "shipped_number", "shipped_date", "status", "status_ref", "tracking", "place",
    "requisites", "buyers", "lines_stated",
)  # fmt: skip
"""Columns of `validation.orders.DocumentRead`; a row comes without the first, which the reader sets."""
LINE_COLUMNS = (
    "row", "part", "number", "line_no", "item_ref", "article", "name", "quantity", "price", "total", "unit", "unit_factor",
    "item_kind", "place",
)  # fmt: skip
"""Columns of `validation.orders.LineRead`; a row comes without the first, which the reader sets."""

_FIELDS = {
    "ид": "onec_ref",
    "номер": "number",
    "дата": "date",
    "время": "time",
    "хозоперация": "operation",
    "роль": "role",
    "валюта": "currency",
    "сумма": "total",
    "пометкаудаления": "marked_deleted",
    "номер1с": "onec_number",
    "дата1с": "onec_date",
}
_REQUISITES = {
    "проведен": "posted",
    "отменен": "cancelled",
    "пометкаудаления": "marked_deleted",
    "номер по 1с": "onec_number",
    "дата по 1с": "onec_date",
    "оплачен": "paid",
    "заказ оплачен": "paid",
    "номер оплаты по 1с": "paid_number",
    "дата оплаты по 1с": "paid_date",
    "отгружен": "shipped",
    "номер отгрузки по 1с": "shipped_number",
    "дата отгрузки по 1с": "shipped_date",
    "статус заказа": "status",
    "статуса заказа ид": "status_ref",
    "статус заказа ид": "status_ref",
    "идентификатор отправления": "tracking",
}
_ORDER = "заказ товара"

_TRADE_WORDS = frozenset({
    "метод оплаты", "метод оплаты ид", "способ доставки", "метод доставки", "метод доставки ид", "пункт выдачи заказа",
    "сайт", "номер платежного документа", "стоимость доставки", "дата отгрузки", "дата оплаты", "дата изменения статуса",
    "дата разрешения доставки", "планируемая дата поступления",
})  # fmt: skip
_OF_A_PERSON = re.compile(
    r"телефон|phone|mail|почт|фио|имя|фамили|отчеств|получател|адрес|улиц|дом|квартир|индекс"
    r"|коммент|покупател|клиент|контакт|паспорт|инн|рожден"
)
_IMPERSONAL = re.compile(
    r"true|false|да|нет|[-+]?\d{1,7}([.,]\d{1,6})?"
    r"|\d{4}-\d\d-\d\d([T ]\d{1,2}:\d\d(:\d\d)?)?|\d\d\.\d\d\.\d{4}( \d{1,2}:\d\d(:\d\d)?)?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
HIDDEN = "скрыто"


def document_rows(element: _Element) -> DocumentRows:
    """Rows of one Документ, then of the shipments and payments subordinate to it (2.10).

    ``part`` numbers them from 0 within the element and joins a line to its document. A document subordinate to another knows its number
    (``parent_number``) by where it stands, or by its Основание.
    """
    rows = DocumentRows([], [])
    for part, document in enumerate(_documents_of(element)):
        goods = _section(document, "Товары")
        fields = _document(document) | {"part": str(part), "lines_stated": None if goods is None else str(len(goods))}
        rows.documents.append(tuple(fields[column] for column in DOCUMENT_COLUMNS[1:]))
        lines = () if goods is None else goods
        rows.lines.extend((str(part), fields["number"], str(line_no), *_line(line)) for line_no, line in enumerate(lines, 1))
    return rows


def _documents_of(element: _Element) -> Iterator[_Element]:
    yield element
    subordinates = _section(element, "ПодчиненныеДокументы")
    for subordinate in () if subordinates is None else subordinates:
        yield from _documents_of(subordinate)


def _section(element: _Element, name: str) -> _Element | None:
    return next((child for child in element if local(child) == name), None)


def _document(element: _Element) -> Fields:
    document: Fields = dict.fromkeys(DOCUMENT_COLUMNS)
    requisites: dict[str, object] = {}
    buyers = 0
    basis = None
    for child in element:
        name = local(child)
        if name == "ЗначенияРеквизитов":
            _take_requisites(child, document, requisites)
        elif name == "Контрагенты":
            buyers = len(child)
        elif name == "Склады":
            document["place"] = _place(child)
        elif name == "Оплаты":
            requisites["Оплаты"] = [_payment(payment) for payment in child]
        elif name == "Основание":
            basis = text_of(child)
        elif (column := _FIELDS.get(_plain(name))) and (text := text_of(child)):
            document[column] = text
    operation = document["operation"]
    if operation is None or _plain(operation) != _ORDER:
        document["parent_number"] = _parent_number(element) or basis
    document["requisites"] = json.dumps(requisites, ensure_ascii=False) if requisites else None
    document["buyers"] = str(buyers)
    return document


def _take_requisites(section: _Element, document: Fields, rest: dict[str, object]) -> None:
    for pair in section:
        fields = children(pair)
        name, value = fields.get("Наименование"), fields.get("Значение")
        if name is None or value is None:
            continue
        if column := _REQUISITES.get(_plain(name)):
            document[column] = document[column] or value
        else:
            rest.setdefault(name, value if _is_impersonal(name, value) else HIDDEN)


def _is_impersonal(name: str, value: str) -> bool:
    """A requisite may be anything the shop has added, a buyer's phone too: only what is known or cannot be a person is kept."""
    plain = _plain(name)
    if plain in _TRADE_WORDS:
        return True
    return not _OF_A_PERSON.search(plain) and _IMPERSONAL.fullmatch(value) is not None


def _plain(name: str) -> str:
    """Lower case, one space, no ё, and the C of «1C» Cyrillic whichever key it was typed with."""
    return " ".join(name.lower().replace("ё", "е").replace("c", "с").split())


def _payment(element: _Element) -> Fields:
    fields = children(element)
    return {
        "number": fields.get("НомерДокумента"),
        "date": fields.get("ДатаОплаты"),
        "sum": fields.get("СуммаОплаты"),
        "method": fields.get("СпособОплаты"),
    }


def _parent_number(element: _Element) -> str | None:
    section = element.getparent()
    if section is None or local(section) != "ПодчиненныеДокументы":
        return None
    parent = section.getparent()
    return None if parent is None else children(parent).get("Номер")


def _place(section: _Element) -> str | None:
    return next((ref for ref in (children(place).get("Ид") for place in section) if ref), None)


def _line(element: _Element) -> Row:
    """From ``item_ref`` on, in the order of `LINE_COLUMNS`."""
    fields = children(element)
    requisites: Fields = {}
    unit = place = None
    for child in element:
        name = local(child)
        if name == "ЗначенияРеквизитов":
            pairs = (children(pair) for pair in child)
            requisites = {_plain(pair.get("Наименование") or ""): pair.get("Значение") for pair in pairs}
        elif name == "Единица":
            unit = text_of(child) or children(child).get("НаименованиеКраткое") or unit
        elif name == "БазоваяЕдиница":
            unit = unit or text_of(child) or child.get("НаименованиеПолное")
        elif name == "Склады":
            place = _place(child)
    item_ref, _ = item_ref_of(fields.get("Ид"), fields.get("ИдХарактеристики"))
    return (
        item_ref,
        fields.get("Артикул"),
        fields.get("Наименование"),
        fields.get("Количество"),
        fields.get("ЦенаЗаЕдиницу") or fields.get("Цена"),
        fields.get("Сумма"),
        unit,
        fields.get("Коэффициент"),
        requisites.get("типноменклатуры") or requisites.get("видноменклатуры"),
        place,
    )
