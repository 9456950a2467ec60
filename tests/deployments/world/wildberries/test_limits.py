from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.deployments.world.wildberries.conftest import QUICK, Wb, token

Call = tuple[str, str, Any]

CARDS = ("POST", "/content-api/content/v2/get/cards/list", {"settings": {"cursor": {"limit": 1}}})
UPLOAD: Call = ("POST", "/content-api/content/v2/cards/upload", [])
WAREHOUSES = ("GET", "/marketplace-api/api/v3/warehouses", None)
STOCK = ("POST", "/marketplace-api/api/v3/stocks/658434", {"chrtIds": [1]})
NO_STOCK = ("POST", "/marketplace-api/api/v3/stocks/1", {"chrtIds": [1]})
FORGET = ("DELETE", "/marketplace-api/api/v3/stocks/658434", {"chrtIds": [1]})
NEW_TASKS = ("GET", "/marketplace-api/api/v3/orders/new", None)
CANCEL = ("PATCH", "/marketplace-api/api/v3/orders/1/cancel", None)
PRICES = ("GET", "/discounts-prices-api/api/v2/list/goods/filter?limit=1", None)


def ask(wb: Wb, call: Call, authorization: str | None = None) -> httpx.Response:
    method, path, body = call
    headers = {"Authorization": authorization} if authorization else {}
    return wb.http.request(method, path, json=body, headers=headers)


@pytest.mark.parametrize(
    ("call", "burst", "interval_s", "name"),
    [
        (("GET", "/content-api/ping", None), 3, 10, "ping"),
        (("GET", "/common-api/api/v1/seller-info", None), 10, 60, "seller_info"),
        (("GET", "/content-api/content/v2/object/all", None), 5, 0.6, "content"),
        (("GET", "/content-api/content/v2/directory/vat", None), 5, 0.6, "content_directory"),
        (CARDS, 5, 0.6, "cards_list"),
        (UPLOAD, 5, 6, "cards_upload"),
        (("POST", "/content-api/content/v2/cards/upload/add", {}), 5, 6, "cards_add"),
        (("POST", "/content-api/content/v2/cards/update", []), 5, 6, "cards_update"),
        (("POST", "/content-api/content/v2/cards/error/list", {}), 5, 6, "cards_errors"),
        (("POST", "/content-api/content/v3/media/save", {}), 5, 0.6, "content_media"),
        (PRICES, 5, 0.6, "prices"),
        (STOCK, 20, 0.2, "stocks"),
        (FORGET, 2, 6, "stocks_delete"),
        (WAREHOUSES, 20, 0.2, "warehouses"),
        (NEW_TASKS, 20, 0.2, "orders"),
    ],
)
def test_a_group_lets_its_burst_pass_and_then_one_per_interval(wb: Wb, call: Call, burst: int, interval_s: float, name: str) -> None:
    assert all(ask(wb, call).status_code != 429 for _ in range(burst))
    assert ask(wb, call).status_code == 429
    assert wb.order("GET", "/limited") == {name: 1}
    wb.wait(interval_s if burst < 20 else 11 * interval_s)
    assert ask(wb, call).status_code != 429
    assert ask(wb, call).status_code == 429


def test_too_soon_is_told_with_the_seconds_to_wait(wb: Wb) -> None:
    for _ in range(5):
        ask(wb, UPLOAD)
    answer = ask(wb, UPLOAD)
    body = answer.json()
    assert answer.headers["X-Ratelimit-Retry"] == "6"
    assert answer.headers["X-Ratelimit-Limit"] == "5"
    assert answer.headers["X-Ratelimit-Reset"] == "30"
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["title"], body["status"], body["statusText"]) == ("too many requests", 429, "Too Many Requests")
    wb.wait(6)
    assert ask(wb, UPLOAD).status_code == 400


def test_what_is_left_is_told_with_every_answer(wb: Wb) -> None:
    answers = [ask(wb, CARDS) for _ in range(2)]
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in answers] == ["4", "3"]
    assert answers[0].headers["X-Ratelimit-Limit"] == "5"
    assert "X-Ratelimit-Retry" not in answers[0].headers


def test_a_4xx_of_the_marketplace_costs_ten_calls(wb: Wb) -> None:
    assert ask(wb, NO_STOCK).headers["X-Ratelimit-Remaining"] == "10"
    assert ask(wb, NO_STOCK).status_code == 404
    assert ask(wb, STOCK).status_code == 429


def test_a_4xx_of_the_cancelling_costs_ten_too(wb: Wb) -> None:
    assert [ask(wb, CANCEL).status_code for _ in range(3)] == [404, 404, 429]
    assert wb.order("GET", "/limited") == {"orders_cancel": 1}


def test_a_4xx_of_the_content_costs_one_call(wb: Wb) -> None:
    assert [ask(wb, UPLOAD).status_code for _ in range(5)] == [400] * 5


def test_a_429_of_the_marketplace_pushes_the_next_call_away(open_room: Callable[..., Wb]) -> None:
    for is_penalised, wait in ((True, "3"), (False, "1")):
        wb = open_room(replace(QUICK, is_429_penalised=is_penalised))
        for _ in range(20):
            ask(wb, STOCK)
        assert ask(wb, STOCK).headers["X-Ratelimit-Retry"] == wait


def test_groups_do_not_eat_each_others_calls(wb: Wb) -> None:
    for _ in range(21):
        ask(wb, STOCK)
    assert ask(wb, WAREHOUSES).status_code == 200
    assert ask(wb, NEW_TASKS).status_code == 200


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        (PRICES, 900),
        (("GET", "/common-api/api/v1/seller-info", None), 86400),
        (("GET", "/content-api/content/v2/directory/vat", None), 1800),
    ],
)
def test_a_base_token_has_hardly_any_calls(wb: Wb, call: Call, seconds: int) -> None:
    base = token(kind="base")
    assert ask(wb, call, base).status_code == 200
    assert ask(wb, call, base).headers["X-Ratelimit-Retry"] == str(seconds)


def test_a_base_token_is_as_fast_as_others_where_the_table_names_no_types(wb: Wb) -> None:
    assert [ask(wb, CARDS, token(kind="base")).status_code for _ in range(6)] == [200] * 5 + [429]


def test_an_ordered_limit_tells_its_wait_and_is_not_counted(wb: Wb) -> None:
    wb.fault("rate_limited", retry_after="61")
    assert ask(wb, STOCK).headers["X-Ratelimit-Retry"] == "61"
    assert wb.order("GET", "/limited") == {}
