"""The dictionaries of a classifier or package: groups, price types, warehouses, properties and their values (§2.1, §2.2)."""

from collections.abc import Iterator

from lxml.etree import _Element

from adapters.onec.elements import Row, children, is_deleted, local

GROUP_COLUMNS = ("row", "group_ref", "name", "parent_ref")
PRICE_TYPE_COLUMNS = ("row", "price_type_ref", "name", "currency", "vat_included")
WAREHOUSE_COLUMNS = ("row", "warehouse_ref", "name")
PROPERTY_COLUMNS = ("row", "property_ref", "name", "value_type", "hidden")
PROPERTY_VALUE_COLUMNS = ("row", "property_ref", "value_ref", "value")


def group_row(element: _Element, row: int) -> Row:
    """A Группа; its parent is the Группа around it, or what schema 1.0 names as Родитель."""
    fields = children(element)
    around = element.getparent()
    outer = around.getparent() if around is not None and local(around) == "Группы" else around
    parent = children(outer).get("Ид") if outer is not None and local(outer) == "Группа" else fields.get("Родитель")
    ref = fields.get("Ид") or fields.get("Идентификатор")
    return row, ref, fields.get("Наименование") or ref, parent


def price_type_row(element: _Element, row: int) -> Row:
    """A ТипЦены."""
    fields = children(element)
    tax = next((children(child) for child in element if local(child) == "Налог"), {})
    ref = fields.get("Ид") or fields.get("Идентификатор")
    return row, ref, fields.get("Наименование") or ref, fields.get("Валюта"), tax.get("УчтеноВСумме")


def warehouse_rows(element: _Element, row: int) -> Iterator[Row]:
    """Every Склад of a list of warehouses."""
    for place in element:
        fields = children(place)
        ref = fields.get("Ид")
        yield row, ref, fields.get("Наименование") or ref


def property_rows(element: _Element, row: int) -> tuple[Row, list[Row]]:
    """A Свойство and the values of its dictionary: Справочник (2.05+) or bare Вариант (2.04), whose text is its own reference."""
    fields = children(element)
    ref = fields.get("Ид") or fields.get("Идентификатор")
    values: list[Row] = []
    for variants in element:
        if local(variants) != "ВариантыЗначений":
            continue
        for variant in variants:
            pair = children(variant)
            value = pair.get("Значение") or (variant.text or "").strip()
            if value:
                values.append((row, ref, pair.get("ИдЗначения") or pair.get("Ид") or value, value))
    hidden = is_deleted((fields.get("ПометкаУдаления"),))
    return (row, ref, fields.get("Наименование") or ref, fields.get("ТипЗначений"), hidden), values
