"""The book of buyers: whose each order is, what buyers are known by, what they bought and what that earns them.

Nothing here writes a contact into a message, a log line, a question or the journal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Connection, Row, Text, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.errors import Unavailable
from adapters.hub.channel_refusals import settle_rows
from adapters.hub.crm_customers import customer_ref
from adapters.hub.holds import AWAY
from adapters.hub.hub import Hub
from adapters.hub.outbox import Owed, owe
from adapters.hub.rows import rows_of
from adapters.hub.tables.customers import customer, customer_contact, customer_order
from tasks.rules.customers import (
    EMAIL,
    ENTITY,
    PHONE,
    Contact,
    CustomerRules,
    Decision,
    KnownBuyer,
    NewBuyer,
    buyer_of,
    contacts_told,
    decide,
    fuller,
    whose,
)
from validation.customers import PurchaseMade
from validation.quarantine import refuse

AT_ONCE = 1000
NOBODY = "nobody_is_told"

LEARNING = text("select pg_advisory_xact_lock(hashtextextended('customers', 0))")
"""Two who learn at once would each find the same buyer new."""

UNLEARNED = text("""
    select o.order_id, o.channel, o.order_ref, o.buyer from sale_order o
    where jsonb_typeof(o.buyer) = 'object' and not exists (select from customer_order c where c.order_id = o.order_id)
    order by o.order_id limit :limit
""")

NAMED = text("""
    select o.order_id, o.channel, o.order_ref, o.buyer from sale_order o
    where jsonb_typeof(o.buyer) = 'object' and o.order_id = any (:order_ids)
""").bindparams(bindparam("order_ids", type_=ARRAY(BigInteger)))

CONCERNED = text("""
    select customer_id from customer_contact where (kind, value) in (select * from unnest(:kinds, :values))
    union
    select customer_id from customer_order where order_id = any (:order_ids) and customer_id is not null
""").bindparams(
    bindparam("kinds", type_=ARRAY(Text)), bindparam("values", type_=ARRAY(Text)), bindparam("order_ids", type_=ARRAY(BigInteger))
)

KNOWN = text("""
    select c.customer_id, c.name ->> 'full' as name, coalesce(c.name -> 'also', '[]'::jsonb) as also,
        array(select array[k.kind, k.value] from customer_contact k where k.customer_id = c.customer_id) as contacts,
        array(
            select distinct o.buyer ->> 'email' from customer_order t join sale_order o using (order_id)
            where t.customer_id = c.customer_id and o.state = 'delivered' and o.buyer ->> 'email' is not null
        ) as confirmed,
        array(select t.order_id from customer_order t where t.customer_id = c.customer_id and t.order_id = any (:order_ids)) as orders
    from customer c where c.customer_id = any (:customer_ids)
""").bindparams(bindparam("customer_ids", type_=ARRAY(BigInteger)), bindparam("order_ids", type_=ARRAY(BigInteger)))

PURCHASES = text("""
    select c.customer_id, min(o.placed_at) as paid_at,
        sum((s.pcs - s.cancelled_pcs) * coalesce(s.price_kopecks, 0))::bigint as kopecks
    from customer_order c join sale_order o using (order_id) join sale_line s using (order_id)
    where c.customer_id is not null and o.state = 'delivered' and o.placed_at >= coalesce(:since, '-infinity'::timestamptz)
    group by c.customer_id, o.channel, coalesce(o.basket_ref, o.parent_ref, o.order_ref)
    having sum(s.pcs - s.cancelled_pcs) > 0
    order by c.customer_id, paid_at, kopecks
