"""The demo's buyers: orders on four channels at once, and what of them the hub and the channels' own books say in the end."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import polars as pl
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.offers import Offers
from adapters.settings import Settings
from deployments.demo_channels import KINDS
from deployments.demo_tables import TITLE_OF
from deployments.processes import await_until

HOT_GOODS = 30
WISHES_PER_MINUTE = 12.0
SHOPPING = timedelta(minutes=10)
RECORDED_WITHIN_S = 180.0
SEED = 7

SHARED = text("""
    with pooled as (select item_id, sum(pcs) as pcs from ledger_balance group by item_id),
    sold as (
        select l.item_id, p.pcs from listing l join pooled p using (item_id)
        where l.lost_at is null and p.pcs between 2 and 12
        group by l.item_id, p.pcs order by count(*) desc, l.item_id limit :goods
    )
    select l.channel, l.channel_sku from listing l join sold using (item_id) where l.lost_at is null order by l.item_id, l.channel
""")

RECORDED = text("""
    select o.channel, o.order_ref, extract(epoch from o.seen_at - o.placed_at) as seen_s, g.enqueued_at is not null as is_queued
    from sale_order o left join onec_outgoing g on g.order_number = o.number
    where not o.is_prior
""")


@dataclass(kw_only=True)
class OrdersTold:
    """One channel's part of ``orders`` in ``report.json``.

    Args:
        placed: orders that its buyers placed.
        refused: buyers who were shown too little.
        recorded: orders in the hub.
        queued: of them, waiting for 1C.
        seconds_p50: from placing until the hub knew, by the shop's clock.
        seconds_p95: the same.
    """

    placed: int = 0
    refused: int = 0
    recorded: int = 0
    queued: int = 0
    seconds_p50: float | None = None
    seconds_p95: float | None = None


def most_shared(hub: Hub, goods: int) -> pl.DataFrame:
    """``channel, channel_sku`` of the items that the most channels sell, and that 1C has few of."""
    with hub.engine.begin() as connection:
        rows = connection.execute(SHARED, {"goods": goods}).all()
    return pl.DataFrame(rows, schema={"channel": pl.String, "channel_sku": pl.String}, orient="row")


def promised_beyond(hub: Hub, settings: Settings) -> int:
    """How many pieces all told channels together show beyond what is in their exposures: none may."""
    told = [Offers(hub).known(name) for name, channel in settings.channels.items() if not channel.is_asking]
    shown = pl.concat(told)
    return int(shown.select((pl.col("shown_pcs") - pl.col("exposed_pcs")).clip(0).sum()).item())


def send_buyers(world: str, goods: pl.DataFrame, clock: Clock) -> None:
    """Buyers come to all four channels at once, for the same few goods; back when the last one has been.

    Args:
        world: the stand-in world's address.
        goods: ``channel, channel_sku`` that may be wanted.
        clock: the shop's.

    Raises:
        RuntimeError: the crowd broke down.
    """
    per_day = WISHES_PER_MINUTE * 1440 / max(1, goods.height)
    demand = [{"channel": KINDS[row["channel"]], "sku": row["channel_sku"], "per_day": per_day} for row in goods.to_dicts()]
    plan = {"seed": SEED, "demand": demand, "cancelled_share": 0.1, "cancelled_after_s": 120.0}
    with httpx.Client(base_url=f"{world}/_control/buyers", timeout=60) as control:
        control.post("/start", json=plan).raise_for_status()
        clock.sleep_until(clock.now() + SHOPPING)
        control.post("/stop").raise_for_status()
        totals = control.get("/totals").raise_for_status().json()
    if totals["failure"]:
        raise RuntimeError(totals["failure"])


def told_of_orders(hub: Hub, world: str) -> dict[str, OrdersTold]:
    """What the crowd did, and what the hub made of it, once it knows of every order."""
    totals: dict[str, Any] = httpx.get(f"{world}/_control/buyers/totals", timeout=60).raise_for_status().json()["channels"]
    placed = {name: totals[kind]["sold"] for name, kind in KINDS.items() if kind in totals}
    await_until(partial(_knows_all, hub, placed), timeout_s=RECORDED_WITHIN_S)
    rows = _recorded(hub)
    told = {}
    for name, kind in KINDS.items():
        mine = rows.filter(pl.col("channel") == name)
        told[name] = OrdersTold(
            placed=placed.get(name, 0),
            refused=totals.get(kind, {}).get("refused", 0),
            recorded=mine.height,
            queued=mine.filter("is_queued").height,
            seconds_p50=_rounded(mine["seen_s"].quantile(0.5)),
            seconds_p95=_rounded(mine["seen_s"].quantile(0.95)),
        )
    return told


def show_orders(told: dict[str, OrdersTold], console: Console) -> None:
    """One row per channel."""
    table = Table(
        "Площадка", "Заказов", "Записано", "В очереди для 1С", "Узнали за, с (половина / 95 %)", "Отказано: нет в наличии", title="Заказы"
    )
    for name, one in told.items():
        took = f"{one.seconds_p50} / {one.seconds_p95}"
        table.add_row(TITLE_OF[KINDS[name]], str(one.placed), str(one.recorded), str(one.queued), took, str(one.refused))
    console.print(table)


def oversold(hub: Hub) -> int:
    """Incidents of pieces sold twice."""
    return sum(one.kind == "oversell" for one in Incidents(hub).all())


def _knows_all(hub: Hub, placed: dict[str, int]) -> bool:
    known = Counter(_recorded(hub)["channel"].to_list())
    return all(known[name] >= orders for name, orders in placed.items())


def _recorded(hub: Hub) -> pl.DataFrame:
    schema = {"channel": pl.String, "order_ref": pl.String, "seen_s": pl.Float64, "is_queued": pl.Boolean}
    with hub.engine.begin() as connection:
        rows = connection.execute(RECORDED).all()
    return pl.DataFrame([(row.channel, row.order_ref, float(row.seen_s), row.is_queued) for row in rows], schema=schema, orient="row")


def _rounded(seconds: Any) -> float | None:  # noqa: ANN401 - polars calls it a number of any kind
    return None if seconds is None else round(float(seconds), 1)
