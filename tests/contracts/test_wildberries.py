"""Wildberries: our adapter and the world's cabinet against the portal's documents."""

import json
from typing import ClassVar

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.channel_settings import WILDBERRIES_SERVICES, WildberriesSettings
from adapters.clock import Clock
from adapters.wildberries.cabinet import WildberriesCabinet
from deployments.world.clock import WorldClock
from deployments.world.wildberries.make import WAREHOUSE_ID, furnish_wildberries
from deployments.world.wildberries.subjects import ANY_SUBJECT_ID
from tests.contracts import wildberries_calls
from tests.contracts.exercise import exercise
from tests.contracts.spec import Spec
from tests.contracts.stage import SPEED, Stage, staged
from tests.contracts.suite import Played, VendorSuite, spoil

NEW = {"category": json.dumps({"category": ANY_SUBJECT_ID})}


def furnish(world: FastAPI, clock: WorldClock) -> None:
    """A Wildberries cabinet."""
    furnish_wildberries(world, clock=clock)


def cabinet(stage: Stage, token: str) -> WildberriesCabinet:
    """Ours, at Wildberries' own addresses."""
    settings = WildberriesSettings(kind="wildberries", token=SecretStr(token), warehouses={str(WAREHOUSE_ID): []})
    return WildberriesCabinet(
        hosts={service: settings.host(service) for service in WILDBERRIES_SERVICES},
        token=settings.token,
        warehouses=[str(WAREHOUSE_ID), "7"],
        clock=Clock(speed=SPEED),
        transport=stage.transport,
    )


@pytest.fixture(scope="module")
def played(wildberries_spec: Spec) -> Played:
    """Both directions, by hand and by the adapter."""
    token = wildberries_calls.token(WorldClock(speed=SPEED))
    with staged(wildberries_spec, furnish, home=wildberries_calls.MARKETPLACE, credentials={"Authorization": token}) as by_hand:
        wildberries_calls.play(by_hand)
        said = list(by_hand.exchanges)
        spoilt = spoil(by_hand)
    with staged(wildberries_spec, furnish, home=wildberries_calls.MARKETPLACE, credentials={"Authorization": token}) as ours:
        ours.order("POST", "/goods", json=wildberries_calls.GOODS)
        for number in (9, 10, 11):
            basket = ours.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": 2})
            ours.order("PUT", f"/orders/{basket['order_ref']}/tasks/{basket['task_ids'][0]}/return", json={"where": "ready"})
        channel: Channel
        with cabinet(ours, token) as channel:
            exercise(
                channel,
                stage=ours,
                clock=Clock(speed=SPEED),
                skus=[str(one["sku"]) for one in wildberries_calls.GOODS],
                new_cards=[{**NEW, "channel_sku": "НОВ-1"}, {**NEW, "channel_sku": "НОВ-2", "barcodes": '["4600000000015"]'}],
                warehouses=[str(WAREHOUSE_ID), "7"],
                campaigns=[""],
            )
        with cabinet(ours, "чужой".encode().hex()) as stranger:
            stranger.examine()
    return Played(spec=wildberries_spec, by_hand=said, by_adapter=ours.exchanges, spoilt=spoilt)


class TestWildberries(VendorSuite):
    """The suite, on Wildberries."""

    VENDOR = "wildberries"
    CONTRADICTED: ClassVar = {
        ("GET /api/v1/seller-info", "200"): "its uuid has a letter q",
        ("POST /content/v2/get/cards/list", "200"): "its uuid lacks a digit",
    }

    def furnished(self) -> FastAPI:
        """A world with a Wildberries cabinet."""
        world = FastAPI(openapi_url=None)
        furnish(world, WorldClock())
        return world
