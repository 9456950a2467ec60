"""How many pieces each listing may sell, so that no piece is promised twice (DESIGN §4 "Quotas").

What is there less the pool's share is given to the listings by the value of each next piece (`tasks.rules.quota_shares`), up to what a
listing is allowed: so many days of its sales, and the limits in the settings. What a listing already shows beyond that is left to it as
long as nobody else needs it, because taking it back costs a freeze. The pool keeps its share only of what the next hours do not need,
so that the last piece is on sale somewhere.
"""

import polars as pl

from tasks.rules.quota_rules import QuotaRules
from tasks.rules.quota_shares import share_out
from validation.quotas import ListingToFill, QuotaSet, SupplyKept

GRAIN = ["listing_id", "warehouse_ref"]


def allocate(supply: pl.DataFrame, listings: pl.DataFrame, recipes: pl.DataFrame, rules: QuotaRules) -> pl.DataFrame:
    """Set the quotas of all listings of all channels at once.

    For every item and shelf the quotas, times what a bundle takes of it, never exceed what is sellable. The same input gives the same
    quotas whatever the order of its rows.

    Args:
        supply: `SupplyKept`.
        listings: `ListingToFill`; those of asking channels claim their part like the others, and it stays in the pool for them.
        recipes: `RecipeInForce`.
        rules: the section ``quotas``.

    Returns:
        `QuotaSet` of the told channels. A listing of an item that was never counted on its shelf is left out: unknown is not zero.
    """
    rows = ListingToFill.validate(listings).sort(GRAIN).with_row_index("row").pipe(_valued, rules)
    shelves = SupplyKept.validate(supply).with_row_index("shelf")
    claims = _claims(rows, recipes, shelves)
    wishing = _wishing(rows, claims)
    shelves = shelves.join(_needed(claims, wishing), on="shelf").with_columns(left_pcs=free_to_give(rules))
    given = share_out(wishing, claims.select("row", "shelf", "qty"), shelves.select("shelf", "left_pcs"))
    is_scarce = (pl.col("soon_pcs") >= pl.col("sellable_pcs")).any()
    scarce = claims.select("row", "shelf").join(shelves, on="shelf").group_by("row").agg(is_scarce=is_scarce)
    filled = wishing.join(given, on="row")
    told = filled.join(scarce, on="row").join(_yielding(filled, claims), on="row").filter(~pl.col("is_asking"))
    ruled = told.with_columns(target_pcs=_target(), rule=_rule()).sort("row")
    direct = pl.min_horizontal("target_pcs", "pool_makes_pcs")
    return QuotaSet.validate(ruled.select(*GRAIN, "target_pcs", direct_pcs=direct, rule="rule"))


def free_to_give(rules: QuotaRules) -> pl.Expr:
    """What is sellable less what the pool keeps: its share, but nothing of what the channels need for the next hours."""
    share = (pl.col("sellable_pcs") * rules.pool_share).floor().cast(pl.Int64)
    return pl.col("sellable_pcs") - pl.min_horizontal(share, (pl.col("sellable_pcs") - pl.col("soon_pcs")).clip(0))


def _valued(listings: pl.DataFrame, rules: QuotaRules) -> pl.DataFrame:
    """What a listing's first piece gains per day, how fast that eases off, and what it is allowed at most."""
    per_day = pl.col("rate_per_day")
    within = per_day * rules.moves_within_days
    cover = (per_day * pl.col("cover_days")).round().cast(pl.Int64)
    return listings.join(_allowed(listings, rules), on="channel", maintain_order="left").with_columns(
        gain=per_day * pl.col("worth") * pl.col("priority"),
        ease=within / (1 + within),
        stay=pl.lit(rules.stay_factor),
        held_pcs=pl.min_horizontal("exposure_pcs", pl.col("shown_pcs").fill_null(0)),
        cover_pcs=pl.max_horizontal(cover, "at_least_pcs"),
        hours_pcs=within.ceil().cast(pl.Int64),
    )


def _allowed(listings: pl.DataFrame, rules: QuotaRules) -> pl.DataFrame:
    """The settings of the channels there are, one row per channel."""
    told = {name: rules.for_channel(name) for name in listings["channel"].unique().sort()}
    rows = [(name, one.priority, one.cover_days, one.at_least_pcs, one.cap_pcs, one.cap_share) for name, one in told.items()]
    schema = {"channel": pl.String, "priority": pl.Float64, "cover_days": pl.Float64, "at_least_pcs": pl.Int64}
    return pl.DataFrame(rows, schema=schema | {"channel_cap_pcs": pl.Int64, "cap_share": pl.Float64}, orient="row")


