import pytest

from deployments.world.ozon.make import MAIN
from deployments.world.ozon.room import Knobs
from tests.deployments.world.ozon.conftest import Cabinet, mug

TOO_OFTEN = "You have reached request rate limit per second"


def statuses(cabinet: Cabinet, method: str, times: int) -> list[int]:
    return [cabinet.ask(method).status_code for _ in range(times)]


def test_fifty_calls_in_a_second_over_all_methods(cabinet: Cabinet) -> None:
    assert statuses(cabinet, "/v1/roles", 25) + statuses(cabinet, "/v1/seller/info", 25) == [200] * 50
    answer = cabinet.ask("/v1/description-category/tree")
    assert (answer.status_code, answer.json()) == (429, {"code": 8, "message": TOO_OFTEN, "details": []})
    assert cabinet.limited() == {"per_second": 1}
    cabinet.clock.pass_(seconds=1)
    assert statuses(cabinet, "/v1/roles", 50) == [200] * 50


def test_stock_is_written_eighty_times_a_minute(cabinet: Cabinet) -> None:
    row = {"stocks": [{"offer_id": "none", "stock": 1, "warehouse_id": MAIN}]}
    told = []
    for _ in range(81):
        told.append(cabinet.ask("/v2/products/stocks", row).status_code)
        cabinet.clock.pass_(milliseconds=25)
    assert told == [200] * 80 + [429]
    assert cabinet.limited() == {"stocks_per_minute": 1}
    assert cabinet.ask("/v1/roles").status_code == 200
    cabinet.clock.pass_(seconds=58)
    assert cabinet.ask("/v2/products/stocks", row).status_code == 200


class TestStorm:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(calls_per_second=1, storm_calls=3, circle_s=120)

    def test_a_storm_closes_its_method_for_minutes(self, cabinet: Cabinet) -> None:
        told = [cabinet.ask("/v1/roles").json().get("message") for _ in range(6)]
        assert told == [None, *[TOO_OFTEN] * 4, "Circle is open"]
        cabinet.clock.pass_(seconds=119)
        assert cabinet.ask("/v1/roles").json()["message"] == "Circle is open"
        assert cabinet.ask("/v1/seller/info").status_code == 200
        cabinet.clock.pass_(seconds=1)
        assert cabinet.ask("/v1/roles").status_code == 200
        assert cabinet.limited() == {"per_second": 4, "circle": 2}

    def test_a_slow_trickle_of_refusals_closes_nothing(self, cabinet: Cabinet) -> None:
        for _ in range(6):
            statuses(cabinet, "/v1/roles", 2)
            cabinet.clock.pass_(seconds=30)
        assert cabinet.ask("/v1/roles").status_code == 200


class TestItemLimits:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(items_per_minute=3, daily_create=4, daily_update=2, import_s=1)

    def test_products_of_a_minute_are_limited(self, cabinet: Cabinet) -> None:
        cabinet.import_(mug("A"), mug("B"))
        cabinet.clock.pass_(seconds=15)
        answer = cabinet.ask("/v3/product/import", {"items": [mug("C"), mug("D")]})
        assert (answer.status_code, answer.json()["code"]) == (429, 8)
        assert (answer.headers["Item-Retry-After"], answer.headers["Item-Rate-Limit-Remaining"]) == ("1", "1")
        assert cabinet.limited() == {"items_per_minute": 1}
        cabinet.import_(mug("C"))

    def test_products_created_in_a_day_are_limited_until_three_in_moscow(self, cabinet: Cabinet) -> None:
        cabinet.import_(mug("A"), mug("B"), mug("C"))
        cabinet.clock.pass_(minutes=1)
        answer = cabinet.ask("/v3/product/import", {"items": [mug("D"), mug("E")]})
        assert answer.status_code == 429
        assert "item_limit_exceeded" in answer.json()["message"]
        assert (answer.headers["Item-Retry-After"], answer.headers["Item-Rate-Limit-Remaining"]) == (str(14 * 60 + 29), "1")
        cabinet.clock.pass_(hours=14, minutes=29)
        cabinet.import_(mug("D"), mug("E"))

    def test_updates_are_counted_apart_from_creations(self, cabinet: Cabinet) -> None:
        cabinet.import_(mug("A"))
        cabinet.clock.pass_(minutes=1)
        cabinet.import_(mug("A", price="500.00"), mug("B"))
        told = cabinet.told("/v4/product/info/limit")
        assert told["daily_create"] == {"limit": 4, "usage": 2, "reset_at": "2026-11-23T00:00:00.000Z"}
        assert (told["daily_update"]["limit"], told["daily_update"]["usage"]) == (2, 1)
        assert told["operation_limits"] == {"limit": 3, "limit_type": "RATE_LIMIT_PER_MINUTE"}
        assert told["total"] == {"limit": -1, "usage": 1}

    def test_products_updated_in_a_day_are_limited(self, cabinet: Cabinet) -> None:
        cabinet.import_(mug("A"), mug("B"), mug("C"))
        cabinet.clock.pass_(minutes=1)
        cabinet.import_(mug("A", price="500.00"), mug("B", price="500.00"))
        cabinet.clock.pass_(minutes=1)
        answer = cabinet.ask("/v3/product/import", {"items": [mug("C", price="500.00")]})
        assert (answer.status_code, cabinet.limited()) == (429, {"items_per_day": 1})
        assert "item_limit_exceeded" in answer.json()["message"]


class TestAssortment:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(total=1)

    def test_a_full_assortment_takes_changes_and_nothing_new(self, cabinet: Cabinet) -> None:
        cabinet.import_(mug("A"))
        cabinet.clock.pass_(seconds=10)
        task_id = cabinet.import_(mug("A", price="500.00"), mug("B"))
        cabinet.clock.pass_(seconds=10)
        changed, new = cabinet.outcome(task_id)
        assert (changed["status"], new["status"], new["errors"][0]["code"]) == ("imported", "failed", "item_limit_exceeded")


def test_an_ordered_refusal_is_not_counted_as_the_caller_s(cabinet: Cabinet) -> None:
    cabinet.order("POST", "/faults", {"kind": "rate_limited", "retry_after": "3"})
    answer = cabinet.ask("/v1/roles")
    assert (answer.status_code, answer.json()["message"], answer.headers["Retry-After"]) == (429, TOO_OFTEN, "3")
    assert cabinet.limited() == {}


def test_a_method_can_be_closed_by_order(cabinet: Cabinet) -> None:
    cabinet.order("POST", "/circle", method="/v1/roles")
    answer = cabinet.ask("/v1/roles")
    assert (answer.status_code, answer.json()) == (429, {"code": 8, "message": "Circle is open", "details": []})
    cabinet.clock.pass_(minutes=3)
    assert cabinet.ask("/v1/roles").status_code == 200
