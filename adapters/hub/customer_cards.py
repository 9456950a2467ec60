"""Buyers put right by people: found, put together, taken apart. What a person decided here no rule undoes.

An order that is somebody's stays his (`tasks.rules.customers`); names that a person put together are all his from then on; and whoever is
split off has his own orders and contacts, so that a later order that fits both is asked about and given to neither.
Nothing that leaves here, and nothing in the journal, tells a name, a phone or an address.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.errors import Misconfigured
from adapters.hub import journal
from adapters.hub.channel_refusals import settle_rows
from adapters.hub.crm_customers import MARK, customer_ref
from adapters.hub.customers import LEARNING
from adapters.hub.hub import Hub
from adapters.hub.outbox import Owed, owe
from adapters.hub.tables.customers import customer, customer_contact, customer_order
from adapters.hub.tables.orders import sale_order
from tasks.rules.buyers import masked
from tasks.rules.customers import (
    BY_PERSON,
    EMAIL,
    ENTITY,
    PHONE,
    Contact,
    CustomerRules,
    buyer_of,
    contacts_told,
    fuller,
    masked_email,
    may_be_one,
)
from validation.quarantine import NONE_REFUSED

FOUND = text("""
    select customer_id from customer_contact where (kind, value) in (select * from unnest(:kinds, :values))
    union
    select customer_id from customer_order join sale_order o using (order_id)
    where customer_id is not null and (o.number = :word or o.order_ref = :word)
    union
    select customer_id from customer where customer_id = any (:customer_ids)
    order by customer_id
""").bindparams(
    bindparam("kinds", type_=ARRAY(Text)), bindparam("values", type_=ARRAY(Text)), bindparam("customer_ids", type_=ARRAY(BigInteger))
)

ORDERS = (
    select(
        customer_order.c.customer_id,
        sale_order.c.order_id,
        sale_order.c.channel,
        sale_order.c.order_ref,
        sale_order.c.number,
        sale_order.c.buyer,
    )
    .join(sale_order, sale_order.c.order_id == customer_order.c.order_id)
    .order_by(sale_order.c.order_id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerCard:
    """A buyer as people may see him.

    Args:
        ref: his reference in any CRM.
        who: initials and the end of a phone.
        emails: masked.
        tier: none where nothing is earned.
        orders: as 1C and people know them, the oldest first; those that never go there by the channel's key.
    """

    ref: str
    who: str
    emails: tuple[str, ...]
    tier: str | None
    orders: tuple[str, ...]


class CustomerCards:
    """The desk where people put buyers right.

    Args:
        hub: the hub.
        crms: names of CRMs that are owed the news.
    """

    def __init__(self, hub: Hub, *, crms: Collection[str] = ()) -> None:
        self._hub = hub
        self._crms = sorted(crms)

    def find(self, word: str) -> list[CustomerCard]:
        """Buyers whom a word may mean: a reference (``b12``), a phone or an email as somebody typed it, a number of an order."""
        contacts = sorted(contacts_told(word, word))
        number = word.removeprefix(MARK)
        ids = [int(number)] if word.startswith(MARK) and number.isdecimal() else []
        asked = {"kinds": [one.kind for one in contacts], "values": [one.value for one in contacts], "word": word, "customer_ids": ids}
        with self._hub.engine.begin() as connection:
            customer_ids = list(connection.scalars(FOUND, asked))
            cards = connection.execute(
                select(customer).where(customer.c.customer_id.in_(customer_ids)).order_by(customer.c.customer_id)
            ).all()
            known = _contacts(connection, customer_ids)
            orders = connection.execute(ORDERS.where(customer_order.c.customer_id.in_(customer_ids))).all()
        return [_card(row, known.get(row.customer_id, {}), [one for one in orders if one.customer_id == row.customer_id]) for row in cards]

    def merge(self, keep: str, other: str) -> int:
        """Two buyers are one person: the first has all orders, names and contacts of the second; returns how many orders came over.

        Raises:
            Misconfigured: there is no such buyer, or both are one.
        """
        with self._hub.engine.begin() as connection:
            at = self._begin(connection)
            kept, gone = _read(connection, keep), _read(connection, other)
            if kept.customer_id == gone.customer_id:
                raise Misconfigured(f"{keep} и {other} — один и тот же покупатель.")
            orders = connection.execute(ORDERS.where(customer_order.c.customer_id == gone.customer_id)).all()
            asked = [*orders, *connection.execute(ORDERS.where(customer_order.c.customer_id == kept.customer_id))]
            _rename(connection, at, kept.customer_id, _joined(kept.name, gone.name))
            _put_contacts(connection, kept.customer_id, _contacts(connection, [gone.customer_id]).get(gone.customer_id, {}))
            _give(connection, kept.customer_id, [row.order_id for row in orders])
            connection.execute(delete(customer_contact).where(customer_contact.c.customer_id == gone.customer_id))
            connection.execute(delete(customer).where(customer.c.customer_id == gone.customer_id))
            _settle_questions(connection, at, asked)
            self._tell(connection, at, [kept.customer_id])
            said = f"Покупатель {other} объединён с {keep}: это один человек. Заказов перешло: {len(orders)}."
            journal.write(
                connection, at, "customers_merged", f"customer:{keep}", said, {"into": keep, "merged": other, "orders": _numbers(orders)}
            )
        return len(orders)

    def split(self, ref: str, numbers: Collection[str], *, rules: CustomerRules, real: Collection[str]) -> str:
        """Some orders of a buyer are another person's: he becomes a buyer of his own; returns his reference.

        Args:
            ref: of the buyer.
            numbers: of the orders, ours or the channel's.
            rules: whose contacts are believed.
            real: channels whose contacts are the buyers' own.

        Raises:
            Misconfigured: there is no such buyer, an order is not his, or all of his are named.
        """
        with self._hub.engine.begin() as connection:
            at = self._begin(connection)
            was = _read(connection, ref)
            orders = connection.execute(ORDERS.where(customer_order.c.customer_id == was.customer_id)).all()
            moved = [row for row in orders if row.number in numbers or row.order_ref in numbers]
            stays = [row for row in orders if row not in moved]
            missing = set(numbers) - {word for row in moved for word in (row.number, row.order_ref)}
            if missing:
                raise Misconfigured(f"У покупателя {ref} нет заказов: {', '.join(sorted(missing))}.")
            if not moved or not stays:
                raise Misconfigured(f"Назовите часть заказов покупателя {ref}, а не все: отделять больше не от кого.")
            row = {"name": _fullest(moved), "founded_at": at, "changed_at": at}
            new_id = int(connection.execute(insert(customer).values(row).returning(customer.c.customer_id)).scalar_one())
            _give(connection, new_id, [row.order_id for row in moved])
            _rename(connection, at, was.customer_id, _left(was.name, stays))
            known = _contacts(connection, [was.customer_id]).get(was.customer_id, {})
            for customer_id, his in ((was.customer_id, stays), (new_id, moved)):
                told = _told(his, rules, real)
                connection.execute(delete(customer_contact).where(customer_contact.c.customer_id == customer_id))
                _put_contacts(connection, customer_id, {one: known.get(one, at) for one in told})
            _settle_questions(connection, at, orders)
            self._tell(connection, at, [was.customer_id, new_id])
            said = f"Из покупателя {ref} выделен {customer_ref(new_id)}: это другой человек. Заказов перешло: {len(moved)}."
            journal.write(
                connection,
                at,
                "customers_split",
                f"customer:{ref}",
                said,
                {"of": ref, "new": customer_ref(new_id), "orders": _numbers(moved)},
            )
        return customer_ref(new_id)

    def _begin(self, connection: Connection) -> datetime:
        connection.execute(LEARNING)
        return self._hub.clock.now()

    def _tell(self, connection: Connection, at: datetime, customer_ids: Iterable[int]) -> None:
        refs = [customer_ref(one) for one in customer_ids]
        owe(connection, at, [Owed(target=f"crm:{name}", kind="customer", subject=ref) for name in self._crms for ref in refs])


def _read(connection: Connection, ref: str) -> Any:  # noqa: ANN401 - a row
    number = ref.removeprefix(MARK)
    wanted = select(customer).where(customer.c.customer_id == int(number)) if number.isdecimal() else None
    found = connection.execute(wanted.with_for_update()).first() if wanted is not None else None
    if found is None:
        raise Misconfigured(f"Покупателя {ref} нет. Посмотрите номер командой utyug customers find.")
    return found


def _contacts(connection: Connection, customer_ids: Collection[int]) -> dict[int, dict[Contact, datetime]]:
    """What buyers are known by, and since when."""
    k = customer_contact.c
    rows = connection.execute(select(customer_contact).where(k.customer_id.in_(customer_ids)).order_by(k.told_at, k.value))
    found: dict[int, dict[Contact, datetime]] = {}
    for row in rows:
        found.setdefault(row.customer_id, {})[Contact(row.kind, row.value)] = row.told_at
    return found


def _put_contacts(connection: Connection, customer_id: int, contacts: Mapping[Contact, datetime]) -> None:
    rows = [{**one._asdict(), "customer_id": customer_id, "told_at": told_at} for one, told_at in contacts.items()]
    if rows:
        connection.execute(upsert(customer_contact).on_conflict_do_nothing(), rows)


def _give(connection: Connection, customer_id: int, order_ids: Collection[int]) -> None:
    o = customer_order.c
    connection.execute(update(customer_order).where(o.order_id.in_(order_ids)).values(customer_id=customer_id, reason=BY_PERSON))


def _rename(connection: Connection, at: datetime, customer_id: int, name: Mapping[str, Any]) -> None:
    connection.execute(update(customer).where(customer.c.customer_id == customer_id).values(name=dict(name), changed_at=at))


def _joined(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """The fuller of two names that may be one; of two that may not both, so that neither is strange any more."""
    full, other = str(kept.get("full", "")), str(gone.get("full", ""))
    main = gone if fuller(full, other) == other != full else kept
    also = {*kept.get("also", ()), *gone.get("also", ()), *([] if may_be_one(full, other) else [other])}
    return {**main, **({"also": sorted(also)} if also else {})}


def _left(name: Mapping[str, Any], orders: Sequence[Any]) -> dict[str, Any]:
    """The name of a buyer that some orders were taken from: of other names those that his orders bear still."""
    names = [str(_name(row).get("full", "")) for row in orders]
    main = dict(name) if not any(names) or any(one and may_be_one(str(name.get("full", "")), one) for one in names) else _fullest(orders)
    also = [one for one in name.get("also", ()) if one in names and one != main.get("full")]
    main.pop("also", None)
    return {**main, **({"also": also} if also else {})}


def _fullest(orders: Sequence[Any]) -> dict[str, Any]:
    return max((_name(row) for row in orders), key=lambda one: len(str(one.get("full", "")).split()))


def _name(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    return dict((row.buyer or {}).get("name") or {})


def _told(orders: Sequence[Any], rules: CustomerRules, real: Collection[str]) -> set[Contact]:
    """The contacts that these orders tell."""
    buyers = [buyer_of(row.order_id, row.buyer or {}, is_real=row.channel in real, rules=rules) for row in orders]
    return {contact for one in buyers if one is not None for contact in one.contacts}


def _settle_questions(connection: Connection, at: datetime, orders: Iterable[Any]) -> None:
    """A person has said who it is."""
    keys: dict[str, list[str]] = {}
    for row in orders:
        keys.setdefault(row.channel, []).append(row.order_ref)
    for channel, refs in keys.items():
        settle_rows(connection, at, channel, entity=ENTITY, keys=refs, refused=NONE_REFUSED)


def _numbers(orders: Iterable[Any]) -> list[str]:
    return [row.number or row.order_ref for row in orders]


def _card(row: Any, contacts: Mapping[Contact, datetime], orders: Sequence[Any]) -> CustomerCard:  # noqa: ANN401 - a row
    phones = [{"e164": one.value.partition(";")[0]} for one in contacts if one.kind == PHONE]
    return CustomerCard(
        ref=customer_ref(row.customer_id),
        who=masked({"name": row.name, "phones": phones}),
        emails=tuple(masked_email(one.value) for one in contacts if one.kind == EMAIL),
        tier=row.tier,
        orders=tuple(_numbers(orders)),
    )
