"""Who is the same buyer: orders are told apart by phone and email, and put together with care.

Two people taken for one would see each other's prices, one taken for two is a question that a manager answers. So nothing is put
together but by a contact that is real and belongs to one person, and by no contact where the names say otherwise.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from pydantic import Field

from tasks.rules.buyers import read_phone
from validation.part import Part

PHONE, EMAIL = "phone", "email"
LIKE_EMAIL = re.compile(r"[^@\s*]+@[^@\s*]+\.[^@\s*]+")
BY_PERSON = "by_person"
"""Why an order is whose it is: a person said so, and no rule says otherwise (an order that is somebody's stays his: ``same_order``)."""
ENTITY = "customer"
"""What these questions are in the quarantine; their keys are ``order_ref``."""


class CustomerRules(Part):
    """Whose contacts are believed."""

    channels: list[str] | None = Field(
        default=None, description="площадки, чьи телефоны и адреса почты настоящие; по умолчанию сайты: маркетплейсы их подменяют"
    )
    own_contacts: list[str] = Field(default_factory=list, description="телефоны и почта самого магазина: менеджеры вписывают их в заказы")
    shared_names: int = Field(default=3, ge=2, description="столько разных имён на одном телефоне: он общий и никого не узнаёт")


class Contact(NamedTuple):
    """A phone in E.164, with ``;ext=`` where it has an extension, or an email in lower case."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBuyer:
    """Who stands in an order.

    Args:
        order_id: the order; the one recorded first is taken first, however they come.
        name: the whole name, empty where it is not told.
        contacts: those that may tell who it is.
        untold: why he has no contact that does: has_no_contact | contact_is_hidden | contact_is_own.
    """

    order_id: int
    name: str = ""
    contacts: frozenset[Contact] = frozenset()
    untold: str = "has_no_contact"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownBuyer:
    """A buyer that orders were put together for.

    Args:
        customer_id: his number; none where an order of the same call is his first.
        founder: the order that he began with.
        name: the fullest that was told.
        also: other names of his: a person said that they are one.
        contacts: all of them.
        confirmed: emails among them that an order was delivered under.
        orders: the orders that are his, or as many of them as matter.
    """

    customer_id: int | None = None
    founder: int = 0
    name: str = ""
    also: tuple[str, ...] = ()
    contacts: frozenset[Contact] = frozenset()
    confirmed: frozenset[str] = frozenset()
    orders: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whose an order is.

    Args:
        order_id: the order.
        verdict: adopt: a buyer that is there; new: nobody that is there; ambiguous: he is kept apart, and a person is asked.
        reason: adopt: same_order | same_phone | same_email; new: first_seen | phone_is_shared or why his contacts tell nothing;
            ambiguous: a code of `validation.reasons`.
        customer_id: whose; none where he is not numbered yet.
        founder: the order that the buyer began with, of one who is not numbered yet.
    """

    order_id: int
    verdict: Literal["adopt", "new", "ambiguous"]
    reason: str
    customer_id: int | None = None
    founder: int = 0


@dataclass(slots=True)
class _Book:
    """The buyers as they become, with who has which contact."""

    buyers: list[KnownBuyer] = field(default_factory=list)
    by_contact: dict[Contact, set[int]] = field(default_factory=dict)
    by_order: dict[int, int] = field(default_factory=dict)

    def put(self, buyer: KnownBuyer, place: int | None = None) -> None:
        """A new one at the end, or one as he is now."""
        if place is None:
            place = len(self.buyers)
            self.buyers.append(buyer)
        self.buyers[place] = buyer
        for contact in buyer.contacts:
            self.by_contact.setdefault(contact, set()).add(place)
        for order_id in buyer.orders:
            self.by_order[order_id] = place

    def having(self, contacts: Iterable[Contact]) -> list[int]:
        """Those who have one of these."""
        return sorted({place for contact in contacts for place in self.by_contact.get(contact, ())})


def buyer_of(order_id: int, buyer: Mapping[str, Any], *, is_real: bool, rules: CustomerRules) -> NewBuyer | None:
    """Who stands in an order; none where it tells neither a name nor a contact.

    A second phone is the recipient's where somebody else receives the order, and tells nothing of the buyer.

    Args:
        order_id: the order.
        buyer: as `tasks.rules.buyers.normalised` leaves it.
        is_real: whether the channel's contacts are the buyers' own.
        rules: whose contacts are believed.
    """
    name = str((buyer.get("name") or {}).get("full", ""))
    recipient = str((buyer.get("recipient") or {}).get("full", ""))
    phones = list(buyer.get("phones") or ())
    told = contacts_of(phones if may_be_one(name, recipient) else phones[:1], buyer.get("email"))
    if not name and not told:
        return None
    believed = told - own_contacts(rules) if is_real else frozenset()
    untold = "has_no_contact" if not told else "contact_is_own" if is_real else "contact_is_hidden"
    return NewBuyer(order_id=order_id, name=name, contacts=believed, untold=untold)


def contacts_of(phones: Iterable[Mapping[str, Any]], email: object) -> frozenset[Contact]:
    """Phones as `tasks.rules.buyers` reads them and an email, without what cannot be one."""
    read = {Contact(PHONE, _dialled(phone["e164"], phone.get("extension"))) for phone in phones if phone.get("e164")}
    text = str(email or "").strip().lower()
    return frozenset(read | ({Contact(EMAIL, text)} if LIKE_EMAIL.fullmatch(text) else set()))


def contacts_told(phone: str | None, email: str | None) -> frozenset[Contact]:
    """The same of what somebody typed."""
    read = read_phone(phone or "")
    return contacts_of([{"e164": read.e164, "extension": read.extension}], email)


def own_contacts(rules: CustomerRules) -> frozenset[Contact]:
    """The shop's own."""
    return frozenset(contact for told in rules.own_contacts for contact in contacts_told(told, told))


def decide(known: Iterable[KnownBuyer], new: Iterable[NewBuyer], rules: CustomerRules) -> list[Decision]:
    """Whose these orders are, by ``order_id``. In any order the same; a second time everything is as the first time left it.

    Args:
        known: at least those who have a contact or an order of the new ones.
        new: each order once.
        rules: whose contacts are believed.
    """
    book = _Book()
    for one in sorted(known, key=lambda buyer: buyer.customer_id or 0):
        book.put(one)
    waiting = sorted(new, key=lambda buyer: buyer.order_id)
    shared = _shared(book, waiting, rules)
    decisions = []
    for buyer in waiting:
        decision, place = _decided(book, buyer, shared)
        _note(book, buyer, place)
        whose = book.buyers[len(book.buyers) - 1 if place is None else place]
        decisions.append(replace(decision, customer_id=whose.customer_id, founder=whose.founder))
    return decisions


def whose(by_phone: Sequence[int], by_email: Sequence[int]) -> int | None:
    """The buyer who has this phone and this email, by those who have either; none where it may be one of several.

    Args:
        by_phone: who has the phone.
        by_email: who has the email.
    """
    both = set(by_phone) & set(by_email)
    found = both or {*by_phone, *by_email}
    return found.pop() if len(found) == 1 else None


def fuller(name: str, other: str) -> str:
    """Of two names of one buyer the one that says more; the first where they say the same, or a person put two different ones together."""
    return other if _words(name) < _words(other) else name


def may_be_one(name: str, other: str) -> bool:
    """Whether nothing of one name contradicts the other: «Пётр», «Петров Пётр» and no name at all."""
    words, others = _words(name), _words(other)
    return words <= others or others <= words


def masked_email(email: str) -> str:
    """An address for people who must not know it: «p***@mail.example»."""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def _decided(book: _Book, buyer: NewBuyer, shared: frozenset[Contact]) -> tuple[Decision, int | None]:
    """What becomes of an order, and the place of whose it is; none for somebody new."""
    if (place := book.by_order.get(buyer.order_id)) is not None:
        return Decision(order_id=buyer.order_id, verdict="adopt", reason="same_order"), place
    telling = buyer.contacts - shared
    linked = book.having(telling)
    faults = {place: _fault(book.buyers[place], buyer, telling) for place in linked}
    fitting = [place for place in linked if faults[place] is None]
    if len(fitting) == 1:
        by_phone = any(contact.kind == PHONE for contact in telling & book.buyers[fitting[0]].contacts)
        return Decision(order_id=buyer.order_id, verdict="adopt", reason="same_phone" if by_phone else "same_email"), fitting[0]
    if fitting:
        return Decision(order_id=buyer.order_id, verdict="ambiguous", reason="customer_fits_several"), None
    if linked:
        return Decision(order_id=buyer.order_id, verdict="ambiguous", reason=str(faults[linked[0]])), None
    reason = "first_seen" if telling else "phone_is_shared" if buyer.contacts else buyer.untold
    return Decision(order_id=buyer.order_id, verdict="new", reason=reason), None


def _note(book: _Book, buyer: NewBuyer, place: int | None) -> None:
    if place is None:
        book.put(KnownBuyer(founder=buyer.order_id, name=buyer.name, contacts=buyer.contacts, orders=frozenset({buyer.order_id})))
        return
    was = book.buyers[place]
    contacts, orders = was.contacts | buyer.contacts, was.orders | {buyer.order_id}
    book.put(replace(was, name=fuller(was.name, buyer.name), contacts=contacts, orders=orders), place)


def _fault(known: KnownBuyer, buyer: NewBuyer, telling: frozenset[Contact]) -> str | None:
    """Why somebody who has a contact of this buyer is not he; none where nothing speaks against it."""
    if not any(may_be_one(name, buyer.name) for name in (known.name, *known.also)):
        return "customer_name_conflicts"
    emails = {contact.value for contact in telling if contact.kind == EMAIL}
    theirs = {contact.value for contact in known.contacts if contact.kind == EMAIL}
    is_other = bool(emails) and bool(known.confirmed) and not emails & theirs
    return "customer_email_conflicts" if is_other else None


def _shared(book: _Book, waiting: Iterable[NewBuyer], rules: CustomerRules) -> frozenset[Contact]:
    """Phones that too many different people give."""
    names: dict[Contact, set[frozenset[str]]] = {}
    given = [(buyer.name, buyer.contacts) for buyer in book.buyers] + [(buyer.name, buyer.contacts) for buyer in waiting]
    for name, contacts in given:
        for contact in contacts:
            if contact.kind == PHONE and name:
                names.setdefault(contact, set()).add(_words(name))
    return frozenset(contact for contact, told in names.items() if _people(told) >= rules.shared_names)


def _people(names: Iterable[frozenset[str]]) -> int:
    """How many different people these names are at least: «Пётр» beside «Пётр Петров» is nobody else."""
    told = set(names)
    return sum(not any(name < other for other in told) for name in told)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold().replace("ё", "е")))


def _dialled(e164: str, extension: object) -> str:
    return f"{e164};ext={extension}" if extension else e164
