"""Orders to Bitrix24's room: managers at work in it, webhooks, how long methods take, copies, and the books themselves."""

import copy
from typing import Any

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict

from deployments.world.bitrix24.books import Item, Stage
from deployments.world.bitrix24.fields import CONTACT, DEAL
from deployments.world.bitrix24.methods import told_item
from deployments.world.bitrix24.room import Portal, Webhook
from deployments.world.bitrix24.saying import Wrong
from deployments.world.room import make_control

MANAGER = 6

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class NewHook(Ordered):
    """A webhook of the portal or a change of it."""

    user: str
    secret: str
    scopes: frozenset[str] = frozenset({"crm"})
    is_active: bool = True


class NewStage(Ordered):
    """A stage of the portal's own."""

    code: str
    name: str
    semantics: str = "P"


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth: deals and contacts by their ids."""
    portal = _portal(request)
    return {
        name: {str(item_id): told_item(portal, item) for item_id, item in portal.books.items[type_id].items()}
        for name, type_id in (("deals", DEAL), ("contacts", CONTACT))
    }


@control.get("/unread")
async def read_unread(request: Request) -> dict[str, int]:
    """Fields that callers sent and the portal ignored: a misspelt one is among them."""
    return dict(_portal(request).unread)


@control.post("/items/{type_id}")
async def make_item(request: Request, type_id: int, fields: dict[str, Any]) -> dict[str, str]:
    """A manager makes a deal (2) or enters a contact (3)."""
    portal = _portal(request)
    _known(portal, type_id, fields)
    try:
        item = portal.books.add(type_id, fields, by=MANAGER, now=portal.clock.now())
    except Wrong as wrong:
        raise HTTPException(422, wrong.body) from wrong
    return {"item_ref": str(item.item_id)}


@control.put("/items/{type_id}/{item_ref}")
async def edit_item(request: Request, type_id: int, item_ref: int, fields: dict[str, Any]) -> None:
    """A manager changes it."""
    portal = _portal(request)
    _known(portal, type_id, fields)
    try:
        portal.books.change(_item(portal, type_id, item_ref), fields, by=MANAGER, now=portal.clock.now())
    except Wrong as wrong:
        raise HTTPException(422, wrong.body) from wrong


@control.delete("/items/{type_id}/{item_ref}")
async def delete_item(request: Request, type_id: int, item_ref: int) -> None:
    """A manager deletes it."""
    portal = _portal(request)
    portal.books.delete(_item(portal, type_id, item_ref))


@control.put("/stages")
async def put_stage(request: Request, stage: NewStage) -> None:
    """A stage of the portal's own."""
    _portal(request).books.stages[stage.code] = Stage(name=stage.name, semantics=stage.semantics)


@control.put("/hooks")
async def put_hook(request: Request, hook: NewHook) -> None:
    """A webhook of the portal."""
    _portal(request).hooks[hook.user, hook.secret] = Webhook(scopes=hook.scopes, is_active=hook.is_active)


@control.put("/costs")
async def set_costs(request: Request, costs_s: dict[str, float]) -> None:
    """Seconds that a call of a method takes from now on."""
    _portal(request).costs_s |= costs_s


@control.post("/copies")
async def take_copy(request: Request) -> dict[str, str]:
    """A copy of the portal as it is."""
    portal = _portal(request)
    copy_ref = str(len(portal.copies) + 1)
    portal.copies[copy_ref] = copy.deepcopy(portal.books)
    return {"copy_ref": copy_ref}


@control.post("/copies/{copy_ref}/restore")
async def restore_copy(request: Request, copy_ref: str) -> None:
    """The portal is as it was when the copy was taken; numbers given since are not given again."""
    portal = _portal(request)
    if copy_ref not in portal.copies:
        raise HTTPException(404, f"{copy_ref} is no copy")
    old = copy.deepcopy(portal.copies[copy_ref])
    old.last_ids, old.last_multifield = portal.books.last_ids, portal.books.last_multifield
    portal.books = old


def _portal(request: Request) -> Portal:
    portal: Portal = request.app.state.room
    return portal


def _known(portal: Portal, type_id: int, fields: dict[str, Any]) -> None:
    if type_id not in portal.books.items:
        raise HTTPException(404, f"{type_id} is no type")
    unknown = fields.keys() - portal.books.names(type_id)
    if unknown:
        raise HTTPException(422, f"{min(unknown)} is no field")


def _item(portal: Portal, type_id: int, item_ref: int) -> Item:
    item = portal.books.items.get(type_id, {}).get(item_ref)
    if item is None:
        raise HTTPException(404, f"{item_ref} is not there")
    return item
