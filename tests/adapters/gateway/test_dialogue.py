"""The order of calls and the letter of the answers."""

import base64
import logging
from collections.abc import Callable

import httpx
import pytest

from adapters.hub.series import Series
from tests.adapters.gateway.conftest import Door, Talk, document


def test_checkauth_answers_success_the_cookies_name_and_its_value_and_nothing_more(talk: Talk) -> None:
    lines = talk("checkauth").split("\n")
    assert lines[:2] == ["success", "utyug_session"]
    assert len(lines) == 3
    assert len(lines[2]) >= 32


def test_a_client_that_names_a_version_gets_bitrix_further_lines(talk: Talk) -> None:
    lines = talk("checkauth", version="2.09").split("\n")
    assert lines[3].startswith("sessid=")
    assert lines[4].partition("=")[0] == "timestamp"
    assert lines[4].partition("=")[2].isdecimal()
    talk.headers["Cookie"] = f"{lines[1]}={lines[2]}"
    terms = talk("init", version="2.09").split("\n")
    assert [line.partition("=")[0] for line in terms] == ["zip", "file_limit", "sessid", "version"]
    assert lines[2] not in lines[3]


@pytest.mark.parametrize("exchange", ["catalog", "sale"])
def test_init_is_exactly_two_lines_without_a_newline_at_the_end(open_door: Callable[..., Door], exchange: str) -> None:
    talk = Talk(open_door(zip=True, file_limit_bytes=123_456)).opened(exchange, init=False)
    assert talk("init", exchange=exchange) == "zip=yes\nfile_limit=123456"


def test_every_answer_is_200_with_its_length_its_charset_and_no_byte_order_mark(talk: Talk) -> None:
    for answer in (talk.answer("checkauth"), talk.answer("nonsense"), talk.opened().answer("init")):
        assert answer.status_code == 200
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert not answer.content.startswith(b"\xef\xbb\xbf")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/1c/exchange", "/1c/exchange/", "/bitrix/admin/1c_exchange.php", "/1c_exchange.php"])
def test_the_addresses_shops_usually_type_all_answer_without_a_redirect(door: Door, path: str) -> None:
    answer = httpx.get(f"{door.url}{path}?type=catalog&mode=checkauth", auth=("onec", "secret-1"))
    assert answer.status_code == 200
    assert answer.text.startswith("success\n")


@pytest.mark.parametrize(("exchange", "mode"), [("catalog", "query"), ("crm", "checkauth"), ("", ""), ("catalog", "delete")])
def test_an_unknown_step_is_answered_with_failure_and_a_sentence(talk: Talk, exchange: str, mode: str) -> None:
    word, sentence = talk.opened()(mode, exchange=exchange).split("\n")
    assert word == "failure"
    assert "не знает такого шага" in sentence


def test_type_and_mode_are_read_in_any_case(talk: Talk) -> None:
    assert talk("CheckAuth", exchange="Catalog").startswith("success\n")


@pytest.mark.parametrize(("login", "password"), [("onec", "wrong"), ("onec", ""), ("wrong", "secret-1"), ("onec", "пароль-2"), ("", "")])
def test_a_wrong_login_or_password_is_a_failure_with_advice(door: Door, login: str, password: str) -> None:
    word, sentence = Talk(door, login=login, password=password)("checkauth").split("\n")
    assert word == "failure"
    assert "пароль" in sentence


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_a_russian_password_is_known_in_either_encoding(door: Door, encoding: str) -> None:
    talk = Talk(door, login="склад", password="пароль-2", encoding=encoding).opened()
    session = door.inbox.session(talk.session_ref)
    assert session is not None
    assert session.source == "second"


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic !!!", "Basic", "Basic " + base64.b64encode(b"nocolon").decode()])
def test_a_missing_or_broken_authorization_says_that_a_proxy_may_have_eaten_it(door: Door, header: str) -> None:
    talk = Talk(door)
    talk.headers = {"Authorization": header} if header else {}
    word, sentence = talk("checkauth").split("\n")
    assert word == "failure"
    assert "Authorization" in sentence


def test_a_shop_without_bases_lets_nobody_in(open_door: Callable[..., Door]) -> None:
    assert Talk(open_door(bases={}), login="", password="")("checkauth").startswith("failure\n")


@pytest.mark.parametrize("mode", ["init", "file", "import", "deactivate", "complete"])
def test_no_call_goes_before_checkauth(talk: Talk, mode: str) -> None:
    word, sentence = talk(mode, method="POST", content=document(), filename="import.xml").split("\n")
    assert word == "failure"
    assert "checkauth" in sentence
    assert talk.door.stored() == {}


def test_a_file_does_not_go_before_init(talk: Talk) -> None:
    talk.opened(init=False)
    word, sentence = talk.file("import.xml", document()).split("\n")
    assert word == "failure"
    assert "init" in sentence
    assert talk.door.stored() == {}
    talk("init")
    assert talk.file("import.xml", document()) == "success"


