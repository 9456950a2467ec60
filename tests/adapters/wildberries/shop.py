"""A tester's hand on the world's Wildberries, and the frames that go there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import polars as pl
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.wildberries.cabinet import WildberriesCabinet
from deployments.world.clock import WorldClock
from deployments.world.wildberries.make import WAREHOUSE_ID
from deployments.world.wildberries.tokens import make_token
from validation.listings import CardPending, CardWanted
from validation.prices import PriceOffered
from validation.stock import StockOffered

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
WAREHOUSE = str(WAREHOUSE_ID)
SUBJECT = 1231
"""Irons: may say their colour in texts and their power as a number."""
COLOUR, POWER = 14177449, 65666
SERVICES = ("common", "content", "discounts-prices", "marketplace", "seller-analytics", "statistics")
HOSTS = {name: f"https://{name}-api.wildberries.ru" for name in SERVICES}


class HandClock(WorldClock):
    """The world's clock and ours in one: moves when somebody waits."""

    def __init__(self, speed: float = 60.0) -> None:
        super().__init__(speed=speed)
        self.__dict__["at"] = AT

    def now(self) -> datetime:
        at: datetime = self.__dict__["at"]
        return at

    def wait(self, seconds: float) -> None:
        self.__dict__["at"] += timedelta(seconds=seconds)

    def sleep_until(self, instant: datetime) -> None:
        self.__dict__["at"] = max(self.now(), instant)


class Hand:
    """Orders to the room, and what its books say."""

    def __init__(self, base: str, clock: HandClock) -> None:
        self.clock = clock
        self.url = f"{base}/wildberries"
        self._http = httpx.Client(base_url=f"{base}/_control/wildberries")

    def close(self) -> None:
        self._http.close()

    def order(self, method: str, path: str, **call: Any) -> Any:
        answer = self._http.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()

    def put(self, *skus: str, price: str = "1990", pcs: int | None = None) -> None:
        shown = {} if pcs is None else {"pcs": {WAREHOUSE: pcs}}
        self.order(
            "POST", "/goods", json=[{"sku": sku, "name": f"Утюг {sku}", "price": price, "subject_id": SUBJECT, **shown} for sku in skus]
        )

    def fault(self, kind: str, **details: Any) -> None:
        self.order("POST", "/faults", json={"kind": kind, **details})

    def goods(self, sku: str) -> dict[str, Any]:
        goods: dict[str, Any] = self.order("GET", "/books")["goods"][sku]
        return goods

    def pcs(self, sku: str) -> int | None:
        pcs: int | None = self.goods(sku)["pcs"].get(WAREHOUSE)
        return pcs

    def said(self, path: str) -> list[dict[str, Any]]:
        return [one for one in self.order("GET", "/exchanges") if one["path"].endswith(path)]

    def limited(self) -> dict[str, int]:
        limited: dict[str, int] = self.order("GET", "/limited")
        return limited


def a_token(**told: Any) -> SecretStr:
    return SecretStr(make_token(**{"expires_at": AT + timedelta(days=180), **told}))


def cabinet(clock: HandClock, transport: httpx.BaseTransport, **told: Any) -> WildberriesCabinet:
    settings = {"hosts": HOSTS, "token": a_token(), "warehouses": [WAREHOUSE], "timeout_s": 1.0, **told}
    return WildberriesCabinet(clock=cast("Clock", clock), transport=transport, **settings)


def listings(wb: WildberriesCabinet, *skus: str) -> pl.DataFrame:
    """What the hub would know of them after matching."""
    found = wb.find_listings(skus).passed
    order = pl.DataFrame(
        {"channel_sku": skus, "listing_id": range(1, len(skus) + 1)}, schema={"channel_sku": pl.String, "listing_id": pl.Int64}
    )
    return order.join(found, on="channel_sku", maintain_order="left").select("listing_id", "channel_sku", "refs")


def stock(known: pl.DataFrame, *pcs: int, alone: tuple[int, ...] = (), warehouse: str = WAREHOUSE) -> pl.DataFrame:
    rows = known.with_columns(
        warehouse_ref=pl.lit(warehouse),
        item_ref=pl.col("channel_sku"),
        pcs=pl.Series(pcs, dtype=pl.Int64),
        is_alone=pl.col("listing_id").is_in(alone),
    )
    return StockOffered.validate(rows.select("listing_id", "warehouse_ref", "item_ref", "channel_sku", "refs", "pcs", "is_alone"))


def prices(known: pl.DataFrame, *kopecks: int, old: int | None = None) -> pl.DataFrame:
    rows = known.with_columns(
        campaign_ref=pl.lit(""),
        item_ref=pl.col("channel_sku"),
        price_kopecks=pl.Series(kopecks, dtype=pl.Int64),
        old_kopecks=pl.lit(old, pl.Int64),
    )
    return PriceOffered.validate(
        rows.select("listing_id", "campaign_ref", "item_ref", "channel_sku", "refs", "price_kopecks", "old_kopecks")
    )


CARD: dict[str, Any] = {
    "item_id": 1,
    "channel_sku": "КР-7/2",
    "refs": None,
    "group_sku": None,
    "title": "Утюг дорожный",
    "description": "Гладит.",
    "brand": "Утюг и Ко",
    "category": json.dumps({"category": SUBJECT}),
    "attributes": "[]",
    "characteristics": "{}",
    "vat": "22",
    "barcodes": '["4607012345674"]',
    "weight_g": 1242,
    "length_mm": 301,
    "width_mm": 120,
    "height_mm": 150,
    "pictures": "[]",
    "price_kopecks": 199_000,
    "content_hash": "хэш",
}


def cards(*told: dict[str, Any]) -> pl.DataFrame:
    rows = [{**CARD, "item_id": number, **one} for number, one in enumerate(told, 1)]
    rows = [{**row, "barcodes": "[]"} if len(rows) > 1 and "barcodes" not in told[number] else row for number, row in enumerate(rows)]
    return CardWanted.validate(
        pl.DataFrame(rows, schema={name: column.dtype.type for name, column in CardWanted.to_schema().columns.items()})
    )


def pending(sent: pl.DataFrame, at: datetime) -> pl.DataFrame:
    asked = sent.filter(pl.col("outcome") == "pending").with_columns(sent_at=pl.lit(at, pl.Datetime("us", "UTC")))
    return CardPending.validate(asked.select("item_id", "channel_sku", "task_ref", "sent_at"))


def outcomes(sent: pl.DataFrame) -> list[tuple[str, str | None]]:
    return list(zip(sent["outcome"], sent["reason"], strict=True))
