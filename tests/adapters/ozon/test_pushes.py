import json
from pathlib import Path
from typing import Any

import pytest

from adapters.ozon.pushes import OzonPushes
from adapters.pushes import PushRefused, Told

OF_ORDERS = {
    "TYPE_NEW_POSTING",
    "TYPE_POSTING_CANCELLED",
    "TYPE_STATE_CHANGED",
    "TYPE_CUTOFF_DATE_CHANGED",
    "TYPE_DELIVERY_DATE_CHANGED",
    "TYPE_ORDER_NEW",
    "TYPE_ORDER_CANCELLED",
    "TYPE_ORDER_STATE_CHANGED",
}


def read(body: Any) -> Told:
    return OzonPushes().read({}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", {}, {"message_type": None}, {"message_type": ""}, {"message_type": "x y"}, b"[" * 100_000, b"\xff"]
)
def test_garbage_is_refused(body: Any) -> None:
    with pytest.raises(PushRefused) as told:
        read(body)
    assert told.value.fault == "garbage"


@pytest.mark.parametrize("ref", ["a\u0000b", "x" * 500, "<b>", "", True, 1.5, {"a": 1}, None])
def test_a_number_no_order_has_is_left_out(ref: Any) -> None:
    assert read({"message_type": "TYPE_NEW_POSTING", "posting_number": ref}).order_ref is None


@pytest.mark.parametrize("kind", ["TYPE_NEW_MESSAGE", "TYPE_STOCKS_CHANGED", "TYPE_UPDATE_ITEM", "TYPE_FBO_POSTING_NEW", "TYPE_PING"])
def test_what_is_not_of_our_orders_is_not_kept(kind: str) -> None:
    assert not read({"message_type": kind, "posting_number": "1-1"}).is_kept


def test_every_type_of_the_spec_is_read_and_those_of_orders_are_kept(contracts_dir: Path) -> None:
    spec = json.loads((contracts_dir / "ozon" / "swagger.json").read_text())
    (described,) = (tag["description"] for tag in spec["tags"] if tag["name"] == "push_types")
    types = {word for word in described.replace('"', " ").split() if word.startswith("TYPE_") and word.replace("_", "").isalpha()}
    assert len(types) >= 20
    assert {one for one in types if read({"message_type": one}).is_kept} == OF_ORDERS
