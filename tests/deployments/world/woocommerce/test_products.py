from typing import Any

import httpx
import pytest

from deployments.world.woocommerce.books import price_as_stored
from tests.deployments.world.woocommerce.signed import rest
from tests.world import Site

VARIABLE = {
    "type": "variable",
    "name": "Майка",
    "sku": "ГР1",
    "attributes": [{"name": "Цвет", "variation": True, "options": ["красный", "синий"]}],
}


@pytest.mark.parametrize(
    ("sent", "stored"), [("1490.00", "1490.00"), ("abc", ""), ("1 490,50", "149050"), ("-5", "-5"), ("1.490.50", "1490.50")]
)
def test_a_price_is_stored_as_it_is_misread(sent: str, stored: str) -> None:
    assert price_as_stored(sent) == stored


def test_a_code_is_unique_and_a_refusal_names_its_holder(site: Site) -> None:
    (holder,) = site.put({"sku": "A"})
    with rest(site) as client:
        answer = client.post("/products", json={"name": "Second", "sku": "A"})
    assert (answer.status_code, answer.json()["code"]) == (400, "product_invalid_sku")
    assert answer.json()["data"]["resource_id"] == holder


def test_a_figure_without_management_is_not_kept(site: Site) -> None:
    (goods_id,) = site.put({"sku": "A", "pcs": None})
    with rest(site) as client:
        assert client.put(f"/products/{goods_id}", json={"stock_quantity": 5}).json()["stock_quantity"] is None
        managed = client.put(f"/products/{goods_id}", json={"manage_stock": True, "stock_quantity": 5}).json()
    assert (managed["stock_quantity"], managed["stock_status"]) == (5, "instock")


@pytest.mark.parametrize("figure", [1.5, "abc", True, None])
def test_a_figure_that_is_no_whole_number_is_refused(site: Site, figure: object) -> None:
    (goods_id,) = site.put({"sku": "A", "pcs": 2})
    with rest(site) as client:
        answer = client.put(f"/products/{goods_id}", json={"manage_stock": True, "stock_quantity": figure})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
    assert site.stock() == {"A": 2}


def test_a_variation_is_not_written_as_a_product(site: Site) -> None:
    _, variation_id = site.put({"sku": "P", "variations": [{"sku": "P-1", "pcs": 1}]})
    with rest(site) as client:
        assert client.put(f"/products/{variation_id}", json={"stock_quantity": 5}).status_code == 404


def batch(client: httpx.Client, path: str = "/products/batch", **parts: list[dict[str, Any]]) -> Any:
    answer = client.post(path, json=parts)
    assert answer.status_code == 200
    return answer.json()


def test_a_batch_answers_row_by_row_in_its_order(site: Site, client: httpx.Client) -> None:
    (held,) = site.put({"sku": "A"})
    told = batch(client, create=[{"name": "Б", "sku": "B"}, {"sku": "a"}, {"name": "В", "sku": "C", "weight": 5}], update=[{"id": 999}])
    assert [one.get("sku") or one["error"]["code"] for one in told["create"]] == ["B", "product_invalid_sku", "rest_invalid_param"]
    assert told["create"][1]["error"]["data"] == {"status": 400, "resource_id": held, "unique_sku": "A-1"}
    assert [(one["id"], one["error"]["code"]) for one in told["update"]] == [(999, "woocommerce_rest_product_invalid_id")]
    assert site.stock() == {"A": 0, "B": None}


def test_a_batch_of_nothing_is_an_empty_list(client: httpx.Client) -> None:
    assert batch(client, update=[]) == []


def test_a_batch_of_more_than_a_hundred_is_refused(client: httpx.Client) -> None:
    answer = client.post("/products/batch", json={"create": [{}] * 60, "update": [{"id": 1}] * 41})
    assert (answer.status_code, answer.json()["code"]) == (413, "woocommerce_rest_request_entity_too_large")


@pytest.mark.parametrize("body", [{"update": {"id": 1}}, {"create": ["A"]}])
def test_a_batch_that_is_no_list_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    assert client.post("/products/batch", json=body).status_code == 400


