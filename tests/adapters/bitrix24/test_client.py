import logging
import traceback
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from adapters.bitrix24.account import Bitrix24
from adapters.bitrix24.commands import MADE, Command
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from deployments.world.bitrix24.room import Knobs
from tests.adapters.bitrix24.conftest import SECRET, Desk, Opened, WaitingClock, Wire, answered, never_done
from tests.adapters.bitrix24.told import buyer, order

SCOPE = {"scope": Command(method="scope", params={})}


def test_a_command_is_a_query_with_brackets() -> None:
    command = Command(method="crm.item.list", params={"entityTypeId": 2, "filter": {"@originId": ["wb-1", "wb & 2"]}})
    method, _, query = command.line().partition("?")
    assert method == "crm.item.list"
    assert parse_qsl(query) == [("entityTypeId", "2"), ("filter[@originId][0]", "wb-1"), ("filter[@originId][1]", "wb & 2")]


def test_a_command_speaks_of_what_its_first_makes() -> None:
    assert parse_qsl(Command(method="m", params={"ownerId": MADE}).line("r1s0").partition("?")[2]) == [
        ("ownerId", "$result[r1s0][item][id]")
    ]


def test_what_a_buyer_wrote_is_no_reference(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order(comment="$result[r0s0][item][title] привет")])
    assert desk.deals[1]["comments"].endswith("$ result[r0s0][item][title] привет")


@pytest.mark.parametrize(
    "answer",
    [
        answered(500, {}),
        answered(301, {}),
        answered(400, {"error": "x"}),
        answered(401, {"error": "INVALID_CREDENTIALS"}),
        answered(503, {"error": "QUERY_LIMIT_EXCEEDED"}),
        answered(200, {"result": 7}),
        never_done,
    ],
)
def test_no_address_with_the_code_reaches_a_message_a_log_or_a_trace(
    crm: Bitrix24, wire: Wire, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(3):
        wire.order("scope", answer)  # type: ignore[arg-type]
    with pytest.raises(SyncError) as caught:
        crm.ask(SCOPE)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value) + str(vars(caught.value))
    assert "POST" in caplog.text
    assert SECRET not in told


def test_the_code_is_in_the_address_that_leaves(desk: Desk) -> None:
    seen: list[str] = []

    def say(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"result": {"result": {"scope": ["crm"]}, "result_error": []}})

    with Bitrix24(
        url="https://shop.bitrix24.ru/",
        user_id=8,
        secret=SecretStr("abc"),
        statuses={},
        clock=WaitingClock(world=desk.clock),
        transport=httpx.MockTransport(say),
    ) as crm:
        assert crm.ask(SCOPE) == {"scope": ["crm"]}
    assert seen == ["https://shop.bitrix24.ru/rest/8/abc/batch"]


def test_a_call_that_came_too_soon_is_made_again(crm: Bitrix24, desk: Desk) -> None:
    desk.fault("rate_limited", times=2)
    began_at = desk.clock.now()
    assert crm.ask(SCOPE) == {"scope": ["crm"]}
    assert (desk.clock.now() - began_at).total_seconds() >= 4


def test_a_portal_that_stays_full_is_come_back_to(crm: Bitrix24, desk: Desk) -> None:
    desk.fault("rate_limited", times=3)
    with pytest.raises(RateLimited) as caught:
        crm.ask(SCOPE)
    assert caught.value.retry_after_s == 2.0


def test_a_write_that_came_too_soon_is_made_again_since_nothing_was_done(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    wire.order("crm.item.add", answered(503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""}))
    assert [one.outcome for one in crm.put_customers([buyer()])] == ["accepted"]
    assert len(desk.contacts) == 1


def test_the_pace_of_the_portal_is_kept_before_it_is_broken(crm: Bitrix24, desk: Desk) -> None:
    for _ in range(70):
        crm.ask(SCOPE)
    assert desk.tell("GET", "/limited") == {}


class TestClosedMethod:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(operating_s=0.05, is_reset_told=True)

    def test_a_method_whose_time_is_used_up_says_when_it_is_open_again(self, crm: Bitrix24, desk: Desk) -> None:
        crm.ask(SCOPE)
        desk.clock.pass_(100)
        with pytest.raises(RateLimited) as caught:
            crm.ask(SCOPE)
        assert caught.value.retry_after_s == pytest.approx(500, abs=2)


def test_a_whole_call_refused_for_its_time_says_so_too(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    reset_at = desk.clock.now().timestamp() + 300
    wire.order("scope", answered(429, {"error": "OPERATION_TIME_LIMIT", "time": {"operating_reset_at": reset_at}}))
    with pytest.raises(RateLimited) as caught:
        crm.ask(SCOPE)
    assert caught.value.retry_after_s == pytest.approx(300, abs=2)


def test_a_refusal_for_time_that_does_not_say_when_is_ten_minutes(crm: Bitrix24, wire: Wire) -> None:
    wire.order("scope", answered(429, {"error": "OPERATION_TIME_LIMIT"}))
    with pytest.raises(RateLimited) as caught:
        crm.ask(SCOPE)
    assert caught.value.retry_after_s == 600


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (answered(503, {"error": "INTERNAL_SERVER_ERROR"}), Unavailable),
        (answered(401, {"error": "INVALID_CREDENTIALS"}), Unauthorized),
        (answered(404, {"error": "ERROR_METHOD_NOT_FOUND"}), Rejected),
        (answered(200, {"result": {"result": [], "result_error": {"scope": {"error": "insufficient_scope"}}}}), Unauthorized),
        (answered(200, {"result": {"result": [], "result_error": {"scope": {"error": "INTERNAL_SERVER_ERROR"}}}}), Unavailable),
        (answered(200, {"result": {"result": [], "result_error": {"scope": {"error": "100"}}}}), Rejected),
        (answered(200, {"result": {"result": [], "result_error": []}}), ContractBroken),
    ],
)
def test_what_an_answer_means(crm: Bitrix24, wire: Wire, answer: object, kind: type[SyncError]) -> None:
    wire.order("scope", answer)  # type: ignore[arg-type]
    with pytest.raises(kind):
        crm.ask(SCOPE)


def test_more_than_fifty_commands_go_in_several_batches(crm: Bitrix24, wire: Wire) -> None:
    told = crm.ask({f"c{number}": SCOPE["scope"] for number in range(120)})
    assert len(told) == 120
    assert [len(batch) for batch in wire.sent] == [50, 50, 20]


def test_an_answer_of_another_shape_tells_nobodys_name(crm: Bitrix24, wire: Wire) -> None:
    item = {"id": "Щеглова", "originId": "b1", "originatorId": "utyug"}
    wire.order("crm.item.list", answered(200, {"result": {"result": {"list": {"items": [item]}}, "result_error": []}}))
    with pytest.raises(ContractBroken) as caught:
        crm.put_customers([buyer()])
    assert "Щеглова" not in f"{caught.value} {caught.value.fragment}"
    assert "0.id" in (caught.value.fragment or "")


def test_a_list_that_shows_one_page_for_ever_is_left(crm: Bitrix24, wire: Wire) -> None:
    page = [{"id": number, "originId": "b1", "originatorId": "utyug"} for number in range(1, 51)]
    for _ in range(2):
        wire.order("crm.item.list", answered(200, {"result": {"result": {"list": {"items": page}}, "result_error": []}}))
    with pytest.raises(ContractBroken, match="повторяет"):
        crm.put_customers([buyer()])


def test_a_portal_that_is_down_is_unavailable(opened: Opened) -> None:
    with pytest.raises(Unavailable):
        opened(url="http://127.0.0.1:9").ask(SCOPE)
