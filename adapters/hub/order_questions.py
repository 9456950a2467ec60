"""Questions about recorded orders: what of them stands open, as the quarantine keeps it."""

from typing import Any

import polars as pl

from adapters.hub.order_folding import Fold
from adapters.hub.order_rows import UNKNOWN, LineRow, OrderRow
from tasks.rules.buyers import ADDRESS_ASKED, questions
from tasks.rules.crm_answers import Asked, AskedLine
from tasks.rules.order_changes import CANCELLED
from tasks.rules.sales import ENTITY, SOLD_LINE, questions_of
from validation.quarantine import refuse

MORE = {"order_ref": pl.String, "line_ref": pl.String, "channel_sku": pl.String, "pcs": pl.Int64, "reason": pl.String}


def open_questions(fold: Fold) -> pl.DataFrame:
    """`RowRefused`: all that is open of the orders that were looked at; nothing of those that never touch the ledger."""
    ours = [order for order in fold.orders.values() if not order.is_apart]
    sold = [_sold_line(order, line) for order in ours for line in _live(order)]
    unknown = [_more(order, reason, line) for order, line, reason in fold.unknown if not order.is_apart]
    buyers = [_more(order, reason) for order in ours for reason in buyer_questions(order)]
    more = pl.DataFrame(unknown + buyers, schema=MORE).with_columns(row=pl.lit(None, pl.Int64))
    key = pl.when(pl.col("line_ref") == "").then(pl.col("order_ref")).otherwise(pl.format("{}|{}", "order_ref", "line_ref"))
    return pl.concat([questions_of(pl.DataFrame(sold, schema=SOLD_LINE)), refuse(more, entity=ENTITY, key=key)])


def question_keys(fold: Fold) -> list[str]:
    """What questions about these orders are known by, and about lines that they had."""
    keys = set(fold.orders)
    for ref, order in fold.orders.items():
        before = fold.before[ref]
        keys |= {f"{ref}|{line_ref}" for line_ref in (*order.lines, *(before[1] if before else ()))}
    return sorted(keys)


def buyer_questions(order: OrderRow) -> list[str]:
    """Codes of what is open of the buyer; where to deliver matters until the order has left."""
    if not _live(order):
        return []
    asked = questions(order.buyer, delivery_method=(order.terms or {}).get("delivery_method"))
    return [reason for reason in asked if order.is_open or reason != ADDRESS_ASKED]


def asked_of(order: OrderRow) -> Asked:
    """What a person may answer of an order."""
    reasons = buyer_questions(order)
    return Asked(
        lacks_phone="buyer_phone_is_read" in reasons,
        lacks_address=ADDRESS_ASKED in reasons,
        lines=tuple(
            AskedLine(
                line_ref=line.line_ref,
                sku=line.channel_sku,
                pcs=line.live_pcs,
                is_unknown=line.state == UNKNOWN and line.item_id is None,
                is_unpriced=not line.price_kopecks,
            )
            for line in _live(order)
        ),
    )


def _live(order: OrderRow) -> list[LineRow]:
    """Lines of which something is sold still: nobody need answer for the rest."""
    return [] if order.state == CANCELLED else [line for _, line in sorted(order.lines.items()) if line.live_pcs]


def _sold_line(order: OrderRow, line: LineRow) -> dict[str, Any]:
    return {
        "order_ref": order.order_ref,
        "line_ref": line.line_ref,
        "channel_sku": line.channel_sku,
        "price_kopecks": line.price_kopecks,
        "status": order.status,
        "state": order.state,
    }


def _more(order: OrderRow, reason: str, line: LineRow | None = None) -> dict[str, Any]:
    of_line = (
        {"line_ref": line.line_ref, "channel_sku": line.channel_sku, "pcs": line.pcs}
        if line
        else {"line_ref": "", "channel_sku": "", "pcs": 0}
    )
    return {"order_ref": order.order_ref, **of_line, "reason": reason}
