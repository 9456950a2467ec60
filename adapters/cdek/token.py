"""A token of CDEK: asked for by name and password in a form, kept until shortly before it expires, renewed once where it is refused.

``POST /v2/oauth/token`` would take them in the address too, where they would stand in logs on the way (`reference/services.md` §1, Hosts,
auth).
"""

import threading
from collections.abc import Generator
from datetime import datetime, timedelta

import httpx
from pydantic import SecretStr, TypeAdapter

from adapters.cdek import answers, paths
from adapters.clock import Clock
from adapters.errors import Rejected, Unauthorized
from adapters.http import Connection

TOKEN = TypeAdapter(answers.Token)
EARLIER_S = 60.0
"""A token this near to its end is not used any more."""


class TokenAuth(httpx.Auth):
    """Shows the token; a call refused for it is made once more with a new one, since nothing was done.

    Args:
        tokens: where tokens are given; a connection without this.
        account: the integration's identifier.
        secret: its password.
        clock: the shop's clock.
    """

    def __init__(self, tokens: Connection, *, account: str, secret: SecretStr, clock: Clock) -> None:
        self._tokens = tokens
        self._account = account
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._held: tuple[str, datetime] | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the token.

        Raises:
            SyncError: none was given.
        """
        shown = self._token()
        if request.url.path.endswith(paths.PDF):
            # A connection asks for JSON.
            request.headers["Accept"] = "application/pdf"
        request.headers["Authorization"] = f"Bearer {shown}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self._token(instead_of=shown)}"
            yield request

    def _token(self, *, instead_of: str | None = None) -> str:
        with self._lock:
            if self._held is None or self._held[0] == instead_of or self._clock.now() >= self._held[1]:
                self._held = self._asked()
            return self._held[0]

    def _asked(self) -> tuple[str, datetime]:
        asked_at = self._clock.now()
        form = {"grant_type": "client_credentials", "client_id": self._account, "client_secret": self._secret.get_secret_value()}
        try:
            answer = self._tokens.call("POST", paths.TOKEN, form=form, is_repeatable=True)
        except Rejected as error:
            # OAuth calls a wrong account 400 as readily as 401 (RFC 6749 §5.2).
            raise Unauthorized(error.sentence, system=error.system, request_id=error.request_id) from None
        given = self._tokens.read(answer, TOKEN, is_repeatable=True)
        lives_s = max(given.expires_in - EARLIER_S, given.expires_in / 2)
        return given.access_token.get_secret_value(), asked_at + timedelta(seconds=lives_s)
