"""Frames of addresses: what was read of them (`tasks.rules.addresses`), judged once more before anything is sent."""

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from validation.catalog import Strict
from validation.checks import is_true

UNION = frozenset({"RU", "KZ", "BY", "AM", "KG"})
"""The customs union (ЕАЭС): addresses are told in parts and in Cyrillic, as in Russia."""


class AddressRead(Strict):
    """An address that a parcel may leave for, one row per order; ``key`` is ``order_ref``.

    ``asked`` is the first question that holds the parcel up, a code of `validation.reasons`; ``street`` may be an area, ``house`` a block.
    A row whose only fault is a question that no column shows is refused too, for ``address_is_settled``.
    """

    row: int
    order_ref: str
    goes_to: str
    country: str
    postcode: str = pa.Field(nullable=True)
    region: str = pa.Field(nullable=True)
    place: str = pa.Field(nullable=True)
    is_village: bool
    street: str = pa.Field(nullable=True)
    house: str = pa.Field(nullable=True)
    point: str = pa.Field(nullable=True)
    text: str
    asked: str = pa.Field(nullable=True)

    @pa.dataframe_check
    @classmethod
    def address_is_told(cls, data: PolarsData) -> pl.LazyFrame:
        """There is one at all."""
        return is_true(data, (pl.col("text") != "") | pl.col("place").is_not_null() | pl.col("point").is_not_null())

    @pa.dataframe_check
    @classmethod
    def address_country_is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """Two letters of ISO 3166-1."""
        return is_true(data, pl.col("country").str.contains(r"^[A-Z]{2}$"))

    @pa.dataframe_check
    @classmethod
    def address_is_in_cyrillic(cls, data: PolarsData) -> pl.LazyFrame:
        """Within the union places are found by their Russian names."""
        return is_true(data, _is_abroad() | (_is_russian(pl.coalesce("place", "text")) & _is_russian(pl.coalesce("street", "text"))))

    @pa.dataframe_check
    @classmethod
    def address_has_city(cls, data: PolarsData) -> pl.LazyFrame:
        """A place, or a point, whose place the carrier knows."""
        return is_true(data, _is_abroad() | pl.col("place").is_not_null() | pl.col("point").is_not_null())

    @pa.dataframe_check
    @classmethod
    def address_has_street(cls, data: PolarsData) -> pl.LazyFrame:
        """A courier needs one, except in a village."""
        return is_true(data, _needs_no_door() | pl.col("street").is_not_null() | pl.col("is_village"))

    @pa.dataframe_check
    @classmethod
    def address_has_house(cls, data: PolarsData) -> pl.LazyFrame:
        """A courier needs one."""
        return is_true(data, _needs_no_door() | pl.col("house").is_not_null())

    @pa.dataframe_check
    @classmethod
    def address_is_settled(cls, data: PolarsData) -> pl.LazyFrame:
        """Nothing else is to be asked before it is sent."""
        return is_true(data, pl.col("asked").is_null())


def _is_russian(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"\p{Cyrillic}") | ~text.str.contains(r"\p{Latin}")


def _is_abroad() -> pl.Expr:
    return ~pl.col("country").is_in(sorted(UNION))


def _needs_no_door() -> pl.Expr:
    return _is_abroad() | (pl.col("goes_to") == "point") | pl.col("point").is_not_null()
