"""Shipments: what may leave is planned, given to its carrier, followed until it is there; packers get their papers."""

from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger, task

from adapters.carriers import open_carrier
from adapters.channels import open_channel
from adapters.errors import Misconfigured, SyncError
from adapters.hub.courier_calls import CourierCalls
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.hub.shipment_rows import NOTICE
from adapters.hub.shipment_views import ShipmentViews
from adapters.settings import Settings, read_settings
from adapters.workbook.picking import write_picking
from tasks.alerts import tell_failure, tell_recovery
from tasks.couriers import call_couriers
from tasks.policy import at_once, policy
from tasks.publishing import chosen
from tasks.reporting import RunReport, reported_run, show_table
from tasks.shipment_papers import fetch_forms, fetch_labels, hand_over_supplies, tell_parts
from tasks.shipments import (
    Shipped,
    book_with,
    call_off_with,
    fail_where_stopped,
    follow_with,
    keep_pushed,
    plan_channel,
    shipments_of,
    show_shipped,
)

POLL_S = 30.0
"""What came due in silence, and what a carrier had not settled, is looked at again so often."""


@flow(
    name="shipments",
    description="Отправления: собрать из заказов, передать перевозчику, следить до вручения, получить этикетки.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def shipments(channel: str | None = None, hand_over: bool = False, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Ship what may leave.

    Args:
        channel: only this channel's orders, by its name in settings; all of them by default.
        hand_over: also hand over the supplies that are open (Wildberries), with whatever is in them: nothing more enters them.
        dry_run: only show what is under way; nothing is written anywhere.
        rounds: 1 for once; none stays for a shift and looks whenever orders or shipments change.
    """
    settings = read_settings()
    names = chosen(settings, channel)
    with open_hub(settings) as hub, reported_run(hub, "shipments", channel=channel, dry_run=dry_run) as report:
        views = ShipmentViews(hub, {name: settings.ships_of(name) for name in settings.channels})
        if dry_run:
            show_table("shipments", views.shown().drop("sentence").to_dicts(), "Отправления")
            return report
        lanes = [(hub, settings, target) for target in targets_of(settings, names)]
        steps = at_once(ship, lanes, rounds=rounds, hand_over=hand_over)
        picks = views.to_pick()
        report.detail["to_pick"] = len(picks)
        write_picking(settings.var_dir / "picking.xlsx", picks, at=hub.clock.now(), zone=ZoneInfo(settings.time_zone))
        show_shipped(steps, report, views.tell_alarms())
        fail_where_stopped(steps)
    return report


def targets_of(settings: Settings, names: list[str]) -> list[str]:
    """Channels first, which plan, then their carriers.

    Raises:
        Misconfigured: a channel names a carrier that is not in the settings.
    """
    carriers = {name: settings.channels[name].shipping.carrier for name in names}
    if odd := sorted(f"{name}: {carrier}" for name, carrier in carriers.items() if carrier and carrier not in settings.carriers):
        raise Misconfigured(f"Перевозчика нет в настройках carriers: {', '.join(odd)}.")
    return [*(f"channel:{name}" for name in names), *(f"carrier:{name}" for name in sorted({one for one in carriers.values() if one}))]


@task(name="отправить", task_run_name="отправления {target}", **policy)
def ship(hub: Hub, settings: Settings, target: str, *, rounds: int | None, hand_over: bool) -> list[Shipped]:
    """A target's rounds; one that fails is tried again in the next."""
    numbers = rounds_of(hub, NOTICE, "orders", "stock", rounds=rounds, poll_s=POLL_S)
    return [one for number in numbers for one in _attempt(hub, settings, target, hand_over=hand_over, is_first=number == 1)]


def _attempt(hub: Hub, settings: Settings, target: str, *, hand_over: bool, is_first: bool) -> list[Shipped]:
    """One round; where it fails the others still have theirs. A round that came to its end ends what stopped one before it."""
    kind, _, name = target.partition(":")
    try:
        if kind == "channel":
            steps = _channel_round(hub, settings, name, hand_over=hand_over)
        else:
            steps = _carrier_round(hub, settings, name, is_first=is_first)
    except SyncError as error:
        get_run_logger().error("%s: %s", target, error.sentence)
        return [Shipped(target=target, stopped_by=error)]
    return [*steps, Shipped(target=target, stopped_by=next((one.stopped_by for one in steps if one.stopped_by is not None), None))]


def _channel_round(hub: Hub, settings: Settings, name: str, *, hand_over: bool) -> list[Shipped]:
    book = shipments_of(hub, settings)
    planned = plan_channel(book, name)
    with open_channel(settings.channels[name], hub=hub) as shop:
        told = [planned, *tell_parts(book, name, shop), fetch_labels(hub, name, shop, settings.var_dir)]
        return [*told, hand_over_supplies(hub, name, shop, settings.var_dir)] if hand_over else told


def _carrier_round(hub: Hub, settings: Settings, name: str, *, is_first: bool) -> list[Shipped]:
    book, target, poll_s = shipments_of(hub, settings), f"carrier:{name}", settings.carriers[name].poll_s
    with open_carrier(settings.carriers[name], hub=hub) as carrier:
        done = [
            *book_with(book, target, carrier),
            *call_off_with(book, target, carrier),
            *follow_with(hub, book, target, carrier, poll_s=poll_s),
            fetch_forms(hub, target, carrier, settings.var_dir),
            *call_couriers(CourierCalls(hub, target), target, carrier, today=settings.today(hub.clock.now())),
        ]
        return [*done, keep_pushed(hub, settings, name, carrier)] if is_first else done
