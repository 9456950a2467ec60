"""Frames of what the shop sells, as the hub keeps it and the rules for channels read it; and recipes told outside 1C.

Lists and maps travel as JSON text. Grain and source of the values: `validation.catalog`.
"""

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict


class ItemKept(Strict):
    """An item with all that its card may be made of, one row per item.

    ``article``, ``name`` and ``barcode`` are the item's own, ``product_…`` those of the product whose characteristic it is.
    ``vat``: percent without sign, ``none`` for no VAT. ``group_path``: names of the groups from the top, joined by a slash.
    ``pictures``: list of 1C's file names. ``properties``: object name → value or list of values, properties and requisites of the
    product. ``characteristics``: object name → value of what tells the item from its siblings.
    """

    item_id: int
    item_ref: str
    product_ref: str
    article: str = pa.Field(nullable=True)
    product_article: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    product_name: str
    barcode: str = pa.Field(nullable=True)
    product_barcode: str = pa.Field(nullable=True)
    vat: str = pa.Field(nullable=True)
    weight_g: int = pa.Field(nullable=True)
    description: str = pa.Field(nullable=True)
    group_path: str = pa.Field(nullable=True)
    pictures: str
    properties: str
    characteristics: str
    is_bundle: bool


class CodeWanted(Strict):
    """An item that is to have a code on a channel, one row per item; columns of `ItemKept`."""

    item_id: int = pa.Field(unique=True)
    item_ref: str
    article: str = pa.Field(nullable=True)
    product_article: str = pa.Field(nullable=True)


class CodeIssued(Strict):
    """A code that belongs to an item on a channel for ever, whether or not a card with it is still there."""

    item_id: int
    code: str


class PriceKept(Strict):
    """A price per piece, one row per item and price type; ``price_type`` is the name it has in 1C."""

    item_id: int
    price_type: str
    price_kopecks: int
    currency: str


class RecipeKept(Strict):
    """A part of a bundle, one row per bundle, promotion, period and part.

    ``promotion`` empty: the everyday recipe. It is valid from the first day to the last, both included; null: without end.
    """

    bundle_id: int
    component_id: int
    pcs: int = pa.Field(gt=0)
    promotion: str
    valid_from: pl.Date = pa.Field(nullable=True)
    valid_to: pl.Date = pa.Field(nullable=True)


class RecipeRead(Strict):
    """A part of a bundle as somebody wrote it outside 1C, all text; ``bundle`` and ``part`` are an article or an ``Ид``.

    ``row`` is where it stands, from 1.
    """

    row: int
    bundle: str = pa.Field(nullable=True)
    promotion: str = pa.Field(nullable=True)
    valid_from: str = pa.Field(nullable=True)
    valid_to: str = pa.Field(nullable=True)
    part: str = pa.Field(nullable=True)
    pcs: str = pa.Field(nullable=True)


class RecipeInForce(Strict):
    """A part of a bundle as it is sold today, one row per bundle and part; a part is never a bundle itself."""

    bundle_id: int
    component_id: int
    pcs: int = pa.Field(gt=0)
    promotion: str
