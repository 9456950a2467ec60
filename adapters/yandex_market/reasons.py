"""What Yandex Market says of a refusal, and which rows it means.

Messages: https://yandex.ru/dev/market/partner-api/doc/ru/concepts/error-codes
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import polars as pl
from pydantic import ValidationError

from adapters.errors import Rejected
from adapters.lots import all_rows, vendors_words
from adapters.yandex_market.answers import WRITTEN, CardRefusal, ErrorTold

CARD_REASONS = {
    "UNKNOWN_CATEGORY": "category_is_wrong",
    "INVALID_CATEGORY": "category_is_wrong",
    "EMPTY_MARKET_CATEGORY": "category_is_wrong",
    "UNKNOWN_PARAMETER": "attribute_is_wrong",
    "UNEXPECTED_BOOLEAN_VALUE": "attribute_is_wrong",
    "NUMBER_FORMAT": "attribute_is_wrong",
    "INVALID_UNIT_ID": "attribute_is_wrong",
    "LOCKED_DIMENSIONS": "dimensions_are_locked",
}
OF_DISCOUNT = re.compile(r"discountBase|discount value")
# One instant is told for all rows, and the first of them is named.
OF_CLOCK = re.compile(r"should not be in the future|should not be older than a day")

# A row by its number in the list, or by its SKU.
NUMBERS = (re.compile(r"\bat index '?(\d+)"), re.compile(r"\b(?:skuItems|skus|offers|offerMappings)\[(\d+)\]"))
SKUS = (
    re.compile(r"Duplicate shop-sku '?(.+?)'? for warehouse"),
    re.compile(r"offerId ?= ?'?(.+?)'?(?: should have|$)"),
)
# No row is to blame: halving the batch would find nobody.
OF_ALL_CODES = frozenset({"LOCKED", "NOT_FOUND", "METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE"})
OF_ALL = re.compile(
    r"Campaign type is not allowed|Content type|^JSON:|Unexpected end of content|request body is missing|The request is too big|businessId"
    r"|Partner use only default price|with '?[A-Z]{3}'? currency",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """Why one row was refused, in our word and the Market's."""

    reason: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Complaints:
    """What a batch was refused for.

    Args:
        reason: our word where no row is named.
        rows: by the row's number in the batch.
        words: everything that was said.
        is_of_all: it is the call that was refused, whatever its rows.
    """

    reason: str
    rows: Mapping[int, Complaint] = field(default_factory=dict)
    words: str = ""
    is_of_all: bool = False


def complaints(errors: Sequence[ErrorTold], skus: Sequence[str], *, reason: str) -> Complaints:
    """Which rows the errors name; ``reason`` is that of a row whose error has none of its own."""
    messages = [error.message or error.code for error in errors]
    words = "; ".join(messages)
    if OF_CLOCK.search(words):
        return Complaints(reason="clock_is_off", words=words, is_of_all=True)
    if any(error.code in OF_ALL_CODES for error in errors) or any(OF_ALL.search(message) for message in messages):
        return Complaints(reason=reason, words=words, is_of_all=True)
    numbers = {sku: number for number, sku in enumerate(skus)}
    rows: dict[int, Complaint] = {}
    for message in messages:
        why = "old_price_is_out_of_bounds" if OF_DISCOUNT.search(message) else reason
        for number in _named(message, numbers):
            rows.setdefault(number, Complaint(reason=why, words=message))
    return Complaints(reason=reason, rows=rows, words=words)


def complaints_of(error: Rejected, skus: Sequence[str], *, reason: str) -> Complaints:
    """Which rows a refused call names; one that is not in the Market's own shape is of all."""
    try:
        errors = WRITTEN.validate_json(error.answer).errors or []
    except ValidationError:
        return Complaints(reason=reason, is_of_all=True)
    return complaints(errors, skus, reason=reason)


def card_complaints(results: Sequence[CardRefusal], skus: Sequence[str]) -> Complaints:
    """Which cards have errors; `dimensions_are_locked` only where nothing else is wrong."""
    numbers = {sku: number for number, sku in enumerate(skus)}
    rows: dict[int, Complaint] = {}
    for result in results:
        reasons = [CARD_REASONS.get(error.type, "card_is_refused") for error in result.errors or ()]
        if reasons and result.offer_id in numbers:
            words = "; ".join(error.message for error in result.errors or ())
            reason = next((one for one in reasons if one != "dimensions_are_locked"), reasons[0])
            rows[numbers[result.offer_id]] = Complaint(reason=reason, words=words)
    return Complaints(reason="card_is_refused", rows=rows, words="; ".join(dict.fromkeys(one.words for one in rows.values())))


def refused(lot: pl.DataFrame, rows: Mapping[int, Complaint]) -> pl.DataFrame:
    """The rows complained of, refused with the Market's words."""
    told = {
        "reason": [one.reason for one in rows.values()],
        "sentence": [vendors_words(one.reason, one.words) for one in rows.values()],
    }
    return lot[list(rows)].with_columns(
        outcome=pl.lit("refused"), reason=pl.Series(told["reason"], dtype=pl.String), sentence=pl.Series(told["sentence"], dtype=pl.String)
    )


def others(lot: pl.DataFrame, rows: Mapping[int, Complaint]) -> pl.DataFrame:
    """The rows nobody complained of."""
    return lot.with_row_index("number").filter(~pl.col("number").is_in(list(rows))).drop("number")


def sent_without_the_bad(lot: pl.DataFrame, send: Callable[[pl.DataFrame], Complaints | None]) -> pl.DataFrame:
    """The lot of what may be repeated: rows named are refused and the others sent again, until the Market takes them.

    Args:
        lot: has ``offer_id``.
        send: sends it; what the Market complains of, none where it took all.

    Raises:
        Rejected: refused, and no row named; for `adapters.lots.isolated`.
    """
    done: list[pl.DataFrame] = []
    while lot.height:
        found = send(lot)
        if found is None:
            return pl.concat([*done, all_rows(lot, "accepted", None, None)])
        sentence = vendors_words(found.reason, found.words)
        if found.is_of_all or (not found.rows and lot.height == 1):
            return pl.concat([*done, all_rows(lot, "refused", found.reason, sentence)])
        if not found.rows:
            raise Rejected(sentence, system="yandex_market")
        done.append(refused(lot, found.rows))
        lot = others(lot, found.rows)
    return pl.concat(done)


def _named(message: str, numbers: Mapping[str, int]) -> list[int]:
    by_number = [int(found) for found in chain.from_iterable(pattern.findall(message) for pattern in NUMBERS)]
    by_sku = [numbers[found] for found in chain.from_iterable(pattern.findall(message) for pattern in SKUS) if found in numbers]
    return [number for number in by_number if number < len(numbers)] + by_sku
