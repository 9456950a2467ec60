"""A round of stock on one channel: what it sold, what it shows, what it may show, what is sent, what became of it (DESIGN §4).

Listings of a told channel have quotas (`adapters.hub.offers`). An asking channel, and items that the owner lets a channel mirror, are told
one shared number: what the pool has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from adapters.capabilities import Channel
from adapters.channel_settings import AnyChannel
from adapters.errors import Retryable, SyncError
from adapters.hub.bounds import Measures
from adapters.hub.figures import Figures
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.offers import Advanced, Offers, Told
from adapters.settings import Settings
from tasks.orders import poll_if_old
from tasks.publishing import Published, broken
from tasks.quotas import mirrored_items, offers_wanted, recipes_today, renew_quotas
from tasks.rules.bounds import EFFECTIVE
from tasks.rules.offer import Stride
from tasks.rules.stock import (
    GRAIN,
    agreeing,
    differences,
    held_back,
    ignored,
    is_at_rest,
    lanes,
    may_be_told,
    offer,
    outcomes,
    overdue,
    refused_with_others,
    settle,
    shown_since,
)
from tasks.stock import (
    listings_after_search,
    listings_if_searched,
    note_edited,
    note_heard,
    note_ignored,
    note_overdue,
    note_sent,
    note_shown,
    read_free,
    read_kept,
    read_stock,
    send_stock,
)
from validation.stock import StockDiffering, StockOffered


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a channel showed, and when it was asked."""

    shown: pl.DataFrame
    began_at: datetime
    ended_at: datetime


def stock_round(hub: Hub, settings: Settings, name: str, shop: Channel, *, is_whole: bool = True) -> Published:
    """Make a channel show what it may.

    Args:
        hub: the hub; 1C's counts are posted.
        settings: of the shop.
        name: the channel's.
        shop: the channel itself.
        is_whole: look for new cards and read every listing back; else only those that something is under way with.
    """
    with Listings(hub).only_sender(name) as is_only:
        if not is_only:
            return Published(channel=name)
        return _Round(hub, settings, name, shop).play(is_whole=is_whole)


