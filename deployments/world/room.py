"""What every room of the world does with a call: the door, the limits, the ordered faults, the record of what was said.

A vendor's room says how its door, its limits and its errors look; its handlers know nothing of faults.
"""

import asyncio
import copy
import json
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from deployments.world.clock import WorldClock
from deployments.world.faults import Fault, FaultBook

LOG_KEPT = 5000

BEFORE = ("rate_limited", "error_before", "html", "timeout_before")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call to the room and its answer; who called is not kept. ``path`` is relative to the room."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any


class Refusal(Exception):
    """An answer that the vendor gives instead of a result."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:  # noqa: ANN401 - whatever JSON can say
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = headers or {}

    def response(self) -> Response:
        """As it leaves the room."""
        return JSONResponse(self.body, status_code=self.status, headers=self.headers)


@dataclass(kw_only=True)
class Room:
    """One outside system. ``books`` is all that its handlers change: a lie is an answer after which the books are as before.

    A vendor's room overrides what differs: the door, the limits, the shape of an error.
    """

    clock: WorldClock
    books: Any
    faults: FaultBook = field(default_factory=FaultBook)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=LOG_KEPT))
    limited: Counter[str] = field(default_factory=Counter)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    late: set[asyncio.Task[None]] = field(default_factory=set)

    def door(self, request: Request) -> None:
        """Raises `Refusal` where the caller may not enter."""

    def limit(self, request: Request) -> None:
        """Raises `Refusal` where the caller comes too often; counts the call."""

    def answered(self, request: Request, response: Response) -> None:
        """After every answer that was not a fault's: penalties, headers that tell what is left."""

    def stirred(self) -> None:
        """After every order of the control: what has happened may have to be told."""

    def kept(self, exchange: Exchange) -> Exchange:
        """What is kept of what was said: a vendor whose callers tell a secret leaves it out."""
        return exchange

    def error(self, status: int) -> Response:
        """The vendor's body of an error of this status."""
        return JSONResponse({"message": "error"}, status_code=status)

    def too_often(self, retry_after: str | None) -> Response:
        """The vendor's answer to a call that came too soon; ``retry_after`` in the spelling of its own header."""
        return JSONResponse({}, status_code=429, headers={"Retry-After": retry_after} if retry_after else {})

    def unreadable(self) -> Response:
        """The vendor's answer to a body that is not JSON."""
        return self.error(400)


class RoomRoute(APIRoute):
    """A handler within the room's door, limits and faults."""

    def get_route_handler(self) -> Handler:
        """The handler as the room lets it be called."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            return await _suffer(request.app.state.room, request, handle)

        return guarded


class ControlRoute(APIRoute):
    """An order to the room, after which it looks at what has happened."""

    def get_route_handler(self) -> Handler:
        """The order, then the look."""
        handle = super().get_route_handler()

        async def ordered(request: Request) -> Response:
            try:
                return await handle(request)
            finally:
                _room(request).stirred()

        return ordered


def open_room(room: Room, router: APIRouter) -> FastAPI:
    """The room as an application to be mounted; ``router`` was made with ``route_class=RoomRoute``.

    Its routes are the application's own: FastAPI looks twice through those of an included router, for every call.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.room = room
    app.router.routes.extend(router.routes)
    return app


def make_control() -> APIRouter:
    """Orders that every room takes: faults, and what was said. A vendor's own orders are added to it."""
    router = APIRouter(route_class=ControlRoute)

    @router.post("/faults")
    async def order_fault(request: Request, fault: Fault) -> None:
        _room(request).faults.order(fault)

    @router.get("/faults")
    async def read_faults(request: Request) -> dict[str, int]:
        """Faults carried out so far, by kind."""
        return dict(_room(request).faults.carried_out)

    @router.delete("/faults")
    async def clear_faults(request: Request) -> None:
        _room(request).faults.clear()

    @router.get("/exchanges")
    async def read_exchanges(request: Request) -> list[Exchange]:
        return list(_room(request).exchanges)

    @router.delete("/exchanges")
    async def clear_exchanges(request: Request) -> None:
        _room(request).exchanges.clear()

    @router.get("/limited")
    async def read_limited(request: Request) -> dict[str, int]:
        """Calls that came too often, by the limit they broke; those that a fault ordered are not among them."""
        return dict(_room(request).limited)

    return router


