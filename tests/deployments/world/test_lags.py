"""Shops that are slow and odd: orders late, figures late, read-backs of the past, cancelled pieces that come back late or never."""

from typing import Any

import pytest

from tests.deployments.world.odd import PLACES, World, odd_world

MARKETPLACES = ("wildberries", "ozon", "yandex_market")
SHOPS = (*MARKETPLACES, "woocommerce")
WAREHOUSE = "/stocks/658434"
MARKET_STOCK = "/v3/businesses/1001/offers/stocks"


def orders(world: World, room: str) -> int:
    """How many a seller sees."""
    if room == "wildberries":
        return len(world.wildberries("GET", "/orders/new")["orders"])
    if room == "ozon":
        return len(world.ozon("/v4/posting/fbs/unfulfilled/list", {"limit": 100})["postings"])
    if room == "yandex_market":
        return len(world.market("POST", "/v1/businesses/1001/orders", {})["orders"])
    return len(world.site("GET", "/orders").json())


def write(world: World, room: str, pcs: int) -> None:
    if room == "wildberries":
        world.wildberries("PUT", WAREHOUSE, {"stocks": [{"chrtId": 316_399_001, "amount": pcs}]})
    elif room == "ozon":
        (row,) = world.ozon("/v2/products/stocks", {"stocks": [{"offer_id": "A", "stock": pcs, "warehouse_id": int(PLACES["ozon"])}]})[
            "result"
        ]
        assert row["updated"]
    else:
        world.market("POST", f"{MARKET_STOCK}/update", {"skuItems": [{"sku": "A", "partnerWarehouseId": 3001, "count": pcs}]})


def read_back(world: World, room: str) -> tuple[int, int]:
    """What is shown, and what is reserved, as far as a vendor tells it."""
    if room == "wildberries":
        (row,) = world.wildberries("POST", WAREHOUSE, {"chrtIds": [316_399_001]})["stocks"]
        return row["amount"], 0
    if room == "ozon":
        (row,) = world.ozon("/v2/product/info/stocks-by-warehouse/fbs", {"offer_id": ["A"], "limit": 10})["products"]
        return row["free_stock"], row["reserved"]
    (offer,) = world.market("POST", MARKET_STOCK, {"partnerWarehouseId": 3001, "offerIds": ["A"]})["result"]["offers"]
    by_type: dict[str, int] = {one["type"]: one["count"] for one in offer["stocks"]}
    return by_type["AVAILABLE"], by_type.get("FREEZE", 0)


def lag(world: World, room: str, **lags: Any) -> None:
    world.order(room, "PUT", "/lags", lags)


@pytest.mark.parametrize("room", SHOPS)
def test_an_order_is_seen_late(world: World, room: str) -> None:
    world.put(room)
    lag(world, room, order_visible_s=30)
    world.buy(room)
    world.clock.pass_(29)
    assert orders(world, room) == 0
    world.clock.pass_(1)
    assert orders(world, room) == 1


@pytest.mark.parametrize("room", SHOPS)
def test_how_late_is_thrown_with_dice_that_a_seed_repeats(room: str) -> None:
    def seconds(seed: int) -> list[int]:
        with odd_world() as world:
            world.put(room, pcs=20)
            lag(world, room, order_visible_spread_s=60, seed=seed)
            for _ in range(6):
                world.buy(room)
            counts = []
            for _ in range(4):
                counts.append(orders(world, room))
                world.clock.pass_(20)
        return counts

    assert seconds(1) == seconds(1) != seconds(2)
    assert seconds(1)[-1] == 6


@pytest.mark.parametrize("room", MARKETPLACES)
def test_a_write_of_stock_has_its_effect_late_and_overwrites_what_was_sold_meanwhile(world: World, room: str) -> None:
    world.put(room, pcs=5)
    lag(world, room, stock_shown_s=30)
    write(world, room, 3)
    world.buy(room, 4)
    assert (world.left(room), world.refusal(room, "POST", "/orders", {"sku": "A", "pcs": 2})) == (1, 409)
    world.clock.pass_(30)
    assert world.left(room) == 3
    assert read_back(world, room)[0] == 3


