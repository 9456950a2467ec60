"""How a call to Bitrix24 is read and refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request

from deployments.world.php import read_form
from deployments.world.room import Refusal


class Wrong(Exception):
    """A method's error; within a batch it is told beside the results of others."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.body: dict[str, Any] = {"error": error, "error_description": description}

    def refusal(self) -> Refusal:
        """As the answer to a call of its own."""
        return Refusal(self.status, self.body)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a method answers; ``total`` and ``next_start`` are a list's."""

    result: Any
    total: int | None = None
    next_start: int | None = None


async def read(request: Request) -> dict[str, Any]:
    """Parameters of the query and of the body, which is JSON or a form.

    Raises:
        Wrong: the body is said to be JSON, and is not.
    """
    params = read_form(request.query_params.multi_items())
    body = (await request.body()).decode(errors="replace")
    if not request.headers.get("content-type", "").startswith("application/json"):
        return {**params, **read_form(parse_qsl(body, keep_blank_values=True))}
    try:
        said = json.loads(body or "{}")
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Wrong(400, "INVALID_REQUEST", "Invalid request body")
    return {**params, **said}


def needed(params: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    """A parameter that has to be there.

    Raises:
        Wrong: it is not.
    """
    if params.get(name) is None:
        raise Wrong(400, "100", f"Could not find value for parameter {{{name}}}")
    return params[name]


def tree(given: object) -> dict[str, Any]:
    """An object; a list counts as one whose keys are 0, 1, 2…; anything else is empty."""
    if isinstance(given, list):
        return {str(at): value for at, value in enumerate(given)}
    return dict(given) if isinstance(given, dict) else {}
