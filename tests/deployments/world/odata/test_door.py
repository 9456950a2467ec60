"""`reference/commerceml.md` §5: who enters, formats, errors, sessions."""

import asyncio
import time
from xml.etree import ElementTree

import httpx
import pytest

from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand, ref

PRODUCTS = "Catalog_Номенклатура"


def test_a_user_of_the_base_enters_by_basic(onec: Hand) -> None:
    assert {"name": PRODUCTS, "url": PRODUCTS} in onec.rows("")


@pytest.mark.parametrize("auth", [None, (LOGIN, "other"), ("Администратор", PASSWORD)])
def test_nobody_else_enters(ut: Hand, auth: tuple[str, str] | None) -> None:
    answer = httpx.get(f"{ut.root}/{PRODUCTS}", auth=auth)
    assert (answer.status_code, answer.headers["www-authenticate"][:5], answer.content) == (401, "Basic", b"")


def test_where_no_base_is_published_the_web_server_answers(ut: Hand) -> None:
    answer = ut.client.get(ut.root.replace("/odata/ut/", "/odata/other/") + f"/{PRODUCTS}")
    assert (answer.status_code, answer.text[:6]) == (404, "<html>")


def test_without_a_word_about_json_the_answer_is_atom(ut: Hand) -> None:
    ut.make(PRODUCTS, {"Description": "Утюг & пар"})
    answer = ut.client.get(f"{ut.root}/{PRODUCTS}", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "Утюг & пар" in [one.text for one in ElementTree.fromstring(answer.text).iter()]


@pytest.mark.parametrize(("query", "accept"), [("json", "*/*"), ("application/json;odata=nometadata", "*/*"), (None, "application/json")])
def test_json_is_asked_for_by_option_or_by_header(ut: Hand, query: str | None, accept: str) -> None:
    params = {"$format": query} if query else {}
    answer = ut.client.get(f"{ut.root}/{PRODUCTS}", params=params, headers={"Accept": accept})
    assert answer.json().keys() == {"odata.metadata", "value"}


@pytest.mark.parametrize("name", ["Catalog_Нет", "AccumulationRegister_ЗапасыИПотребности_Balance"])
def test_a_name_that_is_no_set_is_not_found(ut: Hand, name: str) -> None:
    answer = ut.get(name)
    told = {"odata.error": {"code": "8", "message": {"lang": "ru", "value": f"Entity not found: {name}"}}}
    assert (answer.status_code, answer.json()) == (404, told)


def test_an_object_that_is_not_enabled_is_not_found_either(onec: Hand) -> None:
    onec.tell("PUT", "/enabled", {PRODUCTS: False})
    assert (onec.get(PRODUCTS).status_code, onec.get(PRODUCTS).json()["odata.error"]["code"]) == (404, "8")
    onec.tell("PUT", "/enabled", {PRODUCTS: True})
    assert onec.get(PRODUCTS).status_code == 200


def test_a_key_that_nothing_has_and_segments_too_many_have_codes_of_their_own(ut: Hand) -> None:
    (key,) = ut.make(PRODUCTS, {})
    told = [ut.get(f"{PRODUCTS}(guid'{one}')") for one in (ref(1), f"{key}')/Owner(guid'{key}")]
    assert [(one.status_code, one.json()["odata.error"]["code"]) for one in told] == [(404, "9"), (404, "6")]
    assert ut.get(f"{PRODUCTS}/Balance()").json()["odata.error"]["code"] == "6"


def test_an_error_is_xml_for_whoever_did_not_ask_for_json(ut: Hand) -> None:
    answer = ut.client.get(f"{ut.root}/Catalog_Нет")
    assert "<m:code>8</m:code>" in answer.text


def test_an_object_the_user_may_not_read_is_refused(ut: Hand) -> None:
    ut.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "reads": [PRODUCTS], "writes": []})
    assert ut.get(PRODUCTS).status_code == 200
    assert ut.get("Catalog_Валюты").status_code == 401
    assert ut.post(PRODUCTS, {"Description": "Утюг"}).status_code == 401


def test_rows_kept_from_the_user_fail_the_call_unless_only_allowed_ones_are_asked_for(ut: Hand) -> None:
    seen, kept = ut.make(PRODUCTS, {}, {})
    ut.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "hidden": [kept]})
    assert ut.get(PRODUCTS).status_code == 401
    assert [row["Ref_Key"] for row in ut.rows(PRODUCTS, allowedOnly="true")] == [seen]


def test_metadata_describe_what_is_enabled(onec: Hand) -> None:
    onec.tell("PUT", "/enabled", {"Catalog_Валюты": False})
    told = ElementTree.fromstring(onec.client.get(f"{onec.root}/$metadata").text)
    sets = {one.get("Name") for one in told.iter("{http://schemas.microsoft.com/ado/2009/11/edm}EntitySet")}
    assert PRODUCTS in sets
    assert "Catalog_Валюты" not in sets


def test_more_calls_at_once_than_licences_are_refused(ut: Hand) -> None:
    ut.order("PUT", "/habits", {"sessions_max": 2, "session_s": 0.3})

    async def storm() -> list[int]:
        async with httpx.AsyncClient(auth=(LOGIN, PASSWORD), params={"$format": "json"}) as client:
            answers = await asyncio.gather(*(client.get(f"{ut.root}/{PRODUCTS}") for _ in range(3)))
        return sorted(answer.status_code for answer in answers)

    assert asyncio.run(storm()) == [200, 200, 500]
    assert ut.order("GET", "/limited") == {"sessions": 1}


def test_a_session_takes_its_while_to_start(ut: Hand) -> None:
    ut.order("PUT", "/habits", {"session_s": 0.2})
    began = time.monotonic()
    ut.rows(PRODUCTS)
    assert time.monotonic() - began >= 0.2
