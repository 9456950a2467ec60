"""A card as Ozon wants it said.

Source: https://docs.ozon.ru/api/seller/#operation/ProductAPI_ImportProductsV3
"""

import json
from typing import Any

VATS = {"none": "0", "0": "0", "5": "0.05", "7": "0.07", "10": "0.1", "20": "0.2", "22": "0.22"}
CARD_VATS = list(VATS)
PICTURES_MAX = 30
FROM_DICTIONARY = "dict:"
"""A value of the mapping table that is an entry of Ozon's dictionary: ``dict:<its id>``."""

# Attributes that every category has; the operation's own text and example.
ANNOTATION = 4191
MODEL = 9048


def card(row: dict[str, Any]) -> dict[str, Any]:
    """An item of /v3/product/import from a row of `CardWanted` with ``place.category``, ``place.type`` and ``price`` in roubles.

    The text and the code that joins variants go into their own attributes, unless the mapping table gives those.
    """
    barcodes = json.loads(row["barcodes"])
    item = {
        "offer_id": row["channel_sku"],
        "name": row["title"],
        "description_category_id": row["place.category"],
        "type_id": row["place.type"],
        "attributes": _attributes(row),
        "price": row["price"],
        "vat": VATS[row["vat"]],
        "depth": row["length_mm"],
        "width": row["width_mm"],
        "height": row["height_mm"],
        "dimension_unit": "mm",
        "weight": row["weight_g"],
        "weight_unit": "g",
        "images": json.loads(row["pictures"])[:PICTURES_MAX],
    }
    return item | ({"barcode": barcodes[0]} if barcodes else {})


def _attributes(row: dict[str, Any]) -> list[dict[str, Any]]:
    mapped = {attribute["id"]: attribute["values"] for attribute in json.loads(row["attributes"])}
    ours = {ANNOTATION: row["description"], MODEL: row["group_sku"]}
    values = {number: [text] for number, text in ours.items() if text} | mapped
    return [{"id": number, "complex_id": 0, "values": [_value(one) for one in told]} for number, told in values.items()]


def _value(told: str) -> dict[str, Any]:
    number = told.removeprefix(FROM_DICTIONARY)
    return {"dictionary_value_id": int(number)} if number != told and number.isdigit() else {"value": told}
