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


def test_an_order_whose_pieces_are_all_back_is_refunded_only_with_its_last_kopeck(world: World) -> None:
    made = make(world, 2, set_paid=True)
    line = {"id": made["line_items"][0]["id"], "quantity": 2, "refund_total": 3000.0}
    told = {"amount": "3000.00", "line_items": [line], "api_refund": False}
    assert world.site("POST", f"/orders/{made['id']}/refunds", told).status_code == 201
    assert (world.site("GET", f"/orders/{made['id']}").json()["status"], world.left("woocommerce")) == ("processing", 8)
    assert world.site("POST", f"/orders/{made['id']}/refunds", {"amount": "980.00", "api_refund": False}).status_code == 201
    assert world.site("GET", f"/orders/{made['id']}").json()["status"] == "refunded"


def test_an_order_with_a_field_of_the_wrong_kind_is_refused(world: World) -> None:
    answer = world.site("POST", "/orders", {"line_items": [{"product_id": 1, "quantity": "two"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")


def pay_back(world: World, made: dict[str, Any], pcs: int = 1, **told: Any) -> Any:
    line = {"id": made["line_items"][0]["id"], "quantity": pcs, "refund_total": 1990.0 * pcs}
    return world.site("POST", f"/orders/{made['id']}/refunds", {"amount": f"{1990 * pcs}.00", "line_items": [line], **told})


def test_a_refund_by_hand_keeps_the_line_and_puts_its_pieces_back(world: World) -> None:
    made = make(world, 3, set_paid=True)
    answer = pay_back(world, made, 2, api_refund=False, reason="Брак")
    assert (answer.status_code, answer.json()["amount"], answer.json()["reason"]) == (201, "3980.00", "Брак")
    (line,) = answer.json()["line_items"]
    assert (line["quantity"], line["total"], line["meta_data"][0]["value"]) == (-2, "-3980.00", str(made["line_items"][0]["id"]))
    shown = world.site("GET", f"/orders/{made['id']}").json()
    assert (shown["status"], shown["line_items"][0]["quantity"], world.left("woocommerce")) == ("processing", 3, 7)
    assert pay_back(world, made, 1, api_refund=False, api_restock=False).status_code == 201
    assert world.site("GET", f"/orders/{made['id']}").json()["status"] == "refunded"
    assert world.left("woocommerce") == 7


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "The payment gateway for this order does not exist."),
        ({"api_refund": False, "amount": "9999.00"}, "Invalid refund amount."),
    ],
)
def test_a_plain_refusal_of_a_refund_calls_itself_an_error_of_the_site(world: World, told: dict[str, Any], message: str) -> None:
    made = make(world, 3, set_paid=True)
    answer = pay_back(world, made, **told)
    assert (answer.status_code, answer.json()["code"]) == (500, "woocommerce_rest_cannot_create_order_refund")
    assert answer.json()["message"] == message
    assert world.left("woocommerce") == 5
