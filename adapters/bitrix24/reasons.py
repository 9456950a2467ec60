"""Bitrix24's failures in our words.

Source: https://apidocs.bitrix24.com/error-codes.html
"""

from collections.abc import Iterable
from datetime import datetime

from adapters.bitrix24 import answers
from adapters.bitrix24.limits import TOO_OFTEN, wait_s
from adapters.errors import RateLimited, Rejected, SyncError, Unauthorized, Unavailable

FORBIDDEN = frozenset({"insufficient_scope", "INVALID_CREDENTIALS", "NO_AUTH_FOUND", "ACCESS_DENIED", "expired_token", "user_access_error"})
BROKEN = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER", "OVERLOAD_LIMIT"})
GONE = frozenset({"NOT_FOUND"})
WORDS_MAX = 300
SHORTEST_PRIVATE = 2
"""Anything shorter says nothing of anybody."""


def failure(failed: answers.Failed, now: datetime) -> SyncError:
    """The error of a command that failed; the portal's own words are left out."""
    told = f"Битрикс24 отклонил команду ({code_of(failed)})"
    if failed.error in TOO_OFTEN:
        return RateLimited(f"{told}: слишком много запросов, просит подождать.", system="bitrix24", retry_after_s=wait_s(failed, now))
    if failed.error in BROKEN:
        return Unavailable(f"{told}: у него неполадки.", system="bitrix24")
    if failed.error in FORBIDDEN:
        return Unauthorized(f"{told}: вебхук не действует или не даёт нужного права.", system="bitrix24")
    return Rejected(f"{told}.", system="bitrix24")


def is_passing(failed: answers.Failed) -> bool:
    """Whether the same command may be taken later."""
    return failed.error in TOO_OFTEN | BROKEN


def is_forbidden(failed: answers.Failed) -> bool:
    """Whether the webhook may not do it, whatever the row."""
    return failed.error in FORBIDDEN


def refusal(failed: answers.Failed, private: Iterable[str]) -> str:
    """Why a row was not taken, with the portal's words of it.

    Args:
        failed: what the portal said.
        private: what was sent of a person, which it may quote; it is left out.
    """
    words = " ".join(failed.error_description.split())
    for secret in sorted({one for one in private if len(one) > SHORTEST_PRIVATE}, key=len, reverse=True):
        words = words.replace(secret, "…")
    told = f" Он пишет: «{words[:WORDS_MAX]}»." if words else ""
    return f"Битрикс24 не принял запись ({code_of(failed)}).{told}"


def code_of(failed: answers.Failed) -> str:
    """The failure's code; some have none."""
    return failed.error[:100] or "без кода"
