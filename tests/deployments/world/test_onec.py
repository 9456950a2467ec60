"""What 1C's clients forgive and what they do not, told to a server that answers as ordered."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from deployments.world.onec import OnecClient, OnecStopped

Habit = Literal["ut", "unf"]
ORDER = (
    '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация><Документ><Номер>100001</Номер>'
    "<ХозОперация>Заказ товара</ХозОперация><Валюта>RUB</Валюта></Документ></КоммерческаяИнформация>"
)


class Server:
    """Answers by mode; remembers what it was asked."""

    def __init__(self, **said: Any) -> None:
        self.said: dict[str, Any] = {
            "checkauth": "success\ncookie\nvalue",
            "init": "zip=no\nfile_limit=100",
            "file": "success",
            "import": "success",
            "query": ORDER,
            "success": "success",
            **said,
        }
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        said = self.said[request.url.params["mode"]]
        if isinstance(said, list):
            said = said.pop(0)
        if isinstance(said, Exception):
            raise said
        return httpx.Response(200, content=said)

    @property
    def modes(self) -> list[str]:
        return [request.url.params["mode"] for request in self.asked]


def client(server: Callable[[httpx.Request], httpx.Response], habit: Habit = "ut", **changed: Any) -> OnecClient:
    transport = httpx.MockTransport(server)
    return OnecClient(url="http://site/1c", login="логин", password="пароль", habit=habit, rest_s=0, transport=transport, **changed)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    for name, body in {"import.xml": b"x" * 250, "offers.xml": b"y" * 10}.items():
        (tmp_path / name).write_bytes(body)
    return tmp_path


def test_a_whole_catalogue_exchange_goes_in_order_with_pieces_of_the_limit(export: Path) -> None:
    server = Server()
    with client(server) as onec:
        onec.push_catalog(export)
    assert server.modes == ["checkauth", "init", "file", "file", "file", "file", "import", "import"]
    assert [len(request.content) for request in server.asked if request.method == "POST"] == [100, 100, 50, 10]
    assert all(request.headers["cookie"] == "cookie=value" for request in server.asked[1:])
    expected = base64.b64encode("логин:пароль".encode()).decode()
    assert all(request.headers["authorization"] == f"Basic {expected}" for request in server.asked)
    assert all(request.headers["user-agent"] == "1C+Enterprise/8.3" for request in server.asked)


@pytest.mark.parametrize(("limit", "sent"), [("0", [250, 10]), ("many", [250, 10])])
def test_a_limit_of_nothing_or_of_no_number_means_one_piece(export: Path, limit: str, sent: list[int]) -> None:
    server = Server(init=f"zip=no\nfile_limit={limit}")
    with client(server) as onec:
        onec.push_catalog(export)
    assert [len(request.content) for request in server.asked if request.method == "POST"] == sent


@pytest.mark.parametrize("terms", ["zip=no\nfile_limit=100\n", "zip=no\nfile_limit=100\nversion=2.09", "zip=no"])
def test_ut_takes_exactly_two_lines_of_terms_and_unf_any_number(export: Path, terms: str) -> None:
    with client(Server(init=terms)) as onec, pytest.raises(OnecStopped, match="Параметры обмена не получены"):
        onec.push_catalog(export)
    with client(Server(init=terms), "unf") as onec:
        onec.push_catalog(export)


@pytest.mark.parametrize("greeting", ["\ufeffsuccess\ncookie\nvalue", "<html>", "", "failure\nНет"])
def test_a_greeting_that_is_not_success_is_a_question_of_the_password(export: Path, greeting: str) -> None:
    with client(Server(checkauth=greeting)) as onec, pytest.raises(OnecStopped, match="имя пользователя и пароль"):
        onec.push_catalog(export)


def test_first_words_are_compared_trimmed_and_lowered(export: Path) -> None:
    with client(Server(checkauth=" SUCCESS \ncookie\nvalue", file="Success\r\nи ещё строка")) as onec:
        onec.push_catalog(export)


@pytest.mark.parametrize("answer", ["progress", "", "<b>Warning</b>success", "\ufeffsuccess"])
def test_after_a_file_only_success_and_failure_are_known(export: Path, answer: str) -> None:
    with client(Server(file=answer)) as onec, pytest.raises(OnecStopped, match="Не получен статус завершения"):
        onec.push_catalog(export)


def test_import_is_asked_for_as_long_as_it_says_progress(export: Path) -> None:
    server = Server(**{"import": ["progress\nжду", "Progress", "success", "success"]})
    with client(server) as onec:
        onec.push_catalog(export)
    assert server.modes.count("import") == 4


def test_the_servers_sentence_is_what_the_user_reads(export: Path) -> None:
    with client(Server(**{"import": "failure\nФайл оборван."})) as onec, pytest.raises(OnecStopped, match="Файл оборван"):
        onec.push_catalog(export)
    assert "Файл оборван" in onec.log[-1]


def test_unf_asks_for_import_files_first_and_asks_a_broken_get_once_more(tmp_path: Path) -> None:
    for name in ("a_offers.xml", "import.xml"):
        (tmp_path / name).write_bytes(b"x")
    server = Server(**{"import": [httpx.RemoteProtocolError("cut"), "success", "success"]})
    with client(server, "unf") as onec:
        onec.push_catalog(tmp_path)
    named = [request.url.params["filename"] for request in server.asked if request.url.params["mode"] == "import"]
    assert named == ["import.xml", "import.xml", "a_offers.xml"]


@pytest.mark.parametrize(("habit", "imports"), [("ut", 1), ("unf", 0)])
def test_unf_sends_no_import_after_orders(habit: Habit, imports: int) -> None:
    server = Server()
    with client(server, habit) as onec:
        (name,) = onec.push_orders(b"<x/>")
    assert server.modes.count("import") == imports
    assert name.startswith("orders-")


def test_orders_are_confirmed_after_they_were_read() -> None:
    server = Server()
    with client(server) as onec:
        assert onec.pull_orders() == ["100001"]
        assert onec.pull_orders(confirms=False) == ["100001"]
    assert server.modes == ["checkauth", "query", "success", "checkauth", "query"]


@pytest.mark.parametrize(
    "body",
    [
        "\n" + ORDER,
        "\ufeff" + ORDER,
        "failure\nнет",
        ORDER[:-5],
        ORDER.replace("Заказ товара", "Возврат товара"),
        ORDER.replace("RUB", ""),
    ],
)
def test_orders_that_1c_cannot_take_are_not_confirmed(body: str) -> None:
    server = Server(query=body)
    with client(server) as onec, pytest.raises(OnecStopped):
        onec.pull_orders()
    assert "success" not in server.modes


@pytest.mark.parametrize(("habit", "mode"), [("ut", "query"), ("unf", "query"), ("ut", "file"), ("unf", "file")])
def test_an_answer_that_always_breaks_off_is_told_in_1cs_words(habit: Habit, mode: str) -> None:
    server = Server(**{mode: httpx.RemoteProtocolError("cut")})
    with client(server, habit) as onec, pytest.raises(OnecStopped, match="Не удалось установить соединение"):
        onec.pull_orders() if mode == "query" else onec.push_orders(b"<x/>")
    assert server.modes.count(mode) == (2 if (habit, mode) == ("unf", "query") else 1)


def test_orders_that_a_base_could_not_write_are_not_confirmed() -> None:
    server = Server()

    def reads(text: str) -> list[str]:
        raise OnecStopped(text[:5])

    with client(server) as onec, pytest.raises(OnecStopped, match=r"<\?xml"):
        onec.pull_orders(reads=reads)
    assert "success" not in server.modes


def test_a_server_that_is_not_there_is_told_in_1cs_words(export: Path) -> None:
    def absent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with client(absent) as onec, pytest.raises(OnecStopped, match="Не удалось установить соединение"):
        onec.push_catalog(export)
