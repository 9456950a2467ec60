"""Commands of a batch as Bitrix24 reads them: a method with its parameters as the query of an address.

Source: https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

DEAL, CONTACT = 2, 3
"""Types of items (https://apidocs.bitrix24.com/api-reference/crm/data-types.html)."""

REFERENCE = "$result["
"""What the portal takes for the result of an earlier command, wherever it stands: in what a buyer wrote, too."""


class Made:
    """Stands for the id of the item that the first command of its kin makes."""


MADE = Made()


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One call of a method within a batch.

    Args:
        method: its name.
        params: as in a call of its own; `MADE` may be among them.
    """

    method: str
    params: Mapping[str, Any]

    def line(self, first_key: str = "") -> str:
        """As a batch takes it; ``first_key`` is the command that `MADE` speaks of."""
        pairs = [(name, _text(value, first_key)) for name, value in _flat("", self.params)]
        return f"{self.method}?{urlencode(pairs)}" if pairs else self.method


def added(type_id: int, fields: Mapping[str, Any]) -> Command:
    """A new item."""
    return Command(method="crm.item.add", params={"entityTypeId": type_id, "fields": fields})


def changed(type_id: int, item_id: int, fields: Mapping[str, Any]) -> Command:
    """Fields of an item that is there."""
    return Command(method="crm.item.update", params={"entityTypeId": type_id, "id": item_id, "fields": fields})


def got(type_id: int, item_id: int) -> Command:
    """An item whole: lists leave out phones and addresses."""
    return Command(method="crm.item.get", params={"entityTypeId": type_id, "id": item_id})


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a tree of whatever a form can say
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _flat(f"{name}[{key}]" if name else str(key), below)
    elif isinstance(value, (list, tuple)):
        for at, below in enumerate(value):
            yield from _flat(f"{name}[{at}]", below)
    else:
        yield name, value


def _text(value: Any, first_key: str) -> str:  # noqa: ANN401 - a leaf of a form
    if isinstance(value, Made):
        return f"{REFERENCE}{first_key}][item][id]"
    return str(value).replace(REFERENCE, f"$ {REFERENCE[1:]}")
