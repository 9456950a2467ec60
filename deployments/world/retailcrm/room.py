"""RetailCRM's API v5: whose account, which key, how often, and what an error looks like.

Sources: the vendor's «APIRules» and official clients, told in `reference/services.md` §2.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.limits import SlidingWindow
from deployments.world.retailcrm.asking import NoAccount, asked, refused
from deployments.world.retailcrm.books import Books
from deployments.world.retailcrm.history import Act, Author
from deployments.world.room import Room

TELEPHONY = "/api/v5/telephony"
TOO_OFTEN = "API requests limit exceeded"
MANAGER = Author(source="user", user_id=19)

Account = Literal["open", "missing", "closed"]


@dataclass(kw_only=True)
class Key:
    """An API key: the shops it opens, and whether it may write."""

    sites: tuple[str, ...]
    is_read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """Limits as documented; the zone is the account's own, and its dates do not say which it is.

    The limit of prices is that of the vendor's .NET client, as is that of stock.
    """

    zone: str = "Europe/Moscow"
    calls_per_second: int = 10
    telephony_calls_per_second: int = 40
    upload_max: int = 50
    offers_max: int = 250


@dataclass(kw_only=True)
class CrmRoom(Room):
    """One account. ``account`` is ``missing`` where a page answers for it, ``closed`` where the API itself says so."""

    books: Books
    knobs: Knobs
    keys: dict[str, Key]
    account: Account = "open"
    copies: dict[str, Books] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    windows: dict[tuple[str, bool], SlidingWindow] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The account's."""
        return ZoneInfo(self.knobs.zone)

    def now(self) -> datetime:
        """The world's instant."""
        return self.clock.now()

    def act(self, author: Author) -> Act:
        """A change made now."""
        return Act(author=author, at=self.now(), zone=self.zone)

    def door(self, request: Request) -> None:
        """An account at this address, and a key of it in the header or among the parameters; a key that only reads may not write."""
        if self.account == "missing":
            raise NoAccount
        if self.account == "closed":
            raise refused(403, "Account does not exist.")
        api_key = request.headers.get("X-API-KEY") or asked(request).get("apiKey")
        if not api_key:
            raise refused(403, '"apiKey" is missing.')
        if not isinstance(api_key, str) or api_key not in self.keys:
            raise refused(403, 'Wrong "apiKey" value.')
        request.state.api_key = api_key
        if self.keys[api_key].is_read_only and request.method != "GET":
            raise refused(403, "Access denied.")

    def limit(self, request: Request) -> None:
        """10 calls a second for a key, 40 to telephony."""
        is_telephony = path_of(request).startswith(TELEPHONY)
        count = self.knobs.telephony_calls_per_second if is_telephony else self.knobs.calls_per_second
        window = self.windows.setdefault((request.state.api_key, is_telephony), SlidingWindow(count=count, seconds=1))
        if window.take(self.now()):
            self.limited["telephony_per_second" if is_telephony else "per_second"] += 1
            raise refused(503, TOO_OFTEN)

    def error(self, status: int) -> Response:
        """The vendor's body of an error of this status."""
        return refused(status, "Internal server error" if status >= 500 else "Bad request").response()

    def too_often(self, retry_after: str | None) -> Response:
        """503, not 429."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return JSONResponse({"success": False, "errorMsg": TOO_OFTEN}, status_code=503, headers=headers)


def room_of(request: Request) -> CrmRoom:
    """The room that the call came to."""
    room: CrmRoom = request.app.state.room
    return room


def path_of(request: Request) -> str:
    """The path from the room on."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def api_key_of(request: Request) -> str:
    """The caller's key."""
    api_key: str = request.state.api_key
    return api_key


def act_of(request: Request) -> Act:
    """A change that the caller makes now."""
    return room_of(request).act(Author(source="api", api_key=api_key_of(request)))


def sites_of(request: Request) -> tuple[str, ...]:
    """Shops that the caller's key opens."""
    return room_of(request).keys[api_key_of(request)].sites


def site_of(request: Request, named: str | None = None) -> str:
    """The shop of the call; a key that opens several has to say which.

    Raises:
        Refusal: it was not said, or the key does not open it.
    """
    opened, site = sites_of(request), named or asked(request).get("site")
    if site is None:
        if len(opened) == 1:
            return opened[0]
        raise refused(400, "Parameter 'site' is missing")
    if site not in opened:
        raise refused(403, "Access denied.")
    return str(site)
