"""What the open part of a Wildberries token says of it. The signature is the vendor's business: nothing is decided by it here.

Source: https://dev.wildberries.ru/openapi/api-information#tag/authorization («Как устроен токен»), `reference/marketplaces.md` §1.
"""

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

Scope = Literal["content", "analytics", "prices", "marketplace"]
SCOPE_BITS: dict[Scope, int] = {"content": 1, "analytics": 2, "prices": 3, "marketplace": 4}
READ_ONLY_BIT = 30
KINDS = {1: "базовый", 2: "тестовый", 3: "персональный", 4: "сервисный"}
BASE = 1
SHORT_HASH = 16


class Token(BaseModel):
    """The payload of a token.

    Args:
        acc: its kind, a key of `KINDS`.
        t: of the sandbox.
        exp: when it stops working, unix seconds.
        s: its rights, a bit per category.
        sid: the seller.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    acc: int | None = None
    t: bool = False
    exp: int
    s: int = 0
    sid: str | None = None

    @property
    def expires_at(self) -> datetime:
        """When it stops working."""
        return datetime.fromtimestamp(self.exp, UTC)

    @property
    def is_read_only(self) -> bool:
        """May not change anything."""
        return bool(self.s >> READ_ONLY_BIT & 1)

    def opens(self, scope: Scope) -> bool:
        """Whether the category is among its rights."""
        return bool(self.s >> SCOPE_BITS[scope] & 1)


def read_token(token: SecretStr) -> Token | None:
    """What the token says; none where it is no JWT of Wildberries'."""
    parts = token.get_secret_value().split(".")
    if len(parts) != 3:
        return None
    try:
        return Token.model_validate_json(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValidationError, ValueError):
        return None


def account_of(token: SecretStr) -> str:
    """Whose the token's limits are: the seller, or a short hash of a token that does not tell."""
    said = read_token(token)
    return said.sid if said and said.sid else hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:SHORT_HASH]