""")

PURCHASE: dict[str, pl.DataType | type[pl.DataType]] = {
    "customer_id": pl.Int64,
    "paid_at": pl.Datetime("us", "UTC"),
    "kopecks": pl.Int64,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A buyer, without what he is known by."""

    customer_id: int
    tier: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What came of orders.

    Args:
        orders: how many were looked at.
        founded: buyers that were not there.
        asked: orders that a person is asked about.
    """

    orders: int = 0
    founded: int = 0
    asked: int = 0


class Customers:
    """Buyers of all channels."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def learn(
        self, rules: CustomerRules, *, real: Collection[str], order_ids: Collection[int] | None = None, limit: int = AT_ONCE
    ) -> Learned:
        """Find out whose orders are, by `tasks.rules.customers`; the same again changes nothing.

        Args:
            rules: whose contacts are believed.
            real: channels whose contacts are the buyers' own.
            order_ids: orders whose buyer became known or changed; by default those that nobody has looked at yet, the oldest first.
            limit: of the latter so many at once.
        """
        with self._hub.engine.begin() as connection:
            connection.execute(LEARNING)
            at = self._hub.clock.now()
            asked = {"limit": limit} if order_ids is None else {"order_ids": sorted(order_ids)}
            orders = {row.order_id: row for row in connection.execute(UNLEARNED if order_ids is None else NAMED, asked)}
            told = {order_id: buyer_of(order_id, row.buyer, is_real=row.channel in real, rules=rules) for order_id, row in orders.items()}
            new = [buyer for buyer in told.values() if buyer is not None]
            known = _known(connection, new)
            decisions = decide(known, new, rules)
            founded = _write(connection, at, decisions, orders=orders, new=new, known=known)
            nobody = [{"order_id": order_id, "reason": NOBODY} for order_id, buyer in told.items() if buyer is None]
            if nobody:
                connection.execute(upsert(customer_order).on_conflict_do_nothing(), nobody)
            return Learned(orders=len(orders), founded=founded, asked=_ask(connection, at, decisions, orders))

    def find(self, *, phone: str | None = None, email: str | None = None) -> Customer | None:
        """The buyer who has this phone and this email, as somebody typed them; none where it may be one of several.

        Raises:
            Unavailable: the hub does not answer.
        """
        contacts = contacts_told(phone, email)
        if not contacts:
            return None
        k = customer_contact.c
        try:
            with self._hub.engine.begin() as connection:
                by_kind = {
                    one.kind: list(connection.scalars(select(k.customer_id).where(k.kind == one.kind, k.value == one.value)))
                    for one in contacts
                }
                customer_id = whose(by_kind.get(PHONE, []), by_kind.get(EMAIL, []))
                if customer_id is None:
                    return None
                tier = connection.execute(select(customer.c.tier).where(customer.c.customer_id == customer_id)).scalar_one()
                return Customer(customer_id=customer_id, tier=tier)
        except AWAY as error:
            raise Unavailable("База Utyug не отвечает.", system="hub") from error

    def purchases(self, since: datetime | None = None) -> pl.DataFrame:
        """`PurchaseMade`: what was delivered and not returned of orders placed since then; what was placed together is one purchase.

        A channel does not say when it was paid; the moment it was placed stands for that.
        """
        with self._hub.engine.begin() as connection:
            rows = connection.execute(PURCHASES, {"since": since}).all()
        return PurchaseMade.validate(pl.DataFrame([tuple(row) for row in rows], schema=PURCHASE, orient="row"))

    def set_tiers(self, earned: pl.DataFrame, *, crms: Collection[str] = ()) -> list[int]:
        """Every buyer has the tier that he has earned, and who is not among them has none; returns those whose tier changed.

        Args:
            earned: `TierEarned`.
            crms: names of CRMs that are owed the news.
        """
        told = rows_of(earned, customer_id=BigInteger(), tier=Text())
        wanted = select(customer.c.customer_id, told.c.tier).outerjoin(told, told.c.customer_id == customer.c.customer_id).subquery()
        changed = (
            update(customer)
            .where(customer.c.customer_id == wanted.c.customer_id, customer.c.tier.is_distinct_from(wanted.c.tier))
            .values(tier=wanted.c.tier, changed_at=self._hub.clock.now())
            .returning(customer.c.customer_id)
        )
        with self._hub.engine.begin() as connection:
            customer_ids = sorted(connection.scalars(changed))
            owed = [Owed(target=f"crm:{name}", kind="customer", subject=customer_ref(one)) for name in crms for one in customer_ids]
            owe(connection, self._hub.clock.now(), owed)
        return customer_ids


