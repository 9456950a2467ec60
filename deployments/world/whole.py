"""The whole world: every room and the buyers, behind one address."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from fastapi import FastAPI

from deployments.world.bitrix24.make import furnish_bitrix24
from deployments.world.buyers import AtControl, homes
from deployments.world.buyers_control import furnish_buyers
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.odata.make import furnish_odata
from deployments.world.ozon.make import furnish_ozon
from deployments.world.ozon.room import Knobs
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.wildberries.make import furnish_wildberries
from deployments.world.wildberries.room import Habits
from deployments.world.wildberries.tokens import make_token
from deployments.world.woocommerce.make import furnish_woocommerce
from deployments.world.yandex_market.books import Lags
from deployments.world.yandex_market.make import furnish_yandex_market

SHOPS = ("woocommerce", "wildberries", "ozon", "yandex_market")
OZON_CLIENT, PORTAL_USER, ONEC_USER = "17", 1, "utyug"


def _key() -> Callable[[], str]:
    return lambda: secrets.token_urlsafe(16)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What opens the rooms; made up anew unless told."""

    site_key: str = field(default_factory=_key())
    site_secret: str = field(default_factory=_key())
    ozon: str = field(default_factory=_key())
    market: str = field(default_factory=_key())
    retailcrm: str = field(default_factory=_key())
    portal: str = field(default_factory=_key())
    cdek_account: str = field(default_factory=_key())
    cdek_secret: str = field(default_factory=_key())
    onec: str = field(default_factory=_key())

    def wildberries(self, clock: WorldClock) -> str:
        """A personal token for half a year, as the vendor's are."""
        return make_token(expires_at=clock.now() + timedelta(days=180))


@dataclass(frozen=True, kw_only=True)
class Waits:
    """The vendors' longest waits, as documented unless told; seconds of the world's clock.

    Args:
        wildberries_card_s: until a new card takes stock and prices.
        ozon_moderation_s: until a new product takes stock.
        market_s: until Yandex Market shows what it took: cards, prices, figures; none for its own lags.
    """

    wildberries_card_s: float = Habits.settling_s
    ozon_moderation_s: float = Knobs.moderation_s
    market_s: float | None = None

    @property
    def lags(self) -> Lags | None:
        """Yandex Market's, in its own words."""
        if self.market_s is None:
            return None
        return Lags(**dict.fromkeys(("catalog", "card", "price", "stock"), timedelta(seconds=self.market_s)))


def make_whole_world(
    *, keys: Keys, clock: WorldClock | None = None, waits: Waits | None = None, outside: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Every outside system at a path of its own, empty of goods, and buyers who have not come yet.

    Args:
        keys: what opens the rooms.
        clock: the hub's two numbers; real time by default.
        waits: the vendors' longest waits.
        outside: where pushes and the site's questions go, instead of the network.
    """
    clock, waits = clock or WorldClock(), waits or Waits()
    world = FastAPI(title="Utyug's stand-in world", openapi_url=None)
    furnish_woocommerce(world, clock=clock, key=keys.site_key, secret=keys.site_secret, outside=outside)
    furnish_wildberries(world, clock=clock, habits=Habits(settling_s=waits.wildberries_card_s))
    knobs = Knobs(moderation_s=waits.ozon_moderation_s)
    furnish_ozon(world, clock=clock, client_id=OZON_CLIENT, api_key=keys.ozon, knobs=knobs, outside=outside)
    furnish_yandex_market(world, clock=clock, api_key=keys.market, lags=waits.lags, outside=outside)
    furnish_retailcrm(world, clock=clock, api_key=keys.retailcrm)
    furnish_bitrix24(world, clock=clock, user_id=PORTAL_USER, secret=keys.portal)
    furnish_cdek(world, clock=clock, account=keys.cdek_account, secret=keys.cdek_secret)
    furnish_odata(world, clock=clock, login=ONEC_USER, password=keys.onec)
    addresses = {"woocommerce": homes()}
    furnish_buyers(world, clock=clock, shops={room: AtControl(world, room, homes=addresses.get(room)) for room in SHOPS})
    return world
