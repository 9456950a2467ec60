"""What becomes of what was asked, when its time has come: an answer of 202 promised none of it."""

from collections.abc import Callable
from datetime import datetime

from deployments.world.cdek import order_checks
from deployments.world.cdek.answers import Errors, error, stamp
from deployments.world.cdek.books import Ask, Books, Form, Intake, Kind, Order, Status
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.order_bodies import OrderSaid, Returned
from deployments.world.cdek.statuses import CHANGEABLE, FINAL, REFUSED, name_of, number_of, spoken

RELATED: dict[Kind, tuple[str, str]] = {
    "return": ("return_order", "direct_order"),
    "reverse": ("reverse_order", "direct_order"),
    "client_return": ("client_return_order", "client_direct_order"),
}
"""What a straight order calls the other, and the other the straight one."""


def settle(books: Books, knobs: Knobs, now: datetime) -> None:
    """All that is due, in its order, each at its own instant."""
    while (ask := books.pop_due(now)) is not None:
        if ask.outcome is None:
            _work_through(ask, books, knobs)
    books.post.forget_refusing(now)


def hasten(order: Order, books: Books, knobs: Knobs, now: datetime) -> None:
    """What was asked of an order is worked through now, whatever time CDEK would have taken."""
    for ask in order.asks:
        if ask.outcome is None:
            ask.due_at = now
            _work_through(ask, books, knobs)


def _work_through(ask: Ask, books: Books, knobs: Knobs) -> None:
    found = _EFFECTS[ask.action](books, knobs, ask)
    ask.outcome, ask.errors = ("INVALID", found) if found else ("SUCCESSFUL", [])


def enter(order: Order, status: Status, books: Books, knobs: Knobs) -> None:
    """An order comes into a status, and whoever subscribed is told."""
    order.move(status)
    announce_status(order, status, books, knobs, status.at)


def announce_status(order: Order, status: Status, books: Books, knobs: Knobs, now: datetime) -> None:
    """A push of ORDER_STATUS; nothing about it is signed."""
    city = books.directory.cities.get(status.city_code or 0)
    attributes: dict[str, object] = {
        "is_return": order.kind == "return",
        "is_reverse": order.kind == "reverse",
        "is_client_return": order.kind == "client_return",
        "cdek_number": order.cdek_number,
        **({"number": order.said.number} if order.said.number else {}),
        "code": spoken(status.code, knobs.vocabulary),
        "status_code": str(number_of(status.code)),
        **({"status_reason_code": str(status.reason_code)} if status.reason_code else {}),
        "status_date_time": stamp(status.at),
        **({"city_name": city.city, "city_code": str(city.code)} if city else {}),
        **({"related_entities": order.related[:1]} if order.kind != "straight" else {}),
        "deleted": status.is_deleted,
    }
    announce("ORDER_STATUS", order.uuid, attributes, books, now)


def announce(kind: str, uuid: str, attributes: dict[str, object], books: Books, now: datetime) -> None:
    """A push to whoever subscribed to its type."""
    books.post.announce({"type": kind, "date_time": stamp(now), "uuid": uuid, "attributes": attributes}, now)


def status_row(status: Status, books: Books, knobs: Knobs) -> dict[str, object]:
    """A row of ``statuses[]``."""
    city = books.directory.cities.get(status.city_code or 0)
    return {
        "code": spoken(status.code, knobs.vocabulary),
        "name": name_of(status.code),
        "date_time": stamp(status.at),
        **({"reason_code": str(status.reason_code)} if status.reason_code else {}),
        **({"city": city.city, "city_code": str(city.code)} if city else {}),
        "deleted": status.is_deleted,
    }


def make_other(order: Order, kind: Kind, said: OrderSaid, books: Books, now: datetime) -> Order:
    """An order that goes back: its own uuid, its own number later, related both ways."""
    other = Order(uuid=books.next_ref("order"), said=said, created_at=now, kind=kind)
    other.statuses.append(Status(code="ACCEPTED", at=now))
    ours, theirs = RELATED[kind]
    other.related.append({"type": theirs, "uuid": order.uuid, "cdek_number": order.cdek_number or ""})
    order.related.append({"type": ours, "uuid": other.uuid})
    books.keep(other)
    return other


def send_back(order: Order, kept: dict[str, int], books: Books, knobs: Knobs, now: datetime) -> Order:
    """What the recipient did not keep goes back as an order of its own; each item says in which order it was sold."""
    left, packages = dict(kept), []
    for package in order.said.packages:
        sold_in = Returned(direct_order_number=order.cdek_number, direct_order_uuid=order.uuid, direct_package_number=package.number)
        items = []
        for item in package.items:
            taken = min(left.get(item.ware_key, 0), item.amount)
            left[item.ware_key] = left.get(item.ware_key, 0) - taken
            if taken < item.amount:
                items.append(item.model_copy(update={"amount": item.amount - taken, "return_item_detail": sold_in}))
        if items:
            packages.append(package.model_copy(update={"items": tuple(items)}))
    order.kept = kept
    back = make_other(order, "return", order.said.model_copy(update={"packages": tuple(packages)}), books, now)
    back.asks.append(books.ask("create", "CREATE", back.uuid, at=now, due_at=now + knobs.settling))
    return back


def turn_round(order: Order, reason_code: int, books: Books, knobs: Knobs, now: datetime) -> Order:
    """Nobody takes an order: it goes back as an order of its own, which is the answer."""
    enter(order, Status(code="NOT_DELIVERED", at=now, reason_code=reason_code), books, knobs)
    return send_back(order, {}, books, knobs, now)


