"""Frames of the catalogue: what a CommerceML file says (`…Read`, all text) and what passed the judgement.

``row`` is the ordinal of the element in its file, from 1. A null in an ``…Listed`` frame means "not in this file", never "empty"
or "zero". Lists and maps travel as JSON text. Source: `reference/commerceml.md` §2.1, §2.2.
"""

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from validation.checks import has_check_digit, holds_where_given, is_short, is_true, is_within
from validation.plain import is_plain

CURRENCIES = (
    "RUB",
    "USD",
    "EUR",
    "CNY",
    "UAH",
    "BYN",
    "KZT",
    "AMD",
    "KGS",
    "UZS",
    "GEL",
    "AZN",
    "TRY",
    "GBP",
    "AED",
    "TJS",
    "MDL",
)
VAT_RATES = ("none", "0", "5", "7", "10", "16", "18", "20", "22")


class Strict(pa.DataFrameModel):
    """Exactly the declared columns."""

    class Config:
        """Exactly the declared columns."""

        strict = True

    @classmethod
    def validate(cls, check_obj: pl.DataFrame, *given: Any, **named: Any) -> pl.DataFrame:  # type: ignore[override]  # noqa: ANN401
        """The frame itself where it is right; pandera's error, which names every failing row, where it is not."""
        if is_plain(check_obj, cls):
            return check_obj
        judged: pl.DataFrame = super().validate(check_obj, *given, **named)
        return judged


class ProductListed(Strict):
    """A product as 1C lists it, one row per Товар; ``key`` is ``product_ref``."""

    row: int
    product_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    article: str = pa.Field(nullable=True)
    kind: str = pa.Field(isin=("goods", "service"))
    unit_code: str = pa.Field(nullable=True)
    unit_name: str = pa.Field(nullable=True)
    vat: str = pa.Field(nullable=True)
    weight_g: int = pa.Field(nullable=True)
    description: str = pa.Field(nullable=True)
    group_refs: str = pa.Field(nullable=True)
    pictures: str = pa.Field(nullable=True)
    properties: str = pa.Field(nullable=True)
    requisites: str = pa.Field(nullable=True)
    is_deleted: bool

    @pa.check("product_ref", ignore_na=False)
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("product_ref")
    @classmethod
    def ref_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """The schema allows 40 or 80; real bases exceed it, but not by much."""
        return is_short(data, 128)

    @pa.dataframe_check
    @classmethod
    def has_name(cls, data: PolarsData) -> pl.LazyFrame:
        """A deleted product may come without a name."""
        return is_true(data, pl.col("name").is_not_null() | pl.col("is_deleted"))

    @pa.check("name")
    @classmethod
    def name_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """1C cuts to 250; ten times that is another field's text."""
        return is_short(data, 1000)

    @pa.check("vat")
    @classmethod
    def vat_is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """Rates in force, and past ones that old cards keep."""
        return holds_where_given(data, pl.col(data.key).is_in(VAT_RATES))

    @pa.check("weight_g")
    @classmethod
    def weight_is_a_number(cls, data: PolarsData) -> pl.LazyFrame:
        """-1 is what an unreadable weight becomes."""
        return holds_where_given(data, pl.col(data.key) != -1)

    @pa.check("weight_g")
    @classmethod
    def weight_is_sane(cls, data: PolarsData) -> pl.LazyFrame:
        """Grams, up to ten tonnes."""
        return is_within(data, 0, 10_000_000)


class OfferListed(Strict):
    """An item as 1C lists it, one row per Предложение; ``key`` is ``item_ref``."""

    row: int
    item_ref: str = pa.Field(nullable=True)
    product_ref: str = pa.Field(nullable=True)
    characteristic_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    article: str = pa.Field(nullable=True)
    characteristics: str = pa.Field(nullable=True)
    is_deleted: bool

    @pa.check("item_ref", ignore_na=False)
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("item_ref")
    @classmethod
    def ref_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """Two GUIDs and a hash sign are 73."""
        return is_short(data, 128)

    @pa.check("name")
    @classmethod
    def name_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """1C cuts to 250; ten times that is another field's text."""
        return is_short(data, 1000)


