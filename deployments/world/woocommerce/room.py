"""The site's room: its door, the shape of its errors."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.oauth import Doorkeeper
from deployments.world.postman import PushingRoom
from deployments.world.pushes import Answer, Push
from deployments.world.room import Refusal
from deployments.world.woocommerce.books import Books
from deployments.world.woocommerce.hook_books import TIMEOUT_S, HookMail, headers_of
from deployments.world.woocommerce.showing import as_order, as_product

REST = "/wp-json/wc/v3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asks:
    """Whom the checkout asks before it sells, and how long it waits, in real seconds."""

    url: str
    key: str
    timeout_s: float


@dataclass(kw_only=True)
class WooCommerceRoom(PushingRoom):
    """A site of one shop. ``permissions`` are the key's, as in WooCommerce's settings: read, write or read_write.

    ``api`` is the site's address, as it was last called; ``asks`` whom its checkout asks, if anybody.
    """

    books: Books
    doorkeeper: Doorkeeper
    permissions: str = "read_write"
    api: str = f"https://shop.example{REST}"
    asks: Asks | None = None

    def mail(self) -> HookMail:
        """Webhooks and deliveries, as of now."""
        return self.books.mail

    def letter(self, push: Push) -> dict[str, Any] | None:
        """What is told is built now; JSON as PHP writes it, and signed as it leaves."""
        hook = self.books.mail.hooks.get(int(push.to))
        if hook is None or "topic" not in push.body:
            return {"data": push.body}
        thing = self._shown(push.body["topic"], push.body["id"])
        if thing is None:
            return None
        body = json.dumps(thing, separators=(",", ":")).replace("/", "\\/").encode()
        return {"content": body, "headers": headers_of(hook, body, source=self.api.partition("/wp-json")[0], delivery=push.number)}

    def patience_s(self, push: Push) -> float:  # noqa: ARG002 - every room's shape
        """As long for every push."""
        return TIMEOUT_S

    def push_answered(self, push: Push, answer: Answer | None) -> None:
        """A delivery is over."""
        self.books.mail.answered(push, answer)

    def _shown(self, topic: str, thing_id: int) -> dict[str, Any] | None:
        """A thing as it is now; of one that was deleted, its id."""
        if topic.endswith(".deleted"):
            return {"id": thing_id}
        if topic.startswith("order."):
            order = self.books.orders.get(thing_id)
            return None if order is None else as_order(order, self.books, self.api)
        goods = self.books.goods.get(thing_id)
        return None if goods is None else as_product(goods, self.books, self.api)

    def door(self, request: Request) -> None:
        """Keys or a signature, then the key's permissions."""
        self.api = api_of(request)
        self.books.settle(self.clock.now())
        if barred := self.doorkeeper.refusal(request):
            raise refusal(401, *barred)
        needed = "read" if request.method in ("GET", "HEAD") else "write"
        if needed not in self.permissions:
            message = f"The API key provided does not have {needed} permissions."
            raise refusal(401, "woocommerce_rest_authentication_error", message)

    def error(self, status: int) -> Response:
        """PHP died somewhere."""
        message = "There has been a critical error on this website."
        return JSONResponse({"code": "internal_server_error", "message": message, "data": None}, status_code=status)

    def too_often(self, retry_after: str | None) -> Response:
        """The hosting's own answer: WooCommerce has none."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return JSONResponse({"code": "too_many_requests", "message": "Slow down."}, status_code=429, headers=headers)

    def unreadable(self) -> Response:
        """WordPress cannot read the body."""
        return refusal(400, "rest_invalid_json", "Invalid JSON body passed.").response()


def refusal(status: int, code: str, message: str, **data: object) -> Refusal:
    """An answer in WordPress's shape of an error."""
    return Refusal(status, {"code": code, "message": message, "data": {"status": status, **data}})


def room_of(request: Request) -> WooCommerceRoom:
    """The room a call came to."""
    room: WooCommerceRoom = request.app.state.room
    return room


def api_of(request: Request) -> str:
    """The address of the site's REST API, as the caller sees it."""
    return str(request.url.replace(query="")).partition(REST)[0] + REST


def listed(request: Request, things: list[Any], query: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """The page asked for, and the headers that say how many there are."""
    page, per_page = query.get("page", 1), query.get("per_page", 10)
    pages = -(-len(things) // per_page)
    headers = {"X-WP-Total": str(len(things)), "X-WP-TotalPages": str(pages)}
    if page < pages:
        next_page = request.url.include_query_params(page=page + 1)
        headers["Link"] = f'<{next_page}>; rel="next"'
    return things[(page - 1) * per_page : page * per_page], headers
