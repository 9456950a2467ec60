"""Addresses of CDEK's methods, relative to ``https://api.cdek.ru/v2/`` (`reference/services.md` §1)."""

from typing import Literal

API = "v2/"
PDF = ".pdf"

TOKEN = "oauth/token"  # noqa: S105 - a path
ORDERS = "orders"
CITIES = "location/cities"
SUGGESTED_CITIES = "location/suggest/cities"
POINTS = "deliverypoints"
BY_TARIFF = "calculator/tariff"
INTAKES = "intakes"
INTAKE_DAYS = "intakes/availableDays"
WEBHOOKS = "webhooks"

Sort = Literal["orders", "barcodes"]


def order(uuid: str) -> str:
    """One order."""
    return f"{ORDERS}/{uuid}"


def refusal(uuid: str) -> str:
    """Where it is turned back."""
    return f"{ORDERS}/{uuid}/refusal"


def client_return(uuid: str) -> str:
    """Where a buyer's return of it is asked for."""
    return f"{ORDERS}/{uuid}/clientReturn"


def forms(sort: Sort) -> str:
    """Where papers are asked for."""
    return f"print/{sort}"


def form(sort: Sort, uuid: str) -> str:
    """How far they are."""
    return f"print/{sort}/{uuid}"


def pdf(sort: Sort, uuid: str) -> str:
    """They themselves."""
    return f"print/{sort}/{uuid}{PDF}"


def intake(uuid: str) -> str:
    """One call of a courier."""
    return f"{INTAKES}/{uuid}"


def webhook(uuid: str) -> str:
    """One subscription."""
    return f"{WEBHOOKS}/{uuid}"
