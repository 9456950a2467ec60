"""What the lines of orders are: listings, the recipes they are sold under, the exposures that stand behind them, and how 1C calls them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from adapters.hub.assortment import RECIPE, RECIPES
from tasks.rules.bundles import in_force
from tasks.rules.sale_documents import Goods

LISTED = text("""
    select l.listing_id, l.channel_sku, i.item_id, coalesce(nullif(trim(i.article), ''), nullif(trim(p.article), '')) as article,
        i.is_bundle or exists (select from told_recipe t where t.bundle_id = i.item_id) as is_bundle
    from listing l
    join item i using (item_id)
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    where l.channel = :channel and l.channel_sku = any (:skus)
""").bindparams(bindparam("skus", type_=ARRAY(Text)))

OFFERED = text("""
    select listing_id, warehouse_ref, phase, recipe, promotion from offer where listing_id = any (:listing_ids)
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)))

NAMED = text("""
    select i.item_id, i.source, i.item_ref, coalesce(i.name, p.name, i.article, i.item_ref) as name,
        coalesce(nullif(trim(i.article), ''), nullif(trim(p.article), '')) as article, p.vat, max(c.price_kopecks) as worth_kopecks
    from item i
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    left join price c on c.item_id = i.item_id and c.currency = 'RUB'
    where i.item_id = any (:item_ids)
    group by i.item_id, p.product_id
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A listing's offer at a warehouse of its channel; ``is_open``: its exposure gives before the pool does."""

    warehouse_ref: str
    is_open: bool
    recipe: tuple[tuple[int, int], ...]
    promotion: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A listing as orders meet it."""

    listing_id: int
    item_id: int
    article: str | None
    is_bundle: bool
    offers: Mapping[str, Offered] = field(default_factory=dict)

    def offer(self, warehouse_ref: str) -> Offered | None:
        """The offer that a sale at this warehouse was made of; the only one there is, where the order names no warehouse yet."""
        if not warehouse_ref and len(self.offers) == 1:
            return next(iter(self.offers.values()))
        return self.offers.get(warehouse_ref)


def read_listed(connection: Connection, channel: str, skus: Collection[str]) -> dict[str, Listed]:
    """Listings of a channel by its code, those too that were lost since: their last orders come late."""
    rows = connection.execute(LISTED, {"channel": channel, "skus": sorted(skus)}).all()
    offers: dict[int, dict[str, Offered]] = {}
    for row in connection.execute(OFFERED, {"listing_ids": sorted(row.listing_id for row in rows)}):
        made = Offered(
            warehouse_ref=row.warehouse_ref,
            is_open=row.phase == "open",
            recipe=tuple((int(item_id), int(pcs)) for item_id, pcs in row.recipe),
            promotion=row.promotion,
        )
        offers.setdefault(row.listing_id, {})[row.warehouse_ref] = made
    return {
        row.channel_sku: Listed(
            listing_id=row.listing_id,
            item_id=row.item_id,
            article=row.article,
            is_bundle=row.is_bundle,
            offers=offers.get(row.listing_id, {}),
        )
        for row in rows
    }


class Recipes:
    """Recipes in force on a day, read when a bundle is first asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: pl.DataFrame | None = None
        self._days: dict[date, dict[int, tuple[list[tuple[int, int]], str]]] = {}

    def of(self, bundle_id: int, day: date) -> tuple[list[tuple[int, int]], str] | None:
        """A bundle's parts and the promotion they are of; None where no recipe is in force."""
        if day not in self._days:
            self._days[day] = _by_bundle(in_force(self._all(), _NO_NAMES, day).passed)
        return self._days[day].get(bundle_id)

    def _all(self) -> pl.DataFrame:
        if self._kept is None:
            self._kept = pl.DataFrame(self._connection.execute(text(RECIPES)).all(), schema=RECIPE, orient="row")
        return self._kept


def read_goods(connection: Connection, item_ids: Collection[int]) -> dict[int, Goods]:
    """How 1C calls these items, and what they are worth there."""
    rows = connection.execute(NAMED, {"item_ids": sorted(item_ids)})
    return {row.item_id: Goods(**{name: value for name, value in row._asdict().items() if name != "item_id"}) for row in rows}


_NO_NAMES = pl.DataFrame(schema={"item_id": pl.Int64, "item_ref": pl.String})


def _by_bundle(recipes: pl.DataFrame) -> dict[int, tuple[list[tuple[int, int]], str]]:
    found: dict[int, tuple[list[tuple[int, int]], str]] = {}
    for row in recipes.select("bundle_id", "component_id", "pcs", "promotion").iter_rows():
        bundle_id, component_id, pcs, promotion = _as_part(row)
        parts, _ = found.setdefault(bundle_id, ([], promotion))
        parts.append((component_id, pcs))
    return found


def _as_part(row: tuple[Any, ...]) -> tuple[int, int, int, str]:
    bundle_id, component_id, pcs, promotion = row
    return bundle_id, component_id, pcs, promotion
