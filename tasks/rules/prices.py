"""Prices of a channel out of 1C's: price type, markup, promotion, rounding, floor, and the crossed-out price beside it.

Every figure is whole kopecks and every step rounds by its own rule, so that the explanation adds up.
"""

import math
from collections.abc import Sequence
from datetime import date

import polars as pl

from tasks.rules.formats import Format
from tasks.rules.groups import is_within
from tasks.rules.old_prices import old_kopecks
from tasks.rules.price_rules import BASIS, Floor, PriceRules, Promotion, Rounding, basis_points
from validation.quarantine import Judged, refuse

OURS = "RUB"
PRICED = ("item_id", "campaign_ref", "price_kopecks", "old_kopecks", "why")


def prices(
    items: pl.DataFrame,
    kept: pl.DataFrame,
    recipes: pl.DataFrame,
    *,
    rules: PriceRules,
    channel: Format,
    today: date,
    campaigns: Sequence[str] = ("",),
) -> Judged:
    """What a channel asks for each item in each campaign.

    Args:
        items: `ItemKept`, or its ``item_id, item_ref, article, product_article, group_path``; only those sold there.
        kept: `PriceKept`.
        recipes: `RecipeInForce`: a bundle without a price of its own costs what its parts cost.
        rules: the channel's section of the settings.
        channel: what its kind takes.
        today: the shop's day, for promotions.
        campaigns: those with prices of their own; the empty one is the whole account.

    Returns:
        ``item_id, campaign_ref, price_kopecks, old_kopecks, why``, where ``why`` explains the price in one line. Refused: items without
        a price; a price type that 1C does not know or that is not in roubles is one row, whatever the number of items.
    """
    by_campaign = {ref: rules.on(today).for_campaign(ref) for ref in campaigns}
    steps = {ref: _priced(items, kept, recipes, ours) for ref, ours in by_campaign.items()}
    made = [
        _made(priced, by_campaign[ref], channel).with_columns(why=_why(by_campaign[ref]), campaign_ref=pl.lit(ref)).select(PRICED)
        for ref, priced in steps.items()
    ]
    refused = [_without_price(priced.filter(~_has_price()), kept, by_campaign[ref]) for ref, priced in steps.items()]
    return Judged(pl.concat(made), pl.concat(refused).unique(["key", "reason"], maintain_order=True))


def chain(items: pl.DataFrame, kept: pl.DataFrame, recipes: pl.DataFrame, *, rules: PriceRules, channel: Format) -> pl.DataFrame:
    """How the price of each item comes about, step by step; items without a price are left out.

    Args:
        items: as in `prices`.
        kept: `PriceKept`.
        recipes: `RecipeInForce`.
        rules: with the promotions of the day only.
        channel: what its kind takes.

    Returns:
        ``item_id`` and in kopecks ``type_0`` (``is_sum_0``: the sum of a bundle's parts), ``marked_<n>`` after each of the markups,
        ``promoted`` and ``promotion``, its place in the rules (null: none), ``stepped`` (rounded), ``floor_<n>`` and ``floor``, the
        highest of them, ``price_kopecks`` and ``old_kopecks``.
    """
    return _made(_priced(items, kept, recipes, rules), rules, channel)


