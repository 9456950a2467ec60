"""How far the vendors are: every call takes a while, half of it before its effect and half after, and buyers come in between."""

import random

import httpx

from deployments.story.time import StoryClock

CALL_S = (0.15, 0.40)
"""What a call to a vendor's API takes from a machine in Russia, connection kept open. The same dice for both runs."""


class Distance(httpx.BaseTransport):
    """Real HTTP, in which the work itself takes no virtual time and the way there and back does.

    Args:
        clock: the story's.
        seed: of the dice.
        whose: a caller; each throws dice of his own.
    """

    def __init__(self, clock: StoryClock, *, seed: int, whose: str) -> None:
        self._clock = clock
        self._dice = random.Random(f"{seed} distance {whose}")  # noqa: S311 - a repeatable story needs repeatable dice
        self._network = httpx.HTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """There, the answer, and back."""
        half_s = self._dice.uniform(*CALL_S) / 2
        self._clock.sleep(half_s)
        response = self._network.handle_request(request)
        response.read()
        self._clock.sleep(half_s)
        return response

    def close(self) -> None:
        """Give the sockets back."""
        self._network.close()
