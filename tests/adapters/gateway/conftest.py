"""The gateway over real HTTP and a real PostgreSQL; the flow is played by changing the states of feeds."""

import base64
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.errors import FeedRefused
from adapters.gateway.app import make_app, make_server
from adapters.hub.arrivals import Arrivals
from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.onec.archive import Limits, store_members
from adapters.settings import Settings

HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="2026-11-01T10:00:00">'
FOOTER = "</КоммерческаяИнформация>"
BASES = {
    "main": {"login": "onec", "password": "secret-1"},
    "second": {"login": "склад", "password": "пароль-2"},
}


def document(products: int = 1) -> bytes:
    """A well-formed export of so many products."""
    rows = "".join(f"<Товар><Ид>p{n:06}</Ид><Наименование>Утюг {n}</Наименование></Товар>" for n in range(products))
    return f"{HEADER}<Каталог><Товары>{rows}</Товары></Каталог>{FOOTER}".encode()


@dataclass
class Door:
    """A running gateway."""

    url: str
    hub: Hub
    settings: Settings
    on_close: ExitStack
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.hub)

    @property
    def address(self) -> str:
        return f"{self.url}/1c/exchange"

    def stored(self) -> dict[str, bytes]:
        """What the inbox holds, by name; the newest of a name."""
        return {feed.name: b"".join(self.inbox.body(feed.feed_id)) for feed in reversed(self.inbox.feeds())}


class Talk:
    """Raw calls of one 1C session, without any client's habits."""

    def __init__(self, door: Door, *, login: str = "onec", password: str = "secret-1", encoding: str = "utf-8") -> None:
        credentials = base64.b64encode(f"{login}:{password}".encode(encoding)).decode()
        self.headers = {"Authorization": f"Basic {credentials}"}
        self.http = httpx.Client(timeout=30)
        self.door = door
        door.on_close.callback(self.http.close)

    def __call__(self, mode: str, *, exchange: str = "catalog", method: str = "GET", content: Any = None, **query: str) -> str:
        return self.answer(mode, exchange=exchange, method=method, content=content, **query).content.decode()

    def answer(self, mode: str, *, exchange: str = "catalog", method: str = "GET", content: Any = None, **query: str) -> httpx.Response:
        asked = "&".join([f"type={exchange}", f"mode={mode}", *(f"{name}={value}" for name, value in query.items())])
        return self.http.request(method, f"{self.door.address}?{asked}", headers=self.headers, content=content)

    def opened(self, exchange: str = "catalog", *, init: bool = True) -> "Talk":
        """With checkauth and init behind it."""
        word, cookie, value = self("checkauth", exchange=exchange).split("\n")
        assert word == "success"
        self.headers["Cookie"] = f"{cookie}={value}"
        if init:
            assert self("init", exchange=exchange).startswith("zip=")
        return self

    @property
    def session_ref(self) -> str:
        return self.headers["Cookie"].partition("=")[2]

    def file(self, name: str, body: Any, *, exchange: str = "catalog") -> str:
        return self("file", exchange=exchange, method="POST", content=body, filename=name)


class Flow:
    """The flow's part, played: archives are unpacked, documents recorded."""

    def __init__(self, door: Door, *, sentence: str = "Загружено товаров: 1.", refuses: str | None = None) -> None:
        self.door = door
        self.sentence = sentence
        self.refuses = refuses
        self.recorded: list[str] = []
        self._is_over = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Flow":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(0.02):
            self.round()

    def until_recorded(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.recorded) >= count, timeout=30)

    def why_refused(self, _feed: Feed) -> str | None:
        return self.refuses

    def round(self) -> None:
        inbox = self.door.inbox
        for feed in inbox.waiting():
            if feed.kind == "archive":
                limits = Limits.of(self.door.settings.onec)
                with tempfile.TemporaryDirectory() as scratch:
                    try:
                        store_members(inbox, Arrivals(self.door.hub), feed, limits=limits, scratch=Path(scratch))
                    except FeedRefused as refused:
                        inbox.refuse(feed.feed_id, refused.sentence, reason=refused.reason)
            elif (sentence := self.why_refused(feed)) is not None:
                inbox.refuse(feed.feed_id, sentence, reason="truncated")
            else:
                inbox.finish_archive(feed.feed_id, self.sentence)
                with self._changed:
                    self.recorded.append(feed.name)
                    self._changed.notify_all()


@contextmanager
def running(hub: Hub, settings: Settings) -> Iterator[Door]:
    server = make_server(make_app(hub, settings), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with ExitStack() as on_close:
            door = Door(url=f"http://127.0.0.1:{port}", hub=hub, settings=settings, on_close=on_close)
            while httpx.get(f"{door.url}/health").status_code != 200:
                time.sleep(0.01)
            yield door
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def open_door(hub: Hub, tmp_path: Path) -> Iterator[Callable[..., Door]]:
    """A gateway with settings of the test's own: keywords of `OnecSettings`, `max_body_bytes`, `hooks_secret`."""
    with ExitStack() as stack:

        def opened(*, max_body_bytes: int = 50_000_000, hooks_secret: str | None = None, **onec: Any) -> Door:
            given = {"zip": False, "progress_wait_s": 5.0, "bases": BASES, **onec}
            settings = Settings(
                var_dir=tmp_path / "var",
                onec=given,
                gateway={"max_body_bytes": max_body_bytes, "hooks_secret": hooks_secret},
            )
            return stack.enter_context(running(hub, settings))

        yield opened


@pytest.fixture
def door(open_door: Callable[..., Door]) -> Door:
    """A gateway with usual settings."""
    return open_door()


@pytest.fixture
def talk(door: Door) -> Talk:
    """1C before its first call."""
    return Talk(door)