def give_back(order: Order, tariff_code: int, books: Books, knobs: Knobs, now: datetime) -> Order:
    """A client who has an order sends it back: an order of its own, which is the answer."""
    back = make_other(order, "client_return", order.said.model_copy(update={"tariff_code": tariff_code}), books, now)
    back.asks.append(books.ask("create", "CREATE_CLIENT_RETURN", back.uuid, at=now, due_at=now + knobs.settling))
    return back


def make_form(order_refs: list[str], body: dict[str, object], books: Books, knobs: Knobs, now: datetime, *, is_waybill: bool) -> Form:
    """A print form is begun."""
    uuid = books.next_ref("form")
    ask = books.ask("form", "CREATE", uuid, at=now, due_at=now + knobs.printing)
    form = Form(uuid=uuid, sort="orders" if is_waybill else "barcodes", body=body, order_refs=order_refs, ask=ask)
    books.forms[uuid] = form
    return form


def _create(books: Books, knobs: Knobs, ask: Ask) -> Errors:
    order, now = books.orders[ask.entity], ask.due_at
    found = order_checks.later(order.said, books.directory)
    if order.kind == "straight" and _is_number_taken(order, books):
        found.append(error("error_validate_im_dep_number_has_already_had_integration"))
    if found:
        order.move(Status(code="INVALID", at=now))
        return found
    books.give_number(order)
    _tell_number(order, books)
    enter(order, Status(code="CREATED", at=now, city_code=_city_of(order, books)), books, knobs)
    if order.kind == "straight" and order.said.has_reverse_order:
        reverse = make_other(order, "reverse", order.said, books, now)
        reverse.asks.append(books.ask("create", "CREATE", reverse.uuid, at=now, due_at=now + knobs.settling))
    if order.said.print:
        make_form([order.uuid], {}, books, knobs, now, is_waybill=order.said.print == "WAYBILL")
    return []


def _change(books: Books, _: Knobs, ask: Ask) -> Errors:
    order = books.orders[ask.entity]
    if order.code not in CHANGEABLE:
        return [error("v2_update_forbidden")]
    order.said = order.said.model_copy(update=ask.changes)
    return []


def _remove(books: Books, knobs: Knobs, ask: Ask) -> Errors:
    order = books.orders[ask.entity]
    if order.code != "CREATED":
        return [error("v2_entity_invalid")]
    enter(order, Status(code="REMOVED", at=ask.due_at), books, knobs)
    return []


def _refuse(books: Books, knobs: Knobs, ask: Ask) -> Errors:
    order, now = books.orders[ask.entity], ask.due_at
    if order.code in FINAL:
        return [error("v2_entity_invalid")]
    order.is_refusal_charged = order.code == "CREATED"
    turn_round(order, REFUSED, books, knobs, now)
    return []


def _form(books: Books, _: Knobs, ask: Ask) -> Errors:
    form = books.forms[ask.entity]
    if not any(books.orders[ref].cdek_number and books.orders[ref].is_there for ref in form.order_refs):
        return [error("orders_number_is_empty")]
    sort = "WAYBILL" if form.sort == "orders" else "BARCODE"
    announce("PRINT_FORM", form.uuid, {"type": sort, "url": books.link(form)}, books, ask.due_at)
    return []


def _intake(books: Books, _: Knobs, ask: Ask) -> Errors:
    books.intakes[ask.entity].statuses.append(Status(code="CREATED", at=ask.due_at))
    return []


def _drop_intake(books: Books, _: Knobs, ask: Ask) -> Errors:
    intake: Intake = books.intakes[ask.entity]
    intake.statuses.append(Status(code="REMOVED", at=ask.due_at))
    return []


def _agree(books: Books, _: Knobs, ask: Ask) -> Errors:
    agreed = books.agreements[ask.entity]
    order = books.orders[agreed.order_ref]
    order.related.append({"type": "delivery", "uuid": agreed.uuid, "date": str(agreed.body["date"])})
    told = {"cdek_number": order.cdek_number, "date": agreed.body["date"]}
    announce(
        "DELIV_AGREEMENT", order.uuid, {**told, "time_from": agreed.body["time_from"], "time_to": agreed.body["time_to"]}, books, ask.due_at
    )
    return []


def _tell_number(order: Order, books: Books) -> None:
    """Orders related to this one learn its number."""
    others = (books.orders[related["uuid"]] for related in order.related if related["uuid"] in books.orders)
    for mention in (mention for other in others for mention in other.related if mention["uuid"] == order.uuid):
        mention["cdek_number"] = order.cdek_number or ""


def _is_number_taken(order: Order, books: Books) -> bool:
    others = books.numbered(order.said.number) if order.said.number else ()
    return any(other.cdek_number and other.is_there and other is not order for other in others)


def _city_of(order: Order, books: Books) -> int | None:
    if order.said.shipment_point:
        return books.directory.points[order.said.shipment_point].city_code
    city = books.directory.recognised(order.said.from_location) if order.said.from_location else None
    return city.code if city else None


_EFFECTS: dict[str, Callable[[Books, Knobs, Ask], Errors]] = {
    "create": _create,
    "change": _change,
    "remove": _remove,
    "refuse": _refuse,
    "form": _form,
    "intake": _intake,
    "drop_intake": _drop_intake,
    "agree": _agree,
}
