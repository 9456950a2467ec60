import httpx
import pytest
from fastapi import FastAPI

from deployments.world.served import served
from deployments.world.whole import SHOPS, Keys, Waits, make_whole_world

ROOMS = (*SHOPS, "retailcrm", "bitrix24", "cdek", "odata")


@pytest.fixture(scope="module")
def world() -> FastAPI:
    return make_whole_world(keys=Keys(), waits=Waits(wildberries_card_s=1, ozon_moderation_s=1, market_s=1))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_takes_orders_and_remembers_what_was_said(world: FastAPI, room: str) -> None:
    with served(world) as base, httpx.Client(base_url=f"{base}/_control/{room}") as control:
        assert control.get("/exchanges").json() == []
        assert control.get("/books").is_success
        fault = {"kind": "error_before", "status": 500, "times": 1}
        assert control.post("/faults", json=fault).is_success
        assert control.delete("/faults").is_success


def test_nobody_enters_with_anothers_keys(world: FastAPI) -> None:
    with served(world) as base:
        answers = [
            httpx.get(f"{base}/woocommerce/wp-json/wc/v3/products"),
            httpx.get(f"{base}/wildberries/marketplace-api/api/v3/warehouses", headers={"Authorization": "x"}),
            httpx.post(f"{base}/ozon/v2/warehouse/list", headers={"Client-Id": "17", "Api-Key": "x"}, json={"limit": 1}),
            httpx.post(f"{base}/yandex_market/v2/auth/token", headers={"Api-Key": "x"}),
            httpx.get(f"{base}/retailcrm/api/v5/reference/sites", headers={"X-API-KEY": "x"}),
            httpx.post(f"{base}/bitrix24/rest/1/x/crm.item.list.json", json={"entityTypeId": 2}),
            httpx.get(f"{base}/odata/ut/odata/standard.odata/Catalog_Номенклатура", auth=("utyug", "x")),
            httpx.post(f"{base}/cdek/v2/oauth/token", params={"grant_type": "client_credentials", "client_id": "x", "client_secret": "x"}),
        ]
    assert [answer.is_success for answer in answers] == [False] * len(answers)


def test_two_worlds_have_keys_of_their_own() -> None:
    assert Keys() != Keys()


def test_buyers_come_when_they_are_called(world: FastAPI) -> None:
    with served(world) as base, httpx.Client(base_url=f"{base}/_control") as control:
        control.post("/ozon/goods", json=[{"sku": "УТ-1", "name": "Утюг", "price": "1990.00", "pcs": {}}]).raise_for_status()
        totals = control.get("/buyers/totals").raise_for_status().json()
    assert totals["is_living"] is False
