"""Whether a card and a buyer are one person, and what of the buyer the card lacks. Pure.

People's words are never taken away: phones and addresses are added, a name is written only where the card's says less or something else.
"""

from typing import Any

from adapters.bitrix24.answers import Contact
from tasks.rules.crm import CrmCustomer

NUMBER = 10
"""Digits of a phone that tell it from others, however its country is written."""


def names(customer: CrmCustomer) -> dict[str, str]:
    """A buyer's name by the fields of a card; one whose parts are not known is a first name whole."""
    if customer.first_name or customer.last_name:
        return {"name": customer.first_name, "secondName": customer.middle_name, "lastName": customer.last_name}
    return {"name": customer.name, "secondName": "", "lastName": ""}


def is_same(card: Contact, customer: CrmCustomer) -> bool:
    """Whether names agree: one of them says nothing that the other does not. Relatives share phones, and marketplaces lend theirs."""
    theirs, ours = _words_of_card(card), _words(*names(customer).values())
    return bool(theirs and ours) and (theirs <= ours or ours <= theirs)


def lacking(card: Contact | None, customer: CrmCustomer) -> dict[str, Any]:
    """Fields of a card that have to be written for it to say what is known of the buyer."""
    said = names(customer)
    if card is None:
        fields: dict[str, Any] = {name: value for name, value in said.items() if value}
    else:
        fields = {} if _words(*said.values()) <= _words_of_card(card) else dict(said)
    reach = _unknown_reach(card, customer)
    return fields | ({"fm": reach} if reach else {})


def private(customer: CrmCustomer) -> tuple[str, ...]:
    """What nobody else should read."""
    known = (customer.name, customer.last_name, customer.first_name, customer.middle_name, *customer.phones, *customer.emails)
    return tuple(one for one in known if one)


def _unknown_reach(card: Contact | None, customer: CrmCustomer) -> dict[str, dict[str, str]]:
    """Phones and addresses that the card has not; they are only ever added (https://apidocs.bitrix24.com, fields of CRM objects, fm)."""
    phones = {_digits(one) for one in card.reached_by("PHONE")} if card else set()
    emails = {one.strip().lower() for one in card.reached_by("EMAIL")} if card else set()
    new = [("PHONE", one) for one in customer.phones if _digits(one) not in phones]
    new += [("EMAIL", one) for one in customer.emails if one.strip().lower() not in emails]
    return {f"n{at}": {"typeId": sort, "valueType": "WORK", "value": value} for at, (sort, value) in enumerate(new)}


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())[-NUMBER:]


def _words_of_card(card: Contact) -> frozenset[str]:
    return _words(card.name, card.second_name, card.last_name)


def _words(*parts: str) -> frozenset[str]:
    return frozenset(" ".join(parts).casefold().replace("ё", "е").split())
