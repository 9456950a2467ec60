"""Sales beyond a quota on a real hub: what is written, whom it proposes to disappoint, when it is over."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incident, Incidents
from adapters.hub.journal import Journal
from adapters.hub.ledger_moves import Movement, lock_pools, move
from adapters.hub.oversells import QUIET, Beyond, judge, report_beyond
from adapters.hub.tables.catalog import price, price_type
from adapters.hub.tables.orders import sale_line, sale_order
from tasks.rules.penalties import Penalty
from tests.adapters.hub.shop import OURS, SOURCE, Shop

PENALTIES = {"site": Penalty(), "ozon": Penalty(percent=Decimal(3)), "wb": Penalty(percent=Decimal(9))}


@pytest.fixture
def shop(hub: Hub) -> Shop:
    return Shop(hub)


def place(
    hub: Hub,
    ref: str,
    recipe: list[list[int]],
    *,
    channel: str = "ozon",
    state: str = "new",
    units: int = 1,
    price: int | None = 100_000,
    payload: dict[str, Any] | None = None,
    line: dict[str, Any] | None = None,
    **told: Any,
) -> None:
    """An order of one line as it is recorded."""
    head = {
        "channel": channel, "order_ref": ref, "warehouse_ref": "", "state": state, "status": state, "is_by_channel": False, "is_prior": False,
        "placed_at": OURS, "payload": json.dumps(payload or {}), "heard_by": "poll", "seen_at": OURS, "recorded_at": OURS,
    }  # fmt: skip
    row = {
        "line_ref": "1",
        "channel_sku": "iron",
        "item_id": recipe[0][0],
        "state": "sold",
        "pcs": units,
        "price_kopecks": price,
        "recipe": recipe,
    }
    with hub.engine.begin() as connection:
        order_id = connection.execute(insert(sale_order).values(**(head | told)).returning(sale_order.c.order_id)).scalar_one()
        connection.execute(insert(sale_line).values(order_id=order_id, **(row | (line or {}))))


def beyond(item_id: int, *, pool: int, channel: str = "ozon", number: str = "1-1", pcs: int = 1) -> Beyond:
    return Beyond(channel=channel, order_number=number, channel_sku="iron", item_id=item_id, pcs=pcs, pool_pcs=pool)


def report(hub: Hub, *rows: Beyond, at: datetime = OURS, cost_price_type: str | None = None) -> None:
    with hub.engine.begin() as connection:
        report_beyond(connection, at, rows, penalties=PENALTIES, cost_price_type=cost_price_type)


def bought_for(hub: Hub, kopecks: Mapping[int, int]) -> None:
    """What items cost the shop, by 1C's price type «Закупочная»."""
    rows = [
        {"item_id": item_id, "price_type_ref": "cost", "price_kopecks": cost, "currency": "RUB", "feed_id": 1, "changed_at": OURS}
        for item_id, cost in kopecks.items()
    ]
    with hub.engine.begin() as connection:
        connection.execute(insert(price_type).values(source=SOURCE, price_type_ref="cost", name="Закупочная"))
        connection.execute(insert(price), rows)


def judged(hub: Hub, *item_ids: int, at: datetime = OURS) -> None:
    with hub.engine.begin() as connection:
        judge(connection, at, item_ids)


def live(hub: Hub) -> list[tuple[str, str]]:
    return [(one.kind, one.cause) for one in Incidents(hub).live()]


def only(hub: Hub) -> Incident:
    (incident,) = Incidents(hub).live()
    return incident


def owe(shop: Shop, item_id: int, pcs: int) -> None:
    """The pool gives more than it has."""
    with shop.hub.engine.begin() as connection:
        lock_pools(connection, [item_id])
        moved = Movement(item_id, "main", "pool", "sold:x/1", pcs, "sold")
        move(connection, OURS, [moved], reference="x", may_owe=True)


def give_back(shop: Shop, item_id: int, pcs: int) -> None:
    with shop.hub.engine.begin() as connection:
        lock_pools(connection, [item_id])
        move(connection, OURS, [Movement(item_id, "main", "sold:x/1", "pool", pcs, "cancelled")], reference="y")


