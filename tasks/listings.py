"""One step of publishing cards and prices each: a call to a channel, or to one of the hub's books."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl
from prefect import task

from adapters.capabilities import SellsCatalog, SellsPrices
from adapters.channel_settings import ChannelSettings
from adapters.errors import OutcomeUnknown, SyncError
from adapters.hub.assortment import Assortment
from adapters.hub.cards import Cards
from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.price_figures import PriceFigures
from tasks.policy import policy
from tasks.rules.bundles import in_force
from tasks.rules.card_writes import card_refusals, new_codes, settled_codes, unsent_cards
from tasks.rules.cards import cards
from tasks.rules.codes import code_rules, issue_codes
from tasks.rules.formats import FORMATS
from tasks.rules.price_writes import PLACE, price_key, price_refusals
from tasks.rules.prices import prices
from validation.quarantine import NONE_REFUSED, Judged

RESULTS_AWAITED_S = 60.0
"""So long a run stays to hear what became of its cards; what is decided later is the next run's."""
ASKED_EVERY_S = 10.0


class Goods(NamedTuple):
    """What the shop sells on a day: `ItemKept`, `PriceKept`, `RecipeInForce`."""

    today: date
    items: pl.DataFrame
    prices: pl.DataFrame
    recipes: pl.DataFrame


@task(name="ассортимент", **policy)
def read_goods(hub: Hub, today: date) -> Goods:
    """Everything that is sold, with the recipes in force today."""
    book = Assortment(hub)
    items = book.items()
    recipes = in_force(book.recipes(), items, today)
    return Goods(today, items, book.prices(), recipes.passed)


@task(name="дать артикулы", **policy)
def issued_codes(hub: Hub, channel: str, items: pl.DataFrame, settings: ChannelSettings, *, dry_run: bool) -> pl.DataFrame:
    """`CodeIssued`: the code of every item on the channel; a new one is the item's for ever."""
    book = Cards(hub)
    rules = code_rules(FORMATS[settings.kind], settings.cards.code_forbids)
    codes = issue_codes(items.select("item_id", "item_ref", "article", "product_article"), book.issued(channel), rules)
    if dry_run:
        return codes
    book.issue(channel, codes)
    return codes


def priced(goods: Goods, settings: ChannelSettings, listings: pl.DataFrame | None = None) -> Judged:
    """What the channel is to ask for, by `tasks.rules.prices`; nothing where the settings leave prices alone.

    Args:
        goods: what the shop sells.
        settings: of the channel.
        listings: ``item_id`` of what is sold there; none: everything, as for cards that are not there yet.
    """
    if settings.prices is None:
        return Judged(NOTHING_PRICED, NONE_REFUSED)
    return prices(
        goods.items if listings is None else goods.items.join(listings, on="item_id", how="semi", maintain_order="left"),
        goods.prices,
        goods.recipes,
        rules=settings.prices,
        channel=FORMATS[settings.kind],
        today=goods.today,
        campaigns=settings.campaigns,
    )


def wanted_cards(goods: Goods, codes: pl.DataFrame, kept: pl.DataFrame, settings: ChannelSettings) -> Judged:
    """What the cards of the channel are to say, by `tasks.rules.cards`."""
    asked = priced(goods, settings).passed
    return cards(goods.items, codes, kept, asked, rules=settings.cards, channel=FORMATS[settings.kind])


@task(name="что говорят карточки", **policy)
def read_cards_kept(hub: Hub, channel: str) -> pl.DataFrame:
    """`CardKept`: what every card was told before."""
    return Cards(hub).kept(channel)


@task(name="посмотреть под новыми артикулами", **policy)
def look_under_codes(hub: Hub, channel: str, shop: SellsCatalog, differing: pl.DataFrame) -> Judged:
    """What the channel has by now under codes that are about to be made: remembered as listings, and never written over.

    Returns:
        `ListingFound`, and `RowRefused` for codes that cannot be sold by.
    """
    seen = shop.find_listings(new_codes(differing))
    _save_seen(hub, channel, differing, seen)
    answered = [*seen.passed["channel_sku"], *seen.refused["key"]]
    ChannelRefusals(hub).settle(channel, entity="listing", keys=answered, refused=seen.refused)
    return seen


@task(name="поискать под новыми артикулами", **policy)
def seen_under_codes(shop: SellsCatalog, differing: pl.DataFrame) -> Judged:
    """The same; nothing is remembered."""
    return shop.find_listings(new_codes(differing))


@task(name="отправить карточки", **policy)
def send_cards(hub: Hub, channel: str, shop: SellsCatalog, wanted: pl.DataFrame) -> pl.DataFrame:
    """`CardSent`. What leaves is remembered before it does; sending it again does no harm. Refused cards go into the quarantine."""
    Cards(hub).note_leaving(channel, wanted)
    try:
        sent = shop.send_cards(wanted)
    except SyncError as error:
        if not isinstance(error, OutcomeUnknown):
            Cards(hub).note_sent(channel, unsent_cards(wanted))
        raise
    _note_cards(hub, channel, sent)
    return sent