@pytest.mark.parametrize("room", MARKETPLACES)
def test_a_read_back_shows_figure_and_reserve_of_one_past_instant(world: World, room: str) -> None:
    reserve = 0 if room == "wildberries" else 2
    world.put(room, pcs=5)
    lag(world, room, read_stale_s=30)
    assert read_back(world, room) == (5, 0)
    world.clock.pass_(10)
    world.buy(room, 2)
    world.clock.pass_(29)
    assert read_back(world, room) == (5, 0)
    assert world.refusal(room, "POST", "/orders", {"sku": "A", "pcs": 4}) == 409
    world.clock.pass_(1)
    assert read_back(world, room) == (3, reserve)


@pytest.mark.parametrize("room", MARKETPLACES)
def test_a_read_back_may_show_the_time_before_a_write(world: World, room: str) -> None:
    world.put(room, pcs=5)
    world.clock.pass_(60)
    lag(world, room, read_stale_s=30)
    write(world, room, 1)
    world.clock.pass_(29)
    assert (read_back(world, room)[0], world.left(room)) == (5, 1)
    world.clock.pass_(1)
    assert read_back(world, room)[0] == 1


@pytest.mark.parametrize("room", SHOPS)
def test_a_cancelled_piece_comes_back_on_sale_late(world: World, room: str) -> None:
    world.put(room)
    lag(world, room, restores_s=30)
    ref = world.buy(room, 2)
    world.order(room, "DELETE", f"/orders/{ref}")
    world.clock.pass_(29)
    assert world.left(room) == 3
    world.clock.pass_(1)
    assert world.left(room) == 5


@pytest.mark.parametrize("room", MARKETPLACES)
def test_a_late_restore_is_added_to_whatever_is_shown_then(world: World, room: str) -> None:
    world.put(room)
    lag(world, room, restores_s=30)
    ref = world.buy(room, 2)
    world.order(room, "DELETE", f"/orders/{ref}")
    write(world, room, 0)
    world.clock.pass_(30)
    assert read_back(world, room) == (2, 0)


@pytest.mark.parametrize("room", SHOPS)
def test_a_cancelled_piece_may_never_come_back_by_itself(world: World, room: str) -> None:
    world.put(room)
    lag(world, room, restores=False)
    ref = world.buy(room, 2)
    world.order(room, "DELETE", f"/orders/{ref}")
    world.clock.pass_(3600)
    assert world.left(room) == 3


@pytest.mark.parametrize("room", SHOPS)
def test_what_is_not_told_stays_and_what_is_nonsense_is_refused(world: World, room: str) -> None:
    lag(world, room, order_visible_s=30)
    lag(world, room, restores_s=5)
    told = world.order(room, "GET", "/lags")
    assert (told["order_visible_s"], told["restores_s"]) == (30, 5)
    for wrong in ({"restores_s": -1}, {"unknown": 1}, {"order_visible_s": "soon"}):
        assert world.refusal(room, "PUT", "/lags", wrong) == 422
    assert world.order(room, "GET", "/lags") == told


def test_a_site_has_one_database(world: World) -> None:
    for lagging in ("stock_shown_s", "read_stale_s"):
        assert world.refusal("woocommerce", "PUT", "/lags", {lagging: 5}) == 422


def test_a_restore_of_the_site_is_off_where_the_order_is_taken_up_again(world: World) -> None:
    world.put("woocommerce")
    lag(world, "woocommerce", restores_s=30)
    ref = world.buy("woocommerce", 2)
    world.order("woocommerce", "DELETE", f"/orders/{ref}")
    world.order("woocommerce", "PUT", f"/orders/{ref}", {"status": "processing"})
    world.clock.pass_(30)
    assert world.left("woocommerce") == 3
