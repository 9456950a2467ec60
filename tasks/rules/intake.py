"""From what a file of 1C says, as text, to frames that may enter the hub, and rows that may not, each with its reason.

Pure: a portion in, a judgement out. Numbers are read exactly: money becomes whole kopecks per piece, stock whole pieces; what is not
whole is refused, never rounded in silence. Source of the oddities: `reference/commerceml.md` §2.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pandera.polars as pa
import polars as pl

from tasks.rules.figures import EXACT, exact, first_fault
from tasks.rules.orders import judge_documents, judge_lines
from validation import catalog, stock
from validation.quarantine import NONE_REFUSED, Judged, judge, refuse

CURRENCY_NAMES = {
    "РУБ": "RUB", "РУБ.": "RUB", "RUR": "RUB", "Р": "RUB", "₽": "RUB", "РУБЛЬ": "RUB", "643": "RUB", "810": "RUB",
    "ГРН": "UAH", "ГРН.": "UAH", "980": "UAH", "ДОЛ": "USD", "$": "USD", "840": "USD", "ЕВР": "EUR", "€": "EUR", "978": "EUR",
    "ТЕН": "KZT", "ТНГ": "KZT", "398": "KZT", "933": "BYN", "156": "CNY",
}  # fmt: skip
NO_VAT = ("без ндс", "без налога", "безндс", "none")


class _Rule(NamedTuple):
    """How rows of one kind are read and judged."""

    read: Callable[[pl.DataFrame], pl.DataFrame]
    model: type[pa.DataFrameModel]
    key: pl.Expr


def judged(portions: Iterable[tuple[str, pl.DataFrame]]) -> Iterator[tuple[str, Judged]]:
    """Every portion of a reading with its judgement."""
    for kind, frame in portions:
        yield kind, judge_portion(kind, frame)


def judge_portion(kind: str, frame: pl.DataFrame) -> Judged:
    """Rows of one kind, split.

    Args:
        kind: as `adapters.onec.reader` names it.
        frame: the reader's text columns.

    Returns:
        ``passed`` satisfies the kind's model in `validation`; ``refused`` is `RowRefused`.
    """
    if kind == "document":
        return judge_documents(frame)
    if kind == "line":
        return judge_lines(frame)
    rule = _RULES[kind]
    read = rule.read(frame)
    faulty = read.filter(pl.col("reason").is_not_null()) if "reason" in read.columns else read.clear()
    sound = read.filter(pl.col("reason").is_null()).drop("reason") if "reason" in read.columns else read
    passed, refused = judge(sound, rule.model, entity=kind, key=rule.key)
    if not faulty.is_empty():
        refused = pl.concat([refused, refuse(faulty, entity=kind, key=rule.key)])
    if kind == "count":
        refused = pl.concat([refused, _differing_totals(passed, read)])
    return Judged(passed, refused)


def products_listed(frame: pl.DataFrame) -> pl.DataFrame:
    """`ProductListed` from the text of Товар elements; the barcode of a product is a row of its own."""
    vat = pl.col("vat").str.to_lowercase().str.strip_chars(" %").str.replace(r"[.,]0+$", "")
    kilograms = exact(pl.col("weight"))
    return frame.with_columns(
        kind=pl.when(pl.col("item_kind").str.to_lowercase() == "услуга").then(pl.lit("service")).otherwise(pl.lit("goods")),
        unit_code=pl.col("unit_code").str.strip_chars(),
        unit_name=pl.col("unit"),
        vat=pl.when(vat.is_in(NO_VAT)).then(pl.lit("none")).otherwise(vat),
        weight_g=pl.when(pl.col("weight").is_null() | (kilograms == 0))
        .then(None)
        .otherwise((kilograms * 1000).round(0).cast(pl.Int64, strict=False).fill_null(-1)),
        is_deleted=pl.col("deleted").eq_missing("true"),
    )


def offers_listed(frame: pl.DataFrame) -> pl.DataFrame:
    """`OfferListed` from the text of Предложение elements."""
    return frame.with_columns(
        item_ref=pl.col("ref"), product_ref=pl.col("ref").str.split("#").list.first(), is_deleted=pl.col("deleted").eq_missing("true")
    )


def prices_quoted(frame: pl.DataFrame) -> pl.DataFrame:
    """`PriceQuoted` with the ``reason`` where a price is none; a package's price is divided by its pieces, if it divides."""
    named = pl.col("currency").str.to_uppercase().str.strip_chars()
    read = frame.with_columns(
        price_exact=exact(pl.col("price")),
        factor_exact=pl.when(pl.col("factor").is_null()).then(pl.lit(1).cast(EXACT)).otherwise(exact(pl.col("factor"))),
        currency=named.replace(CURRENCY_NAMES),
    ).with_columns(price_kopecks=_kopecks_per_piece())
    whole = pl.col("price_kopecks").cast(EXACT) * pl.col("factor_exact") == pl.col("price_exact") * 100
    return read.with_columns(
        reason=first_fault(
            price_is_a_number=pl.col("price_exact").is_not_null(),
            price_is_positive=pl.col("price_exact") > 0,
            price_is_sane=pl.col("price_exact") <= 1_000_000_000,
            factor_is_positive=(pl.col("factor_exact") > 0).fill_null(False),
            price_is_in_whole_kopecks=whole,
        )
    ).drop("price_exact", "factor_exact")


