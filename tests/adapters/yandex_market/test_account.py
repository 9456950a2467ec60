from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from adapters.capabilities import Finding
from adapters.clock import Clock
from tests.adapters.yandex_market.vendor import V2, V3, Vendor, refusal

TOKEN = "/v2/auth/token"


def token(*scopes: str, date: datetime | None = None) -> httpx.Response:
    body = {"status": "OK", "result": {"apiKey": {"name": "Утюг", "authScopes": scopes}}}
    return httpx.Response(200, json=body, headers={"Date": format_datetime(date, usegmt=True)} if date else {})


def grouped(*places: tuple[int, int | None]) -> dict[str, Any]:
    rows = [
        {"id": 1000 + campaign, "name": "Склад", "campaignId": campaign, "express": False}
        | ({"groupInfo": {"id": group, "name": "Москва"}} if group else {})
        for campaign, group in places
    ]
    return {"status": "OK", "result": {"warehouses": rows}}


@pytest.fixture
def cabinet(vendor: Vendor) -> Vendor:
    """All is well: two shops, two warehouses, no groups."""
    vendor.says(TOKEN, token("ALL_METHODS", date=datetime.now(UTC)))
    shops = [{"id": number, "business": {"id": 1001}, "apiAvailability": "AVAILABLE"} for number in (2001, 2002)]
    vendor.says("/v2/campaigns", {"campaigns": shops}, method="GET")
    vendor.says(f"{V2}/settings", {"status": "OK", "result": {"settings": {"currency": "RUR", "onlyDefaultPrice": True}}})
    vendor.says(f"{V2}/warehouses", grouped((2001, None), (2002, None)))
    models = [{"placementType": "FBS", "apiAvailability": "AVAILABLE"}]
    vendor.says(
        f"{V3}/warehouses",
        {
            "status": "OK",
            "result": {"warehouses": [{"id": number, "name": f"Склад {number}", "models": models} for number in (3001, 3002)]},
        },
    )
    return vendor


def bad(vendor: Vendor, *warehouses: str, **details: Any) -> list[Finding]:
    with vendor.business(*warehouses, **details) as business:
        return [one for one in business.examine() if one.level != "good"]


def test_a_good_cabinet_is_good_in_every_respect(cabinet: Vendor) -> None:
    with cabinet.business("3001", "3002") as business:
        found = business.examine()
    assert {one.level for one in found} == {"good"}
    assert {one.subject for one in found} == {"host", "clock", "credential", "right", "cabinet", "warehouse"}


@pytest.mark.parametrize(
    ("scopes", "lacking"),
    [
        (("PRICING", "OFFERS_AND_CARDS_MANAGEMENT"), "заказы и склады"),
        (("INVENTORY_AND_ORDER_PROCESSING", "OFFERS_AND_CARDS_MANAGEMENT", "PRICING_READ_ONLY"), "цены"),
        (("ALL_METHODS_READ_ONLY",), "карточки и остатки, цены, заказы и склады"),
    ],
)
def test_a_right_that_the_key_lacks_is_named(cabinet: Vendor, scopes: tuple[str, ...], lacking: str) -> None:
    cabinet.says(TOKEN, token(*scopes))
    (found,) = bad(cabinet, "3001")
    assert (found.subject, found.level) == ("right", "fault")
    assert lacking in found.sentence


def test_three_rights_are_as_good_as_all(cabinet: Vendor) -> None:
    cabinet.says(TOKEN, token("INVENTORY_AND_ORDER_PROCESSING", "OFFERS_AND_CARDS_MANAGEMENT", "PRICING"))
    assert bad(cabinet, "3001") == []


def test_a_clock_that_is_off_is_warned_of(cabinet: Vendor) -> None:
    cabinet.says(TOKEN, token("ALL_METHODS", date=datetime.now(UTC) - timedelta(seconds=45)))
    (found,) = bad(cabinet, "3001")
    assert (found.subject, found.level) == ("clock", "warning")


