"""A vendor's spec as a judge of what is said to it and of what it answers.

Schemas are closed: a query parameter or a field that the spec does not name is a fault, at any depth, in either direction.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.contracts.deviation import Deviation
from tests.contracts.judging import judged
from tests.contracts.library import Node, Place, follow, read_document
from tests.contracts.schemas import Reader, Schema, opened

METHODS = ("get", "put", "post", "patch", "delete")
FILES = ("*.yaml", "*.yml", "*.json")

FILE: Schema = {"type": "string"}
"""A body that is no JSON, as it stands (`tests.contracts.recorder.NotJson`)."""

Query = Sequence[tuple[str, str]]


class UnknownOperation(LookupError):
    """The vendor's spec has no such operation."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """Something outside the body."""

    name: str
    aliases: frozenset[str]
    where: str
    is_required: bool
    schema: Schema
    is_list: bool
    is_cut: bool
    """A value beyond the greatest is taken for the greatest, and not refused."""

    def faults(self, told: Sequence[str]) -> Iterator[str]:
        """What is wrong with the values told, in words as they stand in an address."""
        if not self.is_list and len(told) > 1:
            yield f"{self.where} {self.name}: told {len(told)} times"
        values: Any = [_worded(one, self.schema.get("items", {})) for one in told] if self.is_list else _worded(told[0], self.schema)
        yield from (f"{self.where} {self.name}{fault}" for fault in judged(self.schema, values))

    def cuts(self, told: Sequence[str]) -> bool:
        """Whether the value is too great, and only cut for that."""
        return self.is_cut and told[0].isdigit() and int(told[0]) > self.schema["maximum"]


