"""What a Bitrix24 portal holds: deals, contacts, stages.

Nothing here reads a clock: whoever asks says ``now``.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deployments.world.bitrix24.fields import CONTACT, DEAL, FIELDS, TYPE_NAMES, checked, not_valid
from deployments.world.bitrix24.saying import Wrong, tree

DEFAULTS: dict[int, dict[str, Any]] = {
    DEAL: {"typeId": "SALE", "categoryId": 0, "currencyId": "RUB", "opportunity": 0.0, "opened": "Y", "isManualOpportunity": "N"},
    CONTACT: {"typeId": "CLIENT", "opened": "Y", "export": "Y"},
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of the common pipeline: ``P`` under way, ``S`` won, ``F`` lost."""

    name: str
    semantics: str = "P"


@dataclass(kw_only=True)
class Item:
    """A deal or a contact; ``many`` are its multifields by id, ``moved_…`` tell who put a deal at its stage."""

    item_id: int
    type_id: int
    created_at: datetime
    updated_at: datetime
    created_by: int
    updated_by: int
    fields: dict[str, Any] = field(default_factory=dict)
    many: dict[int, dict[str, Any]] = field(default_factory=dict)
    moved_at: datetime | None = None
    moved_by: int | None = None


@dataclass(kw_only=True)
class Books:
    """The portal. ``user_fields`` are the fields that it has beyond the vendor's own, by type; ``rows`` the goods of deals."""

    stages: dict[str, Stage]
    user_fields: dict[int, frozenset[str]] = field(default_factory=dict)
    items: dict[int, dict[int, Item]] = field(default_factory=lambda: {DEAL: {}, CONTACT: {}})
    last_ids: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    last_multifield: int = 0
    rows: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    last_row: int = 0
    reached_by: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))

    def of_type(self, type_id: object) -> dict[int, Item]:
        """Items of a type.

        Raises:
            Wrong: there is no such type.
        """
        known = int(type_id) if isinstance(type_id, int | str) and str(type_id).isdigit() else 0
        if known not in self.items:
            raise Wrong(400, "NOT_FOUND", "Smart process not found")
        return self.items[known]

    def item(self, type_id: object, item_id: object) -> Item:
        """One item.

        Raises:
            Wrong: there is none.
        """
        found = self.of_type(type_id).get(int(item_id) if isinstance(item_id, int | str) and str(item_id).isdigit() else 0)
        if found is None:
            raise Wrong(400, "NOT_FOUND", "Element not found")
        return found

    def add(self, type_id: int, fields: Mapping[str, Any], *, by: int, now: datetime) -> Item:
        """A new item; nothing keeps two from having one external key."""
        said = self._checked(type_id, fields)
        self.last_ids[type_id] += 1
        item_id = self.last_ids[type_id]
        item = Item(item_id=item_id, type_id=type_id, created_at=now, updated_at=now, created_by=by, updated_by=by)
        item.fields = {**DEFAULTS[type_id], "assignedById": by}
        if type_id == DEAL:
            item.fields |= {"title": f"{TYPE_NAMES[type_id]} #{item_id}", "stageId": next(iter(self.stages))}
        self.items[type_id][item_id] = item
        self._write(item, said)
        item.moved_at, item.moved_by = now, by
        return item

    def change(self, item: Item, fields: Mapping[str, Any], *, by: int, now: datetime) -> None:
        """What is said replaces what was; where nothing differs nothing is saved."""
        said = self._checked(item.type_id, fields)
        before = ({**item.fields}, {**item.many})
        self._write(item, said)
        if before != (item.fields, item.many):
            item.updated_at, item.updated_by = now, by
        if before[0].get("stageId") != item.fields.get("stageId"):
            item.moved_at, item.moved_by = now, by

    def delete(self, item: Item) -> None:
        """The item leaves; deals no longer have it for a contact."""
        del self.items[item.type_id][item.item_id]
        self.rows.pop(item.item_id if item.type_id == DEAL else 0, None)
        if item.type_id == CONTACT:
            for deal in self.items[DEAL].values():
                linked = [one for one in deal.fields.get("contactIds", []) if one != item.item_id]
                deal.fields |= {"contactIds": linked, "contactId": linked[0] if linked else 0}

    def names(self, type_id: int) -> frozenset[str]:
        """Fields that an item of the type has."""
        return frozenset(FIELDS[type_id]) | self.user_fields.get(type_id, frozenset())

    def contacts(self, sort: str, value: str) -> list[int]:
        """Contacts with this phone or address."""
        known = self.reached_by.get((sort, plain(sort, value)), set())
        return sorted(one for one in known if one in self.items[CONTACT] and self._has(self.items[CONTACT][one], sort, value))

    def _has(self, contact: Item, sort: str, value: str) -> bool:
        return any(one["typeId"] == sort and plain(sort, one["value"]) == plain(sort, value) for one in contact.many.values())

    def _checked(self, type_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        known = FIELDS[type_id]
        said = {name: checked(name, known.get(name, "text"), value) for name, value in fields.items() if name in self.names(type_id)}
        if "stageId" in said and said["stageId"] not in self.stages:
            raise not_valid("stageId")
        linked = [int(one) for one in tree(said.get("contactIds")).values() if str(one).isdigit()]
        if "contactIds" in said:
            said |= {"contactIds": linked, "contactId": linked[0] if linked else 0}
        elif said.get("contactId"):
            said["contactIds"] = linked = [said["contactId"]]
        if any(one not in self.items[CONTACT] for one in linked):
            raise not_valid("contactId")
        return said

    def _write(self, item: Item, said: Mapping[str, Any]) -> None:
        item.fields |= {name: value for name, value in said.items() if name != "fm"}
        given = said.get("fm")
        rows = [*given.items()] if isinstance(given, dict) else [(one.get("id"), one) for one in given or [] if isinstance(one, dict)]
        for key, row in rows:
            known = int(str(key)) if str(key or "").isdigit() else 0
            self._reach(item, known if known in item.many else None, row)

    def _reach(self, contact: Item, multifield_id: int | None, row: Mapping[str, Any]) -> None:
        was = contact.many.get(multifield_id or 0, {})
        value = str(row.get("value", was.get("value", "")))
        if multifield_id is None:
            self.last_multifield += 1
            multifield_id = self.last_multifield
        if not value:
            contact.many.pop(multifield_id, None)
            return
        sort = str(row.get("typeId", was.get("typeId", "PHONE")))
        told = {"id": multifield_id, "valueType": row.get("valueType", was.get("valueType", "WORK")), "value": value, "typeId": sort}
        contact.many[multifield_id] = told
        self.reached_by[sort, plain(sort, value)].add(contact.item_id)


def plain(sort: str, value: str) -> str:
    """A phone by its digits without the extension, an address in small letters."""
    if sort != "PHONE":
        return value.strip().lower()
    number = itertools.takewhile(lambda sign: sign.isdigit() or sign in "+-() .", value.strip())
    return "".join(sign for sign in number if sign.isdigit())
