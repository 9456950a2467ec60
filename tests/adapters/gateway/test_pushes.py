"""Pushes of the channels at the gateway, by hand: what is kept, what is answered, whom it lets in."""

import base64
import hashlib
import hmac
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import create_engine, text

from adapters.errors import Misconfigured
from adapters.gateway import pushes as hooks
from adapters.gateway.app import make_app
from adapters.hub.hub import Hub
from adapters.hub.pushes import Hint, Pushes
from adapters.settings import Settings
from tests.adapters.gateway.conftest import Door, running

SECRET = "long-enough-secret_1"
OZON_NET, YANDEX_NET, STRANGER = "195.34.21.5", "5.45.207.10", "8.8.8.8"
ORDER = b'{"id":58,"status":"processing","billing":{"first_name":"\\u0418\\u0432\\u0430\\u043d"}}'
NEW_POSTING = {"message_type": "TYPE_NEW_POSTING", "posting_number": "24319409-0021-1", "seller_id": 1}
CREATED = {"notificationType": "ORDER_CREATED", "orderId": 9001, "campaignId": 7, "createdAt": "2026-11-22T10:00:00Z"}


def channels(**orders: Any) -> dict[str, Any]:
    told = {"push_secret": SECRET, **orders}
    return {
        "site": {"kind": "woocommerce", "url": "https://shop.example", "consumer_key": "ck", "consumer_secret": "cs", "orders": told},
        "ozon": {"kind": "ozon", "client_id": "1", "api_key": "k", "warehouses": {"1": []}, "orders": told},
        "market": {"kind": "yandex_market", "business_id": 1, "api_key": "k", "warehouses": {"1": []}, "orders": told},
        "wb": {"kind": "wildberries", "token": "t", "warehouses": {"1": []}, "orders": told},
        "deaf": {"kind": "ozon", "client_id": "2", "api_key": "k", "warehouses": {"1": []}},
    }


@pytest.fixture
def open_hooks(hub: Hub, tmp_path: Path) -> Iterator[Callable[..., Door]]:
    with ExitStack() as stack:
        yield lambda **orders: stack.enter_context(running(hub, Settings(var_dir=tmp_path / "var", channels=channels(**orders))))


@pytest.fixture
def door(open_hooks: Callable[..., Door]) -> Door:
    return open_hooks()


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def deliver(
    door: Door, body: bytes = ORDER, *, topic: str = "order.created", signature: str | None = None, path: str = "site"
) -> httpx.Response:
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": signature or sign(body)}
    return httpx.post(f"{door.url}/hooks/{path}", headers=headers, content=body)


def push(door: Door, path: str, body: Any, *, source: str | None = OZON_NET) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{door.url}/hooks/{path}", headers={} if source is None else {"X-Forwarded-For": source}, content=content)


def to_ozon(door: Door, body: Any, *, source: str | None = OZON_NET) -> httpx.Response:
    return push(door, f"ozon/{SECRET}", body, source=source)


def to_market(door: Door, body: Any, *, source: str | None = YANDEX_NET) -> httpx.Response:
    return push(door, f"market/{SECRET}/notification", body, source=source)


def hints(door: Door, channel: str) -> list[Hint]:
    return Pushes(door.hub).waiting(channel)


def kept(door: Door, channel: str) -> list[tuple[str, str | None, int]]:
    return [(hint.topic, hint.order_ref, hint.times) for hint in hints(door, channel)]


