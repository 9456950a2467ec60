"""Tokens of a Wildberries cabinet: JWTs whose open part tells type, rights and expiry.

Source: dev.wildberries.ru, knowledge base, «Декодирование и проверка токенов WB API» (2026-04-03).
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

ISSUE_REF = "0198a000-0000-7000-8000-000000000001"
SELLER_REF = "7d3c0a52-6f0e-4f4e-9c56-2f1f8a4b9e10"

Kind = Literal["base", "test", "personal", "service"]
ACCOUNTS: dict[Kind, int] = {"base": 1, "test": 2, "personal": 3, "service": 4}

Scope = Literal[
    "content", "analytics", "prices", "marketplace", "statistics", "promotion", "feedbacks", "chat", "supplies", "returns",
    "documents", "finance", "users",
]  # fmt: skip
SCOPE_BITS: dict[Scope, int] = {
    "content": 1,
    "analytics": 2,
    "prices": 3,
    "marketplace": 4,
    "statistics": 5,
    "promotion": 6,
    "feedbacks": 7,
    "chat": 9,
    "supplies": 10,
    "returns": 11,
    "documents": 12,
    "finance": 13,
    "users": 16,
}
READ_ONLY_BIT = 30
OURS: tuple[Scope, ...] = ("content", "prices", "marketplace", "analytics")


class Malformed(ValueError):
    """Not a token at all; the message is the vendor's."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a token's open part says. ``account`` is 1 base, 2 test, 3 personal, 4 service."""

    token_ref: str
    seller_ref: str
    account: int
    rights: int
    is_test: bool
    expires_at: datetime

    @property
    def is_base(self) -> bool:
        """A base token has far lower limits since 2026-04-16."""
        return self.account == ACCOUNTS["base"]

    @property
    def is_read_only(self) -> bool:
        """May not change anything."""
        return bool(self.rights >> READ_ONLY_BIT & 1)

    def opens(self, scope: Scope) -> bool:
        """Whether the category is among the token's rights."""
        return bool(self.rights >> SCOPE_BITS[scope] & 1)


def make_token(
    *,
    kind: Kind = "personal",
    expires_at: datetime,
    scopes: Iterable[Scope] = OURS,
    is_read_only: bool = False,
    seller_ref: str = SELLER_REF,
    token_ref: str = ISSUE_REF,
) -> str:
    """A token as the cabinet would issue it, with a signature that nobody checks.

    Args:
        kind: the token's type.
        expires_at: when it stops working; the vendor gives 180 days.
        scopes: the categories it opens.
        is_read_only: whether it may only read.
        seller_ref: whose cabinet it opens.
        token_ref: its own id, by which the cabinet revokes it.
    """
    rights = sum(1 << SCOPE_BITS[scope] for scope in set(scopes)) | (is_read_only << READ_ONLY_BIT)
    payload = {
        "acc": ACCOUNTS[kind],
        "ent": 1,
        "exp": int(expires_at.timestamp()),
        "id": token_ref,
        "iid": 12345678,
        "oid": 1234567,
        "s": rights,
        "sid": seller_ref,
        "t": kind == "test",
        "uid": 12345678,
        **({"for": "self"} if kind == "personal" else {"for": "asid:utyug"} if kind == "service" else {}),
    }
    header = {"alg": "ES256", "kid": "20260101v1", "typ": "JWT"}
    return ".".join([_encoded(header), _encoded(payload), base64.urlsafe_b64encode(bytes(64)).decode().rstrip("=")])


def read_token(text: str) -> Token:
    """What the token says.

    Raises:
        Malformed: it is no token.
    """
    parts = text.split(".")
    if len(parts) != 3:
        raise Malformed("token problem; token is malformed: token contains an invalid number of segments")
    try:
        said: dict[str, Any] = json.loads(base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True))
        return Token(
            token_ref=said["id"],
            seller_ref=said["sid"],
            account=said["acc"],
            rights=said["s"],
            is_test=said["t"],
            expires_at=datetime.fromtimestamp(said["exp"], UTC),
        )
    except (binascii.Error, ValueError, KeyError, TypeError) as broken:
        raise Malformed("token problem; token is malformed: could not decode claims") from broken


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")
