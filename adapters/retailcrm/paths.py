"""Every address of an account that we call, relative to its API.

Source: `reference/services.md` §2; the methods of retailcrm/api-client-go, the vendor's own client.
"""

from typing import Literal

Entity = Literal["customers", "orders"]

API = "api/v5"

CUSTOMERS_HISTORY = "customers/history"
ORDERS_HISTORY = "orders/history"
STATUSES = "reference/statuses"
SITES = "reference/sites"
CUSTOM_FIELDS = "custom-fields"
SETTINGS = "settings"


def upload(entity: Entity) -> str:
    """Where new ones are made by many."""
    return f"{entity}/upload"


def create(entity: Entity) -> str:
    """Where a new one is made."""
    return f"{entity}/create"


def edit(entity: Entity, foreign_id: int) -> str:
    """Where one is changed, by the account's own id."""
    return f"{entity}/{foreign_id}/edit"
