"""The demo's four channels: cabinets in the stand-in world, their settings, and what they really show in the end.

The shop's clock and the world's run ten times as fast, with the vendors' limits and pauses on it; only their longest waits are cut as
well: half an hour of a new card on Wildberries, an hour of moderation on Ozon, a quarter of an hour until Yandex Market shows a figure.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import polars as pl
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.carrier_settings import CdekSettings
from adapters.cdek.terms import Seller
from adapters.channel_settings import ChannelSettings, OzonSettings, WildberriesSettings, WooCommerceSettings, YandexMarketSettings
from adapters.crm_settings import RetailCrmSettings
from adapters.hub.assortment import Assortment
from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.journal import Journal
from adapters.hub.listings import Listings
from adapters.hub.offers import Offers
from adapters.hub.quarantine import Quarantine
from adapters.hub.runs import Runs
from adapters.onec.odata.settings import OdataSettings
from adapters.settings import ClockSettings, Settings
from deployments.sample.cabinets import cabinet_goods, selling_rules
from deployments.world.clock import WorldClock
from deployments.world.ozon.make import MAIN
from deployments.world.retailcrm.make import SITE
from deployments.world.whole import ONEC_USER, OZON_CLIENT, Keys, Waits, make_whole_world
from deployments.world.wildberries.make import WAREHOUSE_ID
from deployments.world.yandex_market.make import BUSINESS, SEPARATE
from tasks.listings import priced, read_goods
from tasks.rules.bounds import Bounds
from tasks.rules.latin import LatinRules
from tasks.rules.price_writes import offer_prices
from tasks.rules.quota_rules import QuotaRules
from tasks.rules.shipping_rules import ChannelShipping
from tasks.rules.stock import offer
from tasks.stock import read_free

KINDS = {"site": "woocommerce", "wb": "wildberries", "ozon": "ozon", "ym": "yandex_market"}
SENT = ("sent", "accepted", "refused", "pending", "unknown")


@dataclass(kw_only=True)
class ChannelTold:
    """One channel's part of ``report.json``.

    Args:
        sent: cards, prices and figures that left.
        accepted: of them, taken; what Yandex Market has taken and shows later is among them.
        refused: of them, not taken.
        parts: the same by ``cards``, ``prices`` and ``stock``.
        reasons: what lies in the quarantine of the channel, by reason: the vendor's refusals and what our rules do not let out.
        read_back: what the channel's own books show against what they should: ``listings``, of ``stock`` and ``prices`` how many,
            and how many are equal.
        codes: codes on the channel that differ from the article in 1C.
        second_run_sent: what one more run had to send.
    """

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    read_back: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    second_run_sent: int | None = None


class Channels:
    """The four channels of the demo: keys, cabinets and settings."""

    def __init__(self, clock: ClockSettings) -> None:
        self._keys = Keys()
        self._site_key = secrets.token_urlsafe(16)
        self._clock = WorldClock(epoch_at=clock.epoch_at, speed=clock.speed)

    def world(self) -> FastAPI:
        """The stand-in world."""
        return make_whole_world(keys=self._keys, clock=self._clock, waits=Waits(wildberries_card_s=60, ozon_moderation_s=60, market_s=60))

    def crm(self, base: str) -> RetailCrmSettings:
        """How Utyug reaches the CRM at this address."""
        return RetailCrmSettings(
            kind="retailcrm", url=f"{base}/retailcrm", api_key=SecretStr(self._keys.retailcrm), site=SITE, read_every_s=1, timeout_s=10
        )

    def carrier(self, base: str) -> CdekSettings:
        """The contract with CDEK: parcels abroad bear Latin names and addresses."""
        return CdekSettings(
            kind="cdek",
            url=f"{base}/cdek",
            account=self._keys.cdek_account,
            secret=SecretStr(self._keys.cdek_secret),
            shipment_point="MSK5",
            poll_s=60,
            latin=LatinRules(abroad=True),
            shipper_name="Utyug & Co",
            shipper_address="Moscow, Tverskaya, 1",
            seller=Seller(name="ООО «Утюг и Ко»", inn="7700000000", phone="+74950000000", address="Москва, Тверская, 1", ownership_form=1),
        )

    def odata(self, base: str) -> OdataSettings:
        """1C's second door, for what no exchange carries."""
        login, password = self.accountant
        return OdataSettings.model_validate({"url": f"{base}/odata/ut", "user": login, "password": password, "documents": ["return"]})

    @property
    def accountant(self) -> tuple[str, str]:
        """Who may write into 1C, and post."""
        return ONEC_USER, self._keys.onec

    @property
    def site_key(self) -> SecretStr:
        """What the site's checkout shows at the gateway."""
        return SecretStr(self._site_key)

    def settings(self, base: str) -> dict[str, ChannelSettings]:
        """How Utyug reaches them at this address."""
        services = ("common", "content", "discounts-prices", "marketplace", "seller-analytics")
        return {
            "site": WooCommerceSettings(
                url=f"{base}/woocommerce",
                consumer_key=SecretStr(self._keys.site_key),
                consumer_secret=SecretStr(self._keys.site_secret),
                asks=True,
                reservation_key=self.site_key,
                shipping=ChannelShipping(carrier="cdek", carrier_title="СДЭК", parts=True),
                refunds_returns=True,
                **selling_rules("woocommerce"),
            ),
            "wb": WildberriesSettings(
                kind="wildberries",
                token=SecretStr(self._keys.wildberries(self._clock)),
                hosts={service: f"{base}/wildberries/{service}-api" for service in services},
                warehouses={warehouse_of("wildberries"): []},
                **selling_rules("wildberries"),
            ),
            "ozon": OzonSettings(
                kind="ozon",
                client_id=OZON_CLIENT,
                api_key=SecretStr(self._keys.ozon),
                url=f"{base}/ozon",
                warehouses={warehouse_of("ozon"): []},
                **selling_rules("ozon"),
            ),
            "ym": YandexMarketSettings(
                kind="yandex_market",
                business_id=BUSINESS,
                api_key=SecretStr(self._keys.market),
                url=f"{base}/yandex_market",
                warehouses={warehouse_of("yandex_market"): []},
                bounds=Bounds(visible_s=120, effective_s=120, stale_s=90, restored_s=120),
                **selling_rules("yandex_market"),
            ),
        }


