"""Addresses and literals of OData v3 as 1C takes them: Cyrillic percent-encoded, quotes doubled. Source: `reference/commerceml.md` §5."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from adapters.errors import Misconfigured

EMPTY_REF = str(UUID(int=0))


def ref(given: str) -> str:
    """A reference as 1C writes it.

    Raises:
        Misconfigured: it is none.
    """
    try:
        return str(UUID(given))
    except ValueError:
        raise Misconfigured(f"«{given}» не ссылка 1С: нужен Ид вида 01234567-89ab-cdef-0123-456789abcdef.") from None


def guid(given: str) -> str:
    """``guid'…'``.

    Raises:
        Misconfigured: it is none.
    """
    return f"guid'{ref(given)}'"


def moment(local: datetime) -> str:
    """``datetime'…'`` of 1C's own local time."""
    return f"datetime'{stamp(local)}'"


def stamp(local: datetime) -> str:
    """1C's own local time in a body; it has no zone."""
    return local.strftime("%Y-%m-%dT%H:%M:%S")


def text(given: str) -> str:
    """``'…'`` with its quotes doubled."""
    return "'" + given.replace("'", "''") + "'"


def any_of(field: str, refs: Sequence[str]) -> str:
    """A condition: the reference is one of these; empty for any.

    Raises:
        Misconfigured: one of them is no reference.
    """
    return " or ".join(f"{field} eq {guid(one)}" for one in refs)


def function(register: str, name: str, arguments: Mapping[str, str]) -> str:
    """A virtual table of a register; arguments are literals, empty ones are left out."""
    told = ",".join(f"{key}={value}" for key, value in arguments.items() if value not in ("", "''"))
    return f"{register}/{name}({told})"


def entity(name: str, key: UUID) -> str:
    """One object."""
    return f"{name}(guid'{key}')"


def address(path: str, options: Mapping[str, str]) -> str:
    """A path and its query, all of it ASCII. A space is %20: a plus is not known to be read as one."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return quote(path, safe="/(),='") + "?" + query
