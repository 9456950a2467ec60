from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.world.yandex_market.books import Lags
from tests.deployments.world.yandex_market.cabinet import FAR_SHOP, SHOP, Cabinet, complaint, opened

READ = "/v1/{b}/orders"


def read(cabinet: Cabinet, **asked: Any) -> list[int]:
    answer = cabinet.post(READ, asked)
    assert answer.status_code == 200, answer.text
    return [order["orderId"] for order in answer.json()["orders"]]


def stock(cabinet: Cabinet) -> Any:
    return cabinet.books()["goods"]["А-1"]["pcs"]


def change(cabinet: Cabinet, order: int, status: str, substatus: str) -> Any:
    return cabinet.call("PUT", f"/v2/{{c}}/orders/{order}/status", json={"order": {"status": status, "substatus": substatus}})


def test_an_order_is_told_with_its_line_and_where_it_is_to_come_from(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    number = cabinet.buy(pcs=2, buyer={"name": "Иван"})
    order = cabinet.post(READ).json()["orders"][0]
    assert (order["orderId"], order["campaignId"], order["status"], order["substatus"]) == (number, SHOP, "PROCESSING", "STARTED")
    assert order["creationDate"] == "2026-11-22T12:00:30+03:00"
    assert [(line["offerId"], line["count"], line["prices"]["payment"]["value"]) for line in order["items"]] == [("А-1", 2, 3980.0)]
    assert order["delivery"]["warehouseId"] == "3001"
    assert "Иван" not in str(order)
    kept = {"sku": "А-1", "pcs": 2, "state": "PROCESSING", "warehouse_ref": "3001", "returned_pcs": 0}
    assert cabinet.books()["orders"][str(number)] == kept


def test_a_buyer_gets_no_more_than_is_shown_and_from_the_warehouse_named(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=1, _3002=4)
    assert cabinet.control.post("/orders", json={"sku": "А-1", "pcs": 2, "warehouse_ref": "3001"}).status_code == 409
    cabinet.buy(pcs=2)
    assert stock(cabinet) == {"3001": 1, "3002": 2}
    assert read(cabinet, campaignIds=[FAR_SHOP]) != []


def test_a_card_that_is_not_made_yet_is_not_sold(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=1)
    cabinet.ask("PUT", "/cards/refused", params={"sku": "А-1", "because": "Плохое фото"})
    assert cabinet.control.post("/orders", json={"sku": "А-1", "pcs": 1}).status_code == 409
    assert cabinet.books()["goods"]["А-1"]["is_sellable"] is False


def test_filters_choose_by_status_shop_and_id(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3, _3002=3)
    paid, unpaid = cabinet.buy(), cabinet.buy(state="UNPAID")
    far = cabinet.buy(warehouse_ref="3002")
    assert read(cabinet) == [paid, unpaid, far]
    assert read(cabinet, statuses=["UNPAID"]) == [unpaid]
    assert read(cabinet, substatuses=["STARTED"], campaignIds=[SHOP]) == [paid]
    assert read(cabinet, orderIds=[far, 1]) == [far]
    assert cabinet.post(READ, {"campaignIds": [9]}).status_code == 403
    assert cabinet.post(READ, {"statuses": ["SHIPPED"]}).status_code == 400
    assert cabinet.post(READ, {"orderIds": list(range(51))}).status_code == 400
    assert cabinet.call("POST", READ).status_code == 400


def test_test_orders_come_only_when_they_are_asked_for(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    real, fake = cabinet.buy(), cabinet.buy(fake=True)
    assert (read(cabinet), read(cabinet, fake=True)) == ([real], [fake])


def test_a_page_holds_fifty_and_an_order_that_comes_meanwhile_is_not_lost(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=60)
    numbers = [cabinet.buy() for _ in range(51)]
    first = cabinet.post(READ, params={"limit": 200}).json()
    numbers.append(cabinet.buy())
    last = cabinet.post(READ, params={"limit": 50, "pageToken": first["paging"]["nextPageToken"]}).json()
    assert [order["orderId"] for order in first["orders"] + last["orders"]] == numbers
    assert last["paging"] == {}


def test_without_dates_come_thirty_days_and_by_id_all(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    old = cabinet.buy()
    cabinet.clock.turn(days=31)
    assert read(cabinet) == []
    assert read(cabinet, orderIds=[old]) == [old]
    assert read(cabinet, dates={"creationDateFrom": "2026-11-20", "creationDateTo": "2026-12-01"}) == [old]


def test_the_last_day_of_a_window_is_not_within_and_one_day_is_a_day(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    number = cabinet.buy()
    assert read(cabinet, dates={"creationDateFrom": "2026-11-21", "creationDateTo": "2026-11-22"}) == []
    assert read(cabinet, dates={"creationDateFrom": "2026-11-22", "creationDateTo": "2026-11-22"}) == [number]
    assert read(cabinet, dates={"shipmentDateFrom": "2026-11-23", "shipmentDateTo": "2026-11-24"}) == [number]
    assert read(cabinet, dates={"updateDateFrom": "2026-11-22T09:00:30Z", "updateDateTo": "2026-11-22T09:00:31Z"}) == [number]
    cabinet.clock.turn(minutes=1)
    assert read(cabinet, dates={"updateDateFrom": "2026-11-22T09:00:31Z"}) == []


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"creationDateFrom": "2026-10-01", "creationDateTo": "2026-11-01"}, "is more than 30 days."),
        ({"creationDateFrom": "2026-10-01"}, "is more than 30 days."),
        ({"shipmentDateFrom": "2026-10-01", "shipmentDateTo": "2026-11-01"}, "is more than 30 days."),
        ({"updateDateFrom": "2026-10-01T00:00:00Z"}, "is more than 30 days."),
        (
            {"creationDateFrom": "2026-11-02", "creationDateTo": "2026-11-01"},
            "Order creation start date is required to be less than end date",
        ),
        (
            {"shipmentDateFrom": "2026-11-02", "shipmentDateTo": "2026-11-01"},
            "Order shipment start date is required to be less than end date",
        ),
        (
            {"updateDateFrom": "2026-11-02T00:00:00Z", "updateDateTo": "2026-11-02T00:00:00Z"},
            "Order update start is required to be less than end date",
        ),
        ({"creationDateFrom": "02-11-2026"}, "Illegal input at dates.creationDateFrom"),
    ],
)
def test_a_bad_window_is_refused(cabinet: Cabinet, dates: dict[str, str], words: str) -> None:
    refused = cabinet.post(READ, {"dates": dates})
    assert refused.status_code == 400
    assert words in complaint(refused)