class TestWooCommerce:
    def test_a_signed_delivery_is_kept(self, door: Door) -> None:
        assert deliver(door).status_code == 200
        assert kept(door, "site") == [("order.created", "58", 1)]
        assert hints(door, "site")[0].is_signed

    def test_the_signature_is_of_the_bytes_and_not_of_what_they_mean(self, door: Door) -> None:
        """Cyrillic comes as \\uXXXX: the same JSON written otherwise has another signature."""
        rewritten = json.dumps(json.loads(ORDER), ensure_ascii=False).encode()
        assert deliver(door, rewritten, signature=sign(ORDER)).status_code == 401
        assert deliver(door, rewritten).status_code == 200

    def test_a_wrong_signature_is_refused(self, door: Door) -> None:
        near = [sign(ORDER, "another-secret-of-theirs"), sign(ORDER + b" "), sign(ORDER)[:-1], sign(ORDER).lower()]
        for wrong in [*near, "é" * 44, "x"]:
            headers = {b"X-WC-Webhook-Topic": b"order.created", b"X-WC-Webhook-Signature": wrong.encode("latin-1")}
            assert httpx.post(f"{door.url}/hooks/site", headers=headers, content=ORDER).status_code == 401, wrong
        assert kept(door, "site") == []

    def test_no_signature_is_a_wrong_one(self, door: Door) -> None:
        assert httpx.post(f"{door.url}/hooks/site", headers={"X-WC-Webhook-Topic": "order.created"}, content=ORDER).status_code == 401

    def test_the_form_sent_when_a_webhook_is_made_is_answered_and_says_nothing(self, door: Door) -> None:
        answer = httpx.post(f"{door.url}/hooks/site", data={"webhook_id": "7"})
        assert answer.status_code == 200
        assert kept(door, "site") == []

    def test_a_deleted_order_is_told_by_its_id_alone(self, door: Door) -> None:
        assert deliver(door, b'{"id":58}', topic="order.deleted").status_code == 200
        assert kept(door, "site") == [("order.deleted", "58", 1)]

    def test_the_site_has_no_secret_address(self, door: Door) -> None:
        assert deliver(door, path=f"site/{SECRET}").status_code == 404
        assert kept(door, "site") == []


class TestOzon:
    def test_a_new_posting_is_kept_and_confirmed(self, door: Door) -> None:
        answer = to_ozon(door, NEW_POSTING)
        assert (answer.status_code, answer.json()) == (200, {"result": True})
        assert answer.headers["content-type"] == "application/json"
        assert kept(door, "ozon") == [("TYPE_NEW_POSTING", "24319409-0021-1", 1)]
        assert not hints(door, "ozon")[0].is_signed

    def test_a_ping_is_greeted_and_not_kept(self, door: Door) -> None:
        answer = to_ozon(door, {"message_type": "TYPE_PING", "time": "2019-08-24T14:15:22Z"})
        assert answer.status_code == 200
        assert set(answer.json()) == {"version", "name", "time"}
        assert len(answer.json()["time"]) == len("2019-08-24T14:15:22Z")
        assert kept(door, "ozon") == []

    def test_a_type_unknown_to_us_is_kept(self, door: Door) -> None:
        assert to_ozon(door, {"message_type": "TYPE_OF_TOMORROW", "posting_number": ["?"]}).json() == {"result": True}
        assert kept(door, "ozon") == [("TYPE_OF_TOMORROW", None, 1)]

    def test_garbage_is_told_as_ozon_documents_it(self, door: Door) -> None:
        answer = to_ozon(door, b"[]")
        assert answer.status_code == 400
        assert answer.json() == {"error": {"code": "ERROR_PARAMETER_VALUE_MISSED", "message": "message_type is missing", "details": None}}


class TestYandexMarket:
    def test_a_notification_is_kept_and_greeted(self, door: Door) -> None:
        answer = to_market(door, CREATED)
        assert answer.status_code == 200
        assert set(answer.json()) == {"version", "name", "time"}
        assert kept(door, "market") == [("ORDER_CREATED", "9001", 1)]

    def test_a_ping_is_greeted_and_not_kept(self, door: Door) -> None:
        assert set(to_market(door, {"notificationType": "PING", "time": "2026-11-22T10:00:00Z"}).json()) == {"version", "name", "time"}
        assert kept(door, "market") == []

    def test_a_type_unknown_to_us_is_kept(self, door: Door) -> None:
        to_market(door, {"notificationType": "ORDER_OF_TOMORROW", "orderId": 1})
        assert kept(door, "market") == [("ORDER_OF_TOMORROW", "1", 1)]

    def test_garbage_is_told_as_yandex_documents_it(self, door: Door) -> None:
        answer = to_market(door, {"orderId": 1})
        assert answer.status_code == 400
        assert answer.json() == {"error": {"type": "WRONG_EVENT_FORMAT", "message": "notificationType is missing"}}


