"""One element of a CommerceML file as rows of text, by local name, whatever the namespace and schema version.

White space around a text is left for the frame to strip, except where two texts are joined.

Schema 1.0 (1C 7.7) writes attributes where 2.x and 3.x write child elements; both are read. Source: `reference/commerceml.md` §2, §3.
"""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from lxml.etree import _Element

NO_CHARACTERISTIC = "00000000-0000-0000-0000-000000000000"
PRICE_1_0 = "Цена"

Row: TypeAlias = tuple[str | int | None, ...]


class OfferRows(NamedTuple):
    """Rows of one Предложение: its own, its barcode, its prices, its counts, its parts."""

    offer: Row
    barcodes: list[Row]
    prices: list[Row]
    counts: list[Row]
    recipe: list[Row]

    @property
    def is_named(self) -> bool:
        """Whether the file describes the item, rather than only pricing or counting it."""
        return self.offer[3] is not None


class ProductRows(NamedTuple):
    """Rows of one Товар: its own, its barcode, its parts."""

    product: Row
    barcodes: list[Row]
    recipe: list[Row]


PRODUCT_COLUMNS = (
    "row", "product_ref", "name", "article", "item_kind", "unit", "unit_code", "vat", "weight", "description",
    "group_refs", "pictures", "properties", "requisites", "deleted",
)  # fmt: skip
OFFER_COLUMNS = ("row", "ref", "characteristic_ref", "name", "article", "characteristics", "deleted")
BARCODE_COLUMNS = ("row", "owner", "ref", "barcode")
PRICE_COLUMNS = ("row", "item_ref", "price_type_ref", "price", "currency", "factor")
COUNT_COLUMNS = ("row", "item_ref", "place", "count", "total")
RECIPE_COLUMNS = ("row", "bundle_ref", "component_ref", "count")


class _LocalNames(dict[str, str]):
    """Local names by qualified name, each cut once: names are asked for tens of millions of times in a large file."""

    def __missing__(self, tag: str) -> str:
        name = self[tag] = tag[tag.rfind("}") + 1 :]
        return name


_LOCAL = _LocalNames()


def local(element: _Element) -> str:
    """The element's name without its namespace."""
    return _LOCAL[element.tag]  # type: ignore[index]  # tags we read are text: comments are not built


def text_of(element: _Element) -> str | None:
    """The element's text without outer white space; None where there is none."""
    return _stripped(element.text)


def _stripped(text: str | None) -> str | None:
    return (text.strip() or None) if text else None


def children(element: _Element) -> dict[str, str | None]:
    """Text of the direct children by local name, over the attributes of the same names."""
    found: dict[str, str | None] = {name: value.strip() or None for name, value in element.attrib.items()}
    found.update({local(child): text_of(child) for child in element})
    return found


def is_deleted(marks: Iterable[str | None]) -> str:
    """The three forms of deletion, joined: `true` where any says so."""
    return "true" if any(mark and mark.strip().lower() in ("удален", "true", "1", "да") for mark in marks) else "false"


def item_ref_of(ref: str | None, characteristic: str | None) -> tuple[str | None, str | None]:
    """Item and characteristic: ``product#characteristic`` in one field, or in two (ИзмененияПакетаПредложений)."""
    if ref is None:
        return None, None
    product, _, joined = ref.partition("#")
    part = joined or characteristic
    if not part or part == NO_CHARACTERISTIC:
        return product, None
    return f"{product}#{part}", part


