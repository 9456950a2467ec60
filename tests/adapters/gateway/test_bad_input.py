"""Bodies that are too large, too slow or cut short, and a hub that is away."""

import asyncio
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import Request

from adapters.gateway.bodies import BodyRefused, spooled
from adapters.gateway.threads import Threads
from adapters.hub.inbox import Inbox
from tests.adapters.gateway.conftest import Door, Talk, document

LIMIT = 1_000_000


def endless(size: int) -> Iterator[bytes]:
    for _ in range(size // 100_000):
        yield b"x" * 100_000


def post(talk: Talk, *, length: int | None) -> bytes:
    """The head of an upload, as bytes."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    head = (
        "POST /1c/exchange?type=catalog&mode=file&filename=import0_1.xml HTTP/1.1\r\nHost: x\r\n"
        f"Cookie: {talk.headers['Cookie']}\r\nAuthorization: {talk.headers['Authorization']}\r\n{framing}\r\n\r\n"
    )
    return head.encode()


def connect(door: Door) -> socket.socket:
    host, _, port = door.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_a_body_whose_length_is_too_much_is_refused_before_it_is_read(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(max_body_bytes=LIMIT)).opened()
    with connect(talk.door) as wire:
        wire.sendall(post(talk, length=2_000_000_000) + b"x" * 1000)
        answer = wire.recv(10_000)
        while b"\r\n\r\nfailure\n" not in answer:
            answer += wire.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert talk.door.stored() == {}


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_client_that_sends_far_too_much_still_reads_the_sentence_and_memory_stays_small(
    open_door: Callable[..., Door], is_chunked: bool
) -> None:
    talk = Talk(open_door(max_body_bytes=LIMIT)).opened()
    size = 60_000_000
    if not is_chunked:
        talk.headers["Content-Length"] = str(size)
    tracemalloc.start()
    try:
        word, sentence = talk.file("import0_1.xml", endless(size)).split("\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        talk.headers.pop("Content-Length", None)
    assert word == "failure"
    assert "больше 1 МБ" in sentence
    assert peak < 20_000_000
    assert talk.door.stored() == {}
    assert list((talk.door.settings.var_dir / "spool").glob("*")) == []
    assert talk.file("import0_1.xml", document()) == "success"


def test_a_client_that_will_close_after_its_request_still_reads_the_sentence(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(max_body_bytes=LIMIT)).opened()
    with connect(talk.door) as wire:
        wire.sendall(post(talk, length=20_000_000).replace(b"Host: x", b"Host: x\r\nConnection: close"))
        wire.sendall(b"x" * 20_000_000)
        assert b"\r\n\r\nfailure\n" in b"".join(iter(lambda: wire.recv(10_000), b""))


def test_a_body_shorter_than_was_promised_is_refused_though_the_connection_says_it_is_over(tmp_path: Path) -> None:
    async def short() -> dict[str, object]:
        return {"type": "http.request", "body": b"12345", "more_body": False}

    async def take() -> None:
        scope = {"type": "http", "headers": [(b"content-length", b"10")]}
        async with spooled(Request(scope, short), folder=tmp_path, max_bytes=LIMIT, threads=Threads()):
            pass

    with pytest.raises(BodyRefused, match="не целиком"):
        asyncio.run(take())


def test_pieces_that_together_are_too_much_are_refused_and_forgotten(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(max_file_bytes=LIMIT)).opened()
    body = document(10_000)
    assert talk.file("import0_1.xml", body[:600_000]) == "success"
    word, sentence = talk.file("import0_1.xml", body[600_000:1_200_000]).split("\n")
    assert word == "failure"
    assert "больше 1 МБ" in sentence
    assert talk.door.stored() == {"import0_1.xml": b""}
    assert "Файл отклонён" in talk("import", filename="import0_1.xml")


def test_one_body_larger_than_a_file_may_be_is_refused(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(max_file_bytes=LIMIT)).opened()
    assert "больше 1 МБ" in talk.file("import0_1.xml", document(10_000)[: LIMIT + 1])
    assert talk.door.stored() == {}


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_piece_cut_by_the_client_is_not_half_applied(open_door: Callable[..., Door], is_chunked: bool) -> None:
    talk = Talk(open_door()).opened()
    body = document(2000)
    talk.file("import0_1.xml", body[:50_000])
    with connect(talk.door) as wire:
        if is_chunked:
            wire.sendall(post(talk, length=None) + b"7530\r\n" + body[50_000:80_000] + b"\r\n")
        else:
            wire.sendall(post(talk, length=len(body) - 50_000) + body[50_000:80_000])
    assert talk.file("import0_1.xml", body[50_000:]) == "success"
    assert talk.door.stored() == {"import0_1.xml": body}


def test_a_slow_upload_delays_nobody(open_door: Callable[..., Door]) -> None:
    door = open_door()
    slow = [Talk(door).opened() for _ in range(25)]
    wires = [connect(door) for _ in slow]
    try:
        for talk, wire in zip(slow, wires, strict=True):
            wire.sendall(post(talk, length=1000) + b"<")
        quick = Talk(door).opened()
        assert quick.file("import0_1.xml", document()) == "success"
    finally:
        for wire in wires:
            wire.close()
    assert door.stored() == {"import0_1.xml": document()}


def test_megabytes_being_stored_delay_no_short_question(open_door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch) -> None:
    door = open_door()
    talks = [Talk(door).opened() for _ in range(8)]
    may_go_on = threading.Event()
    append = Inbox.append

    def slowly(self: Inbox, *given: object) -> int:
        may_go_on.wait(60)
        return append(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Inbox, "append", slowly)
    sending = [threading.Thread(target=talk.file, args=("import0_1.xml", document())) for talk in talks]
    for thread in sending:
        thread.start()
    try:
        Talk(door).opened()
    finally:
        may_go_on.set()
        for thread in sending:
            thread.join()
    assert len(door.inbox.waiting()) == 8


def test_a_client_that_falls_silent_in_the_middle_is_let_go(open_door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.gateway.bodies.SILENCE_S", 0.2)
    talk = Talk(open_door()).opened()
    with connect(talk.door) as wire:
        wire.sendall(post(talk, length=1000) + b"<")
        said = b""
        while "замолчала".encode() not in said:
            more = wire.recv(10_000)
            assert more, said
            said += more
    assert talk.door.stored() == {}


def test_a_hub_that_is_away_is_a_failure_with_a_sentence_and_no_detail(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.opened()

    def away(*_: object) -> None:
        raise OperationalError("select secret", {}, Exception("server closed the connection"))

    monkeypatch.setattr(Inbox, "session", away)
    word, sentence = talk.file("import0_1.xml", document()).split("\n")
    assert word == "failure"
    assert sentence.startswith("База Utyug сейчас не отвечает")


def test_a_defect_of_ours_is_a_failure_in_the_protocols_own_words(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.opened()

    def broken(*_: object) -> None:
        raise AssertionError("defect")

    monkeypatch.setattr(Inbox, "session", broken)
    answer = talk.answer("init")
    assert answer.status_code == 200
    assert answer.text.startswith("failure\nВнутренняя ошибка")


def test_nothing_is_left_on_the_disk(talk: Talk) -> None:
    talk.opened().file("import0_1.xml", document())
    spool: Path = talk.door.settings.var_dir / "spool"
    assert list(spool.iterdir()) == []
