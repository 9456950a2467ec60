"""Writing orders as the package that 1C asks for with ``mode=query``.

No namespace, no byte order mark, ``<?xml`` first, UTF-8: what both УТ and УНФ take, and what the reference server sends. Elements stand
in the order of the schemas. Source: `reference/commerceml.md` §1.5, §1.6, §2.4; lengths of the schemas §3.
"""

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from io import BytesIO
from typing import BinaryIO
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.etree import _Element

from adapters.onec.order_document import Address, Buyer, OrderDocument, OrderLine, OrderRefused, refuse_unwritable
from tasks.rules.orders import ORDER_DELIVERY
from validation.orders import ORDER

__all__ = ["Address", "Buyer", "OrderDocument", "OrderLine", "OrderRefused", "write_orders", "write_orders_to"]

MOSCOW = ZoneInfo("Europe/Moscow")

REF, NAME, VALUE, COMMENT = 40, 255, 1000, 3000
"""Lengths of Ид, of names, of a requisite's value, of a comment."""

ADDRESS_PARTS = {
    "postcode": "Почтовый индекс",
    "country": "Страна",
    "region": "Регион",
    "district": "Район",
    "town": "Населенный пункт",
    "city": "Город",
    "street": "Улица",
    "house": "Дом",
    "block": "Корпус",
    "flat": "Квартира",
}
CONTACT = ("Контакт", "Тип")
ADDRESS_PART = ("АдресноеПоле", "Тип")
REQUISITE = ("ЗначениеРеквизита", "Наименование")
ITEM_KINDS = {"goods": "Товар", "service": "Услуга"}

_ILLEGAL = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_orders(
    orders: Iterable[OrderDocument], *, formed_at: datetime, schema: str = "2.08", container: bool = False, zone: tzinfo = MOSCOW
) -> bytes:
    """The package of these orders, in their order.

    Args:
        orders: none is a package too: 1C reads it as «нет документов».
        formed_at: the instant the package was made.
        schema: what ВерсияСхемы says; the content is the same from 2.07 to 2.10.
        container: wrap each order as Bitrix's own 1C module from 6.5 on wants; stock УТ and УНФ would see no orders then.
        zone: whose local time the package is in.

    Raises:
        OrderRefused: an order cannot be written without breaking the package or 1C's catalogue.
    """
    out = BytesIO()
    write_orders_to(out, orders, formed_at=formed_at, schema=schema, container=container, zone=zone)
    return out.getvalue()


def write_orders_to(
    out: BinaryIO,
    orders: Iterable[OrderDocument],
    *,
    formed_at: datetime,
    schema: str = "2.08",
    container: bool = False,
    zone: tzinfo = MOSCOW,
) -> None:
    """The same, written order by order as they come."""
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    root = {"ВерсияСхемы": schema, "ДатаФормирования": f"{formed_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"}
    with etree.xmlfile(out, encoding="utf-8") as package, package.element("КоммерческаяИнформация", root):
        for order in orders:
            refuse_unwritable(order)
            document = _document(order, zone)
            if container:
                wrapped = etree.Element("Контейнер")
                wrapped.append(document)
                document = wrapped
            package.write(document)
            package.write("\n")


def _document(order: OrderDocument, zone: tzinfo) -> _Element:
    placed = order.placed_at.astimezone(zone)
    document = etree.Element("Документ")
    _put(document, "Ид", order.number)
    _put(document, "Номер", order.number)
    _put(document, "Дата", f"{placed:%Y-%m-%d}")
    _put(document, "ХозОперация", ORDER)
    _put(document, "Роль", "Продавец")
    _put(document, "Валюта", order.currency)
    _put(document, "Курс", "1")
    _put(document, "Сумма", _money(order.sum_kopecks))
    _put_buyer(_add(document, "Контрагенты"), order.buyer)
    _put(document, "Время", f"{placed:%H:%M:%S}")
    _put(document, "Комментарий", _comment(order), COMMENT)
    _put_taxes(document, order)
    if order.pickup_place:
        _put(_add(_add(document, "Склады"), "Склад"), "Ид", order.pickup_place, REF)
    goods = _add(document, "Товары")
    for line in order.lines:
        _put_line(goods, line)
    if order.delivery_kopecks:
        _put_line(goods, _delivery(order))
    _put_requisites(document, _requisites(order))
    return document


def _delivery(order: OrderDocument) -> OrderLine:
    return OrderLine(
        item_ref=ORDER_DELIVERY,
        name="Доставка заказа",
        pcs=1,
        price_kopecks=order.delivery_kopecks,
        vat=order.delivery_vat,
        kind="service",
    )


def _comment(order: OrderDocument) -> str:
    """The channel's number goes first: a long comment is cut at its end."""
    number = f"№ на площадке: {order.channel_number}" if order.channel_number else None
    return "\n".join(part for part in (number, order.comment) if part)


def _put_buyer(section: _Element, buyer: Buyer) -> None:
    party = _add(section, "Контрагент")
    _put(party, "Ид", buyer.ref, REF)
    name = _clean(buyer.name) or "Покупатель"
    _put(party, "Наименование", name, NAME)
    if buyer.official_name:
        _put(party, "ОфициальноеНаименование", buyer.official_name, NAME)
        _put_exactly(party, "ИНН", buyer.inn, (10, 12))
        _put_exactly(party, "КПП", buyer.kpp, (9,))
        _put_address(party, "Адрес", buyer.address)
    else:
        _put(party, "ПолноеНаименование", name, NAME)
        _put(party, "Фамилия", buyer.last_name, NAME)
        _put(party, "Имя", buyer.first_name, NAME)
        _put(party, "Отчество", buyer.middle_name, NAME)
        _put_exactly(party, "ИНН", buyer.inn, (10, 12))
        _put_address(party, "АдресРегистрации", buyer.address)
    contacts = {"Телефон рабочий": buyer.phone, "Почта": buyer.email}
    if any(contacts.values()):
        section = _add(party, "Контакты")
        for kind, value in contacts.items():
            _put_pair(section, CONTACT, kind, value, NAME)
    _put(party, "Роль", "Покупатель")