class _Card:
    """One Товар while its children are looked at."""

    def __init__(self, element: _Element) -> None:
        self.single: dict[str, str | None] = dict(element.attrib.items())
        self.requisites: dict[str, str | list[str]] = {}
        self.properties: dict[str, str | list[str]] = {}
        self.groups: list[str] = []
        self.pictures: list[str] = []
        self.parts: list[_Element] = []
        self.unit_code: str | None = None
        self.vat: str | None = None
        for child in element:
            taker = _CARD_TAKERS.get(local(child))
            if taker is not None:
                taker(self, child)
            elif len(child) == 0:
                self.single[local(child)] = text_of(child)

    def first(self, *names: str) -> str | None:
        """The first of these fields that is there; among requisites where no field has the name."""
        for name in names:
            value = self.single.get(name) or self.requisites.get(name)
            if value:
                return value[0] if isinstance(value, list) else value
        return None

    def take_requisites(self, section: _Element) -> None:
        """ЗначенияРеквизитов: names may repeat (ОписаниеФайла does)."""
        for pair in section:
            fields = children(pair)
            _gather(self.requisites, fields.get("Наименование"), fields.get("Значение"))

    def take_properties(self, section: _Element) -> None:
        """ЗначенияСвойств; in schema 1.0 each value is an element with attributes of its own."""
        for pair in section if len(section) else (section,):
            fields = children(pair)
            _gather(self.properties, fields.get("Ид") or fields.get("ИдентификаторСвойства"), fields.get("Значение"))

    def take_groups(self, section: _Element) -> None:
        """Группы/Ид."""
        self.groups.extend(ref for ref in map(text_of, section) if ref)

    def take_picture(self, element: _Element) -> None:
        """Картинка: a relative path."""
        if picture := text_of(element):
            self.pictures.append(picture)

    def take_unit(self, element: _Element) -> None:
        """БазоваяЕдиница."""
        self.unit_code, self.single["unit"] = _unit(element)

    def take_taxes(self, section: _Element) -> None:
        """СтавкиНалогов."""
        self.vat = self.vat or next((fields.get("Ставка") for fields in map(children, section)), None)

    def take_parts(self, section: _Element) -> None:
        """Комплектующие."""
        self.parts.extend(section)

    def take_named(self, element: _Element) -> None:
        """A reference with a name, kept as a requisite."""
        _gather(self.requisites, local(element), children(element).get("Наименование") or text_of(element))


_CARD_TAKERS = {
    "ЗначенияРеквизитов": _Card.take_requisites,
    "ЗначенияСвойств": _Card.take_properties,
    "ЗначениеСвойства": _Card.take_properties,
    "Группы": _Card.take_groups,
    "Картинка": _Card.take_picture,
    "БазоваяЕдиница": _Card.take_unit,
    "СтавкиНалогов": _Card.take_taxes,
    "Налоги": _Card.take_taxes,
    "Комплектующие": _Card.take_parts,
    "Изготовитель": _Card.take_named,
    "Категория": _Card.take_named,
    "Страна": _Card.take_named,
}


def product_rows(element: _Element, row: int) -> ProductRows:
    """Rows of one Товар of a catalogue (§2.1)."""
    card = _Card(element)
    ref = card.first("Ид", "Идентификатор")
    if parent := card.single.get("Родитель"):
        card.groups.append(parent)
    product: Row = (
        row,
        ref,
        card.first("Наименование", "ПолноеНаименование", "Полное наименование", "Повне найменування"),
        card.first("Артикул", "ИдентификаторВКаталоге"),
        card.first("ТипНоменклатуры", "ВидНоменклатуры"),
        card.first("unit", "Единица"),
        card.unit_code,
        card.vat,
        card.first("Вес"),
        card.first("Описание"),
        _json(card.groups),
        _json(card.pictures),
        _json(card.properties),
        _json(card.requisites),
        is_deleted((card.single.get("Статус"), card.single.get("ПометкаУдаления"))),
    )
    return ProductRows(product, _barcode(row, "product", ref, card.single.get("Штрихкод")), list(_recipe(row, ref, card.parts)))