def _claims(rows: pl.DataFrame, recipes: pl.DataFrame, shelves: pl.DataFrame) -> pl.DataFrame:
    """What each listing takes off which shelf per piece sold: all of its parts, or nothing where one was never counted."""
    parts = recipes.select("component_id", item_id="bundle_id", qty="pcs")
    opened = rows.select("row", "item_id", "shelf_ref").join(parts, on="item_id", how="left")
    whole = opened.select("row", "shelf_ref", item_id=pl.coalesce("component_id", "item_id"), qty=pl.col("qty").fill_null(1))
    found = whole.join(shelves, on=["item_id", "shelf_ref"], how="left")
    uncounted = found.filter(pl.col("shelf").is_null())
    return found.join(uncounted, on="row", how="anti").select("row", "shelf", "qty", "sellable_pcs", "pool_pcs")


def _wishing(rows: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """With what the shelves would make for a listing that is alone, and what it wishes of that."""
    made = claims.group_by("row").agg(
        makeable_pcs=(pl.col("sellable_pcs").clip(0) // pl.col("qty")).min(),
        pool_makes_pcs=(pl.col("pool_pcs").clip(0) // pl.col("qty")).min(),
        takes_parts=(pl.len() > 1) | (pl.col("qty") > 1).any(),
    )
    of_share = (pl.col("cap_share") * pl.col("makeable_pcs")).ceil().cast(pl.Int64)
    capped = rows.join(made, on="row").with_columns(most_pcs=pl.min_horizontal("cap_pcs", "channel_cap_pcs", of_share))
    wish = pl.min_horizontal(pl.max_horizontal("cover_pcs", "held_pcs"), "most_pcs")
    wishing = capped.with_columns(wish_pcs=pl.when(pl.col("is_frozen") | _is_mirror()).then(0).otherwise(wish))
    return wishing.with_columns(soon_pcs=pl.min_horizontal("wish_pcs", "hours_pcs", "makeable_pcs"))


def _yielding(filled: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Which listings hold what others lack that are given pieces and have none, while a pool has too few: ``row, yields``."""
    has_none = (pl.col("exposure_pcs") == 0) & (pl.col("pool_makes_pcs") == 0) & (pl.col("given_pcs") > 0)
    lacking = claims.filter(pl.col("pool_pcs") < pl.col("qty")).join(filled.filter(has_none), on="row", how="semi")
    is_lacking = pl.col("shelf").is_in(lacking["shelf"].unique().implode())
    claimed = claims.group_by("row").agg(is_lacking=is_lacking.any())
    return filled.join(claimed, on="row").select("row", yields=pl.col("is_lacking") & (pl.col("given_pcs") < pl.col("held_pcs")))


def _needed(claims: pl.DataFrame, wishing: pl.DataFrame) -> pl.DataFrame:
    """What all listings together take off a shelf in the next hours."""
    shares = claims.join(wishing.select("row", "soon_pcs"), on="row")
    return shares.group_by("shelf").agg(soon_pcs=(pl.col("qty") * pl.col("soon_pcs")).sum())


def _is_mirror() -> pl.Expr:
    return pl.col("mirror_buffer_pcs").is_not_null()


def _target() -> pl.Expr:
    mirrored = (pl.col("makeable_pcs") - pl.col("mirror_buffer_pcs")).clip(0)
    return pl.when(_is_mirror() & ~pl.col("is_frozen")).then(mirrored).otherwise("given_pcs")


def _rule() -> pl.Expr:
    """Which consideration set the target: a key of `QUOTA_RULES`."""
    is_capped = pl.col("most_pcs") < pl.max_horizontal("cover_pcs", "held_pcs")
    return (
        pl.when("is_frozen")
        .then(pl.lit("frozen"))
        .when(_is_mirror())
        .then(pl.lit("mirror"))
        .when(pl.col("makeable_pcs") == 0)
        .then(pl.lit("no_supply"))
        .when("yields")
        .then(pl.lit("yields"))
        .when((pl.col("given_pcs") == pl.col("wish_pcs")) & is_capped)
        .then(pl.lit("cap"))
        .when(pl.col("given_pcs") == pl.col("wish_pcs"))
        .then(pl.lit("cover"))
        .when("takes_parts")
        .then(pl.lit("bundle_parts"))
        .when("is_scarce")
        .then(pl.lit("last_pieces"))
        .otherwise(pl.lit("share"))
    )
