"""Orders in RetailCRM.

Source: `reference/services.md` §2.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.retailcrm import answers, paths
from adapters.retailcrm.client import RetailCrmClient
from adapters.retailcrm.customers import CustomerDesk
from adapters.retailcrm.limits import FIND_MAX
from adapters.retailcrm.lines import changed_lines, new_line
from adapters.retailcrm.person import names_lacking, names_of, words_of
from adapters.retailcrm.putting import Putting
from tasks.rules.crm import CrmOrder, Put

STAMP = "%Y-%m-%d %H:%M:%S"


class OrderDesk:
    """Orders of an account: `adapters.retailcrm.putting.Desk`.

    Lines, tracking number and the way of an order are ours. Contacts, address and comments are people's from the moment the order is
    there: only what is lacking is filled in, and a comment of theirs never.

    Args:
        client: the account.
    """

    entity: paths.Entity = "orders"
    name = "order"

    def __init__(self, client: RetailCrmClient) -> None:
        self._client = client
        self._offers = client.offers
        self._cards: dict[str, int] = {}

    def find(self, rows: Sequence[CrmOrder]) -> dict[str, answers.Order]:
        """Orders by our references; the buyers of those that need one are looked up too."""
        there: dict[str, answers.Order] = {}
        for at in range(0, len(rows), FIND_MAX):
            refs = [row.ref for row in rows[at : at + FIND_MAX]]
            query = self._client.listed("externalIds", refs) | {"limit": FIND_MAX}
            found = self._client.ask(self.entity, answers.ORDERS, query).orders
            there |= {str(one.external_id): one for one in found if one.external_id in refs}
        self._know([row for row in rows if row.ref not in there or _is_nobodys(there[row.ref])])
        return there

    def is_gone(self, row: CrmOrder) -> bool:
        """One that the account took before, and that is not there, was deleted by people or merged into another one."""
        return row.foreign_ref is not None

    def new(self, row: CrmOrder) -> dict[str, Any]:
        """An order with all that is known."""
        whose = f"{row.channel_title}, заказ {row.channel_ref}"
        said = {
            "externalId": row.ref,
            "number": row.number,
            "createdAt": row.placed_at.astimezone(self._client.zone).strftime(STAMP),
            "status": self._client.states.status_of(row.state),
            "customerComment": row.comment,
            "managerComment": whose,
            "items": [new_line(line, self._offers, self._client.item_statuses) for line in row.lines],
            "delivery": _delivery(row.address, row.tracking),
            **self._way(row, {}),
            **self._customer(row),
        }
        if row.customer is not None:
            said |= names_of(row.customer)
            said |= {"phone": next(iter(row.customer.phones), None), "email": next(iter(row.customer.emails), None)}
        return {name: value for name, value in said.items() if value}

    def changed(self, row: CrmOrder, shown: answers.Order) -> dict[str, Any]:
        """What differs of what is ours, and what is lacking of the rest."""
        address = "" if shown.delivery.address.text else row.address
        tracking = None if shown.delivery.data.track_number == row.tracking else row.tracking
        said = {
            "status": self._client.states.to_send(row.state, shown.status),
            "customerComment": None if shown.customer_comment else row.comment,
            "items": changed_lines(row, shown, self._offers, self._client.item_statuses),
            "delivery": _delivery(address, tracking),
            **self._way(row, shown.custom_fields),
            **self._contacts(row, shown),
        }
        return {name: value for name, value in said.items() if value}

    def learn(self, row: CrmOrder, sent: dict[str, Any], errors: Sequence[str]) -> bool:  # noqa: ARG002 - a `Desk`'s
        """An item that the catalogue has not under one key may be there under another; if under none, its name says what was sold."""
        return self._offers.learn(sent.get("items", []), errors)

    def of_person(self, row: CrmOrder) -> Iterable[str]:
        """The buyer, where to, and what was written."""
        return (row.address, row.comment, *(words_of(row.customer) if row.customer else ()))

    def _way(self, row: CrmOrder, there: Mapping[str, Any]) -> dict[str, Any]:
        """What left and what came back, in the order's own field: the account has no word for parts of an order, nor for returns."""
        name, told = self._client.way_field, "\n".join(row.way)
        if name is None or str(there.get(name) or "").split() == told.split():
            return {}
        return {"customFields": {name: told}}

    def _contacts(self, row: CrmOrder, shown: answers.Order) -> dict[str, Any]:
        if row.customer is None:
            return {}
        phone, email = (next(iter(one), None) for one in (row.customer.phones, row.customer.emails))
        lacking = {"phone": None if shown.phone else phone, "email": None if shown.email else email}
        return {**names_lacking(row.customer, shown), **lacking, **(self._customer(row) if _is_nobodys(shown) else {})}

    def _customer(self, row: CrmOrder) -> dict[str, Any]:
        """Whose it is; where that card is not there, the account makes one of the contacts."""
        card_id = self._cards.get(row.customer.ref) if row.customer else None
        return {} if card_id is None else {"customer": {"id": card_id}}

    def _know(self, rows: Sequence[CrmOrder]) -> None:
        customers = {row.customer.ref: row.customer for row in rows if row.customer and row.customer.ref not in self._cards}
        self._cards |= {ref: card.id for ref, card in CustomerDesk(self._client).find(list(customers.values())).items()}


class RetailCrmOrders(RetailCrmClient):
    """Keeps orders."""

    def put_orders(self, orders: Sequence[CrmOrder]) -> list[Put]:
        """Make those that are not there, change the others where they differ.

        A status is sent where our state is further along than what the account shows; one that people moved further, or that means the
        same, stays (`States.to_send`). One that people deleted there is not made anew.

        Returns:
            One answer per order, in their order.

        Raises:
            SyncError: nothing at all was put.
        """
        return Putting(self, OrderDesk(self), orders).run()


def _delivery(address: str, tracking: str | None) -> dict[str, Any]:
    where = {"address": {"text": address}} if address else {}
    return where | ({"data": {"trackNumber": tracking}} if tracking else {})


def _is_nobodys(shown: answers.Order) -> bool:
    """Its card was made by the account of an order without contacts: nobody is behind it."""
    card = shown.customer
    return card is None or not (card.external_id or card.email or card.phones)
