from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from adapters.capabilities import Finding
from adapters.clock import Clock
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.vendor import Room, Vendor

WAREHOUSES = {
    "warehouses": [
        {"warehouse_id": 5, "name": "Основной", "status": "created"},
        {"warehouse_id": 6, "name": "Старый", "status": "disabled"},
    ],
    "has_next": False,
}


def roles(*methods: str, days: float | None = 100, clock_off_s: float = 0) -> httpx.Response:
    now = datetime.now(UTC)
    expires_at = (now + timedelta(days=days)).isoformat() if days is not None else None
    told = {"expires_at": expires_at, "roles": [{"name": "Admin", "methods": list(methods or paths.NEEDED)}]}
    return httpx.Response(200, json=told, headers={"Date": format_datetime(now + timedelta(seconds=clock_off_s))})


def examined(vendor: Vendor, told: Any, *warehouses: str, clock: Clock | None = None) -> dict[str, Finding]:
    vendor.says(paths.ROLES, told)
    vendor.says(paths.WAREHOUSES, WAREHOUSES)
    return {finding.subject: finding for finding in vendor.cabinet(*warehouses, clock=clock).examine()}


def test_a_cabinet_in_order_is_good_in_every_way(vendor: Vendor) -> None:
    found = examined(vendor, roles(), "5")
    assert {subject: finding.level for subject, finding in found.items()} == dict.fromkeys(
        ["host", "credential", "right", "clock", "warehouse"], "good"
    )
    assert all(finding.advice is None for finding in found.values())


@pytest.mark.parametrize(("days", "level"), [(100, "good"), (31, "good"), (29, "warning"), (-1, "fault"), (None, "good")])
def test_a_key_is_warned_of_a_month_before_it_dies(vendor: Vendor, days: float | None, level: str) -> None:
    assert examined(vendor, roles(days=days))["credential"].level == level


def test_a_method_that_the_key_may_not_call_is_named(vendor: Vendor) -> None:
    finding = examined(vendor, roles(*[path for path in paths.NEEDED if path != paths.SET_STOCKS]))["right"]
    assert finding.level == "fault"
    assert paths.SET_STOCKS in finding.sentence
    assert paths.POSTINGS not in finding.sentence


def test_a_branch_of_methods_allows_all_below_it_and_no_namesake(vendor: Vendor) -> None:
    goods = ("/v1/product", "/v2/product", "/v2/products", "/v3/product", "/v5/product", "/v2/warehouse")
    branches = (*goods, "/v1/posting", "/v1/returns", "/v2/posting", "/v3/posting")
    assert examined(vendor, roles(*branches, "/v4/posting"))["right"].level == "good"
    assert examined(vendor, roles(*branches, "/v4/post"))["right"].level == "fault"


@pytest.mark.parametrize(("off_s", "level"), [(20, "good"), (40, "warning"), (-40, "warning")])
def test_a_clock_is_compared_with_ozons(vendor: Vendor, off_s: float, level: str) -> None:
    assert examined(vendor, roles(clock_off_s=off_s))["clock"].level == level


def test_a_clock_that_runs_fast_on_purpose_is_not_compared(vendor: Vendor) -> None:
    assert "clock" not in examined(vendor, roles(clock_off_s=4000), clock=Clock(epoch_at=datetime.now(UTC), speed=2.0))


@pytest.mark.parametrize(("warehouse", "level"), [("5", "good"), ("6", "fault"), ("7", "fault")])
def test_a_warehouse_of_the_settings_is_there_and_open(vendor: Vendor, warehouse: str, level: str) -> None:
    finding = examined(vendor, roles(), warehouse)["warehouse"]
    assert finding.level == level
    assert warehouse in finding.sentence


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        (httpx.Response(403, json={"code": 7, "message": "Api-key is deactivated, use another one"}), "credential"),
        (httpx.ConnectError("refused"), "host"),
        (httpx.Response(503, html="<html>Ведутся работы</html>"), "host"),
        (httpx.Response(404, json={"code": 5, "message": "client not found"}), "cabinet"),
        (httpx.Response(200, html="<html>чужой сайт</html>"), "cabinet"),
        (httpx.Response(429, json={"code": 8, "message": "Circle is open"}), "limits"),
    ],
)
def test_what_stops_the_examination_is_its_finding(vendor: Vendor, told: Any, subject: str) -> None:
    found = examined(vendor, told, "5")
    assert list(found) == [subject]
    assert found[subject].level == "fault"
    assert found[subject].advice


def test_warehouses_that_cannot_be_read_are_a_finding_beside_the_others(vendor: Vendor) -> None:
    vendor.says(paths.ROLES, roles())
    vendor.says(paths.WAREHOUSES, httpx.ConnectError("refused"))
    levels = [(finding.subject, finding.level) for finding in vendor.cabinet("5").examine()]
    assert levels == [("host", "good"), ("credential", "good"), ("right", "good"), ("clock", "good"), ("host", "fault")]


def test_in_the_world_a_key_bound_to_other_networks_is_a_fault_of_the_credential(room: Room, cabinet: OzonCabinet) -> None:
    assert {finding.level for finding in cabinet.examine()} == {"good"}
    for key in room.room.keys.values():
        key.is_elsewhere = True
    (finding,) = cabinet.examine()
    assert (finding.subject, finding.level) == ("credential", "fault")
    assert "restricted to specific IP" in finding.sentence