def _known(connection: Connection, new: Sequence[NewBuyer]) -> list[KnownBuyer]:
    """Those who have a contact or an order of the new ones."""
    contacts = sorted({contact for buyer in new for contact in buyer.contacts})
    order_ids = [buyer.order_id for buyer in new]
    asked = {"kinds": [one.kind for one in contacts], "values": [one.value for one in contacts], "order_ids": order_ids}
    customer_ids = list(connection.scalars(CONCERNED, asked))
    return [
        KnownBuyer(
            customer_id=row.customer_id,
            name=row.name or "",
            also=tuple(row.also),
            contacts=frozenset(Contact(kind, value) for kind, value in row.contacts),
            confirmed=frozenset(row.confirmed).intersection(value for _, value in row.contacts),
            orders=frozenset(row.orders),
        )
        for row in connection.execute(KNOWN, {"customer_ids": customer_ids, "order_ids": order_ids})
    ]


def _write(
    connection: Connection,
    at: datetime,
    decisions: Iterable[Decision],
    *,
    orders: Mapping[int, Row[Any]],
    new: Iterable[NewBuyer],
    known: Iterable[KnownBuyer],
) -> int:
    """Buyers, their contacts and their orders as decided; returns how many buyers were not there."""
    numbers: dict[int, int] = {}
    names = {one.customer_id: one.name for one in known}
    also = {one.customer_id: {"also": list(one.also)} for one in known if one.also}
    buyers = {one.order_id: one for one in new}
    contacts: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for decision in decisions:
        buyer, told = buyers[decision.order_id], orders[decision.order_id].buyer.get("name") or {}
        customer_id = decision.customer_id or numbers.get(decision.founder)
        if customer_id is None:
            customer_id = _found(connection, at, told)
            numbers[decision.founder] = customer_id
        elif fuller(names[customer_id], buyer.name) != names[customer_id]:
            connection.execute(
                update(customer)
                .where(customer.c.customer_id == customer_id)
                .values(name={**told, **also.get(customer_id, {})}, changed_at=at)
            )
        names[customer_id] = fuller(names.get(customer_id, ""), buyer.name)
        contacts += [{**one._asdict(), "customer_id": customer_id, "told_at": at} for one in buyer.contacts]
        if decision.reason != "same_order":
            links.append({"order_id": decision.order_id, "customer_id": customer_id, "reason": decision.reason})
    if contacts:
        connection.execute(upsert(customer_contact).on_conflict_do_nothing(), contacts)
    if links:
        put = upsert(customer_order)
        told_now = {name: put.excluded[name] for name in ("customer_id", "reason")}
        connection.execute(put.on_conflict_do_update(index_elements=["order_id"], set_=told_now), links)
    return len(numbers)


def _found(connection: Connection, at: datetime, name: Mapping[str, str]) -> int:
    row = {"name": name, "founded_at": at, "changed_at": at}
    return int(connection.execute(insert(customer).values(row).returning(customer.c.customer_id)).scalar_one())


def _ask(connection: Connection, at: datetime, decisions: Iterable[Decision], orders: Mapping[int, Row[Any]]) -> int:
    """Orders whose buyer is kept apart become questions, without a word of who it is; returns how many."""
    ambiguous = [decision for decision in decisions if decision.verdict == "ambiguous"]
    asked: dict[str, list[dict[str, Any]]] = {}
    for decision in ambiguous:
        order = orders[decision.order_id]
        asked.setdefault(order.channel, []).append({"order_ref": order.order_ref, "reason": decision.reason, "row": None})
    for channel, rows in asked.items():
        frame = pl.DataFrame(rows, schema={"order_ref": pl.String, "reason": pl.String, "row": pl.Int64})
        refused = refuse(frame, entity=ENTITY, key=pl.col("order_ref"))
        settle_rows(connection, at, channel, entity=ENTITY, keys=[], refused=refused)
    return len(ambiguous)
