"""Orders on their way to 1C: what it is told of them, in the transaction that changed them.

Wildberries' tasks are told one by one, as the vendor handles them: tasks of one basket come and are cancelled apart from each other, and a
document that grew and shrank with them would be a new version in 1C each time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from adapters.hub.channel_refusals import settle_rows
from adapters.hub.order_folding import is_due_for_onec
from adapters.hub.order_goods import read_goods
from adapters.hub.order_rows import UNKNOWN, LineRow, OrderRow
from adapters.hub.sale import OFFERED, enqueue_many
from adapters.hub.shipment_rows import trackings
from adapters.hub.tables.sale import onec_outgoing
from adapters.onec.order_document import Address, Buyer, OrderDocument, OrderLine
from tasks.rules.sale_documents import STATUSES, Document, Goods, SoldLine, documents
from tasks.rules.sales import ChannelOrders

ENTITY = "order_document"
REASON = "order_is_refused_by_onec"


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """How many documents were put into 1C's queue, and how many it would not take."""

    documents: int = 0
    refused: int = 0


def lock_papers(connection: Connection, numbers: Collection[str]) -> dict[str, set[str]]:
    """Lock what 1C was told of these orders, in the order in which it is offered; returns the bases that were told, by number.

    To be called before the items are locked: whoever offers the queue to 1C touches the orders' sold lines after it.
    """
    q = onec_outgoing.c
    rows = connection.execute(select(q.source, q.order_number).where(q.order_number.in_(numbers)).order_by(*OFFERED).with_for_update())
    told: dict[str, set[str]] = {}
    for row in rows:
        told.setdefault(row.order_number, set()).add(row.source)
    return told


def queue_papers(
    connection: Connection,
    at: datetime,
    *,
    rules: ChannelOrders,
    orders: Mapping[str, OrderRow],
    changed: Collection[str],
    told: Mapping[str, Collection[str]],
) -> Queued:
    """Tell 1C of orders that changed, and of those that it should know of and does not.

    Args:
        connection: the transaction that changed them.
        at: now.
        rules: the channel's.
        orders: all that were looked at, by ``order_ref``.
        changed: of these, which changed.
        told: the bases that know an order, by its number (`lock_papers`).
    """
    if not rules.onec_sources:
        return Queued()
    due = [order for ref, order in orders.items() if (ref in changed and order.number in told) or is_due_for_onec(order)]
    goods = read_goods(connection, {item_id for order in due for line in _sold(order) for item_id, _ in line.recipe or ()})
    tracked = trackings(connection, {order.order_id for order in due})
    papers = []
    for order in due:
        known_to = told.get(order.number or "", ())
        made = documents([_as_sold(line) for line in _sold(order)], goods, is_cancelled=order.state == "cancelled")
        delivers = next((paper.source for paper in sorted(made, key=lambda paper: paper.is_cancelled)), None)
        for paper in made:
            is_news = order.order_ref in changed or paper.source not in known_to
            if paper.source in rules.onec_sources and is_news and (not paper.is_cancelled or paper.source in known_to):
                is_delivered, tracking = paper.source == delivers, ", ".join(tracked.get(order.order_id, ()))
                document = _document(order, paper, goods, rules, is_delivered=is_delivered, tracking=tracking or None)
                papers.append((order, paper.source, document))
    keyed = [(source, made, f"{order.channel}:{order.order_ref}:{order.state}:{at.isoformat()}") for order, source, made in papers]
    answers = list(zip(papers, enqueue_many(connection, at, keyed), strict=True))
    refused = [_refusal(order, source, fault.sentence) for (order, source, _), fault in answers if fault]
    if papers:
        tried = [order.order_ref for order, _, _ in papers]
        settle_rows(connection, at, papers[0][0].channel, entity=ENTITY, keys=tried, refused=pl.DataFrame(refused, schema=_REFUSED))
    return Queued(documents=len(papers) - len(refused), refused=len(refused))


_REFUSED = {"entity": pl.String, "key": pl.String, "reason": pl.String, "sentence": pl.String, "row": pl.Int64, "payload": pl.String}


def _refusal(order: OrderRow, source: str, sentence: str) -> dict[str, Any]:
    payload = pl.DataFrame({"order_ref": [order.order_ref], "number": [order.number], "source": [source]})
    evidence = payload.select(pl.struct(pl.all()).struct.json_encode()).item()
    return {"entity": ENTITY, "key": order.order_ref, "reason": REASON, "sentence": sentence, "row": None, "payload": evidence}


