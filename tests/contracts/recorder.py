"""What is said to a system and what it answers, written down on our side of the wire and not by the system itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contracts.spec import Operation, Spec


class NotJson(str):
    """A body that was told and is not JSON."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call and its answer; of headers only the names are kept.

    ``body`` and ``answer`` are None where nothing was told. ``status`` is None where nobody answered; ``is_spoilt`` where the answer
    was not the vendor's own, but that of a fault ordered from the world.
    """

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: frozenset[str]
    body: Any
    status: int | None
    answer: Any
    is_spoilt: bool = False

    def asked_of(self, spec: Spec) -> Operation:
        """The operation of the vendor's spec."""
        return spec.operation(self.method, self.host, self.path)

    def request_faults(self, spec: Spec) -> list[str]:
        """What of the request the vendor's spec does not have."""
        operation = self.asked_of(spec)
        found = operation.request_faults(self.query, self.body, path=self.path, headers=self.headers)
        return [f"{operation.name}: {fault}" for fault in found]

    def answer_faults(self, spec: Spec) -> list[str]:
        """What of the answer the vendor's spec does not have."""
        if self.status is None or self.is_spoilt:
            return []
        operation = self.asked_of(spec)
        return [f"{operation.name}: {fault}" for fault in operation.answer_faults(self.status, self.answer)]


class Recorder(httpx.BaseTransport):
    """A transport that writes down whatever passes.

    Args:
        base_url: where the world plays the vendor. A call goes there under its own path, so that an adapter may be tried with the
            addresses that it has by default; without it, a call goes where it says.
        has_hosts: the world tells the vendor's hosts apart by the first part of the path, the host's first label.
    """

    def __init__(self, base_url: str | None = None, *, has_hosts: bool = False) -> None:
        self.exchanges: list[Exchange] = []
        self._base = httpx.URL(base_url) if base_url else None
        self._inner = httpx.HTTPTransport()
        self._has_hosts = has_hosts
        self._is_spoilt = False

    @contextmanager
    def spoilt(self) -> Iterator[None]:
        """While it lasts, answers are those of ordered faults."""
        self._is_spoilt = True
        try:
            yield
        finally:
            self._is_spoilt = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, written down."""
        request.read()
        try:
            response = self._inner.handle_request(self._readdressed(request))
            response.read()
        except httpx.TransportError:
            self._write(request, None)
            raise
        self._write(request, response)
        return response

    def close(self) -> None:
        """Give the sockets back."""
        self._inner.close()

    def _readdressed(self, request: httpx.Request) -> httpx.Request:
        """A copy that goes to the world; the caller may send its own again."""
        if self._base is None:
            return request
        service = f"/{request.url.host.partition('.')[0]}".encode() if self._has_hosts else b""
        url = self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + service + request.url.raw_path)
        return httpx.Request(request.method, url, headers=request.headers, content=request.content, extensions=request.extensions)

    def _write(self, request: httpx.Request, response: httpx.Response | None) -> None:
        asked = request.url
        self.exchanges.append(
            Exchange(
                method=request.method,
                host=asked.host.partition(".")[0],
                path=asked.raw_path.decode().partition("?")[0],
                query=tuple(asked.params.multi_items()),
                headers=frozenset(name.lower() for name in request.headers),
                body=_told(request.content, lambda: json.loads(request.content)),
                status=response.status_code if response else None,
                answer=_told(response.content, response.json) if response else None,
                is_spoilt=self._is_spoilt,
            )
        )


def _told(content: bytes, read: Callable[[], Any]) -> Any:
    if not content:
        return None
    try:
        return read()
    except ValueError:
        return NotJson(content.decode(errors="replace"))
