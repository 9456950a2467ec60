"""Goods that need a code of «Честный ЗНАК» on every piece: which these are, and which texts are codes.

A code is ``01`` and a GTIN of 14 digits, ``21`` and a serial, then perhaps keys behind group separators. It is one piece in the world: two
pieces with one code are a mistake of whoever scanned it.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from tasks.rules.shipping_rules import ShippingRules

NO = frozenset({"", "нет", "false", "ложь", "0", "no", "не маркируется", "без особенностей учета", "без особенностей", "не подлежит"})
CODE = re.compile(r"^01(\d{14})21([!-&%-_a-z\"]{5,20})(?:\x1d|$)")
SEPARATORS = str.maketrans({"\u001d": "\u001d", "\u241d": "\u001d", "\u00e8": "\u001d"})
"""Scanners show the separator as a picture of it, or as «è»."""


def is_marked(properties: Mapping[str, Any], article: str | None, rules: ShippingRules) -> bool:
    """Whether 1C or the settings say that goods need codes.

    Args:
        properties: names of the goods' requisites and properties → values, as 1C has them.
        article: of the goods.
        rules: the shop's.
    """
    if article is not None and article in rules.marked_articles:
        return True
    return any(_says_yes(properties[name]) for name in rules.marked_properties if name in properties)


def marked_on_channel(payload: str) -> frozenset[str]:
    """Refs of what the channel itself wants codes for: an order's line on Yandex Market, a SKU on Ozon, ``*`` for a task of Wildberries."""
    told = json.loads(payload)
    if not isinstance(told, dict):
        return frozenset()
    items = [item for item in _listed(told.get("items")) if isinstance(item, dict)]
    wanted = {str(item["id"]) for item in items if "CIS" in _listed(item.get("requiredInstanceTypes")) and "id" in item}
    needs = told.get("requirements")
    wanted |= {str(sku) for sku in _listed(needs.get("products_requiring_mandatory_mark"))} if isinstance(needs, dict) else set()
    return frozenset(wanted | ({"*"} if "sgtin" in _listed(told.get("requiredMeta")) else set()))


def read_code(told: str) -> str | None:
    """A code as a scanner types it, with its separators; None: it is none, or its GTIN has a wrong check digit."""
    text = told.strip(" \t\r\n").translate(SEPARATORS).removeprefix("]d2").lstrip("\u001d")
    found = CODE.match(text)
    return text if found is not None and _is_gtin(found[1]) else None


def line_of_code(code: str, barcodes: Mapping[str, Collection[str]]) -> str | None:
    """The line whose goods have the GTIN of a code as their barcode; None where none has, or several.

    Args:
        code: as `read_code` leaves it.
        barcodes: line → barcodes of its goods.
    """
    gtin = code[2:16]
    found = [line for line, known in barcodes.items() if any(one.isdecimal() and one.zfill(len(gtin)) == gtin for one in known)]
    return found[0] if len(found) == 1 else None


def missing(needed: Mapping[str, int], entered: Collection[str]) -> int:
    """How many codes a shipment still waits for."""
    return max(0, sum(needed.values()) - len(set(entered)))


def _is_gtin(digits: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return total % 10 == 0


def _says_yes(value: Any) -> bool:  # noqa: ANN401 - whatever JSON can say
    values = value if isinstance(value, list) else [value]
    return any(str(one).strip().casefold() not in NO for one in values if one is not None)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []
