"""Buyers as a CRM is told them: the one place besides the orders where contacts are read whole."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, select, text

from adapters.hub.hub import Hub
from adapters.hub.tables.customers import customer_order
from tasks.rules.crm import CrmCustomer

CUSTOMERS = text("""
    select c.customer_id, c.name, c.tier,
        array(select k.value from customer_contact k where k.customer_id = c.customer_id and k.kind = 'phone' order by k.told_at, k.value)
            as phones,
        array(select k.value from customer_contact k where k.customer_id = c.customer_id and k.kind = 'email' order by k.told_at, k.value)
            as emails
    from customer c where c.customer_id = any (:customer_ids)
""").bindparams(bindparam("customer_ids", type_=ARRAY(BigInteger)))

MARK = "b"


class CrmCustomers:
    """What the hub knows of buyers, in the words of `tasks.rules.crm`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def by_ref(self, refs: Collection[str]) -> dict[str, CrmCustomer]:
        """Buyers by our reference; those that are not there are left out."""
        with self._hub.engine.begin() as connection:
            found = _read(connection, [int(ref.removeprefix(MARK)) for ref in refs])
        return {one.ref: one for one in found.values()}


def customer_ref(customer_id: int) -> str:
    """Our reference of a buyer in any CRM."""
    return f"{MARK}{customer_id}"


def customers_of(connection: Connection, order_ids: Collection[int]) -> dict[int, CrmCustomer]:
    """Whose orders are: buyers by order; an order that does not tell who bought is left out."""
    o = customer_order.c
    whose = connection.execute(select(o.order_id, o.customer_id).where(o.order_id.in_(order_ids), o.customer_id.is_not(None))).all()
    known = _read(connection, {row.customer_id for row in whose})
    return {row.order_id: known[row.customer_id] for row in whose}


def _read(connection: Connection, customer_ids: Iterable[int]) -> dict[int, CrmCustomer]:
    rows = connection.execute(CUSTOMERS, {"customer_ids": sorted(set(customer_ids))})
    return {row.customer_id: _crm_customer(row) for row in rows}


def _crm_customer(row: Any) -> CrmCustomer:  # noqa: ANN401 - a row
    """An extension does not travel: CRMs dial what stands there."""
    name = row.name or {}
    return CrmCustomer(
        ref=customer_ref(row.customer_id),
        name=name.get("full", ""),
        last_name=name.get("last", ""),
        first_name=name.get("first", ""),
        middle_name=name.get("middle", ""),
        phones=tuple(dict.fromkeys(phone.partition(";")[0] for phone in row.phones)),
        emails=tuple(row.emails),
        tier=row.tier,
    )
