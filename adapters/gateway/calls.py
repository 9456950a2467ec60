"""One request of 1C, read leniently: what it asks, in whose name, with which cookie."""

import base64
import binascii
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

COOKIE = "utyug_session"


@dataclass(frozen=True, kw_only=True, slots=True)
class Basic:
    """Login and password as they came, undecoded: platforms disagree about the encoding of Cyrillic ones."""

    login: bytes
    password: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What 1C asks.

    Args:
        type: `catalog` or `sale`, as given, lowered.
        mode: `checkauth`, `init`, `file`, `import`, …, as given, lowered.
        filename: as given, decoded; a plus sign is a plus sign, since 1C does not escape.
        version: `version=` of the request; its presence asks for Bitrix's further lines.
        session_ref: the value of our cookie, or nothing.
        basic: credentials, or nothing; ``is_basic_broken`` where there is a header that cannot be read.
    """

    type: str
    mode: str
    filename: str
    version: str | None
    session_ref: str | None
    basic: Basic | None
    is_basic_broken: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read a request; whatever is missing is empty."""
        query = _query(request.scope["query_string"])
        header = request.headers.get("authorization", "")
        basic = _basic(header)
        return cls(
            type=query.get("type", "").strip().lower(),
            mode=query.get("mode", "").strip().lower(),
            filename=query.get("filename", ""),
            version=query.get("version"),
            session_ref=request.cookies.get(COOKIE),
            basic=basic,
            is_basic_broken=bool(header) and basic is None,
        )


def _query(raw: bytes) -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in raw.split(b"&") if pair)
    query: dict[str, str] = {}
    for name, _, value in pairs:
        query.setdefault(_decode(name), _decode(value))
    return query


def _decode(raw: bytes) -> str:
    octets = unquote_to_bytes(raw)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1251", errors="replace")


def _basic(header: str) -> Basic | None:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        octets = base64.b64decode(encoded.strip().encode("latin-1") + b"==")
    except (binascii.Error, UnicodeEncodeError):
        return None
    login, colon, password = octets.partition(b":")
    return Basic(login=login, password=password) if colon else None
