"""The methods that this portal has, by name; a name is written in any case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from deployments.world.bitrix24.books import Books, Item
from deployments.world.bitrix24.choosing import Row, chosen, ordered
from deployments.world.bitrix24.fields import CONTACT, DEAL, FIELDS, GIVEN, from_older, upper
from deployments.world.bitrix24.goods import list_rows, set_rows
from deployments.world.bitrix24.room import Portal, Webhook
from deployments.world.bitrix24.saying import Told, Wrong, needed, tree
from deployments.world.php import php_array

PAGE = 50
TYPES = {"text": "string", "whole": "integer", "number": "double", "yes": "boolean", "many": "crm_multifield"}
COMMS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Call:
    """A method called with its parameters, by whom."""

    portal: Portal
    hook: Webhook
    user_id: int
    params: Mapping[str, Any]

    @property
    def books(self) -> Books:
        """The portal's."""
        return self.portal.books

    @property
    def type_id(self) -> int:
        """The type of items that is meant, of those there are."""
        given = needed(self.params, "entityTypeId")
        self.books.of_type(given)
        return int(given)

    def fields(self, type_id: int) -> dict[str, Any]:
        """Fields to be written; those that items of the type do not have are left out, and noted."""
        return known_fields(self.portal, type_id, tree(needed(self.params, "fields")))


Method = Callable[[Call], Told]


