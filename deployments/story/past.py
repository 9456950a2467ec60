"""What was sold before the hour: half a day of ordinary buyers, delivered long since, so that whoever looks knows how each channel sells.

Nothing of it lies on the shelf or is counted; both runs begin with the same past.
"""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from deployments.story.goods import CHANNELS
from deployments.story.hours import make_plan
from deployments.story.stage import BEGAN_AT, WAREHOUSES, Stage
from deployments.world.demand import Plan, wishes

PAST_S = 12 * 3600.0
CALMER = 0.25
"""Beside a quiet hour."""
PLENTY = 10_000
DELIVERED: dict[str, tuple[str, dict[str, Any]]] = {
    "wb": ("/state", {"supplier_status": "complete", "wb_status": "sold"}),
    "ozon": ("", {"status": "delivered"}),
    "ym": ("", {"status": "DELIVERED", "substatus": "DELIVERY_SERVICE_DELIVERED"}),
    "site": ("", {"status": "completed"}),
}


def begin(stage: Stage) -> None:
    """Live through the night, until somebody begins to work."""

    def night() -> None:
        live_through(stage, stage.turns.now)
        stage.clock.sleep_until(BEGAN_AT)

    stage.turns.add("the night before", night)
    stage.turns.run()


def live_through(stage: Stage, began_at: datetime) -> None:
    """The half day; after it the channels show nothing, and everything sold is with its buyers."""
    _show(stage, PLENTY)
    ends_at = began_at + timedelta(seconds=PAST_S)
    for wish in takewhile(lambda wish: wish.at < ends_at, wishes(_plan(stage), began_at)):
        stage.clock.sleep_until(wish.at)
        order_ref = stage.order(wish.channel, "POST", "/orders", {"sku": wish.sku, "pcs": wish.pcs}).json()["order_ref"]
        where, delivered = DELIVERED[wish.channel]
        stage.order(wish.channel, "PUT", f"/orders/{order_ref}{where}", delivered)
    _show(stage, 0)


def _plan(stage: Stage) -> Plan:
    plan = make_plan(stage.seed, "quiet", stage.shelf)
    calm = tuple(one.model_copy(update={"per_day": one.per_day * CALMER}) for one in plan.demand)
    return plan.model_copy(update={"seed": plan.seed + 1_000_000, "demand": calm, "cancelled_share": 0.0})


def _show(stage: Stage, pcs: int) -> None:
    for channel in CHANNELS:
        stage.order(channel, "PUT", "/stock", {good.sku: {WAREHOUSES[channel]: pcs} for good in stage.shelf.on(channel)})
