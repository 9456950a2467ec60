"""Frames of what a base of 1C says by OData: balances and prices as read, and what of them may be taken.

`BalanceRead → BalanceCounted`, `PriceRead → PriceTold`; `judge` does the step. `…Known` is what files brought of the same, `…Differing`
what of both is not alike. ``item_ref`` is the product's reference or ``product#characteristic``, as in CommerceML.
Source: `reference/commerceml.md` §5.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from validation.catalog import CURRENCIES, Strict
from validation.checks import holds_where_given, is_true, is_within


class BalanceRead(Strict):
    """Free stock, one row per (item, place); an item that is not listed at a place has nothing there.

    ``pcs`` may be negative, and is null where 1C's figure, kept in ``pcs_millionths``, is no whole number.
    """

    row: int
    item_ref: str
    place: str
    pcs: int = pa.Field(nullable=True)
    pcs_millionths: int


class BalanceCounted(Strict):
    """Free stock in whole pieces, one row per (item, place); ``key`` is ``item_ref|place``."""

    row: int
    item_ref: str
    place: str
    pcs: int = pa.Field(nullable=True)

    @pa.check("pcs", ignore_na=False)
    @classmethod
    def count_is_whole(cls, data: PolarsData) -> pl.LazyFrame:
        """A fraction is for a person to look at."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("pcs")
    @classmethod
    def count_is_sane(cls, data: PolarsData) -> pl.LazyFrame:
        """Either way, a hundred million pieces is a slip."""
        return is_within(data, -100_000_000, 100_000_000)


class PriceRead(Strict):
    """A price in force, one row per (item, price type).

    ``kopecks`` is null where 1C's figure, kept in ``price_millionths``, is not in whole kopecks; hundredths of ``currency``, which is
    null where 1C's code of it is unknown. ``is_per_piece``: false for the price of a package.
    """

    row: int
    item_ref: str
    price_type: str
    kopecks: int = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)
    is_per_piece: bool
    price_millionths: int


class PriceTold(Strict):
    """A price of one piece, one row per (item, price type); ``key`` is ``item_ref|price_type``."""

    row: int
    item_ref: str
    price_type: str
    kopecks: int = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)
    is_per_piece: bool

    @pa.check("is_per_piece")
    @classmethod
    def price_is_per_piece(cls, data: PolarsData) -> pl.LazyFrame:
        """How many pieces a package holds is not read."""
        return is_true(data, pl.col(data.key))

    @pa.check("kopecks", ignore_na=False)
    @classmethod
    def price_is_in_whole_kopecks(cls, data: PolarsData) -> pl.LazyFrame:
        """Nothing is rounded here."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("kopecks")
    @classmethod
    def price_is_positive(cls, data: PolarsData) -> pl.LazyFrame:
        """Nothing is sold for nothing."""
        return holds_where_given(data, pl.col(data.key) > 0)

    @pa.check("kopecks")
    @classmethod
    def price_is_sane(cls, data: PolarsData) -> pl.LazyFrame:
        """A billion is a slip."""
        return holds_where_given(data, pl.col(data.key) <= 100_000_000_000)

    @pa.check("currency", ignore_na=False)
    @classmethod
    def currency_is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """One that is in use."""
        return is_true(data, pl.col(data.key).is_in(CURRENCIES))


class PriceTypeRead(Strict):
    """What a price type is called, one row per price type."""

    price_type: str
    name: str


class ItemListed(Strict):
    """An item that a base sells by its files, one row per item; ``name`` is what a manager knows it by."""

    item_id: int
    item_ref: str
    product_ref: str
    name: str


class CountKnown(Strict):
    """Free stock as files brought it, one row per (item, place) of items that have a count of their own.

    ``place`` is empty where the base counts without warehouses.
    """

    item_id: int
    item_ref: str
    name: str
    place: str
    place_name: str
    pcs: int


class CountDiffering(CountKnown):
    """A count that the register has otherwise: ``onec_pcs``; what it does not list is 0 there."""

    onec_pcs: int


class PriceKnown(Strict):
    """A price as files brought it, one row per (item, price type)."""

    item_id: int
    item_ref: str
    name: str
    price_type: str
    price_type_name: str
    kopecks: int
    currency: str


class PriceDiffering(PriceKnown):
    """A price that the register has otherwise."""

    onec_kopecks: int
    onec_currency: str


class PriceOfItem(Strict):
    """A price in force by the register, one row per (item, price type): its own, or else that of its product."""

    item_id: int
    item_ref: str
    price_type: str
    onec_kopecks: int
    onec_currency: str


class FigureDiffering(Strict):
    """A difference as a manager reads it, one row per (item, place or price type), the greatest first.

    ``hub_said`` and ``onec_said`` carry their units. ``apart`` orders rows: pieces, or kopecks. ``since_at`` is when just these two figures
    were first seen beside each other.
    """

    item_ref: str
    name: str
    where_ref: str
    where_name: str
    hub_said: str
    onec_said: str
    apart: int
    since_at: Annotated[pl.Datetime, "us", "UTC"]