@task(name="узнать судьбу карточек", **policy)
def hear_results(hub: Hub, channel: str, shop: SellsCatalog, *, waits: bool) -> pl.DataFrame:
    """`CardSent` of the cards whose fate the channel has decided since; with ``waits`` it is asked for a while.

    A refused card may be there all the same, waiting to be righted; whether it is tells whether it is ours.
    """
    book, clock = Cards(hub), hub.clock
    ends_at = clock.now() + timedelta(seconds=RESULTS_AWAITED_S if waits else 0)
    heard: list[pl.DataFrame] = []
    pending = book.pending(channel)
    while pending.height:
        told = shop.read_card_results(pending)
        refused = told.filter(pl.col("outcome") == "refused")
        if refused.height:
            _save_seen(hub, channel, refused, shop.find_listings(refused["channel_sku"].to_list()))
        _note_cards(hub, channel, told)
        heard.append(told.filter(pl.col("outcome") != "pending"))
        pending = book.pending(channel)
        if clock.now() >= ends_at:
            break
        clock.sleep_until(clock.now() + timedelta(seconds=ASKED_EVERY_S))
    return pl.concat([NOTHING_HEARD, *heard])


def _save_seen(hub: Hub, channel: str, asked: pl.DataFrame, seen: Judged) -> None:
    """What was found under codes of ``asked`` (``item_id, channel_sku``) is these items' card from now on."""
    found = asked.select("item_id", "channel_sku").join(seen.passed, on="channel_sku", how="semi")
    Listings(hub).save_matches(channel, found, seen.passed)


def _note_cards(hub: Hub, channel: str, told: pl.DataFrame) -> None:
    """Refused cards of `CardSent` into the quarantine, taken ones out of it; then what became of all of them into the book."""
    decided = told.filter(pl.col("outcome").is_in(["accepted", "refused"]))["channel_sku"].to_list()
    ChannelRefusals(hub).settle(channel, entity="card", keys=decided, refused=card_refusals(told))
    Cards(hub).note_sent(channel, told)


@task(name="запомнить негодные цены", **policy)
def note_unpriced(hub: Hub, channel: str, refused: pl.DataFrame) -> None:
    """Items that no price can be made for, as of now: what has one again leaves the quarantine.

    Args:
        hub: the hub.
        channel: its name.
        refused: `RowRefused`.
    """
    ChannelRefusals(hub).settle(channel, entity="pricing", keys=None, refused=refused)


@task(name="сверить карточки", **policy)
def note_cards_compared(hub: Hub, channel: str, wanted: Judged, kept: pl.DataFrame) -> None:
    """What the rules do not let out goes into the quarantine; what is fit again, and refusals of cards that are right now, leave it.

    Args:
        hub: the hub.
        channel: its name.
        wanted: `CardWanted`, and `RowRefused` for what is not fit.
        kept: `CardKept`.
    """
    book = ChannelRefusals(hub)
    book.settle(channel, entity="goods", keys=None, refused=wanted.refused)
    book.settle(channel, entity="card", keys=settled_codes(wanted.passed, kept), refused=NONE_REFUSED)


@task(name="прочитать цены площадки", **policy)
def read_prices(shop: SellsPrices, listings: pl.DataFrame, campaigns: Sequence[str]) -> pl.DataFrame:
    """`PriceShown`: what the channel asks for now."""
    return shop.read_prices(listings, campaigns)


@task(name="отправленные цены", **policy)
def read_prices_kept(hub: Hub, channel: str) -> pl.DataFrame:
    """`PriceRemembered`."""
    return PriceFigures(hub).kept(channel)


@task(name="отправить цены", **policy)
def send_prices(shop: SellsPrices, offered: pl.DataFrame) -> pl.DataFrame:
    """`PriceSent`; sending it again does no harm."""
    return shop.send_prices(offered)


@task(name="запомнить показанные цены", **policy)
def note_prices_shown(hub: Hub, shown: pl.DataFrame) -> None:
    """`PriceShown` into the book."""
    PriceFigures(hub).note_shown(shown)


@task(name="сверить показанные цены", **policy)
def note_prices_compared(hub: Hub, channel: str, offered: pl.DataFrame, differing: pl.DataFrame, late: pl.DataFrame) -> None:
    """What the channel shows as it should leaves the quarantine, however that came; what it took and does not show goes in.

    Args:
        hub: the hub.
        channel: its name.
        offered: `PriceOffered`.
        differing: `PriceDiffering` of them.
        late: `PriceSent` of what is overdue.
    """
    right = offered.join(differing, on=PLACE, how="anti").select(key=price_key())["key"].to_list()
    ChannelRefusals(hub).settle(channel, entity="price", keys=right, refused=price_refusals(late, differing))


@task(name="запомнить отправленные цены", **policy)
def note_prices(hub: Hub, channel: str, differing: pl.DataFrame, settled: pl.DataFrame) -> None:
    """Accepted prices into the book, refused ones into the quarantine and taken ones out of it.

    Args:
        hub: the hub.
        channel: its name.
        differing: `PriceDiffering`, as sent.
        settled: `PriceSent`.
    """
    decided = settled.filter(pl.col("outcome").is_in(["accepted", "refused"]))
    keys = differing.join(decided, on=PLACE, how="semi").select(key=price_key())["key"].to_list()
    PriceFigures(hub).note_sent(settled)
    ChannelRefusals(hub).settle(channel, entity="price", keys=keys, refused=price_refusals(settled, differing))


NOTHING_PRICED = pl.DataFrame(
    schema={"item_id": pl.Int64, "campaign_ref": pl.String, "price_kopecks": pl.Int64, "old_kopecks": pl.Int64, "why": pl.String}
)
NOTHING_HEARD = pl.DataFrame(
    schema={
        "item_id": pl.Int64,
        "channel_sku": pl.String,
        "outcome": pl.String,
        "task_ref": pl.String,
        "reason": pl.String,
        "sentence": pl.String,
    }
)
