"""The harness itself, tried with requests and answers made by hand: what it must refuse, and what it must let through."""

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.judging import Judge
from tests.contracts.recorder import NotJson
from tests.contracts.spec import Spec, UnknownOperation

WB_STOCK = ("PUT", "marketplace-api", "/api/v3/stocks/12")
OZON_STOCK = ("POST", "api-seller", "/v2/products/stocks")
YM_STOCK = ("PUT", "api", "/v2/campaigns/7/offers/stocks")
YM_STOCK_BY_WAREHOUSE = ("POST", "api", "/v3/businesses/7/offers/stocks/update")
KEYS = {"wildberries": ["Authorization"], "ozon": ["Client-Id", "Api-Key"], "yandex_market": ["Api-Key"]}

GOOD = [
    ("wildberries", WB_STOCK, {"stocks": [{"chrtId": 12345678, "amount": 10}]}),
    ("wildberries", ("POST", "content-api", "/content/v2/cards/upload"), [{"subjectID": 105, "variants": [{"vendorCode": "КР-7/2"}]}]),
    ("ozon", OZON_STOCK, {"stocks": [{"offer_id": "КР-7/2", "stock": 3, "warehouse_id": 22142605386000}]}),
    ("yandex_market", YM_STOCK, {"skus": [{"sku": "КР-7/2", "items": [{"count": 3, "updatedAt": "2026-11-22T10:00:00Z"}]}]}),
    ("yandex_market", YM_STOCK_BY_WAREHOUSE, {"skuItems": [{"sku": "КР-7/2", "partnerWarehouseId": 5, "count": 3}]}),
]


@pytest.fixture(scope="session")
def specs(wildberries_spec: Spec, ozon_spec: Spec, yandex_market_spec: Spec) -> dict[str, Spec]:
    return {"wildberries": wildberries_spec, "ozon": ozon_spec, "yandex_market": yandex_market_spec}


def faults(specs: dict[str, Spec], vendor: str, call: tuple[str, str, str], body: Any) -> list[str]:
    return specs[vendor].operation(*call).request_faults([], body, path=call[2], headers=KEYS[vendor])


@pytest.mark.parametrize(("vendor", "call", "body"), GOOD)
def test_a_good_request_has_no_fault(specs: dict[str, Spec], vendor: str, call: tuple[str, str, str], body: Any) -> None:
    assert faults(specs, vendor, call, body) == []


@pytest.mark.parametrize(
    ("vendor", "call", "body"),
    [
        ("wildberries", WB_STOCK, {"stocks": [{"chrtId": 12345678, "stokc": 10}]}),
        ("ozon", OZON_STOCK, {"stocks": [{"offer_id": "КР-7/2", "stokc": 3, "stock": 3, "warehouse_id": 22142605386000}]}),
        ("yandex_market", YM_STOCK, {"skus": [{"sku": "КР-7/2", "items": [{"count": 3, "stokc": 3}]}]}),
        ("yandex_market", YM_STOCK_BY_WAREHOUSE, {"skuItems": [{"sku": "К", "partnerWarehouseId": 5, "count": 3, "stokc": 3}]}),
    ],
)
def test_a_misspelt_field_is_a_fault_also_where_no_field_is_required(
    specs: dict[str, Spec], vendor: str, call: tuple[str, str, str], body: Any
) -> None:
    assert [fault for fault in faults(specs, vendor, call, body) if "'stokc' was unexpected" in fault]
    assert not specs[vendor].operation(*call).refuses([], body), "only the closing of the schema notices it"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"stocks": [{"chrtId": "12345678", "amount": 10}]}, "is not of type 'integer'"),
        ({"stocks": [{"chrtId": 12345678, "amount": 10.0}]}, "is not of type 'integer'"),
        ({"stocks": [{"chrtId": 12345678, "amount": 100_001}]}, "is greater than the maximum"),
        ({"stocks": [{"chrtId": 1, "amount": 1}] * 1001}, "is too long"),
        ({"stocks": []}, "[] should be non-empty"),
        ({}, "'stocks' is a required property"),
        ({"stocks": None}, "None is not of type 'array'"),
    ],
)
def test_what_the_spec_refuses_is_refused_open_and_closed(specs: dict[str, Spec], body: Any, fault: str) -> None:
    assert [one for one in faults(specs, "wildberries", WB_STOCK, body) if fault in one]
    assert specs["wildberries"].operation(*WB_STOCK).refuses([], body)


def test_bounds_that_stand_in_the_wrong_place_hold(specs: dict[str, Spec]) -> None:
    cards = ("POST", "content-api", "/content/v2/cards/upload")
    card = {"subjectID": 105, "variants": [{"vendorCode": "К"}]}
    assert faults(specs, "wildberries", cards, [card] * 101)
    assert faults(specs, "wildberries", cards, [card | {"variants": [{"vendorCode": "К"}] * 31}])
    warehouses = ("POST", "api-seller", "/v2/warehouse/list")
    assert faults(specs, "ozon", warehouses, {"limit": 100, "warehouse_ids": ["1"] * 201})
    assert faults(specs, "ozon", warehouses, {}), "required: true on a field"


def test_the_address_is_judged_too(specs: dict[str, Spec]) -> None:
    orders = specs["wildberries"].operation("GET", "marketplace-api", "/api/v3/orders")
    assert orders.request_faults([("limit", "1000"), ("next", "0")], None) == []
    assert [fault.partition(":")[0] for fault in orders.request_faults([("limit", "many"), ("page", "1")], None)] == [
        "query page",
        "query limit (whole)",
        "query next",
    ]
    stock = specs["wildberries"].operation(*WB_STOCK)
    assert stock.request_faults([], GOOD[0][2], path="/api/v3/stocks/north")
    assert stock.request_faults([], GOOD[0][2], path=WB_STOCK[2], headers=["Accept"]) == ["header: no credential of those declared"]
    assert faults(specs, "ozon", OZON_STOCK, GOOD[2][2]) == []
    assert specs["ozon"].operation(*OZON_STOCK).request_faults([], GOOD[2][2], headers=["Api-Key"]) == ["header Client-Id: required"]


