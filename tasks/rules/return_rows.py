"""Rows of the managers' workbook of returns: read as text, judged cell by cell, each under a key of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from tasks.rules.figures import exact
from validation.reasons import sentence_of
from validation.returns import MOST_PCS, CellRefused, ReturnReceived, ReturnRow

CONDITION_WORDS: Mapping[str, str] = {"годен": "sellable", "брак": "defect", "неизвестно": "unknown"}
DECISION_WORDS: Mapping[str, str] = {
    "в продажу": "restock",
    "списать": "write_off",
    "поставщику": "to_supplier",
    "решить позже": "ask",
}
"""What the drop-downs of the form offer."""

WRITTEN = ("key", "order", "sku", "pcs", "condition", "decision", "reason", "day")
TOLD = ("order", "sku", "pcs", "condition", "decision", "reason", "day")
"""Without any of these a row of the form is one that nobody has filled in."""
FILLED = ("pcs", "condition", "decision", "reason", "day")
"""What the form leaves to the manager: a row with none of these has not been filled in."""
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y.%m.%d", "%d-%m-%Y")
EXCEL_DAY_0 = date(1899, 12, 30)
OLDEST = timedelta(days=730)
"""Nothing comes back after longer than this: such a date is a slip of the hand."""
UNSEEN = r"[\x{200B}-\x{200F}\x{2060}\x{FEFF}\x{AD}]"
"""What copying from a web page brings along and nobody sees."""
BLANKS = r"[\s\x{A0}\x{2007}\x{202F}]"


@dataclass(frozen=True, kw_only=True)
class RowsJudged:
    """What a sheet comes to: `ReturnRow`, and `CellRefused` for the rows that are not among them."""

    rows: pl.DataFrame
    refused: pl.DataFrame


def judge_rows(written: pl.DataFrame, today: date) -> RowsJudged:
    """Rows that say all they must, and everything that is wrong with the others.

    Args:
        written: `ReturnWritten`.
        today: the shop's day; nothing comes back later.
    """
    read = _read(written)
    faults = pl.concat([_faults(read, column, reason, claim) for (column, reason), claim in _claims(today).items()])
    refused = CellRefused.validate(faults.sort("row", maintain_order=True))
    passed = read.join(refused, on="row", how="anti", maintain_order="left")
    rows = passed.select(
        "row", "key", "order", "sku", pcs="pieces", condition="condition_word", decision="decision_word", reason="reason", received_on="on"
    )
    return RowsJudged(rows=ReturnRow.validate(rows), refused=refused)


def as_received(rows: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """`ReturnReceived` of `ReturnRow`: what a manager writes down lies before him; ``return_ref`` is the row's key.

    Args:
        rows: `ReturnRow`.
        time_zone: of the shop: a day begins at its midnight.
    """
    zone = ZoneInfo(time_zone)
    noons = [None if on is None else datetime.combine(on, time(12), zone) for on in rows["received_on"]]
    absent = {name: pl.lit(None, pl.String) for name in ("group_ref", "channel", "line_ref", "payload")}
    told = rows.with_columns(received_at=pl.Series(noons, dtype=pl.Datetime("us", time_zone)).dt.convert_time_zone("UTC")).with_columns(
        **absent,
        return_ref="key",
        order_ref="order",
        state=pl.lit("received"),
        status=pl.lit("workbook"),
        reported_at="received_at",
        changed_at=pl.lit(None, pl.Datetime("us", "UTC")),
    )
    return ReturnReceived.validate(told.select(list(ReturnReceived.to_schema().columns)))


def _read(written: pl.DataFrame) -> pl.DataFrame:
    """With words, pieces and days read, null where they cannot be; rows of the form that nobody has filled in are left out."""
    plain = (pl.col(name).str.replace_all(UNSEEN, "").str.replace_all(BLANKS, " ").str.strip_chars().alias(name) for name in WRITTEN)
    texts = written.with_columns(plain).with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in WRITTEN)
    filled = texts.filter(pl.any_horizontal(pl.col(FILLED).is_not_null()) | (pl.col("key").is_null() & _says_anything()))
    number = exact(pl.col("pcs").str.replace(r"(?i)\s*шт(ука|уки|ук|\.)?$", ""))
    read = filled.with_columns(
        order=_order(),
        sku=pl.col("sku").str.replace(r"^(\d+)\.0+$", "${1}"),
        pieces=pl.when((number == number.cast(pl.Int64)) & number.is_between(1, MOST_PCS)).then(number.cast(pl.Int64)),
        condition_word=_word("condition", CONDITION_WORDS),
        decision_word=_word("decision", DECISION_WORDS),
        on=_day(),
        is_twice=pl.col("key").is_not_null() & ~pl.struct(WRITTEN).is_first_distinct(),
    )
    return _keyed(read)


def _keyed(read: pl.DataFrame) -> pl.DataFrame:
    """Every row under a key of its own: that of the form, or one made of what it says.

    Whoever copies a row to part its pieces copies its key too: the second row of a key, and those behind it, get numbers of their own, the
    same however often the sheet is read.
    """
    named = pl.concat_str(["order", "sku", "on"], separator="|", ignore_nulls=True)
    made = pl.format("{}|{}", named, pl.int_range(pl.len()).over(named))
    parts = read.with_columns(
        root=pl.col("key").str.replace(r"/\d+$", ""),
        number=pl.col("key").str.extract(r"/(\d+)$").cast(pl.Int64),
        is_copy=pl.col("key").is_not_null() & ~pl.col("key").is_first_distinct(),
    )
    number = pl.col("number").max().over("root").fill_null(1) + pl.col("is_copy").cum_sum().over("root")
    copied = pl.when("is_copy").then(pl.format("{}/{}", "root", number)).otherwise("key")
    return parts.with_columns(key=pl.coalesce(copied, made))


def _says_anything() -> pl.Expr:
    return pl.any_horizontal(pl.col(TOLD).is_not_null())


def _order() -> pl.Expr:
    """An order's number without «№», the spaces that Excel shows between thousands, the fraction of nothing that it adds."""
    plain = pl.col("order").str.replace(r"(?i)^(заказ\s*)?№\s*", "").str.replace(r"^(\d+)\.0+$", "${1}")
    is_grouped = plain.str.contains(r"^\d{1,3}( \d{3})+$")
    return pl.when(is_grouped).then(plain.str.replace_all(" ", "", literal=True)).otherwise(plain)


