"""API notifications of Yandex Market: how they are recognised and answered.

Source: `reference/marketplaces.md` §3 API notifications;
https://yandex.ru/dev/market/partner-api/doc/ru/push-notifications/reference/sendNotification (an answer within 10 s, to a PING within 1 s).
They are not signed: the address is secret and the network known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapters.pushes import Fault, PushRefused, Told, greeting, order_ref

PING = "PING"
NOT_OF_ORDERS = ("GOODS_FEEDBACK_", "CHAT_", "QUESTION_")
"""Reviews, chats and questions: no hurry. A type unknown to us may be of orders."""


class _Body(BaseModel):
    """As far as anybody looks."""

    model_config = ConfigDict(extra="ignore", strict=True)

    notificationType: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,100}$")]  # noqa: N815 - Yandex's spelling
    orderId: Any = None  # noqa: N815


class YandexPushes:
    """Reads notifications of a Yandex Market business."""

    networks: tuple[str, ...] = ("5.45.207.0/25", "141.8.142.0/25", "5.255.253.0/25")
    is_address_secret = True
    max_body_bytes = 256_000

    def read(self, headers: Mapping[str, str], body: bytes) -> Told:  # noqa: ARG002 - every vendor's shape
        """What it says; a PING and what is not about orders are not kept.

        Raises:
            PushRefused: it has no type.
        """
        try:
            said = _Body.model_validate_json(body)
        except ValidationError:
            raise PushRefused("garbage", "notificationType is missing") from None
        is_kept = said.notificationType != PING and not said.notificationType.startswith(NOT_OF_ORDERS)
        return Told(topic=said.notificationType, order_ref=order_ref(said.orderId), is_kept=is_kept)

    def taken(self, told: Told, at: datetime) -> dict[str, Any]:  # noqa: ARG002
        """The same for all of them."""
        return greeting(at)

    def refused(self, fault: Fault, sentence: str) -> dict[str, Any]:
        """An error as Yandex documents it."""
        return {"error": {"type": "WRONG_EVENT_FORMAT" if fault == "garbage" else "UNKNOWN", "message": sentence}}
