"""The world of one run: four shops with the goods of the hour on empty shelves, served over HTTP on the story's clock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.channel_settings import ChannelSettings, OzonSettings, WildberriesSettings, WooCommerceSettings, YandexMarketSettings
from deployments.story.goods import CHANNELS, Shelf
from deployments.story.lags import lags_of
from deployments.story.time import StoryClock, StoryWorldClock, Turns
from deployments.world.ozon.make import MAIN
from deployments.world.served import served
from deployments.world.whole import OZON_CLIENT, Keys, Waits, make_whole_world
from deployments.world.wildberries.make import WAREHOUSE_ID
from deployments.world.yandex_market.make import BUSINESS, SEPARATE

ROOMS: Mapping[str, str] = {"wb": "wildberries", "ozon": "ozon", "ym": "yandex_market", "site": "woocommerce"}
WAREHOUSES: Mapping[str, str] = {"wb": str(WAREHOUSE_ID), "ozon": str(MAIN), "ym": str(SEPARATE[0].id), "site": ""}
SERVICES = ("common", "content", "discounts-prices", "marketplace", "seller-analytics")
STOCKED_AT, BEGAN_AT = datetime(2026, 3, 1, 19, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)
"""A Monday in Moscow: the cabinets were filled the evening before, and somebody begins to work."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One run's world, and a hand on it. Whatever is ordered here takes no time."""

    turns: Turns
    clock: StoryClock
    shelf: Shelf
    seed: int
    base: str
    keys: Keys
    control: httpx.Client

    @property
    def world_clock(self) -> StoryWorldClock:
        """The world's."""
        return StoryWorldClock(turns=self.turns)

    def order(self, channel: str, method: str, path: str, json: Any = None) -> httpx.Response:  # noqa: ANN401 - whatever JSON can say
        """An order to a channel's room; a 409 is an answer, anything else that is not success is none."""
        answer = self.control.request(method, f"/{ROOMS[channel]}{path}", json=json)
        return answer if answer.status_code == httpx.codes.CONFLICT else answer.raise_for_status()

    def books(self, channel: str) -> dict[str, Any]:
        """The room's own truth."""
        told: dict[str, Any] = self.order(channel, "GET", "/books").json()
        return told

    def shown(self) -> dict[str, dict[str, int]]:
        """What buyers see now: by channel and code."""
        return {
            channel: {sku: told["pcs"].get(WAREHOUSES[channel]) or 0 for sku, told in self.order(channel, "GET", "/goods").json().items()}
            for channel in CHANNELS
        }

    def push_to(self, channel: str, url: str, *, secret: str, delay_s: float) -> None:
        """The channel's pushes go to an address that is told whom they come from: by a part of it, or by a signature."""
        told = {"url": url, "secret": secret} if channel == "site" else {"url": f"{url}/{secret}"}
        self.order(channel, "PUT", "/push", {**told, "delay_s": delay_s})

    def slow_down(self, *, are_broken: bool) -> None:
        """The channels are as slow as they are from now on."""
        for channel in CHANNELS:
            self.order(channel, "PUT", "/lags", lags_of(channel, are_broken=are_broken))

    def settings(self, *, asks: bool, reservation_key: str = "") -> dict[str, ChannelSettings]:
        """How the channels are reached; ``asks``: the site's checkout asks the hub."""
        base = self.base
        return {
            "wb": WildberriesSettings(
                kind="wildberries",
                token=SecretStr(self.keys.wildberries(self.world_clock)),
                hosts={service: f"{base}/wildberries/{service}-api" for service in SERVICES},
                warehouses={WAREHOUSES["wb"]: []},
            ),
            "ozon": OzonSettings(
                kind="ozon",
                client_id=OZON_CLIENT,
                api_key=SecretStr(self.keys.ozon),
                url=f"{base}/ozon",
                warehouses={WAREHOUSES["ozon"]: []},
            ),
            "ym": YandexMarketSettings(
                kind="yandex_market",
                business_id=BUSINESS,
                api_key=SecretStr(self.keys.market),
                url=f"{base}/yandex_market",
                warehouses={WAREHOUSES["ym"]: []},
            ),
            "site": WooCommerceSettings(
                url=f"{base}/woocommerce",
                consumer_key=SecretStr(self.keys.site_key),
                consumer_secret=SecretStr(self.keys.site_secret),
                asks=asks,
                reservation_key=SecretStr(reservation_key) if reservation_key else None,
            ),
        }


@contextmanager
def opened_stage(shelf: Shelf, *, seed: int) -> Iterator[Stage]:
    """A world of its own while the block lasts, its shops at their quickest; the clock shows the evening before."""
    turns, keys = Turns(STOCKED_AT), Keys()
    waits = Waits(wildberries_card_s=0, ozon_moderation_s=0, market_s=0)
    world = make_whole_world(keys=keys, clock=StoryWorldClock(turns=turns), waits=waits)
    with served(world) as base, httpx.Client(base_url=f"{base}/_control", timeout=60, trust_env=False) as control:
        stage = Stage(turns=turns, clock=StoryClock(turns=turns), shelf=shelf, seed=seed, base=base, keys=keys, control=control)
        for channel in CHANNELS:
            goods = [
                {"sku": good.sku, "name": good.name, "price": f"{good.roubles}.00", "pcs": {WAREHOUSES[channel]: 0}}
                for good in shelf.on(channel)
            ]
            stage.order(channel, "POST", "/goods", goods)
        yield stage
