"""Pushes of the stand-in world through the real gateway: whether both sides read the vendors alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.pushes import Pushes
from adapters.settings import Settings
from adapters.woocommerce.pushes import TOPICS
from adapters.woocommerce.site import WooCommerceSite
from deployments.world.served import served
from deployments.world.whole import Keys, Waits, make_whole_world
from tests.adapters.gateway.conftest import Door, running
from tests.adapters.gateway.test_pushes import SECRET, channels

PLACES = {"woocommerce": "", "ozon": "20605650762000", "yandex_market": "3001"}
OUTCOME_S = 60


@dataclass
class Street:
    """A world and a gateway that hear each other."""

    base: str
    door: Door
    control: httpx.Client
    keys: Keys

    def shop(self) -> WooCommerceSite:
        """Our adapter to the site."""
        key, secret = SecretStr(self.keys.site_key), SecretStr(self.keys.site_secret)
        return WooCommerceSite(url=f"{self.base}/woocommerce", consumer_key=key, consumer_secret=secret, clock=Clock())

    def order(self, room: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.control.request(method, f"/{room}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def stock(self, room: str) -> None:
        self.order(room, "POST", "/goods", [{"sku": "A", "name": "Утюг", "price": "1990", "pcs": {PLACES[room]: 5}}])

    def buy(self, room: str) -> str:
        return str(self.order(room, "POST", "/orders", {"sku": "A", "pcs": 1})["order_ref"])

    def pushed(self, room: str) -> list[str]:
        """What became of the room's pushes, once none is on its way."""
        return until(lambda: all_over(push["outcome"] for push in self.order(room, "GET", "/push/pushes")))

    def heard(self, channel: str) -> set[tuple[str, str | None]]:
        return {(hint.topic, hint.order_ref) for hint in Pushes(self.door.hub).waiting(channel)}


def all_over(outcomes: Iterator[str]) -> list[str]:
    told = list(outcomes)
    return [] if "waiting" in told else told


def until(look: Callable[[], list[str]]) -> list[str]:
    end = time.monotonic() + OUTCOME_S
    while not (seen := look()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return seen


@pytest.fixture
def street(hub: Hub, tmp_path: Path) -> Iterator[Street]:
    settings = Settings(var_dir=tmp_path, channels=channels(push_networks=["127.0.0.0/8"]))
    quick = Waits(wildberries_card_s=0, ozon_moderation_s=0, market_s=0)
    keys = Keys()
    with ExitStack() as stack:
        door = stack.enter_context(running(hub, settings))
        base = stack.enter_context(served(make_whole_world(keys=keys, waits=quick)))
        control = stack.enter_context(httpx.Client(base_url=f"{base}/_control", trust_env=False))
        yield Street(base=base, door=door, control=control, keys=keys)


def test_a_site_that_was_told_to_push_is_heard_and_its_pings_are_answered(street: Street) -> None:
    address = f"{street.door.url}/hooks/site"
    street.stock("woocommerce")
    with street.shop() as shop:
        made = shop.ensure_webhooks(address, secret=SecretStr(SECRET))
        assert shop.ensure_webhooks(address, secret=SecretStr(SECRET)) == made
        assert [one.level for one in shop.examine() if one.subject == "pushes"] == ["good"]
    assert tuple(one.topic for one in made) == TOPICS
    number = street.buy("woocommerce")
    assert set(street.pushed("woocommerce")) == {"delivered"}
    assert ("order.created", number) in street.heard("site")


def test_a_site_that_signs_with_another_secret_is_not_heard(street: Street) -> None:
    street.stock("woocommerce")
    with street.shop() as shop:
        shop.ensure_webhooks(f"{street.door.url}/hooks/site", secret=SecretStr("another-long-secret"))
    street.buy("woocommerce")
    assert set(street.pushed("woocommerce")) > {"delivered"}
    assert street.heard("site") == set()


@pytest.mark.parametrize(("room", "channel", "topic"), [("ozon", "ozon", "TYPE_NEW_POSTING"), ("yandex_market", "market", "ORDER_CREATED")])
def test_a_marketplace_is_heard_and_content_with_every_answer(street: Street, room: str, channel: str, topic: str) -> None:
    street.order(room, "PUT", "/push", {"url": f"{street.door.url}/hooks/{channel}/{SECRET}"})
    street.stock(room)
    number = street.buy(room)
    assert set(street.pushed(room)) == {"delivered"}
    assert (topic, number) in street.heard(channel)