def warehouse_of(kind: str) -> str:
    """The seller's warehouse in a cabinet of the demo; a site has one without a name."""
    return {"wildberries": str(WAREHOUSE_ID), "ozon": str(MAIN), "yandex_market": str(SEPARATE[0].id)}.get(kind, "")


def fill_cabinets(base: str) -> None:
    """What the marketplaces sold before Utyug."""
    for kind in ("wildberries", "ozon", "yandex_market"):
        goods = cabinet_goods(kind, warehouse_of(kind))
        httpx.post(f"{base}/_control/{kind}/goods", json=goods, timeout=60).raise_for_status()


def fill_plainly(base: str, articles: Iterable[str]) -> None:
    """Goods of these articles on every marketplace, on sale for a price of nobody's."""
    for kind in ("wildberries", "ozon", "yandex_market"):
        goods = [{"sku": article, "name": article[:60], "price": "100.00"} for article in articles if len(article) <= 50]
        httpx.post(f"{base}/_control/{kind}/goods", json=goods, timeout=60).raise_for_status()


def told_so_far(hub: Hub, *, after_run: int = 0) -> dict[str, ChannelTold]:
    """What runs of listings sent, and stock in whatever run, by channel; runs after one only, where one is named."""
    told: dict[str, ChannelTold] = {}
    for run in (run for run in Runs(hub).newest(flow="listings", limit=1000) if run.run_id > after_run):
        for name, parts in ((run.detail or {}).get("channels") or {}).items():
            channel = told.setdefault(name, ChannelTold())
            for part, figures in parts.items():
                counted = Counter(channel.parts.get(part, {}))
                counted.update({key: figures[key] for key in SENT})
                counted["accepted"] += figures["pending"] if part == "prices" else 0
                channel.parts[part] = {key: counted[key] for key in SENT}
    for entry in Journal(hub).entries(kind="stock_sent", limit=100_000) if not after_run else ():
        channel = told.setdefault(entry.subject.removeprefix("channel:"), ChannelTold())
        counted = Counter(channel.parts.get("stock", {}))
        outcomes = Counter(entry.detail)
        outcomes["sent"] = sum(entry.detail.values()) - outcomes["unsent"]
        outcomes["accepted"] += outcomes["pending"]
        counted.update({key: outcomes[key] for key in SENT})
        channel.parts["stock"] = {key: counted[key] for key in SENT}
    for channel in told.values():
        for key in ("sent", "accepted", "refused"):
            setattr(channel, key, sum(part[key] for part in channel.parts.values()))
    return told


