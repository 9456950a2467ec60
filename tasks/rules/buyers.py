"""Buyers: what each channel tells of them, as one shape, and what of it may be seen.

Names are read by `tasks.rules.names`, addresses by `tasks.rules.addresses`; addresses keep the text they were told in. Phones are E.164
with their extension. Nothing is transliterated here, and nothing that cannot be read is lost. Logs, messages and tables get `masked` only.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import phonenumbers

from tasks.rules import addresses, names
from tasks.rules.comments import is_exact, lacks_address

REGION = "RU"
"""Whose phone numbers are written without a country."""

HIDDEN = "***"
ADDRESS_ASKED = "buyer_address_in_comment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """``raw`` as it was told; ``e164`` None where it cannot be read; ``extension`` its digits."""

    raw: str
    e164: str | None = None
    extension: str | None = None


def normalised(told: str | None) -> dict[str, Any] | None:
    """What is known of a buyer, from the JSON that any channel's adapter leaves; None where nothing is.

    Returns:
        ``name`` {full, last, first, middle}, ``company`` {name, inn, kpp}, ``phones`` [{raw, e164, extension}], ``email``, ``address``
        {text, country, region, district, city, town, street, house, block, flat, postcode}, ``comment``, ``recipient`` {full, …}, ``kind``:
        only what is told.
    """
    raw = json.loads(told) if told else None
    if not isinstance(raw, dict):
        return None
    read = _of_site(raw) if "billing" in raw or "shipping" in raw or "note" in raw else _of_ozon(raw) if _is_ozon(raw) else _of_task(raw)
    return _filled(read) or None


def questions(buyer: Mapping[str, Any] | None, *, delivery_method: str | None = None) -> list[str]:
    """Codes of `validation.reasons` for what of a buyer could not be read, or does not stand where it should.

    Args:
        buyer: as `normalised` leaves it.
        delivery_method: as the channel calls it, where it does.
    """
    phones = (buyer or {}).get("phones", ())
    is_asked = any(phone.get("e164") is None and not phone.get("is_answered") for phone in phones)
    asked = {"buyer_phone_is_read": is_asked, ADDRESS_ASKED: lacks_address(buyer or {}, delivery_method)}
    return [reason for reason, is_open in asked.items() if is_open]


def answered(buyer: Mapping[str, Any] | None, phone: Phone) -> dict[str, Any]:
    """A buyer with the phone that a person found out, before those that cannot be read, which are kept as they were told."""
    told = [{**one, "is_answered": True} for one in (buyer or {}).get("phones", ())]
    return {**(buyer or {}), "phones": [{**_filled(asdict(phone)), "is_answer": True}, *told]}


def answered_address(buyer: Mapping[str, Any] | None, text: str) -> dict[str, Any]:
    """A buyer with the address that a person found out."""
    return {**(buyer or {}), "address": read_address(text), "is_address_answer": True}


def with_answers(told: dict[str, Any] | None, known: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a channel tells of a buyer now, with the answers that people gave to what it had told before: the same is not asked again.

    An address that the channel tells at last counts more than what people found out.
    """
    if told is None or known is None:
        return told
    kept = {name: known[name] for name in ("address", "is_address_answer") if known.get("is_address_answer")}
    now = told if is_exact(told.get("address")) else {**told, **kept}
    before = known.get("phones", ())
    answers = [one for one in before if one.get("is_answer")]
    if not answers:
        return now
    asked = {one["raw"] for one in before if one.get("is_answered")}
    phones = [{**one, "is_answered": True} if one["raw"] in asked else one for one in told.get("phones", ())]
    return {**now, "phones": [*answers, *phones]}


def read_phone(told: str) -> Phone:
    """A phone as people write it: with 8, with brackets, with «доб. 12»."""
    raw = " ".join(told.split())
    text = re.sub(r"доб(?:авочный)?\.?|вн(?:утр)?\.", " ext. ", raw, flags=re.IGNORECASE)
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return Phone(raw=raw)
    if not phonenumbers.is_valid_number(number):
        return Phone(raw=raw)
    return Phone(raw=raw, e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), extension=number.extension or None)


def read_address(text: str) -> dict[str, str]:
    """The parts of an address in one line that can be told for certain; the line itself is kept as ``text``."""
    whole = " ".join(text.split())
    return {"text": whole, **addresses.read_address(whole).parts.told()}


