"""Good requests spoilt in one place, of which those count that the vendor's own spec refuses: so must the world.

A request is spoilt by leaving out a field, by another type, beyond a bound, and with a word that is not in the list.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.contracts.recorder import Exchange
from tests.contracts.schemas import Schema
from tests.contracts.spec import Operation, Query

LONGEST = 5000
"""A list or text beyond a bound higher than this is not made."""

OTHERS: dict[type, list[Any]] = {
    str: [7, None, [], {}],
    int: ["семь", 1.5, None, [], {}],
    float: ["семь", None, [], {}],
    bool: ["true", 1, None, []],
    list: [{}, "список", 7, None],
    dict: [[], "поле", 7, None],
    type(None): [],
}


class Mutant(NamedTuple):
    """A spoilt request, and what was done to it."""

    what: str
    query: Query
    body: Any


def refused_mutants(exchange: Exchange, operation: Operation) -> Iterator[Mutant]:
    """Every spoilt form of a good request that the vendor's spec refuses, open to fields that it does not name."""
    for mutant in (*_bodies(exchange, operation), *_queries(exchange, operation)):
        if operation.refuses(mutant.query, mutant.body):
            yield mutant


def _bodies(exchange: Exchange, operation: Operation) -> Iterator[Mutant]:
    schema = operation.request_schema
    if exchange.body is None or schema is None:
        return
    for where, told, meant in _places(exchange.body, [schema], ()):
        for what, instead in _instead(told, meant):
            yield Mutant(f"{'/'.join(map(str, where)) or '(whole)'}: {what}", exchange.query, _replaced(exchange.body, where, instead))
        if where and isinstance(where[-1], str):
            yield Mutant(f"{'/'.join(map(str, where))}: left out", exchange.query, _without(exchange.body, where))
    yield Mutant("(whole): left out", exchange.query, None)


def _queries(exchange: Exchange, operation: Operation) -> Iterator[Mutant]:
    declared = {one.name: one.schema for one in operation.parameters if one.where == "query"}
    for number, (name, _) in enumerate(exchange.query):
        left = [one for place, one in enumerate(exchange.query) if place != number]
        yield Mutant(f"?{name}: left out", left, exchange.body)
        meant = [one for one in _meanings([declared[name]]) if one] if name in declared else []
        words = [
            "семь",
            *(str(one["maximum"] + 1) for one in meant if "maximum" in one),
            *(str(one["minimum"] - 1) for one in meant if "minimum" in one),
        ]
        yield from (Mutant(f"?{name}={word}", [*left, (name, word)], exchange.body) for word in words)


def _places(told: Any, schemas: list[Schema], where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any, list[Schema]]]:
    """Every place of a body with what may be said there; of a list the first item stands for all."""
    meant = list(_meanings(schemas))
    yield where, told, meant
    if isinstance(told, dict):
        for name, child in told.items():
            yield from _places(child, [one["properties"][name] for one in meant if name in one.get("properties", {})], (*where, name))
    elif isinstance(told, list) and told:
        yield from _places(told[0], [one["items"] for one in meant if "items" in one], (*where, 0))


def _meanings(schemas: list[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        for word in ("allOf", "oneOf", "anyOf"):
            yield from _meanings(schema.get(word, []))


def _instead(told: Any, meant: list[Schema]) -> Iterator[tuple[str, Any]]:
    for other in OTHERS[type(told)]:
        yield f"{other!r} instead", other
    for schema in meant:
        if type(told) in BEYOND:
            yield from BEYOND[type(told)](told, schema)
    if type(told) is int:
        yield "the same in quotes", str(told)


def _other_texts(_: str, schema: Schema) -> Iterator[tuple[str, Any]]:
    if "enum" in schema:
        yield "a word of our own", "НЕТ-ТАКОГО"
    if 0 < (most := schema.get("maxLength", LONGEST)) < LONGEST:
        yield "too long", "Ж" * (most + 1)
    if schema.get("minLength", 0) > 0:
        yield "empty", ""


def _other_numbers(_: int, schema: Schema) -> Iterator[tuple[str, Any]]:
    yield from ((f"beyond {bound}", schema[bound] + step) for bound, step in (("maximum", 1), ("minimum", -1)) if bound in schema)


def _other_lists(told: list[Any], schema: Schema) -> Iterator[tuple[str, Any]]:
    if told and (most := schema.get("maxItems", LONGEST)) < LONGEST:
        yield "too many", [copy.deepcopy(told[number % len(told)]) for number in range(most + 1)]
    if schema.get("minItems", 0) > 0:
        yield "none", []
    if told and schema.get("uniqueItems"):
        yield "one of them twice", [*told, copy.deepcopy(told[0])]


BEYOND: dict[type, Callable[[Any, Schema], Iterator[tuple[str, Any]]]] = {str: _other_texts, int: _other_numbers, list: _other_lists}


def _replaced(body: Any, where: tuple[str | int, ...], instead: Any) -> Any:
    if not where:
        return instead
    spoilt = copy.deepcopy(body)
    _holder(spoilt, where)[where[-1]] = instead
    return spoilt


def _without(body: Any, where: tuple[str | int, ...]) -> Any:
    spoilt = copy.deepcopy(body)
    del _holder(spoilt, where)[where[-1]]
    return spoilt


def _holder(body: Any, where: tuple[str | int, ...]) -> Any:
    for part in where[:-1]:
        body = body[part]
    return body
