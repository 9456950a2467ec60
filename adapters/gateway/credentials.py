"""Which 1C base speaks, by its login and password."""

import hmac

from adapters.gateway.calls import Basic
from adapters.settings import OnecBase


def base_of(basic: Basic | None, bases: dict[str, OnecBase]) -> str | None:
    """The name of the base whose login and password these are, or nothing.

    Every base is compared in full whatever the outcome of the one before, so that the time of an answer tells nothing.
    """
    found: str | None = None
    for name, base in bases.items():
        is_login = _is_same(base.login, basic.login if basic else b"")
        is_password = _is_same(base.password.get_secret_value(), basic.password if basic else b"")
        if basic is not None and is_login and is_password:
            found = name
    return found


def _is_same(known: str, given: bytes) -> bool:
    """Whether the bytes are the text in any encoding a platform may use."""
    same = [hmac.compare_digest(spelt, given) for spelt in _spellings(known)]
    return any(same)


def _spellings(text: str) -> list[bytes]:
    utf8 = text.encode()
    try:
        return [utf8, text.encode("cp1251")]
    except UnicodeEncodeError:
        return [utf8]
