"""Why RetailCRM refused something, in its own words, with nobody's name, phone or address in them.

It quotes what it was sent. Whatever of a person was sent is struck out, and so is what looks like a phone or an e-mail address.
"""

import re
from collections.abc import Iterable

from adapters.errors import Rejected
from adapters.lots import WORDS
from adapters.retailcrm import answers

NO_ACCOUNT = "Account does not exist."
STRUCK = "•••"
_EMAIL = re.compile(r"[^\s\"'«»<>]+@[^\s\"'«»<>]+")
_PHONE = re.compile(r"\+?\d[\d\s()-]{8,}\d")
_OF_CALL = re.compile(r"Parameter '\w+' is missing\.?")
SHORTEST = 2
"""A person's word shorter than this would strike out half of every sentence."""


def masked(words: str, of_person: Iterable[str] = ()) -> str:
    """The words without the person."""
    for told in sorted((one for one in of_person if len(one) >= SHORTEST), key=len, reverse=True):
        words = words.replace(told, STRUCK)
    return _PHONE.sub(STRUCK, _EMAIL.sub(STRUCK, words))


def errors_of(error: Rejected) -> list[str]:
    """What it said, sentence by sentence, each with the field where it named one; empty where it said nothing that can be read."""
    try:
        told = answers.REFUSAL.validate_json(error.answer)
    except ValueError:
        return []
    errors = told.errors or []
    if isinstance(errors, dict):
        return [f"{field}: {words}" for field, words in errors.items()]
    return [str(words) for words in errors]


def is_of_any_row(error: Rejected) -> bool:
    """It is not the row that is bad but the call: a shop that is not named, an account that is not there."""
    told = code_of(error.answer)
    return not errors_of(error) if told is None else _OF_CALL.fullmatch(told) is not None


def sentence_of(error: Rejected, of_person: Iterable[str]) -> str:
    """The refusal for a manager."""
    told = list(of_person)
    words = " ".join(masked("; ".join(errors_of(error)), told).split())[:WORDS]
    sentence = masked(error.sentence, told)
    return f"{sentence} RetailCRM пишет: «{words}»." if words else sentence


def code_of(body: bytes) -> str | None:
    """The account's own name of an error; a page instead of an answer says that there is no account."""
    if body.lstrip().startswith(b"<"):
        return NO_ACCOUNT
    try:
        told = answers.REFUSAL.validate_json(body)
    except ValueError:
        return None
    return masked(told.error_msg)[:WORDS] or None


def has_succeeded(body: bytes) -> bool:
    """A refusal may come with a status of success; what cannot be read is not called one."""
    try:
        return answers.REFUSAL.validate_json(body).success
    except ValueError:
        return True
