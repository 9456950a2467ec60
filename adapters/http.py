"""Calling another system over HTTP, in one shape for all of them.

One place builds the client, keeps the account's pace, waits out a short Retry-After, turns what went wrong into the tree of
`adapters.errors` and logs a line. Neither the log nor a message ever holds a query string, a header or a body; of an answer that breaks
its contract the fragment that does.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from adapters.clock import Clock
from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from adapters.pace import Limit, LocalPace, Pace

T = TypeVar("T")

logger = logging.getLogger(__name__)
# Its line at INFO holds the whole query string.
logging.getLogger("httpx").setLevel(logging.WARNING)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_OFTEN = frozenset({420, 429})
SPELLINGS = {
    "retry-after": 1.0,
    "x-ratelimit-retry": 1.0,
    "item-retry-after": 60.0,
    "x-ratelimit-resource-until": 1.0,
    "x-ratelimit-reset": 1.0,
}
FRAGMENT = 200
"""Characters of an answer that a message may quote."""
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Connection:
    """Calls to one system.

    Args:
        system: its name in errors and logs.
        title: its name in sentences for a manager.
        base_url: what every path is relative to.
        auth: how a call is signed.
        timeout_s: for connecting, sending and each piece of the answer.
        clock: the shop's clock.
        refusal_code: the system's own code of a definite refusal in an answer, where it has one: such an answer is final even when
            it calls itself 5xx.
        is_too_often: whether an answer means that calls come too often; 429 and 420 by default.
        wait_s_of: how long an answer asks to wait, where its headers do not say it; by default only they are read.
        pace: the account's turns; this process's own by default.
        transport: the test seam.
    """

    LONGEST_WAIT_S = 20.0
    ATTEMPTS = 3

    def __init__(
        self,
        *,
        system: str,
        title: str,
        base_url: str,
        auth: httpx.Auth,
        timeout_s: float,
        clock: Clock,
        refusal_code: Callable[[httpx.Response], str | None],
        is_too_often: Callable[[httpx.Response], bool] = lambda response: response.status_code in TOO_OFTEN,
        wait_s_of: Callable[[httpx.Response, datetime], float | None] | None = None,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.system = system
        self.title = title
        self._timeout_s = timeout_s
        self._clock = clock
        self._refusal_code = refusal_code
        self._is_too_often = is_too_often
        self._wait_s_of = wait_s_of or retry_after_s
        self._pace = pace or LocalPace(title, clock=clock)
        self._client = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=timeout_s,
            transport=transport,
            headers={"User-Agent": "utyug", "Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,  # noqa: ANN401 - whatever JSON can say
        form: Mapping[str, str] | None = None,
        limits: Mapping[Limit, int] | None = None,
        is_repeatable: bool | None = None,
    ) -> httpx.Response:
        """A successful answer, read whole.

        An answer "too often" with a short wait says that nothing was done: any call is made again after it. A 503 with a short
        Retry-After is believed only for a call that is safe to repeat.

        Args:
            method: HTTP method.
            path: relative to the base address.
            params: the query.
            json: the body.
            form: the body of a vendor that reads forms.
            limits: the vendor's limits that the call counts for, and how much: 1, or the rows it carries.
            is_repeatable: the same call twice does no harm; by default only reading is.

        Raises:
            RateLimited: asked too often, and longer than is waited here.
            Unavailable: the call did not leave, or it is repeatable and was not answered.
            OutcomeUnknown: the call is not repeatable and may or may not have had its effect.
            Unauthorized: the credential or the right is missing.
            Rejected: read and refused.
        """
        is_repeatable = method in SAFE_METHODS if is_repeatable is None else is_repeatable
        request = self._client.build_request(method, path, params=params, json=json, data=form)
        for attempt in range(1, self.ATTEMPTS + 1):
            response = self._sent(request, limits or {}, is_repeatable=is_repeatable)
            if response.is_success and not self._is_too_often(response):
                return response
            wait_s = self._wait_s(response, is_repeatable=is_repeatable)
            if wait_s is None or wait_s > self.LONGEST_WAIT_S or attempt == self.ATTEMPTS:
                break
            self._clock.sleep_until(self._clock.now() + timedelta(seconds=wait_s))
        raise self._refused(response, is_repeatable=is_repeatable)

    def read(self, response: httpx.Response, shape: TypeAdapter[T], *, is_repeatable: bool) -> T:
        """The answer's body as the vendor documents it.

        Args:
            response: a successful answer.
            shape: what it must be.
            is_repeatable: whether it answers a call that does no harm twice.

        Raises:
            ContractBroken: it is not; ``fragment`` says where and what is there instead.
            OutcomeUnknown: it is no JSON at all, after a write.
        """
        try:
            return shape.validate_json(response.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            if first["type"] == "json_invalid":
                raise self.garbled(response, is_repeatable=is_repeatable) from None
            where = ".".join(map(str, first["loc"])) or "ответ"
            # What holds a missing field is a whole object, and may be a person.
            is_value = not isinstance(first["input"], (dict, list))
            fragment = f"{where}: {str(first['input'])[:FRAGMENT]}" if is_value else f"{where}: {first['type']}"
            sentence = f"{self.title} ответил не так, как описано в его документации: {fragment}"
            raise ContractBroken(sentence, system=self.system, request_id=_request_id(response), fragment=fragment) from None

    def garbled(self, response: httpx.Response, *, is_repeatable: bool) -> SyncError:
        """The error for a successful answer that cannot be read: after a write nobody knows what happened."""
        kind = ContractBroken if is_repeatable else OutcomeUnknown
        sentence = f"{self.title} ответил успехом, но ответ не читается: возможно, его портит плагин или прокси."
        return kind(sentence, system=self.system, request_id=_request_id(response))

    def _sent(self, request: httpx.Request, limits: Mapping[Limit, int], *, is_repeatable: bool) -> httpx.Response:
        """Whatever the other side answers, after the call's turn; its limits are told what the answer means for them."""
        told = f"{self.system} {request.method} {request.url.path}"
        with self._pace.turn(limits):
            began_at = self._clock.now()
            try:
                response = self._client.send(request)
            except httpx.RequestError as error:
                logger.warning("%s: %s", told, type(error).__name__)
                raise self._unanswered(error, is_repeatable=is_repeatable) from error
        took_s = (self._clock.now() - began_at).total_seconds()
        logger.info("%s: %s in %.2f s", told, response.status_code, took_s)
        self._tell_limits(limits, response)
        return response

    def _tell_limits(self, limits: Mapping[Limit, int], response: httpx.Response) -> None:
        """What an answer means for those who come next; calls that are only counted at once need not wait."""
        wait_s = self._wait_s_of(response, self._clock.now()) if self._is_too_often(response) else None
        for limit in limits:
            if wait_s is not None and limit.interval_s > 0:
                self._pace.pause(limit, self._clock.now() + timedelta(seconds=wait_s))
            if response.is_client_error and limit.refusal_cost > 1:
                self._pace.charge(limit, limit.refusal_cost - 1)

    def _wait_s(self, response: httpx.Response, *, is_repeatable: bool) -> float | None:
        """How long to wait before the same call; none where it must not be made again."""
        if self._is_too_often(response) or (response.status_code == 503 and is_repeatable):
            return self._wait_s_of(response, self._clock.now())
        return None

    def _unanswered(self, error: httpx.RequestError, *, is_repeatable: bool) -> SyncError:
        if isinstance(error, NEVER_LEFT):
            return Unavailable(f"{self.title} недоступен: соединение не установлено.", system=self.system)
        late = isinstance(error, httpx.TimeoutException)
        what = f"не ответил за {self._timeout_s:g} с" if late else "оборвал соединение, не ответив"
        if is_repeatable:
            return Unavailable(f"{self.title} {what}.", system=self.system)
        return OutcomeUnknown(f"{self.title} {what}: дошла ли запись, неизвестно.", system=self.system)

    def _refused(self, response: httpx.Response, *, is_repeatable: bool) -> SyncError:
        code = self._refusal_code(response)
        status = 429 if self._is_too_often(response) else response.status_code
        kind, what = _meaning(status, is_final=code is not None, is_repeatable=is_repeatable)
        told = f"{self.title} ответил {response.status_code}" + (f" ({code})" if code else "")
        wait_s = self._wait_s_of(response, self._clock.now())
        error = kind(f"{told}: {what}.", system=self.system, request_id=_request_id(response), retry_after_s=wait_s)
        if isinstance(error, Rejected):
            error.answer = response.content
        return error


