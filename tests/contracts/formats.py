"""Formats that the vendors' schemas name, as they are checked here; any other name of a format says nothing."""

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime

from jsonschema import FormatChecker  # type: ignore[import-untyped]

FORMATS = FormatChecker(formats=())

RANGES = {
    "int": (-(2**63), 2**63 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint": (0, 2**64 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _is_within(least: int, most: int) -> Callable[[object], bool]:
    def is_within(told: object) -> bool:
        if isinstance(told, bool) or not isinstance(told, int | float | str):
            return True
        if isinstance(told, str):
            return re.fullmatch(r"-?\d+", told) is not None and least <= int(told) <= most
        return told == int(told) and least <= told <= most

    return is_within


def is_instant(told: object) -> bool:
    """RFC 3339, with its offset."""
    return not isinstance(told, str) or (RFC3339.fullmatch(told) is not None and datetime.fromisoformat(told.upper()) is not None)


def is_day(told: object) -> bool:
    """``2026-11-22``."""
    return not isinstance(told, str) or (len(told) == 10 and date.fromisoformat(told) is not None)


def is_russian_day(told: object) -> bool:
    """``22-11-2026``, Yandex Market's own."""
    return not isinstance(told, str) or (len(told) == 10 and datetime.strptime(told, "%d-%m-%Y") is not None)  # noqa: DTZ007 - a day


def is_russian_instant(told: object) -> bool:
    """``22-11-2026 10:00:00``, Yandex Market's own."""
    return not isinstance(told, str) or datetime.strptime(told, "%d-%m-%Y %H:%M:%S") is not None  # noqa: DTZ007 - without an offset


def is_uuid(told: object) -> bool:
    """Any spelling that Python reads."""
    return not isinstance(told, str) or uuid.UUID(told) is not None


CHECKS: dict[str, Callable[[object], bool]] = {name: _is_within(*limits) for name, limits in RANGES.items()} | {
    "date-time": is_instant,
    "date": is_day,
    "date-dd-MM-yyyy": is_russian_day,
    "date-dd-MM-yyyy-HH-mm-ss": is_russian_instant,
    "uuid": is_uuid,
    "UUID": is_uuid,
}
for _name, _check in CHECKS.items():
    FORMATS.checks(_name, raises=ValueError)(_check)
