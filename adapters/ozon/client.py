"""An Ozon cabinet: how it is called.

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/
"""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter

from adapters.clock import Clock
from adapters.errors import ContractBroken
from adapters.http import TOO_OFTEN, Connection
from adapters.ozon.answers import Page
from adapters.ozon.limits import ALL
from adapters.pace import Limit, Pace

T = TypeVar("T")
P = TypeVar("P", bound=Page)

# https://docs.ozon.ru/api/seller/#tag/Errors: said with statuses of all kinds
SAYS_TOO_OFTEN = ("you have reached request rate limit", "circle is open", "error limiting: acquire limit per item")
ERROR_BYTES = 4096
"""An answer longer than this is no error."""


class KeyAuth(httpx.Auth):
    """Two headers; the key lives six months."""

    def __init__(self, *, client_id: str, api_key: SecretStr) -> None:
        self._client_id = client_id
        self._api_key = api_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Name the cabinet and show its key."""
        request.headers["Client-Id"] = self._client_id
        request.headers["Api-Key"] = self._api_key.get_secret_value()
        yield request


class OzonClient:
    """One cabinet.

    Args:
        url: Ozon's address.
        client_id: of the cabinet; limits belong to it.
        api_key: of the cabinet.
        warehouses: the warehouses that the settings name, for `examine`.
        clock: the shop's clock.
        pace: the account's turns; this process's own by default.
        timeout_s: of one call.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        url: str,
        client_id: str,
        api_key: SecretStr,
        warehouses: Sequence[str] = (),
        clock: Clock,
        pace: Pace | None = None,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._client_id = client_id
        self._warehouses = tuple(warehouses)
        self._clock = clock
        self._connection = Connection(
            system="ozon",
            title="Ozon",
            base_url=url.rstrip("/"),
            auth=KeyAuth(client_id=client_id, api_key=api_key),
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal,
            is_too_often=_is_too_often,
            pace=pace,
            transport=transport,
        )
        self._files = Connection(
            system="ozon",
            title="Ozon (файлы)",
            base_url="",
            auth=httpx.Auth(),
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()
        self._files.close()

    @property
    def account(self) -> str:
        """What the limits belong to."""
        return self._client_id

    def ask(self, path: str, body: Mapping[str, Any], shape: TypeAdapter[T]) -> T:
        """What Ozon has, read by POST like everything there.

        Raises:
            SyncError: it could not be asked, or its answer is not what it documents.
        """
        response = self._connection.call("POST", path, json=body, limits={ALL: 1}, is_repeatable=True)
        return self._connection.read(response, shape, is_repeatable=True)

    def tell(self, path: str, body: Mapping[str, Any], shape: TypeAdapter[T], *, limits: Mapping[Limit, int], is_repeatable: bool) -> T:
        """What Ozon says of a write.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        response = self._connection.call("POST", path, json=body, limits=limits, is_repeatable=is_repeatable)
        return self._connection.read(response, shape, is_repeatable=is_repeatable)

    def fetch(self, url: str) -> bytes:
        """A file that an answer named, from wherever Ozon keeps it: the keys of the cabinet stay here.

        Raises:
            SyncError: it could not be fetched.
        """
        return self._files.call("GET", url).content

    def pages(self, path: str, body: Mapping[str, Any], shape: TypeAdapter[P]) -> Iterator[P]:
        """All pages of a list.

        Raises:
            ContractBroken: a cursor came twice, or there is none although more is to come: the list would never end.
        """
        cursors = [""]
        while True:
            page = self.ask(path, {**body, "cursor": cursors[-1]} if cursors[-1] else body, shape)
            yield page
            if not page.has_next:
                return
            if page.cursor in cursors:
                sentence = f"Ozon повторяет страницу списка {path}: список так не прочитать до конца."
                raise ContractBroken(sentence, system="ozon", fragment=f"cursor: {page.cursor}")
            cursors.append(page.cursor)


def message_of(answer: bytes) -> str:
    """Ozon's words in an answer that is an error; empty where it is none."""
    if len(answer) > ERROR_BYTES:
        return ""
    try:
        body = json.loads(answer)
    except ValueError:
        return ""
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""


def _refusal(response: httpx.Response) -> str | None:
    """Ozon's words of a definite refusal; its own 5xx says nothing about what happened."""
    return message_of(response.content)[:200] or None if response.is_client_error else None


def _is_too_often(response: httpx.Response) -> bool:
    return response.status_code in TOO_OFTEN or message_of(response.content).lower().startswith(SAYS_TOO_OFTEN)
