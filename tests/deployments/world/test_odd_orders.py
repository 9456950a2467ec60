"""Orders that nobody has paid for, that are split, and that become smaller."""

from typing import Any

import pytest

from tests.deployments.world.odd import World

RESERVING = ("ozon", "yandex_market")
SMALLER = ("wildberries", "ozon", "yandex_market", "woocommerce")


def posting(world: World, number: str) -> dict[str, Any]:
    shown: dict[str, Any] = world.ozon("/v3/posting/fbs/get", {"posting_number": number})["result"]
    return shown


def pieces(world: World, *pcs: int) -> list[dict[str, Any]]:
    """Packages of so many pieces each."""
    sku = world.ozon("/v3/product/info/list", {"offer_id": ["A"]})["items"][0]["sku"]
    return [{"products": [{"product_id": sku, "quantity": one}]} for one in pcs]


def reserved(world: World) -> int:
    return int(world.order("ozon", "GET", "/books")["goods"]["A"]["reserved_pcs"]["20605650762000"])


@pytest.mark.parametrize("room", RESERVING)
def test_an_unpaid_reservation_takes_what_is_shown_and_no_more(world: World, room: str) -> None:
    world.put(room, pcs=3)
    world.order(room, "POST", "/reservations", {"sku": "A", "pcs": 2})
    assert world.left(room) == 1
    assert world.refusal(room, "POST", "/reservations", {"sku": "A", "pcs": 2}) == 409


@pytest.mark.parametrize("room", RESERVING)
def test_an_abandoned_reservation_is_on_sale_again_once(world: World, room: str) -> None:
    world.put(room, pcs=3)
    ref = world.order(room, "POST", "/reservations", {"sku": "A", "pcs": 2})["reservation_ref"]
    world.order(room, "DELETE", f"/reservations/{ref}")
    assert world.left(room) == 3
    assert world.refusal(room, "DELETE", f"/reservations/{ref}") in (404, 409)
    assert world.refusal(room, "POST", f"/reservations/{ref}/pay") in (404, 409)


def test_ozon_shows_no_posting_until_a_company_has_paid(world: World) -> None:
    world.put("ozon")
    ref = world.order("ozon", "POST", "/reservations", {"sku": "A", "pcs": 2})["reservation_ref"]
    assert (reserved(world), world.ozon("/v4/posting/fbs/unfulfilled/list", {"limit": 10})["postings"]) == (2, [])
    number = world.order("ozon", "POST", f"/reservations/{ref}/pay")["order_ref"]
    assert (reserved(world), posting(world, number)["products"][0]["quantity"], world.left("ozon")) == (2, 2, 3)


def test_the_market_shows_an_unpaid_order_of_the_same_number_that_is_paid_later(world: World) -> None:
    def told() -> dict[str, Any]:
        orders = world.market("POST", "/v1/businesses/1001/orders", {})["orders"]
        return {str(one["orderId"]): one["status"] for one in orders}

    world.put("yandex_market")
    ref = world.order("yandex_market", "POST", "/reservations", {"sku": "A", "pcs": 2})["reservation_ref"]
    assert told() == {ref: "UNPAID"}
    assert world.order("yandex_market", "POST", f"/reservations/{ref}/pay") == {"order_ref": ref}
    assert told() == {ref: "PROCESSING"}


def test_a_split_makes_children_that_know_their_parent_and_sells_nothing_more(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 4)
    told = world.ozon("/v1/posting/fbs/split", {"posting_number": number, "postings": pieces(world, 1, 2)})
    parent, children = told["parent_posting"], told["postings"]
    assert (parent["posting_number"], parent["products"][0]["quantity"]) == (number, 1)
    assert [child["products"][0]["quantity"] for child in children] == [1, 2]
    shown = [posting(world, child["posting_number"]) for child in children]
    assert {one["parent_posting_number"] for one in shown} == {number}
    assert {one["order_id"] for one in shown} == {posting(world, number)["order_id"]}
    assert (world.left("ozon"), reserved(world)) == (1, 4)