class PriceQuoted(Strict):
    """A price per piece, one row per (item, price type); ``key`` is ``item_ref|price_type_ref``.

    ``currency`` null: the price type's own.
    """

    row: int
    item_ref: str = pa.Field(nullable=True)
    price_type_ref: str = pa.Field(nullable=True)
    price_kopecks: int = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)

    @pa.check("item_ref", ignore_na=False)
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("price_type_ref", ignore_na=False)
    @classmethod
    def has_price_type(cls, data: PolarsData) -> pl.LazyFrame:
        """A price of no type is nobody's price."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("currency")
    @classmethod
    def currency_is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """Codes in force; BYR was withdrawn in 2016."""
        return holds_where_given(data, pl.col(data.key).is_in(CURRENCIES))


class BarcodeListed(Strict):
    """A barcode that marketplaces accept, one row per product or item; ``key`` is ``ref``."""

    row: int
    owner: str = pa.Field(isin=("product", "item"))
    ref: str = pa.Field(nullable=True)
    barcode: str

    @pa.check("barcode")
    @classmethod
    def barcode_is_digits(cls, data: PolarsData) -> pl.LazyFrame:
        """EAN-8, UPC-A, EAN-13, ITF-14."""
        return is_true(data, pl.col(data.key).str.contains(r"^(\d{8}|\d{12}|\d{13}|\d{14})$"))

    @pa.check("barcode")
    @classmethod
    def barcode_check_digit(cls, data: PolarsData) -> pl.LazyFrame:
        """GS1 mod 10."""
        return is_true(data, has_check_digit(pl.col(data.key)))


class RecipeListed(Strict):
    """A component of a bundle, one row per (bundle, component); ``key`` is ``bundle_ref|component_ref``."""

    row: int
    bundle_ref: str = pa.Field(nullable=True)
    component_ref: str = pa.Field(nullable=True)
    pcs: int = pa.Field(nullable=True)

    @pa.check("bundle_ref", "component_ref", ignore_na=False)
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("pcs", ignore_na=False)
    @classmethod
    def recipe_pcs_is_whole(cls, data: PolarsData) -> pl.LazyFrame:
        """Null is what anything but a whole number becomes."""
        return is_true(data, (pl.col(data.key) > 0).fill_null(False))

    @pa.dataframe_check
    @classmethod
    def recipe_is_not_its_own_part(cls, data: PolarsData) -> pl.LazyFrame:
        """A bundle that contains itself has no bottom."""
        return is_true(data, (pl.col("bundle_ref") != pl.col("component_ref")).fill_null(True))


class Dictionary(Strict):
    """A row of a dictionary: every reference but the parent's must be there."""

    @pa.dataframe_check
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        refs = [name for name in data.lazyframe.collect_schema().names() if name.endswith("_ref") and name != "parent_ref"]
        return is_true(data, pl.all_horizontal(pl.col(refs).is_not_null()))


class PriceTypeListed(Dictionary):
    """One row per ТипЦены."""

    row: int
    price_type_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)
    is_vat_included: bool = pa.Field(nullable=True)


class WarehouseListed(Dictionary):
    """One row per Склад of the package's or classifier's list."""

    row: int
    warehouse_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)


class GroupListed(Dictionary):
    """One row per Группа; ``parent_ref`` null at the top."""

    row: int
    group_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    parent_ref: str = pa.Field(nullable=True)


class PropertyListed(Dictionary):
    """One row per Свойство."""

    row: int
    property_ref: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    value_type: str = pa.Field(nullable=True)
    is_hidden: bool


class PropertyValueListed(Dictionary):
    """One row per value of a dictionary property."""

    row: int
    property_ref: str = pa.Field(nullable=True)
    value_ref: str = pa.Field(nullable=True)
    value: str