def test_an_order_may_be_seen_late() -> None:
    with opened(lags=Lags(orders=timedelta(minutes=5))) as cabinet:
        cabinet.put_good(_3001=3)
        number = cabinet.buy()
        assert stock(cabinet) == {"3001": 2}
        assert read(cabinet) == []
        assert change(cabinet, number, "CANCELLED", "SHOP_FAILED").status_code == 404
        cabinet.clock.turn(minutes=5)
        assert read(cabinet) == [number]


def test_a_shop_makes_an_order_ready_and_then_may_still_cancel_it(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    number = cabinet.buy(pcs=2)
    ready = change(cabinet, number, "PROCESSING", "READY_TO_SHIP").json()["order"]
    assert (ready["id"], ready["substatus"], ready["creationDate"]) == (number, "READY_TO_SHIP", "22-11-2026 12:00:30")
    assert complaint(change(cabinet, number, "PROCESSING", "READY_TO_SHIP")) == "No transition found: READY_TO_SHIP -> READY_TO_SHIP"
    cabinet.clock.turn(minutes=1)
    assert change(cabinet, number, "CANCELLED", "SHOP_FAILED").status_code == 200
    assert read(cabinet, statuses=["CANCELLED"], dates={"updateDateFrom": "2026-11-22T09:01:00Z"}) == [number]
    assert stock(cabinet) == {"3001": 3}
    assert complaint(change(cabinet, number, "CANCELLED", "SHOP_FAILED")) == (
        f"No permission to set status CANCELLED for order {number} with status CANCELLED"
    )


def test_a_shop_may_not_change_what_is_not_its_own(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3, _3002=1)
    number, far = cabinet.buy(), cabinet.buy(warehouse_ref="3002")
    assert complaint(change(cabinet, number, "CANCELLED", "USER_CHANGED_MIND")).startswith(
        "Cancellation request substatus USER_CHANGED_MIND"
    )
    assert complaint(change(cabinet, number, "RETURNED", "UNKNOWN")) == "Status not allowed: RETURNED"
    assert change(cabinet, number, "DELIVERED", "DELIVERY_SERVICE_DELIVERED").status_code == 400
    assert change(cabinet, far, "CANCELLED", "SHOP_FAILED").status_code == 404
    assert stock(cabinet) == {"3001": 2, "3002": 0}


def test_several_orders_are_changed_each_with_its_own_answer(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    number = cabinet.buy()
    changes = [{"id": order, "status": "CANCELLED", "substatus": "SHOP_FAILED"} for order in (number, 7)]
    answer = cabinet.post("/v2/{c}/orders/status-update", {"orders": changes})
    rows = answer.json()["result"]["orders"]
    assert [(row["id"], row["updateStatus"], row.get("errorDetails")) for row in rows] == [
        (number, "OK", None),
        (7, "ERROR", "Order not found: 7"),
    ]
    assert answer.headers["X-RateLimit-Resource-Remaining"] == "9998"
    assert cabinet.post("/v2/{c}/orders/status-update", {"orders": changes * 16}).status_code == 400


def test_pieces_of_an_order_the_buyer_cancels_are_on_sale_again_until_it_has_left(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    kept, left = cabinet.buy(), cabinet.buy()
    cabinet.ask("PUT", f"/orders/{left}", json={"status": "DELIVERY", "substatus": "DELIVERY_SERVICE_RECEIVED"})
    for order in (kept, left):
        cabinet.ask("DELETE", f"/orders/{order}")
    assert stock(cabinet) == {"3001": 2}
    assert read(cabinet, substatuses=["USER_CHANGED_MIND"]) == [kept, left]
    assert cabinet.control.delete(f"/orders/{kept}").status_code == 409
    assert cabinet.control.delete("/orders/7").status_code == 404


def test_the_older_reads_answer_then_fail_now_and_then_and_then_are_gone(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    number = cabinet.buy()
    assert [order["id"] for order in cabinet.call("GET", "/v2/{c}/orders").json()["orders"]] == [number]
    path = f"/v2/{{c}}/orders/{number}"
    assert cabinet.call("GET", path).json()["order"]["delivery"]["shipments"] == [{"shipmentDate": "23-11-2026"}]
    cabinet.clock.hand[0] = datetime(2027, 1, 18, tzinfo=UTC)
    assert [cabinet.call("GET", path).status_code for _ in range(4)] == [403, 200, 403, 200]
    cabinet.clock.hand[0] = datetime(2027, 4, 12, tzinfo=UTC)
    assert cabinet.call("GET", path).status_code == 404
    assert read(cabinet, orderIds=[number]) == [number]


def number(cabinet: Cabinet, order: int, external_id: Any) -> Any:
    return cabinet.post(f"/v2/{{c}}/orders/{order}/external-id", {"externalOrderId": external_id})


def test_a_shop_gives_an_order_its_own_number_once(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=3)
    order, other = cabinet.buy(), cabinet.buy()
    assert number(cabinet, order, "777").json() == {"status": "OK"}
    assert number(cabinet, order, "778").status_code == 400
    shown = {one["orderId"]: one.get("externalOrderId") for one in cabinet.post(READ).json()["orders"]}
    assert shown == {order: "777", other: None}
    assert read(cabinet, externalOrderIds=["777", "778"]) == [order]


@pytest.mark.parametrize(("status", "substatus"), [("PROCESSING", "READY_TO_SHIP"), ("DELIVERY", "UNKNOWN"), ("CANCELLED", "SHOP_FAILED")])
def test_an_order_that_is_ready_or_over_takes_no_number(cabinet: Cabinet, status: str, substatus: str) -> None:
    cabinet.put_good(_3001=3)
    order = cabinet.buy()
    cabinet.ask("PUT", f"/orders/{order}", json={"status": status, "substatus": substatus})
    assert number(cabinet, order, "777").status_code == 400


@pytest.mark.parametrize("external_id", ["", 7, None])
def test_a_number_is_a_text_that_says_something(cabinet: Cabinet, external_id: Any) -> None:
    cabinet.put_good(_3001=3)
    order = cabinet.buy()
    assert complaint(number(cabinet, order, external_id))
    assert number(cabinet, order, "777").status_code == 200
    assert number(cabinet, 7, "777").status_code == 404
