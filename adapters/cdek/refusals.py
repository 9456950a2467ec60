"""Why CDEK refused something, for a manager, with nobody's name, phone or address in it.

Codes: `reference/services.md` §1, Orders. What is not known here is quoted, and whatever of a person was sent is struck out of it.
"""

import re
from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from adapters.cdek import answers
from adapters.lots import WORDS

NOT_BY_NUMBER = "v2_entity_not_found_im_number"
NOT_THERE = "v2_entity_not_found"
"""The beginning of the other: both are compared whole."""
EXPIRED = "v2_entity_expired"
TAKEN_NUMBER = "error_validate_im_dep_number_has_already_had_integration"
STILL_WORKING = "v2_similar_request_still_processed"
TOO_LATE = frozenset({"v2_update_forbidden", "v2_entity_invalid"})
INTAKE_EXISTS = frozenset({"v2_intake_exists_by_order", "v2_intake_exists_by_date_address"})

SENTENCES = {
    "v2_recipient_location_not_recognized": "СДЭК не узнал город получателя: выберите его из справочника СДЭК и отправьте ещё раз.",
    "v2_sender_location_not_recognized": "СДЭК не узнал город отправителя: проверьте origin в настройках перевозчика.",
    "delivery_location_is_not_recognized": "Пункта выдачи с таким кодом в СДЭК нет или он закрылся: выберите другой.",
    "shipment_location_is_not_recognized": "Пункта приёма с таким кодом в СДЭК нет: проверьте shipment_point в настройках перевозчика.",
    "error_validate_postamat_package_count": "В постамат доставляется только одно место: выберите пункт выдачи или одну коробку.",
    "error_validate_postamat_package_weight": "Посылка тяжелее 15 кг, в постамат её не положат: выберите пункт выдачи.",
    "v2_number_items_is_more_126": "В отправлении больше 126 строк товара: разделите его на два.",
    "v2_delivery_address_multivalued": "В отправлении указаны и пункт выдачи, и адрес: оставьте одно.",
    "v2_order_location_to_and_delivery_point_empty": "Не указано, куда доставить: нет ни пункта выдачи, ни адреса.",
    "v2_city_can_not_be_changed": "Город доставки у принятого отправления изменить нельзя: отмените его и оформите новое.",
    "v2_unable_add_service": "СДЭК не может добавить к отправлению такую услугу.",
    "v2_wrong_interval": "СДЭК не принял время: проверьте дату и часы, они не должны быть в прошлом.",
    TAKEN_NUMBER: "Отправление с таким номером в СДЭК уже есть.",
    "v2_update_forbidden": "СДЭК уже принял отправление: изменить его нельзя.",
    "v2_entity_invalid": "СДЭК считает отправление некорректным или завершённым.",
    "v2_intake_exists_by_order": "К этому отправлению курьер уже вызван.",
    "v2_intake_exists_by_date_address": "На этот день курьер по этому адресу уже вызван.",
}
UNSAID = "СДЭК отказал и не сказал почему. Откройте отправление в личном кабинете СДЭК или спросите их поддержку."

STRUCK = "•••"
SHORTEST = 2
"""A person's word shorter than this would strike out half of every sentence."""
_EMAIL = re.compile(r"[^\s\"'«»<>:;,]+@[^\s\"'«»<>:;,]+")
_PHONE = re.compile(r"\+?\d[\d\s()-]{8,}\d")


def errors_of(body: bytes) -> list[answers.Error]:
    """What an answer says is wrong, wherever it says so; empty where it says nothing that can be read."""
    try:
        told = answers.REFUSAL.validate_json(body)
    except ValidationError:
        return []
    return [*_single(told.error), *told.errors, *(error for row in told.requests for error in row.errors)]


def codes_of(body: bytes) -> tuple[str, ...]:
    """The codes of what is wrong."""
    return tuple(error.code for error in errors_of(body) if error.code)


def sentence_of(errors: Sequence[answers.Error], of_person: Iterable[str] = ()) -> str:
    """Errors for a manager.

    Args:
        errors: as CDEK said them.
        of_person: what nobody may read in them.
    """
    struck = [one for one in of_person if len(one) >= SHORTEST]
    told = [SENTENCES.get(error.code) or _quoted(error, struck) for error in errors]
    return " ".join(dict.fromkeys(told)) or UNSAID


def masked(words: str, of_person: Iterable[str]) -> str:
    """The words without the person."""
    for told in sorted(of_person, key=len, reverse=True):
        words = words.replace(told, STRUCK)
    return _PHONE.sub(STRUCK, _EMAIL.sub(STRUCK, words))


def _quoted(error: answers.Error, of_person: Iterable[str]) -> str:
    words = " ".join(masked(error.message or "", of_person).split())[:WORDS].rstrip(".")
    if not words:
        return f"СДЭК отказал: {error.code}." if error.code else UNSAID
    return f"СДЭК пишет: «{words}» ({error.code})." if error.code else f"СДЭК пишет: «{words}»."


def _single(told: object) -> list[answers.Error]:
    if isinstance(told, str):
        return [answers.Error(code=told)]
    try:
        return [answers.Error.model_validate(told)] if isinstance(told, dict) else []
    except ValidationError:
        return []