def unsettled(hub: Hub, settings: Settings, told: Mapping[str, ChannelTold]) -> list[str]:
    """What is not at rest, a sentence each: cards that wait for their channel's word, offers under way, figures that differ."""
    waits = {name: Cards(hub).pending(name).height for name in told}
    moves = {name: moving(hub, name).height for name in settings.channels}
    differ = {name: channel.read_back["stock"] - channel.read_back["stock_equal"] for name, channel in told.items()}
    kinds = {"карточек ждут ответа": waits, "остатков в пути": moves, "остатков показано не столько": differ}
    return [f"{name}: {title} {count}" for title, counts in kinds.items() for name, count in counts.items() if count]


def moving(hub: Hub, channel: str) -> pl.DataFrame:
    """Offers that something is under way with, or that show more than they are to show."""
    shown = pl.col("shown_pcs").fill_null(0)
    is_open = (pl.col("phase") == "open") & pl.col("write_pcs").is_null() & ~pl.col("is_alive")
    shows_more = shown - pl.col("target_pcs") >= pl.max_horizontal(1, shown * QuotaRules().act_share)
    is_shut = (shown == 0) & (pl.col("target_pcs") > 0)
    return Offers(hub).known(channel).filter(pl.col("target_pcs").is_not_null(), ~is_open | shows_more | is_shut)


def look(hub: Hub, settings: Settings, base: str, told: dict[str, ChannelTold]) -> None:
    """Beside what was sent, what the channels' own books show, and what lies in their quarantine."""
    today = settings.today(hub.clock.now())
    goods = read_goods.fn(hub, today)
    for name, channel in settings.channels.items():
        truth: dict[str, Any] = httpx.get(f"{base}/_control/{channel.kind}/books", timeout=60).raise_for_status().json()["goods"]
        report = told.setdefault(name, ChannelTold())
        report.reasons = Quarantine(hub).counts(source=name)
        kept = Listings(hub).offered(name)
        if channel.is_asking:
            offered = offer(read_free(hub, channel.places_of, today), kept, NOTHING_KEPT, list(channel.places_of))
        else:
            offered = Offers(hub).known(name).filter(pl.col("target_pcs").is_not_null()).with_columns(pcs=pl.col("shown_pcs").fill_null(0))
        shown = [_shows(truth[row["channel_sku"]]["pcs"], row["warehouse_ref"]) == row["pcs"] for row in offered.to_dicts()]
        asked = offer_prices(kept, priced(goods, channel, kept).passed)
        asks = [truth[row["channel_sku"]]["price_kopecks"] == row["price_kopecks"] for row in asked.to_dicts()]
        report.read_back = {
            "listings": kept.height,
            "stock": len(shown),
            "stock_equal": sum(shown),
            "prices": len(asks),
            "prices_equal": sum(asks),
        }
        report.codes = _differing_codes(hub, kept)


def _shows(pcs: dict[str, int | None], warehouse: str) -> int | None:
    """A warehouse that was never told a figure sells nothing; a site that manages no stock sells without end."""
    return pcs.get(warehouse) if warehouse == "" else pcs.get(warehouse) or 0


def _differing_codes(hub: Hub, kept: pl.DataFrame) -> dict[str, str]:
    articles = Assortment(hub).items().select("item_id", article=pl.coalesce("article", "product_article"))
    named = kept.join(articles, on="item_id").filter(pl.col("article").is_not_null(), pl.col("article") != pl.col("channel_sku"))
    is_suffixed = pl.col("channel_sku").str.starts_with(pl.col("article"))
    return dict(named.sort(is_suffixed, "channel_sku").select("channel_sku", "article").rows())


NOTHING_KEPT = pl.DataFrame(schema={"listing_id": pl.Int64, "warehouse_ref": pl.String, "refused_reason": pl.String})
