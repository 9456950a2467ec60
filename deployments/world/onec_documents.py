"""What a 1C base holds, and a site's order as it reads one.

Only elements that УТ or УНФ are known to read are read (`reference/commerceml.md` §2.4).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from lxml.etree import _Element

Vat = Literal["included", "on_top", "none"]
ORDER_DELIVERY = "ORDER_DELIVERY"
GOODS, SERVICE = "Товар", "Услуга"
READ = frozenset({
    "Отменен", "Дата отгрузки", "Статус заказа", "Статуса заказа ИД", "Метод оплаты", "Метод оплаты ИД", "Заказ оплачен", "Дата оплаты",
    "Номер платежного документа", "Способ доставки", "Метод доставки", "Метод доставки ИД", "Комментарий доставки", "Адрес доставки",
    "Получатель", "Сайт",
})  # fmt: skip
"""Реквизиты that are read; another is not seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An element of «Номенклатура», with its characteristic where ``ref`` has one."""

    ref: str
    name: str
    article: str = ""
    kind: str = GOODS
    price_kopecks: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A buyer, «Контрагент»."""

    ref: str
    name: str
    inn: str = ""
    kpp: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Pieces of an item; ``sum_kopecks`` is what is paid for all of them."""

    item: Item
    pcs: Decimal
    price_kopecks: int
    sum_kopecks: int


@dataclass(kw_only=True, slots=True, eq=False)
class Order:
    """An order in 1C, «Заказ клиента» or «Заказ покупателя».

    Stamps are local to the base. ``site_number`` and ``placed_stamp`` are the site's, None where the order was born here; ``vat`` is None
    where neither the site nor the reference tells.
    """

    ref: str
    number: str
    stamp: datetime
    status: str
    site_number: str | None = None
    placed_stamp: datetime | None = None
    buyer: Card | None = None
    currency: str = "RUB"
    comment: str = ""
    vat: Vat | None = None
    place: str = ""
    lines: list[Line] = field(default_factory=list)
    requisites: dict[str, str] = field(default_factory=dict)
    is_posted: bool = False
    is_cancelled: bool = False
    is_marked_deleted: bool = False
    payment: tuple[str, datetime] | None = None
    shipment: tuple[str, datetime] | None = None
    shipped: Counter[str] = field(default_factory=Counter)
    tracking: str = ""
    version: int = 0

    @property
    def sum_kopecks(self) -> int:
        """Of all lines."""
        return sum(line.sum_kopecks for line in self.lines)

    @property
    def is_shipped(self) -> bool:
        """Whether all of it has left."""
        return self.shipment is not None and all(self.shipped[ref] >= pcs for ref, pcs in self.ordered().items())

    def ordered(self) -> dict[str, Decimal]:
        """Pieces by item; services are not shipped."""
        pieces: dict[str, Decimal] = {}
        for line in self.lines:
            if line.item.kind != SERVICE:
                pieces[line.item.ref] = pieces.get(line.item.ref, Decimal(0)) + line.pcs
        return pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidLine:
    """A line as the site says it."""

    ref: str
    article: str
    name: str
    kind: str
    pcs: Decimal
    price_kopecks: int
    sum_kopecks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidOrder:
    """An order as the site says it."""

    number: str
    placed_stamp: datetime
    currency: str
    buyer: Card
    comment: str
    vat: Vat
    place: str
    lines: tuple[SaidLine, ...]
    requisites: dict[str, str]


def read_order(document: _Element) -> SaidOrder:
    """A Документ of the site's package.

    Raises:
        ValueError: a date cannot be read.
        ArithmeticError: nor a number.
    """
    return SaidOrder(
        number=_text(document, "Номер"),
        placed_stamp=datetime.fromisoformat(f"{_text(document, 'Дата')}T{_text(document, 'Время') or '00:00:00'}"),
        currency=_text(document, "Валюта"),
        buyer=_buyer(document),
        comment=_text(document, "Комментарий"),
        vat=_vat(document),
        place=_text(document, "Склады/{*}Склад/{*}Ид"),
        lines=tuple(_line(line) for line in document.iterfind("{*}Товары/{*}Товар")),
        requisites={name: value for name, value in _requisites(document).items() if name in READ},
    )


def kopecks(text: str) -> int:
    """Roubles as they are written."""
    return int((Decimal(text or "0") * 100).to_integral_value(ROUND_HALF_UP))


def _buyer(document: _Element) -> Card:
    party = document.find("{*}Контрагенты/{*}Контрагент")
    if party is None:
        return Card(ref="", name="")
    name = _text(party, "ОфициальноеНаименование") or _text(party, "Наименование") or _text(party, "ПолноеНаименование")
    return Card(ref=_text(party, "Ид"), name=name, inn=_text(party, "ИНН"), kpp=_text(party, "КПП"))


def _vat(document: _Element) -> Vat:
    taxes = document.find("{*}Налоги/{*}Налог")
    if taxes is None:
        return "none"
    return "included" if _text(taxes, "УчтеноВСумме") == "true" else "on_top"


def _line(line: _Element) -> SaidLine:
    return SaidLine(
        ref=_text(line, "Ид"),
        article=_text(line, "Артикул"),
        name=_text(line, "Наименование"),
        kind=_requisites(line).get("ТипНоменклатуры", GOODS),
        pcs=Decimal(_text(line, "Количество") or "0"),
        price_kopecks=kopecks(_text(line, "ЦенаЗаЕдиницу")),
        sum_kopecks=kopecks(_text(line, "Сумма")),
    )


def _requisites(element: _Element) -> dict[str, str]:
    pairs = element.iterfind("{*}ЗначенияРеквизитов/{*}ЗначениеРеквизита")
    return {_text(pair, "Наименование"): _text(pair, "Значение") for pair in pairs}


def _text(element: _Element, path: str) -> str:
    return (element.findtext(f"{{*}}{path}") or "").strip()
