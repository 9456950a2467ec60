from typing import Any

import pytest
from pydantic import SecretStr

from adapters.bitrix24.account import Bitrix24
from adapters.capabilities import Crm, Finding
from tests.adapters.bitrix24.conftest import DEAL, SECRET, STATUSES, TIER, Desk, Opened, Wire, answered


def levels(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.subject, one.level) for one in findings]


def test_it_is_a_crm(crm: Bitrix24) -> None:
    whole: Crm = crm
    with whole as entered:
        assert entered is crm


def test_a_portal_in_order_is_good_in_every_way(crm: Bitrix24, wire: Wire) -> None:
    findings = crm.examine()
    good = ["credential", "right", "cabinet", "cabinet"]
    assert levels(findings) == [("host", "warning"), *[(subject, "good") for subject in good]]
    assert wire.wrote() == []


def test_a_portal_over_https_is_good(opened: Opened, wire: Wire) -> None:
    stages = [{"STATUS_ID": code} for code in STATUSES.values()]
    wire.order("scope", answered(200, {"result": {"result": {"scope": ["crm"], "stages": stages}, "result_error": []}}))
    assert levels(opened(url="https://p.bitrix24.ru", tier_field=None).examine())[0] == ("host", "good")


def test_a_wrong_webhook_is_one_fault_with_what_to_do(opened: Opened) -> None:
    (finding,) = opened(secret=SecretStr("wrong-code")).examine()
    assert (finding.subject, finding.level) == ("credential", "fault")
    assert "вебхук" in (finding.advice or "")
    assert "wrong-code" not in f"{finding}"


def test_a_webhook_without_the_right_to_the_crm_is_a_fault(crm: Bitrix24, desk: Desk) -> None:
    desk.tell("PUT", "/hooks", {"user": "1", "secret": SECRET, "scopes": ["task"]})
    findings = crm.examine()
    assert levels(findings) == [("host", "warning"), ("credential", "good"), ("right", "fault")]
    assert "crm" in (findings[-1].advice or "")


def test_a_stage_of_the_mapping_that_is_not_there_is_named(opened: Opened) -> None:
    findings = opened(statuses={**STATUSES, "confirmed": "SOLD"}, read_statuses={"GONE": "new"}).examine()
    (fault,) = [one for one in findings if one.level == "fault"]
    assert fault.subject == "cabinet"
    assert "GONE, SOLD" in fault.sentence
    assert "PREPARATION" in (fault.advice or "")


def test_a_pipeline_that_is_not_there_is_a_fault(opened: Opened) -> None:
    (fault,) = [one for one in opened(category_id=5).examine() if one.level == "fault"]
    assert "№ 5" in fault.sentence


def test_a_field_for_the_tier_that_is_not_there_is_a_fault(opened: Opened) -> None:
    (fault,) = [one for one in opened(tier_field="UF_CRM_NONE").examine() if one.level == "fault"]
    assert "UF_CRM_NONE" in fault.sentence


def test_a_field_for_the_tier_that_takes_no_text_is_a_fault(opened: Opened) -> None:
    (fault,) = [one for one in opened(tier_field="COMPANY_ID").examine() if one.level == "fault"]
    assert "не строка" in fault.sentence


def test_the_field_for_the_tier_may_be_spelt_as_calls_spell_it(opened: Opened) -> None:
    assert all(one.level != "fault" for one in opened(tier_field=TIER).examine())


def test_without_a_tier_nothing_is_said_of_its_field(opened: Opened) -> None:
    assert levels(opened(tier_field=None).examine()).count(("cabinet", "good")) == 1


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        (answered(404, {}), "cabinet"),
        (answered(301, {}), "cabinet"),
        (answered(200, ["html"]), "cabinet"),
        (answered(200, {"result": {"result": {"scope": 7}, "result_error": []}}), "cabinet"),
        (answered(500, {}), "host"),
        (answered(429, {"error": "OPERATION_TIME_LIMIT"}), "limits"),
        (answered(200, {"result": {"result": [], "result_error": {"scope": {"error": "OPERATION_TIME_LIMIT"}}}}), "limits"),
    ],
)
def test_a_portal_that_does_not_answer_as_one_is_one_fault(crm: Bitrix24, wire: Wire, answer: Any, subject: str) -> None:
    wire.order("scope", answer)
    (finding,) = crm.examine()
    assert (finding.subject, finding.level) == (subject, "fault")
    assert finding.advice is not None


def test_a_portal_that_leaves_a_question_unanswered_is_a_fault(crm: Bitrix24, wire: Wire) -> None:
    wire.order("scope", answered(200, {"result": {"result": {"scope": ["crm"]}, "result_error": []}}))
    (finding,) = crm.examine()
    assert (finding.subject, finding.level) == ("cabinet", "fault")


@pytest.mark.parametrize(("there", "levels"), [(["ufCrmTrack"], ["good", "fault"]), ([], ["fault", "fault"])])
def test_fields_for_parcels_are_looked_for_among_those_of_deals(opened: Opened, desk: Desk, there: list[str], levels: list[str]) -> None:
    desk.portal.books.user_fields[DEAL] = frozenset(there)
    found = opened(tracking_field="UF_CRM_TRACK", way_field="UF_CRM_WAY").examine()
    assert [one.level for one in found if "UF_CRM_TRACK" in one.sentence or "UF_CRM_WAY" in one.sentence] == levels