def offer_rows(element: _Element, row: int) -> OfferRows:
    """Rows of one Предложение, all five stock forms (§2.2, §2.3)."""
    single: dict[str, str | None] = dict(element.attrib.items()) if element.attrib else {}
    priced: list[_Element] = []
    placed: list[tuple[str | None, str | None]] = []
    recipe: list[_Element] = []
    characteristics = None
    for child in element:
        name = _LOCAL[child.tag]  # type: ignore[index]
        if name == "Склад":
            placed.append(_placed(child))
        elif name == "Цены":
            priced.extend(child)
        elif name == "Склады":
            placed.extend(_placed(place) for place in (child if len(child) else (child,)))
        elif name in ("Остатки", "КоличествоНаСкладах"):
            _rests(child, placed, single)
        elif name == "ХарактеристикиТовара":
            pairs = (children(pair) for pair in child)
            characteristics = _json({pair.get("Наименование") or "": pair.get("Значение") or "" for pair in pairs})
        elif name == "Комплектующие":
            recipe.extend(child)
        else:
            single[name] = child.text
    ref, characteristic = item_ref_of(
        _stripped(single.get("Ид") or single.get("ИдентификаторТовара")), _stripped(single.get("ИдХарактеристики"))
    )
    total = _stripped(single.get("Количество"))
    counts: list[Row] = [(row, ref, place, count, total) for place, count in placed]
    if not counts and total is not None:
        counts = [(row, ref, "", total, total)]
    prices = [_price(row, ref, price) for price in priced]
    if (bare := single.get("Цена")) is not None:
        prices.append((row, ref, PRICE_1_0, bare, single.get("Валюта"), None))
    return OfferRows(
        (
            row,
            ref,
            characteristic,
            single.get("Наименование"),
            single.get("Артикул"),
            characteristics,
            is_deleted((single.get("Статус"), single.get("ПометкаУдаления"))),
        ),
        _barcode(row, "item", ref, _stripped(single.get("Штрихкод"))),
        prices,
        counts,
        list(_recipe(row, ref, recipe)) if recipe else [],
    )


def _price(row: int, ref: str | None, element: _Element) -> Row:
    texts = {_LOCAL[child.tag]: child.text for child in element}  # type: ignore[index]
    return row, ref, texts.get("ИдТипаЦены"), texts.get("ЦенаЗаЕдиницу"), texts.get("Валюта"), texts.get("Коэффициент")


def _placed(element: _Element) -> tuple[str | None, str | None]:
    """A warehouse and its figure: two attributes (2.06+) or children (2.09, 3.x).

    The element is Склад, or in ИзмененияПакетаПредложений by the schema of 2.07 a repeated Склады itself.
    """
    place = element.get("ИдСклада")
    count = element.get("КоличествоНаСкладе")
    if place is None or count is None:
        fields = children(element)
        place = place or fields.get("Ид") or fields.get("ИдСклада")
        count = count or fields.get("Количество") or fields.get("КоличествоНаСкладе")
    return place, count


def _rests(element: _Element, placed: list[tuple[str | None, str | None]], single: dict[str, str | None]) -> None:
    for rest in element:
        warehouses = [child for child in rest if local(child) == "Склад"]
        placed.extend(_placed(warehouse) for warehouse in warehouses)
        if local(rest) == "КоличествоНаСкладе":
            placed.append(_placed(rest))
        elif not warehouses:
            single["Количество"] = children(rest).get("Количество")


def _unit(element: _Element) -> tuple[str | None, str | None]:
    """Code and name; in 3.1 the text alone is the code."""
    code, name = (element.get("Код") or "").strip() or None, text_of(element)
    if code is None and name is not None and name.isdigit():
        return name, None
    return code, name or (element.get("НаименованиеПолное") or "").strip() or None


def _barcode(row: int, owner: str, ref: str | None, barcode: str | None) -> list[Row]:
    return [(row, owner, ref, barcode)] if barcode else []


def _recipe(row: int, bundle: str | None, parts: list[_Element]) -> Iterator[Row]:
    for part in parts:
        fields = children(part)
        component, _ = item_ref_of(fields.get("Ид"), fields.get("ИдХарактеристики"))
        yield row, bundle, component, fields.get("Количество")


def _gather(into: dict[str, str | list[str]], name: str | None, value: str | None) -> None:
    """Add a value under a name that may repeat (ОписаниеФайла does)."""
    if name is None or value is None:
        return
    known = into.get(name)
    if known is None:
        into[name] = value
    else:
        into[name] = [*known, value] if isinstance(known, list) else [known, value]


def _json(value: object) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
