"""One Товар of a catalogue as rows of text (`reference/commerceml.md` §2.1)."""

from typing import NamedTuple

from lxml.etree import _Element

from adapters.onec.elements import Row, barcode_rows, children, is_deleted, json_text, local, recipe_rows, text_of

PRODUCT_COLUMNS = (
    "row", "product_ref", "name", "article", "item_kind", "unit", "unit_code", "vat", "weight", "description",
    "group_refs", "pictures", "properties", "requisites", "deleted",
)  # fmt: skip


class ProductRows(NamedTuple):
    """Rows of one Товар: its own, its barcode, its parts."""

    product: Row
    barcodes: list[Row]
    recipe: list[Row]


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
        json_text(card.groups),
        json_text(card.pictures),
        json_text(card.properties),
        json_text(card.requisites),
        is_deleted((card.single.get("Статус"), card.single.get("ПометкаУдаления"))),
    )
    return ProductRows(product, barcode_rows(row, "product", ref, card.single.get("Штрихкод")), list(recipe_rows(row, ref, card.parts)))


def _unit(element: _Element) -> tuple[str | None, str | None]:
    """Code and name; in 3.1 the text alone is the code."""
    code, name = (element.get("Код") or "").strip() or None, text_of(element)
    if code is None and name is not None and name.isdigit():
        return name, None
    return code, name or (element.get("НаименованиеПолное") or "").strip() or None


def _gather(into: dict[str, str | list[str]], name: str | None, value: str | None) -> None:
    """Add a value under a name that may repeat (ОписаниеФайла does)."""
    if name is None or value is None:
        return
    known = into.get(name)
    if known is None:
        into[name] = value
    else:
        into[name] = [*known, value] if isinstance(known, list) else [known, value]
