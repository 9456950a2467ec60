"""A hand on the rooms of a world that is served somewhere: orders to their controls."""

from typing import Any

import httpx

PATIENCE_S = 60.0


class Hands:
    """Orders to a world.

    Args:
        base: its address.
    """

    def __init__(self, base: str) -> None:
        self.base = base

    def tell(self, room: str, method: str, path: str, said: object = None) -> Any:  # noqa: ANN401 - JSON
        """An order to a room's control; what it answers.

        Raises:
            HTTPStatusError: it will not.
        """
        answer = httpx.request(method, f"{self.base}/_control/{room}{path}", json=said, timeout=PATIENCE_S).raise_for_status()
        return answer.json() if answer.content else None