def _word(column: str, words: Mapping[str, str]) -> pl.Expr:
    plain = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ")
    return plain.replace_strict(words, default=None, return_dtype=pl.String)


def _day() -> pl.Expr:
    """A date, a text that looks like one, or the number that Excel keeps a date as where the cell is not shown as one."""
    plain = pl.col("day").str.replace(r"[T ]\d?\d:\d\d(:\d\d(\.\d+)?)?$", "").str.replace_all(r"\s|г\.?$", "").str.replace_all("[/,]", ".")
    plain = plain.str.replace(r"^(\d{1,2}\.\d{1,2})\.(\d\d)$", "${1}.20${2}")
    number = plain.str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int64)
    serial = pl.lit(EXCEL_DAY_0) + pl.duration(days=number)
    return pl.coalesce(serial, *(plain.str.to_date(pattern, strict=False) for pattern in DATES))


def _claims(today: date) -> dict[tuple[str, str], pl.Expr]:
    """What must hold of a cell: column and reason → claim."""
    given, condition, decision = pl.col("decision").is_not_null(), pl.col("condition_word"), pl.col("decision_word")
    return {
        ("order", "return_row_has_order"): pl.col("order").is_not_null(),
        ("sku", "return_row_has_goods"): pl.col("sku").is_not_null(),
        ("pcs", "return_pcs_is_told"): pl.col("pcs").is_not_null(),
        ("pcs", "return_pcs_is_whole"): pl.col("pcs").is_null() | pl.col("pieces").is_not_null(),
        ("pcs", "return_row_is_not_repeated"): ~pl.col("is_twice"),
        ("condition", "return_condition_is_told"): condition.is_not_null(),
        ("decision", "return_decision_is_known"): ~given | decision.is_not_null(),
        ("decision", "return_restock_is_sellable"): condition.is_null() | (condition == "sellable") | decision.ne_missing("restock"),
        ("day", "return_date_is_read"): pl.col("day").is_null() | pl.col("on").is_not_null(),
        ("day", "return_date_has_come"): (pl.col("on") <= today).fill_null(True),
        ("day", "return_date_is_recent"): (pl.col("on") >= today - OLDEST).fill_null(True),
    }


def _faults(read: pl.DataFrame, column: str, reason: str, claim: pl.Expr) -> pl.DataFrame:
    told = {"column": pl.lit(column), "reason": pl.lit(reason), "sentence": pl.lit(sentence_of(reason))}
    return read.filter(~claim).select(pl.col("row"), **told)