def _put_address(party: _Element, tag: str, address: Address | None) -> None:
    if address is None:
        return
    section = _add(party, tag)
    _put(section, "Представление", address.text, NAME)
    for part, kind in ADDRESS_PARTS.items():
        _put_pair(section, ADDRESS_PART, kind, getattr(address, part), NAME)


def _put_taxes(document: _Element, order: OrderDocument) -> None:
    """Prices include VAT. УНФ takes an order without this section as not subject to VAT, so only such an order goes without."""
    lines = [*order.lines, _delivery(order)] if order.delivery_kopecks else order.lines
    if all(line.vat == "none" for line in lines):
        return
    tax = _add(_add(document, "Налоги"), "Налог")
    _put(tax, "Наименование", "НДС")
    _put(tax, "УчтеноВСумме", "true")
    _put(tax, "Сумма", _money(sum(_vat_kopecks(line.sum_kopecks, line.vat) for line in lines)))


def _vat_kopecks(sum_kopecks: int, vat: str | None) -> int:
    """The tax inside a sum, half a kopeck up."""
    if vat is None or not vat.isdigit():
        return 0
    percent = int(vat)
    return (2 * sum_kopecks * percent + 100 + percent) // (2 * (100 + percent))


def _put_line(goods: _Element, line: OrderLine) -> None:
    item = _add(goods, "Товар")
    _put(item, "Ид", line.item_ref)
    _put(item, "Артикул", line.article, NAME)
    _put(item, "Наименование", _clean(line.name) or line.item_ref, NAME)
    unit = _add(item, "БазоваяЕдиница")
    unit.set("Код", _clean(line.unit_code)[:3])
    unit.text = _clean(line.unit_name)[:NAME]
    if line.vat is not None:
        rate = _add(_add(item, "СтавкиНалогов"), "СтавкаНалога")
        _put(rate, "Наименование", "НДС")
        _put(rate, "Ставка", "Без налога" if line.vat == "none" else line.vat)
    kind = ITEM_KINDS[line.kind]
    _put_requisites(item, [("ВидНоменклатуры", kind), ("ТипНоменклатуры", kind)])
    _put(item, "ЦенаЗаЕдиницу", _money(line.price_kopecks))
    _put(item, "Количество", str(line.pcs))
    _put(item, "Сумма", _money(line.sum_kopecks))
    _put(item, "Единица", line.unit_name, NAME)
    _put(item, "Коэффициент", "1")
    if line.discount_kopecks:
        discount = _add(_add(item, "Скидки"), "Скидка")
        _put(discount, "Наименование", "Скидка")
        _put(discount, "Сумма", _money(line.discount_kopecks))
        _put(discount, "УчтеноВСумме", "true")


def _requisites(order: OrderDocument) -> list[tuple[str, str | None]]:
    return [
        ("Статус заказа", order.status),
        ("Статуса заказа ИД", order.status_ref),
        ("Отменен", _flag(order.is_cancelled)),
        ("Заказ оплачен", _flag(order.is_paid)),
        ("Дата оплаты", order.paid_on.isoformat() if order.paid_on else None),
        ("Номер платежного документа", order.payment_number),
        ("Метод оплаты", order.payment_method),
        ("Метод оплаты ИД", order.payment_method_ref),
        ("Дата отгрузки", order.ship_on.isoformat() if order.ship_on else None),
        ("Способ доставки", order.delivery_method),
        ("Адрес доставки", order.delivery_address.text if order.delivery_address else None),
        ("Комментарий доставки", order.delivery_comment),
        ("Получатель", order.recipient),
        ("Идентификатор отправления", order.tracking),
        ("Сайт", order.site),
        *order.requisites,
    ]


def _put_requisites(parent: _Element, pairs: Iterable[tuple[str, str | None]]) -> None:
    section = _add(parent, "ЗначенияРеквизитов")
    for name, value in pairs:
        _put_pair(section, REQUISITE, name, value, VALUE)


def _put_pair(section: _Element, names: tuple[str, str], name: str, value: str | None, length: int) -> None:
    tag, key = names
    if value and (cleaned := _clean(value)[:length]):
        pair = _add(section, tag)
        _put(pair, key, name, NAME)
        _put(pair, "Значение", cleaned)


def _put_exactly(parent: _Element, tag: str, value: str | None, lengths: tuple[int, ...]) -> None:
    """A code of a fixed length: one of another length is a slip, and 1C would keep it on the buyer's card."""
    if value and len(value) in lengths and value.isdigit():
        _put(parent, tag, value)


def _put(parent: _Element, tag: str, text: str | None, length: int | None = None) -> None:
    if text and (cleaned := _clean(text)[:length]):
        _add(parent, tag).text = cleaned


def _add(parent: _Element, tag: str) -> _Element:
    return etree.SubElement(parent, tag)


def _clean(text: str) -> str:
    """УТ fails the whole document on a character that XML 1.0 forbids."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n")).strip()


def _money(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def _flag(claim: bool) -> str:
    return "true" if claim else "false"
