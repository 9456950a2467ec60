"""Whether a RetailCRM account is in order."""

import httpx
import pytest
from pydantic import SecretStr

from adapters.capabilities import Crm, Finding
from adapters.retailcrm.account import RetailCrm
from tests.adapters.retailcrm.vendor import API_KEY, STATUSES, Room, account_that, opened


def faults(crm: RetailCrm) -> list[Finding]:
    with crm:
        return [one for one in crm.examine() if one.level == "fault"]


def fault(crm: RetailCrm) -> Finding:
    (only,) = faults(crm)
    assert only.advice
    return only


def test_an_account_is_a_crm(crm: RetailCrm) -> None:
    one: Crm = crm
    assert one is crm


def test_an_account_in_order_is_good_in_every_way(room: Room, crm: RetailCrm) -> None:
    room.tell("PUT", "/fields", {"code": "tier", "name": "Уровень", "entity": "customer"})
    before = room.tell("GET", "/books")
    findings = crm.examine()
    assert [(one.subject, one.level) for one in findings if one.level != "good"] == [("host", "warning")], "the world speaks http"
    assert {one.subject for one in findings} == {"host", "credential", "right", "cabinet", "clock"}
    assert room.tell("GET", "/books") == before


def test_an_address_with_https_is_good() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"success": True, "statuses": {}, "sites": {}, "settings": [], "uploadedOrders": []})

    assert [one.level for one in account_that(say).examine() if one.subject == "host"] == ["good"]


def test_an_address_without_an_account_is_a_fault(room: Room, crm: RetailCrm) -> None:
    room.tell("PUT", "/account", state="missing")
    found = fault(crm)
    assert (found.subject, "нет учётной записи" in found.sentence) == ("host", True)


def test_an_account_that_is_down_is_a_fault(room: Room) -> None:
    assert fault(opened("http://127.0.0.1:9")).subject == "host"


def test_a_wrong_key_is_a_fault(room: Room) -> None:
    assert fault(opened(room.url, api_key=SecretStr("other"))).subject == "credential"


def test_too_many_calls_are_a_fault_of_the_limits(room: Room, crm: RetailCrm) -> None:
    room.fault("rate_limited", "reference/statuses")
    assert fault(crm).subject == "limits"


def test_a_key_that_may_only_read_is_a_fault(room: Room) -> None:
    room.tell("PUT", "/keys", {"api_key": API_KEY, "sites": ["shop"], "is_read_only": True})
    assert fault(opened(room.url)).subject == "right"


def test_statuses_that_the_account_has_not_are_named(room: Room) -> None:
    crm = opened(room.url, statuses={**STATUSES, "shipped": "on-the-way"}, read_statuses={"lost": "cancelled"})
    found = fault(crm)
    assert (found.subject, "lost, on-the-way" in found.sentence, "delivering" in (found.advice or "")) == ("cabinet", True, True)


def test_a_status_that_is_switched_off_is_as_good_as_none() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        codes = {code: {"code": code, "active": code != "complete"} for code in STATUSES.values()}
        return httpx.Response(
            200, json={"success": True, "statuses": codes, "sites": {"shop": {"code": "shop"}}, "settings": [], "uploadedOrders": []}
        )

    assert "нет статусов complete:" in fault(account_that(say)).sentence


def test_a_tier_field_that_the_account_has_not_is_a_fault(room: Room) -> None:
    room.tell("PUT", "/fields", {"code": "tier", "name": "Уровень", "entity": "order"})
    assert "tier" in fault(opened(room.url, tier_field="tier")).sentence


def test_another_zone_is_a_fault(room: Room) -> None:
    found = fault(opened(room.url, time_zone="Asia/Yekaterinburg"))
    assert (found.subject, "Europe/Moscow" in (found.advice or "")) == ("clock", True)


def test_a_shop_that_the_key_does_not_open_is_a_fault(room: Room) -> None:
    found = next(one for one in faults(opened(room.url, site="outlet")) if "outlet" in one.sentence)
    assert "shop" in (found.advice or "")


class TestSeveralShops:
    @pytest.fixture
    def sites(self) -> dict[str, str]:
        return {"shop": "Магазин", "outlet": "Распродажа"}

    def test_a_key_of_several_shops_without_a_shop_in_settings_is_a_fault(self, room: Room) -> None:
        found = fault(opened(room.url))
        assert "shop, outlet" in (found.advice or "")

    def test_one_of_them_is_good(self, room: Room) -> None:
        assert faults(opened(room.url, site="outlet")) == []


@pytest.mark.parametrize("is_there", [True, False])
def test_the_field_of_parcels_and_returns_is_looked_for_among_those_of_orders(room: Room, is_there: bool) -> None:
    room.tell("PUT", "/fields", {"entity": "order" if is_there else "customer", "code": "way", "name": "Путь"})
    with opened(room.url, way_field="way") as crm:
        found = [one for one in crm.examine() if "way" in one.sentence]
    assert [one.level for one in found] == ["good" if is_there else "fault"]