def test_a_fast_clock_is_not_compared_with_the_real_one(cabinet: Vendor) -> None:
    assert bad(cabinet, "3001", clock=Clock(speed=60.0)) == []


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        (refusal("Api-Key token is revoked", status=401, code="UNAUTHORIZED"), "credential"),
        (httpx.ConnectError("no route"), "host"),
        (httpx.Response(200, json={"status": "OK", "result": {}}), "credential"),
        (refusal("Hit rate limit", status=420), "limits"),
    ],
)
def test_without_a_key_that_works_nothing_else_is_asked(cabinet: Vendor, answer: Any, subject: str) -> None:
    cabinet.says(TOKEN, answer)
    (found,) = bad(cabinet, "3001")
    assert (found.subject, found.level) == (subject, "fault")
    assert found.advice
    assert {call.path for call in cabinet.calls} == {TOKEN}


def test_a_key_of_another_cabinet_is_found_out(cabinet: Vendor) -> None:
    cabinet.says("/v2/campaigns", {"campaigns": [{"id": 1, "business": {"id": 7007}}]}, method="GET")
    (found,) = bad(cabinet, "3001")
    assert found.level == "fault"
    assert "7007" in found.sentence


def test_a_shop_whose_api_is_off_is_warned_of(cabinet: Vendor) -> None:
    shops = [{"id": 2001, "business": {"id": 1001}, "apiAvailability": "DISABLED_BY_NO_ACTIVE_CONTRACT"}]
    cabinet.says("/v2/campaigns", {"campaigns": shops}, method="GET")
    (found,) = bad(cabinet, "3001")
    assert (found.level, "договора" in found.sentence) == ("warning", True)


def test_a_cabinet_of_another_currency_is_a_fault(cabinet: Vendor) -> None:
    cabinet.says(f"{V2}/settings", {"status": "OK", "result": {"settings": {"currency": "UZS"}}})
    (found,) = bad(cabinet, "3001")
    assert (found.level, "UZS" in found.sentence) == ("fault", True)


def test_a_cabinet_that_may_not_be_asked_for_groups_has_none(cabinet: Vendor) -> None:
    cabinet.says(f"{V2}/warehouses", refusal("Method is not available"))
    assert bad(cabinet, "3001") == []


def test_a_date_that_cannot_be_read_is_no_finding(cabinet: Vendor) -> None:
    answer = token("ALL_METHODS")
    answer.headers["Date"] = "yesterday"
    cabinet.says(TOKEN, answer)
    assert bad(cabinet, "3001") == []


def test_groups_that_the_settings_do_not_know_of_are_a_fault(cabinet: Vendor) -> None:
    cabinet.says(f"{V2}/warehouses", grouped((2001, 4001), (2002, 4001)))
    (found,) = bad(cabinet, "3001")
    assert (found.subject, found.level) == ("cabinet", "fault")
    assert found.advice is not None
    assert "has_warehouse_groups = true" in found.advice


def test_groups_that_are_not_there_are_a_fault(cabinet: Vendor) -> None:
    (found,) = bad(cabinet, "2001", has_groups=True)
    assert "has_warehouse_groups = false" in str(found.advice)


def test_two_shops_of_one_group_outdo_each_other(cabinet: Vendor) -> None:
    cabinet.says(f"{V2}/warehouses", grouped((2001, 4001), (2002, 4001)))
    (found,) = bad(cabinet, "2001", "2002", has_groups=True)
    assert (found.subject, found.level) == ("warehouse", "fault")
    assert bad(cabinet, "2001", has_groups=True) == []


def test_a_warehouse_that_is_not_there_or_closed_is_named(cabinet: Vendor) -> None:
    models = [{"placementType": "FBS", "apiAvailability": "MANUALLY_DISABLED"}]
    cabinet.says(f"{V3}/warehouses", {"status": "OK", "result": {"warehouses": [{"id": 3001, "name": "Склад", "models": models}]}})
    found = bad(cabinet, "3001", "3009")
    assert [(one.subject, one.level) for one in found] == [("warehouse", "warning"), ("warehouse", "fault")]
    assert "3009" in found[1].sentence


def test_what_cannot_be_asked_is_a_finding_and_the_rest_is_asked(cabinet: Vendor) -> None:
    cabinet.says(f"{V2}/settings", refusal("Hit rate limit", status=420))
    cabinet.says(f"{V3}/warehouses", refusal("Access denied", status=403, code="FORBIDDEN"))
    assert [(one.subject, one.level) for one in bad(cabinet, "3001")] == [("limits", "fault"), ("credential", "fault")]
