"""Literals of OData v3 as 1C reads them, and the pieces that a filter is made of."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TOKEN = re.compile(
    r"\s*(?:"
    r"guid'(?P<guid>[^']*)'"
    r"|datetime'(?P<datetime>[^']*)'"
    r"|'(?P<string>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w-])"
    r"|(?P<name>[^\W\d]\w*(?:/[^\W\d]\w*)*)"
    r"|(?P<sign>[(),=])"
    r")"
)
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class Unreadable(Exception):
    """What was asked is not OData; the words say where."""


@dataclass(frozen=True)
class Token:
    """A piece: its sort (guid, datetime, string, number, name, sign, end) and what it holds."""

    sort: str
    value: Any


END = Token("end", "")


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text.

    Raises:
        Unreadable: something in it is no piece of OData.
    """
    found: list[Token] = []
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Unreadable(f"Ошибка разбора в позиции {at}: {text[at : at + 20]}")
        found.append(_token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _token(sort: str, text: str) -> Token:
    if sort == "guid":
        if not GUID.fullmatch(text):
            raise Unreadable(f"guid'{text}' не является уникальным идентификатором")
        return Token(sort, text.lower())
    if sort == "datetime":
        if not DATETIME.fullmatch(text):
            raise Unreadable(f"datetime'{text}' не является датой")
        return Token(sort, text)
    if sort == "string":
        return Token(sort, text.replace("''", "'"))
    return Token(sort, Decimal(text) if sort == "number" else text)


def arguments_of(text: str) -> dict[str, Token]:
    """``Имя=литерал,…`` of a function.

    Raises:
        Unreadable: it is something else.
    """
    given: dict[str, Token] = {}
    tokens = [*tokens_of(text), END]
    at = 0
    while tokens[at].sort != "end":
        name, equals, value, after = (*tokens[at : at + 4], END, END, END)[:4]
        if name.sort != "name" or equals.value != "=" or value.sort not in ("guid", "datetime", "string", "number"):
            raise Unreadable(f"Ошибка разбора параметров функции: {text}")
        given[name.value] = value
        at += 3
        if after.value == ",":
            at += 1
        elif after.sort != "end":
            raise Unreadable(f"Ошибка разбора параметров функции: {text}")
    return given
