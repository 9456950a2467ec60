"""What one buyer pays, and why: the prices of a site (`tasks.rules.prices`) with his region and history in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from tasks.rules.formats import Format
from tasks.rules.price_rules import BuyerRules, Floor, PriceRules, Promotion
from tasks.rules.prices import OURS, chain
from tasks.rules.quote_rules import QuoteRules, RegionPrices
from tasks.rules.tiers import Tier

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A line that a price is asked for.

    Args:
        item_id: what the code means; none where it means nothing.
        why_not: why it is not sold, in a sentence.
    """

    sku: str
    pcs: int
    item_id: int | None = None
    why_not: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """A line with its price, or why there is none.

    Args:
        price_kopecks: of a piece.
        old_kopecks: to be crossed out beside it.
        steps: how the price came about, a sentence each.
        why_not: why there is no price.
    """

    sku: str
    pcs: int
    price_kopecks: int | None = None
    old_kopecks: int | None = None
    steps: tuple[str, ...] = ()
    why_not: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Prices of lines, in their order, and until when they hold."""

    lines: tuple[Quoted, ...]
    valid_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """What prices are made of.

    Args:
        items: ``item_id, item_ref, article, product_article, group_path`` of what is wanted.
        prices: `PriceKept` of those and of their parts.
        recipes: `RecipeInForce`.
    """

    items: pl.DataFrame
    prices: pl.DataFrame
    recipes: pl.DataFrame


def quote(
    wanted: Sequence[Wanted],
    goods: Goods,
    *,
    rules: QuoteRules,
    base: PriceRules,
    channel: Format,
    region: RegionPrices | None,
    tier: Tier | None,
    now: datetime,
) -> Quote:
    """What these lines cost one buyer. A line without a price has a sentence in its place; the others go on.

    Args:
        wanted: the lines.
        goods: what prices are made of.
        rules: the section of the settings.
        base: the site's own rules.
        channel: what the site's kind takes.
        region: where it goes; none: nowhere in particular.
        tier: what the buyer has earned; none: nothing, or it is not known who asks.
        now: in the shop's time zone.
    """
    today = now.date()
    ours = rules.for_buyer(base.on(today).for_campaign(""), region, tier)
    rows = {row["item_id"]: row for row in chain(goods.items, goods.prices, goods.recipes, rules=ours, channel=channel).to_dicts()}
    promotions = dict(goods.recipes.filter(pl.col("promotion") != "").select("bundle_id", "promotion").iter_rows())
    told = _Told(rules=ours, region=region, has_tier=tier is not None and tier.code in rules.tiers, recipes=promotions)
    midnight = datetime.combine(today + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return Quote(
        lines=tuple(_quoted(line, rows, told, goods.prices) for line in wanted),
        valid_until=min(now.astimezone(UTC) + timedelta(seconds=rules.validity_s), midnight.astimezone(UTC)),
    )


def roubles(kopecks: int) -> str:
    """1 990 ₽, or 1 990,50 ₽."""
    whole, rest = divmod(kopecks, 100)
    cents = f",{rest:02}" if rest else ""
    return f"{whole:,}".replace(",", NBSP) + f"{cents}{NBSP}₽"


def _quoted(line: Wanted, rows: dict[int, dict[str, Any]], told: "_Told", prices: pl.DataFrame) -> Quoted:
    if line.why_not is not None or line.item_id is None:
        return Quoted(sku=line.sku, pcs=line.pcs, why_not=line.why_not or "Товара с таким артикулом Utyug не знает.")
    row = rows.get(line.item_id)
    if row is None:
        return Quoted(sku=line.sku, pcs=line.pcs, why_not=_unpriced(line.item_id, told.rules.price_type, prices))
    return Quoted(
        sku=line.sku, pcs=line.pcs, price_kopecks=row["price_kopecks"], old_kopecks=row["old_kopecks"], steps=tuple(told.steps(row))
    )


def _unpriced(item_id: int, price_type: str, prices: pl.DataFrame) -> str:
    foreign = prices.filter(pl.col("item_id") == item_id, pl.col("price_type") == price_type, pl.col("currency") != OURS)
    advice = "установите её" if foreign.is_empty() else "проверьте валюту вида цен"
    return f"У товара нет цены «{price_type}» в рублях: {advice} в 1С и выгрузите снова."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """The explanation of prices that were made by these rules."""

    rules: BuyerRules
    region: RegionPrices | None
    has_tier: bool
    recipes: dict[int, str]

    def steps(self, row: dict[str, Any]) -> list[str]:
        """How the price of a row of `chain` came about."""
        steps = [self._start(row)]
        if self.rules.markup_percent:
            word = "Наценка" if self.rules.markup_percent > 0 else "Скидка"
            steps.append(_step(f"{word}: {_signed(self.rules.markup_percent)}", row["marked_0"]))
        if self.region is not None and self.rules.region_percent:
            steps.append(_step(f"Регион {self.region.title}: {_signed(self.rules.region_percent)}", row["marked_1"]))
        if row["promoted"] is not None:
            steps.append(_step(self._promotion(row["promotion"]), row["promoted"]))
        if row["stepped"] != (row["marked_1"] if row["promoted"] is None else row["promoted"]):
            steps.append(f"Округление: {roubles(row['stepped'])}")
        if row["price_kopecks"] > row["stepped"]:
            place = next(place for place in range(len(self.rules.floors)) if row[f"floor_{place}"] == row["price_kopecks"])
            steps.append(_step(_least(self.rules.floors[place]), row["price_kopecks"]))
        return steps

    def _start(self, row: dict[str, Any]) -> str:
        whose = f"Регион {self.region.title}: " if self.region is not None and self.region.price_type is not None else ""
        promotion = self.recipes.get(row["item_id"])
        parts = ", сумма частей комплекта" if row["is_sum_0"] else ""
        recipe = f" по акции «{promotion}»" if row["is_sum_0"] and promotion else ""
        return f"{whose}{self.rules.price_type}{parts}{recipe} {roubles(row['type_0'])}"

    def _promotion(self, place: int) -> str:
        promotion = self.rules.promotions[place]
        is_tier = self.has_tier and place == len(self.rules.promotions) - 1
        whose = f"Постоянный покупатель ({promotion.name})" if is_tier else f"Акция «{promotion.name}»"
        return f"{whose}: {_lowered(promotion)}"


def _step(what: str, kopecks: int) -> str:
    return f"{what}, {roubles(kopecks)}"


def _lowered(promotion: Promotion) -> str:
    return _signed(-promotion.percent) if promotion.percent is not None else f"цена «{promotion.price_type}»"


def _least(floor: Floor) -> str:
    share = "" if floor.percent == 100 else f"{_percent(floor.percent)} от "
    return f"Не ниже {share}цены «{floor.price_type}»"


def _signed(percent: Decimal) -> str:
    return f"{'+' if percent > 0 else MINUS}{_percent(abs(percent))}"


def _percent(percent: Decimal) -> str:
    return f"{percent:.2f}".rstrip("0").rstrip(".").replace(".", ",") + f"{NBSP}%"