@dataclass(kw_only=True)
class Operation:
    """One method on one path of one host."""

    vendor: str
    hosts: frozenset[str]
    method: str
    path: str
    place: Place
    shared: Place
    spec: Node
    reader: Reader
    deviations: list[Deviation] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", self.path)]
        self._pattern = re.compile("([^/]+)".join(parts))
        self._names = re.findall(r"\{([^}]*)\}", self.path)

    @property
    def name(self) -> str:
        """As reports and deviations call it."""
        return f"{self.method} {self.path}"

    @property
    def is_deprecated(self) -> bool:
        """Whether the vendor is about to switch it off."""
        return bool(self.place.node.get("deprecated"))

    @property
    def variables(self) -> int:
        """How many parts of the path are not fixed."""
        return len(self._names)

    def suits(self, path: str) -> bool:
        """Whether this operation is what the path asks for."""
        return self._pattern.fullmatch(path) is not None

    def request_faults(self, query: Query, body: Any, *, path: str | None = None, headers: Collection[str] | None = None) -> list[str]:
        """What the vendor would not take, or does not name; ``headers`` are names."""
        told = self._told(query)
        if path is not None and (found := self._pattern.fullmatch(path)):
            told |= {("path", name): [unquote(value)] for name, value in zip(self._names, found.groups(), strict=True)}
        faults = [*self._parameter_faults(told), *self._body_faults(body)]
        return [*faults, *self._header_faults({name.lower() for name in headers})] if headers is not None else faults

    def refuses(self, query: Query, body: Any) -> bool:
        """Whether the vendor's own spec, open to fields that it does not name, refuses the request."""
        declared = {(one.where, one.name): one for one in self.parameters}
        told = {key: values for key, values in self._told(query).items() if key in declared and not declared[key].cuts(values)}
        schema = self.request_schema
        is_body_refused = schema is not None and body is not None and bool(judged(opened(schema), body))
        return is_body_refused or bool(list(self._parameter_faults(told))) or (body is None and self._is_body_required)

    def answer_faults(self, status: int, body: Any) -> list[str]:
        """What the vendor would not answer; ``body`` is None where nothing was answered."""
        declared = self._declared(status)
        if declared is None:
            return [f"answer {status}: not declared, only {', '.join(sorted(self.answers))}"]
        schema = self.answers[declared]
        if schema is None:
            return [f"answer {status}: no body is declared"] if body is not None else []
        if body is None:
            return [f"answer {status}: has no body"]
        return [f"answer {status}{fault}" for fault in judged(schema, body)]

    def examples(self) -> Iterator[tuple[str, list[str]]]:
        """The vendor's own examples: ``request`` or the status, and what its own schema says against it."""
        told = self.place.node.get("responses") or {}
        holders = {str(status): follow(Place(one, self.place.document))[0] for status, one in told.items()}
        for body in _examples(self._request):
            yield "request", self._body_faults(body)
        for status, holder in holders.items():
            for body in _examples(holder):
                schema = self.answers[status]
                yield status, [] if schema is None else judged(schema, body)

    def example(self, status: int) -> Any:
        """The vendor's own example of an answer.

        Raises:
            StopIteration: there is none.
        """
        told = self.place.node["responses"][str(status)]
        return next(_examples(follow(Place(told, self.place.document))[0]))

    def declares(self, status: int) -> bool:
        """Whether the vendor tells of answers of this status."""
        return self._declared(status) is not None

    def _declared(self, status: int) -> str | None:
        return next((key for key in (str(status), f"{status // 100}XX", "default") if key in self.answers), None)

    @cached_property
    def parameters(self) -> list[Parameter]:
        """Of the operation, and of its path."""
        found: dict[tuple[str, str], Parameter] = {}
        for owner in (self.shared, self.place):
            for told in owner.node.get("parameters") or ():
                one = self._parameter(Place(told, owner.document))
                found[one.where, one.name] = one
        return list(found.values())

    @cached_property
    def request_schema(self) -> Schema | None:
        """Of a JSON body; None where none is declared."""
        schema = self._content_schema(self._request, is_request=True)
        return self._deviated("request", schema)

    @cached_property
    def answers(self) -> dict[str, Schema | None]:
        """Schemas of bodies by status, as the spec writes statuses; None where no body is declared."""
        told = self.place.node.get("responses") or {}
        answers = {str(status): self._content_schema(follow(Place(one, self.place.document))[0]) for status, one in told.items()}
        for one in self.deviations:
            if one.change == "status" and "default" not in answers:
                answers.setdefault(one.part, one.schema)
        return {status: self._deviated(status, schema) for status, schema in answers.items()}

    @cached_property
    def _request(self) -> Place:
        return follow(Place(self.place.node.get("requestBody") or {}, self.place.document))[0]

    @property
    def _is_body_required(self) -> bool:
        return bool(self._request.node.get("required"))

    def _content_schema(self, holder: Place, *, is_request: bool = False) -> Schema | None:
        """Of JSON where any is declared; another kind of answer is a file."""
        told = (holder.node or {}).get("content") or {}
        declared = {kind: one["schema"] for kind, one in told.items() if isinstance(one, dict) and one.get("schema") is not None}
        for kind, schema in declared.items():
            if "json" in kind:
                return self.reader.read(Place(schema, holder.document), is_request=is_request)
        return FILE if declared and not is_request else None

    def _deviated(self, part: str, schema: Schema | None) -> Schema | None:
        for one in self.deviations:
            if one.part == part and one.change != "status" and schema is not None:
                schema = one.applied(schema)
        return schema

    def _parameter(self, told: Place) -> Parameter:
        place, _ = follow(told)
        schema = self.reader.read(Place(place.node.get("schema") or {}, place.document))
        return Parameter(
            name=place.node["name"],
            aliases=frozenset(place.node.get("x-aliases") or ()),
            where=place.node["in"],
            is_required=place.node.get("required") is True,
            schema=schema,
            is_list=schema.get("type") == "array",
            is_cut=place.node.get("x-transform") == "truncateLimit",
        )

    def _told(self, query: Query) -> dict[tuple[str, str], list[str]]:
        """Values by where and under which name the spec has them; a vendor may know a parameter by other names too."""
        names = {alias: one.name for one in self.parameters for alias in one.aliases}
        told: dict[tuple[str, str], list[str]] = {}
        for name, value in query:
            told.setdefault(("query", names.get(name, name)), []).append(value)
        return told

    def _parameter_faults(self, told: dict[tuple[str, str], list[str]]) -> Iterator[str]:
        declared = {(one.where, one.name): one for one in self.parameters}
        yield from (f"{where} {name}: not declared" for where, name in told if where == "query" and (where, name) not in declared)
        for key, one in declared.items():
            if key in told:
                yield from one.faults(told[key])
            elif one.is_required and one.where == "query":
                yield f"query {one.name}: required"

    def _body_faults(self, body: Any) -> list[str]:
        if body is None:
            return ["request: a body is required"] if self._is_body_required else []
        if self.request_schema is None:
            return ["request: no body is declared"] if body != {} else []
        return [f"request{fault}" for fault in judged(self.request_schema, body)]

    def _header_faults(self, told: set[str]) -> Iterator[str]:
        for one in self.parameters:
            if one.where == "header" and one.is_required and one.name.lower() not in told:
                yield f"header {one.name}: required"
        ways = self.place.node.get("security", self.spec.get("security")) or ()
        schemes = self.spec.get("components", {}).get("securitySchemes", {})
        if ways and not any(all(_header_of(schemes[name]) in told for name in way) for way in ways):
            yield "header: no credential of those declared"


