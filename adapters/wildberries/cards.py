"""Cards in Wildberries' words: what a new one is made of, and what an existing one is overwritten with.

Source: POST /content/v2/cards/upload and /cards/update of the vendor's spec. An update overwrites the whole card, so it says again
whatever the card has and we have no word for; barcodes, pictures and prices of an existing card are not changed by it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from adapters.wildberries.answers import Card, Charc

NUMBER = 4
"""``charcType`` of a characteristic that takes a number; any other takes a list of texts."""
UNSIZED = "0"
"""``techSize`` of goods without sizes; such a size is told without it."""

Wanted = Mapping[str, Any]
Charcs = Mapping[int, Charc]


def subject_of(wanted: Wanted) -> int | None:
    """The subject («предмет») of a new card, from the mapping table."""
    return None if wanted["category"] is None else json.loads(wanted["category"]).get("category")


def unfit(wanted: Wanted, charcs: Charcs) -> str | None:
    """The name of a characteristic that takes a number and is given a text."""
    for ref, values in _values(wanted, charcs).items():
        if _is_number(ref, charcs) and not (len(values) == 1 and re.fullmatch(r"-?\d+([.,]\d+)?", values[0].strip())):
            return charcs[ref].name
    return None


def new_card(wanted: Wanted, charcs: Charcs) -> dict[str, Any]:
    """A variant of an upload."""
    size: dict[str, Any] = {"skus": json.loads(wanted["barcodes"])} if wanted["barcodes"] != "[]" else {}
    if (kopecks := wanted["price_kopecks"]) is not None and kopecks % 100 == 0:
        size["price"] = kopecks // 100
    card = {
        "vendorCode": wanted["channel_sku"],
        **{name: wanted[name] for name in ("brand", "title", "description")},
        "dimensions": _dimensions(wanted) or None,
        "characteristics": [{"id": ref, "value": value} for ref, value in _characteristics(wanted, charcs).items()],
        "sizes": [size] if size else None,
    }
    return _told(card)


def changed_card(card: Card, wanted: Wanted, charcs: Charcs) -> dict[str, Any]:
    """The whole of an existing card with our changes."""
    had = {one.id: one.value for one in card.characteristics if one.value is not None}
    dimensions = card.dimensions.model_dump(by_alias=True) if card.dimensions else {}
    changed = {
        "nmID": card.nm_id,
        "vendorCode": card.vendor_code,
        "kizMarked": card.kiz_marked,
        "brand": card.brand if wanted["brand"] is None else wanted["brand"],
        "title": wanted["title"],
        "description": card.description if wanted["description"] is None else wanted["description"],
        "dimensions": _told(dimensions | _dimensions(wanted)) or None,
        "characteristics": [{"id": ref, "value": value} for ref, value in (had | _characteristics(wanted, charcs)).items()],
        "sizes": [_told(size.model_dump(by_alias=True, exclude=_size_words(size.tech_size))) for size in card.sizes],
    }
    return _told(changed)


def _size_words(tech_size: str | None) -> set[str]:
    return {"tech_size", "wb_size"} if tech_size == UNSIZED else set()


def _characteristics(wanted: Wanted, charcs: Charcs) -> dict[int, Any]:
    return {ref: _number(values[0]) if _is_number(ref, charcs) else values for ref, values in _values(wanted, charcs).items()}


def _values(wanted: Wanted, charcs: Charcs) -> dict[int, list[str]]:
    """By characteristic: those of the mapping table, then what tells the variants apart where the subject knows it by that name."""
    refs = {charc.name.casefold(): charc.charc_id for charc in charcs.values() if not charc.exist_named_field}
    told = {ref: [value] for name, value in json.loads(wanted["characteristics"]).items() if (ref := refs.get(name.casefold()))}
    return told | {one["id"]: one["values"] for one in json.loads(wanted["attributes"])}


def _is_number(ref: int, charcs: Charcs) -> bool:
    return ref in charcs and charcs[ref].charc_type == NUMBER


def _number(text: str) -> int | float:
    number = float(text.strip().replace(",", "."))
    return int(number) if number.is_integer() else number


def _dimensions(wanted: Wanted) -> dict[str, int | float]:
    """Whole centimetres, begun ones counted as whole: a package must not be told smaller than it is."""
    sides = {"length": "length_mm", "width": "width_mm", "height": "height_mm"}
    told: dict[str, int | float] = {side: -(-wanted[name] // 10) for side, name in sides.items() if wanted[name] is not None}
    return told if wanted["weight_g"] is None else {**told, "weightBrutto": wanted["weight_g"] / 1000}


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
