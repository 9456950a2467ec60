"""Which arguments a route takes and of what type; others are let pass unread, as WordPress does.

Source: the recorded index of 10.0.2.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deployments.world.room import Refusal

Kind = Any
"""``str``, ``int``, ``bool``, a set of words, a list of one kind, an object of kinds, or several in a tuple; None is null."""

TEXT_OR_NULL = (str, None)
DATES = dict.fromkeys([f"{name}{zone}" for name in ("date_on_sale_from", "date_on_sale_to") for zone in ("", "_gmt")], TEXT_OR_NULL)
CREATED = dict.fromkeys(("date_created", "date_created_gmt"), TEXT_OR_NULL)
IMAGE = {
    "id": int,
    **CREATED,
    "date_modified": TEXT_OR_NULL,
    "date_modified_gmt": TEXT_OR_NULL,
    **dict.fromkeys(("src", "name", "alt"), str),
}
TERM = [{"id": int, "name": str, "slug": str}]
STATUSES = {"draft", "pending", "private", "publish"}

SAID_OF_ANY: dict[str, Kind] = {
    **dict.fromkeys(
        ("description", "sku", "global_unique_id", "regular_price", "sale_price", "tax_class", "weight", "shipping_class"), str
    ),
    **dict.fromkeys(("virtual", "downloadable", "manage_stock"), bool),
    **dict.fromkeys(("download_limit", "download_expiry", "stock_quantity", "menu_order"), int),
    **DATES,
    "downloads": [{"id": str, "name": str, "file": str}],
    "tax_status": {"taxable", "shipping", "none"},
    "stock_status": {"instock", "outofstock", "onbackorder"},
    "backorders": {"no", "notify", "yes"},
    "low_stock_amount": (int, None),
    "dimensions": {"length": str, "width": str, "height": str},
    "meta_data": [{"id": int, "key": str}],
}
PRODUCT: dict[str, Kind] = {
    **SAID_OF_ANY,
    **CREATED,
    **dict.fromkeys(("name", "slug", "short_description", "external_url", "button_text", "post_password", "purchase_note"), str),
    **dict.fromkeys(("featured", "sold_individually", "reviews_allowed"), bool),
    **{name: [int] for name in ("upsell_ids", "cross_sell_ids")},
    **dict.fromkeys(("categories", "brands", "tags"), TERM),
    "parent_id": int,
    "type": {"simple", "grouped", "external", "variable"},
    "status": STATUSES | {"future", "auto-draft", "trash"},
    "catalog_visibility": {"visible", "catalog", "search", "hidden"},
    "images": [IMAGE],
    "attributes": [{"id": int, "name": str, "position": int, "visible": bool, "variation": bool, "options": [str]}],
    "default_attributes": [{"id": int, "name": str, "option": str}],
}
VARIATION: dict[str, Kind] = {
    **SAID_OF_ANY,
    "status": STATUSES,
    "image": IMAGE,
    "attributes": [{"id": int, "name": str, "option": str}],
}

PERIOD = dict.fromkeys(("after", "before", "modified_after", "modified_before"), datetime)
LISTED: dict[str, Kind] = {
    **PERIOD,
    **dict.fromkeys(("page", "per_page", "offset"), int),
    **{name: [int] for name in ("exclude", "include", "parent", "parent_exclude")},
    "context": {"view", "edit"},
    "order": {"asc", "desc"},
    "dates_are_gmt": bool,
}
ORDERED_BY = {"date", "id", "include", "title", "slug", "modified"}
SHOWN = {"any", "future", "trash", "draft", "pending", "private", "publish"}
PRODUCTS: dict[str, Kind] = {
    **LISTED,
    **dict.fromkeys(("featured", "on_sale", "downloadable", "virtual"), bool),
    **{name: [PRODUCT["type"]] for name in ("include_types", "exclude_types")},
    "include_status": [SHOWN],
    "exclude_status": [SHOWN - {"any"}],
    "orderby": ORDERED_BY | {"popularity", "rating", "post__in", "price", "sales", "menu_order", "random"},
    "status": SHOWN,
    "type": PRODUCT["type"],
    "stock_status": SAID_OF_ANY["stock_status"],
}
ORDER_STATUSES = {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft"}
ORDERS: dict[str, Kind] = {
    **LISTED,
    **dict.fromkeys(("customer", "product", "dp"), int),
    "order_item_display_meta": bool,
    "orderby": ORDERED_BY,
    "status": [ORDER_STATUSES | {"any", "trash", "auto-draft"}],
}
ADDRESS = dict.fromkeys(
    ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone"), str
)
ORDER: dict[str, Kind] = {
    **dict.fromkeys(("parent_id", "customer_id"), int),
    **dict.fromkeys(("created_via", "customer_note", "payment_method", "payment_method_title", "transaction_id"), str),
    "status": ORDER_STATUSES | {"refunded", "auto-draft"},
    "set_paid": bool,
    "billing": {**ADDRESS, "email": TEXT_OR_NULL},
    "shipping": ADDRESS,
    "meta_data": [{"id": int, "key": str}],
    "line_items": [{"id": int, "variation_id": int, "quantity": int, **dict.fromkeys(("subtotal", "total", "tax_class"), str)}],
}
REFUND: dict[str, Kind] = {
    **dict.fromkeys(("amount", "reason"), str),
    **dict.fromkeys(("api_refund", "api_restock"), bool),
    "refunded_by": int,
    "meta_data": [{"id": int, "key": str}],
}
REMARKS: dict[str, Kind] = {"context": {"view", "edit"}, "type": {"any", "customer", "internal"}}
REMARK: dict[str, Kind] = {"note": str, **dict.fromkeys(("customer_note", "added_by_user"), bool)}
HOOK_STATUSES = {"active", "paused", "disabled"}
WEBHOOK: dict[str, Kind] = {**dict.fromkeys(("name", "topic", "secret", "delivery_url"), str), "status": HOOK_STATUSES}
WEBHOOKS: dict[str, Kind] = {**LISTED, "search": str, "orderby": {"date", "id", "title"}, "status": HOOK_STATUSES | {"all"}}
FLAGS = {"true": True, "1": True, "false": False, "0": False}
PAGES = {"page": (1, None), "per_page": (1, 100)}
WORDS = {str: "string", int: "integer", bool: "boolean", datetime: "date-time", list: "array", dict: "object"}


def check_body(body: Any, kinds: Mapping[str, Kind]) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
    """The body, where every argument in it is of its type.

    Raises:
        Refusal: 400 ``rest_invalid_param`` naming the argument.
    """
    if not isinstance(body, dict):
        raise invalid("body", "body is not of type object.")
    for name, value in body.items():
        if name in kinds and not _is(value, kinds[name]):
            raise invalid(name, f"{name} is not of type {_word(kinds[name])}.")
    return body


def check_query(query: Mapping[str, str], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The arguments of a query as what they mean: numbers, flags, instants, lists.

    Raises:
        Refusal: 400 ``rest_invalid_param`` naming the argument.
    """
    read = {}
    for name, told in query.items():
        try:
            read[name] = _read(told, kinds.get(name, str))
        except (ValueError, KeyError):
            raise invalid(name, f"{name} is not of type {_word(kinds[name])}.") from None
    for name, (least, most) in PAGES.items():
        value = read.get(name, least)
        if value < least or (most is not None and value > most):
            bounds = f"between {least} (inclusive) and {most} (inclusive)" if most else f"greater than or equal to {least}"
            raise invalid(name, f"{name} must be {bounds}", code="rest_out_of_bounds")
    return read


