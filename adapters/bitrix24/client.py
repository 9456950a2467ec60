"""A Bitrix24 portal: how it is called.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/settings/how-to-call-rest-api/index.html
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter, ValidationError

from adapters.bitrix24 import answers
from adapters.bitrix24.commands import Command
from adapters.bitrix24.limits import BATCH_MAX, PAGE, PORTAL, failure_of, is_too_often, wait_s_of
from adapters.bitrix24.reasons import failure
from adapters.bitrix24.stages import Stages
from adapters.clock import Clock
from adapters.errors import ContractBroken
from adapters.http import Connection
from adapters.pace import Pace

T = TypeVar("T")
I = TypeVar("I", bound=answers.Item)  # noqa: E741 - an item

NOTHING: frozenset[str] = frozenset()


class WebhookAuth(httpx.Auth):
    """The webhook's code is a part of the address. It is put there last and on a copy, so that no address that is logged has it."""

    def __init__(self, *, user_id: int, secret: SecretStr) -> None:
        self._user_id = user_id
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """``…/rest/<method>`` leaves as ``…/rest/<user>/<code>/<method>``."""
        base, _, method = request.url.path.rpartition("/")
        url = request.url.copy_with(path=f"{base}/{self._user_id}/{self._secret.get_secret_value()}/{method}")
        yield httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions)


class Bitrix24Client:
    """One portal, by an incoming webhook.

    Args:
        url: the portal's address.
        user_id: whose webhook it is.
        secret: the webhook's code.
        category_id: the pipeline of deals; 0 is the common one.
        originator: what our deals and contacts are marked with.
        tier_field: the contact's field that holds the tier, as people know it: ``UF_CRM_…``.
        tracking_field: the deal's field that holds the tracking numbers, as people know it.
        way_field: the deal's field that tells its parcels and returns.
        statuses: state here → stage there, without the pipeline's prefix.
        read_statuses: stage there → state here, for those that differ from the former read backwards.
        clock: the shop's clock.
        pace: the turns of the address that calls leave from; this process's own by default.
        timeout_s: of one call.
        transport: the test seam.
    """

    def __init__(
        self,
        *,
        url: str,
        user_id: int,
        secret: SecretStr,
        category_id: int = 0,
        originator: str = "utyug",
        tier_field: str | None = None,
        tracking_field: str | None = None,
        way_field: str | None = None,
        statuses: Mapping[str, str],
        read_statuses: Mapping[str, str] | None = None,
        clock: Clock,
        pace: Pace | None = None,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._user_id = user_id
        self._category_id = category_id
        self._originator = originator
        self._tier_field = tier_field
        self._deal_fields = {field: what for field, what in ((tracking_field, "tracking"), (way_field, "way")) if field is not None}
        self._stages = Stages.of_pipeline(category_id, statuses, read_statuses or {})
        self._clock = clock
        self._connection = Connection(
            system="bitrix24",
            title="Битрикс24",
            base_url=f"{self._url}/rest",
            auth=WebhookAuth(user_id=user_id, secret=secret),
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal_code,
            is_too_often=is_too_often,
            wait_s_of=wait_s_of,
            pace=pace,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def batch(self, lines: Mapping[str, str], *, is_repeatable: bool) -> answers.Batch:
        """What became of commands, by their keys; one that fails does not stop the others.

        Args:
            lines: at most `BATCH_MAX` commands, in the order in which they are done.
            is_repeatable: whether they only read.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        body = {"halt": 0, "cmd": dict(lines)}
        response = self._connection.call("POST", "batch", json=body, limits={PORTAL: 1}, is_repeatable=is_repeatable)
        return self._connection.read(response, answers.BATCHED, is_repeatable=is_repeatable).result

    def ask(self, commands: Mapping[str, Command], *, but: frozenset[str] = NOTHING) -> dict[str, Any]:
        """Results of commands that only read, however many.

        Args:
            commands: by their keys.
            but: codes of failures that leave a command without a result instead.

        Raises:
            SyncError: a command failed, or none could be asked.
        """
        results: dict[str, Any] = {}
        for keys in in_lots(list(commands), BATCH_MAX):
            told = self.batch({key: commands[key].line() for key in keys}, is_repeatable=True)
            for key in keys:
                failed = told.result_error.get(key)
                if failed is not None and failed.error not in but:
                    raise failure(failed, self._clock.now())
                if failed is None and key not in told.result:
                    sentence = "Битрикс24 не ответил на одну из команд пакета."
                    raise ContractBroken(sentence, system="bitrix24", fragment=commands[key].method)
            results |= told.result
        return results

    def listed(
        self, type_id: int, shape: TypeAdapter[list[I]], *, filter_: Mapping[str, Any], order: Mapping[str, str], select: Sequence[str]
    ) -> list[I]:
        """A page of items, uncounted.

        Raises:
            SyncError: as `ask`.
        """
        params = {"entityTypeId": type_id, "filter": filter_, "order": order, "select": ["id", *select], "start": -1}
        told = self.ask({"list": Command(method="crm.item.list", params=params)})["list"]
        return parsed(shape, parsed(answers.ITEMS, told).items)

    def marked(self, type_id: int, refs: Sequence[str], shape: TypeAdapter[list[I]], select: Sequence[str]) -> list[I]:
        """Items marked as ours under any of these references, the oldest first: nothing keeps two from having one.

        Raises:
            SyncError: as `ask`.
            ContractBroken: a page came twice.
        """
        found: list[I] = []
        while True:
            last = found[-1].id if found else 0
            filter_ = {"=originatorId": self._originator, "@originId": list(refs), ">id": last}
            page = self.listed(type_id, shape, filter_=filter_, order={"id": "ASC"}, select=["originatorId", "originId", *select])
            if page and page[0].id <= last:
                raise repeated_page()
            found += page
            if len(page) < PAGE:
                return found


def in_lots(keys: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Parts of at most so many, in their order."""
    return (keys[at : at + size] for at in range(0, len(keys), size))


def parsed(shape: TypeAdapter[T], told: Any) -> T:  # noqa: ANN401 - whatever JSON can say
    """A command's result as the vendor documents it.

    Raises:
        ContractBroken: it is not; ``fragment`` says where, and never what stands there, which may be a person.
    """
    try:
        return shape.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        fragment = f"{'.'.join(map(str, first['loc'])) or 'ответ'}: {first['type']}"
        sentence = f"Битрикс24 ответил не так, как описано в его документации: {fragment}"
        raise ContractBroken(sentence, system="bitrix24", fragment=fragment) from None


def repeated_page() -> ContractBroken:
    """A list that would never end."""
    return ContractBroken("Битрикс24 повторяет страницу списка: так его не прочитать до конца.", system="bitrix24")


def _refusal_code(response: httpx.Response) -> str | None:
    """The portal's own code of a definite refusal; its 5xx says nothing about what happened."""
    return failure_of(response).error[:100] or None if response.is_client_error else None
