"""An order as ``GET /v2/orders`` shows it."""

from datetime import datetime, timedelta
from typing import Any

from deployments.world.cdek.answers import ref_of, stamp
from deployments.world.cdek.books import Books, Order, request_rows
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.order_bodies import Item
from deployments.world.cdek.settling import status_row
from deployments.world.cdek.tariffs import charged_g, cost_of, mode_of

DELIVERED_WITHIN = timedelta(days=5)
PLAIN = {
    *("type", "number", "tariff_code", "comment", "developer_key", "shipment_point", "delivery_point", "date_invoice"),
    *("shipper_name", "shipper_address", "delivery_recipient_cost", "recipient", "seller", "services"),
}
"""Shown as it was said."""


def shown(order: Order, books: Books, knobs: Knobs, now: datetime) -> dict[str, Any]:
    """The whole answer."""
    said = order.said
    return {
        "entity": {
            "uuid": order.uuid,
            "is_return": order.kind == "return",
            "is_reverse": order.kind == "reverse",
            "is_client_return": order.kind == "client_return",
            **({"cdek_number": order.cdek_number} if order.cdek_number else {}),
            **said.model_dump(include=PLAIN, exclude_none=True),
            "sender": (said.sender or said.recipient).model_dump(exclude_none=True),
            "delivery_mode": str(mode_of(said.tariff_code)),
            **_places(order, books),
            "packages": _packages(order),
            "delivery_problem": order.problems,
            "delay_reasons": [],
            "statuses": _statuses(order, books, knobs),
            "planned_delivery_date": (order.created_at + DELIVERED_WITHIN).date().isoformat(),
            "delivery_detail": {"delivery_sum": _sum(order), "total_sum": _sum(order)},
            "transacted_payment": False,
        },
        "requests": request_rows(order.asks, now, knobs.waiting_as),
        "related_entities": order.related + _forms(order, books),
    }


def _statuses(order: Order, books: Books, knobs: Knobs) -> list[dict[str, object]]:
    """Nobody promised an order of these rows."""
    is_newest_first = knobs.statuses_first == "newest" or (knobs.statuses_first == "mixed" and int(order.cdek_number or 0) % 2 == 0)
    rows = [status_row(status, books, knobs) for status in order.statuses]
    return rows[::-1] if is_newest_first else rows


def _places(order: Order, books: Books) -> dict[str, Any]:
    told = {}
    for name, location, point in (
        ("from_location", order.said.from_location, order.said.shipment_point),
        ("to_location", order.said.to_location, order.said.delivery_point),
    ):
        office = books.directory.points.get(point or "")
        city = books.directory.cities[office.city_code] if office else location and books.directory.recognised(location)
        address = office.address if office else location and location.address
        told[name] = {**(city.shown() if city else {}), **({"address": address} if address else {})}
    return told


def _packages(order: Order) -> list[dict[str, Any]]:
    left = None if order.kept is None else dict(order.kept)
    return [
        {
            **package.model_dump(exclude_none=True, exclude={"items"}),
            "items": [_item(item, left) for item in package.items],
            "package_id": package.package_id or ref_of(f"{order.uuid} {package.number}", 0),
            "weight_volume": charged_g([(0, package.length or 0, package.width or 0, package.height or 0)]),
            "weight_calc": charged_g([(package.weight, package.length or 0, package.width or 0, package.height or 0)]),
        }
        for package in order.said.packages
    ]


def _item(item: Item, left: dict[str, int] | None) -> dict[str, Any]:
    """``delivery_amount`` appears when it is known what the recipient kept; ``left`` of it is what earlier rows had no room for."""
    row = item.model_dump(exclude_none=True)
    if left is None:
        return row
    taken = min(left.get(item.ware_key, 0), item.amount)
    left[item.ware_key] = left.get(item.ware_key, 0) - taken
    return row | {"delivery_amount": taken}


def _sum(order: Order) -> float:
    return cost_of(order.said.tariff_code, order.said.weight_g)


def _forms(order: Order, books: Books) -> list[dict[str, str]]:
    return [
        {"type": "waybill" if form.sort == "orders" else "barcode", "uuid": form.uuid, "create_time": stamp(form.ask.at)}
        for form in books.forms.values()
        if order.uuid in form.order_refs
    ]
