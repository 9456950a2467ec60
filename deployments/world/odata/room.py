"""1C published with «стандартный интерфейс OData»: who enters, how many at once, how long a session takes to start.

Source: `reference/commerceml.md` §5.
"""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from deployments.world.odata.books import Base, Books, User
from deployments.world.odata.saying import INTERNAL, Fault
from deployments.world.room import Handler, Refusal, Room, RoomRoute


@dataclass(kw_only=True)
class Habits:
    """What differs from base to base.

    Args:
        session_s: a call starts a session first, seconds of the world's clock; 1–2 in life.
        sessions_max: so many calls may be under way; the licences.
        key_again: a POST with a key that is taken is refused or overwrites; no primary source says which.
        compares_refs: whether references may be compared by more and less.
        zone: of the server's local time, which dates do not name.
    """

    session_s: float = 0.0
    sessions_max: int = 5
    key_again: Literal["refused", "overwrites"] = "refused"
    compares_refs: bool = True
    zone: str = "Europe/Moscow"


class Stranger(Refusal):
    """Nobody the base knows: what the web server says, without a body."""

    def __init__(self) -> None:
        super().__init__(401, None, {"WWW-Authenticate": 'Basic realm="1C:Enterprise 8.3"'})

    def response(self) -> Response:
        """As it leaves the room."""
        return Response(status_code=self.status, headers=self.headers)


class NoBase(Refusal):
    """Nothing is published at the address: the web server's page."""

    def __init__(self) -> None:
        super().__init__(404, None)

    def response(self) -> Response:
        """As it leaves the room."""
        return Response("<html><body><h1>Not Found</h1></body></html>", status_code=404, media_type="text/html")


@dataclass(kw_only=True)
class Published(Room):
    """Bases behind one web server."""

    books: Books
    habits: Habits
    under_way: int = 0

    def door(self, request: Request) -> None:
        """Basic with the name and password of a user of the base."""
        base = self.books.bases.get(request.path_params.get("base", ""))
        if base is None:
            raise NoBase
        login, password = _credentials(request)
        user = base.users.get(login)
        if user is None or not compare_digest(user.password.encode(), password.encode()):
            raise Stranger
        request.state.base, request.state.user = base, user

    def error(self, status: int) -> Response:
        """1C's body of an error of this status."""
        return Fault(status, INTERNAL, "Произошла внутренняя ошибка OData сервиса.").response()

    def unreadable(self) -> Response:
        """1C's answer to a body that is not JSON."""
        return Fault(400, INTERNAL, "Ошибка разбора тела запроса").response()

    def now(self) -> datetime:
        """The server's local time."""
        return self.clock.now().astimezone(ZoneInfo(self.habits.zone)).replace(tzinfo=None)


class SessionRoute(RoomRoute):
    """A call in a session of its own: without a licence there is none, and it takes a while to start."""

    def get_route_handler(self) -> Handler:
        """The handler as the room lets it be called."""
        handle = super().get_route_handler()

        async def in_session(request: Request) -> Response:
            room: Published = request.app.state.room
            if room.under_way >= room.habits.sessions_max:
                room.limited["sessions"] += 1
                return Response("Не обнаружено свободной лицензии!", status_code=500, media_type="text/plain")
            room.under_way += 1
            try:
                await asyncio.sleep(room.habits.session_s / room.clock.speed)
                return await handle(request)
            finally:
                room.under_way -= 1

        return in_session


def base_of(request: Request) -> Base:
    """The base that the call came to."""
    base: Base = request.state.base
    return base


def user_of(request: Request) -> User:
    """Who calls."""
    user: User = request.state.user
    return user


def room_of(request: Request) -> Published:
    """The room that the call came to."""
    room: Published = request.app.state.room
    return room


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Stranger
    try:
        login, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Stranger from None
    return login, password
