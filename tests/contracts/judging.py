"""What a schema has against something told, in words."""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker, ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from tests.contracts.formats import FORMATS
from tests.contracts.schemas import Schema


def _is_whole(_: TypeChecker, told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool)


Judge = extend(Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole))


def judged(schema: Schema, told: Any) -> list[str]:
    """Faults, each with where it is."""
    errors = [plain for error in Judge(schema, format_checker=FORMATS).iter_errors(told) for plain in _plainly(error)]
    errors = [error for error in errors if not _is_echo(error, errors)]
    return [f" {'/'.join(map(str, error.absolute_path)) or '(whole)'}: {_shortly(error.message)}" for error in errors]


def _shortly(words: str) -> str:
    return words if len(words) <= 300 else f"{words[:150]}…{words[-150:]}"


def _is_echo(error: ValidationError, errors: list[ValidationError]) -> bool:
    """Whether fields are called unknown only because of what is wrong inside them."""
    if error.validator != "unevaluatedProperties":
        return False
    depth = len(error.absolute_path)
    wrong = {list(one.absolute_path)[depth] for one in errors if len(one.absolute_path) > depth and _starts(one, error)}
    return set(re.findall(r"'([^']*)'", error.message)) <= wrong


def _starts(inner: ValidationError, outer: ValidationError) -> bool:
    return list(inner.absolute_path)[: len(outer.absolute_path)] == list(outer.absolute_path)


def _plainly(error: ValidationError) -> Iterator[ValidationError]:
    """What is wrong in the branch that was meant, where only one of the branches is not null."""
    if error.validator == "anyOf" and error.validator_value[0] == {"type": "null"}:
        for inner in error.context or ():
            if inner.schema_path[0] == 1:
                yield from _plainly(inner)
    else:
        yield error
