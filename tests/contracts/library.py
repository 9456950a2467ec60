"""The vendors' documents as they lie in the folder, and what their ``$ref`` point to."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]

Node = Any


class PlainLoader(yaml.CSafeLoader):  # type: ignore[misc]
    """YAML in the words of JSON: a day stays a string, and ``no`` and ``off`` are words."""


PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, rule) for tag, rule in rules if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for letter, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


class Place(NamedTuple):
    """A piece of a document, and which document its own references start from."""

    node: Node
    document: Path


@cache
def read_document(path: Path) -> Node:
    """A document as it lies there, parsed once per session."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=PlainLoader)


def follow(place: Place) -> tuple[Place, str | None]:
    """What ``place`` means, and the name of the last reference on the way; what stands beside a reference is not looked at."""
    name = None
    while isinstance(place.node, dict) and isinstance(place.node.get("$ref"), str):
        name = place.node["$ref"]
        place = _target(place)
        name = f"{place.document.name}#{name.rpartition('/')[2]}"
    return place, name


def _target(place: Place) -> Place:
    file, _, pointer = place.node["$ref"].partition("#")
    document = (place.document.parent / file).resolve() if file else place.document
    node = read_document(document)
    for part in filter(None, pointer.split("/")):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return Place(node, document)
