"""The door for sites: known ones only, in time, with a sentence for whatever goes wrong.

A site gives its buyers two seconds, so what cannot be answered in less is 503 at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.errors import Unavailable
from adapters.gateway import answers
from adapters.gateway.site_keys import SiteKeys

MAX_BODY_BYTES = 128_000
ANSWER_S = 1.5

Parsed = TypeVar("Parsed", bound=BaseModel)
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
"""PostgreSQL keeps no NUL."""


class Body(BaseModel):
    """What a site sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NotServed(Exception):
    """The request is answered without the book."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class SiteDoor:
    """Lets sites in.

    Args:
        keys: the sites' keys.
    """

    def __init__(self, keys: SiteKeys) -> None:
        self._keys = keys

    def serving(
        self, answer: Callable[[Request, str], Awaitable[Response]], *, needs_till: bool = True
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same for known sites, which the answer is told the name of.

        Args:
            answer: what is done for a site.
            needs_till: only for sites whose checkout asks.
        """

        async def served(request: Request) -> Response:
            heard = answers.Heard(request.receive)
            try:
                async with asyncio.timeout(ANSWER_S):
                    response = await answer(Request(request.scope, heard), self._site(request, needs_till=needs_till))
            except NotServed as error:
                response = message(error.status, error.message)
            except (Unavailable, TimeoutError):
                response = message(503, "Utyug сейчас не может ответить: повторите через минуту.")
            return answers.without_body(response, heard) if request.method == "POST" else response

        return served

    def _site(self, request: Request, *, needs_till: bool) -> str:
        site = self._keys.site_of(request)
        if any("\0" in part for part in request.path_params.values()):
            raise NotServed(422, "В адресе есть недопустимый символ.")
        if site is None:
            raise NotServed(401, "Ключ сайта не указан или неверен: проверьте UTYUG_KEY в wp-config.php.")
        if needs_till and not self._keys.is_asking(site):
            raise NotServed(403, f"Для сайта «{site}» в utyug.toml не включено asks = true: касса Utyug его корзин не ведёт.")
        return site


async def read_body(request: Request, model: type[Parsed]) -> Parsed:
    """The body of a request; what is wrong with it is named without what stands there.

    Raises:
        NotServed: it is too big, or not of this shape.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise NotServed(413, "Запрос слишком велик.")
    try:
        return model.model_validate_json(bytes(body) or b"{}")
    except ValidationError as error:
        faults = {".".join(map(str, one["loc"])) or "тело запроса" for one in error.errors(include_input=False, include_url=False)}
        raise NotServed(422, f"Запрос не читается: {', '.join(sorted(faults))[:500]}.") from None


def message(status: int, sentence: str) -> Response:
    """A sentence instead of what was asked for."""
    return JSONResponse({"message": sentence}, status_code=status)
