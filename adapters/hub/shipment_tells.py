"""Who hears of a shipment: CRMs, the channel that sold it, 1C, and the journal; in the transaction that learned of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from adapters.hub import journal
from adapters.hub.order_papers import lock_papers, queue_papers
from adapters.hub.order_rows import OrderRow, load_orders
from adapters.hub.outbox import Owed, owe
from adapters.hub.shipment_planning import PART
from adapters.hub.shipment_rows import ShipmentRow, load_shipments
from adapters.hub.tables.orders import sale_order
from tasks.rules.order_news import ORDER_OF_ACTIONS, WANTED_IN
from tasks.rules.sales import ChannelOrders
from tasks.rules.shipments import folded

STATES = {
    "planned": "собирается",
    "asked": "ждёт ответа человека",
    "booking": "передаётся перевозчику",
    "booked": "принято перевозчиком к исполнению",
    "handed": "у перевозчика",
    "on_way": "в пути",
    "arrived": "ждёт получателя",
    "delivered": "вручено",
    "coming_back": "не вручено, возвращается",
    "returned": "вернулось в магазин",
    "lost": "потеряно перевозчиком",
    "cancelled": "отменено",
}


class Locked(NamedTuple):
    """Orders by id, and the 1C bases that know of each, locked."""

    orders: dict[int, OrderRow]
    papers: dict[str, set[str]]


def lock_orders(connection: Connection, order_ids: Collection[int]) -> Locked:
    """Orders of shipments that are about to change; what 1C was told of them is locked before anything else is."""
    orders = read_orders(connection, order_ids)
    return Locked(orders, lock_papers(connection, {order.number for order in orders.values() if order.number}))


def read_orders(connection: Connection, order_ids: Collection[int]) -> dict[int, OrderRow]:
    """Orders with their lines, by id."""
    o = sale_order.c
    refs: dict[str, list[str]] = {}
    for row in connection.execute(select(o.channel, o.order_ref).where(o.order_id.in_(order_ids))):
        refs.setdefault(row.channel, []).append(row.order_ref)
    orders = (order for channel, keys in sorted(refs.items()) for order in load_orders(connection, channel, keys).values())
    return {order.order_id: order for order in orders}


def tell(connection: Connection, at: datetime, one: ShipmentRow, order: OrderRow, rules: ChannelOrders, *, is_tracking_news: bool) -> None:
    """Have everybody told of a shipment whose state, or tracking number, is no longer what it was.

    Args:
        connection: the transaction.
        at: now.
        one: the shipment as it is now.
        order: its order.
        rules: of its channel.
        is_tracking_news: its tracking number is new, or no longer holds.
    """
    number = order.number or ""
    owe(connection, at, [Owed(target=f"crm:{name}", kind="order", subject=number) for name in rules.onward.crms.get(order.channel, ())])
    if is_tracking_news and one.target.startswith("carrier:"):
        owe(connection, at, [Owed(target=f"channel:{order.channel}", kind=PART, subject=one.number)])
    _owe_news(connection, at, order, rules)
    said = f"Отправление {one.number}: {STATES[one.state]}." + (f" Трек {one.tracking}." if one.tracking else "")
    journal.write(connection, at, "shipment", f"shipment:{one.number}", said, {"state": one.state, "target": one.target})


def tell_onec(connection: Connection, at: datetime, order: OrderRow, rules: ChannelOrders, papers: Mapping[str, Collection[str]]) -> None:
    """Have 1C told of an order's tracking numbers; its document holds all of them."""
    queue_papers(connection, at, rules=rules, orders={order.order_ref: order}, changed={order.order_ref}, told=papers)


def _owe_news(connection: Connection, at: datetime, order: OrderRow, rules: ChannelOrders) -> None:
    """The channel hears that its order has left, or has come, when all of it has."""
    tells = rules.onward.tells.get(order.channel)
    parts = [one for one in load_shipments(connection, order_ids=[order.order_id]).values() if one.counts]
    shipped: dict[str, int] = {}
    for one in parts:
        for ref, pcs in one.pcs.items():
            shipped[ref] = shipped.get(ref, 0) + pcs
    is_whole = all(shipped.get(line.line_ref, 0) >= line.live_pcs for line in order.lines.values())
    event = folded(one.state for one in parts) if is_whole else None
    if tells is None or event is None or not all(one.target.startswith("carrier:") for one in parts):
        return
    action = next((action for action in ORDER_OF_ACTIONS if action == tells.tells.get(event)), None)
    if action is not None and order.state in WANTED_IN[action]:
        owe(connection, at, [Owed(target=f"channel:{order.channel}", kind=action, subject=order.number or "", is_once=True)])
