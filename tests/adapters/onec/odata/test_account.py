from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.capabilities import Finding
from adapters.onec.odata.base import OnecOdata
from tests.adapters.onec.odata.conftest import adapter_to, base_that
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand


def faults(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "fault"]


def test_a_base_in_order_is_good_but_for_plain_http(onec: OnecOdata) -> None:
    assert [(one.subject, one.level) for one in onec.examine()] == [("host", "warning"), ("credential", "good"), ("right", "good")]


def test_the_examination_writes_nothing(hand: Hand, onec: OnecOdata) -> None:
    onec.examine()
    assert {one["method"] for one in hand.order("GET", "/exchanges")} == {"GET"}


@pytest.mark.parametrize(
    ("base", "name", "purpose"),
    [
        ("ut", "AccumulationRegister_ЗапасыИПотребности", "остатки"),
        ("unf", "AccumulationRegister_ЗапасыНаСкладах", "остатки"),
        ("unf", "AccumulationRegister_РезервыТоваровОрганизаций", "резервов"),
        ("ut", "InformationRegister_ЦеныНоменклатуры", "цены"),
        ("ut", "Catalog_Валюты", "цены"),
        ("unf", "Catalog_ВидыЦен", "цены"),
        ("ut", "Document_РеализацияТоваровУслуг", "отгрузки"),
        ("unf", "Document_ПриходнаяНакладная", "возвраты"),
    ],
)
def test_an_object_that_is_not_enabled_is_told_with_what_it_is_for(hands: dict[str, Hand], base: str, name: str, purpose: str) -> None:
    hands[base].tell("PUT", "/enabled", {name: False})
    with adapter_to(hands[base]) as onec:
        (found,) = faults(onec.examine())
    assert name in found.sentence
    assert purpose in found.sentence
    assert "отметьте" in (found.advice or "")


@pytest.mark.parametrize(
    ("told", "needed"),
    [
        ({"balances": "off", "prices": "off", "documents": []}, set()),
        ({"prices": "off", "documents": []}, {"AccumulationRegister"}),
        ({"balances": "off", "documents": []}, {"InformationRegister", "Catalog"}),
        ({"balances": "off", "prices": "off", "documents": ["return"]}, {"Document"}),
    ],
)
def test_only_what_is_taken_this_way_need_be_there(hand: Hand, told: dict[str, Any], needed: set[str]) -> None:
    hand.tell("PUT", "/enabled", dict.fromkeys(hand.room.books.bases[hand.base].configuration.shapes, False))
    with adapter_to(hand, **told) as onec:
        found = faults(onec.examine())
    assert {one.sentence.partition("«")[2].partition("_")[0] for one in found} == needed


def test_the_names_of_price_types_are_asked_for_only_where_they_are_taken(hands: dict[str, Hand]) -> None:
    hands["ut"].tell("PUT", "/enabled", {"Catalog_ВидыЦен": False})
    with adapter_to(hands["ut"], prices="compare") as compared, adapter_to(hands["ut"], prices="load") as loaded:
        assert (faults(compared.examine()), len(faults(loaded.examine()))) == ([], 1)


def test_a_user_without_a_right_is_told_which(hand: Hand, onec: OnecOdata) -> None:
    names = set(hand.room.books.bases[hand.base].enabled) - {"Catalog_Валюты"}
    hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "reads": sorted(names)})
    (found,) = faults(onec.examine())
    assert (found.subject, "Catalog_Валюты" in found.sentence) == ("right", True)


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ({"stock": {"pcs": "Свободно"}}, "СвободноBalance"),
        ({"documents": {"return": {"comment": "Примечание"}}}, "Примечание"),
        ({"documents": {"shipment": {"line_values": {"СтавкаНДС_Key": "x"}}}}, "СтавкаНДС_Key"),
        ({"prices": {"price": "Стоимость"}}, "Стоимость"),
    ],
)
def test_a_field_that_the_base_does_not_have_is_told(hand: Hand, names: dict[str, object], word: str) -> None:
    with adapter_to(hand, names=names) as onec:
        (found,) = faults(onec.examine())
    assert word in found.sentence
    assert "имена полей" in (found.advice or "")


def test_a_wrong_password_is_one_fault(hand: Hand) -> None:
    with adapter_to(hand, password=SecretStr("wrong-word")) as onec:
        (found,) = onec.examine()
    assert (found.subject, found.level) == ("credential", "fault")
    assert "wrong-word" not in f"{found}"


def test_an_address_without_a_base_is_one_fault(hand: Hand) -> None:
    with adapter_to(hand, url=hand.url.replace(f"/{hand.base}", "/other")) as onec:
        (found,) = onec.examine()
    assert (found.subject, "публикации" in (found.advice or "")) == ("host", True)


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        (httpx.Response(500, text="Не обнаружено свободной лицензии!"), "host"),
        (httpx.Response(429, headers={"Retry-After": "3600"}), "limits"),
        (httpx.Response(404, text="<html></html>"), "host"),
        (httpx.Response(301, headers={"Location": "https://www.onec.example/"}), "host"),
    ],
)
def test_a_base_that_does_not_answer_as_one_is_one_fault(answer: httpx.Response, subject: str) -> None:
    (found,) = base_that(lambda _: answer).examine()
    assert (found.subject, found.level) == (subject, "fault")
    assert found.advice


def test_a_base_behind_https_is_good() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"value": []})

    assert {one.level for one in base_that(say).examine()} == {"good"}
