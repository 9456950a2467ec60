"""A vendor's OpenAPI 3.0 schema in the words of JSON Schema 2020-12, closed to fields that it does not name.

What is no OpenAPI is read as the vendor meant it; each such repair is counted by its name in `Reader.repairs`.
"""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.contracts.library import Node, Place, follow

Schema = dict[str, Any]

BRANCHES = ("allOf", "oneOf", "anyOf")
KEPT = ("enum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "multipleOf", "format")
MISSPELT = {"ype": "type", "foramt": "format", "maxSize": "maxItems"}
ODD_TYPES = {
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "timestamp": {"type": "string", "format": "date-time"},
    "enum": {"type": "string"},
    "file": {"type": "string"},
    "array of strings": {"type": "array"},
}
BOUNDS = {"array": ("minItems", "maxItems"), "string": ("minLength", "maxLength")}
PLAIN_TYPES = ("object", "array", "string", "integer", "number", "boolean")


class Reader:
    """Reads schemas of one vendor."""

    def __init__(self) -> None:
        self.repairs: Counter[str] = Counter()

    def read(self, place: Place, *, is_request: bool = False) -> Schema:
        """The closed schema; of a request that names no field at all, the schema that takes none."""
        names: dict[str, Schema] = {}
        schema = self._closed(place, names, ())
        if is_request and schema.get("type") == "object" and not _names_fields(schema) and "additionalProperties" not in schema:
            schema["unevaluatedProperties"] = False
        return schema | ({"$defs": names} if names else {})

    def _closed(self, place: Place, names: dict[str, Schema], above: tuple[str, ...]) -> Schema:
        schema, is_nullable = self._shape(place, names, above)
        if _names_fields(schema):
            schema = schema | {"unevaluatedProperties": False}
        return {"anyOf": [{"type": "null"}, schema]} if is_nullable else schema

    def _shape(self, place: Place, names: dict[str, Schema], above: tuple[str, ...]) -> tuple[Schema, bool]:
        """The schema, open at its root, and whether null is allowed beside it."""
        told = place.node
        place, name = follow(place)
        is_said_nullable = isinstance(told, dict) and told is not place.node and told.get("nullable") is True
        if is_said_nullable:
            self.repairs["nullable beside a reference"] += 1
        if name is None:
            return self._own_shape(place, names, above)
        key = f"{place.document.parent.name}/{name}"
        if key in above:
            return {"$ref": f"#/$defs/{_escaped(key)}"}, is_said_nullable
        schema, is_nullable = self._own_shape(place, names, (*above, key))
        if f"#/$defs/{_escaped(key)}" in set(_references(schema)):
            names[key] = schema
        return schema, is_nullable or is_said_nullable

    def _own_shape(self, place: Place, names: dict[str, Schema], above: tuple[str, ...]) -> tuple[Schema, bool]:
        node = self._repaired(place.node)
        schema = {word: node[word] for word in KEPT if node.get(word) is not None}
        if node.get("type") is not None:
            schema["type"] = node["type"]
        self._bounds(node, schema)
        if isinstance(pattern := node.get("pattern"), str):
            schema |= self._pattern(pattern)
        if node.get("properties"):
            schema["properties"] = {
                field: self._closed(Place(child, place.document), names, above) for field, child in node["properties"].items()
            }
        if node.get("required"):
            schema["required"] = node["required"]
        if isinstance(node.get("items"), dict):
            schema |= self._items(Place(node["items"], place.document), names, above, schema)
        others = node.get("additionalProperties")
        if others is not None:
            schema["additionalProperties"] = (
                others if isinstance(others, bool) else self._closed(Place(others, place.document), names, above)
            )
        is_nullable = node.get("nullable") is True
        for word in BRANCHES:
            if node.get(word):
                branches = [self._shape(Place(branch, place.document), names, above) for branch in node[word]]
                schema[word] = [branch for branch, _ in branches]
                is_nullable |= (all if word == "allOf" else any)(of_null for _, of_null in branches) and "type" not in node
        return schema, is_nullable

    def _items(self, place: Place, names: dict[str, Schema], above: tuple[str, ...], around: Schema) -> Schema:
        """The items of a list; bounds of the list that stand on its items are given back to it."""
        node = place.node
        strayed: Schema = {}
        for least, most in (("minimum", "maximum"), ("minItems", "maxItems")):
            strays = node.get("type") == "object" if least == "minimum" else node.get("type") in ("integer", "number", "string", "object")
            if strays and (least in node or most in node):
                self.repairs["bounds of a list on its items"] += 1
                strayed |= {to: node[of] for to, of in (("minItems", least), ("maxItems", most)) if of in node and to not in around}
                node = {word: said for word, said in node.items() if word not in (least, most)}
        return {"items": self._closed(Place(node, place.document), names, above)} | strayed

    def _repaired(self, told: Node) -> dict[str, Any]:
        if not isinstance(told, dict):
            self.repairs["no schema at all"] += told is not None
            return {}
        node = dict(told)
        for wrong, right in MISSPELT.items():
            if wrong in node and right not in node:
                self.repairs["a misspelt word"] += 1
                node[right] = node.pop(wrong)
        for word in ("enum", "items", "description", "example"):
            if word in node and node[word] is None:
                self.repairs[f"{word}: null"] += 1
                del node[word]
        if node.get("type") in ODD_TYPES:
            self.repairs["a type that is none"] += 1
            node |= ODD_TYPES[node["type"]] | ({} if "format" not in node else {"format": node["format"]})
        self._required(node)
        for word, kind in (("properties", "object"), ("items", "array")):
            if "type" not in node and isinstance(node.get(word), dict):
                self.repairs["a type left out"] += 1
                node["type"] = kind
        return node

    def _required(self, node: dict[str, Any]) -> None:
        fields = node.get("properties")
        marked = [name for name, field in fields.items() if isinstance(field, dict) and field.get("required") is True] if fields else []
        own = node.get("required")
        if own is not None and not isinstance(own, list):
            own = None
        if marked:
            self.repairs["required: true on a field"] += len(marked)
        node["required"] = list(dict.fromkeys([*(own or []), *marked]))

    def _bounds(self, node: dict[str, Any], schema: Schema) -> None:
        for limit, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if node.get(limit) is True and bound in schema:
                schema[limit] = schema.pop(bound)
        meant = BOUNDS.get(str(node.get("type")))
        if meant is None:
            return
        for bound, word in zip(("minimum", "maximum"), meant, strict=True):
            if bound in schema:
                self.repairs["bounds of a number on what is none"] += 1
                value = schema.pop(bound)
                if not str(node.get("format", "")).startswith(("int", "uint")):
                    schema.setdefault(word, value)
        for bound, word in zip(("minLength", "maxLength"), meant, strict=True):
            if bound != word and bound in schema:
                self.repairs["bounds of a text on a list"] += 1
                schema.setdefault(word, schema.pop(bound))

    def _pattern(self, pattern: str) -> Schema:
        """A rule, unless it is a picture of what to type: ``+7(XXX)XXX-XX-XX``, ``YYYY-MM-DD``."""
        if re.search(r"X{2,}|Y{4}", pattern):
            self.repairs["a mask for a pattern"] += 1
            return {}
        try:
            with warnings.catch_warnings(action="error"):
                re.compile(pattern)
        except (re.error, FutureWarning):
            self.repairs["a pattern that Python does not read"] += 1
            return {}
        return {"pattern": pattern}


def opened(schema: Any) -> Any:
    """The same schema as the vendor wrote it: fields that it does not name are allowed."""
    if isinstance(schema, list):
        return [opened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {word: opened(said) for word, said in schema.items() if not (word == "unevaluatedProperties" and said is False)}


def _names_fields(schema: Schema) -> bool:
    if schema.get("properties") or "$ref" in schema:
        return True
    return any(_names_fields(branch) for word in BRANCHES for branch in schema.get(word, ()))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
