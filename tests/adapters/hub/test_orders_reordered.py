"""Lives of orders told to a real hub in any order, twice, late: it ends the same, and every piece is accounted for."""

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from adapters.hub.hub import Hub
from tests.adapters.hub.order_shop import RULES, OrderShop, report

BUNDLE = "set"


@st.composite
def life(draw: st.DrawFn, order_ref: str) -> list[pl.DataFrame]:
    """What Ozon tells of one order: pieces become fewer, it may be split, and ends open, shipped or cancelled."""
    sku = draw(st.sampled_from(["iron", BUNDLE]))
    pcs = draw(st.integers(2, 4))
    told = [report(order_ref, {sku: pcs})]
    if draw(st.booleans()):
        pcs -= 1
        told.append(report(order_ref, {sku: pcs}))
    end = draw(st.sampled_from(["split", "cancelled", "shipped", "shipped cancelled", "open"]))
    if end == "split" and pcs > 1:
        child = report(f"{order_ref}-2", {sku: 1}, parent_ref=order_ref)
        told += [child, report(order_ref, {sku: pcs - 1}), report(f"{order_ref}-2", {sku: 1}, parent_ref=order_ref, state="cancelled")]
    return told + [report(order_ref, {sku: pcs}, state=state) for state in end.split() if state in {"cancelled", "shipped"}]


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_reports_in_any_order_of_arrival_end_in_the_same_hub(hub: Hub, data: st.DataObject) -> None:
    lives = [data.draw(life(ref)) for ref in ("1", "2")]
    told = [one for order in lives for one in order]
    straight = _end(hub, [[one] for one in told])
    shuffled = _with_parents_first(data.draw(st.permutations(range(len(told)))), told)
    repeated = data.draw(st.lists(st.sampled_from(told), max_size=3))
    assert _end(hub, [[one] for one in shuffled + repeated]) == straight
    assert _end(hub, [shuffled[at : at + 1] for at in range(len(shuffled))] + [told[-1:]]) == straight


def _with_parents_first(order: list[int], told: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Ozon tells no instants: a parent that is first heard of after its split is taken for what is left, so it is heard of before."""
    shuffled = [told[at] for at in order]
    parents = {ref for one in told for ref in one["parent_ref"].drop_nulls()}
    first = [one for one in told if one["order_ref"][0] in parents and one["state"][0] == "new"]
    known = [first[0]] if first else []
    others = [
        next(one for one in told if one["order_ref"][0] == ref) for ref in sorted(parents) if not first or first[0]["order_ref"][0] != ref
    ]
    return known + others + shuffled


def _end(hub: Hub, frames: list[list[pl.DataFrame]]) -> dict[str, Any]:
    """What is left when these frames were recorded in an empty shop; 1C is not told of an order that was over when it was heard of."""
    with hub.engine.begin() as connection:
        names = connection.scalars(
            text("select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'")
        ).all()
        connection.execute(text(f"truncate {', '.join(names)} restart identity cascade"))
    shop = OrderShop(hub, RULES)
    item_id, exposure = shop.sells(100, 40)
    part = shop.stock(100, ref="part")
    bundle = shop.add_item(BUNDLE, is_bundle=True)
    of_bundle = shop.offer(shop.enlist(bundle, BUNDLE), {item_id: 20, part: 40}, recipe=[[item_id, 1], [part, 2]])
    for frame in frames:
        shop.record(*frame)
        shop.assert_conserved()
    live: Counter[int] = Counter()
    for row in shop.rows("select recipe, pcs - cancelled_pcs from sale_line"):
        for one, pcs in row[0]:
            live[one] += pcs * row[1]
    accounts = {one: shop.accounts(one) for one in (item_id, part)}
    assert {one: sum(pcs for name, pcs in held.items() if name.startswith("sold:")) for one, held in accounts.items()} == {
        one: live[one] for one in (item_id, part)
    }
    lines = (
        "select order_ref, o.state, line_ref, s.state, pcs, cancelled_pcs from sale_order o join sale_line s using (order_id) order by 1, 3"
    )
    return {
        "lines": shop.rows(lines),
        "pools": {one: held["pool"] for one, held in accounts.items()},
        "exposed": [held.get(account, 0) for held in accounts.values() for account in (exposure, of_bundle)],
        "live papers": sum(not paper["is_cancelled"] for paper in shop.papers().values()),
    }
