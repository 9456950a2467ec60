"""``$filter`` and ``Condition``: what is asked of a row, as 1C understands it.

Types are kept apart: a reference is compared with ``guid'…'``, a date with ``datetime'…'``, a mixed reference with ``cast(guid'…','…')``.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from deployments.world.odata.literals import END, Token, Unreadable, tokens_of
from deployments.world.odata.shapes import Fields

Row = Mapping[str, Any]
Suits = Callable[[Row], bool]


def _like(has: str, wanted: str) -> bool:
    inner = wanted.strip("%")
    if wanted.startswith("%") and wanted.endswith("%"):
        return inner in has
    if wanted.endswith("%"):
        return has.startswith(inner)
    return has.endswith(inner) if wanted.startswith("%") else has == wanted


COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda has, wanted: bool(has == wanted),
    "ne": lambda has, wanted: bool(has != wanted),
    "gt": lambda has, wanted: bool(has > wanted),
    "ge": lambda has, wanted: bool(has >= wanted),
    "lt": lambda has, wanted: bool(has < wanted),
    "le": lambda has, wanted: bool(has <= wanted),
}
WORDS: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda has, wanted: has.startswith(wanted),
    "endswith": lambda has, wanted: has.endswith(wanted),
    "like": _like,
}
ORDERED = ("gt", "ge", "lt", "le")
LITERAL_OF = {"guid": "guid", "datetime": "datetime", "string": "string", "double": "number", "int64": "number", "boolean": "name"}


def filter_of(text: str, fields: Fields, *, compares_refs: bool = True) -> Suits:
    """Whether a row suits.

    Args:
        text: the filter; empty suits all.
        fields: what may be asked for.
        compares_refs: whether references may be compared by more and less.

    Raises:
        Unreadable: it is no filter, or names what is not there, or compares what cannot be.
    """
    if not text.strip():
        return lambda _: True
    reader = _Reader(tokens_of(text), fields, compares_refs=compares_refs)
    suits = reader.any_of()
    if reader.next.sort != "end":
        raise Unreadable(f"Лишнее в условии: {reader.next.value}")
    return suits


def rank(value: Any, kind: str) -> Any:  # noqa: ANN401 - a field's value
    """What a value is ordered by. A reference as databases keep it: the last part first, so not by its text."""
    if kind == "guid":
        first, second, third, fourth, fifth = str(value).split("-")
        return fourth + fifth + third + second + first
    return Decimal(str(value)) if kind in ("double", "int64") else value


class _Reader:
    """Reads a filter from left to right."""

    def __init__(self, tokens: list[Token], fields: Fields, *, compares_refs: bool) -> None:
        self._tokens = [*tokens, END]
        self._at = 0
        self._kinds = {one.name: one.kind for one in fields}
        self._compares_refs = compares_refs

    @property
    def next(self) -> Token:
        """The piece to be read."""
        return self._tokens[self._at]

    def any_of(self) -> Suits:
        """``… or …``."""
        parts = [self._all_of()]
        while self._took("name", "or"):
            parts.append(self._all_of())
        return lambda row: any(part(row) for part in parts)

    def _all_of(self) -> Suits:
        parts = [self._one()]
        while self._took("name", "and"):
            parts.append(self._one())
        return lambda row: all(part(row) for part in parts)

    def _one(self) -> Suits:
        if self._took("name", "not"):
            inner = self._one()
            return lambda row: not inner(row)
        if self._took("sign", "("):
            inner = self.any_of()
            self._expect("sign", ")")
            return inner
        name = self._expect("name")
        if name == "substringof":
            return self._substring()
        if name in WORDS:
            return self._word(WORDS[name])
        return self._comparison(name)

    def _substring(self) -> Suits:
        self._expect("sign", "(")
        wanted = self._expect("string")
        self._expect("sign", ",")
        field = self._text_field()
        self._expect("sign", ")")
        return lambda row: wanted.lower() in str(row[field]).lower()

    def _word(self, holds: Callable[[str, str], bool]) -> Suits:
        self._expect("sign", "(")
        field = self._text_field()
        self._expect("sign", ",")
        wanted = self._expect("string")
        self._expect("sign", ")")
        return lambda row: holds(str(row[field]).lower(), wanted.lower())

    def _comparison(self, field: str) -> Suits:
        kind = self._kind(field)
        operation = self._expect("name")
        if operation not in COMPARES:
            raise Unreadable(f"Неизвестная операция {operation}")
        if kind == "guid" and operation in ORDERED and not self._compares_refs:
            raise Unreadable("Операция сравнения не поддерживается для ссылок")
        compares = COMPARES[operation]
        if self.next == Token("name", "cast"):
            return self._cast(field, compares)
        literal = self._tokens[self._at]
        if literal.sort != LITERAL_OF[kind] or (kind == "boolean" and literal.value not in ("true", "false")):
            raise Unreadable(f"Несовместимые типы в сравнении с {field}")
        self._at += 1
        wanted = literal.value == "true" if kind == "boolean" else literal.value
        if operation in ("eq", "ne") or kind not in ("guid", "double", "int64"):
            return lambda row: compares(row[field], wanted)
        return lambda row: compares(rank(row[field], kind), rank(wanted, kind))

    def _cast(self, field: str, compares: Callable[[Any, Any], bool]) -> Suits:
        """A reference of several kinds: the key and the kind must both be those."""
        if f"{field}_Type" not in self._kinds:
            raise Unreadable(f"Поле {field} не составного типа")
        self._at += 1
        self._expect("sign", "(")
        key = self._expect("guid")
        self._expect("sign", ",")
        sort = self._expect("string").removeprefix("StandardODATA.")
        self._expect("sign", ")")
        return lambda row: compares((row[field], str(row[f"{field}_Type"]).removeprefix("StandardODATA.")), (key, sort))

    def _kind(self, field: str) -> str:
        if field not in self._kinds:
            raise Unreadable(f"Сегмент пути {field} не найден")
        return self._kinds[field]

    def _text_field(self) -> str:
        field: str = self._expect("name")
        if self._kind(field) != "string":
            raise Unreadable(f"Поле {field} не строка")
        return field

    def _took(self, sort: str, value: str) -> bool:
        if self.next == Token(sort, value):
            self._at += 1
            return True
        return False

    def _expect(self, sort: str, value: str | None = None) -> Any:  # noqa: ANN401 - what the piece holds
        token = self.next
        if token.sort != sort or (value is not None and token.value != value):
            raise Unreadable(f"Ошибка разбора: ожидалось {value or sort}, встретилось {token.value or 'конец'}")
        self._at += 1
        return token.value