class Spec:
    """Every document of one vendor's folder.

    Args:
        vendor: the folder's name.
        folder: where documents with ``paths`` lie, whatever their names.
        deviations: what of it is overruled by the vendor's own text.

    Attributes:
        has_hosts: the same path may mean different things on different hosts.
    """

    def __init__(self, vendor: str, folder: Path, deviations: Iterable[Deviation] = ()) -> None:
        self.vendor = vendor
        self.reader = Reader()
        self.deviations = [one for one in deviations if one.vendor == vendor]
        self.operations = [operation for path in _documents(folder) for operation in self._operations(path)]
        self.has_hosts = len({host for operation in self.operations for host in operation.hosts}) > 1

    def operation(self, method: str, host: str, path: str) -> Operation:
        """What a call asks for; ``host`` is the host's first label, and means nothing to a vendor of one host.

        Raises:
            UnknownOperation: the spec has no such operation.
        """
        suits = [one for one in self.operations if one.method == method and (not self.has_hosts or host in one.hosts) and one.suits(path)]
        if not suits:
            raise UnknownOperation(f"{self.vendor}: {method} {host} {path}")
        return min(suits, key=lambda one: one.variables)

    def _operations(self, path: Path) -> Iterator[Operation]:
        document = read_document(path)
        for address, item in document["paths"].items():
            shared, _ = follow(Place(item, path))
            for method in METHODS:
                if not shared.node.get(method):
                    continue
                place, _ = follow(Place(shared.node[method], shared.document))
                servers = place.node.get("servers") or shared.node.get("servers") or document.get("servers") or ()
                name = f"{method.upper()} {address}"
                deviations = [one for one in self.deviations if one.operation in (name, "*")]
                yield Operation(
                    vendor=self.vendor,
                    hosts=frozenset(_label(server["url"]) for server in servers) | _other_hosts(deviations),
                    method=method.upper(),
                    path=address,
                    place=place,
                    shared=shared,
                    spec=document,
                    reader=self.reader,
                    deviations=deviations,
                )


def _examples(holder: Place) -> Iterator[Any]:
    for kind, content in ((holder.node or {}).get("content") or {}).items():
        if "json" in kind and isinstance(content, dict):
            named = (follow(Place(one, holder.document))[0].node for one in (content.get("examples") or {}).values())
            yield from (one["value"] for one in named if "value" in one)
            yield from [content["example"]] if "example" in content else []


def _label(address: str) -> str:
    return (urlsplit(address).hostname or "").partition(".")[0]


def _other_hosts(deviations: Iterable[Deviation]) -> frozenset[str]:
    return frozenset(host for one in deviations if one.change == "hosts" for host in one.field.split())


def _documents(folder: Path) -> Iterator[Path]:
    for path in sorted(path for pattern in FILES for path in folder.rglob(pattern)):
        is_piece = any(part in ("components", "paths") for part in path.relative_to(folder).parts[:-1])
        if not is_piece and "paths" in read_document(path.resolve()):
            yield path.resolve()


def _worded(told: str, schema: Schema) -> Any:
    """A value of an address as its schema would have it; as it stands where it cannot be."""
    kinds = {one.get("type") for one in (schema, *schema.get("anyOf", ()))}
    if "boolean" in kinds and told in ("true", "false"):
        return told == "true"
    if "integer" in kinds and re.fullmatch(r"-?\d+", told):
        return int(told)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", told):
        return float(told)
    return told


def _header_of(scheme: Node) -> str:
    return str(scheme["name"]).lower() if scheme.get("in") == "header" else "authorization"