def test_a_posting_split_whole_keeps_its_first_part(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    (child,) = world.order("ozon", "POST", f"/orders/{number}/split", {"parts": [1, 2]})
    assert (posting(world, number)["products"][0]["quantity"], posting(world, child)["products"][0]["quantity"]) == (1, 2)


def test_cancelling_a_child_frees_its_own_pieces_only(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    (child,) = world.order("ozon", "POST", f"/orders/{number}/split", {"parts": [2]})
    reason = {"cancel_reason_id": 352, "cancel_reason_message": ""}
    world.ozon("/v2/posting/fbs/cancel", {"posting_number": child, **reason})
    assert (world.left("ozon"), reserved(world), posting(world, number)["status"]) == (4, 1, "awaiting_packaging")


def test_several_packages_are_several_postings_all_assembled(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    numbers = world.ozon("/v4/posting/fbs/ship", {"posting_number": number, "packages": pieces(world, 1, 2)})["result"]
    assert numbers[0] == number
    assert [posting(world, one)["status"] for one in numbers] == ["awaiting_deliver"] * 2
    assert [posting(world, one)["products"][0]["quantity"] for one in numbers] == [1, 2]


def test_a_packed_part_goes_under_a_number_of_its_own(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    packed = world.ozon("/v4/posting/fbs/ship/package", {"posting_number": number, **pieces(world, 1)[0]})["result"]
    assert packed != number
    assert [posting(world, one)["status"] for one in (number, packed)] == ["awaiting_packaging", "awaiting_deliver"]


@pytest.mark.parametrize("pcs", [(1, 1), (4,), (3, 1)])
def test_packages_must_hold_what_the_posting_does(world: World, pcs: tuple[int, ...]) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    with pytest.raises(AssertionError, match="HAS_INCORRECT_PRODUCT_QUANTITY"):
        world.ozon("/v4/posting/fbs/ship", {"posting_number": number, "packages": pieces(world, *pcs)})
    assert posting(world, number)["status"] == "awaiting_packaging"


def test_what_is_assembled_is_not_assembled_again(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 1)
    shipped = {"posting_number": number, "packages": pieces(world, 1)}
    world.ozon("/v4/posting/fbs/ship", shipped)
    with pytest.raises(AssertionError, match="POSTING_ALREADY_SHIPPED"):
        world.ozon("/v4/posting/fbs/ship", shipped)


def test_a_seller_drops_pieces_and_with_the_last_one_the_posting(world: World) -> None:
    world.put("ozon")
    number = world.buy("ozon", 3)
    sku = posting(world, number)["products"][0]["sku"]

    def drop(pcs: int) -> None:
        reason = {"cancel_reason_id": 352, "cancel_reason_message": "нет"}
        world.ozon("/v2/posting/fbs/product/cancel", {"posting_number": number, "items": [{"sku": sku, "quantity": pcs}], **reason})

    drop(1)
    assert (posting(world, number)["products"][0]["quantity"], world.left("ozon"), reserved(world)) == (2, 3, 2)
    drop(2)
    assert (posting(world, number)["status"], world.left("ozon"), reserved(world)) == ("cancelled", 5, 0)


@pytest.mark.parametrize("room", SMALLER)
def test_an_order_becomes_smaller_and_its_pieces_are_on_sale_again(world: World, room: str) -> None:
    world.put(room)
    ref = world.buy(room, 3)
    world.order(room, "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 1})
    assert world.left(room) == 3
    order = world.order(room, "GET", "/books")["orders"][ref]
    assert "cancelled" not in order["state"].lower()
    assert world.refusal(room, "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 3}) == 409
    world.order(room, "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 2})
    assert world.left(room) == 5
    assert world.order(room, "GET", "/books")["orders"][ref]["state"].lower() == "cancelled"


def test_one_task_of_a_basket_is_cancelled_by_its_number(world: World) -> None:
    world.put("wildberries")
    bought = world.order("wildberries", "POST", "/orders", {"sku": "A", "pcs": 2})
    ref, task = bought["order_ref"], bought["task_ids"][1]
    world.order("wildberries", "DELETE", f"/orders/{ref}/tasks/{task}")
    states = world.wildberries("POST", "/orders/status", {"orders": bought["task_ids"]})["orders"]
    assert [one["wbStatus"] for one in states] == ["waiting", "declined_by_client"]
    assert world.left("wildberries") == 4
    assert world.refusal("wildberries", "DELETE", f"/orders/{ref}/tasks/{task}") == 404


def test_the_market_lets_the_shop_fail(world: World) -> None:
    world.put("yandex_market")
    ref = world.buy("yandex_market", 2)
    world.market("PUT", f"/v2/campaigns/2001/orders/{ref}/status", {"order": {"status": "CANCELLED", "substatus": "SHOP_FAILED"}})
    assert world.left("yandex_market") == 5
