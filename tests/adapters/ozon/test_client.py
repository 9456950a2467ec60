import logging

import httpx
import pytest

from adapters.capabilities import Channel
from adapters.errors import ContractBroken, RateLimited, Rejected, Unauthorized, Unavailable
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.vendor import API_KEY, CLIENT_ID, Vendor

_: type[Channel] = OzonCabinet


def warehouses(*numbers: int, cursor: str = "", has_next: bool = False) -> dict[str, object]:
    found = [{"warehouse_id": number, "name": f"Склад {number}", "status": "created"} for number in numbers]
    return {"warehouses": found, "cursor": cursor, "has_next": has_next}


def test_a_call_names_the_cabinet_and_shows_its_key(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, warehouses())
    vendor.cabinet().read_warehouses()
    (call,) = vendor.calls
    assert (call.headers["client-id"], call.headers["api-key"]) == (CLIENT_ID, API_KEY)


def test_limits_belong_to_the_client_id(vendor: Vendor) -> None:
    assert vendor.cabinet().account == CLIENT_ID


@pytest.mark.parametrize("words", ["You have reached request rate limit per second", "Circle is open"])
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_ozons_words_mean_too_often_whatever_the_status(vendor: Vendor, status: int, words: str) -> None:
    vendor.says(paths.WAREHOUSES, httpx.Response(status, json={"code": 8, "message": words, "details": []}))
    with pytest.raises(RateLimited):
        vendor.cabinet().read_warehouses()


def test_a_name_that_holds_such_words_is_only_a_name(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, {**warehouses(1), "message": "Склад «Circle is open»"})
    assert vendor.cabinet().read_warehouses()["warehouse_ref"].to_list() == ["1"]


def test_a_long_list_is_no_error_whatever_it_says(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, {**warehouses(*range(1, 101)), "message": "Circle is open"})
    assert vendor.cabinet().read_warehouses().height == 100


def test_minutes_that_ozon_asks_for_are_waited_for_as_minutes(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, httpx.Response(429, headers={"Item-Retry-After": "2"}, json={"code": 8, "message": "limit"}))
    with pytest.raises(RateLimited) as raised:
        vendor.cabinet().read_warehouses()
    assert raised.value.retry_after_s == 120


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_does_not_fit_is_unauthorized_in_ozons_words(vendor: Vendor, status: int) -> None:
    message = "Invalid Api-Key, please check the key and try again"
    vendor.says(paths.WAREHOUSES, httpx.Response(status, json={"code": 7, "message": message}))
    with pytest.raises(Unauthorized, match="Invalid Api-Key"):
        vendor.cabinet().read_warehouses()


def test_a_refusal_is_told_in_ozons_words_and_its_own_failure_is_not_final(vendor: Vendor) -> None:
    vendor.says(
        paths.WAREHOUSES,
        httpx.Response(400, json={"code": 3, "message": "limit must be positive"}),
        httpx.Response(500, json={"code": 13, "message": "Internal error"}),
    )
    with pytest.raises(Rejected, match="limit must be positive"):
        vendor.cabinet().read_warehouses()
    with pytest.raises(Unavailable):
        vendor.cabinet().read_warehouses()


def test_a_page_of_maintenance_is_no_answer(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, httpx.Response(200, html="<html>Ведутся работы</html>"))
    with pytest.raises(ContractBroken):
        vendor.cabinet().read_warehouses()


def test_an_answer_of_another_shape_is_told_with_its_fragment(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, {"has_next": False, "warehouses": [{"warehouse_id": "первый", "name": "", "status": ""}]})
    with pytest.raises(ContractBroken) as raised:
        vendor.cabinet().read_warehouses()
    assert raised.value.fragment == "warehouses.0.warehouse_id: первый"


def test_pages_are_read_to_the_last(vendor: Vendor) -> None:
    vendor.says(paths.WAREHOUSES, warehouses(1, cursor="a", has_next=True), warehouses(2, cursor="b"))
    assert vendor.cabinet().read_warehouses()["warehouse_ref"].to_list() == ["1", "2"]
    assert [body.get("cursor") for body in vendor.bodies(paths.WAREHOUSES)] == [None, "a"]


@pytest.mark.parametrize("cursor", ["a", ""])
def test_a_list_that_never_ends_is_a_broken_contract(vendor: Vendor, cursor: str) -> None:
    vendor.says(paths.WAREHOUSES, warehouses(1, cursor="a", has_next=True), warehouses(2, cursor=cursor, has_next=True))
    with pytest.raises(ContractBroken):
        vendor.cabinet().read_warehouses()
    assert len(vendor.calls) == 2


def test_no_line_of_the_log_holds_the_key(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.says(paths.WAREHOUSES, warehouses())
    vendor.cabinet().read_warehouses()
    assert API_KEY not in caplog.text
