import json
from typing import Any

import pytest

from adapters.pushes import PushRefused, Told
from adapters.yandex_market.pushes import YandexPushes


def read(body: Any) -> Told:
    return YandexPushes().read({}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "kind",
    [
        "ORDER_CREATED",
        "ORDER_CANCELLED",
        "ORDER_STATUS_UPDATED",
        "ORDER_UPDATED",
        "ORDER_CANCELLATION_REQUEST",
        "ORDER_RETURN_CREATED",
        "ORDER_RETURN_STATUS_UPDATED",
        "OF_TOMORROW",
    ],
)
def test_what_may_be_of_orders_is_kept_with_its_order(kind: str) -> None:
    assert read({"notificationType": kind, "orderId": 9001}) == Told(topic=kind, order_ref="9001")


@pytest.mark.parametrize("kind", ["PING", "CHAT_MESSAGE_SENT", "GOODS_FEEDBACK_CREATED", "QUESTION_CREATED"])
def test_what_is_not_of_orders_is_not_kept(kind: str) -> None:
    assert not read({"notificationType": kind}).is_kept


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {"orderId": 1}, {"notificationType": 7}, {"notificationType": "ORDER\u0000"}])
def test_garbage_is_refused(body: Any) -> None:
    with pytest.raises(PushRefused) as told:
        read(body)
    assert told.value.fault == "garbage"
