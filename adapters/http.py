"""Calling another system over HTTP, in one shape for all of them.

One place builds the client, waits out a short Retry-After, turns what went wrong into the tree of `adapters.errors` and logs a line.
Neither the log nor a message ever holds a query string, a header or a body.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from adapters.clock import Clock
from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable

logger = logging.getLogger(__name__)
# Its line at INFO holds the whole query string.
logging.getLogger("httpx").setLevel(logging.WARNING)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class PatientTransport(httpx.BaseTransport):
    """Waits out a short Retry-After and asks again; everything else is handed on.

    A 429 says that nothing was done, so any call may be made again; a 503 is believed only for a call that is safe to repeat.
    A repeated call is signed anew: a signature is good once.

    Args:
        inner: what really sends.
        clock: the shop's clock.
        auth: signs a repeated call.
    """

    LONGEST_WAIT_S = 20.0
    ATTEMPTS = 3

    def __init__(self, inner: httpx.BaseTransport, *, clock: Clock, auth: httpx.Auth) -> None:
        self._inner = inner
        self._clock = clock
        self._auth = auth

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is not a short "later"."""
        for _ in range(self.ATTEMPTS - 1):
            response = self._inner.handle_request(request)
            wait_s = self._wait_s(request, response)
            if wait_s is None:
                return response
            response.close()
            self._clock.sleep_until(self._clock.now() + timedelta(seconds=wait_s))
            request = next(self._auth.sync_auth_flow(request))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what really sends."""
        self._inner.close()

    def _wait_s(self, request: httpx.Request, response: httpx.Response) -> float | None:
        codes = {429, 503} if request.extensions.get("is_repeatable") else {429}
        wait_s = retry_after_s(response, self._clock.now()) if response.status_code in codes else None
        return wait_s if wait_s is not None and wait_s <= self.LONGEST_WAIT_S else None


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
        transport: the test seam.
    """

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.system = system
        self.title = title
        self._timeout_s = timeout_s
        self._clock = clock
        self._refusal_code = refusal_code
        self._client = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=timeout_s,
            transport=PatientTransport(transport or httpx.HTTPTransport(), clock=clock, auth=auth),
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
        is_repeatable: bool | None = None,
    ) -> httpx.Response:
        """A successful answer, read whole.

        Args:
            method: HTTP method.
            path: relative to the base address.
            params: the query.
            json: the body.
            is_repeatable: the same call twice does no harm; by default only reading is.

        Raises:
            RateLimited: asked too often, and longer than is waited here.
            Unavailable: the call did not leave, or it is repeatable and was not answered.
            OutcomeUnknown: the call is not repeatable and may or may not have had its effect.
            Unauthorized: the credential or the right is missing.
            Rejected: read and refused.
        """
        is_repeatable = method in SAFE_METHODS if is_repeatable is None else is_repeatable
        extensions = {"is_repeatable": is_repeatable}
        began_at = self._clock.now()
        try:
            response = self._client.request(method, path, params=params, json=json, extensions=extensions)
        except httpx.RequestError as error:
            logger.warning("%s %s %s: %s", self.system, method, path, type(error).__name__)
            raise self._unanswered(error, is_repeatable=is_repeatable) from error
        took_s = (self._clock.now() - began_at).total_seconds()
        logger.info("%s %s %s: %s in %.2f s", self.system, method, path, response.status_code, took_s)
        if not response.is_success:
            raise self._refused(response, is_repeatable=is_repeatable)
        return response

    def garbled(self, response: httpx.Response, *, is_repeatable: bool) -> SyncError:
        """The error for a successful answer that cannot be read: after a write nobody knows what happened."""
        kind = ContractBroken if is_repeatable else OutcomeUnknown
        sentence = f"{self.title} ответил успехом, но ответ не читается: возможно, его портит плагин или прокси."
        return kind(sentence, system=self.system, request_id=_request_id(response))

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
        kind, what = _meaning(response.status_code, is_final=code is not None, is_repeatable=is_repeatable)
        told = f"{self.title} ответил {response.status_code}" + (f" ({code})" if code else "")
        wait_s = retry_after_s(response, self._clock.now())
        return kind(f"{told}: {what}.", system=self.system, request_id=_request_id(response), retry_after_s=wait_s)


def _meaning(status: int, *, is_final: bool, is_repeatable: bool) -> tuple[type[SyncError], str]:
    if status == 429:
        return RateLimited, "слишком много запросов, просит подождать"
    if status in {401, 403}:
        return Unauthorized, "ключи не подходят или не дают нужного права"
    if status < 400:
        return Rejected, "перенаправляет на другой адрес; укажите в настройках тот, на который он ведёт"
    if status < 500 or is_final:
        return Rejected, "запрос отклонён"
    if is_repeatable:
        return Unavailable, "у него неполадки"
    return OutcomeUnknown, "дошла ли запись, неизвестно"


def retry_after_s(response: httpx.Response, now: datetime) -> float | None:
    """How long the other side asks to wait: seconds or an HTTP date (RFC 9110 §10.2.3); never below zero."""
    given = response.headers.get("retry-after", "").strip()
    if given.isdigit():
        return float(given)
    try:
        instant = parsedate_to_datetime(given)
    except ValueError:
        return None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (instant - now).total_seconds())


def _request_id(response: httpx.Response) -> str | None:
    given: str | None = response.headers.get("x-request-id")
    return given
