"""Cards and prices: from what the shop sells to what every channel says and asks."""

from contextlib import nullcontext
from dataclasses import replace

from prefect import flow, get_run_logger

from adapters.capabilities import Channel
from adapters.channel_settings import ChannelSettings
from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.opening import open_hub
from adapters.settings import read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.listings import (
    Goods,
    hear_results,
    issued_codes,
    look_under_codes,
    note_cards_compared,
    note_prices,
    note_prices_compared,
    note_prices_shown,
    note_unpriced,
    priced,
    read_cards_kept,
    read_goods,
    read_prices,
    read_prices_kept,
    seen_under_codes,
    send_cards,
    send_prices,
    wanted_cards,
)
from tasks.publishing import Published, broken, chosen, show_published
from tasks.recipes import take_recipes
from tasks.reporting import RunReport, fail_where_stopped, reported_run
from tasks.rules.card_writes import accepted_cards, card_differences, card_outcomes, card_trials, not_found, unseen, writes_cards
from tasks.rules.price_writes import offer_prices, price_differences, price_outcomes, prices_held_back, prices_overdue, settle_prices
from tasks.stock import listings_after_search, listings_if_searched
from validation.listings import CardWanted
from validation.quarantine import NONE_REFUSED, Judged

EVERY_ITEM = 10_000_000
"""A card is made only after the channel was searched for one under the item's own article."""


@flow(
    name="listings",
    description="Карточки и цены на площадки: найти, завести, обновить; отправить только разницу, прочитать обратно.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def listings(channel: str | None = None, dry_run: bool = False) -> RunReport:
    """Make every channel say what the shop sells and ask what the rules say.

    Args:
        channel: one channel by its name in settings; all of them by default.
        dry_run: compare only and show the differences; nothing is written anywhere.
    """
    settings = read_settings()
    names = chosen(settings, channel)
    with open_hub(settings) as hub, reported_run(hub, "listings", channel=channel, dry_run=dry_run) as report:
        if not dry_run:
            take_recipes(hub, settings)
        goods = read_goods(hub, settings.today(hub.clock.now()))
        told = [part for name in names for part in _attempt(hub, name, settings.channels[name], goods, dry_run=dry_run)]
        show_published(told, report)
        fail_where_stopped(told)
    return report


def _attempt(hub: Hub, name: str, settings: ChannelSettings, goods: Goods, *, dry_run: bool) -> list[Published]:
    """One channel's cards and prices; where it fails the others still have theirs."""
    done: list[Published] = []
    try:
        lock = nullcontext(True) if dry_run else Listings(hub).only_sender(name, "listings")
        with lock as is_only, open_channel(settings, hub=hub) as shop:
            if not is_only:
                get_run_logger().warning("%s: карточки и цены уже отправляет другой запуск, этот уступает", name)
                return done
            parts = (_try_cards, _try_prices) if dry_run else (_send_cards, _send_prices)
            for part in parts:
                done.append(part(hub, name, settings, shop, goods))
                if done[-1].stopped_by is not None:
                    break
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        done.append(Published(channel=name, what=("cards", "prices")[len(done)], stopped_by=error))
    return done


def _send_cards(hub: Hub, name: str, settings: ChannelSettings, shop: Channel, goods: Goods) -> Published:
    """Hear what became of earlier cards, search, compare, send what differs, hear again."""
    heard_before = accepted_cards(hear_results(hub, name, shop, waits=False))
    listings_after_search(hub, name, shop, limit=EVERY_ITEM)
    rules, kept = settings.cards, read_cards_kept(hub, name)
    if not writes_cards(kept, creates=rules.creates, updates=rules.updates):
        note_cards_compared(hub, name, Judged(CardWanted.empty(), NONE_REFUSED), kept)
        return Published(channel=name, what="cards", heard=heard_before)
    codes = issued_codes(hub, name, goods.items, settings, dry_run=not rules.creates)
    wanted = wanted_cards(goods, codes, kept, settings)
    note_cards_compared(hub, name, wanted, kept)
    differing = card_differences(wanted.passed, kept, hub.clock.now(), creates=rules.creates, updates=rules.updates)
    differing = unseen(differing, look_under_codes(hub, name, shop, differing))
    compared = Published(channel=name, what="cards", listings=wanted.passed.height, heard=heard_before, unfit=wanted.refused.height)
    if differing.is_empty():
        return compared
    sent = send_cards(hub, name, shop, differing)
    heard = hear_results(hub, name, shop, waits=True)
    return replace(compared, outcomes=card_outcomes(sent, heard), stopped_by=broken(name, [sent]))


def _send_prices(hub: Hub, name: str, settings: ChannelSettings, shop: Channel, goods: Goods) -> Published:
    """Read, compare, send what differs, read back, remember."""
    if settings.prices is None:
        note_unpriced(hub, name, NONE_REFUSED)
        return Published(channel=name, what="prices")
    known = listings_after_search(hub, name, shop)
    made = priced(goods, settings, known)
    note_unpriced(hub, name, made.refused)
    shown = read_prices(shop, known, settings.campaigns)
    note_prices_shown(hub, shown)
    offered = offer_prices(known, made.passed)
    all_differing = price_differences(offered, shown)
    kept, now = read_prices_kept(hub, name), hub.clock.now()
    note_prices_compared(hub, name, offered, all_differing, prices_overdue(all_differing, kept, now, shows_within_s=shop.shows_within_s))
    differing = prices_held_back(all_differing, kept, now, shows_within_s=shop.shows_within_s)
    compared = Published(channel=name, what="prices", listings=known.height, unfit=made.refused.height)
    if differing.is_empty():
        return compared
    sent = [send_prices(shop, differing.drop("shown_kopecks"))]
    read_back = read_prices(shop, differing, settings.campaigns)
    settled = settle_prices(differing, sent, read_back, shows_within_s=shop.shows_within_s)
    note_prices_shown(hub, read_back)
    note_prices(hub, name, differing, settled)
    return replace(compared, outcomes=price_outcomes(differing, settled), stopped_by=broken(name, sent))


def _try_cards(hub: Hub, name: str, settings: ChannelSettings, shop: Channel, goods: Goods) -> Published:
    """Cards that would be sent; nothing is written, here or there."""
    rules, kept = settings.cards, read_cards_kept(hub, name)
    if not writes_cards(kept, creates=rules.creates, updates=rules.updates):
        return Published(channel=name, what="cards")
    known = listings_if_searched(hub, name, shop)
    codes = issued_codes(hub, name, goods.items, settings, dry_run=True)
    wanted = wanted_cards(goods, codes, kept, settings)
    differing = card_differences(wanted.passed, kept, hub.clock.now(), creates=rules.creates, updates=rules.updates)
    differing = not_found(differing, known)
    told = card_trials(unseen(differing, seen_under_codes(shop, differing)))
    return Published(channel=name, what="cards", listings=wanted.passed.height, unfit=wanted.refused.height, outcomes=told)


def _try_prices(hub: Hub, name: str, settings: ChannelSettings, shop: Channel, goods: Goods) -> Published:
    """Prices that would be sent; nothing is written, here or there."""
    if settings.prices is None:
        return Published(channel=name, what="prices")
    known = listings_if_searched(hub, name, shop)
    shown = read_prices(shop, known, settings.campaigns)
    made = priced(goods, settings, known)
    differing = price_differences(offer_prices(known, made.passed), shown)
    differing = prices_held_back(differing, read_prices_kept(hub, name), hub.clock.now(), shows_within_s=shop.shows_within_s)
    return Published(channel=name, what="prices", listings=known.height, unfit=made.refused.height, outcomes=price_outcomes(differing))
