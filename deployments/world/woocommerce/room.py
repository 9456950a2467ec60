"""The site's room: its door, the shape of its errors."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.oauth import Doorkeeper
from deployments.world.room import Refusal, Room
from deployments.world.woocommerce.books import Books

REST = "/wp-json/wc/v3"


@dataclass(kw_only=True)
class WooCommerceRoom(Room):
    """A site of one shop. ``permissions`` are the key's, as in WooCommerce's settings: read, write or read_write."""

    books: Books
    doorkeeper: Doorkeeper
    permissions: str = "read_write"

    def door(self, request: Request) -> None:
        """Keys or a signature, then the key's permissions."""
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
