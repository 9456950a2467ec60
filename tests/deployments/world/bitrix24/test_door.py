"""`reference/services.md` §4: the address, limits, errors."""

import httpx
import pytest

from deployments.world.bitrix24.room import Knobs
from tests.deployments.world.bitrix24.conftest import DEAL, SECRET, Hand

TOO_OFTEN = (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")


@pytest.mark.parametrize("method", ["crm.item.list", "crm.item.list.json", "CRM.Item.List", "crm.item.LIST.json"])
def test_a_method_is_named_in_the_address_in_any_case(hand: Hand, method: str) -> None:
    assert hand.client.post(f"/{method}", json={"entityTypeId": DEAL}).json()["result"] == {"items": []}


def test_parameters_come_as_json_as_a_form_or_in_the_query(hand: Hand) -> None:
    item_id = hand.add(DEAL, originId="wb-1")
    for answer in (
        hand.client.get("/crm.item.list", params={"entityTypeId": DEAL, "filter[=originId]": "wb-1"}),
        hand.client.post("/crm.item.list", data={"entityTypeId": str(DEAL), "filter[=originId]": "wb-1"}),
        hand.client.post("/crm.item.list", params={"entityTypeId": DEAL}, json={"filter": {"=originId": "wb-1"}}),
    ):
        assert [one["id"] for one in answer.json()["result"]["items"]] == [item_id]


def test_a_body_that_is_not_json_is_refused(hand: Hand) -> None:
    answer = hand.client.post("/crm.item.list", content="{broken", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("address", [f"1/other-{SECRET}", f"2/{SECRET}"])
def test_a_webhook_that_is_not_there_is_refused(hand: Hand, address: str) -> None:
    answer = httpx.post(f"{hand.base}/rest/{address}/crm.item.list")
    assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_CREDENTIALS")


def test_a_webhook_can_be_withdrawn(hand: Hand) -> None:
    hand.tell("PUT", "/hooks", {"user": "1", "secret": SECRET, "is_active": False})
    assert hand.refused("scope")[:2] == (401, "INVALID_CREDENTIALS")


def test_without_a_webhook_nothing_is_answered(hand: Hand) -> None:
    answer = httpx.post(f"{hand.base}/rest/crm.item.list")
    assert (answer.status_code, answer.json()["error"]) == (401, "NO_AUTH_FOUND")


def test_a_method_that_is_not_there_is_404(hand: Hand) -> None:
    assert hand.refused("crm.item.sell") == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def test_a_webhook_without_the_right_is_refused(hand: Hand) -> None:
    hand.tell("PUT", "/hooks", {"user": "1", "secret": SECRET, "scopes": ["task"]})
    assert hand.refused("crm.item.list", {"entityTypeId": DEAL})[:2] == (401, "insufficient_scope")
    assert hand.told("scope") == ["task"]


def test_fifty_calls_at_once_then_two_a_second(hand: Hand) -> None:
    assert [hand.ask("scope").status_code for _ in range(50)] == [200] * 50
    assert hand.refused("scope") == TOO_OFTEN
    hand.clock.pass_(seconds=0.4)
    assert hand.refused("scope") == TOO_OFTEN
    hand.clock.pass_(seconds=0.1)
    assert hand.ask("scope").status_code == 200
    assert hand.refused("scope") == TOO_OFTEN
    assert hand.tell("GET", "/limited") == {"per_address": 3}
    hand.clock.pass_(seconds=60)
    assert [hand.ask("scope").status_code for _ in range(51)] == [200] * 50 + [503]


def test_applications_at_one_address_share_the_limit_and_another_address_has_its_own(hand: Hand) -> None:
    hand.tell("PUT", "/hooks", {"user": "8", "secret": "other"})
    for _ in range(50):
        hand.ask("scope")
    assert httpx.post(f"{hand.base}/rest/8/other/scope").status_code == 503
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as elsewhere:
        assert elsewhere.post(f"{hand.base}/rest/1/{SECRET}/scope").status_code == 200


def test_a_storm_that_is_ordered_answers_503_too(hand: Hand) -> None:
    hand.tell("POST", "/faults", {"kind": "rate_limited"})
    assert hand.tell("GET", "/faults") == {}
    assert hand.refused("scope") == TOO_OFTEN
    assert hand.tell("GET", "/limited") == {}
    assert hand.tell("GET", "/faults") == {"rate_limited": 1}


def test_every_answer_tells_how_long_the_method_took_within_ten_minutes(hand: Hand) -> None:
    hand.tell("PUT", "/costs", {"scope": 30.0})
    hand.ask("scope")
    hand.clock.pass_(minutes=1)
    time = hand.ask("scope").json()["time"]
    assert (time["duration"], time["operating"]) == (30.0, 60.0)
    assert time["operating_reset_at"] == int(hand.clock.now().timestamp()) + 540
    assert time["date_start"] == "2026-11-23T01:31:00+03:00"
    assert time["date_finish"] == "2026-11-23T01:31:30+03:00"


def test_a_method_that_took_too_long_is_closed_for_the_portal_while_others_work(hand: Hand) -> None:
    hand.tell("PUT", "/hooks", {"user": "8", "secret": "other"})
    hand.tell("PUT", "/costs", {"scope": 50.0})
    for _ in range(10):
        reset_at = hand.ask("scope").json()["time"]["operating_reset_at"]
    assert hand.refused("scope") == (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
    assert httpx.post(f"{hand.base}/rest/8/other/scope").status_code == 429
    assert hand.ask("crm.status.list").status_code == 200
    assert hand.tell("GET", "/limited") == {"operating": 2}
    hand.clock.pass_(seconds=reset_at - hand.clock.now().timestamp() - 1)
    assert hand.ask("scope").status_code == 429
    hand.clock.pass_(seconds=1)
    assert hand.ask("scope").status_code == 200


class TestEnterprise:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(drained_per_second=5, burst=250)

    def test_the_largest_plan_has_five_a_second_and_two_hundred_and_fifty_at_once(self, hand: Hand) -> None:
        assert [hand.ask("scope").status_code for _ in range(251)] == [200] * 250 + [503]
        hand.clock.pass_(seconds=1)
        assert [hand.ask("scope").status_code for _ in range(6)] == [200] * 5 + [503]


class TestToldReset:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(is_reset_told=True, operating_s=0.05)

    def test_the_refusal_can_carry_when_some_time_is_given_back(self, hand: Hand) -> None:
        hand.ask("scope")
        answer = hand.ask("scope")
        assert answer.status_code == 429
        assert answer.json()["time"]["operating_reset_at"] == int(hand.clock.now().timestamp()) + 600


def test_a_call_longer_than_a_minute_is_cut_and_what_it_did_is_done(hand: Hand) -> None:
    hand.tell("PUT", "/costs", {"crm.item.add": 61.0})
    assert hand.refused("crm.item.add", {"entityTypeId": DEAL, "fields": {"title": "x"}})[0] == 504
    assert [one["title"] for one in hand.tell("GET", "/books")["deals"].values()] == ["x"]


def test_an_error_that_is_ordered_has_the_vendors_shape(hand: Hand) -> None:
    hand.tell("POST", "/faults", {"kind": "error_before", "status": 500})
    assert hand.refused("scope") == (500, "INTERNAL_SERVER_ERROR", "Internal server error")


def test_a_lie_leaves_no_trace(hand: Hand) -> None:
    hand.tell("POST", "/faults", {"kind": "lie"})
    assert hand.add(DEAL, title="x") == 1
    assert hand.tell("GET", "/books")["deals"] == {}
