"""A cabinet full of goods, played by the world in a process of its own, so that it takes no turns from the adapter's interpreter."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import httpx
import polars as pl
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.ozon.cabinet import OzonCabinet
from adapters.pace import Pace
from adapters.wildberries.cabinet import WildberriesCabinet
from adapters.woocommerce.site import WooCommerceSite
from adapters.yandex_market.business import YandexBusiness
from deployments.world.clock import WorldClock
from deployments.world.ozon.make import MAIN, furnish_ozon
from deployments.world.served import served
from deployments.world.wildberries.make import WAREHOUSE_ID, furnish_wildberries
from deployments.world.wildberries.tokens import make_token
from deployments.world.woocommerce.make import furnish_woocommerce
from deployments.world.yandex_market.make import BUSINESS, SEPARATE, furnish_yandex_market

KEY = SecretStr("a-key")
CLIENT = "17"
WAREHOUSES = {"wildberries": str(WAREHOUSE_ID), "ozon": str(MAIN), "yandex_market": str(SEPARATE[0].id), "woocommerce": ""}
SERVICES = ("common", "content", "discounts-prices", "marketplace", "seller-analytics")
FILLED_AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class Cabinet:
    """Where it is, and its listings: ``listing_id, channel_sku, refs``."""

    kind: str
    base: str
    listings: pl.DataFrame

    def limited(self) -> int:
        """Calls that came too often."""
        told: dict[str, int] = httpx.get(f"{self.base}/_control/{self.kind}/limited", timeout=60).raise_for_status().json()
        return sum(told.values())


class Counting(httpx.HTTPTransport):
    """Counts the calls that leave."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One more."""
        self.calls += 1
        return super().handle_request(request)


@contextmanager
def filled_cabinet(kind: str, goods: int) -> Iterator[Cabinet]:
    """The cabinet while the block lasts."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_play, args=(kind, goods, theirs), daemon=True)
    process.start()
    theirs.close()
    base, refs = ours.recv()
    numbered = pl.DataFrame({"channel_sku": list(refs), "refs": list(refs.values())}).with_row_index("listing_id", offset=1)
    yield Cabinet(kind=kind, base=base, listings=numbered.cast({"listing_id": pl.Int64}))
    ours.close()
    process.join(20)


def open_cabinet(cabinet: Cabinet, *, pace: Pace, transport: httpx.BaseTransport) -> Channel:
    """Our adapter to it."""
    base, kind = cabinet.base, cabinet.kind
    told: dict[str, Any] = {"clock": Clock(), "pace": pace, "transport": transport, "timeout_s": 60.0}
    if kind == "wildberries":
        hosts = {service: f"{base}/{kind}/{service}-api" for service in SERVICES}
        token = SecretStr(make_token(expires_at=WorldClock().now() + timedelta(days=90)))
        return WildberriesCabinet(hosts=hosts, token=token, **told)
    if kind == "ozon":
        return OzonCabinet(url=f"{base}/{kind}", client_id=CLIENT, api_key=KEY, **told)
    if kind == "yandex_market":
        return YandexBusiness(url=f"{base}/{kind}", business_id=BUSINESS, api_key=KEY, **told)
    return WooCommerceSite(url=f"{base}/{kind}", consumer_key=KEY, consumer_secret=KEY, **told)


Refs = dict[str, str]
"""A listing's ``refs`` by code."""


def _play(kind: str, goods: int, pipe: Connection) -> None:
    """The process of the world: fill the cabinet, tell where it is, stay until the other end is closed."""
    world = FastAPI(openapi_url=None)
    refs = FURNISHED[kind](world, WorldClock())
    price = "1990" if kind == "wildberries" else "1990.00"
    told = [{"sku": f"УТ-{number:05}", "name": f"Утюг УТ-{number:05}", "price": price} for number in range(goods)]
    with served(world) as base:
        for start in range(0, goods, FILLED_AT_ONCE):
            filled = httpx.post(f"{base}/_control/{kind}/goods", json=told[start : start + FILLED_AT_ONCE], timeout=120)
            filled.raise_for_status()
        pipe.send((base, refs()))
        pipe.poll(None)


def _wildberries(world: FastAPI, clock: WorldClock) -> Callable[[], Refs]:
    books = furnish_wildberries(world, clock=clock).books
    return lambda: {one.vendor_code: json.dumps({"nm_id": one.nm_id, "chrt_id": one.sizes[0].chrt_id}) for one in books.cards.values()}


def _ozon(world: FastAPI, clock: WorldClock) -> Callable[[], Refs]:
    books = furnish_ozon(world, clock=clock, client_id=CLIENT, api_key=KEY.get_secret_value()).books
    return lambda: {one.offer_id: json.dumps({"product_id": one.product_id, "sku": one.sku}) for one in books.cards.values()}


def _yandex_market(world: FastAPI, clock: WorldClock) -> Callable[[], Refs]:
    books = furnish_yandex_market(world, clock=clock, api_key=KEY.get_secret_value()).books
    return lambda: {sku: json.dumps({"offer_id": sku}) for sku in books.offers}


def _woocommerce(world: FastAPI, clock: WorldClock) -> Callable[[], Refs]:
    books = furnish_woocommerce(world, clock=clock, key=KEY.get_secret_value(), secret=KEY.get_secret_value()).books
    return lambda: {one.sku: json.dumps({"id": one.goods_id, "parent_id": one.parent_id}) for one in books.goods.values()}


FURNISHED = {"wildberries": _wildberries, "ozon": _ozon, "yandex_market": _yandex_market, "woocommerce": _woocommerce}
