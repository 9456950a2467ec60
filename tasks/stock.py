"""One step of publishing stock each: a call to a channel, or to one of the hub's books."""

from collections import Counter

import polars as pl
from prefect import task

from adapters.capabilities import SellsCatalog, SellsStock
from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.journal import Journal
from adapters.hub.ledger import Ledger, Posting
from adapters.hub.listings import Listings
from adapters.hub.unlisted import Unlisted
from tasks.policy import policy
from tasks.rules.stock import gone, lost, refusals, would_be_listed


@task(name="провести остатки", **policy)
def post_counts(hub: Hub) -> Posting:
    """Move what 1C counted anew into the ledger."""
    return Ledger(hub).post_counts()


@task(name="свободные остатки", **policy)
def read_free(hub: Hub, places: list[str] | None) -> pl.DataFrame:
    """``item_id, pcs``: what each counted item has free at these places; counted elsewhere only, it has nothing here."""
    ledger = Ledger(hub)
    everywhere = ledger.free_by_item()
    here = ledger.free_by_item(places).select("item_id", "pcs")
    return everywhere.select("item_id").join(here, on="item_id", how="left").with_columns(pl.col("pcs").fill_null(0))


@task(name="найти карточки", **policy)
def listings_after_search(hub: Hub, channel: str, shop: SellsCatalog) -> pl.DataFrame:
    """`ListingKept` of the channel, after new items were looked for there and what was found is remembered."""
    listings = Listings(hub)
    searched = listings.unmatched(channel)
    found = shop.find_listings(searched["channel_sku"].to_list())
    listings.save_matches(channel, searched, found.passed)
    answered = [*found.passed["channel_sku"], *found.refused["key"]]
    ChannelRefusals(hub).settle(channel, entity="listing", keys=answered, refused=found.refused)
    Unlisted(hub).restate(channel, searched=searched, refused=found.refused)
    return listings.offered(channel)


@task(name="поискать карточки", **policy)
def listings_if_searched(hub: Hub, channel: str, shop: SellsCatalog) -> pl.DataFrame:
    """`ListingKept` of the channel as it would be after a search; nothing is remembered."""
    listings = Listings(hub)
    searched = listings.unmatched(channel)
    found = shop.find_listings(searched["channel_sku"].to_list())
    return pl.concat([listings.offered(channel), would_be_listed(searched, found.passed)])


@task(name="прочитать остатки площадки", **policy)
def read_stock(shop: SellsStock, listings: pl.DataFrame) -> pl.DataFrame:
    """`StockShown`: what the channel shows now."""
    return shop.read_stock(listings)


@task(name="отправить остатки", **policy)
def send_stock(shop: SellsStock, offered: pl.DataFrame) -> pl.DataFrame:
    """`StockSent`; repeated only where nothing at all has left (DESIGN §4 rule 6)."""
    return shop.send_stock(offered)


@task(name="запомнить показанное", **policy)
def note_shown(hub: Hub, channel: str, listings: pl.DataFrame, shown: pl.DataFrame) -> None:
    """What the channel shows, and which of the listings it no longer has.

    Args:
        hub: the hub.
        channel: its name.
        listings: what was asked for: ``listing_id, channel_sku, item_ref``.
        shown: `StockShown`.
    """
    missing = lost(listings, shown)
    Listings(hub).note_shown(shown)
    Listings(hub).note_lost(missing)
    ChannelRefusals(hub).settle(channel, entity="listing", keys=[], refused=gone(missing))


@task(name="запомнить отправленное", **policy)
def note_sent(hub: Hub, channel: str, differing: pl.DataFrame, settled: pl.DataFrame) -> None:
    """Accepted figures into the book, refused ones into the quarantine and taken ones out of it, a line into the journal.

    Args:
        hub: the hub.
        channel: its name.
        differing: `StockDiffering`, as sent.
        settled: `StockSent`.
    """
    decided = settled.filter(pl.col("outcome").is_in(["accepted", "refused"]))
    codes = differing.join(decided, on="listing_id", how="semi")["channel_sku"].to_list()
    Listings(hub).note_sent(settled)
    ChannelRefusals(hub).settle(channel, entity="stock", keys=codes, refused=refusals(settled, differing))
    counted = Counter(settled["outcome"].to_list())
    sentence = f"Остатки: отправлено {settled.height - counted['unsent']}, принято {counted['accepted']}, не принято {counted['refused']}."
    Journal(hub).note(kind="stock_sent", subject=f"channel:{channel}", sentence=sentence, detail=dict(counted))
