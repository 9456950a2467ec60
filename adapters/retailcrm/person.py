"""A person in RetailCRM's words."""

import re
from collections.abc import Iterator

from adapters.retailcrm import answers
from tasks.rules.crm import CrmCustomer


def names_of(row: CrmCustomer) -> dict[str, str]:
    """The parts of a name; a whole one, whose parts nobody told, is a first name."""
    parts = {"lastName": row.last_name, "firstName": row.first_name, "patronymic": row.middle_name}
    return {field: part for field, part in parts.items() if part} or ({"firstName": row.name} if row.name else {})


def names_lacking(row: CrmCustomer, shown: answers.Customer | answers.Order) -> dict[str, str]:
    """The name, where none stands there: how people spelt it is theirs."""
    return {} if shown.first_name or shown.last_name or shown.patronymic else names_of(row)


def phone_key(number: str) -> str:
    """The same for one phone in all its spellings: 8 916… and +7 916…."""
    digits = re.sub(r"\D", "", number)
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits


def words_of(row: CrmCustomer) -> Iterator[str]:
    """All that tells who it is, also name by name."""
    names = (row.name, row.last_name, row.first_name, row.middle_name)
    yield from (*names, *row.phones, *row.emails)
    yield from (word for name in names for word in name.split())
