"""Buyers in RetailCRM.

Source: `reference/services.md` §2.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.retailcrm import answers, paths
from adapters.retailcrm.client import RetailCrmClient
from adapters.retailcrm.limits import FIND_MAX, HISTORY_MAX
from adapters.retailcrm.person import names_lacking, names_of, phone_key, words_of
from adapters.retailcrm.putting import Putting
from tasks.rules.crm import CrmCustomer, Put


class CustomerDesk:
    """Customers of an account: `adapters.retailcrm.putting.Desk`. People's own words in a card stay; only the tier is ours for good.

    Args:
        client: the account.
    """

    entity: paths.Entity = "customers"
    name = "customer"
    MERGED_MAX = 5
    """A card merged into one that was merged itself, so many times over."""

    def __init__(self, client: RetailCrmClient) -> None:
        self._client = client

    def find(self, rows: Sequence[CrmCustomer]) -> dict[str, answers.Customer]:
        """Cards by our references, those that people merged into another one by what they were merged into."""
        there: dict[str, answers.Customer] = {}
        for at in range(0, len(rows), FIND_MAX):
            refs = [row.ref for row in rows[at : at + FIND_MAX]]
            there |= {str(one.external_id): one for one in self._listed("externalIds", refs) if one.external_id in refs}
        merged = {row.ref: into for row in rows if row.ref not in there and (into := self._merged_into(row.ref)) is not None}
        ids = list(dict.fromkeys(merged.values()))
        cards = {one.id: one for at in range(0, len(ids), FIND_MAX) for one in self._listed("ids", ids[at : at + FIND_MAX])}
        return there | {ref: cards[card_id] for ref, card_id in merged.items() if card_id in cards}

    def is_gone(self, row: CrmCustomer) -> bool:  # noqa: ARG002 - a `Desk`'s
        """A card that people deleted is needed again as soon as its buyer orders."""
        return False

    def new(self, row: CrmCustomer) -> dict[str, Any]:
        """A card with all that is known."""
        contacts = {"phones": [{"number": phone} for phone in row.phones], "email": next(iter(row.emails), None)}
        known = {name: value for name, value in {**names_of(row), **contacts}.items() if value}
        return {"externalId": row.ref, **known, **self._tier(row, {})}

    def changed(self, row: CrmCustomer, shown: answers.Customer) -> dict[str, Any]:
        """What the card lacks: a name, an address, phones beside those that it has; and the tier, where it is another one."""
        body: dict[str, Any] = {**names_lacking(row, shown)}
        if row.emails and not shown.email:
            body["email"] = row.emails[0]
        numbers = [phone.number for phone in shown.phones or [] if phone.number]
        known = {phone_key(number) for number in numbers}
        if more := [phone for phone in row.phones if phone_key(phone) not in known]:
            body["phones"] = [{"number": number} for number in (*numbers, *more)]
        return {**body, **self._tier(row, shown.custom_fields)}

    def learn(self, row: CrmCustomer, sent: dict[str, Any], errors: Sequence[str]) -> bool:  # noqa: ARG002 - a `Desk`'s
        """There is no other way to say a customer."""
        return False

    def of_person(self, row: CrmCustomer) -> Iterable[str]:
        """All of a card but its reference."""
        return words_of(row)

    def _tier(self, row: CrmCustomer, shown: dict[str, Any]) -> dict[str, Any]:
        field = self._client.tier_field
        if field is None or (shown.get(field) or None) == row.tier:
            return {}
        return {"customFields": {field: row.tier}}

    def _listed(self, name: str, values: Sequence[str | int]) -> list[answers.Customer]:
        query = self._client.listed(name, values) | {"limit": FIND_MAX}
        return self._client.ask(self.entity, answers.CUSTOMERS, query).customers

    def _merged_into(self, ref: str) -> int | None:
        """The account's id of the card that ours was merged into; none where it never was there.

        A merged card is gone, and only the history says where to. One question per reference: its filter takes a single one.
        """
        into = None
        for _ in range(self.MERGED_MAX):
            gone = self._merge_of({"filter[customerExternalId]": ref} if into is None else {"filter[customerId]": into})
            if gone is None:
                break
            into = gone
        return into

    def _merge_of(self, which: dict[str, str | int]) -> int | None:
        page, pages = 1, 1
        into = None
        while page <= pages:
            told = self._client.ask(paths.CUSTOMERS_HISTORY, answers.HISTORY, {**which, "limit": HISTORY_MAX, "page": page})
            pages = told.pagination.total_page_count
            into = next((one.combined_to.id for one in reversed(told.history) if one.deleted and one.combined_to), into)
            page += 1
        return into


class RetailCrmCustomers(RetailCrmClient):
    """Keeps buyers."""

    def put_customers(self, customers: Sequence[CrmCustomer]) -> list[Put]:
        """Make cards of those that are not there, add to the others what they lack.

        What people wrote into a card stays; a card that they merged into another one is found through the history.

        Returns:
            One answer per customer, in their order.

        Raises:
            SyncError: nothing at all was put.
        """
        return Putting(self, CustomerDesk(self), customers).run()