def rounded(price: pl.Expr, rounding: Rounding, unit_kopecks: int, to: str | None = None) -> pl.Expr:
    """A price by the rule and in whole units of the channel; never nothing.

    Args:
        price: kopecks.
        rounding: of the settings.
        unit_kopecks: what a price is a multiple of on the channel.
        to: which way, where not as the rule says.
    """
    unit = math.lcm(rounding.unit_kopecks, unit_kopecks)
    ending = rounding.ending_kopecks // unit_kopecks * unit_kopecks
    added = {"up": unit - 1, "down": 0, "nearest": unit // 2}[to or rounding.to]
    stepped = (price - ending + added) // unit * unit + ending
    return pl.when(stepped > 0).then(stepped).otherwise(stepped + unit)


def _has_price() -> pl.Expr:
    return pl.col("type_0").is_not_null()


def _priced(items: pl.DataFrame, kept: pl.DataFrame, recipes: pl.DataFrame, rules: PriceRules) -> pl.DataFrame:
    """Items with a column for each price type of the rules."""
    ours = kept.filter(pl.col("currency") == OURS)
    priced = items.select("item_id", "item_ref", "article", "product_article", "group_path")
    for place, name in enumerate(rules.price_types):
        priced = priced.join(_of_type(ours, recipes, name, place), on="item_id", how="left", maintain_order="left")
    return priced


def _of_type(ours: pl.DataFrame, recipes: pl.DataFrame, name: str, place: int) -> pl.DataFrame:
    """``item_id, type_<place>, is_sum_<place>``: prices of one type; a bundle's own, else the sum of its parts'."""
    own = ours.filter(pl.col("price_type") == name).group_by("item_id").agg(pl.col("price_kopecks").max())
    lacking = recipes.join(own, left_on="bundle_id", right_on="item_id", how="anti")
    parts = lacking.join(own, left_on="component_id", right_on="item_id", how="left")
    sums = parts.group_by(item_id="bundle_id").agg(
        price_kopecks=pl.when(pl.col("price_kopecks").is_not_null().all()).then((pl.col("price_kopecks") * pl.col("pcs")).sum())
    )
    both = pl.concat([own.with_columns(is_sum=pl.lit(False)), sums.drop_nulls().with_columns(is_sum=pl.lit(True))])
    return both.rename({"price_kopecks": f"type_{place}", "is_sum": f"is_sum_{place}"})


def _made(priced: pl.DataFrame, rules: PriceRules, channel: Format) -> pl.DataFrame:
    """The chain of a price, a column for each step, where there is one."""
    marked = priced.filter(_has_price())
    before = "type_0"
    for place, percent in enumerate(rules.markups):
        marked = marked.with_columns(_share(pl.col(before), BASIS + basis_points(percent)).alias(f"marked_{place}"))
        before = f"marked_{place}"
    promoted = marked.with_columns(marked=pl.col(before)).with_columns(_promoted(rules))
    stepped = promoted.with_columns(
        _floors(rules, channel),
        stepped=rounded(pl.coalesce("promoted", "marked"), rules.rounding, channel.price_unit_kopecks),
    ).with_columns(floor=pl.max_horizontal(pl.lit(None, pl.Int64), *(f"floor_{place}" for place in range(len(rules.floors)))))
    final = stepped.with_columns(
        price_kopecks=pl.max_horizontal("stepped", "floor"),
        old_kopecks=pl.max_horizontal(
            _price_of(rules, rules.old_price_type), pl.when(pl.col("promoted").is_not_null()).then(pl.col("marked"))
        ),
    )
    has_old = final["old_kopecks"].null_count() < final.height
    return final.with_columns(old_kopecks=old_kopecks(channel.old_price) if has_old else pl.col("old_kopecks"))


def _share(price: pl.Expr, basis: int) -> pl.Expr:
    """So many hundredths of a percent of a price, half a kopeck up."""
    return price if basis == BASIS else (price * basis + BASIS // 2) // BASIS


def _price_of(rules: PriceRules, name: str | None) -> pl.Expr:
    return pl.lit(None, pl.Int64) if name is None else pl.col(f"type_{rules.price_types.index(name)}")


def _promoted(rules: PriceRules) -> list[pl.Expr]:
    """``promoted``, the lowest of the promotions' prices where it is below the usual one, and ``promotion``, its place in the rules."""
    told = [_promotion_price(promotion, rules) for promotion in rules.promotions]
    lowest = pl.min_horizontal(pl.lit(None, pl.Int64), *told)
    first = pl.coalesce(*(pl.when(price == lowest).then(pl.lit(place)) for place, price in enumerate(told)), pl.lit(None, pl.Int32))
    is_lower = lowest < pl.col("marked")
    return [pl.when(is_lower).then(lowest).alias("promoted"), pl.when(is_lower).then(first).alias("promotion")]


def _promotion_price(promotion: Promotion, rules: PriceRules) -> pl.Expr:
    lowered = pl.col("marked") if promotion.percent is None else _share(pl.col("marked"), BASIS - basis_points(promotion.percent))
    price = lowered if promotion.price_type is None else _price_of(rules, promotion.price_type)
    article = pl.coalesce("article", "product_article")
    is_named = article.is_in(promotion.articles).fill_null(False) | is_within(promotion.groups)
    return price if not promotion.articles and not promotion.groups else pl.when(is_named).then(price)


def _floors(rules: PriceRules, channel: Format) -> list[pl.Expr]:
    """For each floor the lowest price that is rounded as prices are and not below it."""
    least = [-(-_price_of(rules, floor.price_type) * basis_points(floor.percent) // BASIS) for floor in rules.floors]
    return [
        rounded(price, rules.rounding, channel.price_unit_kopecks, to="up").alias(f"floor_{place}") for place, price in enumerate(least)
    ]


def _why(rules: PriceRules) -> pl.Expr:
    """«Розничная» 3290,00, наценка 5 %: 3454,50, акция «Лето»: 2936,33, округлено: 2936,00 ₽."""
    start = pl.when("is_sum_0").then(pl.lit(f"«{rules.price_type}», сумма частей: ")).otherwise(pl.lit(f"«{rules.price_type}» "))
    steps = [start, _roubles("type_0")]
    if rules.markup_percent:
        word = "наценка" if rules.markup_percent > 0 else "скидка"
        steps += [pl.lit(f", {word} {_percent(abs(rules.markup_percent))}: "), _roubles("marked")]
    if rules.promotions:
        names = pl.col("promotion").replace_strict(
            dict(enumerate(f", акция «{one.name}»: " for one in rules.promotions)), return_dtype=pl.String
        )
        steps.append(pl.when(pl.col("promoted").is_not_null()).then(names + _roubles("promoted")).otherwise(pl.lit("")))
    is_stepped = pl.col("stepped") != pl.coalesce("promoted", "marked")
    steps.append(pl.when(is_stepped).then(pl.lit(", округлено: ") + _roubles("stepped")).otherwise(pl.lit("")))
    if rules.floor is not None:
        is_raised = (pl.col("floor") > pl.col("stepped")).fill_null(False)
        steps.append(pl.when(is_raised).then(pl.lit(_floor_told(rules.floor)) + _roubles("floor")).otherwise(pl.lit("")))
    return pl.concat_str(*steps, pl.lit(" ₽"))


def _floor_told(floor: Floor) -> str:
    return f", не ниже {_percent(floor.percent)} от «{floor.price_type}»: "


def _percent(percent: object) -> str:
    text = f"{percent:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{text} %"


def _roubles(column: str) -> pl.Expr:
    price = pl.col(column)
    return pl.concat_str(price // 100, pl.lit(","), (price % 100).cast(pl.String).str.zfill(2))


def _without_price(lacking: pl.DataFrame, kept: pl.DataFrame, rules: PriceRules) -> pl.DataFrame:
    """Price types of the rules of which there is not one price in roubles, one row each; and items without the first one."""
    foreign, ours = (kept.filter((pl.col("currency") == OURS) == is_ours) for is_ours in (False, True))
    unheard = [name for name in rules.price_types if name not in set(ours["price_type"].unique())]
    abroad = pl.col("price_type").is_in(foreign["price_type"].unique().implode())
    types = pl.DataFrame({"price_type": unheard}, schema={"price_type": pl.String}).with_columns(
        _fault(abroad, "price_type_is_foreign", "price_type_is_unknown"), row=pl.lit(None, pl.Int64)
    )
    told = refuse(types, entity="price", key=pl.col("price_type"))
    if rules.price_type in unheard:
        return told
    quoted_abroad = foreign.filter(pl.col("price_type") == rules.price_type)["item_id"].implode()
    rows = lacking.select(
        "item_ref",
        _fault(pl.col("item_id").is_in(quoted_abroad), "price_is_foreign", "price_is_missing"),
        article=pl.coalesce("article", "product_article"),
        price_type=pl.lit(rules.price_type),
        row=pl.lit(None, pl.Int64),
    )
    return pl.concat([told, refuse(rows, entity="price", key=pl.col("item_ref"))])


def _fault(claim: pl.Expr, where_true: str, elsewhere: str) -> pl.Expr:
    return pl.when(claim).then(pl.lit(where_true)).otherwise(pl.lit(elsewhere)).alias("reason")
