"""Stock: from 1C's counts in the hub to what every channel shows."""

from dataclasses import replace

from prefect import flow, get_run_logger

from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.opening import open_hub
from adapters.hub.stock_rounds import stock_rounds
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.publishing import Published, broken, chosen, fail_where_stopped, show_published
from tasks.reporting import RunReport, reported_run
from tasks.rules.stock import agreeing, differences, held_back, lanes, offer, outcomes, overdue, settle, shown_since
from tasks.stock import (
    listings_after_search,
    listings_if_searched,
    note_heard,
    note_overdue,
    note_sent,
    note_shown,
    post_counts,
    read_free,
    read_kept,
    read_stock,
    send_stock,
)


@flow(
    name="stock",
    description="Остатки на площадки: сравнить с тем, что показано, отправить только разницу, прочитать обратно.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def stock(channel: str | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Make every channel show what is free.

    Args:
        channel: one channel by its name in settings; all of them by default.
        dry_run: compare only and show the differences; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and publishes again whenever the ledger moves.
    """
    settings = read_settings()
    names = chosen(settings, channel)
    told: list[Published] = []
    with open_hub(settings) as hub, reported_run(hub, "stock", channel=channel, dry_run=dry_run) as report:
        for _ in stock_rounds(hub, rounds=1 if dry_run else rounds):
            if not dry_run:
                post_counts(hub)
            told += [_attempt(hub, settings, name, dry_run=dry_run) for name in names]
        show_published(told, report)
        fail_where_stopped(told)
    return report


def _attempt(hub: Hub, settings: Settings, name: str, *, dry_run: bool) -> Published:
    """One channel's round; where it fails the others still have theirs."""
    try:
        return _compare(hub, settings, name) if dry_run else _publish(hub, settings, name)
    except SyncError as error:
        get_run_logger().error("%s: %s", name, error.sentence)
        return Published(channel=name, stopped_by=error)


def _publish(hub: Hub, settings: Settings, name: str) -> Published:
    """Search, read, compare, send what differs, read back, remember."""
    places_of = settings.channels[name].places_of
    warehouses = list(places_of)
    with Listings(hub).only_sender(name) as is_only, open_channel(settings.channels[name], hub=hub) as shop:
        if not is_only:
            get_run_logger().warning("%s: остатки уже отправляет другой запуск, этот уступает", name)
            return Published(channel=name)
        listings = listings_after_search(hub, name, shop)
        shown = read_stock(shop, listings, warehouses)
        note_shown(hub, name, listings, shown)
        kept = read_kept(hub, name)
        heard = shown_since(kept, shown)
        note_heard(hub, name, listings, heard)
        offered = offer(read_free(hub, places_of, settings.today(hub.clock.now())), listings, kept, warehouses)
        all_differing = differences(offered, shown)
        late = overdue(all_differing, kept, hub.clock.now(), shows_within_s=shop.shows_within_s)
        note_overdue(hub, name, all_differing, late, agreeing(offered, shown))
        differing = held_back(all_differing, kept, hub.clock.now(), pause_s=shop.pause_s, shows_within_s=shop.shows_within_s)
        sent = [send_stock(hub, shop, lane) for lane in lanes(differing) if lane.height]
        compared = Published(channel=name, listings=listings.height, heard=heard.height)
        if not sent:
            return compared
        read_back = read_stock(shop, differing, warehouses)
        settled = settle(differing, sent, read_back, shows_within_s=shop.shows_within_s)
        note_shown(hub, name, differing, read_back)
        note_sent(hub, name, differing, settled)
        return replace(compared, outcomes=outcomes(differing, settled), stopped_by=broken(name, sent))


def _compare(hub: Hub, settings: Settings, name: str) -> Published:
    """What would be sent; nothing is written, here or there."""
    places_of = settings.channels[name].places_of
    warehouses = list(places_of)
    with open_channel(settings.channels[name], hub=hub) as shop:
        listings = listings_if_searched(hub, name, shop)
        shown = read_stock(shop, listings, warehouses)
        kept = read_kept(hub, name)
        differing = differences(offer(read_free(hub, places_of, settings.today(hub.clock.now())), listings, kept, warehouses), shown)
        differing = held_back(differing, kept, hub.clock.now(), pause_s=shop.pause_s, shows_within_s=shop.shows_within_s)
        return Published(channel=name, listings=listings.height, outcomes=outcomes(differing))
