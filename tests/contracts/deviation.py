"""A place where a spec contradicts its vendor's own text, and how it is read instead."""

import copy
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Change = Literal["optional", "required", "schema", "status", "hosts"]


class Deviation(NamedTuple):
    """One thing in a spec that is read otherwise.

    ``part`` is ``request`` or a status; ``field`` is where in the body (``/stocks/*/product_id``, ``*`` for every item of a list).
    ``optional`` and ``required`` are about the field in what holds it, ``schema`` replaces or adds the field's schema (the empty
    ``field`` is the whole body), ``status`` declares an answer with this schema (None: without a body), ``hosts`` names in ``field``
    hosts that answer too.
    """

    vendor: str
    operation: str
    part: str
    field: str
    change: Change
    source: str
    schema: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """As reports call it."""
        return f"{self.vendor}: {self.operation} {self.part} {self.field} {self.change}".replace("  ", " ")

    def applied(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A copy of the schema, read otherwise.

        Raises:
            LookupError: the spec has nothing there to be read otherwise.
        """
        if not self.field:
            return self.schema or {}
        changed = copy.deepcopy(schema)
        *above, name = self.field.strip("/").split("/")
        holders = [changed]
        for part in above:
            holders = [found for holder in holders for found in _inside(holder, part, changed)]
        holders = [found for holder in holders for found in _branches(holder, changed)]
        if not self._changes(holders, name):
            raise LookupError(self.name)
        return changed

    def _changes(self, holders: list[dict[str, Any]], name: str) -> bool:
        if name == "*":
            lists = [one for one in holders if "items" in one]
            for one in lists:
                one["items"] = self.schema
            return bool(lists)
        if self.change == "optional":
            those = [one for one in holders if name in one.get("required", ())]
            for one in those:
                one["required"] = [field for field in one["required"] if field != name]
            return bool(those)
        those = [one for one in holders if name in one.get("properties", {})] or [one for one in holders if "properties" in one][:1]
        for one in those:
            if self.change == "required":
                one["required"] = [*one.get("required", ()), name]
            else:
                one["properties"][name] = self.schema
        return bool(those)


def _branches(holder: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield holder
    if "$ref" in holder:
        yield from _branches(root["$defs"][holder["$ref"].rpartition("/")[2].replace("~1", "/").replace("~0", "~")], root)
    for word in ("allOf", "oneOf", "anyOf"):
        for branch in holder.get(word, ()):
            yield from _branches(branch, root)


def _inside(holder: dict[str, Any], part: str, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in _branches(holder, root):
        if part == "*" and isinstance(one.get("items"), dict):
            yield one["items"]
        elif part in one.get("properties", {}):
            yield one["properties"][part]
