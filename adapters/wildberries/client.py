"""A Wildberries cabinet: how its services are called, and what they say when they refuse.

Source: `reference/marketplaces.md` §1; the vendor's spec of 2026-08-17.
"""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import httpx
import polars as pl
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import ContractBroken, Rejected
from adapters.http import Connection
from adapters.lots import WORDS
from adapters.pace import LocalPace, Pace
from adapters.wildberries.tokens import account_of

Service = Literal["common", "content", "discounts-prices", "marketplace", "seller-analytics"]
TITLES: dict[Service, str] = {
    "common": "Wildberries (общий сервис)",
    "content": "Wildberries (карточки)",
    "discounts-prices": "Wildberries (цены)",
    "marketplace": "Wildberries (склады и заказы)",
    "seller-analytics": "Wildberries (возвраты)",
}
REFS = pl.Struct({"nm_id": pl.Int64, "chrt_id": pl.Int64})
"""A listing's ``refs``: the card, and its only size."""


class TokenAuth(httpx.Auth):
    """The bare token, or after a prefix: the vendor's texts disagree, so the prefix is a setting."""

    def __init__(self, *, token: SecretStr, prefix: str) -> None:
        self._token = token
        self._prefix = prefix

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign."""
        request.headers["Authorization"] = f"{self._prefix}{self._token.get_secret_value()}"
        yield request


class WildberriesClient:
    """One cabinet.

    Args:
        hosts: the address of each service.
        token: a personal or service token with the categories «Контент», «Цены и скидки», «Маркетплейс» and «Аналитика».
        token_prefix: what stands before the token in its header.
        warehouses: the seller's warehouses that figures are given for.
        clock: the shop's clock.
        pace: the account's turns; this process's own by default.
        timeout_s: of one call.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        hosts: Mapping[str, str],
        token: SecretStr,
        clock: Clock,
        token_prefix: str = "",
        warehouses: Sequence[str] = (),
        pace: Pace | None = None,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token = token
        self._clock = clock
        self._warehouses = tuple(warehouses)
        pace = pace or LocalPace("Wildberries", clock=clock)
        self._services = {
            service: Connection(
                system="wildberries",
                title=title,
                base_url=hosts[service],
                auth=TokenAuth(token=token, prefix=token_prefix),
                timeout_s=timeout_s,
                clock=clock,
                refusal_code=_refusal_code,
                pace=pace,
                transport=transport,
            )
            for service, title in TITLES.items()
        }

    @property
    def account(self) -> str:
        """Whose the limits are."""
        return account_of(self._token)

    def not_seen(self, seen: set[str], end: str, service: Service) -> None:
        """Notes where a page ends.

        Raises:
            ContractBroken: a page has ended there before, so that reading on would never end.
        """
        if end in seen:
            sentence = f"{TITLES[service]}: страницы ответа повторяются. Чтение остановлено; передайте это разработчику."
            raise ContractBroken(sentence, system="wildberries", fragment=end)
        seen.add(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for connection in self._services.values():
            connection.close()


def refusals(error: Rejected) -> list[dict[str, Any]]:
    """What a refusing answer holds, whichever of its shapes it has: an object, or a list of them; nothing where it is no JSON."""
    return list(_objects(error.answer))


def words_of(error: Rejected) -> str:
    """The vendor's own words in a refusal."""
    return "; ".join(dict.fromkeys(words for one in refusals(error) if (words := _words(one))))[:WORDS]


def _objects(answer: bytes) -> Iterator[dict[str, Any]]:
    try:
        told = json.loads(answer)
    except ValueError:
        return
    yield from (one for one in (told if isinstance(told, list) else [told]) if isinstance(one, dict))


def _words(one: Mapping[str, Any]) -> str:
    """Content and prices say ``errorText``, the marketplace ``message``, the gate before them ``detail``."""
    return next((said for name in ("errorText", "message", "detail") if isinstance(said := one.get(name), str) and said), "")


def _refusal_code(response: httpx.Response) -> str | None:
    """The marketplace's own code; none in a 5XX, where the gate's trace number stands under the same name, and none elsewhere."""
    if response.is_server_error:
        return None
    codes = [code for one in _objects(response.content) if "message" in one and isinstance(code := one.get("code"), str)]
    return codes[0] if codes else None