def stock_counted(frame: pl.DataFrame) -> pl.DataFrame:
    """`StockCounted` with the ``reason`` where a figure is none.

    A total with no place beside it is the item's figure at the place without a name; a total beside places is only compared with
    their sum, never added.
    """
    place = pl.col("place").fill_null("")
    read = frame.with_columns(place=place, pcs_exact=exact(pl.col("count")), total_exact=exact(pl.col("total")))
    listed = pl.col("pcs_exact").sum().over("row")
    is_readable = pl.col("pcs_exact").is_not_null().all().over("row")
    return read.with_columns(
        pcs=pl.col("pcs_exact").cast(pl.Int64, strict=False),
        is_whole=(is_readable & (pl.col("total_exact") == listed)).fill_null(False),
        reason=first_fault(
            count_is_a_number=pl.col("pcs_exact").is_not_null(),
            count_is_whole=(pl.col("pcs_exact") % 1 == 0).fill_null(True),
        ),
    ).drop("pcs_exact", "total_exact")


def recipes_listed(frame: pl.DataFrame) -> pl.DataFrame:
    """`RecipeListed`; a component without a quantity is one piece."""
    pcs = pl.when(pl.col("count").is_null()).then(pl.lit(1).cast(EXACT)).otherwise(exact(pl.col("count")))
    return frame.with_columns(pcs=pl.when(pcs % 1 == 0).then(pcs.cast(pl.Int64, strict=False)))


def _kopecks_per_piece() -> pl.Expr:
    pieces = pl.when(pl.col("factor_exact") > 0).then(pl.col("factor_exact"))
    return (pl.col("price_exact") * 100 / pieces).round(0).cast(pl.Int64, strict=False)


def _differing_totals(passed: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """One note per item whose total is not the sum of its places; its places are taken all the same."""
    rows = passed.filter(pl.col("is_whole").not_()).select("row").unique()
    noted = (
        read.filter(pl.col("reason").is_null() & pl.col("total").is_not_null() & (pl.col("place") != ""))
        .join(rows, on="row", how="semi")
        .filter(pl.col("is_whole").not_() & pl.col("pcs").is_not_null())
        .group_by("row", maintain_order=True)
        .agg(pl.col("item_ref").first(), pl.col("total").first(), places=pl.struct("place", "count"))
    )
    if noted.is_empty():
        return NONE_REFUSED
    return refuse(noted.with_columns(reason=pl.lit("total_differs")), entity="count", key=_joined("item_ref", pl.lit("total")))


def _same(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _joined(first: str, second: str | pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.col(first), second, separator="|", ignore_nulls=True)


_RULES: dict[str, _Rule] = {
    "product": _Rule(products_listed, catalog.ProductListed, pl.col("product_ref")),
    "offer": _Rule(offers_listed, catalog.OfferListed, pl.col("item_ref")),
    "barcode": _Rule(_same, catalog.BarcodeListed, pl.col("ref")),
    "price": _Rule(prices_quoted, catalog.PriceQuoted, _joined("item_ref", "price_type_ref")),
    "count": _Rule(stock_counted, stock.StockCounted, _joined("item_ref", "place")),
    "recipe": _Rule(recipes_listed, catalog.RecipeListed, _joined("bundle_ref", "component_ref")),
    "group": _Rule(_same, catalog.GroupListed, pl.col("group_ref")),
    "price_type": _Rule(
        lambda frame: frame.with_columns(
            currency=pl.col("currency").str.to_uppercase().replace(CURRENCY_NAMES),
            is_vat_included=pl.col("vat_included").str.to_lowercase() == "true",
        ),
        catalog.PriceTypeListed,
        pl.col("price_type_ref"),
    ),
    "warehouse": _Rule(_same, catalog.WarehouseListed, pl.col("warehouse_ref")),
    "property": _Rule(
        lambda frame: frame.with_columns(is_hidden=pl.col("hidden").eq_missing("true")), catalog.PropertyListed, pl.col("property_ref")
    ),
    "property_value": _Rule(_same, catalog.PropertyValueListed, _joined("property_ref", "value_ref")),
}