def test_an_item_sold_too_often_is_an_incident_of_its_own_with_the_orders_to_cancel(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item("Утюг")
    place(hub, "dear", [[item_id, 1]], channel="wb")
    place(hub, "cheap", [[item_id, 1]], channel="ozon")
    report(hub, beyond(item_id, pool=-1))
    incident = only(hub)
    assert (incident.kind, incident.cause) == ("oversell", f"item:{item_id}")
    assert "«Утюг»" in incident.sentence
    assert "не хватает 1 шт." in incident.sentence
    assert "Заказ cheap («ozon»)" in (incident.advice or "")
    assert "штраф около 30 ₽" in (incident.advice or "")
    assert "dear" not in (incident.advice or "")


@pytest.mark.parametrize(
    ("cost_price_type", "has_all_costs", "chosen"), [("Закупочная", True, "a"), ("Закупочная", False, "b"), (None, True, "b")]
)
def test_where_all_costs_are_known_the_order_that_earns_least_is_the_cheapest(
    hub: Hub, shop: Shop, cost_price_type: str | None, has_all_costs: bool, chosen: str
) -> None:
    item_id, cup = shop.add_item("Утюг"), shop.add_item("Кружка")
    bought_for(hub, {item_id: 60_000} | ({cup: 15_000} if has_all_costs else {}))
    place(hub, "a", [[item_id, 1], [cup, 2]])
    place(hub, "b", [[item_id, 1]])
    report(hub, beyond(item_id, pool=-1), cost_price_type=cost_price_type)
    advice = only(hub).advice or ""
    assert f"Заказ {chosen} («ozon»)" in advice
    assert ("теряется 100 ₽ прибыли" in advice) == (chosen == "a")


def test_a_sale_that_the_pool_covered_is_an_incident_of_the_channel(hub: Hub, shop: Shop) -> None:
    first, second = shop.add_item("a"), shop.add_item("b")
    report(hub, beyond(first, pool=0, number="1"), beyond(second, pool=4, number="2", pcs=2))
    incident = only(hub)
    assert (incident.kind, incident.cause, incident.times) == ("sold_beyond_quota", "channel:ozon", 1)
    assert "3 шт. (заказы 1, 2)" in incident.sentence


def test_both_kinds_may_come_at_once(hub: Hub, shop: Shop) -> None:
    first, second = shop.add_item("a"), shop.add_item("b")
    report(hub, beyond(first, pool=-2), beyond(second, pool=3, channel="wb"))
    assert live(hub) == [("oversell", f"item:{first}"), ("sold_beyond_quota", "channel:wb")]


def test_every_sale_beyond_a_quota_is_in_the_journal(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    report(hub, beyond(item_id, pool=1, number="1"), beyond(item_id, pool=-1, number="2", pcs=2))
    later, earlier = Journal(hub).entries(subject=f"item:{item_id}")
    assert (earlier.kind, later.kind) == ("sold_beyond_quota", "oversell")
    assert later.detail == {"channel": "ozon", "order": "2", "item_id": item_id, "pcs": 2, "pool_pcs": -1}
    assert "Не хватает 1 шт." in later.sentence


def test_nothing_beyond_is_nothing_told(hub: Hub) -> None:
    report(hub)
    assert live(hub) == []


def test_the_lowest_pool_says_how_many_are_missing(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    for number in ("a", "b", "c"):
        place(hub, number, [[item_id, 1]])
    report(hub, beyond(item_id, pool=-1), beyond(item_id, pool=-2))
    assert (only(hub).advice or "").count("Заказ ") == 2


def test_a_bundle_gives_its_parts_back(hub: Hub, shop: Shop) -> None:
    item_id, other = shop.add_item("a"), shop.add_item("b")
    place(hub, "bundle", [[other, 1], [item_id, 2]], channel="site", price=1_000)
    place(hub, "alone", [[other, 1]], channel="site", price=1)
    report(hub, beyond(item_id, pool=-2))
    advice = only(hub).advice or ""
    assert "Заказ bundle («site»), вернётся 2 шт." in advice
    assert "alone" not in advice


@pytest.mark.parametrize(
    "told",
    [
        {"state": "confirmed"},
        {"state": "shipped"},
        {"state": "cancelled"},
        {"is_prior": True},
        {"is_by_channel": True},
        {"line": {"state": "apart"}},
        {"line": {"state": "backordered"}},
        {"line": {"cancelled_pcs": 1}},
    ],
)
def test_an_order_that_holds_no_piece_of_ours_or_is_on_its_way_is_not_proposed(hub: Hub, shop: Shop, told: dict[str, Any]) -> None:
    item_id = shop.add_item()
    place(hub, "not this", [[item_id, 1]], **told)
    report(hub, beyond(item_id, pool=-1))
    assert "отменять нечего" in (only(hub).advice or "")


def test_what_cancelling_cannot_cover_is_said(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    place(hub, "one", [[item_id, 1]])
    report(hub, beyond(item_id, pool=-3))
    assert "ещё 2 шт. надо докупить" in (only(hub).advice or "")


def test_an_order_wildberries_sold_at_zero_is_free_to_cancel_whatever_a_buyer_writes(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    place(hub, "joker", [[item_id, 1]], channel="wb", payload={"comment": '"isZeroOrder": true \x00', "isZeroOrder": False})
    place(hub, "zero", [[item_id, 1]], channel="wb", payload={"isZeroOrder": True})
    report(hub, beyond(item_id, pool=-1))
    assert "Заказ zero («wb»)" in (only(hub).advice or "")
    assert "штрафа не берёт" in (only(hub).advice or "")


def test_a_channel_whose_penalty_is_unknown_is_not_taken_for_free(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    place(hub, "unknown", [[item_id, 1]], channel="new one")
    place(hub, "known", [[item_id, 1]], channel="ozon")
    report(hub, beyond(item_id, pool=-1))
    assert "Заказ known" in (only(hub).advice or "")


def test_an_unknown_price_is_not_taken_for_nothing(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    place(hub, "priceless", [[item_id, 1]], price=None)
    with hub.engine.begin() as connection:
        report_beyond(connection, OURS, [beyond(item_id, pool=-1)])
    assert "Заказ priceless" in (only(hub).advice or "")


def test_the_same_item_short_again_is_the_same_incident(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    report(hub, beyond(item_id, pool=-1))
    report(hub, beyond(item_id, pool=-2))
    assert only(hub).times == 2
    assert "не хватает 2 шт." in only(hub).sentence


def test_an_oversell_is_over_when_the_pool_owes_nothing_any_more(hub: Hub, shop: Shop) -> None:
    item_id = shop.stock(1)
    owe(shop, item_id, 2)
    report(hub, beyond(item_id, pool=-1))
    judged(hub, item_id)
    assert live(hub) == [("oversell", f"item:{item_id}")]
    give_back(shop, item_id, 1)
    judged(hub, item_id)
    assert live(hub) == []


def test_an_item_nobody_asked_about_stays(hub: Hub, shop: Shop) -> None:
    item_id = shop.stock(1)
    report(hub, beyond(item_id, pool=-1))
    judged(hub)
    judged(hub, item_id + 1)
    assert live(hub) == [("oversell", f"item:{item_id}")]


def test_a_channel_is_over_it_after_a_quiet_while(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    report(hub, beyond(item_id, pool=3))
    judged(hub, item_id, at=OURS + QUIET - timedelta(seconds=1))
    assert live(hub) == [("sold_beyond_quota", "channel:ozon")]
    report(hub, beyond(item_id, pool=2), at=OURS + QUIET / 2)
    judged(hub, item_id, at=OURS + QUIET)
    assert live(hub) == [("sold_beyond_quota", "channel:ozon")]
    judged(hub, item_id, at=OURS + QUIET * 1.5)
    assert live(hub) == []


def test_judging_leaves_other_kinds_alone(hub: Hub, shop: Shop) -> None:
    item_id = shop.add_item()
    Incidents(hub).report(kind="shortfall", cause=f"item:{item_id}", sentence="Не хватает.")
    judged(hub, item_id, at=OURS + QUIET * 100)
    assert live(hub) == [("shortfall", f"item:{item_id}")]
