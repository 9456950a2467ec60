"""A card as a site wants it said.

Source: arguments of POST /wc/v3/products and …/variations in the recorded index of 10.0.2.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from adapters.woocommerce.answers import Attribute

UNNAMED = "Вариант"
"""A characteristic that 1C gave no name."""

BETWEEN_OPTIONS = "|"
"""WooCommerce keeps a product's own options as one text with this between them."""

NOT_FOR_SALE = {"manage_stock": True, "stock_quantity": 0}
"""A card without a figure of its own sells without limit until the first one comes."""

BRACKETS = r"\s*\([^()]*\)?$"
"""What tells a variant apart at the end of its title, also where the next variant's breaks it off."""

Options = dict[str, list[str]]
Row = Mapping[str, Any]


def new_product(row: Row) -> dict[str, Any]:
    """An item of ``create`` for a row of `CardWanted`."""
    given = [{"id": one["id"], "visible": True, "options": one["values"]} for one in json.loads(row["attributes"])]
    return {
        "type": "simple",
        "sku": row["channel_sku"],
        **known_product(row),
        **NOT_FOR_SALE,
        **_price(row),
        "images": _images(row),
        "attributes": given,
    }


def known_product(row: Row) -> dict[str, Any]:
    """What is said of a product each time."""
    return {"name": row["title"], **_told(row), **_categories(row)}


def new_variation(row: Row, attributes: Sequence[Attribute]) -> dict[str, Any]:
    """An item of ``create`` under a product that has these attributes."""
    own = options_of(row)
    told = [{**({"id": one.id} if one.id else {"name": one.name}), "option": own[one.name]} for one in attributes if one.name in own]
    images = _images(row)
    image = {"image": images[0]} if images else {}
    return {"sku": row["channel_sku"], **known_variation(row), **NOT_FOR_SALE, **_price(row), "attributes": told, **image}


def known_variation(row: Row) -> dict[str, Any]:
    """What is said of a variation each time; its name is made of its options by the site."""
    return _told(row)


def new_parent(rows: Sequence[Row], attributes: Sequence[Attribute]) -> dict[str, Any]:
    """A variable product for the variants of one group."""
    first = rows[0]
    return {
        "type": "variable",
        "sku": first["group_sku"],
        "name": _shared_title(rows),
        **({"description": first["description"]} if first["description"] else {}),
        **_categories(first),
        "images": _images(first),
        "attributes": [attribute_body(one) for one in attributes],
    }


def attribute_body(attribute: Attribute) -> dict[str, Any]:
    """An attribute of a variable product; the site's own is named by its id."""
    told = {"position": attribute.position, "visible": attribute.visible, "variation": attribute.variation, "options": attribute.options}
    return {"id": attribute.id, **told} if attribute.id else {"name": attribute.name, **told}


def options_of(row: Row) -> dict[str, str]:
    """What tells a variant apart: name → value."""
    told = json.loads(row["characteristics"])
    return {(name.strip() or UNNAMED): _plain(value) for name, value in told.items() if _plain(value)}


def with_options(rows: Sequence[Row], attributes: Sequence[Attribute]) -> list[Attribute]:
    """The attributes of a product that has, or is to have, these variants; its own stay, what is lacking comes last."""
    wanted: Options = {}
    for row in rows:
        for name, value in options_of(row).items():
            wanted.setdefault(name, []).append(value)
    known = {one.name for one in attributes}
    added = [Attribute(name=name, position=len(known) + number) for number, name in enumerate(name for name in wanted if name not in known)]
    return [_extended(one, wanted[one.name]) if one.name in wanted else one for one in (*attributes, *added)]


def _extended(attribute: Attribute, values: Sequence[str]) -> Attribute:
    options = list(dict.fromkeys([*attribute.options, *values]))
    return attribute.model_copy(update={"options": options, "variation": True})


def _plain(value: Any) -> str:  # noqa: ANN401 - 1C's value is a text, a number or a list
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace(BETWEEN_OPTIONS, "/").strip()


def _shared_title(rows: Sequence[Row]) -> str:
    """What the variants' titles have in common, without what tells them apart in brackets."""
    titles: list[str] = [row["title"] for row in rows]
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*(title.split() for title in titles), strict=False))
    shared = re.sub(BRACKETS, "", " ".join(words[0] for words in alike)).strip(" ,.:;-–—")
    return shared or titles[0]


def _told(row: Row) -> dict[str, Any]:
    sides = {"length": row["length_mm"], "width": row["width_mm"], "height": row["height_mm"]}
    known = {name: _decimal(side_mm, 1) for name, side_mm in sides.items() if side_mm is not None}
    return {
        **({"description": row["description"]} if row["description"] is not None else {}),
        **({"weight": _decimal(row["weight_g"], 3)} if row["weight_g"] is not None else {}),
        **({"dimensions": known} if known else {}),
    }


def _price(row: Row) -> dict[str, str]:
    return {} if row["price_kopecks"] is None else {"regular_price": _decimal(row["price_kopecks"], 2)}


def _categories(row: Row) -> dict[str, Any]:
    category = json.loads(row["category"]).get("category") if row["category"] else None
    return {"categories": [{"id": category}]} if category is not None else {}


def _images(row: Row) -> list[dict[str, str]]:
    return [{"src": url} for url in json.loads(row["pictures"])]


def _decimal(whole: int, digits: int) -> str:
    """129905 with two digits is 1299.05: kilograms out of grams, centimetres out of millimetres, roubles out of kopecks."""
    number, fraction = divmod(whole, 10**digits)
    return f"{number}.{fraction:0{digits}d}"
