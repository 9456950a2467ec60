"""Spoilt requests: each is spoilt in one place, and only those count that the spec itself refuses."""

from typing import Any

import pytest

from tests.contracts.mutants import refused_mutants
from tests.contracts.recorder import Exchange
from tests.contracts.spec import Spec


def spoilt(spec: Spec, method: str, host: str, path: str, body: Any = None, query: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    exchange = Exchange(method=method, host=host, path=path, query=query, headers=frozenset(), body=body, status=200, answer=None)
    return {one.what: one.body if one.query == query else one.query for one in refused_mutants(exchange, exchange.asked_of(spec))}


def test_fields_are_left_out_and_told_in_other_types(ozon_spec: Spec) -> None:
    row = {"offer_id": "К", "stock": 3, "warehouse_id": 5}
    found = spoilt(ozon_spec, "POST", "", "/v2/products/stocks", {"stocks": [row]})
    assert found["stocks/0/stock: left out"] == {"stocks": [{"offer_id": "К", "warehouse_id": 5}]}
    assert found["stocks/0/stock: the same in quotes"] == {"stocks": [{**row, "stock": "3"}]}
    assert found["stocks/0: [] instead"] == {"stocks": [[]]}
    assert found["(whole): left out"] is None
    assert "stocks/0/offer_id: left out" not in found, "the spec does not require it"


def test_bounds_are_passed_by_one(wildberries_spec: Spec) -> None:
    rows = {"stocks": [{"chrtId": 1, "amount": 10}]}
    found = spoilt(wildberries_spec, "PUT", "marketplace-api", "/api/v3/stocks/1", rows)
    assert found["stocks/0/amount: beyond maximum"] == {"stocks": [{"chrtId": 1, "amount": 100_001}]}
    assert len(found["stocks: too many"]["stocks"]) == 1001
    assert found["stocks: none"] == {"stocks": []}
    card = [{"subjectID": 1, "variants": [{"vendorCode": "К"}]}]
    cards = spoilt(wildberries_spec, "POST", "content-api", "/content/v2/cards/upload", card)
    assert len(cards["0/variants/0/vendorCode: too long"][0]["variants"][0]["vendorCode"]) == 73


def test_words_are_none_of_the_list_and_twins_none_of_a_set(yandex_market_spec: Spec) -> None:
    asked = {"statuses": ["PROCESSING"]}
    found = spoilt(yandex_market_spec, "POST", "api", "/v1/businesses/7/orders", asked)
    assert found["statuses/0: a word of our own"] == {"statuses": ["НЕТ-ТАКОГО"]}
    assert found["statuses: one of them twice"] == {"statuses": ["PROCESSING", "PROCESSING"]}
    assert "statuses: None instead" not in found, "the spec lets it be null"


def test_the_address_is_spoilt_too(wildberries_spec: Spec, yandex_market_spec: Spec) -> None:
    query = (("limit", "100"), ("next", "0"))
    found = spoilt(wildberries_spec, "GET", "marketplace-api", "/api/v3/orders", query=query)
    assert found["?limit: left out"] == [("next", "0")]
    assert found["?limit=семь"] == [("next", "0"), ("limit", "семь")]
    assert found["?limit=1001"] == [("next", "0"), ("limit", "1001")]
    cut = spoilt(yandex_market_spec, "POST", "api", "/v3/businesses/7/offers/stocks", {"partnerWarehouseId": 1}, (("limit", "100"),))
    assert "?limit=0" in cut
    assert "?limit=101" not in cut, "a limit that the vendor cuts is not refused"


@pytest.mark.parametrize("told", [{"chrtId": 1, "amount": 1, "stokc": 1}, {"chrtId": 1}, {}])
def test_what_the_spec_takes_is_not_spoilt(wildberries_spec: Spec, told: dict[str, int]) -> None:
    stocks = wildberries_spec.operation("PUT", "marketplace-api", "/api/v3/stocks/1")
    assert not stocks.refuses([], {"stocks": [told]})
