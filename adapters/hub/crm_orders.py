"""Orders as a CRM is told them: whole, as they are now, from every book that knows of them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, select, text

from adapters.hub.crm_customers import customers_of
from adapters.hub.crm_ways import Way, ways_of
from adapters.hub.hub import Hub
from adapters.hub.order_goods import read_goods
from adapters.hub.order_rows import OrderRow, load_orders
from adapters.hub.shipment_rows import trackings
from adapters.hub.tables.orders import sale_order
from tasks.rules.crm import CrmCustomer, CrmLine, CrmOrder
from tasks.rules.order_changes import CANCELLED
from tasks.rules.sale_documents import Goods

TRACKED = text("""
    select distinct on (order_number) order_number, tracking from onec_report
    where order_number = any (:numbers) and tracking is not null order by order_number, received_at desc
""").bindparams(bindparam("numbers", type_=ARRAY(Text)))


class CrmOrders:
    """What the hub knows of orders, in the words of `tasks.rules.crm`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def by_number(self, numbers: Collection[str], titles: Mapping[str, str]) -> dict[str, CrmOrder]:
        """Orders by our number; those that are not there are left out.

        Args:
            numbers: as 1C and people know them.
            titles: channel → how people call it.
        """
        o = sale_order.c
        with self._hub.engine.begin() as connection:
            refs: dict[str, list[str]] = {}
            for row in connection.execute(select(o.channel, o.order_ref).where(o.number.in_(numbers))):
                refs.setdefault(row.channel, []).append(row.order_ref)
            orders = [order for channel, keys in sorted(refs.items()) for order in load_orders(connection, channel, keys).values()]
            goods = read_goods(connection, {line.item_id for order in orders for line in order.lines.values() if line.item_id})
            customers = customers_of(connection, [order.order_id for order in orders])
            tracked = {row.order_number: row.tracking for row in connection.execute(TRACKED, {"numbers": sorted(numbers)})}
            shipped = trackings(connection, [order.order_id for order in orders])
            ways = ways_of(connection, orders)
        tracked |= {order.number: ", ".join(shipped[order.order_id]) for order in orders if order.number and order.order_id in shipped}
        return {
            order.number: _crm_order(
                order,
                goods,
                titles,
                customer=customers.get(order.order_id),
                way=ways[order.order_id],
                tracking=tracked.get(order.number),
            )
            for order in orders
            if order.number
        }


def crm_ref(channel: str, order_ref: str) -> str:
    """Our reference of an order there: unique over all channels."""
    return f"{channel}-{order_ref}"


def _crm_order(
    order: OrderRow, goods: Mapping[int, Goods], titles: Mapping[str, str], *, customer: CrmCustomer | None, way: Way, tracking: str | None
) -> CrmOrder:
    buyer: Mapping[str, Any] = order.buyer or {}
    is_cancelled = order.state == CANCELLED or not any(line.live_pcs for line in order.lines.values())
    return CrmOrder(
        ref=crm_ref(order.channel, order.order_ref),
        number=order.number or "",
        channel=order.channel,
        channel_title=titles.get(order.channel, order.channel),
        channel_ref=order.order_ref,
        state=CANCELLED if is_cancelled else way.of(order.state),
        placed_at=order.placed_at,
        customer=customer,
        lines=tuple(
            CrmLine(
                line_ref=line.line_ref,
                item_ref=goods[line.item_id].item_ref if line.item_id else None,
                sku=line.channel_sku,
                name=goods[line.item_id].name if line.item_id else line.channel_sku,
                pcs=line.pcs if is_cancelled else line.live_pcs,
                price_kopecks=line.price_kopecks,
                state=way.lines.get(line.line_ref),
            )
            for _, line in sorted(order.lines.items())
            if is_cancelled or line.live_pcs
        ),
        address=(buyer.get("address") or {}).get("text", ""),
        comment=buyer.get("comment") or "",
        tracking=tracking,
        way=way.sentences,
    )
