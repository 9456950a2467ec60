"""WooCommerce's codes in our words, and the outcome of rows answered one by one.

Source: `reference/services.md` §3; the codes of the recorded answers and of class-wc-rest-products-controller.php.
"""

from collections.abc import Sequence

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, vendors_words
from adapters.woocommerce import answers

SKU_IS_TAKEN = "product_invalid_sku"
REASONS = {
    "woocommerce_rest_product_invalid_id": "listing_is_gone",
    "woocommerce_rest_product_variation_invalid_id": "listing_is_gone",
    "woocommerce_rest_product_invalid_parent": "listing_is_gone",
    "woocommerce_rest_invalid_product_id": "listing_is_gone",
    "woocommerce_rest_cannot_edit": "channel_forbids",
    "woocommerce_rest_cannot_create": "channel_forbids",
    "woocommerce_product_image_upload_error": "card_picture_is_not_taken",
    "woocommerce_variation_image_upload_error": "card_picture_is_not_taken",
    SKU_IS_TAKEN: "sku_is_taken",
}

Row = answers.Failed | answers.Written
TOLD = {"id": pl.Int64(), "code": pl.String(), "words": pl.String()}


def rows_told(rows: Sequence[Row]) -> pl.DataFrame:
    """What the site said of each row of a batch, in its order: ``id, code, words``, the last two null where it was taken."""
    told = [(row.id, row.error.code, row.error.message) if isinstance(row, answers.Failed) else (row.id, None, None) for row in rows]
    return pl.DataFrame(told, schema=TOLD, orient="row")


def judged(lot: pl.DataFrame, told: pl.DataFrame, *, on: str, otherwise: str) -> pl.DataFrame:
    """The rows of a batch with what the site said of each.

    Args:
        lot: as sent.
        told: the column ``on`` with ``code`` and ``words``; may carry a ``fault`` of ours with a row that was taken.
        on: what tells rows apart.
        otherwise: our reason for a code that is not in `REASONS`.

    Returns:
        ``lot`` with ``outcome``, ``reason``, ``sentence`` and the site's ``code``; ``unknown`` where it did not name the row.
    """
    fault = [] if "fault" in told.columns else [pl.lit(None, pl.String).alias("fault")]
    heard = told.unique(on, keep="last").select(on, "code", "words", *fault, *(["fault"] if not fault else [])).with_columns(is_told=True)
    both = lot.join(heard, on=on, how="left", maintain_order="left")
    is_untold = pl.col("is_told").is_null()
    reason = (
        pl.when(is_untold)
        .then(pl.lit("outcome_is_unknown"))
        .when(pl.col("code").is_not_null())
        .then(pl.col("code").replace_strict(REASONS, default=otherwise, return_dtype=pl.String))
        .otherwise("fault")
    )
    outcome = pl.when(is_untold).then(pl.lit("unknown")).when(reason.is_null()).then(pl.lit("accepted")).otherwise(pl.lit("refused"))
    spoken = both.with_columns(outcome=outcome, reason=reason)
    sentences = spoken.select("reason", "words").drop_nulls("reason").unique()
    told_so = [vendors_words(*row) for row in sentences.rows()]
    return spoken.join(
        sentences.with_columns(sentence=pl.Series(told_so, dtype=pl.String)),
        on=["reason", "words"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).select(*lot.columns, "outcome", "reason", "sentence", "code")


def refused(lot: pl.DataFrame, error: Rejected, *, otherwise: str) -> pl.DataFrame:
    """The rows of a batch that was refused whole."""
    code, words = words_of(error)
    reason = REASONS.get(code, otherwise)
    return all_rows(lot, "refused", reason, vendors_words(reason, words))


def words_of(error: Rejected) -> tuple[str, str]:
    """The site's code and words of a refusal; empty where it said neither."""
    try:
        told = answers.REFUSAL.validate_json(error.answer)
    except ValueError:
        return "", ""
    return told.code, told.message
