"""The world's site and our adapter, each against what a running WooCommerce 10.0.2 said of itself.

Where its schemas contradict its own answers, a named deviation applies, each with its source; their number is asserted.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.woocommerce.client import SignedAuth
from adapters.woocommerce.site import WooCommerceSite
from deployments.world.app import make_world
from deployments.world.served import served
from tests.adapters.woocommerce.listed import listed, offer
from tests.world import SITE_KEY, SITE_SECRET, Site

ROUTES = {
    "/products": "/wc/v3/products",
    "/products/batch": "/wc/v3/products/batch",
    "/variations/batch": "/wc/v3/products/(?P<product_id>[\\d]+)/variations/batch",
}
ITEMS = {
    "/products/batch": "/wc/v3/products/(?P<id>[\\d]+)",
    "/variations/batch": "/wc/v3/products/(?P<product_id>[\\d]+)/variations/(?P<id>[\\d]+)",
}


class Deviation(NamedTuple):
    """Where an answer may differ from the schema, and who says so."""

    kind: str
    field: str
    schema: dict[str, Any]
    source: str


DEVIATIONS = [
    Deviation("product", "shipping_class_id", {"type": "integer"}, "sample: product"),
    Deviation("product", "stock_quantity", {"type": ["integer", "null"]}, "sample: variable_product"),
    Deviation("product", "_links", {"type": "object"}, "sample: product"),
    Deviation(
        "product",
        "type",
        {"enum": ["simple", "grouped", "external", "variable", "variation"]},
        "class-wc-rest-products-controller.php: with sku or search_sku, post_type is product and product_variation",
    ),
    Deviation("product", "manage_stock", {"enum": [True, False, "parent"]}, "WC_Product_Variation::get_manage_stock"),
    Deviation("variation", "shipping_class_id", {"type": "integer"}, "sample: variation_batch"),
    Deviation("variation", "image", {"type": ["object", "null"]}, "sample: variation_batch"),
    Deviation("variation", "stock_quantity", {"type": ["integer", "null"]}, "as for products"),
    Deviation("variation", "manage_stock", {"enum": [True, False, "parent"]}, "WC_Product_Variation::get_manage_stock"),
    Deviation("variation", "name", {"type": "string"}, "sample: variation_batch"),
    Deviation("variation", "parent_id", {"type": "integer"}, "sample: variation_batch"),
    Deviation("variation", "date_created_gmt", {"type": "string"}, "sample: variation_batch"),
    Deviation("variation", "date_modified_gmt", {"type": "string"}, "sample: variation_batch"),
    Deviation("variation", "_links", {"type": "object"}, "sample: variation_batch"),
]


@pytest.fixture(scope="module")
def spec(contracts_dir: Path) -> dict[str, Any]:
    folder = contracts_dir / "woocommerce"
    return {
        name: json.loads((folder / f"{file}-10.0.2.json").read_text(encoding="utf-8"))
        for name, file in [("schemas", "wc-v3-schemas"), ("index", "wc-v3-index"), ("samples", "sample-responses")]
    }


@pytest.fixture
def site() -> Iterator[Site]:
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, seed=3, seeded_products=12)) as base:
        room = Site(base)
        yield room
        room.close()


@pytest.fixture
def exchanges(site: Site) -> list[dict[str, Any]]:
    """Everything the adapter can say, and what the world says to it."""
    site.put(
        {"sku": "КР-7/2", "pcs": 2},
        {"sku": "FREE", "pcs": None},
        {"sku": "P", "variations": [{"sku": "P-1", "pcs": 1}, {"sku": "P-2", "is_managed_by_parent": True}]},
        {"sku": "T", "variations": [{"sku": "ТР-109-1,5-ЗЕЛ", "pcs": 1}]},
    )
    with WooCommerceSite(url=site.url, consumer_key=SecretStr(SITE_KEY), consumer_secret=SecretStr(SITE_SECRET), clock=Clock()) as shop:
        shop.ping()
        listings = listed(shop, "КР-7/2", "FREE", "P-1", "P-2", "W-0001", "W-0003-S", "ТР-109-1,5-ЗЕЛ")
        site.remove("W-0001")
        shop.send_stock(offer(listings, 5, 0, 7, 0, 3, 4, 2))
        shop.read_stock(listings)
    return site.heard()


def goods_schema(spec: dict[str, Any], kind: str) -> dict[str, Any]:
    """Closed to unknown fields, with the deviations of this kind."""
    route = {"product": "/products", "variation": "/products/<id>/variations"}[kind]
    schema: dict[str, Any] = as_json_schema(spec["schemas"][route]["schema"])
    schema["properties"] |= {one.field: one.schema for one in DEVIATIONS if one.kind == kind}
    return schema | {"additionalProperties": False}


def as_json_schema(node: Any) -> Any:
    """WordPress's own types ``date-time`` and ``mixed`` in the words of JSON Schema."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(value) for key, value in node.items() if not (key == "type" and value == "mixed")}
    return plain | {"type": ["string", "null"]} if plain.get("type") == "date-time" else plain


