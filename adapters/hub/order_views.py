"""One order's life in every book of the hub, for people: what the channel told, what the ledger did, what 1C and the CRMs know."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.order_happenings import parcels_of, returns_of
from adapters.hub.order_rows import OrderRow, load_orders
from adapters.hub.outbox import Outbox
from adapters.hub.shipment_views import COLUMNS as SHIPPED
from adapters.hub.shipment_views import SHOWN

FOUND = text("""
    select channel, order_ref from sale_order
    where number = :word or order_ref = :word or basket_ref = :word or channel || '-' || order_ref = :word or parent_ref = :word
    order by order_id
""")

MOVEMENTS = text("""
    select m.at, coalesce(i.article, i.item_ref) as article, m.place, m.from_account, m.to_account, m.pcs, m.reason
    from ledger_movement m join item i using (item_id)
    where m.reference = :reference or m.from_account like :sold or m.to_account like :sold
    order by m.movement_id
""")

ONEC = text("""
    select q.source, q.version, q.acknowledged_version, q.enqueued_at, q.offered_times, q.acknowledged_at,
        r.received_at as reported_at, r.onec_number, r.status, r.is_posted, r.is_shipped, r.is_cancelled, r.tracking
    from onec_outgoing q
    left join onec_report r on r.source = q.source and r.order_number = q.order_number and r.number = q.order_number
    where q.order_number = :number
    order by q.source
""")

QUESTIONS = text("""
    select source, key, sentence, state, first_seen_at, closed_at from quarantine
    where (source = :channel and (key = :order_ref or key like :lines)) or (entity = 'crm_order' and key = :number) order by quarantine_id
""")

AT = pl.Datetime("us", "UTC")
Shape = dict[str, pl.DataType | type[pl.DataType]]
MOVED: Shape = {
    "at": AT,
    "article": pl.String,
    "place": pl.String,
    "from_account": pl.String,
    "to_account": pl.String,
    "pcs": pl.Int64,
    "reason": pl.String,
}
IN_ONEC: Shape = {
    "source": pl.String,
    "version": pl.Int64,
    "acknowledged_version": pl.Int64,
    "enqueued_at": AT,
    "offered_times": pl.Int64,
    "acknowledged_at": AT,
    "reported_at": AT,
    "onec_number": pl.String,
    "status": pl.String,
    "is_posted": pl.Boolean,
    "is_shipped": pl.Boolean,
    "is_cancelled": pl.Boolean,
    "tracking": pl.String,
}
ASKED: Shape = {"source": pl.String, "key": pl.String, "sentence": pl.String, "state": pl.String, "first_seen_at": AT, "closed_at": AT}


@dataclass(frozen=True, kw_only=True)
class OrderLife:
    """What every book says of one order.

    Args:
        order: as the channel's reports were folded.
        movements: of its pieces, the oldest first: columns of `MOVED`.
        onec: what each 1C base was told and told back: columns of `IN_ONEC`.
        owed: what CRMs and channels were told, or wait for: columns of `adapters.hub.outbox.WAITING` and ``TOLD``.
        shipments: its parts, the newest first: columns of `adapters.hub.shipment_views.COLUMNS`.
        parcels: what happened to them, the oldest first: columns of `adapters.hub.order_happenings.HAPPENED`.
        returns: the same of what came back.
        questions: of the quarantine, those answered too: columns of `ASKED`.
    """

    order: OrderRow
    movements: pl.DataFrame
    onec: pl.DataFrame
    owed: pl.DataFrame
    shipments: pl.DataFrame
    parcels: pl.DataFrame
    returns: pl.DataFrame
    questions: pl.DataFrame


class OrderViews:
    """Questions about orders, for people."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def lives(self, word: str) -> list[OrderLife]:
        """Orders that a person may mean: by our number, the channel's, the basket's, the CRM's key, or the posting they were split from."""
        with self._hub.engine.begin() as connection:
            keys = connection.execute(FOUND, {"word": word}).all()
            orders = [load_orders(connection, row.channel, [row.order_ref])[row.order_ref] for row in keys]
        return [self._life(order) for order in orders]

    def _life(self, order: OrderRow) -> OrderLife:
        moved = {"reference": order.reference, "sold": f"sold:{order.order_id}/%"}
        asked = {"channel": order.channel, "order_ref": order.order_ref, "lines": f"{order.order_ref}|%", "number": order.number}
        with self._hub.engine.begin() as connection:
            return OrderLife(
                order=order,
                movements=pl.DataFrame(connection.execute(MOVEMENTS, moved).all(), schema=MOVED, orient="row"),
                onec=pl.DataFrame(connection.execute(ONEC, {"number": order.number}).all(), schema=IN_ONEC, orient="row"),
                shipments=pl.DataFrame(
                    connection.execute(SHOWN, {"word": order.number, "most": 100}).all() if order.number else [],
                    schema=SHIPPED,
                    orient="row",
                ),
                parcels=parcels_of(connection, order.order_id),
                returns=returns_of(connection, order.order_id),
                owed=Outbox(self._hub).of_subject(order.number or ""),
                questions=pl.DataFrame(connection.execute(QUESTIONS, asked).all(), schema=ASKED, orient="row"),
            )
