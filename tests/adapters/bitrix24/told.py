"""Buyers and orders as the hub tells them."""

from datetime import UTC, datetime
from typing import Any

from tasks.rules.crm import CrmCustomer, CrmLine, CrmOrder

NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)


def buyer(number: int = 1, **changes: Any) -> CrmCustomer:
    known: dict[str, Any] = {
        "ref": f"b{number}",
        "last_name": "Щеглова",
        "first_name": "Юлия",
        "phones": (f"+7916123{number:04d}",),
        "emails": (f"b{number}@example.com",),
    }
    return CrmCustomer(**(known | changes))


def line(**changes: Any) -> CrmLine:
    known: dict[str, Any] = {"line_ref": "1", "item_ref": "i-1", "sku": "KR-7", "name": "Кружка", "pcs": 2, "price_kopecks": 34950}
    return CrmLine(**(known | changes))


def order(number: int = 1, **changes: Any) -> CrmOrder:
    known: dict[str, Any] = {
        "ref": f"wb-{number}",
        "number": f"{1000 + number}",
        "channel": "wb",
        "channel_title": "Wildberries",
        "channel_ref": f"55{number}",
        "state": "new",
        "placed_at": NOON,
        "customer": None,
        "lines": (line(),),
    }
    return CrmOrder(**(known | changes))