def args_schema(spec: dict[str, Any], route: str, method: str) -> dict[str, Any]:
    """The arguments of a route's method, closed to unknown ones."""
    endpoint = next(one for one in spec["index"]["routes"][route]["endpoints"] if method in one["methods"])
    properties = {
        name: {key: value for key, value in arg.items() if key in {"type", "enum", "minimum", "maximum", "items"}}
        for name, arg in endpoint["args"].items()
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def route_of(path: str) -> str:
    return "/variations/batch" if path.endswith("/variations/batch") else path


def test_a_recorded_answer_fits_its_schema_only_with_the_deviations(spec: dict[str, Any]) -> None:
    assert len(DEVIATIONS) == 14
    samples = spec["samples"]
    recorded = {
        "product": [samples["product"], samples["variable_product"], samples["batch_mixed"]["update"][0]],
        "variation": samples["variation_batch"]["create"],
    }
    for kind, answers in recorded.items():
        for answer in answers:
            Draft4Validator(goods_schema(spec, kind)).validate(answer)
    for one in DEVIATIONS:
        if one.source.startswith("sample:"):
            bare = as_json_schema(spec["schemas"]["/products" if one.kind == "product" else "/products/<id>/variations"]["schema"])
            without = goods_schema(spec, one.kind)
            without["properties"].pop(one.field)
            without["properties"] |= {one.field: bare["properties"][one.field]} if one.field in bare["properties"] else {}
            assert not all(Draft4Validator(without).is_valid(answer) for answer in recorded[one.kind]), one.field


def test_the_worlds_answers_fit_the_recorded_schemas(spec: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    product, variation = (Draft4Validator(goods_schema(spec, kind)) for kind in ("product", "variation"))
    seen = set()
    for exchange in exchanges:
        answer = exchange["answer"]
        shown = answer["update"] if isinstance(answer, dict) else answer
        for goods in shown:
            seen.add((exchange["method"], goods.get("type", "error")))
            if "error" not in goods:
                (variation if "/variations/" in exchange["path"] else product).validate(goods)
    read = {("GET", kind) for kind in ("simple", "variable", "variation")}
    assert seen == read | {("POST", kind) for kind in ("simple", "variation", "error")}


def test_the_worlds_answers_have_exactly_the_recorded_fields(spec: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    samples = spec["samples"]
    listed_now = next(exchange["answer"] for exchange in exchanges if exchange["method"] == "GET" and exchange["answer"])
    written = {exchange["path"]: exchange["answer"]["update"] for exchange in exchanges if exchange["method"] == "POST"}
    edited = next(goods for goods in written["/products/batch"] if "error" not in goods)
    varied = next(answer[0] for path, answer in written.items() if "/variations/" in path)
    assert set(listed_now[0]) == set(samples["product"])
    assert set(edited) == set(samples["batch_mixed"]["update"][0])
    assert set(varied) == set(samples["variation_batch"]["create"][0])


def test_our_requests_use_only_recorded_arguments(spec: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    assert {route_of(exchange["path"]) for exchange in exchanges} == set(ROUTES)
    assert {"sku", "search_sku"} <= {name for exchange in exchanges for name in exchange["query"]}
    for exchange in exchanges:
        route = route_of(exchange["path"])
        query = {name: int(value) if value.isdigit() else value for name, value in exchange["query"].items()}
        if exchange["method"] == "GET":
            Draft4Validator(args_schema(spec, ROUTES[route], "GET")).validate(query)
            continue
        assert query == {}
        batch = spec["schemas"]["/products/batch"]["schema"] | {"additionalProperties": False}
        Draft4Validator(batch).validate(exchange["body"])
        item = args_schema(spec, ITEMS[route], "PUT")
        for written in exchange["body"]["update"]:
            Draft4Validator(item).validate(written)


def test_a_request_with_a_field_of_our_own_would_be_noticed(spec: dict[str, Any]) -> None:
    schema = Draft4Validator(args_schema(spec, ITEMS["/products/batch"], "PUT"))
    assert schema.is_valid({"id": 1, "stock_quantity": 2})
    assert not schema.is_valid({"id": 1, "stock": 2})
    assert not schema.is_valid({"id": 1, "stock_quantity": 1.5})


def test_the_worlds_refusals_have_the_recorded_shape(spec: dict[str, Any], site: Site) -> None:
    signed = SignedAuth(key=SecretStr(SITE_KEY), secret=SecretStr(SITE_SECRET), clock=Clock())
    with httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=signed) as client:
        too_many = client.get("/products", params={"per_page": 101})
        unknown = client.get("/products/999999")
        mixed = client.post("/products/batch", json={"update": [{"id": 999999, "manage_stock": True, "stock_quantity": 1}]})
        too_large = client.post("/products/batch", json={"update": [{"id": 1}] * 101})
        fraction = client.post("/products/batch", json={"update": [{"id": site.put({"sku": "F"})[0], "stock_quantity": 1.5}]})
    samples = spec["samples"]
    assert (too_many.status_code, unknown.status_code, mixed.status_code, too_large.status_code) == (400, 404, 200, 413)
    assert too_many.json()["data"]["params"] == samples["error_bad_param"]["data"]["params"]
    assert {key: unknown.json()[key] for key in ("code", "data")} == {key: samples["error_404"][key] for key in ("code", "data")}
    assert mixed.json()["update"][0] == samples["batch_mixed"]["update"][1]
    assert too_large.json()["code"] == "woocommerce_rest_request_entity_too_large"
    assert fraction.json()["update"][0]["error"]["code"] == "rest_invalid_param"


def test_pages_are_counted_in_headers_and_linked(site: Site) -> None:
    signed = SignedAuth(key=SecretStr(SITE_KEY), secret=SecretStr(SITE_SECRET), clock=Clock())
    with httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=signed) as client:
        first = client.get("/products", params={"per_page": 5})
        last = client.get("/products", params={"per_page": 5, "page": 3})
    assert (first.headers["x-wp-total"], first.headers["x-wp-totalpages"]) == ("12", "3")
    assert 'rel="next"' in first.headers["link"]
    assert "link" not in last.headers
    assert (len(first.json()), len(last.json())) == (5, 2)


def asked(site: Site, **query: str) -> list[str]:
    signed = SignedAuth(key=SecretStr(SITE_KEY), secret=SecretStr(SITE_SECRET), clock=Clock())
    with httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=signed) as client:
        return sorted(goods["sku"] for goods in client.get("/products", params=query).json())


def test_the_world_finds_parts_of_codes_whatever_their_case_and_wildcards_are_plain(site: Site) -> None:
    site.put({"sku": "Ключ_1,5"}, {"sku": "P", "variations": [{"sku": "P-ключ"}]}, {"sku": "К%"})
    assert asked(site, search_sku="КЛЮЧ") == ["P-ключ", "Ключ_1,5"]
    assert asked(site, search_sku="К%") == ["К%"]
    assert asked(site, search_sku="к_") == []


def test_in_the_world_parts_of_codes_go_before_whole_ones(site: Site) -> None:
    site.put({"sku": "A"}, {"sku": "B,C"}, {"sku": "B"})
    assert asked(site, search_sku="B", sku="A") == ["B", "B,C"]
    assert asked(site, sku="B,C") == ["B", "B,C"]
