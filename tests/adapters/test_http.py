import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from adapters.http import Connection, retry_after_s

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Answer = httpx.Response | type[httpx.RequestError]


class Waits:
    """A clock that notes how long it was asked to sleep."""

    def __init__(self) -> None:
        self.instant = NOW
        self.waited_s: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def sleep_until(self, instant: datetime) -> None:
        self.waited_s.append((instant - self.instant).total_seconds())
        self.instant = instant


class Stamp(httpx.Auth):
    """Signs each call with a number of its own."""

    def __init__(self) -> None:
        self.count = 0

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        self.count += 1
        request.headers["authorization"] = f"stamp {self.count}"
        yield request


class Other:
    """The other side: answers in order, and what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.stamps: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        self.stamps.append(request.headers["authorization"])
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.Response):
            return answer
        raise answer("secret-query", request=request)


@contextmanager
def connected(other: Callable[[httpx.Request], httpx.Response], clock: Waits | None = None) -> Iterator[Connection]:
    with Connection(
        system="shop",
        title="Сайт",
        base_url="http://shop.test/api/",
        auth=Stamp(),
        timeout_s=3,
        clock=clock or Waits(),  # type: ignore[arg-type]
        refusal_code=lambda response: response.headers.get("x-code"),
        transport=httpx.MockTransport(other),
    ) as connection:
        yield connection


def later(wait: str = "7", status: int = 429) -> httpx.Response:
    return httpx.Response(status, headers={"retry-after": wait})


def test_a_short_retry_after_is_waited_out_and_the_call_signed_anew() -> None:
    clock, other = Waits(), Other(later("7"), httpx.Response(200))
    with connected(other, clock) as connection:
        assert connection.call("GET", "things").status_code == 200
    assert clock.waited_s == [7]
    assert other.stamps == ["stamp 1", "stamp 2"]


def test_a_retry_after_may_be_a_date() -> None:
    clock, other = Waits(), Other(later(format_datetime(NOW + timedelta(seconds=9), usegmt=True)), httpx.Response(200))
    with connected(other, clock) as connection:
        connection.call("GET", "things")
    assert clock.waited_s == [9]


def test_a_long_retry_after_is_not_waited_out_but_told() -> None:
    clock = Waits()
    with connected(Other(later("3600")), clock) as connection, pytest.raises(RateLimited) as caught:
        connection.call("GET", "things")
    assert (clock.waited_s, caught.value.retry_after_s) == ([], 3600)


def test_patience_ends() -> None:
    clock, other = Waits(), Other(*[later("1")] * 9)
    with connected(other, clock) as connection, pytest.raises(RateLimited):
        connection.call("GET", "things")
    assert len(other.asked) == 3


def test_a_write_is_made_again_after_429_because_nothing_was_done() -> None:
    other = Other(later(), httpx.Response(200))
    with connected(other) as connection:
        connection.call("POST", "things", json={"a": 1})
    assert [request.content for request in other.asked] == [b'{"a":1}'] * 2


def test_a_write_is_never_made_again_after_503_however_it_invites() -> None:
    other = Other(later(status=503), httpx.Response(200))
    with connected(other) as connection, pytest.raises(OutcomeUnknown):
        connection.call("POST", "things")
    assert len(other.asked) == 1


@pytest.mark.parametrize(("method", "is_repeatable"), [("GET", None), ("POST", True)])
def test_a_repeatable_call_is_made_again_after_503(method: str, is_repeatable: bool | None) -> None:
    other = Other(later(status=503), httpx.Response(200))
    with connected(other) as connection:
        connection.call(method, "things", is_repeatable=is_repeatable)
    assert len(other.asked) == 2


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_write_that_never_left_may_be_tried_again(error: type[httpx.RequestError]) -> None:
    with connected(Other(error)) as connection, pytest.raises(Unavailable):
        connection.call("POST", "things")


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_a_write_that_was_not_answered_is_unknown_and_not_repeated(error: type[httpx.RequestError]) -> None:
    other = Other(error, httpx.Response(200))
    with connected(other) as connection, pytest.raises(OutcomeUnknown):
        connection.call("POST", "things")
    assert len(other.asked) == 1


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError])
def test_a_reading_that_was_not_answered_may_be_tried_again(error: type[httpx.RequestError]) -> None:
    with connected(Other(error)) as connection, pytest.raises(Unavailable):
        connection.call("GET", "things")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (301, None, Rejected),
        (400, None, Rejected),
        (401, None, Unauthorized),
        (403, None, Unauthorized),
        (404, None, Rejected),
        (429, None, RateLimited),
        (500, None, Unavailable),
        (503, None, Unavailable),
        (500, "wrong_input", Rejected),
    ],
)
def test_an_answer_becomes_the_error_it_means(status: int, code: str | None, expected: type[SyncError]) -> None:
    headers = {"x-request-id": "r-1"} | ({"x-code": code} if code else {})
    with connected(Other(httpx.Response(status, headers=headers))) as connection, pytest.raises(SyncError) as caught:
        connection.call("GET", "things")
    assert type(caught.value) is expected
    assert (caught.value.system, caught.value.request_id) == ("shop", "r-1")


def test_a_redirect_is_not_followed() -> None:
    other = Other(httpx.Response(302, headers={"location": "https://elsewhere.test/"}), httpx.Response(200))
    with connected(other) as connection, pytest.raises(Rejected):
        connection.call("POST", "things")
    assert len(other.asked) == 1


def test_an_unreadable_answer_to_a_write_is_unknown_and_to_a_reading_is_broken() -> None:
    with connected(Other()) as connection:
        assert type(connection.garbled(httpx.Response(200), is_repeatable=True)) is ContractBroken
        assert type(connection.garbled(httpx.Response(200), is_repeatable=False)) is OutcomeUnknown


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(404), httpx.ReadTimeout])
def test_neither_message_nor_log_holds_the_query(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), connected(Other(answer)) as connection, pytest.raises(SyncError) as caught:
        connection.call("GET", "things", params={"sku": "secret-query"})
    assert "secret-query" not in caught.value.sentence + caplog.text
    assert "shop GET /api/things" in caplog.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [("12", 12.0), ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0), ("soon", None), ("", None)],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(given: str, expected: float | None) -> None:
    assert retry_after_s(httpx.Response(429, headers={"retry-after": given}), NOW) == expected
