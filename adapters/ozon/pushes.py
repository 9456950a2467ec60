"""Pushes of Ozon: how they are recognised and answered.

Source: `reference/marketplaces.md` §2 Push; https://docs.ozon.ru/api/seller/ «Подключение пуш-уведомлений» (spec of 2026-08-14). They are
not signed: the address is secret and the network known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapters.pushes import Fault, PushRefused, Told, greeting, order_ref

PING = "TYPE_PING"
NOT_OF_ORDERS = frozenset(
    {
        "TYPE_CREATE_OR_UPDATE_ITEM",
        "TYPE_CREATE_ITEM",
        "TYPE_UPDATE_ITEM",
        "TYPE_STOCKS_CHANGED",
        "TYPE_NEW_MESSAGE",
        "TYPE_UPDATE_MESSAGE",
        "TYPE_MESSAGE_READ",
        "TYPE_CHAT_CLOSED",
        "TYPE_DESCRIPTION_CATEGORY_TREE_CHANGED",
        "TYPE_FBO_POSTING_NEW",
        "TYPE_FBO_POSTING_CANCELLED",
        "TYPE_FBO_POSTING_STATE_CHANGED",
        "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED",
        "TYPE_FBO_STOCKS_CHANGED",
    }
)
"""Goods, chats, and what Ozon sells from its own warehouse: no hurry. A type unknown to us may be of orders."""


class _Body(BaseModel):
    """As far as anybody looks."""

    model_config = ConfigDict(extra="ignore", strict=True)

    message_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,100}$")]
    posting_number: Any = None


class OzonPushes:
    """Reads pushes of an Ozon cabinet."""

    networks: tuple[str, ...] = ("195.34.21.0/24", "185.73.192.0/22", "91.223.93.0/24")
    is_address_secret = True
    max_body_bytes = 256_000

    def read(self, headers: Mapping[str, str], body: bytes) -> Told:  # noqa: ARG002 - every vendor's shape
        """What it says; a ping and a push that is not about orders are not kept.

        Raises:
            PushRefused: it has no type.
        """
        try:
            said = _Body.model_validate_json(body)
        except ValidationError:
            raise PushRefused("garbage", "message_type is missing") from None
        is_kept = said.message_type != PING and said.message_type not in NOT_OF_ORDERS
        return Told(topic=said.message_type, order_ref=order_ref(said.posting_number), is_kept=is_kept)

    def taken(self, told: Told, at: datetime) -> dict[str, Any]:
        """A ping is greeted, anything else confirmed."""
        return greeting(at) if told.topic == PING else {"result": True}

    def refused(self, fault: Fault, sentence: str) -> dict[str, Any]:
        """An error as Ozon documents it."""
        code = "ERROR_PARAMETER_VALUE_MISSED" if fault == "garbage" else "ERROR_UNKNOWN"
        return {"error": {"code": code, "message": sentence, "details": None}}
