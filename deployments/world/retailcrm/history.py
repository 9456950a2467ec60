"""What an account remembers of changes: one record for one field, under numbers that only grow."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

Kind = Literal["orders", "customers", "packs"]


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who changed: ``user`` a manager, ``api`` a key, ``code`` the system by itself."""

    source: Literal["api", "user", "code", "combine"]
    api_key: str | None = None
    user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who changes, when, and in whose zone dates are said."""

    author: Author
    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Record:
    """One change. ``subject`` is the order or customer, whole where it was created, else cut down."""

    record_id: int
    at: datetime
    author: Author
    what: str
    old: Any
    new: Any
    subject: Mapping[str, Any]
    is_created: bool = False
    is_deleted: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self


@dataclass(kw_only=True)
class Journal:
    """Records of one kind, by number."""

    records: list[Record] = field(default_factory=list)
    last_id: int = 0

    def write(
        self,
        act: Act,
        what: str,
        old: Any,  # noqa: ANN401 - a field's value
        new: Any,  # noqa: ANN401 - a field's value
        subject: Mapping[str, Any],
        **details: Any,  # noqa: ANN401 - passed to `Record`
    ) -> None:
        """One more change."""
        self.last_id += 1
        record = Record(record_id=self.last_id, at=act.at, author=act.author, what=what, old=old, new=new, subject=subject, **details)
        self.records.append(record)

    def since(self, record_id: int) -> list[Record]:
        """Records after this one."""
        return self.records[bisect_right(self.records, record_id, key=lambda one: one.record_id) :]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> list[tuple[str, Any, Any]]:
    """Fields that differ, by dotted path, with what they were and are."""
    found: list[tuple[str, Any, Any]] = []
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        if isinstance(was, Mapping) or isinstance(now, Mapping):
            found += changes(_tree(was), _tree(now), f"{path}{name}.")
        elif was != now:
            found.append((f"{path}{name}", was, now))
    return found


def _tree(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a field's value
    return value if isinstance(value, Mapping) else {}
