"""A Yandex Market business: how it is called.

Source: `reference/marketplaces.md` §3; https://yandex.ru/dev/market/partner-api/doc/ru/
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import polars as pl
from pydantic import SecretStr, TypeAdapter, ValidationError

from adapters.clock import Clock
from adapters.errors import ContractBroken
from adapters.http import Connection
from adapters.pace import Limit, Pace
from adapters.yandex_market.answers import WRITTEN, Paged

T = TypeVar("T")
P = TypeVar("P", bound=Paged)

REFS = pl.Struct({"offer_id": pl.String})
"""What a listing is called by: its SKU as the Market has it, without spaces around it."""


class KeyAuth(httpx.Auth):
    """One header; a key belongs to a business and has rights of its own."""

    def __init__(self, api_key: SecretStr) -> None:
        self._api_key = api_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the key."""
        request.headers["Api-Key"] = self._api_key.get_secret_value()
        yield request


class YandexMarketClient:
    """One business.

    Args:
        url: the Market's address.
        business_id: of the business; limits belong to it.
        api_key: of the business.
        has_warehouse_groups: stock is told per campaign then, else per warehouse.
        warehouses: those that the settings name: campaigns with groups, else warehouses.
        clock: the shop's clock.
        pace: the account's turns; this process's own by default.
        timeout_s: of one call.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        url: str,
        business_id: int,
        api_key: SecretStr,
        has_warehouse_groups: bool = False,
        warehouses: Sequence[str] = (),
        clock: Clock,
        pace: Pace | None = None,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._business_id = business_id
        self._has_groups = has_warehouse_groups
        self._warehouses = tuple(warehouses)
        self._clock = clock
        self._connection = Connection(
            system="yandex_market",
            title="Яндекс Маркет",
            base_url=url.rstrip("/"),
            auth=KeyAuth(api_key),
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal_code,
            pace=pace,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    @property
    def account(self) -> str:
        """What the limits belong to."""
        return str(self._business_id)

    def ask(
        self,
        method: str,
        path: str,
        shape: TypeAdapter[T],
        *,
        limits: Mapping[Limit, int],
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> T:
        """What the Market has; most of it is read by POST.

        Raises:
            SyncError: it could not be asked, or its answer is not what it documents.
        """
        response = self._connection.call(method, path, params=params, json=body, limits=limits, is_repeatable=True)
        return self._connection.read(response, shape, is_repeatable=True)

    def tell(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        shape: TypeAdapter[T],
        *,
        limits: Mapping[Limit, int],
        is_repeatable: bool = True,
    ) -> T:
        """What the Market says of a write.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        response = self._connection.call(method, path, json=body, limits=limits, is_repeatable=is_repeatable)
        return self._connection.read(response, shape, is_repeatable=is_repeatable)

    def pages(
        self,
        method: str,
        path: str,
        shape: TypeAdapter[P],
        *,
        limits: Mapping[Limit, int],
        limit: int | None = None,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Iterator[P]:
        """All pages of a list, the last being the one that names no next; ``limit`` none where the vendor wants none.

        Raises:
            ContractBroken: a page's token came twice: the list would never end.
        """
        tokens: list[str] = []
        while True:
            place = ({} if limit is None else {"limit": limit}) | ({"pageToken": tokens[-1]} if tokens else {})
            page = self.ask(method, path, shape, limits=limits, params={**(params or {}), **place}, body=body)
            yield page
            token = page.next_token
            if token is None:
                return
            if token in tokens:
                sentence = f"Яндекс Маркет повторяет страницу списка {path}: список так не прочитать до конца."
                raise ContractBroken(sentence, system="yandex_market", fragment=f"nextPageToken: {token}")
            tokens.append(token)

    def business(self, path: str, version: int = 2) -> str:
        """The address of what belongs to the whole business."""
        return f"/v{version}/businesses/{self._business_id}/{path}"


def shop(campaign_ref: str, path: str) -> str:
    """The address of what belongs to one shop."""
    return f"/v2/campaigns/{campaign_ref}/{path}"


def _refusal_code(response: httpx.Response) -> str | None:
    """The code of the first error; the Market's own 5xx says nothing about what happened."""
    if not response.is_client_error:
        return None
    try:
        errors = WRITTEN.validate_json(response.content).errors
    except ValidationError:
        return None
    return errors[0].code if errors else None
