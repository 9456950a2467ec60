"""Free stock by OData: what a register holds, less what is reserved.

УТ keeps both in one register. УНФ keeps reserves in another, and two registers cannot be asked about one instant: reserves are read
before the stock and after it, and the larger of both counts, so that neither a reservation nor a shipment in between makes stock that
is not free.
"""

from collections.abc import Sequence

import polars as pl

from adapters.onec.odata.answers import Column, Columns
from adapters.onec.odata.client import OdataClient
from adapters.onec.odata.literals import EMPTY_REF, any_of, function, text
from adapters.onec.odata.names import BalanceNames
from validation.odata import BalanceRead

KEYS = ["item_ref", "place"]
FIGURES = {"item": pl.String(), "characteristic": pl.String(), "place": pl.String(), "pcs": pl.Int64(), "less": pl.Int64()}
WHOLE = 1_000_000


class OdataBalances(OdataClient):
    """Counts what may still be sold."""

    def read_balances(self, warehouses: Sequence[str] = ()) -> pl.DataFrame:
        """Free stock by warehouse, as of now.

        Args:
            warehouses: references; none for all of them.

        Returns:
            `BalanceRead`.

        Raises:
            Misconfigured: a warehouse is no reference.
            SyncError: the base could not be asked.
        """
        reserves = self._names.reserves
        free = self._less_reserves(reserves, warehouses) if reserves else self._read_register(self._names.stock, warehouses)
        whole = pl.when(pl.col("free") % WHOLE == 0).then(pl.col("free") // WHOLE)
        return BalanceRead.validate(
            free.sort(KEYS)
            .with_row_index("row", offset=1)
            .select(pl.col("row").cast(pl.Int64), *KEYS, pcs=whole, pcs_millionths=pl.col("free"))
        )

    def _less_reserves(self, names: BalanceNames, warehouses: Sequence[str]) -> pl.DataFrame:
        before = self._read_register(names, warehouses if names.place else ())
        stock = self._read_register(self._names.stock, warehouses)
        after = self._read_register(names, warehouses if names.place else ())
        keys = KEYS if names.place else ["item_ref"]
        largest = pl.concat([before, after]).group_by(keys).agg(reserved=pl.max("free").clip(lower_bound=0))
        joined = stock.join(largest, on=keys, how="full" if names.place else "left", coalesce=True)
        return joined.select(*KEYS, free=pl.col("free").fill_null(0) - pl.col("reserved").fill_null(0))

    def _read_register(self, names: BalanceNames, warehouses: Sequence[str]) -> pl.DataFrame:
        """Millionths by item and place; the place is empty where the register has none."""
        columns, dimensions = _columns(names)
        condition = any_of(f"{names.place}_Key", warehouses) if names.place else ""
        table = function(
            names.register_name, "Balance", {"Dimensions": text(",".join(dimensions)), "Condition": text(condition) if condition else ""}
        )
        rows = self.read_table(table, columns, order=[one.theirs for one in columns if one.kind == "ref"])
        frame = pl.DataFrame(rows, schema={one.ours: FIGURES[one.ours] for one in columns}, orient="row")
        absent = [pl.lit(EMPTY_REF).alias("characteristic")] if names.characteristic is None else []
        free = pl.col("pcs") - pl.col("less") if names.less else pl.col("pcs")
        return (
            frame.with_columns(*absent)
            .with_columns(item_ref=item_ref(), place=pl.col("place") if names.place else pl.lit(""), free=free)
            .group_by(KEYS)
            .agg(pl.sum("free"))
        )


def item_ref() -> pl.Expr:
    """The product, or the product and its characteristic."""
    is_plain = pl.col("characteristic") == EMPTY_REF
    return pl.when(is_plain).then("item").otherwise(pl.format("{}#{}", "item", "characteristic"))


def _columns(names: BalanceNames) -> tuple[Columns, list[str]]:
    """Fields to be read, and the dimensions they belong to; 1C sums up over the others."""
    dimensions = {"item": names.item, "characteristic": names.characteristic, "place": names.place}
    resources = {"pcs": names.pcs, "less": names.less}
    columns = (
        *(Column(ours, f"{theirs}_Key", "ref") for ours, theirs in dimensions.items() if theirs),
        *(Column(ours, f"{theirs}Balance", "amount") for ours, theirs in resources.items() if theirs),
    )
    return columns, [name for name in dimensions.values() if name]
