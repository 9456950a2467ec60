from deployments.world.ozon.make import MAIN
from tests.deployments.world.ozon.conftest import Cabinet, mug


def test_goods_that_were_there_before_can_be_sold_at_once(cabinet: Cabinet) -> None:
    cabinet.put("A", price="1990.00", barcode="4600000000015", pcs={str(MAIN): 3})
    assert cabinet.books()["goods"]["A"] == {
        "name": "Фонарь A",
        "price_kopecks": 199000,
        "pcs": {str(MAIN): 3},
        "reserved_pcs": {str(MAIN): 0},
        "is_sellable": True,
    }
    assert cabinet.control.post("/goods", json=[{"sku": "A", "name": "x", "price": "1"}]).status_code == 409


def test_a_card_that_left_is_gone_and_its_code_is_free(cabinet: Cabinet) -> None:
    first = cabinet.put("A")
    cabinet.order("DELETE", "/goods", sku="A")
    assert cabinet.told("/v3/product/info/list", {"offer_id": ["A"]})["items"] == []
    assert cabinet.put("A") != first
    assert cabinet.control.delete("/goods", params={"sku": "none"}).status_code == 404


def test_figures_typed_into_the_cabinet_know_no_pause(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.write({"offer_id": "A", "stock": 5, "warehouse_id": MAIN})
    cabinet.order("PUT", "/stock", {"A": {str(MAIN): 2}})
    assert cabinet.books()["goods"]["A"]["pcs"] == {str(MAIN): 2}
    assert cabinet.write({"offer_id": "A", "stock": 5, "warehouse_id": MAIN})[0]["updated"] is False
    assert cabinet.control.put("/stock", json={"A": {"7": 2}}).status_code == 404


def test_prices_are_typed_in(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.order("PUT", "/prices", {"A": "15.50"})
    assert cabinet.books()["goods"]["A"]["price_kopecks"] == 1550
    assert cabinet.control.put("/prices", json={"A": "дорого"}).status_code == 422


def test_a_fresh_card_is_in_the_books_but_cannot_be_sold(cabinet: Cabinet) -> None:
    cabinet.import_(mug("A"))
    assert cabinet.books()["goods"] == {}
    cabinet.clock.pass_(seconds=10)
    assert cabinet.books()["goods"]["A"]["is_sellable"] is False
    cabinet.clock.pass_(hours=1)
    assert cabinet.books()["goods"]["A"]["is_sellable"] is True


def test_orders_are_in_the_books(cabinet: Cabinet) -> None:
    cabinet.put("A", pcs={str(MAIN): 3})
    order_ref = cabinet.order("POST", "/orders", {"sku": "A", "pcs": 2})["order_ref"]
    kept = {"sku": "A", "pcs": 2, "state": "awaiting_packaging", "warehouse_ref": str(MAIN), "returned_pcs": 0}
    assert cabinet.books()["orders"] == {order_ref: kept}


def test_an_order_with_unknown_words_is_refused(cabinet: Cabinet) -> None:
    assert cabinet.control.post("/goods", json=[{"sku": "A", "name": "x", "price": "1", "stokc": 5}]).status_code == 422
