"""What is true after an hour, from the world's own books, and what the hub makes of it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import text

from adapters.hub.bounds import BREACHED
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.ledger import Ledger
from adapters.hub.offers import Offers
from deployments.processes import await_until
from deployments.story.truth import CANCELLED
from tasks.rules.bounds import VISIBLE
from tests.flows.cabinets import KINDS
from tests.flows.hour import RESTS_WITHIN_S, Hour
from tests.flows.hour_weather import TOLD

LIVE = text("""
    select o.channel, o.order_ref, coalesce(sum(l.pcs - l.cancelled_pcs), 0)::bigint as pcs
    from sale_order o left join sale_line l on l.order_id = o.order_id and o.state <> 'cancelled'
    group by o.order_id
""")
SOLD = text("""
    select i.item_ref, sum(b.pcs)::bigint as pcs from ledger_balance b join item i using (item_id)
    where b.account like 'sold:%' and b.pcs <> 0 group by i.item_ref
""")
QUEUED = text("""
    select o.channel, o.order_ref, q.document from onec_outgoing q join sale_order o on o.number = q.order_number
""")
HELD = text("select count(*) from ledger_balance where account like 'hold:%' and pcs <> 0")
OWED = text("select count(*) from ledger_balance where account = 'pool' and pcs < 0")
BEYOND = text("select subject, sentence from journal where kind in ('sold_beyond', 'oversell', 'sold_beyond_quota')")

Pieces = dict[tuple[str, str], int]


def live_in_world(hour: Hour[Any]) -> Pieces:
    """Pieces that every order takes by the channel's own books; Wildberries' are a task each."""
    told: Pieces = {}
    for channel in KINDS:
        orders: Mapping[str, Any] = hour.cabinets.order(channel, "GET", "/books")["orders"]
        for ref, order in orders.items():
            if "tasks" in order:
                told.update({(channel, task): int(state not in CANCELLED) for task, state in order["tasks"].items()})
            else:
                told[channel, ref] = 0 if order["state"] in CANCELLED else int(order["pcs"])
    return told


def live_in_hub(hub: Hub) -> Pieces:
    """The same by the hub's."""
    with hub.engine.begin() as connection:
        return {(row.channel, row.order_ref): row.pcs for row in connection.execute(LIVE)}


def lacking(pieces: Pieces) -> Pieces:
    """Of these, orders that take something."""
    return {key: pcs for key, pcs in pieces.items() if pcs}


def unsettled(hour: Hour[Any]) -> list[tuple[Any, ...]]:
    """Listings of told channels that are not at rest, or show another figure than they may sell."""
    found = []
    for channel in TOLD:
        shown = hour.shown(channel)
        for row in Offers(hour.hub).known(channel).iter_rows(named=True):
            is_quiet = row["phase"] == "open" and row["write_pcs"] is None and not row["is_alive"] and row["frozen_for"] is None
            if not is_quiet or row["exposed_pcs"] != shown[row["channel_sku"]]:
                found.append((channel, row["channel_sku"], row["phase"], row["exposed_pcs"], row["write_pcs"], shown[row["channel_sku"]]))
    return found


def number(hub: Hub, query: Any) -> int:
    """What a query counts."""
    with hub.engine.begin() as connection:
        return int(connection.execute(query).scalar_one())


def stirred(hour: Hour[Any]) -> list[str]:
    """What is not at rest yet."""
    world, hub = lacking(live_in_world(hour)), lacking(live_in_hub(hour.hub))
    said = [
        f"{key}: у площадки {world.get(key)}, у Utyug {hub.get(key)}" for key in world.keys() | hub.keys() if world.get(key) != hub.get(key)
    ]
    said += [f"не успокоилось: {row}" for row in unsettled(hour)]
    said += [f"удержаний: {held}"] if (held := number(hour.hub, HELD)) else []
    return said


def comes_to_rest(hour: Hour[Any]) -> None:
    """Everything is known and nothing is under way; what is shown is what may be sold."""
    await_until(lambda: not hour.shop.is_alive or not stirred(hour), timeout_s=RESTS_WITHIN_S)
    assert hour.shop.is_alive, hour.shop.log.read_text()[-3000:]
    left = stirred(hour)
    assert not left, "\n".join(left)


def agrees_with_record(hour: Hour[Any]) -> None:
    """The world's books say what those who bought wrote down; of Wildberries by basket."""
    world: Counter[tuple[str, str]] = Counter()
    for channel in KINDS:
        for ref, order in hour.cabinets.order(channel, "GET", "/books")["orders"].items():
            live = sum(state not in CANCELLED for state in order["tasks"].values()) if "tasks" in order else order["pcs"]
            world[channel, ref] = 0 if order["state"] in CANCELLED else live
    record = {key: pcs for key, (_, pcs) in hour.record.live.items() if pcs}
    assert record == lacking(dict(world))


def nothing_was_sold_twice(hour: Hour[Any]) -> None:
    """At no instant, and nobody in the hub thinks otherwise."""
    assert hour.record.oversold_pcs() == 0
    assert number(hour.hub, OWED) == 0
    with hour.hub.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(BEYOND)] == []


def nobody_was_alarmed(hour: Hour[Any]) -> None:
    """But for bounds: that a figure came late cannot be told from a piece that came back on sale and made it so."""
    alarms = [(one.kind, one.cause, one.sentence) for one in Incidents(hour.hub).all()]
    assert [alarm for alarm in alarms if alarm[0] != BREACHED] == []
    assert [alarm for alarm in alarms if alarm[1].endswith(f":{VISIBLE}")] == []


def nothing_is_lost_or_doubled(hour: Hour[Any]) -> None:
    """Every order is recorded once, its pieces are in the ledger once, and 1C is told of it once."""
    world, hub = live_in_world(hour), live_in_hub(hour.hub)
    assert hub.keys() <= world.keys()
    assert lacking(world) == lacking(hub)
    assert _sold_by_hub(hour.hub) == _sold_by_record(hour)
    with hour.hub.engine.begin() as connection:
        rows = connection.execute(QUEUED).all()
    queued = Counter((row.channel, row.order_ref) for row in rows if not row.document["is_cancelled"])
    assert queued == Counter(lacking(world).keys())
    assert Ledger(hour.hub).check_conservation().is_empty()


def nothing_is_stranded(hour: Hour[Any]) -> None:
    """What is neither sold nor for sale lies in the pool, in all as many as there are."""
    with hour.hub.engine.begin() as connection:
        accounts = pl.DataFrame(
            connection.execute(text("select i.item_ref, b.account, b.pcs from ledger_balance b join item i using (item_id)")).all(),
            schema={"item_ref": pl.String, "account": pl.String, "pcs": pl.Int64},
            orient="row",
        )
    kinds = accounts.filter(pl.col("pcs") != 0)["account"].str.split(":").list.first().unique().to_list()
    assert set(kinds) <= {"pool", "exposure", "sold"}
    assert dict(accounts.group_by("item_ref").agg(pl.col("pcs").sum()).rows()) == dict(hour.shelf.pcs)


def _sold_by_hub(hub: Hub) -> dict[str, int]:
    with hub.engine.begin() as connection:
        return {row.item_ref: row.pcs for row in connection.execute(SOLD)}


def _sold_by_record(hour: Hour[Any]) -> dict[str, int]:
    taken: Counter[str] = Counter()
    for sku, pcs in hour.record.live.values():
        taken.update(hour.shelf.taken(sku, pcs))
    return {thing: pcs for thing, pcs in taken.items() if pcs}
