"""Yandex Market: our adapter and the world's cabinet, in both ways of telling stock, against the Market's document of many files."""

import json
from functools import partial

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.yandex_market.business import YandexBusiness
from deployments.world.clock import WorldClock
from deployments.world.yandex_market.categories import DEFAULT_LEAF
from deployments.world.yandex_market.make import BUSINESS, GROUPED, SEPARATE, furnish_yandex_market
from tests.contracts import yandex_market_calls
from tests.contracts.exercise import exercise
from tests.contracts.recorder import Exchange
from tests.contracts.spec import Spec
from tests.contracts.stage import SPEED, Stage, staged
from tests.contracts.suite import Played, VendorSuite, spoil

HOME = yandex_market_calls.HOME
API_KEY = "ACMA:key-of-the-cabinet"
NEW = {"category": json.dumps({"category": DEFAULT_LEAF})}


def furnish(world: FastAPI, clock: WorldClock, *, has_groups: bool) -> None:
    """A cabinet of the Market."""
    readers = {"reader": ("ALL_METHODS_READ_ONLY",)}
    warehouses = GROUPED if has_groups else SEPARATE
    furnish_yandex_market(world, clock=clock, api_key=API_KEY, other_keys=readers, warehouses=warehouses)


def business(stage: Stage, *, has_groups: bool, api_key: str = API_KEY) -> YandexBusiness:
    """Ours, at the Market's own address."""
    return YandexBusiness(
        url=HOME,
        business_id=BUSINESS,
        api_key=SecretStr(api_key),
        has_warehouse_groups=has_groups,
        warehouses=["2001" if has_groups else "3001", "7"],
        clock=Clock(speed=SPEED),
        transport=stage.transport,
    )


def exercised(spec: Spec, *, has_groups: bool) -> list[Exchange]:
    """What the adapter says: prices of the whole cabinet without groups, of a shop with them."""
    with staged(spec, partial(furnish, has_groups=has_groups), home=HOME, credentials={"Api-Key": API_KEY}) as ours:
        ref = "2001" if has_groups else "3001"
        goods = [{"sku": sku, "name": f"Фонарь {sku}", "price": "1990.00", "pcs": {ref: 5}} for sku in yandex_market_calls.SKUS]
        ours.order("POST", "/goods", json=goods)
        ours.order("PUT", "/cabinet", json={"only_default_price": not has_groups})
        for sku in yandex_market_calls.SKUS[8:11]:
            bought = ours.order("POST", "/orders", json={"sku": sku, "pcs": 1})["order_ref"]
            ours.order("POST", f"/orders/{bought}/returns", json={"pieces": [["PICKED", "DEFECT"]]})
        channel: Channel
        with business(ours, has_groups=has_groups) as channel:
            exercise(
                channel,
                stage=ours,
                clock=Clock(speed=SPEED),
                skus=yandex_market_calls.SKUS,
                new_cards=[{**NEW, "channel_sku": "НОВ-1"}, {**NEW, "channel_sku": "НОВ-2", "barcodes": '["4600000000015"]'}],
                warehouses=[ref, "7"],
                campaigns=["2001"] if has_groups else [""],
            )
        with business(ours, has_groups=has_groups, api_key="чужой".encode().hex()) as stranger:
            stranger.examine()
        return ours.exchanges


@pytest.fixture(scope="module")
def played(yandex_market_spec: Spec) -> Played:
    """Both directions, by hand and by the adapter, without groups of warehouses and with them."""
    spec = yandex_market_spec
    said: list[Exchange] = []
    ours: list[Exchange] = []
    spoilt: list[tuple[str, Exchange]] = []
    for has_groups in (False, True):
        with staged(spec, partial(furnish, has_groups=has_groups), home=HOME, credentials={"Api-Key": API_KEY}) as by_hand:
            yandex_market_calls.play(by_hand, has_groups=has_groups)
            said += by_hand.exchanges
            spoilt += spoil(by_hand)
        ours += exercised(spec, has_groups=has_groups)
    return Played(spec=spec, by_hand=said, by_adapter=ours, spoilt=spoilt)


class TestYandexMarket(VendorSuite):
    """The suite, on Yandex Market."""

    VENDOR = "yandex_market"

    def furnished(self) -> FastAPI:
        """A world with a cabinet of the Market."""
        world = FastAPI(openapi_url=None)
        furnish(world, WorldClock(), has_groups=False)
        return world
