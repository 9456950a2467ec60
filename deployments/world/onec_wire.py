"""A line between two systems that is cut where it is told to be, so that the one that asked cannot know what the other did."""

from collections import deque
from typing import Literal

import httpx

When = Literal["before", "middle", "after"]
"""The request never left; the answer broke off half-way; the answer was lost whole. In the last two what was asked has been done."""


class Wire(httpx.BaseTransport):
    """A transport that cuts the requests it was told to.

    Args:
        through: where the other requests go.
    """

    def __init__(self, through: httpx.BaseTransport) -> None:
        self._through = through
        self._cuts: dict[str, deque[When]] = {}

    def cut(self, mode: str, when: When, *, times: int = 1) -> None:
        """Cut the next requests whose parameter `mode` is this."""
        self._cuts.setdefault(mode, deque()).extend([when] * times)

    def mend(self) -> None:
        """Cut nothing more."""
        self._cuts.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on, or cut it.

        Raises:
            httpx.TransportError: as the platform sees the cut.
        """
        cuts = self._cuts.get(request.url.params.get("mode", ""))
        when = cuts.popleft() if cuts else None
        if when == "before":
            raise httpx.ConnectTimeout("no way there", request=request)
        response = self._through.handle_request(request)
        if when is None:
            return response
        response.read()
        response.close()
        if when == "middle":
            raise httpx.RemoteProtocolError("transferred a partial file", request=request)
        raise httpx.ReadTimeout("no answer", request=request)

    def close(self) -> None:
        """Hang up."""
        self._through.close()
