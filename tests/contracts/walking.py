"""Everything said between an adapter and the world, against the vendor's spec; and which operations an adapter has at all."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from tests.contracts.recorder import Exchange
from tests.contracts.spec import UnknownOperation

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
    try:
        operation: Asked = spec.operation(exchange.method, exchange.host, exchange.path)
    except UnknownOperation as unknown:
        yield f"no such operation: {unknown}"
        return
    yield from (f"{operation.name}: {fault}" for fault in operation.answer_faults(exchange.status, exchange.answer))


def paths_in(folder: Path) -> set[str]:
    """Addresses that stand in the code of an adapter, with ``{}`` for what is filled in.

    Where the code has a function that does nothing but put an address together, the addresses are those it is called for.
    """
    return {text for text in texts_in(folder) if re.match(r"/[a-z0-9]+(/|$)", text)}


def texts_in(folder: Path) -> set[str]:
    """Every text in the code of an adapter, and every address that it puts together."""
    code = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.py"))]
    builders = {one.name: one for tree in code for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and _built(one) is not None}
    texts = [text for tree in code for text in _texts(tree)]
    return {*texts, *(holed(_called(one, builders)) for tree in code for one in ast.walk(tree) if isinstance(one, ast.Call))}


def _built(function: ast.FunctionDef) -> ast.JoinedStr | None:
    """The address that is all the function gives back."""
    last = function.body[-1]
    address = last.value if isinstance(last, ast.Return) and isinstance(last.value, ast.JoinedStr) else None
    return address if address is not None and "/" in str(getattr(address.values[0], "value", "")) else None


def _called(call: ast.Call, builders: dict[str, ast.FunctionDef]) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in builders:
        return ""
    function = builders[name]
    names = [one.arg for one in function.args.args if one.arg != "self"]
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    told = defaults | dict(zip(names, call.args, strict=False)) | {one.arg: one.value for one in call.keywords}
    address = _built(function)
    assert address is not None
    return "".join(_filled(piece, told) for piece in address.values)


def _filled(piece: ast.expr, told: dict[Any, ast.expr]) -> str:
    if isinstance(piece, ast.FormattedValue):
        piece = told.get(getattr(piece.value, "id", None), piece)
    return str(piece.value) if isinstance(piece, ast.Constant) else HOLE


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and _built(node) is not None:
        return
    if isinstance(node, ast.JoinedStr):
        yield holed("".join(_filled(piece, {}) for piece in node.values))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        yield holed(node.value)
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def holed(address: str) -> str:
    """An address with ``{}`` for what is filled in."""
    return re.sub(r"\{[^}]*\}", HOLE, address)


def is_at(address: str, path: str) -> bool:
    """Whether a path is one of an address with ``{}`` for what is filled in."""
    return re.fullmatch("[^/]+".join(map(re.escape, address.split(HOLE))), path) is not None