def _room(request: Request) -> Room:
    room: Room = request.app.state.room
    return room


async def _suffer(room: Room, request: Request, handle: Handler) -> Response:
    await request.body()
    fault = room.faults.take(request.method, request.url.path)
    if fault is None:
        return await _answer(room, request, handle)
    if fault.kind in BEFORE:
        return await _instead(room, request, fault)
    response = await _answer(room, request, handle, is_undone=fault.kind in ("lie", "late"))
    if fault.kind == "late":
        task = asyncio.create_task(_come_late(room, request, handle, fault))
        room.late.add(task)
        task.add_done_callback(room.late.discard)
    return await _after(room, request, fault, response)


async def _instead(room: Room, request: Request, fault: Fault) -> Response:
    """A fault that keeps the call from its handler."""
    if fault.kind == "rate_limited":
        return room.too_often(fault.retry_after)
    if fault.kind == "error_before":
        return room.error(fault.status)
    if fault.kind == "html":
        return Response("<html><body>Ведутся технические работы</body></html>", status_code=fault.status, media_type="text/html")
    return await _hang(request, fault)


async def _after(room: Room, request: Request, fault: Fault, response: Response) -> Response:
    """A fault that spoils the answer of a handler that has done its work."""
    if fault.kind == "error_after":
        return room.error(fault.status)
    if fault.kind == "timeout_after":
        return await _hang(request, fault)
    return Response("<html>a proxy's warning</html>", media_type="text/html") if fault.kind == "garbage" else response


async def _answer(room: Room, request: Request, handle: Handler, *, is_undone: bool = False) -> Response:
    async with room.turn:
        before = copy.deepcopy(room.books) if is_undone else None
        try:
            room.door(request)
            room.limit(request)
            response = await handle(request)
        except Refusal as refused:
            response = refused.response()
        except ValueError:
            response = room.unreadable()
        if before is not None:
            room.books = before
        room.answered(request, response)
        room.exchanges.append(room.kept(await _heard(request, response)))
    return response


async def _come_late(room: Room, request: Request, handle: Handler, fault: Fault) -> None:
    """The effect of a call long since answered; a refusal is heard by nobody."""
    await asyncio.sleep(fault.seconds / room.clock.speed)
    async with room.turn:
        with suppress(Refusal):
            await handle(request)


async def _heard(request: Request, response: Response) -> Exchange:
    sent = await request.body()
    is_json = sent and request.headers.get("content-type", "").startswith("application/json")
    is_told = response.body and (response.media_type or "").endswith("json")
    return Exchange(
        method=request.method,
        host=request.url.hostname or "",
        path=request.url.path.removeprefix(request.scope.get("root_path", "")),
        query=dict(request.query_params),
        body=_read_json(sent) if is_json else None,
        status=response.status_code,
        answer=json.loads(bytes(response.body)) if is_told else None,
    )


def _read_json(sent: bytes) -> Any:  # noqa: ANN401 - whatever JSON can say
    """What was said; none where it was no JSON, which is the handler's to refuse."""
    try:
        return json.loads(sent)
    except ValueError:
        return None


async def _hang(request: Request, fault: Fault) -> Response:
    async def until_gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(until_gone(), fault.seconds)
    except TimeoutError:
        return Response(status_code=504)
    return Response(status_code=499)


def furnish(world: FastAPI, name: str, room: Room, router: APIRouter, *controls: APIRouter) -> None:
    """Open the room at ``/<name>`` and its control at ``/_control/<name>``."""
    orders = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    orders.state.room = room
    for control in controls:
        orders.router.routes.extend(control.routes)
    world.mount(f"/_control/{name}", orders)
    world.mount(f"/{name}", open_room(room, router))