def invalid(name: str, message: str, *, code: str = "rest_invalid_type") -> Refusal:
    """WordPress's answer to an argument that is not what it must be."""
    details = {name: {"code": code, "message": message, "data": None}}
    data = {"status": 400, "params": {name: message}, "details": details}
    return Refusal(400, {"code": "rest_invalid_param", "message": f"Invalid parameter(s): {name}", "data": data})


def missing(name: str) -> Refusal:
    """WordPress's answer to a body without an argument that it must have."""
    data = {"status": 400, "params": [name]}
    return Refusal(400, {"code": "rest_missing_callback_param", "message": f"Missing parameter(s): {name}", "data": data})


def _is(value: Any, kind: Kind) -> bool:  # noqa: ANN401
    if isinstance(kind, tuple):
        return any(_is(value, one) for one in kind)
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is(one, kind[0]) for one in value)
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(_is(one, kind[name]) for name, one in value.items() if name in kind)
    if isinstance(kind, set):
        return isinstance(value, str) and value in kind
    return value is None if kind is None else isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _read(told: str, kind: Kind) -> Any:  # noqa: ANN401
    if isinstance(kind, list):
        return [_read(one, kind[0]) for one in told.split(",")]
    if isinstance(kind, set):
        if told not in kind:
            raise ValueError(told)
        return told
    if kind is bool:
        return FLAGS[told]
    if kind is int and not re.fullmatch(r"-?\d+", told):
        raise ValueError(told)
    return datetime.fromisoformat(told) if kind is datetime else kind(told)


def _word(kind: Kind) -> str:
    if isinstance(kind, set):
        return "string"
    return WORDS.get(kind if isinstance(kind, type) else type(kind), "string")