def run(portal: Portal, name: str, hook: Webhook, user_id: int, params: Mapping[str, Any]) -> tuple[Told, float]:
    """What a method answers, and the seconds it took.

    Raises:
        Wrong: there is no such method, the webhook has no right to it, it is closed, or it refuses.
    """
    method = METHODS.get(name)
    if method is None:
        raise Wrong(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    if name.startswith("crm.") and "crm" not in hook.scopes:
        raise Wrong(401, "insufficient_scope", "The request requires higher privileges than provided by the webhook token")
    spent_s = portal.operate(name)
    return method(Call(portal=portal, hook=hook, user_id=user_id, params=params)), spent_s


def known_fields(portal: Portal, type_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that items of the type have; the others are ignored, as the vendor says, and noted in ``unread``."""
    names = portal.books.names(type_id)
    portal.unread.update(f"{type_id}.{name}" for name in fields if name not in names)
    return {name: value for name, value in fields.items() if name in names}


def told_item(portal: Portal, item: Item) -> dict[str, Any]:
    """An item whole; a field without a value is null."""
    body = {name: value_of(portal, item, name) for name in (*GIVEN, *sorted(portal.books.names(item.type_id)))}
    if item.type_id == DEAL:
        return body
    kinds = {one["typeId"] for one in item.many.values()}
    return {**body, "hasPhone": _yes("PHONE" in kinds), "hasEmail": _yes("EMAIL" in kinds)}


def value_of(portal: Portal, item: Item, name: str) -> Any:  # noqa: ANN401 - a field's value
    """What an item has in a field."""
    reader = READERS.get(name)
    return item.fields.get(name) if reader is None else reader(portal, item)


def _add(call: Call) -> Told:
    type_id = call.type_id
    item = call.books.add(type_id, call.fields(type_id), by=call.user_id, now=call.portal.clock.now())
    return Told(result={"item": told_item(call.portal, item)})


def _get(call: Call) -> Told:
    return Told(result={"item": told_item(call.portal, call.books.item(call.type_id, needed(call.params, "id")))})


def _update(call: Call) -> Told:
    item = call.books.item(call.type_id, needed(call.params, "id"))
    call.books.change(item, call.fields(item.type_id), by=call.user_id, now=call.portal.clock.now())
    return Told(result={"item": told_item(call.portal, item)})


def _delete(call: Call) -> Told:
    call.books.delete(call.books.item(call.type_id, needed(call.params, "id")))
    return Told(result=[])


def _list(call: Call) -> Told:
    type_id, portal = call.type_id, call.portal
    rows: list[Row] = [(item, partial(value_of, portal, item)) for item in call.books.of_type(type_id).values()]
    rows = ordered(call.books, type_id, chosen(call.books, type_id, rows, call.params.get("filter")), call.params.get("order"))
    start, is_counted = _start(call.params.get("start", 0))
    wanted = [str(name) for name in tree(call.params.get("select")).values()] or ["*"]
    page = [told_item(portal, item) for item, _ in rows[start : start + PAGE]]
    items = page if "*" in wanted else [{name: value for name, value in one.items() if name in ("id", *wanted)} for one in page]
    follows = start + PAGE if is_counted and start + PAGE < len(rows) else None
    return Told(result={"items": items}, total=len(rows) if is_counted else None, next_start=follows)


def _fields(call: Call) -> Told:
    type_id = call.type_id
    own = FIELDS[type_id]
    shapes = {
        name: {
            "type": "string" if name not in own else TYPES[own[name]],
            "isReadOnly": name in GIVEN,
            "isMultiple": own.get(name) == "many",
            "title": name,
            "upperName": upper(name),
        }
        for name in (*GIVEN, *sorted(call.books.names(type_id)))
    }
    return Told(result={"fields": shapes})


def _set_rows(call: Call) -> Told:
    return Told(result=set_rows(call.books, call.params, by=call.user_id, now=call.portal.clock.now()))


def _list_rows(call: Call) -> Told:
    return Told(result=list_rows(call.books, call.params))


def _older_add(type_id: int) -> Method:
    def add(call: Call) -> Told:
        given = next((value for name, value in call.params.items() if name.lower() == "fields"), None)
        if not isinstance(given, dict):
            raise Wrong(400, "", "Parameter 'fields' must be array.")
        fields = known_fields(call.portal, type_id, from_older(given))
        return Told(result=call.books.add(type_id, fields, by=call.user_id, now=call.portal.clock.now()).item_id)

    return add


def _find(call: Call) -> Told:
    sort = call.params.get("type")
    if not sort:
        raise Wrong(400, "Communication type is not defined", "Parameter 'type' is required.")
    if sort not in ("PHONE", "EMAIL"):
        raise Wrong(400, f"Communication type '{sort}' is not supported in current context", "")
    values = list(tree(call.params.get("values")).values())
    if not values:
        raise Wrong(400, "Communication values is not defined", "Parameter 'values' is required.")
    is_asked = call.params.get("entity_type") in (None, "", "CONTACT")
    found = {one for value in values[:COMMS_MAX] for one in call.books.contacts(sort, str(value))} if is_asked else set()
    return Told(result=php_array({"CONTACT": sorted(found)} if found else {}))


def _statuses(call: Call) -> Told:
    wanted = tree(call.params.get("filter")).get("ENTITY_ID", "DEAL_STAGE")
    stages = [
        {
            "ID": str(at),
            "ENTITY_ID": "DEAL_STAGE",
            "STATUS_ID": code,
            "NAME": stage.name,
            "SORT": str(at * 10),
            "SEMANTICS": stage.semantics,
        }
        for at, (code, stage) in enumerate(call.books.stages.items(), 1)
    ]
    rows = stages if wanted == "DEAL_STAGE" else []
    return Told(result=rows, total=len(rows))


def _scope(call: Call) -> Told:
    return Told(result=sorted(call.hook.scopes))


def _start(given: object) -> tuple[int, bool]:
    """Where the page begins; -1 is the beginning without a count."""
    start = int(given) if isinstance(given, int | str) and str(given).lstrip("-").isdigit() else 0
    return max(0, start), start >= 0


def _yes(is_so: bool) -> str:
    return "Y" if is_so else "N"


def _semantics(portal: Portal, item: Item) -> str | None:
    return portal.books.stages[item.fields["stageId"]].semantics if item.type_id == DEAL else None


READERS: dict[str, Callable[[Portal, Item], Any]] = {
    "id": lambda _, item: item.item_id,
    "createdTime": lambda portal, item: portal.stamp(item.created_at),
    "updatedTime": lambda portal, item: portal.stamp(item.updated_at),
    "createdBy": lambda _, item: item.created_by,
    "updatedBy": lambda _, item: item.updated_by,
    "movedTime": lambda portal, item: portal.stamp(item.moved_at) if item.moved_at and item.type_id == DEAL else None,
    "movedBy": lambda _, item: item.moved_by if item.type_id == DEAL else None,
    "entityTypeId": lambda _, item: item.type_id,
    "stageSemanticId": _semantics,
    "closed": lambda portal, item: _yes(_semantics(portal, item) in ("S", "F")),
    "contactId": lambda _, item: item.fields.get("contactId", 0),
    "contactIds": lambda _, item: item.fields.get("contactIds", []),
    "fm": lambda _, item: list(item.many.values()),
}

METHODS: dict[str, Method] = {
    "crm.item.add": _add,
    "crm.item.get": _get,
    "crm.item.update": _update,
    "crm.item.delete": _delete,
    "crm.item.list": _list,
    "crm.item.fields": _fields,
    "crm.item.productrow.set": _set_rows,
    "crm.item.productrow.list": _list_rows,
    "crm.deal.add": _older_add(DEAL),
    "crm.contact.add": _older_add(CONTACT),
    "crm.duplicate.findbycomm": _find,
    "crm.status.list": _statuses,
    "scope": _scope,
}
