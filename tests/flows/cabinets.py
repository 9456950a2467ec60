"""A shop with a channel of every kind: four cabinets in one world, and the goods of its 1C in the hub.

The clock is fast, so that the hours and half hours that vendors take, and that the rules wait, are seconds here. Limits are the vendors'
true ones; at this speed nobody reaches them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import item, price, price_type, product, product_group, stock_count
from adapters.hub.tables.inbox import feed
from deployments.world.app import make_world
from deployments.world.clock import WorldClock
from deployments.world.ozon.make import MAIN, furnish_ozon
from deployments.world.served import served
from deployments.world.wildberries.make import WAREHOUSE_ID, furnish_wildberries
from deployments.world.wildberries.tokens import make_token
from deployments.world.yandex_market.books import Lags
from deployments.world.yandex_market.make import BUSINESS, SEPARATE, furnish_yandex_market
from tests.world import SITE_KEY, SITE_SECRET

SPEED = 1200.0
"""An hour is three seconds."""
TIMEOUT_S = 1.0
"""Of a call, in real seconds."""
SOURCE = "main"
GROUP = "Утюги"
RETAIL = "Розничная"
OZON_KEY, OZON_CLIENT, MARKET_KEY = "an-ozon-key", "17", "a-market-key"
KINDS = {"site": "woocommerce", "wb": "wildberries", "ozon": "ozon", "ym": "yandex_market"}
WAREHOUSES = {"site": "", "wb": str(WAREHOUSE_ID), "ozon": str(MAIN), "ym": str(SEPARATE[0].id)}
SERVICES = ("common", "content", "discounts-prices", "marketplace", "seller-analytics")
CATEGORIES = {"wb": {"category": 1231}, "ozon": {"category": 17028003, "type": 92302}, "ym": {"category": 90568}}
OZON_ATTRIBUTES = [{"id": 85, "value": "dict:126745801"}, {"id": 9048, "property": "Модель"}]
SPOILT = {"cards": 17, "items": 17, "result": 17}
"""What nobody documents, answered at ``/spoilt`` to everything."""
CARD: dict[str, Any] = {
    "kind": "goods",
    "vat": "20",
    "weight_g": 900,
    "description": "Гладит.",
    "group_refs": [GROUP],
    "pictures": ["https://utug-i-ko.example/1.jpg"],
    "requisites": {"Модель": "Дорожный"},
}


class Cabinets:
    """A tester's hand on the four rooms, by the names of their channels."""

    def __init__(self, base: str, clock: WorldClock) -> None:
        self.base = base
        self.clock = clock
        self._control = httpx.Client(base_url=f"{base}/_control", timeout=30)

    def close(self) -> None:
        self._control.close()

    def put(self, channel: str, goods: Mapping[str, tuple[int, int]]) -> None:
        """Goods that were there before Utyug: pieces and roubles by article."""
        told = [
            {"sku": sku, "name": f"Утюг {sku}", "price": f"{roubles}.00", "pcs": {WAREHOUSES[channel]: pcs}}
            for sku, (pcs, roubles) in goods.items()
        ]
        self.order(channel, "POST", "/goods", json=told)

    def books(self, channel: str) -> dict[str, tuple[int | None, int | None]]:
        """What buyers see there: pieces and kopecks by article."""
        goods = self.order(channel, "GET", "/books")["goods"]
        return {sku: (told["pcs"].get(WAREHOUSES[channel]), told["price_kopecks"]) for sku, told in goods.items()}

    def fault(self, channel: str, kind: str, **details: Any) -> None:
        self.order(channel, "POST", "/faults", json={"kind": kind, **details})

    def told(self, channel: str) -> Counter[tuple[int | str, int]]:
        """Figures of stock that came, by the vendor's own id of the goods."""
        return Counter(row for call in self.heard(channel) for row in _figures(channel, call))

    def clear(self) -> None:
        """No more faults anywhere."""
        for channel in KINDS:
            self.order(channel, "DELETE", "/faults")

    def heard(self, channel: str, method: str | None = None, path: str = "") -> list[dict[str, Any]]:
        """Calls that a room has answered."""
        exchanges: list[dict[str, Any]] = self.order(channel, "GET", "/exchanges")
        return [one for one in exchanges if method in (None, one["method"]) and path in one["path"]]

    def forget(self) -> None:
        """Of what was said."""
        for channel in KINDS:
            self.order(channel, "DELETE", "/exchanges")

    def limited(self, channel: str) -> dict[str, int]:
        """Limits that we have broken."""
        limited: dict[str, int] = self.order(channel, "GET", "/limited")
        return limited

    def order(self, channel: str, method: str, path: str, **call: Any) -> Any:
        """An order to a room."""
        answer = self._control.request(method, f"/{KINDS[channel]}{path}", **call)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _figures(channel: str, call: Mapping[str, Any]) -> list[tuple[int | str, int]]:
    method, path, body = call["method"], call["path"], call["body"] or {}
    if channel == "wb" and method == "PUT" and "/api/v3/stocks/" in path:
        return [(row["chrtId"], row["amount"]) for row in body["stocks"]]
    if channel == "ozon" and path.endswith("/v2/products/stocks"):
        return [(row["product_id"], row["stock"]) for row in body["stocks"]]
    if channel == "ym" and path.endswith("/offers/stocks/update"):
        return [(row["sku"], row["count"]) for row in body["skuItems"]]
    rows = body.get("update", []) if channel == "site" and method == "POST" else []
    return [(row["id"], row["stock_quantity"]) for row in rows if "stock_quantity" in row]