def masked(buyer: Mapping[str, Any] | None) -> str:
    """Who it is, for people who must not know: initials, the end of the phone, the city. «П. П., …12-34, Москва»."""
    if not buyer:
        return HIDDEN
    name = buyer.get("name") or {}
    words = [name[part] for part in ("last", "first", "middle") if name.get(part)] or str(name.get("full", "")).split()
    initials = " ".join(f"{word[0].upper()}." for word in words[:3])
    phones = [phone.get("e164") or "" for phone in buyer.get("phones", ())]
    phone = next((f"…{number[-4:-2]}-{number[-2:]}" for number in phones if number), "")
    shown = [part for part in (initials, phone, (buyer.get("address") or {}).get("city", "")) if part]
    return ", ".join(shown) or HIDDEN


def _is_ozon(raw: Mapping[str, Any]) -> bool:
    return bool(raw.keys() & {"customer", "addressee", "legal_info"})


def _of_site(raw: Mapping[str, Any]) -> dict[str, Any]:
    """WooCommerce: who pays, whom it goes to. The address is the one it goes to, where there is one."""
    billing, shipping = _part(raw, "billing"), _part(raw, "shipping")
    goes_to = shipping if shipping.get("address_1") or shipping.get("city") else billing
    return {
        "name": _split_name(billing) or _split_name(shipping),
        "company": {"name": _text(billing.get("company"))},
        "phones": _phones(billing.get("phone"), shipping.get("phone")),
        "email": _email(billing.get("email")),
        "address": _address(
            _text(goes_to.get("address_1")),
            _text(goes_to.get("address_2")),
            country=goes_to.get("country"),
            region=goes_to.get("state"),
            city=goes_to.get("city"),
            postcode=goes_to.get("postcode"),
        ),
        "recipient": _split_name(shipping),
        "comment": _text(raw.get("note")),
    }


def _of_ozon(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Ozon: ``customer`` and ``addressee`` where the seller delivers himself, ``legal_info`` where a company buys."""
    customer, addressee, legal = _part(raw, "customer"), _part(raw, "addressee"), _part(raw, "legal_info")
    place = _part(customer, "address")
    return {
        "name": _full_name(customer.get("name")),
        "company": {"name": _text(legal.get("company_name")), "inn": _text(legal.get("inn")), "kpp": _text(legal.get("kpp"))},
        "phones": _phones(customer.get("phone"), addressee.get("phone")),
        "email": _email(customer.get("customer_email")),
        "address": _address(
            _text(place.get("address_tail")),
            country=place.get("country"),
            region=place.get("region"),
            city=place.get("city"),
            postcode=place.get("zip_code"),
        ),
        "recipient": _full_name(addressee.get("name")),
        "comment": _text(place.get("comment")),
    }


def _of_task(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Wildberries: an address in one line and a comment; Yandex Market: only whether it is a person or a company."""
    address = raw.get("address")
    line = _text(address.get("fullAddress") if isinstance(address, Mapping) else address)
    return {
        "address": read_address(line) if line else {},
        "comment": _text(raw.get("comment")),
        "kind": _text(raw.get("type")),
    }


def _address(*lines: str, **told: Any) -> dict[str, str]:  # noqa: ANN401 - whatever JSON can say
    """Parts that a channel tells apart go before those read out of its lines; the country stays as it was told."""
    apart = {name: _text(value) for name, value in told.items() if _text(value)}
    line = ", ".join(part for part in lines if part)
    order = ("postcode", "country", "region", "city")
    text = ", ".join([apart[name] for name in order if name in apart] + ([line] if line else []))
    country = {"country": apart["country"]} if "country" in apart else {}
    return {**addresses.read_address(line, apart=apart).parts.told(), **country, "text": text} if text else {}


def _split_name(told: Mapping[str, Any]) -> dict[str, str]:
    return _parts(names.of_parts(surname=_text(told.get("last_name")), given=_text(told.get("first_name"))))


def _full_name(told: Any) -> dict[str, str]:  # noqa: ANN401
    return _parts(names.read_name(_text(told)))


def _parts(name: names.Name) -> dict[str, str]:
    return {"full": name.full, "last": name.surname, "first": name.given, "middle": name.patronymic} if name.full else {}


def _phones(*told: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    read = {phone.e164 or phone.raw: phone for phone in (read_phone(text) for text in map(_text, told) if text)}
    return [_filled(asdict(phone)) for phone in read.values()]


def _email(told: Any) -> str:  # noqa: ANN401
    return _text(told).lower()


def _text(told: Any) -> str:  # noqa: ANN401
    return " ".join(str(told).split()) if isinstance(told, str | int) else ""


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, at any depth."""
    inner = {name: _filled(value) if isinstance(value, Mapping) else value for name, value in told.items()}
    return {name: value for name, value in inner.items() if value not in ("", None, [], {})}
