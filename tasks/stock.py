"""One step of publishing stock each: a call to a channel, or to one of the hub's books. `tasks.stock_rounds` puts them together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

import polars as pl

from adapters.capabilities import SellsCatalog, SellsStock
from adapters.hub.assortment import Assortment
from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.figures import Figures
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.ledger import Ledger, Posting
from adapters.hub.listings import Listings
from adapters.hub.offers import Edited
from adapters.hub.unlisted import Unlisted
from tasks.rules.bundles import bundle_pcs, in_force
from tasks.rules.stock import GRAIN, gone, lost, refusals, stock_key, would_be_listed
from validation.quarantine import NONE_REFUSED

EDITED = "cabinet_edited"
NAMED = 5
SEARCHED_AT_ONCE = 5000
"""New items looked for in one round of stock, so that a large catalogue does not keep figures waiting."""


def post_counts(hub: Hub) -> Posting:
    """Move what 1C counted anew into the ledger."""
    return Ledger(hub).post_counts()


def read_free(hub: Hub, places_of: Mapping[str, list[str] | None], today: date) -> pl.DataFrame:
    """``warehouse_ref, item_id, pcs``: what each counted item has free for each warehouse of a channel, and how many bundles that makes.

    Args:
        hub: the hub.
        places_of: warehouse of the channel → 1C's warehouses it draws on, none for all; an item counted elsewhere only has nothing here.
        today: the shop's day, for recipes.
    """
    ledger, book = Ledger(hub), Assortment(hub)
    recipes = in_force(book.recipes(), book.bundles(), today).passed
    counted = ledger.free_by_item().select("item_id")
    told = []
    for warehouse, places in places_of.items():
        here = ledger.free_by_item(places).select("item_id", "pcs")
        free = counted.join(here, on="item_id", how="left").with_columns(pl.col("pcs").fill_null(0))
        told.append(pl.concat([free, bundle_pcs(free, recipes)]).select(pl.lit(warehouse).alias("warehouse_ref"), "item_id", "pcs"))
    return pl.concat(told)


def listings_after_search(hub: Hub, channel: str, shop: SellsCatalog, *, limit: int = SEARCHED_AT_ONCE) -> pl.DataFrame:
    """`ListingKept` of the channel, after new items were looked for there and what was found is remembered."""
    listings = Listings(hub)
    searched = listings.unmatched(channel, limit=limit)
    found = shop.find_listings(searched["channel_sku"].to_list())
    if searched.height:
        listings.save_matches(channel, searched, found.passed)
        answered = [*found.passed["channel_sku"], *found.refused["key"]]
        ChannelRefusals(hub).settle(channel, entity="listing", keys=answered, refused=found.refused)
    Unlisted(hub).restate(channel, searched=searched, refused=found.refused)
    return listings.offered(channel)


def listings_if_searched(hub: Hub, channel: str, shop: SellsCatalog) -> pl.DataFrame:
    """`ListingKept` of the channel as it would be after a search; nothing is remembered."""
    listings = Listings(hub)
    searched = listings.unmatched(channel)
    found = shop.find_listings(searched["channel_sku"].to_list())
    return pl.concat([listings.offered(channel), would_be_listed(searched, found.passed)])


def read_kept(hub: Hub, channel: str) -> pl.DataFrame:
    """`StockKept`: what the channel was told before, and what it refused."""
    return Figures(hub).kept(channel)


def read_stock(shop: SellsStock, listings: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
    """`StockShown`: what the channel shows now."""
    return shop.read_stock(listings, warehouses)


def send_stock(hub: Hub, shop: SellsStock, offered: pl.DataFrame) -> pl.DataFrame:
    """`StockSent`; repeated only where nothing at all has left (DESIGN §4 rule 6). What leaves is remembered before it does."""
    Figures(hub).note_leaving(offered)
    return shop.send_stock(offered)


def note_shown(hub: Hub, channel: str, listings: pl.DataFrame, shown: pl.DataFrame) -> None:
    """What the channel shows, and which of the listings it no longer has.

    Args:
        hub: the hub.
        channel: its name.
        listings: what was asked for: ``listing_id, channel_sku, item_ref``.
        shown: `StockShown`.
    """
    Figures(hub).note_shown(shown)
    missing = lost(listings, shown)
    if missing.height:
        Listings(hub).note_lost(missing)
        ChannelRefusals(hub).settle(channel, entity="listing", keys=[], refused=gone(missing))


def note_sent(hub: Hub, channel: str, differing: pl.DataFrame, settled: pl.DataFrame) -> None:
    """Accepted figures into the book, refused ones into the quarantine and taken ones out of it, a line into the journal.

    Args:
        hub: the hub.
        channel: its name.
        differing: `StockDiffering`, as sent.
        settled: `StockSent`.
    """
    decided = settled.filter(pl.col("outcome").is_in(["accepted", "refused"]))
    keys = differing.join(decided, on=GRAIN, how="semi").select(key=stock_key())["key"].to_list()
    Figures(hub).note_sent(settled)
    ChannelRefusals(hub).settle(channel, entity="stock", keys=keys, refused=refusals(settled, differing))
    counted = Counter(settled["outcome"].to_list())
    sentence = f"Остатки: отправлено {settled.height - counted['unsent']}, принято {counted['accepted']}, не принято {counted['refused']}."
    Journal(hub).note(kind="stock_sent", subject=f"channel:{channel}", sentence=sentence, detail=dict(counted))


def note_edited(hub: Hub, channel: str, edited: Sequence[Edited]) -> None:
    """Somebody else wrote to the cabinet: into the journal, and told to a person; over when a look finds nothing of the kind.

    Args:
        hub: the hub.
        channel: its name.
        edited: what was found in one look.
    """
    if not edited:
        return
    named = ", ".join(f"{one.channel_sku} (показано {one.shown_pcs}, разрешено {one.exposed_pcs})" for one in edited[:NAMED])
    more = f" и ещё {len(edited) - NAMED}" if len(edited) > NAMED else ""
    sentence = f"На площадке {channel} показано больше, чем разрешал Utyug: {named}{more}."
    Journal(hub).note(kind=EDITED, subject=f"channel:{channel}", sentence=sentence, detail=[asdict(one) for one in edited])
    Incidents(hub).report(
        kind=EDITED,
        cause=f"channel:{channel}",
        sentence=sentence,
        meaning="Остаток правили в кабинете или другой программой. Эти товары на площадке остановлены и подключаются заново; "
        "если за это время их купили, штук может не хватить.",
        advice="Не меняйте остатки в кабинете и отключите другие программы, которые это делают: остатками ведает Utyug.",
    )


def note_ignored(hub: Hub, channel: str, refused: pl.DataFrame) -> None:
    """Figures that a channel never showed, into the quarantine; the next one that it shows takes them out.

    Args:
        hub: the hub.
        channel: its name.
        refused: `RowRefused`.
    """
    if refused.height:
        ChannelRefusals(hub).settle(channel, entity="stock", keys=[], refused=refused)


def note_heard(hub: Hub, channel: str, listings: pl.DataFrame, heard: pl.DataFrame) -> None:
    """Figures of earlier runs that the channel shows now are accepted, whatever was known of them.

    Args:
        hub: the hub.
        channel: its name.
        listings: `ListingKept`.
        heard: `StockSent`.
    """
    if heard.is_empty():
        return
    keys = heard.join(listings, on="listing_id").select(key=stock_key())["key"].to_list()
    Figures(hub).note_sent(heard)
    ChannelRefusals(hub).settle(channel, entity="stock", keys=keys, refused=NONE_REFUSED)


def note_overdue(hub: Hub, channel: str, differing: pl.DataFrame, late: pl.DataFrame, right: pl.DataFrame) -> None:
    """Figures whose time to be shown is over, into the quarantine; they are sent again. Those shown as they should be leave it.

    Args:
        hub: the hub.
        channel: its name.
        differing: `StockDiffering`.
        late: `StockSent` of them.
        right: `StockOffered`, what is shown as it should be, whoever brought that about and when.
    """
    Figures(hub).note_sent(late)
    keys = right.select(key=stock_key())["key"].to_list()
    ChannelRefusals(hub).settle(channel, entity="stock", keys=keys, refused=refusals(late, differing))
