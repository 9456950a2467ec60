"""What a running WooCommerce 10.0.2 said of itself (its index, its schemas), as a judge of the same shape as `tests.contracts.spec`."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contracts.deviation import Deviation
from tests.contracts.judging import judged
from tests.contracts.schemas import Schema, opened
from tests.contracts.spec import Query, UnknownOperation

REST = "/wp-json"
VARIABLE = re.compile(r"[(][?]P<([a-z_]+)>[^)]*[)]")
WORDS = ("type", "enum", "minimum", "maximum", "items", "properties", "format")
ACTIONS = {"create": "POST", "update": "PUT"}
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
FAILED: Schema = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "error": ERROR},
    "required": ["id", "error"],
    "unevaluatedProperties": False,
}


@dataclass(frozen=True, kw_only=True)
class SiteOperation:
    """One method on one route of the site."""

    spec: "SiteSpec"
    method: str
    route: str
    endpoint: dict[str, Any]

    @property
    def name(self) -> str:
        """As reports call it."""
        return f"{self.method} {VARIABLE.sub(lambda found: f'{{{found[1]}}}', self.route)}"

    def request_faults(
        self,
        query: Query,
        body: Any,
        *,
        path: str | None = None,  # noqa: ARG002 - the route is the address
        headers: Collection[str] | None = None,
    ) -> list[str]:
        """What the site has no argument for."""
        unsigned = headers is not None and "authorization" not in {name.lower() for name in headers}
        told = {name: _worded(value, self.endpoint["args"].get(name, {})) for name, value in query}
        faults = [f"query{fault}" for fault in judged(self._arguments if self.method == "GET" else {"maxProperties": 0}, told)]
        if self.method != "GET":
            faults += [f"request{fault}" for fault in self._body_faults(body)]
        return [*faults, "header: no credential"] if unsigned else faults

    def refuses(self, query: Query, body: Any) -> bool:
        """Whether the site's own arguments, open to others, refuse the request."""
        told = {name: _worded(value, self.endpoint["args"].get(name, {})) for name, value in query}
        schema = opened(self._arguments)
        return bool(judged(schema, told if self.method == "GET" else body)) if not self.route.endswith("/batch") else False

    def answer_faults(self, status: int, body: Any) -> list[str]:
        """What the site would not answer."""
        if status >= 400:
            return [f"answer {status}{fault}" for fault in judged(ERROR, body)]
        return [f"answer {status}{fault}" for fault in judged(self._answer_schema, body)]

    @property
    def _arguments(self) -> Schema:
        return arguments(self.endpoint)

    @property
    def _answer_schema(self) -> Schema:
        item = self.spec.item(self.route)
        if self.route.endswith("/batch"):
            lists = {"type": "array", "items": {"if": {"required": ["error"]}, "then": FAILED, "else": item}}
            return {"type": "object", "properties": dict.fromkeys((*ACTIONS, "delete"), lists), "unevaluatedProperties": False}
        is_list = self.method == "GET" and not self.route.endswith(")")
        return {"type": "array", "items": item} if is_list else item

    def _body_faults(self, body: Any) -> Iterator[str]:
        if not self.route.endswith("/batch"):
            yield from judged(self._arguments, body)
            return
        batch = {action: {"type": "array", "items": {"type": "object"}} for action in ACTIONS}
        ids = {"type": "array", "items": {"type": "integer"}}
        yield from judged({"type": "object", "properties": {**batch, "delete": ids}, "unevaluatedProperties": False}, body)
        collection = self.route.removesuffix("/batch")
        for action, method in ACTIONS.items():
            endpoint = self.spec.endpoint(method, collection + ("/(?P<id>[\\d]+)" if method == "PUT" else ""))
            for number, item in enumerate(body.get(action, ())):
                yield from (f" {action}/{number}{fault}" for fault in judged(arguments(endpoint), item))


class SiteSpec:
    """The recorded index and schemas.

    Args:
        folder: where they lie, whatever version their names end in.
        deviations: what of the schemas the site's own answers overrule.
    """

    has_hosts = False

    def __init__(self, folder: Path, deviations: Iterable[Deviation] = ()) -> None:
        self._routes: dict[str, Any] = _read(folder, "wc-v3-index-*.json")["routes"]
        self._schemas: dict[str, Any] = _read(folder, "wc-v3-schemas-*.json")
        self.samples: dict[str, Any] = _read(folder, "sample-responses-*.json")
        self.vendor = "woocommerce"
        self.deviations = [one for one in deviations if one.vendor == self.vendor]

    @property
    def routes(self) -> set[str]:
        """Addresses after ``/wc/v3/``, with ``{}`` for what is filled in."""
        return {VARIABLE.sub("{}", route).removeprefix("/wc/v3/") for route in self._routes}

    def operation(self, method: str, host: str, path: str) -> SiteOperation:  # noqa: ARG002 - one site, one host
        """What a call asks for; the host means nothing to one site.

        Raises:
            UnknownOperation: the site has no such route, or no such method there.
        """
        asked = path.partition(REST)[2]
        route = next((one for one in self._routes if re.fullmatch(one, asked)), None)
        if route is None:
            raise UnknownOperation(f"{self.vendor}: {method} {path}")
        return SiteOperation(spec=self, method=method, route=route, endpoint=self.endpoint(method, route))

    def endpoint(self, method: str, route: str) -> dict[str, Any]:
        """A method of a route, as the index has it.

        Raises:
            UnknownOperation: the route has no such method.
        """
        found = next((one for one in self._routes[route]["endpoints"] if method in one["methods"]), None)
        if found is None:
            raise UnknownOperation(f"{self.vendor}: {method} {route}")
        return dict(found)

    def item(self, route: str) -> Schema:
        """The schema of one thing of a route, closed, with the deviations.

        Raises:
            UnknownOperation: the things of this route were not recorded.
        """
        plain = VARIABLE.sub("<id>", route.removeprefix("/wc/v3")).removesuffix("/batch").removesuffix("/<id>")
        if plain not in self._schemas:
            raise UnknownOperation(f"{self.vendor}: no schema was recorded of {route}")
        schema = as_schema(self._schemas[plain]["schema"])
        for one in self.deviations:
            if one.operation == plain:
                schema = one.applied(schema)
        return schema


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
    """WordPress's own words (``date-time`` and ``mixed`` for types) in those of JSON Schema, closed."""
    schema: Schema = {word: node[word] for word in WORDS if word in node}
    kind = schema.get("type")
    if kind == "mixed":
        del schema["type"]
    elif kind == "date-time":
        schema["type"] = ["string", "null"]
    elif kind == "bool":
        schema["type"] = "boolean"
    if schema.get("format") != "int64":
        schema.pop("format", None)
    if isinstance(schema.get("items"), dict):
        schema["items"] = as_schema(schema["items"])
    if schema.get("properties"):
        schema["properties"] = {name: as_schema(child) for name, child in schema["properties"].items()}
        schema["unevaluatedProperties"] = False
    elif "properties" in schema:
        del schema["properties"]
    return schema


def _read(folder: Path, pattern: str) -> Any:
    return json.loads(max(folder.glob(pattern)).read_text(encoding="utf-8"))


def _worded(told: str, arg: dict[str, Any]) -> Any:
    kind = arg.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", told):
        return int(told)
    if kind == "boolean" and told in ("true", "false", "0", "1"):
        return told in ("true", "1")
    if kind == "array":
        return [_worded(one, arg.get("items", {})) for one in told.split(",")]
    return told
