"""A carrier that can push is told where to, as soon as the settings have an address and a secret."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.carrier_settings import CdekSettings
from adapters.carriers import open_carrier
from adapters.cdek.account import Cdek
from adapters.hub.hub import Hub
from adapters.settings import GatewaySettings, Settings
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.served import served
from tasks.carrier_pushes import keep_heard

PUSH_SECRET = "s" * 20


def subscribed(hub: Hub, base: str, target: str, *, public_url: str | None, times: int = 1, **carrier: Any) -> list[str]:
    """Where the world's CDEK sends its pushes after so many calls."""
    told = CdekSettings(kind="cdek", url=f"{base}/cdek", account="shop", secret=SecretStr("a-secret"), shipment_point="MSK5", **carrier)
    settings = Settings(carriers={"cdek": told}, gateway=GatewaySettings(public_url=public_url))
    for _ in range(times):
        keep_heard(hub, settings, target)
    with open_carrier(told, hub=hub) as opened:
        assert isinstance(opened, Cdek)
        return [one.url for one in opened.read_webhooks()]


@pytest.mark.parametrize(
    ("target", "public_url", "carrier", "hears"),
    [
        ("carrier:cdek", "https://utyug.example/", {"push_secret": SecretStr(PUSH_SECRET)}, True),
        ("carrier:cdek", None, {"push_secret": SecretStr(PUSH_SECRET)}, False),
        ("carrier:cdek", "https://utyug.example", {}, False),
        ("channel:site", "https://utyug.example", {"push_secret": SecretStr(PUSH_SECRET)}, False),
    ],
)
def test_cdek_is_subscribed_to_once_where_it_can_reach_us(
    hub: Hub, target: str, public_url: str | None, carrier: dict[str, Any], hears: bool
) -> None:
    world = FastAPI()
    furnish_cdek(world, clock=WorldClock(), account="shop", secret="a-secret")
    with served(world) as base:
        heard = subscribed(hub, base, target, public_url=public_url, times=2, **carrier)
    assert heard == ([f"https://utyug.example/hooks/cdek/{PUSH_SECRET}"] if hears else [])
