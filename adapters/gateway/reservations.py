"""`/reservations` and `/stock`: a site's checkout asks, and sells only what it is granted (DESIGN §7).

Shortages are data: 409 names every one of them, and nothing is taken. Everything may be repeated. A site gives its buyers two seconds,
so what cannot be answered in less is 503 at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.errors import Unavailable
from adapters.gateway import answers
from adapters.gateway.site_keys import SiteKeys
from adapters.gateway.threads import Threads
from adapters.gateway.till import Till
from adapters.hub.holds import Cart, Held, Holds, OtherOrder, Refused, Stock
from adapters.settings import Settings

MAX_BODY_BYTES = 128_000
ANSWER_S = 1.5
MOST_PCS = 100_000

Parsed = TypeVar("Parsed", bound=BaseModel)
Ttl: TypeAlias = Annotated[float | None, Field(gt=0, allow_inf_nan=False)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
"""PostgreSQL keeps no NUL."""


class Body(BaseModel):
    """What a site sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class WantedLine(Body):
    """A line of a cart."""

    sku: Text
    pcs: Annotated[int, Field(ge=1, le=MOST_PCS)]


class WantedCart(Body):
    """`POST /reservations`."""

    key: Text
    lines: Annotated[list[WantedLine], Field(min_length=1)]
    ttl_s: Ttl = None
    accepts_backorder: bool = False


class Extension(Body):
    """`POST /reservations/{id}/extend`."""

    ttl_s: Ttl = None


class Commitment(Body):
    """`POST /reservations/{id}/commit`."""

    order_ref: Text | None = None


class NotServed(Exception):
    """The request is answered without the book."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Reservations:
    """The door for checkouts.

    Args:
        holds: the book.
        till: where carts are decided.
        settings: the sites, their keys, the limits.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, holds: Holds, till: Till, settings: Settings, threads: Threads) -> None:
        self._holds = holds
        self._till = till
        self._keys = SiteKeys(settings.channels)
        self._most_lines = settings.reservations.most_lines
        self._threads = threads

    def routes(self) -> list[Route]:
        """The addresses of the door."""
        return [
            Route("/reservations", self._answering(self._reserve), methods=["POST"]),
            Route("/reservations/{hold_id}", self._answering(self._release), methods=["DELETE"]),
            Route("/reservations/{hold_id}/extend", self._answering(self._extend), methods=["POST"]),
            Route("/reservations/{hold_id}/commit", self._answering(self._commit), methods=["POST"]),
            Route("/stock/{sku:path}", self._answering(self._stock), methods=["GET"]),
        ]

    async def _reserve(self, request: Request, site: str) -> Response:
        wanted = await _read(request, WantedCart)
        lines: dict[str, int] = {}
        for line in wanted.lines:
            lines[line.sku] = lines.get(line.sku, 0) + line.pcs
        if len(wanted.lines) > self._most_lines:
            raise NotServed(422, f"В корзине больше {self._most_lines} строк: разделите её на несколько.")
        cart = Cart(channel=site, key=wanted.key, lines=lines, ttl_s=wanted.ttl_s, accepts_backorder=wanted.accepts_backorder)
        return _told(await self._till.reserve(cart))

    async def _extend(self, request: Request, site: str) -> Response:
        wanted = await _read(request, Extension)
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(lambda: self._holds.extend(site, hold_id, ttl_s=wanted.ttl_s)), is_known=True)

    async def _commit(self, request: Request, site: str) -> Response:
        wanted = await _read(request, Commitment)
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(lambda: self._holds.commit(site, hold_id, order_ref=wanted.order_ref)), is_known=True)

    async def _release(self, request: Request, site: str) -> Response:
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(self._holds.release, site, hold_id), is_known=True)

    async def _stock(self, request: Request, site: str) -> Response:
        sku = request.path_params["sku"]
        found = await self._threads.quick(self._holds.stock, site, sku)
        if found is None:
            raise NotServed(404, "Товара с таким артикулом на этом сайте Utyug не знает.")
        return JSONResponse(_stock(found))

    def _answering(self, answer: Callable[[Request, str], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The same, for known sites only, in time, with a sentence for whatever goes wrong."""

        async def answered(request: Request) -> Response:
            heard = answers.Heard(request.receive)
            try:
                async with asyncio.timeout(ANSWER_S):
                    response = await answer(Request(request.scope, heard), self._site(request))
            except NotServed as error:
                response = _message(error.status, error.message)
            except (Unavailable, TimeoutError):
                response = _message(503, "Utyug сейчас не может ответить: повторите через минуту.")
            return answers.without_body(response, heard) if request.method == "POST" else response

        return answered

    def _site(self, request: Request) -> str:
        site = self._keys.site_of(request)
        if any("\0" in part for part in request.path_params.values()):
            raise NotServed(422, "В адресе есть недопустимый символ.")
        if site is None:
            raise NotServed(401, "Ключ сайта не указан или неверен: проверьте UTYUG_KEY в wp-config.php.")
        if not self._keys.is_asking(site):
            raise NotServed(403, f"Для сайта «{site}» в utyug.toml не включено asks = true: касса Utyug его корзин не ведёт.")
        return site


async def _read(request: Request, model: type[Parsed]) -> Parsed:
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


def _told(answer: Held | Refused | OtherOrder | None, *, is_known: bool = False) -> Response:
    if answer is None:
        return _message(404, "Такой брони у этого сайта нет.")
    if isinstance(answer, OtherOrder):
        told = {"message": "Эта корзина уже подтверждена для заказа.", "state": answer.state, "order_ref": answer.order_ref}
        return JSONResponse(told, status_code=409)
    if isinstance(answer, Held):
        return JSONResponse(_held(answer), status_code=201 if answer.is_new and not is_known else 200)
    if answer.is_other_cart:
        return _message(422, "Под этим ключом уже есть другая корзина: для изменённой корзины нужен новый ключ.")
    return JSONResponse({"message": "Товара не хватает.", "shortages": _shortages(answer)}, status_code=409)


def _held(held: Held) -> dict[str, Any]:
    return {
        "reservation": held.hold_id,
        "state": held.state,
        "expires_at": held.expires_at.isoformat(),
        "order_ref": held.order_ref,
        "lines": [
            {
                "sku": line.sku,
                "pcs": line.pcs,
                "backordered_pcs": line.backordered_pcs,
                "promised_on": line.promised_on.isoformat() if line.promised_on else None,
            }
            for line in held.lines
        ],
    }


def _shortages(refused: Refused) -> list[dict[str, Any]]:
    return [
        {"sku": one.sku, "wanted_pcs": one.wanted_pcs, "free_pcs": one.free_pcs} | ({"reason": one.why_not} if one.why_not else {})
        for one in refused.shortages
    ]


def _stock(found: Stock) -> dict[str, Any]:
    day = found.expected_on
    preorder = {"pcs": found.preorder_pcs, "expected_on": day.isoformat()} if day else None
    return {"sku": found.sku, "free_pcs": found.free_pcs, "preorder": preorder}


def _message(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status)
