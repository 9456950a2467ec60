"""Frames of what a base of 1C says by OData: balances and prices as read, and what of them may be taken.

`BalanceRead → BalanceCounted`, `PriceRead → PriceTold`; `judge` does the step. ``item_ref`` is the product's reference or
``product#characteristic``, as in CommerceML. Source: `reference/commerceml.md` §5.
"""

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
