"""RetailCRM's room is furnished."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI

from deployments.world.clock import WorldClock
from deployments.world.retailcrm import customers, directories, histories, orders, payments, store
from deployments.world.retailcrm.books import Books
from deployments.world.retailcrm.control import control
from deployments.world.retailcrm.room import CrmRoom, Key, Knobs
from deployments.world.room import furnish

SITE = "utyug"
STATUS_GROUPS = {
    "new": ("Новый", ("new",)),
    "approval": ("Согласование", ("client-confirmed", "prepayed")),
    "assembling": ("Комплектация", ("send-to-assembling", "assembling", "assembling-complete")),
    "delivery": ("Доставка", ("send-to-delivery", "delivering", "redirect")),
    "complete": ("Выполнен", ("complete",)),
    "cancel": ("Отменен", ("no-product", "cancel-other", "return")),
}
NAMES = {
    "stores": {"main": "Основной склад", "second": "Второй склад"},
    "priceTypes": {"base": "Розничная", "wholesale": "Оптовая"},
    "paymentTypes": {"cash": "Наличные", "bank-card": "Банковская карта", "marketplace": "Через маркетплейс"},
    "paymentStatuses": {"not-paid": "Не оплачен", "paid": "Оплачен", "returned": "Возвращён"},
    "orderTypes": {"eshop-individual": "Физическое лицо", "eshop-legal": "Юридическое лицо"},
    "orderMethods": {"phone": "По телефону", "shopping-cart": "Через корзину", "marketplace": "Маркетплейс"},
    "deliveryTypes": {"self-delivery": "Самовывоз", "courier": "Курьер", "cdek": "СДЭК"},
}


def furnish_retailcrm(
    world: FastAPI,
    *,
    clock: WorldClock,
    api_key: str,
    sites: Mapping[str, str] | None = None,
    knobs: Knobs | None = None,
) -> CrmRoom:
    """A RetailCRM account at ``/retailcrm``, its control at ``/_control/retailcrm``.

    Args:
        world: where to.
        clock: the world's.
        api_key: a key that opens every shop.
        sites: the account's shops, names by code; one by default, so that calls need not name it.
        knobs: limits as documented, and the account's zone.
    """
    sites = sites or {SITE: "Утюг и братья"}
    books = Books(references=_references(sites))
    keys = {api_key: Key(sites=tuple(sites))}
    router = APIRouter()
    for part in (payments.router, histories.router, orders.router, customers.router, store.router, directories.router):
        router.include_router(part)
    router.include_router(directories.elsewhere)
    room = CrmRoom(clock=clock, books=books, keys=keys, knobs=knobs or Knobs())
    furnish(world, "retailcrm", room, router, control)
    return room


def _references(sites: Mapping[str, str]) -> dict[str, dict[str, dict[str, Any]]]:
    groups = {
        code: {"code": code, "name": name, "active": True, "ordering": at * 10, "process": code != "cancel", "statuses": list(statuses)}
        for at, (code, (name, statuses)) in enumerate(STATUS_GROUPS.items(), 1)
    }
    statuses = {
        code: {"code": code, "name": code, "active": True, "ordering": at * 10, "group": group}
        for group, (_, codes) in STATUS_GROUPS.items()
        for at, code in enumerate(codes, 1)
    }
    named = {
        book: {code: {"code": code, "name": name, "active": True} for code, name in entries.items()}
        for book, entries in {**NAMES, "sites": sites}.items()
    }
    return {"statuses": statuses, "statusGroups": groups, "customFields": {}, **named}
