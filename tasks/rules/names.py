"""People's names: told apart where it is certain which word is which, kept whole where it is not."""

import re
from dataclasses import dataclass

from tasks.rules.address_cleaning import cleaned, has_latin
from tasks.rules.questions import Question

PATRONYMIC = re.compile(r"(?:[оеёы]вич|[оеёы]вна|ьич|ична|инична)$", re.IGNORECASE)
OF_A_MAN = re.compile(r"ич$", re.IGNORECASE)
SON_OR_DAUGHTER = frozenset({"оглы", "оглу", "кызы", "гызы", "улы", "уулу", "кизи"})
"""What a patronymic ends with in Turkic languages, as a word of its own."""
SHORT_PATRONYMICS = frozenset({"ильич", "кузьмич", "лукич", "фомич", "никитич", "ильинична", "кузьминична", "лукинична", "никитична"})
INITIALS = re.compile(r"^(?:[А-ЯЁA-Z]\.?-?){1,3}$")
COMPANY = re.compile(
    r"(?:^|[\s\"«(])(?:(?i:ооо|оао|зао|пао|гуп|муп|фгуп|гбу|мбу|мбоу|гбоу|мку|фгбу|фгбоу|тсж|тсн|тоо|чуп|llc|ltd|gmbh|inc|"
    r"общество с ограниченной\s\w+)|АО|НАО|АНО|НКО|СНТ|КФХ)(?=[\s\"«»).,]|$)"
)
PERSON_IN_BUSINESS = re.compile(r"^(?:ИП|индивидуальный предприниматель)\s+", re.IGNORECASE)
NAME_WORD = re.compile(r"^[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*\.?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name.

    Args:
        original: as it was told.
        full: the same, cleaned; what is written on a parcel.
        surname: with ``given`` and ``patronymic`` empty where it is not certain which word is which.
        is_company: it is a company's.
        changed: codes of `address_cleaning.CHANGES`.
        questions: what is to be asked.
    """

    original: str
    full: str
    surname: str = ""
    given: str = ""
    patronymic: str = ""
    is_company: bool = False
    changed: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


def read_name(told: str) -> Name:
    """A name in one line.

    The words are told apart by a patronymic or by initials; two plain words are kept whole, since either may be the surname, and so is
    «Иван Абрамович», whose second word may be either. What has digits or signs in it is no name, and is asked.
    """
    clean = cleaned(told)
    full = clean.text
    person = PERSON_IN_BUSINESS.sub("", full)
    if COMPANY.search(person):
        return Name(original=told, full=full, is_company=True, changed=clean.changed)
    surname, given, patronymic = _parts(person.split()) or ("", "", "")
    return Name(
        original=told, full=full, surname=surname, given=given, patronymic=patronymic, changed=clean.changed, questions=_questions(full)
    )


def of_parts(*, surname: str = "", given: str = "", patronymic: str = "") -> Name:
    """A name whose parts are told apart; a patronymic that stands with the given name is taken out of it."""
    told = [cleaned(part) for part in (surname, given, patronymic)]
    last, first, middle = (part.text for part in told)
    if not middle and " " in first and (pair := _given_and_patronymic(first.split())):
        first, middle = pair
    full = " ".join(part for part in (last, first, middle) if part)
    original = " ".join(part for part in (surname, given, patronymic) if part)
    changed = tuple(dict.fromkeys(code for part in told for code in part.changed))
    is_company = bool(COMPANY.search(full)) and not PERSON_IN_BUSINESS.search(full)
    asked = () if is_company else _questions(full)
    return Name(
        original=original, full=full, surname=last, given=first, patronymic=middle, is_company=is_company, changed=changed, questions=asked
    )


def _questions(full: str) -> tuple[Question, ...]:
    if not full:
        return (Question(code="name_is_told", part="name"),)
    if not all(
        NAME_WORD.match(word) or INITIALS.match(word) for word in full.replace(",", " ").replace("(", " ").replace(")", " ").split()
    ):
        return (Question(code="name_is_a_name", part="name", told=full),)
    if len(full.split()) == 1 and not has_latin(full):
        return (Question(code="name_is_full", part="name", told=full, stops=False),)
    return ()


def _parts(words: list[str]) -> tuple[str, str, str] | None:
    """Surname, given name, patronymic; none where it is not certain."""
    if len(words) == 4 and words[3].lower() in SON_OR_DAUGHTER:
        return words[0], words[1], f"{words[2]} {words[3]}"
    if len(words) == 3:
        return _of_three(words)
    if len(words) == 2 and INITIALS.match(words[1]) and not INITIALS.match(words[0]):
        return words[0], *_initials(words[1])
    if len(words) == 2 and INITIALS.match(words[0]) and not INITIALS.match(words[1]):
        return words[1], *_initials(words[0])
    pair = _given_and_patronymic(words)
    return ("", *pair) if pair and not OF_A_MAN.search(words[1]) else None


def _of_three(words: list[str]) -> tuple[str, str, str] | None:
    if INITIALS.match(words[1]) and INITIALS.match(words[2]):
        return words[0], words[1], words[2]
    if INITIALS.match(words[0]) and INITIALS.match(words[1]):
        return words[2], words[0], words[1]
    second, third = _is_patronymic(words[1]), _is_patronymic(words[2])
    if second and third:
        is_man = bool(OF_A_MAN.search(words[1]))
        return None if is_man or not OF_A_MAN.search(words[2]) else (words[2], words[0], words[1])
    if third:
        return words[0], words[1], words[2]
    return (words[2], words[0], words[1]) if second else None


def _given_and_patronymic(words: list[str]) -> tuple[str, str] | None:
    return (words[0], words[1]) if len(words) == 2 and _is_patronymic(words[1]) else None


def _is_patronymic(word: str) -> bool:
    return bool(PATRONYMIC.search(word)) or word.lower() in SHORT_PATRONYMICS


def _initials(told: str) -> tuple[str, str]:
    first, _, second = told.strip(".").partition(".")
    if not second and len(told.strip(".")) == 2 and told.isupper():
        first, second = told[0], told[1]
    return f"{first}.", f"{second.strip('.')}." if second else ""