def test_a_parameter_may_be_called_by_its_alias(specs: dict[str, Spec]) -> None:
    stocks = specs["yandex_market"].operation("POST", "api", "/v2/campaigns/7/offers/stocks")
    assert stocks.request_faults([("page_token", "x"), ("limit", "10")], {}) == []
    assert stocks.request_faults([("pageToken", "x"), ("page_token", "x")], {}) == ["query pageToken: told 2 times"]


def test_an_answer_is_judged_by_its_status(specs: dict[str, Spec]) -> None:
    stock = specs["wildberries"].operation(*WB_STOCK)
    assert stock.answer_faults(204, None) == []
    assert stock.answer_faults(204, {}) == ["answer 204: no body is declared"]
    assert stock.answer_faults(400, None) == ["answer 400: has no body"]
    assert stock.answer_faults(500, {})[0].startswith("answer 500: not declared")
    assert stock.answer_faults(409, [{"code": "NotFound", "message": "нет", "data": [{"amount": 1, "sku": "x"}]}]) == []


def test_a_file_is_an_answer_where_the_vendor_declares_one_and_nowhere_else(specs: dict[str, Spec]) -> None:
    labels = specs["yandex_market"].operation("GET", "api", "/v2/campaigns/7/orders/8/delivery/labels")
    assert labels.answer_faults(200, NotJson("%PDF-1.4")) == []
    assert labels.answer_faults(200, None) == ["answer 200: has no body"]
    assert labels.answer_faults(200, {"status": "OK"})
    assert labels.answer_faults(400, NotJson("%PDF-1.4"))
    assert specs["yandex_market"].operation(*YM_STOCK).answer_faults(200, NotJson("%PDF-1.4"))


def test_an_answer_that_names_more_than_the_vendor_does_is_a_fault(specs: dict[str, Spec]) -> None:
    stock = specs["yandex_market"].operation(*YM_STOCK)
    assert stock.answer_faults(200, {"status": "OK"}) == []
    assert stock.answer_faults(200, {"status": "OK", "sent": 1}) == [
        "answer 200 (whole): Unevaluated properties are not allowed ('sent' was unexpected)"
    ]
    assert stock.answer_faults(200, {"status": "FINE"})
    assert stock.answer_faults(420, {"status": "ERROR", "errors": [{"code": "LIMIT_EXCEEDED", "message": "Hit rate limit"}]}) == []
    undeclared = specs["ozon"].operation(*OZON_STOCK)
    assert undeclared.answer_faults(429, {"code": 8, "message": "You have reached request rate limit per second", "details": []}) == []
    assert undeclared.answer_faults(429, {"error": "too fast"})


def test_null_is_allowed_where_any_branch_allows_it(specs: dict[str, Spec]) -> None:
    upload = specs["wildberries"].operation("POST", "content-api", "/content/v2/cards/upload")
    for told in (None, "", {}, {"error": "нет"}):
        assert upload.answer_faults(200, {"data": None, "error": False, "errorText": "", "additionalErrors": told}) == []
    assert upload.answer_faults(200, {"data": None, "error": None, "errorText": "", "additionalErrors": None})


def test_a_host_and_a_path_name_one_operation(specs: dict[str, Spec]) -> None:
    assert specs["wildberries"].operation("GET", "marketplace-api", "/api/v3/orders/new").path == "/api/v3/orders/new"
    with pytest.raises(UnknownOperation):
        specs["wildberries"].operation("PUT", "content-api", "/api/v3/stocks/12")
    with pytest.raises(UnknownOperation):
        specs["ozon"].operation("POST", "api-seller", "/v3/posting/fbs/package-label/create")
    assert specs["ozon"].operation("POST", "127", "/v2/products/stocks").path == "/v2/products/stocks"


def test_what_is_about_to_be_switched_off_is_known(specs: dict[str, Spec]) -> None:
    assert specs["yandex_market"].operation("GET", "api", "/v2/campaigns/7/orders").is_deprecated
    assert not specs["yandex_market"].operation("POST", "api", "/v1/businesses/7/orders").is_deprecated


REPAIRS = {
    "wildberries": {
        "a type left out",
        "bounds of a list on its items",
        "bounds of a number on what is none",
        "bounds of a text on a list",
        "example: null",
    },
    "ozon": {
        "a mask for a pattern",
        "a misspelt word",
        "a type left out",
        "a type that is none",
        "bounds of a number on what is none",
        "bounds of a text on a list",
        "description: null",
        "enum: null",
        "items: null",
        "required: true on a field",
    },
    "yandex_market": {"a pattern that Python does not read", "a type left out", "nullable beside a reference"},
}


@pytest.mark.parametrize("vendor", REPAIRS)
def test_every_schema_of_a_vendor_is_read_and_every_repair_is_known(contracts_dir: Path, vendor: str) -> None:
    spec = Spec(vendor, contracts_dir / vendor)
    for operation in spec.operations:
        for schema in (operation.request_schema, *operation.answers.values(), *(one.schema for one in operation.parameters)):
            if schema is not None:
                Judge.check_schema(schema)
    assert spec.operations
    assert set(spec.reader.repairs) <= REPAIRS[vendor]
