"""CDEK's API v2: who may enter, how often, and what an error looks like (`reference/services.md` §1).

Paths are those of ``https://api.cdek.ru``: ``/cdek/v2/orders`` here is ``/v2/orders`` there.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.cdek import settling
from deployments.world.cdek.answers import error, refused, stamp
from deployments.world.cdek.books import Books
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.pushes import Post
from deployments.world.limits import SlidingWindow
from deployments.world.postman import PushingRoom
from deployments.world.pushes import Answer, Push
from deployments.world.room import Exchange, Refusal

TOKEN_PATH = "/v2/oauth/token"  # noqa: S105 - a path
TOKEN_LIVES = timedelta(seconds=3600)


@dataclass(kw_only=True)
class CdekRoom(PushingRoom):
    """One contract with the carrier."""

    books: Books
    account: str
    secret: str
    knobs: Knobs
    tokens: dict[str, datetime] = field(default_factory=dict)
    calls: SlidingWindow = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.calls = SlidingWindow(count=self.knobs.calls_per_second, seconds=1)

    def settled(self) -> Books:
        """The books as of now."""
        settling.settle(self.books, self.knobs, self.clock.now())
        return self.books

    def door(self, request: Request) -> None:
        """A token of this account that has not expired; the way to a token is open."""
        if request.url.path.endswith(TOKEN_PATH):
            return
        now = self.clock.now()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self.tokens:
            raise refused("AUTH", now, [error("v2_authorization_incorrect")], 401)
        if now >= self.tokens[token]:
            raise refused("AUTH", now, [error("v2_token_expired")], 401)

    def limit(self, request: Request) -> None:
        """200 calls a second over all methods."""
        if self.calls.take(self.clock.now()):
            self.limited["per_second"] += 1
            raise self._hurry(request.url.path)

    def mail(self) -> Post:
        """Subscriptions and pushes, as of now."""
        return self.settled().post

    def patience_s(self, push: Push) -> float:  # noqa: ARG002 - every room's shape
        """As long for every push."""
        return self.knobs.push_timeout_s

    def push_answered(self, push: Push, answer: Answer | None) -> None:
        """A try is over."""
        self.books.post.answered(push, answer.status if answer else None, self.clock.now())

    def wakes_at(self) -> datetime | None:
        """A push is due, or an order moves on."""
        return min((at for at in (self.books.post.next_at(), self.books.next_due_at()) if at is not None), default=None)

    def kept(self, exchange: Exchange) -> Exchange:
        """The secret that may stand in the address of a call for a token is not kept."""
        return replace(exchange, query={name: value for name, value in exchange.query.items() if name != "client_secret"})

    def error(self, status: int) -> Response:
        """CDEK's body of an error of this status."""
        code = "v2_internal_error" if status >= 500 else "v2_bad_request"
        return refused("GET", self.clock.now(), [error(code)], status).response()

    def too_often(self, retry_after: str | None) -> Response:
        """What a caller in a hurry is told."""
        answer = self._hurry("").response()
        if retry_after:
            answer.headers["Retry-After"] = retry_after
        return answer

    def unreadable(self) -> Response:
        """A body that is no JSON."""
        return self.error(400)

    def _hurry(self, path: str) -> Refusal:
        return Refusal(429, {"timestamp": stamp(self.clock.now()), "status": 429, "error": "Too Many Requests", "path": path})


def room_of(request: Request) -> CdekRoom:
    """The room that the call came to."""
    room: CdekRoom = request.app.state.room
    return room


def opened(request: Request) -> tuple[CdekRoom, Books, datetime]:
    """The room, its books as of now, and now."""
    room = room_of(request)
    books = room.settled()
    books.address = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '').replace('/_control', '')}"
    return room, books, room.clock.now()


def accepted(uuid: str, rows: list[dict[str, object]], related: list[dict[str, str]] | None = None) -> JSONResponse:
    """202: nothing more is promised than that the body has the right form."""
    return JSONResponse({"entity": {"uuid": uuid}, "requests": rows, "related_entities": related or []}, status_code=202)
