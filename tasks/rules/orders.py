"""What a document claims, out of the text it says it in: numbers, stamps, claims and pieces, or the reason why not.

Source: `reference/commerceml.md` §2.4, §2.5.
"""

import polars as pl

from tasks.rules.figures import exact, first_fault, kopecks
from validation.orders import OPERATIONS, DocumentReported, LineReported
from validation.quarantine import NONE_REFUSED, Judged, judge, refuse

ORDER_DELIVERY = "ORDER_DELIVERY"
"""The line that carries a delivery's price instead of goods."""
MOST_UNITS = 10_000_000

_YES = ("true", "1", "да", "истина", "yes")
_NO = ("false", "0", "нет", "ложь", "no")
_CURRENCIES = {"РУБ": "RUB", "РУБ.": "RUB", "RUR": "RUB", "643": "RUB", "ГРН": "UAH", "ГРН.": "UAH"}
_OPERATIONS = {operation.lower(): operation for operation in OPERATIONS}
_CLOCK = r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_DATED = (rf"^(?<y>\d{{4}})-(?<m>\d{{1,2}})-(?<d>\d{{1,2}}){_CLOCK}", rf"^(?<d>\d{{1,2}})\.(?<m>\d{{1,2}})\.(?<y>\d{{4}}){_CLOCK}")

_CLAIMS = {
    "posted": "is_posted",
    "cancelled": "is_cancelled",
    "marked_deleted": "is_marked_deleted",
    "paid": "is_paid",
    "shipped": "is_shipped",
}
_STAMPS = {"placed": "placed_stamp", "onec_date": "onec_stamp", "paid_date": "paid_stamp", "shipped_date": "shipped_stamp"}


def judge_documents(frame: pl.DataFrame) -> Judged:
    """`DocumentRead` → `DocumentReported`, and the documents that cannot be taken."""
    return _judge(reported(frame), DocumentReported, entity="document", key=pl.col("number"))


def judge_lines(frame: pl.DataFrame) -> Judged:
    """`LineRead` → `LineReported`, and the lines that cannot be taken."""
    key = pl.format("{}|{}", pl.col("number").fill_null(""), pl.col("line_no"))
    return _judge(lines_reported(frame), LineReported, entity="line", key=key)


def reported(frame: pl.DataFrame) -> pl.DataFrame:
    """`DocumentRead` with the columns of `DocumentReported`, and the ``reason`` why a document cannot be read.

    Payment and shipment are claimed outright («Оплачен», «Отгружен»), or else by the number or date of their documents in 1C, which
    1C gives only once an order is paid or shipped in full.
    """
    operation = pl.col("operation").str.replace_all(r"\s+", " ").str.strip_chars()
    currency = pl.col("currency").str.to_uppercase().str.strip_chars()
    read = frame.with_columns(
        pl.col("part", "buyers", "lines_stated").cast(pl.Int64),
        _placed().alias("placed"),
        operation=operation.str.to_lowercase().replace_strict(_OPERATIONS, default=operation, return_dtype=pl.String),
        currency=currency.replace(_CURRENCIES),
        sum_kopecks=kopecks(pl.col("total")),
    ).with_columns(
        *(_claim(text).alias(claim) for text, claim in _CLAIMS.items()), *(_stamp(text).alias(stamp) for text, stamp in _STAMPS.items())
    )
    return read.with_columns(
        pl.col("is_cancelled", "is_marked_deleted").fill_null(False),
        is_paid=_is_done("is_paid", "paid_number", "paid_stamp"),
        is_shipped=_is_done("is_shipped", "shipped_number", "shipped_stamp"),
        reason=first_fault(
            flag_is_known=pl.all_horizontal(_is_read(text, claim) for text, claim in _CLAIMS.items()),
            document_date_is_read=pl.all_horizontal(_is_read(text, stamp) | _is_empty_date(text) for text, stamp in _STAMPS.items()),
            sum_is_a_number=_is_read("total", "sum_kopecks"),
        ),
    )


