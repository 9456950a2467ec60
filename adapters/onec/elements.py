"""What reading one element of a CommerceML file is made of: texts by local name, whatever the namespace and schema version.

White space around a text is left for the frame to strip, except where two texts are joined.

Schema 1.0 (1C 7.7) writes attributes where 2.x and 3.x write child elements; both are read. Source: `reference/commerceml.md` §2, §3.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lxml.etree import _Element

NO_CHARACTERISTIC = "00000000-0000-0000-0000-000000000000"

Row: TypeAlias = tuple[str | int | None, ...]


BARCODE_COLUMNS = ("row", "owner", "ref", "barcode")
RECIPE_COLUMNS = ("row", "bundle_ref", "component_ref", "count")


class _LocalNames(dict[str, str]):
    """Local names by qualified name, each cut once: names are asked for tens of millions of times in a large file."""

    def __missing__(self, tag: str) -> str:
        name = self[tag] = tag[tag.rfind("}") + 1 :]
        return name


LOCAL = _LocalNames()
"""For loops where a call per element would be felt."""


def local(element: _Element) -> str:
    """The element's name without its namespace."""
    return LOCAL[element.tag]  # type: ignore[index]  # tags we read are text: comments are not built


def text_of(element: _Element) -> str | None:
    """The element's text without outer white space; None where there is none."""
    return stripped(element.text)


def stripped(text: str | None) -> str | None:
    """The text without outer white space; None where nothing is left."""
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


def barcode_rows(row: int, owner: str, ref: str | None, barcode: str | None) -> list[Row]:
    """The barcode of a product or item, a row of its own because it is judged by itself."""
    return [(row, owner, ref, barcode)] if barcode else []


def recipe_rows(row: int, bundle: str | None, parts: list[_Element]) -> Iterator[Row]:
    """The components of a bundle."""
    for part in parts:
        fields = children(part)
        component, _ = item_ref_of(fields.get("Ид"), fields.get("ИдХарактеристики"))
        yield row, bundle, component, fields.get("Количество")


def json_text(value: object) -> str | None:
    """Lists and maps as text; None where empty."""
    return json.dumps(value, ensure_ascii=False) if value else None