def test_variations_live_under_their_product_and_keep_its_attributes_only(client: httpx.Client) -> None:
    parent = client.post("/products", json=VARIABLE).json()
    told = [{"name": "Цвет", "option": "синий"}, {"name": "Размер", "option": "M"}]
    made = batch(client, f"/products/{parent['id']}/variations/batch", create=[{"sku": "М-С", "regular_price": "5.00", "attributes": told}])
    (child,) = made["create"]
    assert (child["parent_id"], child["name"], child["type"]) == (parent["id"], "синий", "variation")
    assert [(one["name"], one["option"]) for one in child["attributes"]] == [("Цвет", "синий")]
    shown = client.get(f"/products/{parent['id']}").json()
    assert (shown["variations"], shown["price"], shown["regular_price"]) == ([child["id"]], "5.00", "")


def test_attributes_of_a_product_are_replaced_and_its_own_options_are_split_by_a_bar(client: httpx.Client) -> None:
    parent = client.post("/products", json=VARIABLE).json()
    own = {"name": "Размер", "options": ["M|L", "XL"]}
    changed = client.put(f"/products/{parent['id']}", json={"attributes": [own, {"id": 3, "options": ["а|б"]}]}).json()
    assert [(one["id"], one["name"], one["options"]) for one in changed["attributes"]] == [
        (0, "Размер", ["M", "L", "XL"]),
        (3, "Свойство 3", ["а|б"]),
    ]


def test_a_variation_of_a_simple_product_is_not_made(site: Site, client: httpx.Client) -> None:
    (simple,) = site.put({"sku": "A"})
    told = batch(client, f"/products/{simple}/variations/batch", create=[{"sku": "A-1"}])
    assert told["create"][0]["error"]["code"] == "woocommerce_rest_product_variation_invalid_parent"


@pytest.mark.parametrize(
    ("prices", "shown"),
    [
        ({"regular_price": "100.00", "sale_price": "90.00"}, ("90.00", True)),
        ({"regular_price": "100.00", "sale_price": "100.00"}, ("100.00", False)),
        ({"regular_price": "1 490,50"}, ("149050", False)),
        ({"regular_price": "abc"}, ("", False)),
    ],
)
def test_a_buyer_pays_a_sale_price_that_is_below_the_regular_one(
    client: httpx.Client, prices: dict[str, str], shown: tuple[str, bool]
) -> None:
    card = client.post("/products", json={"name": "А", **prices}).json()
    assert (card["price"], card["on_sale"]) == shown


@pytest.mark.parametrize(
    "spoilt",
    [
        {"name": 5},
        {"regular_price": 100},
        {"status": "gone"},
        {"categories": [{"id": "15"}]},
        {"attributes": {"name": "Цвет"}},
        {"dimensions": {"length": 5}},
        {"images": ["https://a.example/1.jpg"]},
        {"manage_stock": None},
    ],
)
def test_an_argument_of_another_type_is_refused_and_nothing_is_made(site: Site, client: httpx.Client, spoilt: dict[str, Any]) -> None:
    answer = client.post("/products", json={"sku": "A", **spoilt})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
    assert list(answer.json()["data"]["params"]) == list(spoilt)
    assert site.stock() == {}


def test_an_argument_nobody_knows_is_let_pass(client: httpx.Client) -> None:
    assert client.post("/products", json={"sku": "A", "stokc": 5}).status_code == 201


def test_a_picture_that_cannot_be_fetched_refuses_the_card(client: httpx.Client) -> None:
    answer = client.post("/products", json={"sku": "A", "images": [{"src": "ftp://a.example/1.jpg"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "woocommerce_product_image_upload_error")


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "0"}, {"per_page": "0"}, {"orderby": "luck"}, {"on_sale": "perhaps"}, {"include": "a"}]
)
def test_a_list_asked_for_wrongly_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/products", params=query)
    assert (answer.status_code, list(answer.json()["data"]["params"])) == (400, list(query))


def test_a_blank_filter_is_none(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A"}, {"sku": "B"})
    assert [one["sku"] for one in client.get("/products", params={"sku": " "}).json()] == ["B", "A"]
