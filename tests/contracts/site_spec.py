"""What a running WooCommerce 10.0.2 said of itself (its index, its schemas), as a spec like those of the marketplaces."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.contracts.deviation import Deviation
from tests.contracts.judging import judged
from tests.contracts.library import Place
from tests.contracts.schemas import Reader, Schema, opened
from tests.contracts.spec import Operation, Parameter, Query, Spec

REST = "/wp-json"
VARIABLE = re.compile(r"[(][?]P<([a-z_]+)>[^)]*[)]")
WORDS = ("type", "enum", "minimum", "maximum", "items", "properties")
ACTIONS = {"create": "POST", "update": "PUT"}
BATCH_MAX = 100
ERROR: Schema = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "data": {"type": "object", "properties": {"status": {"type": "integer"}}, "required": ["status"]},
    },
    "required": ["code", "message", "data"],
    "unevaluatedProperties": False,
}
EASES: dict[str, Schema] = {
    "integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+$"}]},
    "boolean": {"enum": [True, False, 0, 1, "0", "1", "true", "false"]},
    "array": {"type": ["array", "string"]},
}
FAILED: Schema = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "error": ERROR},
    "required": ["id", "error"],
    "unevaluatedProperties": False,
}


@dataclass(kw_only=True)
class SiteOperation(Operation):
    """One method on one route of the site."""

    site: "SiteSpec"
    route: str

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The arguments of reading; those of writing stand in the body."""
        args = self.place.node["args"] if self.method == "GET" else {}
        return [
            Parameter(
                name=name,
                aliases=frozenset(),
                where="query",
                is_required=arg.get("required") is True,
                schema=_in_an_address(as_schema(arg)),
                is_list=False,
                is_cut=False,
            )
            for name, arg in args.items()
        ]

    @cached_property
    def request_schema(self) -> Schema | None:
        """Of the body; a batch has a list of bodies for each of its actions."""
        if self.method == "GET":
            return None
        if not self.route.endswith("/batch"):
            schema = arguments(self.place.node)
            for one in self.deviations:
                schema = one.applied(schema) if one.part == "request" else schema
            return schema
        created, updated = (arguments(self.site.endpoint(method, self._route_of(method))) for method in ACTIONS.values())
        lists = {"create": created, "update": _with_id(updated), "delete": {"type": "integer"}}
        return {
            "type": "object",
            "properties": {action: {"type": "array", "items": item, "maxItems": BATCH_MAX} for action, item in lists.items()},
            "unevaluatedProperties": False,
        }

    @cached_property
    def answers(self) -> dict[str, Schema | None]:
        """Of what is there; where its schema was not recorded, only of errors."""
        errors: dict[str, Schema | None] = {one.part: one.schema for one in self.deviations if one.change == "status"}
        errors |= {"4XX": ERROR, "5XX": ERROR}
        item = self.site.item(self.route)
        if item is None:
            return errors
        if self.route.endswith("/batch"):
            told = {"type": "array", "items": {"if": {"required": ["error"]}, "then": FAILED, "else": item}}
            actions = dict.fromkeys(("create", "update", "delete"), told)
            return errors | {"2XX": {"type": "object", "properties": actions, "unevaluatedProperties": False}}
        is_list = self.method == "GET" and not self.route.endswith(")")
        return errors | {"2XX": {"type": "array", "items": item} if is_list else item}

    def refuses(self, query: Query, body: Any) -> bool:
        """Whether WordPress refuses the request: it is easier on types than its schemas, and a batch is judged by its rows."""
        if self.method == "GET":
            return super().refuses(query, body)
        if not self.route.endswith("/batch"):
            return isinstance(body, dict) and bool(judged(eased(arguments(self.place.node)), body))
        told = {action: rows for action, rows in body.items() if isinstance(rows, list)} if isinstance(body, dict) else {}
        rows = [(method, row) for action, method in ACTIONS.items() for row in told.get(action, ()) if isinstance(row, dict)]
        return any(judged(eased(arguments(self.site.endpoint(method, self._route_of(method)))), row) for method, row in rows)

    def _route_of(self, method: str) -> str:
        return self.route.removesuffix("/batch") + ("/(?P<id>[\\d]+)" if method == "PUT" else "")

    @property
    def _is_body_required(self) -> bool:
        return False