@contextmanager
def opened_cabinets(*, speed: float = SPEED, lags: Lags | None = None) -> Iterator[Cabinets]:
    """The world with all four, while the block lasts."""
    clock = WorldClock(epoch_at=datetime.now(UTC), speed=speed)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    furnish_wildberries(world, clock=clock)
    furnish_ozon(world, clock=clock, client_id=OZON_CLIENT, api_key=OZON_KEY)
    furnish_yandex_market(world, clock=clock, api_key=MARKET_KEY, lags=lags)
    world.add_api_route("/spoilt/{path:path}", lambda: SPOILT, methods=["GET", "POST", "PUT"])
    with served(world) as base:
        cabinets = Cabinets(base, clock)
        yield cabinets
        cabinets.close()


def settings_of(cabinets: Cabinets) -> dict[str, dict[str, Any]]:
    """By channel, how it is reached and what is sold there how."""
    return {name: {**_address(cabinets, name), **_rules(name)} for name in KINDS}


def environment(cabinets: Cabinets, channels: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The settings as flows read them."""
    clock = {"epoch_at": cabinets.clock.epoch_at.isoformat(), "speed": cabinets.clock.speed}
    return {"UTYUG_CLOCK": json.dumps(clock), "UTYUG_CHANNELS": json.dumps(channels)}


def spoilt(settings: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The same channel at an address that breaks every contract."""
    where = f"{base}/spoilt"
    return {**settings, **({"hosts": dict.fromkeys(SERVICES, where)} if "hosts" in settings else {"url": where})}


def _address(cabinets: Cabinets, name: str) -> dict[str, Any]:
    base, kind = cabinets.base, KINDS[name]
    common = {"kind": kind, "timeout_s": TIMEOUT_S}
    if kind == "woocommerce":
        return {**common, "url": f"{base}/{kind}", "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET}
    common["warehouses"] = {WAREHOUSES[name]: []}
    if kind == "wildberries":
        hosts = {service: f"{base}/{kind}/{service}-api" for service in SERVICES}
        return {**common, "token": make_token(expires_at=cabinets.clock.now() + timedelta(days=180)), "hosts": hosts}
    if kind == "ozon":
        return {**common, "url": f"{base}/{kind}", "client_id": OZON_CLIENT, "api_key": OZON_KEY}
    return {**common, "url": f"{base}/{kind}", "business_id": BUSINESS, "api_key": MARKET_KEY}


def _rules(name: str) -> dict[str, Any]:
    prices = {"price_type": RETAIL}
    if name == "site":
        return {"prices": prices, "cards": {"creates": True}}
    attributes = OZON_ATTRIBUTES if name == "ozon" else []
    category = {"group": GROUP, "attributes": attributes, **CATEGORIES[name]}
    size = {"group": GROUP, "length_mm": 300, "width_mm": 200, "height_mm": 100}
    return {"prices": prices, "cards": {"creates": True, "brand": "Утюг и Ко", "categories": [category], "sizes": [size]}}


def tell_1c(hub: Hub, goods: Mapping[str, tuple[int, int]]) -> None:
    """1C's goods as an exchange would leave them: pieces counted and roubles asked, by article."""
    now = hub.clock.now()
    stamps = {"feed_id": 1, "changed_at": now}
    instants = dict.fromkeys(("session_began_at", "received_at", "moved_at", "recorded_at"), now)
    with hub.engine.begin() as connection:
        told = insert(feed).values(source=SOURCE, exchange="catalog", name="offers.xml", kind="xml", state="recorded", **instants)
        feed_id = connection.execute(told.returning(feed.c.feed_id)).scalar_one()
        connection.execute(upsert(product_group).values(source=SOURCE, group_ref=GROUP, name=GROUP).on_conflict_do_nothing())
        connection.execute(upsert(price_type).values(source=SOURCE, price_type_ref=RETAIL, name=RETAIL).on_conflict_do_nothing())
        for article, (pcs, roubles) in goods.items():
            named = {"source": SOURCE, "product_ref": article, "name": f"Утюг {article}", "article": article, **stamps}
            connection.execute(upsert(product).values(**named, **CARD).on_conflict_do_nothing())
            connection.execute(upsert(item).values(**named, item_ref=article).on_conflict_do_nothing())
            item_id = connection.execute(select(item.c.item_id).where(item.c.item_ref == article)).scalar_one()
            counted = upsert(stock_count).values(item_id=item_id, place="", pcs=pcs, session_began_at=now, feed_id=feed_id)
            new = {name: counted.excluded[name] for name in ("pcs", "session_began_at", "feed_id")}
            connection.execute(counted.on_conflict_do_update(index_elements=["item_id", "place"], set_=new))
            asked = upsert(price).values(item_id=item_id, price_type_ref=RETAIL, price_kopecks=roubles * 100, currency="RUB", **stamps)
            new = {"price_kopecks": asked.excluded.price_kopecks}
            connection.execute(asked.on_conflict_do_update(index_elements=["item_id", "price_type_ref"], set_=new))
