"""What a call asks of a set: which rows, which fields, in which order, how many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from deployments.world.odata.books import Row
from deployments.world.odata.filtering import Suits, filter_of, rank
from deployments.world.odata.literals import Unreadable
from deployments.world.odata.saying import bad
from deployments.world.odata.shapes import Fields

OPTIONS = frozenset({"$format", "$filter", "$select", "$orderby", "$top", "$skip", "$inlinecount", "allowedOnly", "PostingModeOperational"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of a call."""

    suits: Suits
    select: tuple[str, ...]
    orders: tuple[tuple[Callable[[Row], Any], bool], ...]
    top: int | None
    skip: int
    counts_all: bool
    allowed_only: bool

    def cut(self, rows: list[Row]) -> list[Row]:
        """The rows of the page. Those of an order not asked for come as they lie."""
        for key, is_falling in reversed(self.orders):
            rows = sorted(rows, key=key, reverse=is_falling)
        if self.counts_all:
            return rows
        return rows[self.skip :] if self.top is None else rows[self.skip : self.skip + self.top]

    def chosen(self, row: Row) -> Row:
        """The fields asked for; all of them, tables too, where none are named."""
        return {name: row[name] for name in self.select} if self.select else row


def asked(request: Request, fields: Fields, *, tables: tuple[str, ...] = (), compares_refs: bool = True) -> Asked:
    """The options of the call for a set with these fields.

    Raises:
        Fault: 400; an option that is not known or cannot be read. ``$skip`` and ``$top`` do nothing beside ``$inlinecount=allpages``.
    """
    given = request.query_params
    unknown = sorted(name for name in given if name not in OPTIONS)
    if unknown:
        raise bad(request, f"Неизвестный параметр запроса {unknown[0]}")
    kinds = {one.name: one.kind for one in fields}
    select = tuple(name for name in given.get("$select", "").replace(" ", "").split(",") if name)
    missing = sorted(set(select) - kinds.keys() - set(tables))
    if missing:
        raise bad(request, f"Сегмент пути {missing[0]} не найден")
    try:
        suits = filter_of(given.get("$filter", ""), fields, compares_refs=compares_refs)
    except Unreadable as wrong:
        raise bad(request, str(wrong)) from None
    return Asked(
        suits=suits,
        select=select,
        orders=tuple(_order(request, part, kinds) for part in given.get("$orderby", "").split(",") if part.strip()),
        top=_whole(request, "$top"),
        skip=_whole(request, "$skip") or 0,
        counts_all=given.get("$inlinecount") == "allpages",
        allowed_only=given.get("allowedOnly") == "true",
    )


def _order(request: Request, part: str, kinds: dict[str, Any]) -> tuple[Callable[[Row], Any], bool]:
    name, _, way = part.strip().partition(" ")
    if name not in kinds or way.strip() not in ("", "asc", "desc"):
        raise bad(request, f"Сегмент пути {name} не найден")
    return (lambda row: rank(row[name], kinds[name])), way.strip() == "desc"


def _whole(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise bad(request, f"Параметр {name} не число")
    return int(text)
