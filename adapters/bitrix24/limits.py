"""How often a Bitrix24 portal may be called, how much in one call, and how it says that this was too much.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/limits.html
"""

from datetime import datetime

import httpx
from pydantic import ValidationError

from adapters.bitrix24 import answers
from adapters.http import retry_after_s
from adapters.pace import Limit

PORTAL = Limit(name="portal", interval_s=0.5, burst=40)
"""Two calls a second drain from a bucket of 50 (https://apidocs.bitrix24.com/limits.html), which all applications at one address
share: some of it is left to others."""

BATCH_MAX = 50
"""Commands of one batch (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html)."""

WRITES_MAX = 20
"""Commands of a batch that writes: a call is cut after 60 s (https://apidocs.bitrix24.com/limits.html), in the middle of what it does,
and each write starts the portal's robots."""

PAGE = 50
"""Rows of a list, always (https://apidocs.bitrix24.com/api-reference/crm/universal/crm-item-list.html)."""

QUERY_LIMIT = "QUERY_LIMIT_EXCEEDED"
OPERATION_LIMIT = "OPERATION_TIME_LIMIT"
TOO_OFTEN = frozenset({QUERY_LIMIT, OPERATION_LIMIT})

DRAINS_S = 2.0
"""A full bucket has room for some calls again after this."""

CLOSED_S = 600.0
"""A method whose time is used up is open again at the latest after this, where the portal does not say when."""


def is_too_often(response: httpx.Response) -> bool:
    """Whether the portal says that nothing was done because of a limit: 429, or 503 with the code of one."""
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return failure_of(response).error in TOO_OFTEN
    return response.status_code == httpx.codes.TOO_MANY_REQUESTS


def wait_s_of(response: httpx.Response, now: datetime) -> float | None:
    """How long it asks to wait, in a header or in the body; none where it asks for nothing."""
    told = retry_after_s(response, now)
    return told if told is not None else wait_s(failure_of(response), now)


def wait_s(failure: answers.Failed, now: datetime) -> float | None:
    """How long a failure asks to wait; none where it is of another kind."""
    if failure.error == QUERY_LIMIT:
        return DRAINS_S
    if failure.error != OPERATION_LIMIT:
        return None
    reset_at = failure.time.operating_reset_at if failure.time else None
    return CLOSED_S if reset_at is None else max(0.0, reset_at - now.timestamp())


def failure_of(response: httpx.Response) -> answers.Failed:
    """The error that an answer tells; one without a code where it tells none."""
    try:
        return answers.FAILED.validate_json(response.content)
    except ValidationError:
        return answers.Failed()
