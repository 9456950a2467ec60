"""How many pieces each channel may sell of each listing: from the ledger, the sales and the settings to the targets in the hub."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import polars as pl

from adapters.hub.assortment import Assortment
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.offers import Offers
from adapters.hub.quotas import Quotas
from adapters.settings import Settings
from tasks.rules.bundles import in_force
from tasks.rules.quotas import allocate
from tasks.rules.sale_rates import rates
from validation.quotas import ListingToFill

RENEWED_AT_LEAST_EVERY = timedelta(minutes=1)
FORGOTTEN_AFTER = 5
"""Sales older than so many time constants of the smoothing no longer count."""
GRAIN = ["listing_id", "warehouse_ref"]


def renew_quotas(hub: Hub, settings: Settings) -> bool:
    """Set the targets of all offers anew, where the ledger has moved since; whether they were."""
    book = Quotas(hub)
    newest = book.news(at_least_every=RENEWED_AT_LEAST_EVERY)
    if newest is None:
        return False
    now, rules = hub.clock.now(), settings.quotas
    shelf_of = shelves(places for channel in settings.channels.values() for places in channel.places_of.values())
    recipes = recipes_today(hub, settings)
    listings = pl.concat([_told(hub, settings, shelf_of, recipes), _asking(hub, settings, shelf_of)])
    sold = book.sold(now - FORGOTTEN_AFTER * timedelta(seconds=rules.memory_s))
    rated = rates(sold, listings.select("listing_id", "item_id", "channel").unique(maintain_order=True), now, rules)
    wanted = listings.join(rated, on="listing_id", maintain_order="left")
    filled = ListingToFill.validate(wanted.select(ListingToFill.to_schema().columns.keys()))
    book.set_targets(allocate(book.supply(shelf_of), filled, recipes, rules), movement_id=newest)
    return True


def recipes_today(hub: Hub, settings: Settings) -> pl.DataFrame:
    """`RecipeInForce` of the shop's day."""
    book = Assortment(hub)
    return in_force(book.recipes(), book.bundles(), settings.today(hub.clock.now())).passed


def offers_wanted(listings: pl.DataFrame, warehouses: Sequence[str], recipes: pl.DataFrame) -> pl.DataFrame:
    """``listing_id, warehouse_ref, recipe, promotion``: an offer for each listing and warehouse; an item is its own recipe.

    Args:
        listings: `ListingKept`.
        warehouses: of the channel.
        recipes: `RecipeInForce`.
    """
    parts = pl.format("[{}, {}]", "component_id", "pcs").sort_by("component_id").str.join(", ")
    bundles = recipes.group_by(item_id="bundle_id").agg(recipe=pl.format("[{}]", parts), promotion=pl.col("promotion").first())
    told = (
        listings.select("listing_id", "item_id")
        .join(bundles, on="item_id", how="left", maintain_order="left")
        .with_columns(pl.col("recipe").fill_null(pl.format("[[{}, 1]]", "item_id")), pl.col("promotion").fill_null(""))
    )
    everywhere = told.join(pl.DataFrame({"warehouse_ref": list(warehouses)}), how="cross", maintain_order="left_right")
    return everywhere.select(*GRAIN, "recipe", "promotion")


def shelves(place_sets: Iterable[Sequence[str] | None]) -> dict[str, str]:
    """1C's place → the shelf it belongs to: places that some warehouse draws on together are one; empty where one draws on all."""
    shelf_of: dict[str, str] = {}
    for places in place_sets:
        if places is None:
            return {}
        joined = {*places, *(one for one, shelf in shelf_of.items() if shelf in {shelf_of.get(place) for place in places})}
        shelf_of |= dict.fromkeys(joined, min(joined))
    return shelf_of


def _told(hub: Hub, settings: Settings, shelf_of: Mapping[str, str], recipes: pl.DataFrame) -> pl.DataFrame:
    """Listings with offers; one whose recipe has changed sells nothing until nothing of it stands exposed."""
    frames = [NONE]
    for name, channel in settings.channels.items():
        if channel.is_asking:
            continue
        known = Offers(hub).known(name)
        wanted = offers_wanted(known.unique("listing_id", maintain_order=True), list(channel.places_of), recipes)
        same = known.join(wanted.select(*GRAIN, wanted="recipe"), on=GRAIN, how="left", maintain_order="left")
        is_changed = pl.col("recipe") != pl.col("wanted")
        mirrored = mirrored_items(hub, settings, name)
        frames.append(
            same.join(mirrored, on="item_id", how="anti", maintain_order="left").select(
                "listing_id",
                pl.lit(name).alias("channel"),
                "warehouse_ref",
                _shelf(channel.places_of, shelf_of),
                "item_id",
                pl.col("exposed_pcs").alias("exposure_pcs"),
                "shown_pcs",
                worth=pl.lit(1.0),
                cap_pcs=pl.lit(None, pl.Int64),
                is_asking=pl.lit(False),
                is_frozen=pl.col("frozen_for").is_not_null() | is_changed.fill_null(False) | pl.col("is_lost"),
                mirror_buffer_pcs=pl.lit(None, pl.Int64),
            )
        )
    return pl.concat(frames)


def _asking(hub: Hub, settings: Settings, shelf_of: Mapping[str, str]) -> pl.DataFrame:
    """Listings of channels that take from the pool at checkout: they claim their part, and it stays there."""
    frames = [NONE]
    for name, channel in settings.channels.items():
        if channel.is_asking:
            warehouses = pl.DataFrame({"warehouse_ref": list(channel.places_of)})
            listings = Listings(hub).offered(name).join(warehouses, how="cross")
            frames.append(
                listings.select(
                    "listing_id",
                    pl.lit(name).alias("channel"),
                    "warehouse_ref",
                    _shelf(channel.places_of, shelf_of),
                    "item_id",
                    exposure_pcs=pl.lit(0, pl.Int64),
                    shown_pcs=pl.lit(None, pl.Int64),
                    worth=pl.lit(1.0),
                    cap_pcs=pl.lit(None, pl.Int64),
                    is_asking=pl.lit(True),
                    is_frozen=pl.lit(False),
                    mirror_buffer_pcs=pl.lit(None, pl.Int64),
                )
            )
    return pl.concat(frames)


def mirrored_items(hub: Hub, settings: Settings, channel: str) -> pl.DataFrame:
    """``item_id`` of what the owner lets a channel mirror."""
    articles = settings.channels[channel].mirror.articles
    if not articles:
        return NO_ITEMS
    items = Assortment(hub).items()
    named = items if "*" in articles else items.filter(pl.coalesce("article", "product_article").is_in(articles))
    return named.select("item_id")


def _shelf(places_of: Mapping[str, Sequence[str] | None], shelf_of: Mapping[str, str]) -> pl.Expr:
    shelf = {warehouse: shelf_of.get(next(iter(places or ()), ""), "") for warehouse, places in places_of.items()}
    return pl.col("warehouse_ref").replace_strict(shelf, default="", return_dtype=pl.String).alias("shelf_ref")


NONE = ListingToFill.empty().drop("rate_per_day")
NO_ITEMS = pl.DataFrame(schema={"item_id": pl.Int64})
