"""What follows the interface's root in an address: a set, a key, a function with its arguments."""

import re
from dataclasses import dataclass

from fastapi import Request

from deployments.world.odata.books import Base
from deployments.world.odata.literals import Token, Unreadable, arguments_of, tokens_of
from deployments.world.odata.room import base_of, user_of
from deployments.world.odata.saying import Fault, bad, no_set, wants_json
from deployments.world.odata.shapes import Document, Fields, Named, Shape

RECORDS = "_RecordType"
ADDRESS = re.compile(r"(?P<name>[^/()]+)(?:\((?P<key>[^/]*?)\))?(?:/(?P<rest>.+))?")
FUNCTION = re.compile(r"(?P<name>\$?\w+)(?:\((?P<arguments>.*)\))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Address:
    """A resource. ``name`` is the object of the configuration, ``table`` one of its tables where the address names that."""

    name: str
    shape: Shape
    table: str | None = None
    key: str | None = None
    rest: str | None = None

    @property
    def fields(self) -> Fields:
        """Fields of its rows."""
        if self.table is not None and isinstance(self.shape, Document):
            return (Named("Ref_Key", "guid"), *self.shape.rows)
        return self.shape.fields

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that come with a row unless fields are chosen."""
        return (self.shape.table,) if isinstance(self.shape, Document) and self.table is None else ()


def address_of(request: Request, path: str) -> Address:
    """The resource of a path.

    Raises:
        Fault: there is no such object or it is not enabled; the caller may not read it; the key is none.
    """
    match = ADDRESS.fullmatch(path)
    if match is None:
        raise bad(request, f"Сегмент пути {path} не найден")
    found = _named(base_of(request), match["name"])
    if found is None:
        raise no_set(request, match["name"])
    name, shape, table = found
    allow(request, name, user_of(request).reads)
    key = _key(request, match["key"]) if match["key"] is not None else None
    return Address(name=name, shape=shape, table=table, key=key, rest=match["rest"])


def allow(request: Request, name: str, rights: frozenset[str] | None) -> None:
    """Raises `Fault` where the caller has no right to an object."""
    if rights is not None and name not in rights:
        raise Fault(401, "-1", "Недостаточно прав доступа", is_json=wants_json(request))


def function_of(request: Request, rest: str) -> tuple[str, dict[str, Token]]:
    """The function at the end of an address, and its arguments.

    Raises:
        Fault: it cannot be read.
    """
    match = FUNCTION.fullmatch(rest)
    if match is None:
        raise bad(request, f"Extra segments: {rest}")
    try:
        return match["name"], arguments_of(match["arguments"] or "")
    except Unreadable as wrong:
        raise bad(request, str(wrong)) from None


def _named(base: Base, name: str) -> tuple[str, Shape, str | None] | None:
    shape = base.shape(name)
    if shape is not None:
        return name, shape, None
    plain = base.shape(name.removesuffix(RECORDS))
    if name.endswith(RECORDS) and plain is not None and not isinstance(plain, Document):
        return name.removesuffix(RECORDS), plain, None
    owner, _, table = name.rpartition("_")
    shape = base.shape(owner)
    if isinstance(shape, Document) and shape.table == table:
        return owner, shape, table
    return None


def _key(request: Request, text: str) -> str:
    try:
        tokens = tokens_of(text.removeprefix("Ref_Key="))
    except Unreadable as wrong:
        raise bad(request, str(wrong)) from None
    if len(tokens) != 1 or tokens[0].sort != "guid":
        raise bad(request, f"Ключ {text} не является ссылкой")
    return str(tokens[0].value)
