"""Ozon: our adapter and the world's cabinet against Ozon's own document."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from deployments.world.clock import WorldClock
from deployments.world.ozon.make import MAIN, furnish_ozon
from deployments.world.ozon.taxonomy import BRAND, HOUSEHOLD, MATERIAL, MODEL, TORCH
from tests.contracts import ozon_calls
from tests.contracts.exercise import exercise
from tests.contracts.spec import Spec
from tests.contracts.stage import SPEED, Stage, staged
from tests.contracts.suite import Played, VendorSuite, spoil
from validation.order_news import OrderNews

HOME = "https://api-seller.ozon.ru"
CLIENT_ID, API_KEY = "836", "key-of-the-cabinet"
CREDENTIALS = {"Client-Id": CLIENT_ID, "Api-Key": API_KEY}
ATTRIBUTES = [{"id": BRAND, "values": ["Нет бренда"]}, {"id": MODEL, "values": ["Луч"]}, {"id": MATERIAL, "values": ["Пластик"]}]
NEW = {"category": json.dumps({"category": HOUSEHOLD, "type": TORCH}), "attributes": json.dumps(ATTRIBUTES)}


def furnish(world: FastAPI, clock: WorldClock) -> None:
    """An Ozon cabinet."""
    furnish_ozon(world, clock=clock, client_id=CLIENT_ID, api_key=API_KEY)


def cabinet(stage: Stage, *, api_key: str = API_KEY) -> OzonCabinet:
    """Ours, at Ozon's own address."""
    return OzonCabinet(
        url=HOME,
        client_id=CLIENT_ID,
        api_key=SecretStr(api_key),
        warehouses=[str(MAIN), "7"],
        clock=Clock(speed=SPEED),
        transport=stage.transport,
    )


@pytest.fixture(scope="module")
def played(ozon_spec: Spec) -> Played:
    """Both directions, by hand and by the adapter."""
    with staged(ozon_spec, furnish, home=HOME, credentials=CREDENTIALS) as by_hand:
        ozon_calls.play(by_hand)
        said = list(by_hand.exchanges)
        spoilt = spoil(by_hand)
    with staged(ozon_spec, furnish, home=HOME, credentials=CREDENTIALS) as ours:
        ours.order("POST", "/goods", json=ozon_calls.GOODS)
        for number in (8, 9, 10):
            bought = ours.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": number - 7})["order_ref"]
            ours.order("POST", f"/orders/{bought}/returns", json={"pcs": 1})
        channel: Channel
        with cabinet(ours) as channel:
            exercise(
                channel,
                stage=ours,
                clock=Clock(speed=SPEED),
                skus=[str(one["sku"]) for one in ozon_calls.GOODS],
                new_cards=[{**NEW, "channel_sku": "НОВ-1"}, {**NEW, "channel_sku": "НОВ-2", "barcodes": '["4600000000015"]'}],
                warehouses=[str(MAIN), "7"],
                campaigns=[""],
            )
        with cabinet(ours, api_key="чужой".encode().hex()) as stranger:
            stranger.examine()
    return Played(spec=ozon_spec, by_hand=said, by_adapter=ours.exchanges, spoilt=spoilt)


class TestOzon(VendorSuite):
    """The suite, on Ozon."""

    VENDOR = "ozon"

    def in_code(self, spec: Spec) -> set[str]:
        """Without the labels: their methods are younger than the saved document (`reference/marketplaces.md` §2, Labels)."""
        return super().in_code(spec) - {paths.LABELS_ASKED, paths.LABELS_MADE}

    CONTRADICTED: ClassVar = {
        ("POST /v1/seller/info", "200"): "a tax system in Russian",
        ("POST /v3/product/import", "429"): "the code of an error as a word",
        ("POST /v3/product/info/list", "200"): "enums without their prefixes",
        ("POST /v2/warehouse/list", "200"): "has_next is the word string",
        ("POST /v4/posting/fbs/unfulfilled/list", "request"): "last_change_status_date for last_changed_status_date",
        ("POST /v4/posting/fbs/unfulfilled/list", "200"): "nulls for objects and texts",
        ("POST /v4/posting/fbs/list", "request"): "translit within with",
        ("POST /v4/posting/fbs/list", "200"): "nulls for objects and texts",
        ("POST /v3/posting/fbs/get", "200"): "nulls for objects and texts",
        ("POST /v1/returns/list", "request"): "order_id and warehouse_id in quotes",
        ("POST /v1/returns/list", "200"): "ids, sums and counts in quotes, null for return_clearing_id",
    }

    def furnished(self) -> FastAPI:
        """A world with an Ozon cabinet."""
        world = FastAPI(openapi_url=None)
        furnish(world, WorldClock())
        return world


def answering(spec: Spec, *answers: tuple[str, Any]) -> httpx.MockTransport:
    """Ozon with these answers, and otherwise with its own examples."""
    told = dict(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        return httpx.Response(200, json=told[path] if path in told else spec.operation("POST", "api-seller", path).example(200))

    return httpx.MockTransport(answer)


def opened(transport: httpx.BaseTransport) -> OzonCabinet:
    """A cabinet with these answers."""
    return OzonCabinet(url=HOME, client_id=CLIENT_ID, api_key=SecretStr(API_KEY), clock=Clock(speed=SPEED), transport=transport)


def test_the_vendors_own_example_of_returns_is_read_with_its_numbers_in_quotes(ozon_spec: Spec) -> None:
    (told,) = ozon_spec.operation("POST", "api-seller", paths.RETURNS).example(200)["returns"]
    until = datetime.now(UTC)
    with opened(answering(ozon_spec)) as ours:
        (row,) = ours.read_returns(since=until - timedelta(days=1), until=until).to_dicts()
    assert (row["return_ref"], row["order_ref"]) == (told["id"], told["posting_number"])
    assert (row["sku"], row["pcs"], row["state"]) == (told["product"]["offer_id"], 1, "ready")


def test_the_vendors_own_example_of_dropped_pieces_names_no_posting_and_is_good(ozon_spec: Spec) -> None:
    """Its text promises the posting's number, its example has none."""
    posting = {"posting_number": "1-1", "status": "awaiting_packaging", "products": [{"sku": 911, "quantity": 3}]}
    reasons = [{"posting_number": "1-1", "reasons": [{"id": 352, "type_id": "seller"}]}]
    told = answering(ozon_spec, (paths.POSTING, {"result": posting}), (paths.CANCEL_REASONS, {"result": reasons}))
    with opened(told) as ours:
        (answer,) = ours.tell_orders([OrderNews(order_ref="1-1", number="777", action="cancel", left_pcs={"911": 2})])
    assert answer.outcome == "accepted"
