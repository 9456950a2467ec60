"""Every table of the hub, for migrations and for the test that compares them with the real schema."""

from adapters.hub.tables import catalog, customers, inbox, journal, ledger, listing, offer, orders, outbox, returns, sale, shipments
from adapters.hub.tables.base import METADATA

__all__ = [
    "METADATA",
    "catalog",
    "customers",
    "inbox",
    "journal",
    "ledger",
    "listing",
    "offer",
    "orders",
    "outbox",
    "returns",
    "sale",
    "shipments",
]
