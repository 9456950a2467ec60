"""A RetailCRM account: how it is called.

Source: `reference/services.md` §2; https://docs.retailcrm.ru/Developers/API/APIRules
"""

import json
from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr, TypeAdapter

from adapters.clock import Clock
from adapters.errors import Refused, Rejected
from adapters.http import Connection
from adapters.pace import Pace
from adapters.retailcrm import paths
from adapters.retailcrm.limits import KEY
from adapters.retailcrm.lines import Offers
from adapters.retailcrm.refusals import NO_ACCOUNT, code_of, has_succeeded
from adapters.retailcrm.states import States
from tasks.rules.crm import LineState

T = TypeVar("T")

SYSTEM = "retailcrm"
TOO_OFTEN = frozenset({429, 503})
LIMIT = "limit"
"""A word of «API requests limit exceeded». Any other 503 is a fault of theirs, after which a write may have been done."""


class KeyAuth(httpx.Auth):
    """A header; as a parameter the key would stand in logs on the way."""

    def __init__(self, api_key: SecretStr) -> None:
        self._api_key = api_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the key."""
        request.headers["X-API-KEY"] = self._api_key.get_secret_value()
        yield request


class RetailCrmClient:
    """One account.

    Args:
        url: ``https://<name>.retailcrm.ru``
        api_key: what opens it.
        site: the shop's code; none where the key opens only one.
        statuses: our state → the account's status.
        read_statuses: its status → our state, where that differs from the former read backwards.
        time_zone: the account's: its dates have no zone.
        tier_field: the customer's own field that holds the tier; none where it is not told.
        way_field: the order's own field that tells its parcels and returns; none where they are not told.
        item_statuses: what has become of a whole line → the account's status of it.
        timeout_s: of one call.
        clock: the shop's clock.
        pace: the key's turns, shared with whoever else calls with it.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        url: str,
        api_key: SecretStr,
        site: str | None = None,
        statuses: Mapping[str, str],
        read_statuses: Mapping[str, str],
        time_zone: str = "Europe/Moscow",
        tier_field: str | None = None,
        way_field: str | None = None,
        item_statuses: Mapping[LineState, str] | None = None,
        clock: Clock,
        timeout_s: float = 30.0,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self.site = site
        self.states = States(statuses=statuses, read_statuses=read_statuses)
        self.zone = ZoneInfo(time_zone)
        self.tier_field = tier_field
        self.way_field = way_field
        self.item_statuses = item_statuses or {}
        self.offers = Offers()
        self._connection = Connection(
            system=SYSTEM,
            title="RetailCRM",
            base_url=f"{self._url}/{paths.API}",
            auth=KeyAuth(api_key),
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal_code,
            is_too_often=_is_too_often,
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
        return self._url

    def ask(self, path: str, shape: TypeAdapter[T], query: Mapping[str, str | int] | None = None) -> T:
        """What the account has at an address.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`; `Rejected` where there is no such account.
        """
        return self._read("GET", path, shape, query=query)

    def tell(self, path: str, fields: Mapping[str, Any], shape: TypeAdapter[T]) -> T:
        """What it says of a write; where that cannot be read, nobody knows what became of it.

        Args:
            path: of the method.
            fields: of the form: entities, which go as JSON, and plain words.
            shape: of the answer.

        Raises:
            SyncError: as `ask`; a refusal holds its body, also that of an upload that was partly refused.
        """
        form = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in fields.items()}
        return self._read("POST", path, shape, form=form | ({"site": self.site} if self.site else {}))

    def listed(self, name: str, values: Sequence[str | int]) -> dict[str, str | int]:
        """A filter of a list: one of these values. Our references are unique within a shop, the account's ids everywhere."""
        sites = {"filter[sites][0]": self.site} if self.site and name != "ids" else {}
        return {**sites, **{f"filter[{name}][{at}]": value for at, value in enumerate(values)}}

    def is_ours(self, site: str | None) -> bool:
        """Whether what is in this shop concerns us; where it is not said, it may."""
        return self.site is None or site in (None, self.site)

    def _read(self, method: str, path: str, shape: TypeAdapter[T], **sent: Any) -> T:  # noqa: ANN401 - of `Connection.call`
        is_reading = method == "GET"
        try:
            response = self._connection.call(
                method, path, params=sent.get("query"), form=sent.get("form"), limits={KEY: 1}, is_repeatable=is_reading
            )
        except Refused as error:
            if NO_ACCOUNT not in error.sentence:
                raise
            sentence = "По адресу из настроек нет учётной записи RetailCRM: её закрыли или адрес написан с ошибкой."
            raise Rejected(sentence, system=SYSTEM, request_id=error.request_id) from None
        if not has_succeeded(response.content):
            sentence = f"RetailCRM отклонил запрос ({code_of(response.content) or 'без объяснений'})."
            raise Rejected(sentence, system=SYSTEM, answer=response.content)
        return self._connection.read(response, shape, is_repeatable=is_reading)


def _refusal_code(response: httpx.Response) -> str | None:
    """Of a definite refusal; what they say with a 5xx does not tell what happened."""
    return code_of(response.content) if response.is_client_error else None


def _is_too_often(response: httpx.Response) -> bool:
    if response.status_code not in TOO_OFTEN:
        return False
    return response.status_code == 429 or LIMIT in (code_of(response.content) or "").lower()
