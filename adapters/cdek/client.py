"""A contract with CDEK: how it is called.

Source: `reference/services.md` §1; https://api-docs.cdek.ru
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter

from adapters.cdek import answers, paths, refusals
from adapters.cdek.limits import CALLS
from adapters.cdek.terms import Terms
from adapters.cdek.token import TokenAuth
from adapters.clock import Clock
from adapters.errors import Rejected
from adapters.http import Connection
from adapters.pace import Pace

T = TypeVar("T")

SYSTEM, TITLE = "cdek", "СДЭК"


class CdekClient:
    """One contract.

    Args:
        url: ``https://api.cdek.ru``, or ``https://api.edu.cdek.ru`` of the vendor's test host.
        account: the integration's identifier.
        secret: its password.
        terms: what was agreed.
        timeout_s: of one call.
        clock: the shop's clock.
        pace: the account's turns, shared with whoever else calls with it.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        url: str,
        account: str,
        secret: SecretStr,
        terms: Terms,
        clock: Clock,
        timeout_s: float = 30.0,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.terms = terms
        self.clock = clock

        def opened(auth: httpx.Auth) -> Connection:
            return Connection(
                system=SYSTEM,
                title=TITLE,
                base_url=f"{self.url}/{paths.API}",
                auth=auth,
                timeout_s=timeout_s,
                clock=clock,
                refusal_code=_refusal_code,
                pace=pace,
                transport=transport,
            )

        self._tokens = opened(httpx.Auth())
        self._connection = opened(TokenAuth(self._tokens, account=account, secret=secret, clock=clock))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()
        self._tokens.close()

    def ask(self, path: str, shape: TypeAdapter[T], query: Mapping[str, str | int] | None = None) -> T:
        """What there is at an address.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        return self._connection.read(self._connection.call("GET", path, params=query, limits={CALLS: 1}), shape, is_repeatable=True)

    def find(self, path: str, shape: TypeAdapter[T], query: Mapping[str, str | int] | None = None, *, absent: str) -> T | None:
        """The same; none where CDEK says with this code, and no other, that it is not there.

        Raises:
            SyncError: as `ask`.
        """
        try:
            return self.ask(path, shape, query)
        except Rejected as error:
            if absent in refusals.codes_of(error.answer):
                return None
            raise

    def tell(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, is_repeatable: bool = False, shape: TypeAdapter[T]
    ) -> T:
        """What CDEK says of a write.

        Raises:
            SyncError: as `ask`; a refusal holds its body.
        """
        answer = self._connection.call(method, path, json=body, limits={CALLS: 1}, is_repeatable=is_repeatable)
        return self._connection.read(answer, shape, is_repeatable=is_repeatable)

    def fetch(self, path: str) -> bytes:
        """A file.

        Raises:
            SyncError: as `Connection.call`.
        """
        return self._connection.call("GET", path, limits={CALLS: 1}).content

    def order(self, uuid: str) -> answers.Shown | None:
        """An order by its uuid; none where it is not there: never, not yet, or not any more.

        Raises:
            SyncError: as `ask`.
        """
        return self.find(paths.order(uuid), answers.SHOWN, absent=refusals.NOT_THERE)

    def order_of(self, number: str) -> answers.Shown | None:
        """The order under our number; none where CDEK knows none. An empty success is no answer to that question.

        Raises:
            SyncError: as `ask`.
        """
        return self.find(paths.ORDERS, answers.SHOWN, {"im_number": number}, absent=refusals.NOT_BY_NUMBER)


def _refusal_code(response: httpx.Response) -> str | None:
    """Of a definite refusal; what they say with a 5xx does not tell what happened."""
    if not response.is_client_error:
        return None
    return next(iter(refusals.codes_of(response.content)), None)