DEFINITE: dict[int, tuple[type[SyncError], str]] = {
    429: (RateLimited, "слишком много запросов, просит подождать"),
    402: (Unauthorized, "доступ не оплачен; пополните счёт или смените тариф"),
    401: (Unauthorized, "ключи не подходят или не дают нужного права"),
    403: (Unauthorized, "ключи не подходят или не дают нужного права"),
}


def _meaning(status: int, *, is_final: bool, is_repeatable: bool) -> tuple[type[SyncError], str]:
    if status in DEFINITE:
        return DEFINITE[status]
    if status < 400:
        return Rejected, "перенаправляет на другой адрес; укажите в настройках тот, на который он ведёт"
    if status < 500 or is_final:
        return Rejected, "запрос отклонён"
    if is_repeatable:
        return Unavailable, "у него неполадки"
    return OutcomeUnknown, "дошла ли запись, неизвестно"


def retry_after_s(response: httpx.Response, now: datetime) -> float | None:
    """How long the other side asks to wait, in whatever header it says so; never below zero, none where it does not say.

    ``Retry-After`` in seconds or as an HTTP date (RFC 9110 §10.2.3), Wildberries' ``X-Ratelimit-Retry`` and ``-Reset`` in seconds,
    Ozon's ``Item-Retry-After`` in minutes, Yandex Market's ``X-RateLimit-Resource-Until`` as a date (`reference/marketplaces.md`).
    """
    for name, unit_s in SPELLINGS.items():
        given = response.headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", given):
            return float(given) * unit_s
        instant = _instant(given)
        if instant is not None:
            return max(0.0, (instant - now).total_seconds())
    return None


def _instant(given: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(given)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _request_id(response: httpx.Response) -> str | None:
    given: str | None = response.headers.get("x-request-id")
    return given
