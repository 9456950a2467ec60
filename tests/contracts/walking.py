"""Everything said between an adapter and the world, against the vendor's spec; and which operations an adapter has at all."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from tests.contracts.recorder import Exchange
from tests.contracts.spec import Spec, UnknownOperation

ROOT = Path(__file__).parents[2]
HOLE = "{}"


class Asked(Protocol):
    """An operation as a judge."""

    @property
    def name(self) -> str: ...

    def request_faults(self, query: Any, body: Any, *, path: str | None = None, headers: Any = None) -> list[str]: ...

    def answer_faults(self, status: int, body: Any) -> list[str]: ...


class Judging(Protocol):
    """A vendor's spec, or what a site said of itself."""

    def operation(self, method: str, host: str, path: str) -> Any: ...


def request_faults(spec: Judging, exchanges: Iterable[Exchange]) -> list[str]:
    """What of our requests the spec does not have; each fault once."""
    return list(dict.fromkeys(fault for exchange in exchanges for fault in _asked(spec, exchange)))


def answer_faults(spec: Judging, exchanges: Iterable[Exchange]) -> list[str]:
    """What of the world's answers the spec does not have; each fault once. Answers of ordered faults are nobody's."""
    return list(dict.fromkeys(fault for exchange in exchanges for fault in _told(spec, exchange)))


def operations(spec: Judging, exchanges: Iterable[Exchange]) -> list[str]:
    """The operation of every exchange."""
    return [spec.operation(one.method, one.host, one.path).name for one in exchanges]


def _asked(spec: Judging, exchange: Exchange) -> Iterator[str]:
    try:
        operation: Asked = spec.operation(exchange.method, exchange.host, exchange.path)
    except UnknownOperation as unknown:
        yield f"no such operation: {unknown}"
        return
    found = operation.request_faults(exchange.query, exchange.body, path=exchange.path, headers=exchange.headers)
    yield from (f"{operation.name}: {fault}" for fault in found)


def _told(spec: Judging, exchange: Exchange) -> Iterator[str]:
    if exchange.status is None or exchange.is_spoilt:
        return
    operation: Asked = spec.operation(exchange.method, exchange.host, exchange.path)
    yield from (f"{operation.name}: {fault}" for fault in operation.answer_faults(exchange.status, exchange.answer))


def paths_in(folder: Path) -> set[str]:
    """Addresses that stand in the code of an adapter, with ``{}`` for what is filled in."""
    code = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.py"))]
    return {text for tree in code for text in _texts(tree) if re.match(r"/[a-z0-9]+(/|$)", text)}


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        pieces = (piece.value if isinstance(piece, ast.Constant) else HOLE for piece in node.values)
        yield _holed("".join(map(str, pieces)))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        yield _holed(node.value)
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _holed(address: str) -> str:
    return re.sub(r"\{[^}]*\}", HOLE, address)


def walked_paths(spec: Spec, exchanges: Iterable[Exchange]) -> set[str]:
    """Addresses of the operations that were called, in the same spelling."""
    return {_holed(spec.operation(one.method, one.host, one.path).path) for one in exchanges}
