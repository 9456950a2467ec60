"""Orders as a 1C base reports them back to the site.

The same Документ as the site's with Ид of 1C, Номер and Дата of the site, the full list of lines and the base's own реквизиты; hours of one
digit where they have one. Which реквизиты are УТ's and which УНФ's alone: `reference/commerceml.md` §2.4.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lxml import etree
from lxml.etree import _Element

from deployments.world.onec import ORDER_OPERATION
from deployments.world.onec_documents import SERVICE, Item, Line, Order

FORMS = {"ut": ("urn:1C.ru:commerceml_2", "2.07"), "unf": ("urn:1C.ru:commerceml_210", "2.08")}
"""Namespace and ВерсияСхемы; УТ's namespace is not told."""
CURRENCIES = {"RUB": "руб"}
"""How УТ's own book of currencies calls them, in three characters."""
EMPTY_DATE = "0001-01-01"
BOM = "\ufeff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A file for the site, and which version of which orders (by 1C's Ид) it tells."""

    package: bytes
    versions: Mapping[str, int]


def write_reports(orders: Iterable[Order], *, habit: str, formed_at: datetime) -> bytes:
    """The package `orders-*.xml` of these orders."""
    namespace, version = FORMS[habit]
    said = {"ВерсияСхемы": version, "ДатаФормирования": stamp(formed_at)}
    root = etree.Element(f"{{{namespace}}}КоммерческаяИнформация", said, nsmap={None: namespace})
    for order in orders:
        _put_order(_put(root, "Документ"), order, habit)
    body = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'{BOM}<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def stamp(at: datetime) -> str:
    """As 1C writes it: ``2014-12-12T9:51:39``."""
    return f"{at:%Y-%m-%dT}{at.hour}:{at:%M:%S}"


def _put_order(document: _Element, order: Order, habit: str) -> None:
    placed = order.placed_stamp or order.stamp
    _put(document, "Ид", order.ref)
    _put(document, "Номер", order.site_number)
    _put(document, "Дата", f"{placed:%Y-%m-%d}")
    _put(document, "ХозОперация", ORDER_OPERATION)
    _put(document, "Роль", "Продавец")
    _put(document, "Валюта", CURRENCIES.get(order.currency, order.currency) if habit == "ut" else order.currency)
    _put(document, "Курс", "1")
    _put(document, "Сумма", _roubles(order.sum_kopecks))
    if order.buyer is not None:
        buyer = _put(_put(document, "Контрагенты"), "Контрагент")
        for name, value in (("Ид", order.buyer.ref), ("Наименование", order.buyer.name), ("ПолноеНаименование", order.buyer.name)):
            _put(buyer, name, value)
        _put(buyer, "Роль", "Покупатель")
    _put(document, "Время", f"{placed:%H:%M:%S}")
    _put(document, "СрокПлатежа", EMPTY_DATE)
    _put(document, "Комментарий", order.comment)
    if order.vat in ("included", "on_top"):
        tax = _put(_put(document, "Налоги"), "Налог")
        _put(tax, "Наименование", "НДС")
        _put(tax, "УчтеноВСумме", _flag(order.vat == "included"))
    goods = _put(document, "Товары")
    for line in order.lines:
        _put_line(_put(goods, "Товар"), line)
    _put_requisites(document, _requisites(order, habit))


def _put_line(element: _Element, line: Line) -> None:
    _put(element, "Ид", line.item.ref)
    _put(element, "Артикул", line.item.article)
    _put(element, "Наименование", line.item.name)
    unit = _put(element, "БазоваяЕдиница")
    unit.attrib.update({"Код": "796 ", "НаименованиеПолное": "Штука", "МеждународноеСокращение": "PCE"})
    _put_requisites(element, (("ВидНоменклатуры", line.item.kind), ("ТипНоменклатуры", _type_of(line.item))))
    _put(element, "ЦенаЗаЕдиницу", _roubles(line.price_kopecks))
    _put(element, "Количество", f"{line.pcs.normalize():f}")
    _put(element, "Сумма", _roubles(line.sum_kopecks))
    _put(element, "Единица", "шт")
    _put(element, "Коэффициент", "1")


def _type_of(item: Item) -> str:
    return SERVICE if item.kind == SERVICE else "Запас"


def _requisites(order: Order, habit: str) -> Iterator[tuple[str, str]]:
    yield from (("Номер по 1С", order.number), ("Дата по 1С", stamp(order.stamp)))
    yield from (("ПометкаУдаления", _flag(order.is_marked_deleted)), ("Проведен", _flag(order.is_posted)))
    if order.payment is not None:
        number, at = order.payment
        yield from (("Номер оплаты по 1С", number), ("Дата оплаты по 1С", stamp(at)))
    if order.is_shipped and order.shipment is not None:
        number, at = order.shipment
        yield from (("Номер отгрузки по 1С", number), ("Дата отгрузки по 1С", stamp(at)))
    if order.is_cancelled:
        yield ("Отменен", "true")
    if habit == "unf":
        yield from (("Оплачен", _flag(order.payment is not None)), ("Отгружен", _flag(order.is_shipped)))
    yield ("Статус заказа", order.status)
    if order.tracking:
        yield ("Идентификатор отправления", order.tracking)
    for name in ("Способ доставки", "Получатель"):
        if value := order.requisites.get(name):
            yield (name, value)


def _put_requisites(parent: _Element, pairs: Iterable[tuple[str, str]]) -> None:
    section = _put(parent, "ЗначенияРеквизитов")
    for name, value in pairs:
        pair = _put(section, "ЗначениеРеквизита")
        _put(pair, "Наименование", name)
        _put(pair, "Значение", value)


def _put(parent: _Element, name: str, text: str | None = None) -> _Element:
    added = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    added.text = text or None
    return added


def _roubles(kopecks: int) -> str:
    return f"{Decimal(kopecks) / 100:f}"


def _flag(claim: bool) -> str:
    return "true" if claim else "false"