class TestStrangers:
    def test_a_wrong_address_leads_nowhere(self, door: Door) -> None:
        near = ["ozon", f"ozon/{SECRET[:-1]}", f"ozon/{SECRET}x", "ozon/é", f"ozon/{SECRET}/more", f"ozon/{SECRET.upper()}"]
        for path in [*near, f"deaf/{SECRET}", f"wb/{SECRET}", "wb", "none"]:
            assert push(door, path, NEW_POSTING).status_code == 404, path
        assert kept(door, "ozon") == []

    def test_the_secret_of_one_channel_opens_no_other(self, hub: Hub, tmp_path: Path) -> None:
        told = channels()
        told["market"]["orders"] = {"push_secret": "another-long-secret"}
        with running(hub, Settings(var_dir=tmp_path, channels=told)) as door:
            assert to_market(door, CREATED).status_code == 404
            assert to_ozon(door, NEW_POSTING).status_code == 200

    def test_another_network_is_refused(self, door: Door) -> None:
        for source in (STRANGER, f"{OZON_NET}, {STRANGER}", YANDEX_NET, None):
            assert to_ozon(door, NEW_POSTING, source=source).status_code == 403, source
        assert kept(door, "ozon") == []

    def test_networks_of_the_settings_take_the_place_of_the_vendors(self, open_hooks: Callable[..., Door]) -> None:
        door = open_hooks(push_networks=["8.8.8.0/24"])
        assert to_ozon(door, NEW_POSTING, source=STRANGER).status_code == 200
        assert to_ozon(door, NEW_POSTING, source=OZON_NET).status_code == 403
        assert deliver(door).status_code == 403

    def test_a_site_is_taken_from_anywhere_because_it_signs(self, door: Door) -> None:
        assert deliver(door).status_code == 200

    def test_only_post_is_listened_to(self, door: Door) -> None:
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            assert httpx.request(method, f"{door.url}/hooks/ozon/{SECRET}").status_code == 404, method

    def test_a_body_without_end_is_refused(self, door: Door) -> None:
        assert to_ozon(door, b"{" + b" " * 1_000_000).status_code == 413
        assert deliver(door, b"{" + b" " * 3_000_000).status_code == 413

    @pytest.mark.parametrize("secret", ["", "short", "has/slash/in/the/middle", "пятнадцатьзнаковиещё"])
    def test_a_secret_that_can_be_guessed_or_not_stand_in_an_address_is_not_accepted(self, hub: Hub, tmp_path: Path, secret: str) -> None:
        settings = Settings(var_dir=tmp_path, channels={"ozon": channels(push_secret=secret)["ozon"]})
        with pytest.raises(Misconfigured, match=r"channels\.ozon\.orders\.push_secret") as told:
            make_app(hub, settings)
        assert not secret or secret not in str(told.value)

    def test_refusals_are_counted(self, hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, "utyug.gateway"), running(hub, Settings(var_dir=tmp_path, channels=channels())) as door:
            for _ in range(5):
                deliver(door, signature="wrong")
            to_ozon(door, NEW_POSTING, source=STRANGER)
        said = [record.getMessage() for record in caplog.records]
        assert [line.rpartition(" ")[2] for line in said if "site" in line] == ["1", "2", "4"]
        assert [line for line in said if "ozon" in line and STRANGER in line]

    def test_no_log_line_holds_a_secret_or_a_person(self, door: Door, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            deliver(door)
            deliver(door, signature="wrong")
            deliver(door, b'{"first_name":"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd"}')
            to_ozon(door, NEW_POSTING, source=STRANGER)
            push(door, f"nobody/{SECRET}", NEW_POSTING)
        said = "".join(record.getMessage() for record in caplog.records if record.name.startswith("utyug"))
        assert said
        for word in (SECRET, "Иван", "24319409"):
            assert word not in said


class TestRepeats:
    def test_the_same_push_again_is_the_same_row(self, door: Door) -> None:
        assert {to_ozon(door, NEW_POSTING).status_code for _ in range(3)} == {200}
        assert {deliver(door).status_code for _ in range(2)} == {200}
        assert kept(door, "ozon") == [("TYPE_NEW_POSTING", "24319409-0021-1", 3)]
        assert kept(door, "site") == [("order.created", "58", 2)]

    def test_two_topics_with_the_same_body_are_two_pushes(self, door: Door) -> None:
        """A new order comes as created and as updated, byte for byte the same."""
        deliver(door, topic="order.updated")
        deliver(door, topic="order.created")
        assert sorted(hint.topic for hint in hints(door, "site")) == ["order.created", "order.updated"]

    def test_the_order_of_arrival_does_not_matter(self, door: Door) -> None:
        first = [deliver(door, b'{"id":58}', topic=topic) for topic in ("order.deleted", "order.created", "order.updated")]
        later = [deliver(door, b'{"id":59}', topic=topic) for topic in ("order.updated", "order.deleted", "order.created")]
        assert {answer.status_code for answer in first + later} == {200}
        by_order = {ref: {hint.topic for hint in hints(door, "site") if hint.order_ref == ref} for ref in ("58", "59")}
        assert by_order["58"] == by_order["59"] == {"order.created", "order.updated", "order.deleted"}


class TestHubAway:
    @pytest.fixture
    def away(self, hub: Hub, tmp_path: Path) -> Iterator[Callable[[], Door]]:
        """A gateway whose hub goes away while it runs."""
        with ExitStack() as stack:
            door = stack.enter_context(running(hub, Settings(var_dir=tmp_path, channels=channels())))
            port = socket.socket()
            port.bind(("127.0.0.1", 0))
            stack.callback(port.close)

            def gone() -> Door:
                hub.close()
                hub.engine = create_engine(hub.engine.url.set(port=port.getsockname()[1]), connect_args={"connect_timeout": 2})
                return door

            yield gone

    def test_the_vendor_is_told_to_send_it_again(self, away: Callable[[], Door]) -> None:
        door = away()
        assert [deliver(door).status_code, to_ozon(door, NEW_POSTING).status_code, to_market(door, CREATED).status_code] == [503] * 3
        assert to_ozon(door, NEW_POSTING).json()["error"]["code"] == "ERROR_UNKNOWN"
        assert to_market(door, CREATED).json()["error"]["type"] == "UNKNOWN"

    def test_a_ping_needs_no_hub(self, away: Callable[[], Door]) -> None:
        door = away()
        assert to_ozon(door, {"message_type": "TYPE_PING"}).status_code == 200
        assert to_market(door, {"notificationType": "PING"}).status_code == 200

    def test_a_hub_that_does_not_answer_holds_no_vendor_up_and_the_push_is_kept_all_the_same(
        self, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hooks.PushHooks.__init__, "__kwdefaults__", {"within_s": 0.3})
        with running(hub, Settings(var_dir=tmp_path, channels=channels())) as door:
            with hub.engine.begin() as connection:
                connection.execute(text("lock table push in access exclusive mode"))
                assert to_ozon(door, NEW_POSTING).status_code == 503
            while not hints(door, "ozon"):
                time.sleep(0.01)
            assert to_ozon(door, NEW_POSTING).status_code == 200
            assert kept(door, "ozon") == [("TYPE_NEW_POSTING", "24319409-0021-1", 2)]

    def test_a_sender_that_never_ends_is_answered_in_time(self, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hooks.PushHooks.__init__, "__kwdefaults__", {"within_s": 0.3})
        with running(hub, Settings(var_dir=tmp_path, channels=channels())) as door:
            there = urlsplit(door.url)
            with socket.create_connection((there.hostname, there.port or 80), timeout=30) as line:
                head = f"POST /hooks/ozon/{SECRET} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {OZON_NET}\r\nContent-Length: 100\r\n\r\n{{"
                line.sendall(head.encode())
                assert line.recv(100).startswith(b"HTTP/1.1 503")

    def test_an_answer_leaves_before_ozon_gives_up(self) -> None:
        assert hooks.ANSWER_WITHIN_S < 5


def test_a_defect_is_no_success_and_tells_no_secret(door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("defect")

    monkeypatch.setattr(Pushes, "keep", broken)
    answer = to_ozon(door, NEW_POSTING)
    assert answer.status_code == 500
    assert SECRET not in caplog.text