class SiteSpec(Spec):
    """The recorded index and schemas.

    Args:
        vendor: the folder's name.
        folder: where they lie, whatever version their names end in.
        deviations: what of the schemas the site's own answers overrule.
    """

    def __init__(self, vendor: str, folder: Path, deviations: Iterable[Deviation] = ()) -> None:
        self.vendor = vendor
        self.has_hosts = False
        self.reader = Reader()
        self.deviations = [one for one in deviations if one.vendor == vendor]
        self.samples: dict[str, Any] = _read(folder, "sample-responses-*.json")
        self._routes: dict[str, Any] = _read(folder, "wc-v3-index-*.json")["routes"]
        self._schemas: dict[str, Any] = _read(folder, "wc-v3-schemas-*.json")
        self.operations = list(self._site_operations())

    def operation(self, method: str, host: str, path: str) -> Operation:
        """What a call asks for; whatever stands before the REST API is the site's own address.

        Raises:
            UnknownOperation: the site has no such route, or no such method there.
        """
        return super().operation(method, host, path.partition(REST)[2] or path)

    def endpoint(self, method: str, route: str) -> dict[str, Any]:
        """A method of a route, as the index has it."""
        return next(dict(one) for one in self._routes[route]["endpoints"] if method in one["methods"])

    def item(self, route: str) -> Schema | None:
        """The schema of one thing of a route, closed, with the deviations; None where it was not recorded."""
        name = _group(route)
        schema = as_schema(self._schemas[name]["schema"]) if name in self._schemas else None
        for one in self.deviations:
            if one.operation == name and one.part == "item":
                schema = one.applied(schema or {})
        return schema

    def _site_operations(self) -> Iterator[Operation]:
        for route, told in self._routes.items():
            for endpoint in told["endpoints"]:
                for method in endpoint["methods"]:
                    yield SiteOperation(
                        vendor=self.vendor,
                        hosts=frozenset(),
                        method=method,
                        path=VARIABLE.sub(lambda found: f"{{{found[1]}}}", route),
                        place=Place(endpoint, Path(self.vendor)),
                        shared=Place({}, Path(self.vendor)),
                        spec=SIGNED,
                        reader=self.reader,
                        deviations=[one for one in self.deviations if one.operation in (_group(route), "*")],
                        site=self,
                        route=route,
                    )


SIGNED = {"security": [{"OAuth": []}], "components": {"securitySchemes": {"OAuth": {"type": "oauth2"}}}}


def arguments(endpoint: dict[str, Any]) -> Schema:
    """What an endpoint may be told, closed."""
    args = endpoint["args"]
    return {
        "type": "object",
        "properties": {name: as_schema(arg) for name, arg in args.items()},
        "required": [name for name, arg in args.items() if arg.get("required") is True],
        "unevaluatedProperties": False,
    }


def as_schema(node: dict[str, Any]) -> Schema:
    """WordPress's own words (``date-time``, ``mixed`` and ``bool`` for types) in those of JSON Schema, closed."""
    schema: Schema = {word: node[word] for word in WORDS if word in node}
    kind = schema.get("type")
    if kind == "mixed":
        del schema["type"]
    elif kind in ("date-time", "bool"):
        schema["type"] = ["string", "null"] if kind == "date-time" else "boolean"
    if isinstance(schema.get("items"), dict):
        schema["items"] = as_schema(schema["items"])
    fields = schema.pop("properties", None)
    if fields:
        schema |= {"properties": {name: as_schema(child) for name, child in fields.items()}, "unevaluatedProperties": False}
    return schema


def eased(node: Any) -> Any:
    """A schema as WordPress takes it: open, null is nothing, digits and words of truth may stand in quotes.

    Source: WordPress' rest_validate_value_from_schema, and WP_REST_Request::has_valid_params, which leaves null alone.
    """
    if not isinstance(node, dict):
        return node
    schema = {word: said for word, said in opened(node).items() if word not in ("type", "properties", "items")}
    schema |= {"properties": {name: eased(child) for name, child in node["properties"].items()}} if "properties" in node else {}
    schema |= {"items": eased(node["items"])} if "items" in node else {}
    kinds = node.get("type", [])
    eases = [EASES.get(kind, {"type": kind}) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    told = {"allOf": [schema, {"anyOf": eases}]} if eases else schema
    return {"anyOf": [{"type": "null"}, told]}


def _with_id(schema: Schema) -> Schema:
    return schema | {"properties": schema["properties"] | {"id": {"type": "integer"}}, "required": [*schema["required"], "id"]}


def _in_an_address(schema: Schema) -> Schema:
    """A list stands there with commas."""
    if schema.get("type") != "array":
        return schema
    is_of_numbers = schema.get("items", {}).get("type") == "integer"
    return {"type": "string", "pattern": r"^\d+(,\d+)*$"} if is_of_numbers else {"type": "string"}


def _group(route: str) -> str:
    return VARIABLE.sub("<id>", route.removeprefix("/wc/v3")).removesuffix("/batch").removesuffix("/<id>")


def _read(folder: Path, pattern: str) -> Any:
    return json.loads(max(folder.glob(pattern)).read_text(encoding="utf-8"))