def _sold(order: OrderRow) -> list[LineRow]:
    return [line for _, line in sorted(order.lines.items()) if line.recipe is not None and line.state != UNKNOWN]


def _as_sold(line: LineRow) -> SoldLine:
    return SoldLine(
        pcs=line.pcs, cancelled_pcs=line.cancelled_pcs, price_kopecks=line.price_kopecks, recipe=[(i, n) for i, n in line.recipe or ()]
    )


def _document(
    order: OrderRow, paper: Document, goods: Mapping[int, Goods], rules: ChannelOrders, *, is_delivered: bool, tracking: str | None
) -> OrderDocument:
    """Of several bases one is told of the delivery, so that the sums of all add up."""
    buyer, terms = order.buyer or {}, order.terms or {}
    paid_at = datetime.fromisoformat(terms["paid_at"]) if "paid_at" in terms else None
    address = _address(buyer.get("address") or {})
    recipient = (buyer.get("recipient") or {}).get("full")
    return OrderDocument(
        number=order.number or "",
        placed_at=order.placed_at,
        buyer=_buyer(order, buyer, address, rules),
        lines=tuple(_line(row.item_id, row.pcs, row.price_kopecks, row.discount_kopecks, goods) for row in paper.lines),
        channel_number=order.order_ref,
        site=rules.title or order.channel,
        comment=_comment(order, buyer),
        status=STATUSES[order.state],
        is_cancelled=paper.is_cancelled,
        is_paid=paid_at is not None,
        paid_on=rules.day(paid_at) if paid_at is not None else None,
        payment_number=terms.get("payment_number"),
        payment_method=terms.get("payment_method"),
        delivery_method=terms.get("delivery_method"),
        delivery_kopecks=terms.get("delivery_kopecks", 0) if is_delivered else 0,
        ship_on=rules.day(order.ship_by_at) if order.ship_by_at else None,
        delivery_address=address,
        recipient=recipient,
        tracking=tracking,
    )


def _line(item_id: int, pcs: int, price_kopecks: int, discount_kopecks: int, goods: Mapping[int, Goods]) -> OrderLine:
    one = goods[item_id]
    return OrderLine(
        item_ref=one.item_ref,
        name=one.name,
        pcs=pcs,
        price_kopecks=price_kopecks,
        discount_kopecks=discount_kopecks,
        article=one.article,
        vat=one.vat,
    )


def _buyer(order: OrderRow, buyer: Mapping[str, Any], address: Address | None, rules: ChannelOrders) -> Buyer:
    """A person where the channel tells who; else the channel itself, one card in 1C for all of its buyers."""
    name, company = buyer.get("name") or {}, buyer.get("company") or {}
    phones: Sequence[Mapping[str, Any]] = buyer.get("phones") or ()
    phone = next(
        (f"{one.get('e164') or one['raw']}" + (f" доб. {one['extension']}" if one.get("extension") else "") for one in phones), None
    )
    title = rules.title or order.channel
    if not name and not company:
        return Buyer(ref=order.channel, name=f"Покупатель {title}")
    return Buyer(
        ref=phone or buyer.get("email") or f"{order.channel}:{order.order_ref}",
        name=name.get("full") or company.get("name") or f"Покупатель {title}",
        last_name=name.get("last"),
        first_name=name.get("first"),
        middle_name=name.get("middle"),
        official_name=company.get("name"),
        inn=company.get("inn"),
        kpp=company.get("kpp"),
        address=address,
        phone=phone,
        email=buyer.get("email"),
    )


def _address(told: Mapping[str, str]) -> Address | None:
    return Address(**told) if told else None


def _comment(order: OrderRow, buyer: Mapping[str, Any]) -> str | None:
    unknown = [line.channel_sku for line in order.lines.values() if line.state == UNKNOWN]
    unpriced = any(line.price_kopecks is None for line in order.lines.values())
    told = (
        buyer.get("comment"),
        f"Корзина {order.basket_ref}" if order.basket_ref else None,
        f"В заказе есть товары, которых Utyug не знает: {', '.join(sorted(unknown))}" if unknown else None,
        "Цена не сообщена площадкой: впишите её" if unpriced else None,
    )
    return ". ".join(part for part in told if part) or None