class _Round:
    def __init__(self, hub: Hub, settings: Settings, name: str, shop: Channel) -> None:
        self.hub, self.settings, self.name, self.shop = hub, settings, name, shop
        self.channel: AnyChannel = settings.channels[name]
        self.places_of = settings.channels[name].places_of
        self.warehouses = list(self.places_of)
        self.told = told_channel(settings, name)
        self._free: pl.DataFrame | None = None
        bound_s = 0.0 if settings.channels[name].is_asking else self.told.bounds.effective_s
        self.shows_within_s = shop.shows_within_s or bound_s

    def play(self, *, is_whole: bool) -> Published:
        """All of it, in its order."""
        listings = listings_after_search(self.hub, self.name, self.shop) if is_whole else Listings(self.hub).offered(self.name)
        shared = self._shared(listings)
        quota = listings.join(shared, on="listing_id", how="anti", maintain_order="left")
        if is_whole:
            self._open(quota, shared)
        if quota.height:
            poll_if_old(self.hub, self.settings, self.name, self.shop)
        renew_quotas(self.hub, self.settings)
        known = Offers(self.hub).known(self.name)
        asked = listings if is_whole else self._restless(listings, shared, known)
        if asked.is_empty():
            return Published(channel=self.name, listings=listings.height)
        looked = self._look(asked)
        kept = read_kept(self.hub, self.name)
        advanced = self._advance(known, quota.join(asked, on="listing_id", how="semi") if quota.height else quota, looked)
        given = self._given(advanced, quota, kept, looked.shown)
        common = self._common(shared.join(asked, on="listing_id", how="semi", maintain_order="left"), listings, kept, looked.shown)
        differing = pl.concat([given, common.differing.with_columns(version=pl.lit(None, pl.Int64))], how="diagonal")
        compared = Published(channel=self.name, listings=listings.height, heard=common.heard)
        return self._send(differing, compared)

    def compare(self) -> Published:
        """What would be sent, as far as one look tells."""
        listings = listings_if_searched(self.hub, self.name, self.shop)
        shown, kept = read_stock(self.shop, listings, self.warehouses), read_kept(self.hub, self.name)
        shared = self._shared(listings)
        known = Offers(self.hub).known(self.name).filter(pl.col("target_pcs").is_not_null()).select(*GRAIN, pcs="target_pcs")
        given = listings.join(known, on="listing_id", maintain_order="left").with_columns(is_alone=pl.lit(False))
        offered = pl.concat([self._offered(shared, kept), given.select(StockOffered.to_schema().columns.keys())])
        waits = {"pause_s": self.shop.pause_s, "shows_within_s": self.shop.shows_within_s}
        differing = held_back(differences(offered, shown), kept, self.hub.clock.now(), **waits)
        return Published(channel=self.name, listings=listings.height, outcomes=outcomes(differing))

    def _shared(self, listings: pl.DataFrame) -> pl.DataFrame:
        """Listings that are told the shared number."""
        if self.settings.channels[self.name].is_asking:
            return listings
        return listings.join(mirrored_items(self.hub, self.settings, self.name), on="item_id", how="semi", maintain_order="left")

    def _open(self, quota: pl.DataFrame, shared: pl.DataFrame) -> None:
        Offers(self.hub).open(self.name, offers_wanted(quota, self.warehouses, recipes_today(self.hub, self.settings)))
        Offers(self.hub).close(self.name, shared["listing_id"].to_list())

    def _restless(self, listings: pl.DataFrame, shared: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        """What is worth reading back between two whole readings."""
        restless = [known.filter(~is_at_rest()).select("listing_id")]
        if shared.height:
            offered = self._offered(shared, read_kept(self.hub, self.name))
            restless.append(differences(offered, Figures(self.hub).shown(self.name)).select("listing_id"))
        return listings.join(pl.concat(restless).unique(), on="listing_id", how="semi", maintain_order="left")

    def _look(self, listings: pl.DataFrame) -> Looked:
        began_at = self.hub.clock.now()
        shown = read_stock(self.shop, listings, self.warehouses)
        ended_at = self.hub.clock.now()
        note_shown(self.hub, self.name, listings, shown)
        return Looked(shown=shown, began_at=began_at, ended_at=ended_at)

    def _advance(self, known: pl.DataFrame, asked: pl.DataFrame, looked: Looked) -> Advanced:
        """Every step that the offers can take now."""
        read = known.rename({"shown_pcs": "before_pcs"}).join(looked.shown, on=GRAIN, how="left", maintain_order="left")
        is_seen = pl.col("listing_id").is_in(asked["listing_id"].implode()) | pl.col("is_lost")
        is_there = pl.col("warehouse_ref").ne("") | pl.col("listing_id").is_in(looked.shown["listing_id"].implode()).not_()
        seen = read.filter(is_seen).with_columns(shown_pcs=pl.when(is_there).then(pl.col("pcs").fill_null(0)).otherwise("pcs"))
        moving = may_be_told(
            seen.filter(~is_at_rest()), self.hub.clock.now(), pause_s=self.shop.pause_s, shows_within_s=self.shop.shows_within_s
        )
        if moving.is_empty():
            return Advanced(figures=NO_FIGURES)
        columns = [*GRAIN, "shown_pcs", "reserved_pcs", "before_pcs", "read_at", "may_write", "may_freeze"]
        advanced = Offers(self.hub).advance(self.told, moving.select(columns), began_at=looked.began_at, ended_at=looked.ended_at)
        note_edited(self.hub, self.name, advanced.edited)
        note_ignored(self.hub, self.name, ignored(asked, looked.shown, advanced.ignored))
        Measures(self.hub).note(self.name, EFFECTIVE, advanced.effective_s, limit_s=self.told.bounds.effective_s)
        return advanced

    def _given(self, advanced: Advanced, listings: pl.DataFrame, kept: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
        """`StockDiffering` with ``version``: figures whose pieces are set aside."""
        if advanced.figures.is_empty():
            return NONE_GIVEN
        named = advanced.figures.join(listings, on="listing_id", maintain_order="left")
        read = named.join(shown.select(*GRAIN, shown_pcs="pcs"), on=GRAIN, how="left", maintain_order="left")
        alone = refused_with_others(kept)
        told = read.join(alone, on=GRAIN, how="left", maintain_order="left").with_columns(pl.col("is_alone").fill_null(False))
        return told.select(*StockDiffering.to_schema().columns, "version")

    def _offered(self, shared: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
        """`StockOffered` of the shared number, by one look at the pool for the whole round."""
        if self._free is None:
            self._free = read_free(self.hub, self.places_of, self.settings.today(self.hub.clock.now()))
        buffer = 0 if self.settings.channels[self.name].is_asking else self.channel.mirror.buffer_pcs
        return offer(self._free.with_columns(pl.col("pcs") - buffer), shared, kept, self.warehouses)

    def _common(self, shared: pl.DataFrame, listings: pl.DataFrame, kept: pl.DataFrame, shown: pl.DataFrame) -> "_Common":
        """What is told the shared number and does not show it; and what was heard of earlier figures, whosever they are."""
        now = self.hub.clock.now()
        heard = shown_since(kept, shown)
        note_heard(self.hub, self.name, listings, heard)
        if shared.is_empty():
            return _Common(differing=NONE_DIFFERING, heard=heard.height)
        offered = self._offered(shared, kept)
        differing = differences(offered, shown)
        waits = {"shows_within_s": self.shows_within_s}
        note_overdue(self.hub, self.name, differing, overdue(differing, kept, now, **waits), agreeing(offered, shown))
        return _Common(differing=held_back(differing, kept, now, pause_s=self.shop.pause_s, **waits), heard=heard.height)

    def _send(self, differing: pl.DataFrame, compared: Published) -> Published:
        """Zeros and shrinks first; each batch is remembered just before it leaves."""
        if differing.is_empty():
            return compared
        sent = [answered for lane in lanes(differing) for answered in self._lane(lane)]
        if not sent:
            return compared
        left = differing.join(pl.concat(sent), on=GRAIN, how="semi", maintain_order="left").drop("version")
        read_back = self._look(left).shown
        settled = settle(left, sent, read_back, shows_within_s=self.shows_within_s)
        note_sent(self.hub, self.name, left, settled)
        return replace(compared, outcomes=outcomes(left, settled), stopped_by=broken(self.name, sent))

    def _lane(self, lane: pl.DataFrame) -> Sequence[pl.DataFrame]:
        return [sent for batch in lane.iter_slices(self.shop.figures_at_once) if (sent := self._batch(batch)).height]

    def _batch(self, batch: pl.DataFrame) -> pl.DataFrame:
        offers, is_given = Offers(self.hub), pl.col("version").is_not_null()
        given = offers.leave(self.told, batch.filter(is_given))
        leaving = pl.concat([given, batch.filter(~is_given)]).drop("version")
        if leaving.is_empty():
            return leaving.clear().select(*GRAIN)
        try:
            sent = send_stock(self.hub, self.shop, leaving)
        except SyncError as error:
            outcome = "unsent" if isinstance(error, Retryable) else "unknown"
            offers.note_left(self.told, given.select(*GRAIN, outcome=pl.lit(outcome)))
            raise
        offers.note_left(self.told, sent.join(given, on=GRAIN, how="semi").select(*GRAIN, "outcome"))
        return sent


@dataclass(frozen=True, kw_only=True)
class _Common:
    differing: pl.DataFrame
    heard: int


def told_channel(settings: Settings, name: str) -> Told:
    """A channel as its offers know it."""
    channel, quotas = settings.channels[name], settings.quotas
    stride = Stride(grows_by=quotas.act_share, shrinks_by=quotas.act_share)
    return Told(channel=name, bounds=channel.bounds, places_of=channel.places_of, dwell=timedelta(seconds=quotas.dwell_s), stride=stride)


NONE_DIFFERING = StockDiffering.empty()
NONE_GIVEN = NONE_DIFFERING.with_columns(version=pl.lit(None, pl.Int64))
NO_FIGURES = pl.DataFrame(schema={"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64, "version": pl.Int64})


def compare(hub: Hub, settings: Settings, name: str, shop: Channel) -> Published:
    """What a channel shows and should not by what the hub knows now; nothing is written, here or there."""
    return _Round(hub, settings, name, shop).compare()