def lines_reported(frame: pl.DataFrame) -> pl.DataFrame:
    """`LineRead` with the columns of `LineReported`, and the ``reason`` why a line cannot be read; packages become pieces."""
    read = frame.with_columns(
        pl.col("part", "line_no").cast(pl.Int64),
        units=exact(pl.col("quantity")),
        per_unit=exact(pl.col("unit_factor").fill_null("1")),
        price_kopecks=kopecks(pl.col("price")),
        sum_kopecks=kopecks(pl.col("total")),
        kind=_kind(),
    ).with_columns(
        is_positive=((pl.col("units") > 0) & (pl.col("per_unit") > 0)).fill_null(False),
        is_sane=((pl.col("units") <= MOST_UNITS) & (pl.col("per_unit") <= MOST_UNITS)).fill_null(True),
        is_service=pl.col("kind") != "goods",
    )
    counted = read.with_columns(pieces=_where_sane("units") * _where_sane("per_unit"))
    return counted.with_columns(
        pcs=pl.col("pieces").cast(pl.Int64, strict=False),
        factor=pl.when(pl.col("per_unit") % 1 == 0).then(pl.col("per_unit").cast(pl.Int64, strict=False)),
        reason=first_fault(
            line_count_is_positive=pl.col("is_positive"),
            line_count_is_sane=pl.col("is_sane"),
            line_count_is_whole=pl.col("pieces") % 1 == 0,
            sum_is_a_number=_is_read("price", "price_kopecks") & _is_read("total", "sum_kopecks"),
        ),
    ).drop("units", "per_unit", "pieces", "is_positive", "is_sane")


def _judge(frame: pl.DataFrame, model: type[DocumentReported] | type[LineReported], *, entity: str, key: pl.Expr) -> Judged:
    unreadable = refuse(frame.filter(pl.col("reason").is_not_null()), entity=entity, key=key)
    passed, refused = judge(frame.filter(pl.col("reason").is_null()).drop("reason"), model, entity=entity, key=key)
    return Judged(passed, pl.concat([NONE_REFUSED, unreadable, refused]))


def _claim(text: str) -> pl.Expr:
    word = pl.col(text).str.to_lowercase()
    return pl.when(word.is_in(_YES)).then(True).when(word.is_in(_NO)).then(False)


def _is_done(claim: str, number: str, stamp: str) -> pl.Expr:
    return pl.coalesce(pl.col(claim), pl.col(number).is_not_null() | pl.col(stamp).is_not_null())


def _is_read(text: str, value: str) -> pl.Expr:
    return pl.col(text).is_null() | pl.col(value).is_not_null()


def _is_empty_date(text: str) -> pl.Expr:
    """1C's empty date is the first of January of year one."""
    return pl.col(text).str.contains(r"^0001-0?1-0?1|^0?1\.0?1\.0001")


def _placed() -> pl.Expr:
    """Дата and Время are two elements, but a date may carry its time."""
    is_timed = pl.col("date").str.contains(":", literal=True) | pl.col("time").is_null()
    return pl.when(is_timed).then(pl.col("date")).otherwise(pl.format("{}T{}", pl.col("date"), pl.col("time")))


def _stamp(text: str) -> pl.Expr:
    """A local stamp: ``2014-12-12T9:51:39``, ``2015-06-29``, ``11.02.2021 18:45:21``; null where there is none."""
    return pl.coalesce(_parsed(pl.when(_is_empty_date(text).not_()).then(pl.col(text)), pattern) for pattern in _DATED)


def _parsed(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    clock = (parts.field(number).fill_null("0").str.zfill(2) for number in ("4", "5", "6"))
    day = [parts.field(name).str.zfill(2) for name in ("y", "m", "d")]
    return pl.concat_str(*day, *clock, separator=" ").str.to_datetime("%Y %m %d %H %M %S", strict=False, time_unit="us")


def _kind() -> pl.Expr:
    is_service = pl.col("item_kind").str.to_lowercase() == "услуга"
    return (
        pl.when(pl.col("item_ref") == ORDER_DELIVERY)
        .then(pl.lit("delivery"))
        .when(is_service.fill_null(False))
        .then(pl.lit("service"))
        .otherwise(pl.lit("goods"))
    )


def _where_sane(column: str) -> pl.Expr:
    """Null elsewhere: a decimal product that does not fit raises."""
    return pl.when(pl.col("is_sane") & pl.col("is_positive")).then(pl.col(column))
