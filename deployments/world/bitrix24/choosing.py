"""How a list of items is filtered, ordered and cut."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from deployments.world.bitrix24.books import Books, Item
from deployments.world.bitrix24.fields import GIVEN
from deployments.world.bitrix24.saying import Wrong, tree

PREFIXES = ("!=%", "!%=", "!=", "!@", "!%", ">=", "<=", "=%", "%=", "!", ">", "<", "@", "%", "=")
DIRECTIONS = ("ASC", "DESC")

Row = tuple[Item, Callable[[str], Any]]
"""An item and what it has in a field."""


def chosen(books: Books, type_id: int, rows: list[Row], asked: object) -> list[Row]:
    """Items that the filter lets through.

    Raises:
        Wrong: it names a field that is not filtered by.
    """
    conditions = tree(asked)
    _check(books, type_id, conditions)
    return [row for row in rows if _suits(row[1], conditions)]


def ordered(books: Books, type_id: int, rows: list[Row], asked: object) -> list[Row]:
    """Items in the order asked for, by id where none is.

    Raises:
        Wrong: it names no field or no direction.
    """
    for name, way in reversed(tree(asked).items()):
        if not _is_field(books, type_id, name):
            raise Wrong(400, "INVALID_ARG_VALUE", f"Invalid order: field '{name}' is not allowed in order")
        if str(way).upper() not in DIRECTIONS:
            words = f"allowed sort directions are ASC, DESC. But got '{way}' for field '{name}'"
            raise Wrong(400, "INVALID_ARG_VALUE", f"Invalid order: {words}")
        rows = sorted(rows, key=lambda row: _rank(row[1](name)), reverse=str(way).upper() == "DESC")
    return rows


def _check(books: Books, type_id: int, conditions: Mapping[str, Any]) -> None:
    for key, value in conditions.items():
        if key.isdigit():
            _check(books, type_id, tree(value))
        elif key != "logic" and not _is_field(books, type_id, _split(key)[1]):
            raise Wrong(400, "INVALID_ARG_VALUE", f"Invalid filter: field '{_split(key)[1]}' is not allowed in filter")


def _is_field(books: Books, type_id: int, name: str) -> bool:
    return name != "fm" and (name in GIVEN or name in books.names(type_id))


def _suits(has: Callable[[str], Any], conditions: Mapping[str, Any]) -> bool:
    verdicts = [
        _suits(has, tree(value)) if key.isdigit() else _passes(has, *_split(key), value)
        for key, value in conditions.items()
        if key != "logic"
    ]
    return any(verdicts) if str(conditions.get("logic", "AND")).upper() == "OR" else all(verdicts)


def _split(key: str) -> tuple[str, str]:
    prefix = next((one for one in PREFIXES if key.startswith(one)), "")
    return prefix, key.removeprefix(prefix)


def _passes(has: Callable[[str], Any], prefix: str, name: str, wanted: Any) -> bool:  # noqa: ANN401 - a field's value
    if prefix.startswith("!"):
        return not _passes(has, prefix[1:], name, wanted)
    value = has(name)
    if prefix in (">", ">=", "<", "<="):
        return _compares(prefix, _rank(value), _rank(wanted))
    if prefix == "%":
        return str(wanted).lower() in _text(value).lower()
    if prefix in ("=%", "%="):
        return _like(_text(value).lower(), str(wanted).lower())
    values = list(wanted.values()) if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else [wanted]
    held = value if isinstance(value, list) else [value]
    return any(_same(one, each) for one in held for each in values)


def _same(has: Any, wanted: Any) -> bool:  # noqa: ANN401 - a field's value
    return _text(has) == _text(wanted) or _rank(has) == _rank(wanted)


def _compares(prefix: str, has: tuple[int, Any], wanted: tuple[int, Any]) -> bool:
    if has[0] != wanted[0]:
        return False
    if prefix.endswith("=") and has == wanted:
        return True
    return has > wanted if prefix[0] == ">" else has < wanted


def _like(has: str, pattern: str) -> bool:
    wanted = pattern.strip("%")
    if pattern.startswith("%") and pattern.endswith("%"):
        return wanted in has
    if pattern.endswith("%"):
        return has.startswith(wanted)
    return has.endswith(wanted) if pattern.startswith("%") else has == wanted


def _rank(value: Any) -> tuple[int, Any]:  # noqa: ANN401 - a field's value
    """Numbers before moments before words; one kind is compared with its like."""
    text = _text(value)
    try:
        return 0, float(text)
    except ValueError:
        pass
    try:
        return 1, datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 2, text


def _text(value: Any) -> str:  # noqa: ANN401 - a field's value
    return "" if value is None else str(value)