def test_an_import_does_not_go_before_its_file(talk: Talk) -> None:
    word, sentence = talk.opened()("import", filename="import0_1.xml").split("\n")
    assert word == "failure"
    assert "import0_1.xml не передан" in sentence


def test_an_import_without_a_name_and_a_file_without_one_say_so(talk: Talk) -> None:
    talk.opened()
    assert "filename" in talk("import")
    assert "filename" in talk("file", method="POST", content=document())


def test_a_cookie_that_was_never_given_is_refused(talk: Talk) -> None:
    talk.headers["Cookie"] = "utyug_session=made-up"
    assert "начните обмен заново" in talk("init")


def test_an_expired_session_is_refused(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(session_life_s=0)).opened(init=False)
    assert "истёк" in talk("init")


def test_an_ended_session_is_refused(talk: Talk) -> None:
    talk.opened()
    talk.door.inbox.end_session(talk.session_ref)
    assert "истёк" in talk("init")


def test_a_session_of_a_base_that_left_the_settings_is_refused(talk: Talk) -> None:
    talk.headers["Cookie"] = "utyug_session=" + talk.door.inbox.open_session(source="gone", exchange="catalog")
    assert "истёк" in talk("init")


def test_a_cookie_of_another_base_is_refused(door: Door) -> None:
    theirs = Talk(door, login="склад", password="пароль-2").opened()
    ours = Talk(door)
    ours.headers["Cookie"] = theirs.headers["Cookie"]
    assert "не от той базы" in ours.file("import.xml", document())
    assert door.stored() == {}


def test_a_wrong_password_in_the_middle_of_a_session_is_refused(talk: Talk) -> None:
    talk.opened()
    talk.headers["Authorization"] = "Basic " + base64.b64encode(b"onec:wrong").decode()
    assert talk.file("import.xml", document()).startswith("failure\n")


def test_a_session_goes_on_by_its_cookie_where_a_proxy_eats_the_header(talk: Talk) -> None:
    talk.opened()
    del talk.headers["Authorization"]
    assert talk.file("import.xml", document()) == "success"


def test_other_cookies_beside_ours_do_no_harm(talk: Talk) -> None:
    talk.opened()
    talk.headers["Cookie"] = f"PHPSESSID=1; {talk.headers['Cookie']}; x=y"
    assert talk("init").startswith("zip=")


def test_content_type_and_user_agent_are_ignored(talk: Talk) -> None:
    talk.opened()
    talk.headers |= {"Content-Type": "multipart/form-data; boundary=x", "User-Agent": "1C+Enterprise/8.3"}
    assert talk.file("import.xml", document()) == "success"
    assert talk.door.stored() == {"import.xml": document()}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_change_nothing(talk: Talk, method: str) -> None:
    talk.opened()
    assert talk("file", method=method, content=document(), filename="import.xml").startswith("failure\n")
    assert talk("checkauth", method=method).startswith("failure\n")
    assert talk.door.stored() == {}


def test_head_changes_nothing(talk: Talk) -> None:
    talk.opened()
    talk.file("import.xml", document()[:100])
    assert talk.answer("import", method="HEAD", filename="import.xml").content == b""
    assert [feed.state for feed in talk.door.inbox.feeds()] == ["receiving"]


def test_a_file_by_get_is_refused(talk: Talk) -> None:
    assert "POST" in talk.opened()("file", filename="import.xml")


def test_one_connection_serves_the_whole_exchange(talk: Talk) -> None:
    talk.opened()
    before = talk.http._transport._pool.connections  # type: ignore[attr-defined]
    for _ in range(5):
        talk.file("import.xml", document())
        talk("nonsense", method="POST", content=document(100))
    assert talk.http._transport._pool.connections == before  # type: ignore[attr-defined]
    assert len(before) == 1


def test_no_secret_reaches_a_log_line(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk.opened(init=False)
    talk("init")
    talk.file("Иванов.xml", document())
    talk("import", filename="../Иванов.xml")
    Talk(talk.door, password="wrong-one")("checkauth")
    served = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert "main catalog init" in served
    for secret in ("secret-1", "wrong-one", talk.session_ref, "Иванов", "mode=", "filename", talk.headers["Authorization"][6:]):
        assert secret not in served


def test_bitrix_deactivate_and_complete_close_the_series_of_the_base(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(Series, "close", lambda _, source, **__: closed.append(source))
    talk.opened()
    assert talk("deactivate", timestamp="1700000000") == "success"
    assert talk("complete") == "success"
    assert closed == ["main", "main"]


def test_a_series_whose_files_still_wait_is_left_to_its_silence(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(Series, "close", lambda _, source, **__: closed.append(source))
    talk.opened().file("import0_1.xml", document())
    assert talk("complete") == "success"
    assert closed == []


def test_a_base_without_an_open_series_closes_nothing_and_is_told_success(talk: Talk) -> None:
    assert talk.opened()("complete") == "success"
