"""What 1C's registers say beside what its files brought: what of both can be compared at all, and where they differ.

A register lists no zeros, so an item that it does not list at a place has nothing there; but a place of which it lists nothing at all
may be hidden from the user, and an item without a reference of 1C's own may stand there under another name. Neither is compared.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from validation.odata import CountDiffering, FigureDiffering, PriceDiffering, PriceOfItem

GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
IS_OF_1C = pl.col("item_ref").str.contains(f"^{GUID}(?:#{GUID})?$")
WHOLE = 1_000_000
SAME = ["item_ref", "where_ref", "hub_said", "onec_said"]
LARGEST_KEPT = 2000
"""Differences that are remembered from one reading to the next; more of them are one trouble anyhow."""


def balances_of_shop(read: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`BalanceRead` of what the shop counts: its items at its places, or summed up where its files name no places.

    Args:
        read: `BalanceRead`.
        known: `CountKnown`.
    """
    ours = read.join(known.select("item_ref").unique(), on="item_ref", how="semi", maintain_order="left")
    places = known["place"].unique().to_list()
    if places != [""]:
        return ours.filter(pl.col("place").is_in(places), pl.col("place") != "")
    total = pl.col("pcs_millionths").sum()
    whole = pl.when(pl.col("pcs_millionths") % WHOLE == 0).then(pl.col("pcs_millionths") // WHOLE)
    summed = ours.group_by("item_ref", maintain_order=True).agg(pl.col("row").first(), total)
    return summed.select("row", "item_ref", place=pl.lit(""), pcs=whole, pcs_millionths=pl.col("pcs_millionths"))


def places_read(read: pl.DataFrame, known: pl.DataFrame) -> list[str]:
    """Places of the shop of which the register lists something; of a shop without places the empty one.

    Args:
        read: `BalanceRead`, whole.
        known: `CountKnown`.
    """
    if known["place"].unique().to_list() == [""]:
        return [""] if read.height else []
    return sorted({*known["place"]} & {*read["place"]} - {""})


def counts_differing(known: pl.DataFrame, counted: pl.DataFrame, refused: Sequence[str], places: Sequence[str]) -> pl.DataFrame:
    """`CountDiffering`: where the register and the files do not agree.

    Args:
        known: `CountKnown`.
        counted: `BalanceCounted`.
        refused: keys of rows that were read and cannot be taken: nothing is known of them, not even that they are 0.
        places: `places_read`.
    """
    stated = counted.select("item_ref", "place", onec_pcs="pcs")
    comparable = known.filter(IS_OF_1C, pl.col("place").is_in(places), ~pl.format("{}|{}", "item_ref", "place").is_in(refused))
    both = comparable.join(stated, on=["item_ref", "place"], how="left", maintain_order="left").with_columns(
        pl.col("onec_pcs").fill_null(0)
    )
    return CountDiffering.validate(both.filter(pl.col("pcs") != pl.col("onec_pcs")))


def prices_of_items(items: pl.DataFrame, told: pl.DataFrame, refused: Sequence[str]) -> pl.DataFrame:
    """`PriceOfItem`: an item's own price, or that of its product where it has none of its own.

    Args:
        items: `ItemListed`.
        told: `PriceTold`.
        refused: keys of prices that were read and cannot be taken: an item that has one takes no other in its place.
    """
    stated = told.select("item_ref", "price_type", onec_kopecks="kopecks", onec_currency="currency")
    own = items.join(stated, on="item_ref", how="inner", maintain_order="left")
    of_product = items.filter(pl.col("item_ref") != pl.col("product_ref")).join(
        stated.rename({"item_ref": "product_ref"}), on="product_ref", how="inner", maintain_order="left"
    )
    has_own = [*own.select(pl.format("{}|{}", "item_ref", "price_type")).to_series(), *refused]
    inherited = of_product.filter(~pl.format("{}|{}", "item_ref", "price_type").is_in(has_own))
    columns = list(PriceOfItem.to_schema().columns)
    return PriceOfItem.validate(pl.concat([own.select(columns), inherited.select(columns)]))


def prices_differing(known: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """`PriceDiffering`: a price that the register does not have is not compared, it may have come by another way.

    Args:
        known: `PriceKnown`.
        prices: `PriceOfItem`.
    """
    both = known.join(prices.drop("item_ref"), on=["item_id", "price_type"], how="inner", maintain_order="left")
    is_apart = (pl.col("kopecks") != pl.col("onec_kopecks")) | (pl.col("currency") != pl.col("onec_currency"))
    return PriceDiffering.validate(both.filter(is_apart).select(list(PriceDiffering.to_schema().columns)))


def counts_said(differing: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """`FigureDiffering` of `CountDiffering`, as seen now for the first time."""
    return _said(differing, now, where="place", hub=pl.format("{} шт.", "pcs"), onec=pl.format("{} шт.", "onec_pcs"), apart=_apart("pcs"))


def prices_said(differing: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """`FigureDiffering` of `PriceDiffering`, as seen now for the first time."""
    hub, onec = _money("kopecks", "currency"), _money("onec_kopecks", "onec_currency")
    return _said(differing, now, where="price_type", hub=hub, onec=onec, apart=_apart("kopecks"))


def with_past(said: pl.DataFrame, before: Sequence[Mapping[str, str]]) -> pl.DataFrame:
    """`FigureDiffering` with the instant since which just these two figures have differed.

    Figures that moved meanwhile are two new ones: a difference that only travels is none that stands.

    Args:
        said: `FigureDiffering` of this reading.
        before: `remembered` of the reading before.
    """
    schema = {**dict.fromkeys(SAME, pl.String), "earlier": pl.String}
    seen = pl.DataFrame([[one[name] for name in (*SAME, "since_at")] for one in before], schema=schema, orient="row")
    joined = said.join(seen, on=SAME, how="left", maintain_order="left")
    earlier = pl.col("earlier").str.to_datetime(time_unit="us", time_zone="UTC")
    return FigureDiffering.validate(joined.with_columns(since_at=pl.coalesce(earlier, "since_at")).drop("earlier"))


def remembered(said: pl.DataFrame) -> list[dict[str, str]]:
    """What the next reading must know of these `FigureDiffering`."""
    kept = said.head(LARGEST_KEPT).select(*SAME, pl.col("since_at").dt.to_string("iso:strict"))
    return kept.to_dicts()


def standing(said: pl.DataFrame, now: datetime, *, after_s: float) -> pl.DataFrame:
    """`FigureDiffering` that have stood for so long."""
    return said.filter(pl.col("since_at") <= now - timedelta(seconds=after_s))


def _said(differing: pl.DataFrame, now: datetime, *, where: str, hub: pl.Expr, onec: pl.Expr, apart: pl.Expr) -> pl.DataFrame:
    said = differing.select(
        "item_ref",
        "name",
        where_ref=where,
        where_name=f"{where}_name",
        hub_said=hub,
        onec_said=onec,
        apart=apart,
        since_at=pl.lit(now).cast(pl.Datetime("us", "UTC")),
    )
    return FigureDiffering.validate(said.sort("apart", "item_ref", "where_ref", descending=[True, False, False]))


def _apart(figure: str) -> pl.Expr:
    return (pl.col(figure) - pl.col(f"onec_{figure}")).abs()


def _money(kopecks: str, currency: str) -> pl.Expr:
    cents = (pl.col(kopecks) % 100).cast(pl.String).str.zfill(2)
    return pl.format("{},{} {}", pl.col(kopecks) // 100, cents, currency)
