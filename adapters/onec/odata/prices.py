"""Prices by OData: the last that began to hold, in hundredths of their currency."""

from collections.abc import Sequence

import polars as pl

from adapters.onec.odata.answers import Column, Columns
from adapters.onec.odata.balances import item_ref
from adapters.onec.odata.client import OdataClient
from adapters.onec.odata.literals import EMPTY_REF, any_of, function, moment, text
from adapters.onec.odata.names import PriceNames
from validation.odata import PriceRead, PriceTypeRead

KOPECK = 10_000
SHAPE = {
    "item": pl.String(),
    "characteristic": pl.String(),
    "price_type": pl.String(),
    "price": pl.Int64(),
    "currency_ref": pl.String(),
    "package": pl.String(),
    "is_actual": pl.Boolean(),
}
CODES = {
    "643": "RUB",
    "810": "RUB",
    "840": "USD",
    "978": "EUR",
    "156": "CNY",
    "980": "UAH",
    "933": "BYN",
    "398": "KZT",
    "051": "AMD",
    "417": "KGS",
    "860": "UZS",
    "981": "GEL",
    "944": "AZN",
    "949": "TRY",
    "826": "GBP",
    "784": "AED",
    "972": "TJS",
    "498": "MDL",
}
"""1C knows a currency by its number (ISO 4217); its name is whatever the accountant calls it."""


class OdataPrices(OdataClient):
    """Tells what things cost."""

    def read_prices(self, price_types: Sequence[str] = ()) -> pl.DataFrame:
        """Prices that hold now; those entered for a day to come are left out.

        Args:
            price_types: references; none for all of them.

        Returns:
            `PriceRead`. The price of a product without a characteristic is that of all its characteristics that have none of their own.

        Raises:
            Misconfigured: a price type is no reference.
            SyncError: the base could not be asked.
        """
        names = self._names.prices
        columns = _columns(names)
        condition = any_of(f"{names.price_type}_Key", price_types)
        arguments = {"Period": moment(self.local_now()), "Condition": text(condition) if condition else ""}
        order = [one.theirs for one in columns if one.ours in ("item", "characteristic", "price_type")]
        rows = self.read_table(function(names.register_name, "SliceLast", arguments), columns, order=order)
        read = pl.DataFrame(rows, schema={one.ours: SHAPE[one.ours] for one in columns}, orient="row")
        currencies = self._read_currencies()
        by_type = pl.DataFrame() if names.currency else self._read_currency_refs()
        absent = {"characteristic": pl.lit(EMPTY_REF), "package": pl.lit(EMPTY_REF), "is_actual": pl.lit(True)}
        whole = read.with_columns(value.alias(name) for name, value in absent.items() if name not in read.columns)
        named = whole if names.currency else whole.join(by_type, on="price_type", how="left")
        return PriceRead.validate(
            named.filter("is_actual")
            .join(currencies, on="currency_ref", how="left")
            .with_columns(item_ref=item_ref())
            .sort("item_ref", "price_type")
            .with_row_index("row", offset=1)
            .select(
                pl.col("row").cast(pl.Int64),
                "item_ref",
                "price_type",
                kopecks=pl.when(pl.col("price") % KOPECK == 0).then(pl.col("price") // KOPECK),
                currency=pl.col("currency"),
                is_per_piece=pl.col("package") == EMPTY_REF,
                price_millionths=pl.col("price"),
            )
        )

    def read_price_types(self) -> pl.DataFrame:
        """What price types are called, `PriceTypeRead`.

        Raises:
            SyncError: the base could not be asked.
        """
        columns = (Column("ref", "Ref_Key", "ref"), Column("name", "Description", "text"))
        rows = self.read_objects(self._names.dictionaries.price_types, columns)
        frame = pl.DataFrame(rows, schema={"ref": pl.String(), "name": pl.String()}, orient="row")
        return PriceTypeRead.validate(frame.select(price_type="ref", name=pl.col("name").str.strip_chars()))

    def _read_currencies(self) -> pl.DataFrame:
        """``currency_ref, currency``; null where the number is none that is in use."""
        columns = (Column("ref", "Ref_Key", "ref"), Column("code", "Code", "text"))
        rows = self.read_objects(self._names.dictionaries.currencies, columns)
        frame = pl.DataFrame(rows, schema={"ref": pl.String(), "code": pl.String()}, orient="row")
        code = pl.col("code").str.strip_chars().replace_strict(CODES, default=None, return_dtype=pl.String)
        return frame.select(currency_ref="ref", currency=code)

    def _read_currency_refs(self) -> pl.DataFrame:
        """``price_type, currency_ref``."""
        names = self._names.dictionaries
        columns = (Column("ref", "Ref_Key", "ref"), Column("currency_ref", f"{names.price_type_currency}_Key", "ref"))
        rows = self.read_objects(names.price_types, columns)
        frame = pl.DataFrame(rows, schema={"ref": pl.String(), "currency_ref": pl.String()}, orient="row")
        return frame.select("currency_ref", price_type="ref")


def _columns(names: PriceNames) -> Columns:
    refs = {
        "item": names.item,
        "characteristic": names.characteristic,
        "price_type": names.price_type,
        "currency_ref": names.currency,
        "package": names.package,
    }
    columns = [Column(ours, f"{theirs}_Key", "ref") for ours, theirs in refs.items() if theirs]
    columns.append(Column("price", names.price, "amount"))
    if names.actual:
        columns.append(Column("is_actual", names.actual, "flag"))
    return tuple(columns)
