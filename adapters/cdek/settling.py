"""How far CDEK is with what it was asked: an answer of 202 promised nothing but to look.

The state of a request is one thing, the status of what it made another, and both know a word ACCEPTED. Whatever is not said to be done or
refused is being worked on: an unknown state read as a failure would leave a live order that nobody knows of (`reference/services.md` §1,
Orders, Asynchronous).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from adapters.cdek import answers

DONE, REFUSED = "SUCCESSFUL", "INVALID"
ASKED = "CREATE"
LONG_AGO = datetime.min.replace(tzinfo=UTC)

How = Literal["done", "refused", "working", "unasked"]


def creation(requests: Sequence[answers.Request]) -> answers.Request | None:
    """The request that made a thing: the first of its kind, since turning an order back is a «CREATE» too."""
    made = [request for request in requests if (request.type or ASKED).startswith(ASKED)]
    return min(made, key=lambda request: request.date_time or LONG_AGO, default=None)


def removal(requests: Sequence[answers.Request]) -> answers.Request | None:
    """The newest request to remove it."""
    asked = [request for request in requests if request.type == "DELETE"]
    return max(asked, key=lambda request: request.date_time or LONG_AGO, default=None)


def how(request: answers.Request | None) -> How:
    """How a request stands."""
    if request is None:
        return "unasked"
    return "done" if request.state == DONE else "refused" if request.state == REFUSED else "working"
