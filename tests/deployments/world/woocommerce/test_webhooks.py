"""Webhooks as they were measured on a running 10.0.2."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.deployments.world.odd import Heard, World

HUB, PATH, SECRET = "http://hub.example/hook", "/hook", "s3cr3t"


@pytest.fixture(autouse=True)
def goods(world: World) -> None:
    world.put("woocommerce", pcs=99)


def register(world: World, topic: str = "order.created", **told: Any) -> int:
    answer = world.site("POST", "/webhooks", {"topic": topic, "delivery_url": HUB, "secret": SECRET, **told})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def deliver(world: World) -> list[Heard]:
    """What the hub hears now, pings apart."""
    world.hub.forget()
    world.deliver("woocommerce")
    return [one for one in world.hub.heard if one.headers["content-type"] == "application/json"]


def topics(world: World) -> list[str]:
    return sorted(one.headers["x-wc-webhook-topic"] for one in deliver(world))


def fail(world: World, times: int) -> None:
    for _ in range(times):
        world.hub.answer(PATH, 500)
        world.buy("woocommerce")
        deliver(world)


def status(world: World, number: int) -> str:
    return str(world.site("GET", f"/webhooks/{number}").json()["status"])


def test_a_webhook_is_made_shown_changed_and_removed(world: World) -> None:
    number = register(world, name="Утюг")
    shown = world.site("GET", f"/webhooks/{number}").json()
    assert (shown["topic"], shown["resource"], shown["event"], shown["status"]) == ("order.created", "order", "created", "active")
    assert (shown["name"], shown["hooks"], "secret" in shown) == ("Утюг", ["woocommerce_new_order"], False)
    assert world.site("PUT", f"/webhooks/{number}", {"status": "paused"}).json()["status"] == "paused"
    assert world.site("DELETE", f"/webhooks/{number}").status_code == 501
    assert world.order("woocommerce", "GET", "/push/pushes")[0]["body"] == {"webhook_id": number}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"topic": "order.eaten", "delivery_url": HUB}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "order.created", "delivery_url": "hub"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
        ({"topic": "order.created"}, "rest_missing_callback_param"),
        ({"topic": "order.created", "delivery_url": HUB, "status": "asleep"}, "rest_invalid_param"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(world: World, told: dict[str, str], code: str) -> None:
    answer = world.site("POST", "/webhooks", told)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_new_webhook_sends_an_unsigned_form_and_does_not_mind_what_it_is_answered(world: World) -> None:
    world.hub.answer(PATH, 404)
    number = register(world)
    world.deliver("woocommerce")
    (ping,) = world.hub.heard
    assert (ping.body, ping.headers["content-type"]) == (f"webhook_id={number}", "application/x-www-form-urlencoded")
    assert not [name for name in ping.headers if name.startswith("x-wc-webhook")]
    assert status(world, number) == "active"


def test_a_delivery_is_signed_over_its_very_bytes_in_which_cyrillic_is_escaped(world: World) -> None:
    number = register(world)
    buyer = {"first_name": "Иван"}
    world.order("woocommerce", "POST", "/orders", {"sku": "A", "pcs": 1, "buyer": buyer})
    (told,) = deliver(world)
    assert b"\\u0418\\u0432\\u0430\\u043d" in told.raw
    assert b"http:\\/\\/" in told.raw or b"https:\\/\\/" in told.raw
    signature = base64.b64encode(hmac.new(SECRET.encode(), told.raw, hashlib.sha256).digest()).decode()
    names = ("topic", "resource", "event", "id", "signature")
    values = tuple(told.headers[f"x-wc-webhook-{name}"] for name in names)
    assert values == ("order.created", "order", "created", str(number), signature)
    assert hmac.new(SECRET.encode(), json.dumps(told.body).encode(), hashlib.sha256).digest() != base64.b64decode(signature)


def test_a_new_order_is_told_as_created_updated_and_as_its_goods_changed(world: World) -> None:
    for topic in ("order.created", "order.updated", "product.updated"):
        register(world, topic)
    deliver(world)
    world.buy("woocommerce")
    assert topics(world) == ["order.created", "order.updated", "product.updated"]


def test_what_is_told_is_what_is_true_when_it_is_told(world: World) -> None:
    register(world)
    ref = world.buy("woocommerce")
    world.order("woocommerce", "DELETE", f"/orders/{ref}")
    (told,) = deliver(world)
    assert (told.headers["x-wc-webhook-topic"], told.body["status"]) == ("order.created", "cancelled")


def test_several_changes_are_told_once(world: World) -> None:
    ref = world.buy("woocommerce")
    register(world, "order.updated")
    for number in range(5):
        world.site("PUT", f"/orders/{ref}", {"customer_note": str(number)})
    (told,) = deliver(world)
    assert told.body["customer_note"] == "4"
    world.site("PUT", f"/orders/{ref}", {"customer_note": "5"})
    assert topics(world) == ["order.updated"]


def test_of_an_order_that_is_thrown_away_only_the_number_is_told(world: World) -> None:
    ref = world.buy("woocommerce")
    register(world, "order.deleted")
    world.site("DELETE", f"/orders/{ref}")
    (told,) = deliver(world)
    assert told.body == {"id": int(ref)}


def test_a_failed_delivery_is_not_repeated(world: World) -> None:
    number = register(world)
    fail(world, 1)
    world.clock.pass_(24 * 3600)
    assert (deliver(world), status(world, number)) == ([], "active")


def test_the_seventh_failure_in_a_row_disables_a_webhook_and_a_good_one_between_saves_it(world: World) -> None:
    number = register(world)
    deliver(world)
    fail(world, 6)
    assert status(world, number) == "active"
    world.buy("woocommerce")
    deliver(world)
    fail(world, 6)
    assert status(world, number) == "active"
    fail(world, 1)
    assert status(world, number) == "disabled"
    world.buy("woocommerce")
    assert deliver(world) == []


def test_a_disabled_webhook_is_switched_on_again(world: World) -> None:
    number = register(world)
    deliver(world)
    fail(world, 7)
    world.site("PUT", f"/webhooks/{number}", {"status": "active"})
    world.buy("woocommerce")
    assert topics(world) == ["order.created"]


def test_a_paused_webhook_is_silent(world: World) -> None:
    register(world, status="paused")
    world.buy("woocommerce")
    assert deliver(world) == []


def test_the_control_registers_webhooks_of_orders_at_once(world: World) -> None:
    register(world, "product.updated")
    world.order("woocommerce", "PUT", "/push", {"url": HUB, "secret": SECRET, "delay_s": 30})
    deliver(world)
    world.buy("woocommerce")
    assert topics(world) == []
    world.clock.pass_(30)
    assert topics(world) == ["order.created", "order.updated"]


def test_deliveries_are_lost_to_order(world: World) -> None:
    register(world)
    deliver(world)
    world.order("woocommerce", "POST", "/push/mischief", {"kind": "lose"})
    world.buy("woocommerce")
    assert deliver(world) == []
