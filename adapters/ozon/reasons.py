"""Ozon's codes in our words, and the outcome of rows answered one by one.

Source: https://docs.ozon.ru/api/seller/#tag/Errors, by method.
"""

import polars as pl

from adapters.lots import vendors_words
from adapters.ozon.answers import RowAnswers

REASONS = {
    # every method
    "not_found_error": "listing_is_gone",
    "offer_id_not_found": "listing_is_gone",
    "product_is_archived": "listing_is_archived",
    # stock
    "product_is_not_created": "card_is_not_ready",
    "product_has_not_been_tagged_yet": "card_is_not_ready",
    "source_type_not_found": "card_is_not_ready",
    "warehouse_not_found": "warehouse_is_unknown",
    "non_kgt_on_kgt_warehouse": "warehouse_does_not_suit",
    "over_max_ovh_non_kgt": "warehouse_does_not_suit",
    "over_max_ovh_kgt": "warehouse_does_not_suit",
    "mp_delivery_only_3pl_error": "warehouse_does_not_suit",
    "flammable_only_on_self_or_provider_delivery": "warehouse_does_not_suit",
    "cb_delivery_only_fbp": "warehouse_does_not_suit",
    "multibox_not_allowed_for_fbs": "warehouse_does_not_suit",
    "stock_too_big": "stock_is_too_big",
    "size_required_for_not_unique_offer_id": "sku_repeats_on_channel",
    # prices
    "invalid_category_price": "price_is_out_of_range",
    "price_out_of_range": "price_is_out_of_range",
    "price_negative": "price_is_positive",
    "discount_for_low_price_is_too_small": "discount_does_not_suit",
    "discount_for_average_price_is_too_small": "discount_does_not_suit",
    "discount_for_top_price_is_too_small": "discount_does_not_suit",
    "discount_too_big": "discount_does_not_suit",
    "old_price_less_than_price": "discount_does_not_suit",
    "min_auto_price_too_big": "minimum_price_is_in_the_way",
    "min_auto_price_too_small": "minimum_price_is_in_the_way",
    "price_less_than_min_auto_price": "minimum_price_is_in_the_way",
    "action_price_enabled_min_price_missing": "minimum_price_is_in_the_way",
    # cards
    "spu_already_exists": "card_exists_already",
    "price_is_negative": "card_has_no_price",
    "missing_dimension": "card_has_no_dimensions",
    "incorrect_density": "card_dimensions_are_odd",
    "value_max_limit": "card_dimensions_are_odd",
    "error_attribute_values_empty": "card_attribute_is_missing",
    "empty_required": "card_attribute_is_missing",
    "error_attribute_values_out_of_range": "attribute_is_wrong",
    "description_category_invalid": "category_is_wrong",
    "description_category_has_no_description_type": "category_is_wrong",
    "description_category_is_legacy": "category_is_wrong",
    "levels_category_not_found": "category_is_wrong",
    "description_category_is_empty": "card_has_no_category",
    "description_type_is_empty": "card_has_no_category",
    "vat_invalid": "vat_is_known",
    "name_too_long": "card_title_is_too_long",
    "all_image_failed": "card_picture_is_not_taken",
    "all_image_unprocessed": "card_picture_is_not_taken",
    "item_limit_exceeded": "card_quota_is_spent",
}

SAYS_TOO_OFTEN = "^(too_many_requests|stock is updated too frequently|error limiting: acquire limit per item|item_limit_exceeded)"
"""A row that says so was not taken, and may be sent again: a stock pair after 30 s, a price in an hour, a card tomorrow."""


TOLD = {
    "product_id": pl.Int64(),
    "warehouse_id": pl.Int64(),
    "is_taken": pl.Boolean(),
    "code": pl.String(),
    "words": pl.String(),
}


def rows_told(answers: RowAnswers) -> pl.DataFrame:
    """What Ozon said of rows of prices or stock: ``product_id, warehouse_id, is_taken, code, words``."""
    rows = [
        (
            row.product_id,
            row.warehouse_id,
            row.updated,
            row.errors[0].code if row.errors else None,
            "; ".join(error.message or error.code for error in row.errors),
        )
        for row in answers.result
    ]
    return pl.DataFrame(rows, schema=TOLD, orient="row")


def judged(lot: pl.DataFrame, told: pl.DataFrame, *, on: list[str], otherwise: str) -> pl.DataFrame:
    """The rows of a lot with what Ozon said of each.

    Args:
        lot: as sent.
        told: the columns of ``on`` and ``is_taken, code, words``; a row that it does not name is ``unknown``.
        on: what tells rows apart.
        otherwise: our reason for a code that is not in `REASONS`.

    Returns:
        ``lot`` with ``outcome``, ``reason`` and ``sentence``; ``unsent`` where Ozon says that it was too soon.
    """
    both = lot.join(told.unique(on, keep="last"), on=on, how="left", maintain_order="left")
    code = pl.col("code").str.to_lowercase()
    is_untold = pl.col("is_taken").is_null()
    is_too_soon = pl.any_horizontal(pl.col("code", "words").fill_null("").str.to_lowercase().str.contains(SAYS_TOO_OFTEN))
    outcome = (
        pl.when(is_untold).then(pl.lit("unknown")).when("is_taken").then(pl.lit("accepted")).when(is_too_soon).then(pl.lit("unsent"))
    ).otherwise(pl.lit("refused"))
    reason = (
        pl.when(is_untold)
        .then(pl.lit("outcome_is_unknown"))
        .when("is_taken")
        .then(None)
        .when(is_too_soon)
        .then(code.replace_strict(REASONS, default="channel_is_silent", return_dtype=pl.String))
        .otherwise(code.replace_strict(REASONS, default=otherwise, return_dtype=pl.String))
    )
    return both.with_columns(outcome=outcome, reason=reason).pipe(with_sentences).select(*lot.columns, "outcome", "reason", "sentence")


def with_sentences(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that carry ``reason`` and ``words``, with their ``sentence``."""
    spoken = rows.select("reason", "words").drop_nulls("reason").unique()
    told = [vendors_words(*row) for row in spoken.rows()]
    sentences = spoken.with_columns(sentence=pl.Series(told, dtype=pl.String))
    return rows.join(sentences, on=["reason", "words"], how="left", nulls_equal=True, maintain_order="left")
