"""How CDEK reads a request and words what it answers.

An error lives in ``requests[].errors[]`` of an answer of 400; the calculator has its own ``errors[]``, newer methods a single ``error``.
"""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from deployments.world.room import Refusal

WORDS = {
    "v2_internal_error": "Запрос выполнился с системной ошибкой",
    "v2_similar_request_still_processed": "Предыдущий запрос такого же типа над этой же сущностью еще не выполнился",
    "v2_bad_request": "Передан некорректный запрос",
    "v2_invalid_format": "Передано некорректное значение",
    "v2_invalid_value_type": "Передан некорректный тип данных",
    "v2_field_is_empty": "Не передано обязательное поле",
    "v2_token_expired": "Token is expired",
    "v2_authorization_incorrect": "Authorization is incorrect",
    "v2_entity_not_found": "Сущность с указанным идентификатором не существует либо удалена",
    "v2_entity_not_found_im_number": "Entity is not found by im_number",
    "v2_entity_invalid": "Сущность с указанным идентификатором существует, но некорректна",
    "v2_entity_expired": "Истек срок хранения печатной формы с указанным идентификатором",
    "v2_order_not_found": "Заказ с указанным номером не существует либо удален",
    "v2_order_number_empty": "Не переданы номер и идентификатор заказа",
    "v2_update_forbidden": "Заказ уже принят, изменения запрещены",
    "v2_package_id_is_empty": "Не передан идентификатор уже существующей упаковки заказа",
    "v2_shipment_address_multivalued": "Одновременно переданы ПВЗ отправителя и адрес отправителя",
    "v2_delivery_address_multivalued": "Одновременно переданы ПВЗ получателя и адрес получателя",
    "v2_order_location_from_and_shipment_point_empty": "Адрес отправителя и ПВЗ отправителя пустые",
    "v2_order_location_to_and_delivery_point_empty": "Адрес получателя и ПВЗ получателя пустые",
    "v2_sender_location_not_recognized": "Не удалось определить город отправителя",
    "v2_recipient_location_not_recognized": "Не удалось определить город получателя",
    "shipment_location_is_not_recognized": "Передан некорректный код ПВЗ отправителя",
    "delivery_location_is_not_recognized": "Передан некорректный код ПВЗ получателя",
    "v2_number_items_is_more_126": "Количество позиций товаров в заказе свыше 126",
    "error_validate_im_dep_number_has_already_had_integration": "Введённый номер отправления ИМ не уникальный",
    "error_validate_postamat_package_count": "В постамат доставляется только одно место",
    "error_validate_postamat_package_weight": "Вес для постамата превышает 15 кг",
    "orders_number_is_empty": "Все заказы с указанными номерами и идентификаторами некорректны",
    "v2_intake_exists_by_order": "К переданному заказу уже привязана заявка",
    "v2_intake_exists_by_date_address": "На переданную дату и в переданный адрес уже есть заявка",
    "v2_city_can_not_be_changed": "Передан новый город в адресе доставки",
    "v2_impossible_register_date": "Истинный режим переданного заказа - «До постамата»",
    "v2_wrong_interval": "Передан некорректный промежуток времени",
    "v2_unable_add_service": "Не удалось добавить услугу к заказу",
    "v2_webhook_type_incorrect": "Передан некорректный тип события",
}

_OURS = UUID("5ca1ab1e-0000-4000-8000-000000000000")

Errors = list[dict[str, str]]


class Said(BaseModel):
    """A request's body; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


T = TypeVar("T", bound=Said)


def error(code: str, detail: str = "") -> dict[str, str]:
    """One error."""
    return {"code": code, "message": f"{WORDS[code]}: {detail}" if detail else WORDS[code]}


def stamp(at: datetime) -> str:
    """An instant as CDEK writes it: to the second, the zone without a colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def ref_of(kind: str, number: int) -> str:
    """The uuid of the room's n-th thing of a kind."""
    return str(uuid5(_OURS, f"{kind} {number}"))


def refused(kind: str, now: datetime, errors: Errors, status: int = 400) -> Refusal:
    """A request of ``kind`` (CREATE, GET …) that did not pass."""
    row = {"type": kind, "date_time": stamp(now), "state": "INVALID", "errors": errors, "warnings": []}
    return Refusal(status, {"requests": [row]})


def told(body: object, status: int = 200) -> JSONResponse:
    """A good answer."""
    return JSONResponse(body, status_code=status)


async def read(request: Request, model: type[T], kind: str, now: datetime) -> T:
    """The body as ``model``.

    Raises:
        Refusal: 400 with every field that is wrong.
    """
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as wrong:
        raise refused(kind, now, errors_of(wrong)) from None


def errors_of(wrong: ValidationError) -> Errors:
    """What is wrong with a body, field by field; a list is not called short for its wrong rows."""
    found = wrong.errors(include_url=False, include_context=False, include_input=False)
    within = {one["loc"][:depth] for one in found for depth in range(len(one["loc"]))}
    return [_error_of(one["type"], one["loc"]) for one in found if not one["loc"] or one["loc"] not in within]


def uuid_of(text: str, kind: str, now: datetime) -> str:
    """A uuid out of a path.

    Raises:
        Refusal: 400, it is none.
    """
    try:
        return str(UUID(text))
    except ValueError:
        raise refused(kind, now, [error("v2_invalid_format", "uuid")]) from None


def whole(given: str | None, name: str, now: datetime) -> int | None:
    """A whole number of the query; none where it is absent.

    Raises:
        Refusal: 400, it is no number.
    """
    if given is None:
        return None
    if not given.isdecimal():
        raise refused("GET", now, [error("v2_invalid_value_type", name)])
    return int(given)


def page_of(rows: list[Any], request: Request, now: datetime) -> list[Any]:
    """What ``size`` and ``page`` leave of the rows; everything without them."""
    size, page = whole(request.query_params.get("size"), "size", now), whole(request.query_params.get("page"), "page", now)
    if size is None:
        if page is not None:
            raise refused("GET", now, [error("v2_field_is_empty", "size")])
        return rows
    return rows[(page or 0) * size : ((page or 0) + 1) * size]


def _error_of(kind: str, path: tuple[int | str, ...]) -> dict[str, str]:
    where = ".".join(str(step) for step in path)
    if kind in ("missing", "string_too_short", "too_short"):
        return error("v2_field_is_empty", where)
    if kind == "json_invalid":
        return error("v2_bad_request")
    return error("v2_invalid_value_type" if kind.endswith(("_type", "_parsing")) else "v2_invalid_format", where)
