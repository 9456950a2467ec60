"""How systems written in PHP read a form and spell an array."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_STEP = re.compile(r"\[([^\]]*)\]")


def read_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields such as ``filter[ids][]=7`` as a tree; an array whose keys are 0, 1, 2… is a list."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        name = key.split("[", 1)[0]
        steps = [name, *_STEP.findall(key[len(name) :])]
        branch = tree
        for step in steps[:-1]:
            below = branch.setdefault(_key(branch, step), {})
            branch = below if isinstance(below, dict) else {}
        branch[_key(branch, steps[-1])] = value
    return {name: _listed(value) for name, value in tree.items()}


def php_array(entries: Mapping[Any, Any]) -> dict[str, Any] | list[Any]:
    """An array as PHP writes it in JSON: empty is ``[]``, keys 0, 1, 2… make a list, others an object."""
    keys = [str(key) for key in entries]
    if keys == [str(at) for at in range(len(keys))]:
        return list(entries.values())
    return {str(key): value for key, value in entries.items()}


def _key(branch: dict[str, Any], step: str) -> str:
    return step or str(len(branch))


def _listed(value: Any) -> Any:  # noqa: ANN401 - a form's field is text or a tree
    if not isinstance(value, dict):
        return value
    return php_array({key: _listed(below) for key, below in value.items()})
