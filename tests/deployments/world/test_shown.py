"""What buyers see can be asked for without the orders, which grow."""

import httpx
import pytest

from deployments.world.served import served
from deployments.world.whole import SHOPS, Keys, Waits, make_whole_world


@pytest.mark.parametrize("room", SHOPS)
def test_the_goods_are_those_of_the_books(room: str) -> None:
    world = make_whole_world(keys=Keys(), waits=Waits(wildberries_card_s=0, ozon_moderation_s=0, market_s=0))
    with served(world) as base, httpx.Client(base_url=f"{base}/_control/{room}") as control:
        control.post("/goods", json=[{"sku": "УТ-1", "name": "Утюг", "price": "1990.00", "pcs": {}}]).raise_for_status()
        goods = control.get("/goods").raise_for_status().json()
        assert goods.keys() == {"УТ-1"}
        assert goods == control.get("/books").json()["goods"]
