import pytest

from deployments.world.wildberries.make import WAREHOUSE_ID
from tests.deployments.world.wildberries.conftest import Wb


def test_goods_from_before_are_sellable_at_once(wb: Wb) -> None:
    wb.put("КР-7/2", price="1990.00", pcs=3)
    assert wb.goods("КР-7/2") == {
        "name": "Утюг КР-7/2",
        "price_kopecks": 199_000,
        "pcs": {str(WAREHOUSE_ID): 3},
        "is_sellable": True,
    }


def test_goods_without_a_price_are_not_sellable(wb: Wb) -> None:
    wb.put("A", price="0")
    assert (wb.goods("A")["price_kopecks"], wb.goods("A")["is_sellable"]) == (None, False)


def test_a_card_that_leaves_takes_its_stock_and_frees_its_code(wb: Wb) -> None:
    wb.put("A", barcode="4600000000017", pcs=3)
    chrt_id = wb.chrt("A")
    wb.order("DELETE", "/goods", params={"sku": "A"})
    assert wb.shown(chrt_id) == {}
    assert wb.cards()["cards"] == []
    wb.put("A", barcode="4600000000017")
    assert wb.chrt("A") != chrt_id


def test_stock_and_prices_are_typed_into_the_cabinet(wb: Wb) -> None:
    wb.put("A", pcs=3)
    wb.order("PUT", "/stock", json={"A": {str(WAREHOUSE_ID): 8}})
    wb.order("PUT", "/prices", json={"A": "10"})
    assert (wb.goods("A")["pcs"], wb.goods("A")["price_kopecks"]) == ({str(WAREHOUSE_ID): 8}, 1000)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/stock", {"B": {str(WAREHOUSE_ID): 1}}, 404),
        ("PUT", "/stock", {"A": {"7": 1}}, 404),
        ("PUT", "/prices", {"A": "10.50"}, 422),
        ("POST", "/goods", [{"sku": "A", "name": "Утюг", "price": "1"}], 409),
        ("POST", "/orders", {"sku": "B", "pcs": 1}, 404),
        ("DELETE", "/orders/7", None, 404),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(wb: Wb, method: str, path: str, body: object, status: int) -> None:
    wb.put("A", pcs=3)
    assert wb.control.request(method, path, json=body).status_code == status
    assert wb.goods("A")["pcs"] == {str(WAREHOUSE_ID): 3}


def test_what_was_said_is_written_down_without_who_said_it(wb: Wb) -> None:
    wb.call("GET", "/marketplace-api/api/v3/warehouses")
    (exchange,) = wb.order("GET", "/exchanges")
    assert (exchange["path"], exchange["status"]) == ("/marketplace-api/api/v3/warehouses", 200)
    assert "Authorization" not in str(exchange)
