"""Buyers as contacts of a Bitrix24 portal.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/api-reference/crm/universal/object-fields.html
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from adapters.bitrix24 import answers, people
from adapters.bitrix24.client import in_lots, parsed
from adapters.bitrix24.commands import CONTACT, Command, added, changed, got
from adapters.bitrix24.limits import PAGE
from adapters.bitrix24.puts import Bitrix24Puts, Plan
from adapters.bitrix24.reasons import GONE
from tasks.rules.crm import CrmCustomer, Put

REACH_MAX = 20
"""Values that one search by phone or address takes."""


class Bitrix24Contacts(Bitrix24Puts):
    """Finds, makes and changes contacts."""

    def put_customers(self, customers: Sequence[CrmCustomer]) -> list[Put]:
        """One answer per buyer; `adapters.capabilities.Crm`.

        A card is the buyer's by our mark. Where none has it, people may have merged the card into another, or entered the buyer before
        us: a card with one of the buyer's phones or addresses and a name that agrees is taken, and marked where it bears no mark.

        Raises:
            SyncError: nothing at all was done.
        """
        return self.put(customers, self._customer_plans)

    def cards(self, customers: Iterable[CrmCustomer]) -> dict[str, list[int]]:
        """Contacts of buyers by their ``ref``, the oldest first; a buyer without one is left out.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        wanted = {one.ref: one for one in customers}
        found: dict[str, list[int]] = {}
        if wanted:
            for card in self.marked(CONTACT, list(wanted), answers.MARKED, []):
                found.setdefault(card.origin_id, []).append(card.id)
        return found | self._reached([one for ref, one in wanted.items() if ref not in found])

    def whole(self, contact_ids: Iterable[int]) -> dict[int, answers.Contact]:
        """Contacts with their phones and addresses, by id; those that are no longer there are left out.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        told = self.ask({str(one): got(CONTACT, one) for one in set(contact_ids)}, but=GONE)
        return {int(key): parsed(answers.ONE, one).item for key, one in told.items()}

    def _customer_plans(self, customers: Sequence[CrmCustomer]) -> list[Plan]:
        ids = self.cards(customers)
        whole = self.whole(one[0] for one in ids.values())
        plans: list[Plan] = []
        marked: set[int] = set()
        for customer in customers:
            own = ids.get(customer.ref, [])
            card = whole.get(own[0]) if own else None
            fields = people.lacking(card, customer) | self._tier(card, customer)
            if card is None or not (card.origin_id or card.originator_id or card.id in marked):
                fields |= {"originatorId": self._originator, "originId": customer.ref}
                marked |= {card.id} if card else set()
            plans.append(_plan(customer, card, fields, own[1:], None if self._has_tier else self._no_tier))
        return plans

    def _reached(self, customers: Sequence[CrmCustomer]) -> dict[str, list[int]]:
        """Cards with a phone or an address of these buyers and a name that agrees."""
        searches = {f"{at}.{sort}": _search(sort, values) for at, one in enumerate(customers) for sort, values in _reach(one) if values}
        if not searches:
            return {}
        told = self.ask(searches)
        candidates = {
            at: sorted({each for sort, _ in _reach(one) for each in parsed(answers.FOUND, told.get(f"{at}.{sort}")).contacts})
            for at, one in enumerate(customers)
        }
        cards = self._named({each for ids in candidates.values() for each in ids})
        suited = {one.ref: _suiting(one, candidates[at], cards) for at, one in enumerate(customers)}
        return {ref: [contact_id] for ref, contact_id in suited.items() if contact_id is not None}

    def _named(self, contact_ids: set[int]) -> dict[int, answers.Contact]:
        """What contacts are called, without their phones; those that the webhook may not read are left out."""
        found: dict[int, answers.Contact] = {}
        for lot in in_lots(sorted(contact_ids), PAGE):
            names = ["name", "secondName", "lastName"]
            page = self.listed(CONTACT, answers.CONTACTS, filter_={"@id": lot}, order={"id": "ASC"}, select=names)
            found |= {one.id: one for one in page}
        return found

    def _tier(self, card: answers.Contact | None, customer: CrmCustomer) -> dict[str, str]:
        name = self.tier_name
        if name is None:
            return {}
        stands = (card.model_extra or {}).get(name) if card else None
        return {name: customer.tier or ""} if str(stands or "") != (customer.tier or "") else {}

    @property
    def _has_tier(self) -> bool:
        return self._tier_field is None or self.tier_name is not None

    @property
    def _no_tier(self) -> str:
        return f"У контактов Битрикс24 нет поля {self._tier_field}: уровень покупателя не записан. Проверьте tier_field в настройках."

    @cached_property
    def tier_name(self) -> str | None:
        """The field that holds the tier, as calls name it; none where there is none.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        return None if self._tier_field is None else tier_name_of(self._tier_field, self.contact_fields())

    def contact_fields(self) -> Mapping[str, answers.FieldShape]:
        """Fields that contacts have, by the names that calls give them.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        told = self.ask({"fields": Command(method="crm.item.fields", params={"entityTypeId": CONTACT})})["fields"]
        return parsed(answers.FIELDS, told).fields


def tier_name_of(field: str, fields: Mapping[str, answers.FieldShape]) -> str | None:
    """How calls name the field that people call so."""
    return next((name for name, shape in fields.items() if field in (name, shape.upper_name)), None)


def twins(what: str, ref: str, own: int, others: Sequence[int]) -> str | None:
    """What to say of cards that bear one mark of ours; none where there is only one."""
    if not others:
        return None
    told = ", ".join(map(str, others))
    return f"В Битрикс24 несколько {what} с отметкой {ref}. Утюг ведёт старшую, № {own}; лишние объедините с ней или удалите: № {told}."


def _plan(
    customer: CrmCustomer, card: answers.Contact | None, fields: Mapping[str, Any], others: Sequence[int], remark: str | None
) -> Plan:
    step = added(CONTACT, fields) if card is None else changed(CONTACT, card.id, fields)
    said = [twins("карточек", customer.ref, card.id, others) if card else None, remark]
    return Plan(
        ref=customer.ref,
        item_id=card.id if card else None,
        steps=(step,) if fields else (),
        sentence=" ".join(one for one in said if one) or None,
        private=people.private(customer),
    )


def _reach(customer: CrmCustomer) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("PHONE", customer.phones), ("EMAIL", customer.emails))


def _search(sort: str, values: Sequence[str]) -> Command:
    params = {"entity_type": "CONTACT", "type": sort, "values": list(values[:REACH_MAX])}
    return Command(method="crm.duplicate.findbycomm", params=params)


def _suiting(customer: CrmCustomer, candidates: Sequence[int], cards: Mapping[int, answers.Contact]) -> int | None:
    return next((one for one in candidates if one in cards and people.is_same(cards[one], customer)), None)
