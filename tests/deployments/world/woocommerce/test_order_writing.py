"""Orders made and changed over REST, with the oddities that were measured."""

from typing import Any

import pytest

from tests.deployments.world.odd import World


@pytest.fixture(autouse=True)
def goods(world: World) -> None:
    world.put("woocommerce", pcs=8)


def goods_id(world: World) -> int:
    return int(world.site("GET", "/products").json()[0]["id"])


def make(world: World, pcs: int = 1, **told: Any) -> dict[str, Any]:
    answer = world.site("POST", "/orders", {"line_items": [{"product_id": goods_id(world), "quantity": pcs}], **told})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_nobody_looks_whether_there_is_enough(world: World) -> None:
    made = make(world, 100, set_paid=True)
    assert (made["status"], made["total"], world.left("woocommerce")) == ("processing", "199000.00", -92)


def test_nor_whether_there_are_such_goods(world: World) -> None:
    answer = world.site("POST", "/orders", {"line_items": [{"product_id": 999_999, "quantity": 1}]})
    assert (answer.status_code, answer.json()["total"], answer.json()["line_items"][0]["product_id"]) == (201, "0.00", 0)


@pytest.mark.parametrize(("status", "left"), [("pending", 8), ("on-hold", 6), ("processing", 6), ("completed", 6)])
def test_the_status_decides_whether_goods_leave_the_shelf(world: World, status: str, left: int) -> None:
    make(world, 2, status=status)
    assert world.left("woocommerce") == left


def test_the_same_call_twice_makes_two_orders(world: World) -> None:
    assert make(world)["id"] != make(world)["id"]


def test_what_is_kept_beside_an_order_is_shown_and_changed_by_its_key(world: World) -> None:
    made = make(world, meta_data=[{"key": "_utyug_reservation", "value": "r-1"}, {"key": "a", "value": 1}])
    changed = world.site("PUT", f"/orders/{made['id']}", {"meta_data": [{"key": "a", "value": 2}]}).json()
    assert [(one["key"], one["value"]) for one in changed["meta_data"]] == [("_utyug_reservation", "r-1"), ("a", 2)]
    assert [one["id"] for one in changed["meta_data"]] == [one["id"] for one in made["meta_data"]]
    assert world.site("GET", f"/orders/{made['id']}").json() == changed


def test_a_seller_cancels_and_the_goods_are_back(world: World) -> None:
    made = make(world, 2, set_paid=True)
    assert world.site("PUT", f"/orders/{made['id']}", {"status": "cancelled"}).json()["status"] == "cancelled"
    assert world.left("woocommerce") == 8


def test_a_line_edited_over_rest_moves_its_goods(world: World) -> None:
    made = make(world, 3, set_paid=True)
    line = {"id": made["line_items"][0]["id"], "quantity": 1}
    changed = world.site("PUT", f"/orders/{made['id']}", {"line_items": [line]}).json()
    assert (changed["line_items"][0]["quantity"], changed["total"], world.left("woocommerce")) == (1, "1990.00", 7)


def test_an_order_thrown_away_is_still_told_by_its_number_and_by_force_is_not(world: World) -> None:
    made = make(world)
    assert world.site("DELETE", f"/orders/{made['id']}").json()["status"] == "pending"
    assert world.site("GET", f"/orders/{made['id']}").json()["status"] == "trash"
    assert world.site("GET", "/orders").json() == []
    assert world.site("GET", "/orders/999999").json()["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_a_refund_puts_pieces_back_and_a_cancellation_after_it_only_the_rest(world: World) -> None:
    ref = world.buy("woocommerce", 2)
    world.order("woocommerce", "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 1, "how": "refund"})
    shown = world.site("GET", f"/orders/{ref}").json()
    assert (shown["status"], shown["line_items"][0]["quantity"], world.left("woocommerce")) == ("processing", 2, 7)
    assert shown["refunds"][0]["total"] == "-1990.00"
    (refund,) = world.site("GET", f"/orders/{ref}/refunds").json()
    assert (refund["amount"], refund["line_items"][0]["quantity"]) == ("1990.00", -1)
    world.order("woocommerce", "DELETE", f"/orders/{ref}")
    assert world.left("woocommerce") == 8


def test_an_order_of_which_all_is_paid_back_is_refunded(world: World) -> None:
    ref = world.buy("woocommerce", 2)
    world.order("woocommerce", "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 2, "how": "refund"})
    assert world.site("GET", f"/orders/{ref}").json()["status"] == "refunded"
    assert world.left("woocommerce") == 8


def test_an_order_with_a_field_of_the_wrong_kind_is_refused(world: World) -> None:
    answer = world.site("POST", "/orders", {"line_items": [{"product_id": 1, "quantity": "two"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
