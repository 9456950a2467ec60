"""Codes of «Честный ЗНАК» as people scan them, each for one piece of one shipment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Owed, owe
from adapters.hub.shipment_goods import read_shipped_goods, unit_of
from adapters.hub.shipment_planning import BOOK, ask
from adapters.hub.shipment_rows import ShipmentRow, change, load_shipments, lock_book, notify
from adapters.hub.shipment_tells import read_orders
from adapters.hub.tables.shipments import marking_code
from tasks.rules.marking import read_code
from tasks.rules.shipping_rules import Ships


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """What became of codes: so many are new, and a sentence for each that was not taken."""

    taken: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedLine:
    """A line of a shipment that needs codes: what its goods are called, their barcodes, how many codes it needs and has."""

    line_ref: str
    name: str
    barcodes: tuple[str, ...]
    wanted: int
    entered: int


class Marks:
    """The book of codes.

    Args:
        hub: the hub.
        ships: channel → how its orders leave.
    """

    def __init__(self, hub: Hub, ships: Mapping[str, Ships]) -> None:
        self._hub = hub
        self._ships = ships

    def enter(self, number: str, line_ref: str, codes: Sequence[str]) -> Entered:
        """Take scanned codes for a line of a shipment, in one transaction; what waited for them is told once more. Again it is no harm.

        Args:
            number: ours of the shipment.
            line_ref: the channel's key of the line.
            codes: as the scanner typed them.
        """
        read = [(one, read_code(one)) for one in codes]
        bad = [
            f"Код {place} не читается как код маркировки: отсканируйте его ещё раз." for place, (_, code) in enumerate(read, 1) if not code
        ]
        with self._hub.engine.begin() as connection:
            lock_book(connection)
            one = load_shipments(connection, numbers=[number]).get(number)
            if one is None or line_ref not in one.pcs or one.state not in {"planned", "asked"}:
                return Entered(taken=0, refused=(f"Отправления {number} с такой строкой нет, или оно уже передано.",))
            order = read_orders(connection, [one.order_id])[one.order_id]
            line = order.lines[line_ref]
            item_id = line.recipe[0][0] if line.recipe else 0
            now, taken, m = self._hub.clock.now(), 0, marking_code.c
            for place, (_, code) in enumerate(read, 1):
                if code is None:
                    continue
                owner = connection.execute(select(m.shipment_id, m.line_ref).where(m.code == code)).first()
                if owner is not None and tuple(owner) != (one.shipment_id, line_ref):
                    bad.append(f"Код {place} уже стоит в другом отправлении: он с другой штуки.")
                elif owner is None:
                    row = {"code": code, "shipment_id": one.shipment_id, "line_ref": line_ref, "item_id": item_id, "entered_at": now}
                    connection.execute(insert(marking_code).values(row))
                    taken += 1
            if taken:
                change(connection, one.shipment_id, ask_at=None)
                self._answer(connection, now, one, order)
                if one.target.startswith("carrier:"):
                    owe(connection, now, [Owed(target=one.target, kind=BOOK, subject=number)])
                notify(connection)
        return Entered(taken=taken, refused=tuple(bad))

    def _answer(self, connection: Connection, now: datetime, one: ShipmentRow, order: OrderRow) -> None:
        """The question is answered when every piece has its code."""
        items = {item_id for line in order.lines.values() for item_id, _ in line.recipe or ()}
        goods = read_shipped_goods(connection, items, self._ships[order.channel].shop)
        wanted = sum(unit_of(order, order.lines[ref], goods).marks * pcs for ref, pcs in one.pcs.items() if ref in order.lines)
        entered = connection.scalar(select(func.count()).where(marking_code.c.shipment_id == one.shipment_id)) or 0
        if entered >= wanted and one.target.startswith("channel:"):
            ask(connection, now, one, order.channel, [])

    def lines(self, number: str) -> list[MarkedLine]:
        """The lines of a shipment that need codes; none where there is no such shipment."""
        m = marking_code.c
        with self._hub.engine.begin() as connection:
            one = load_shipments(connection, numbers=[number]).get(number)
            if one is None:
                return []
            order = read_orders(connection, [one.order_id])[one.order_id]
            counted = select(m.line_ref, func.count()).where(m.shipment_id == one.shipment_id).group_by(m.line_ref)
            entered = {row[0]: int(row[1]) for row in connection.execute(counted)}
            lines = [order.lines[ref] for ref in one.pcs if ref in order.lines]
            items = {item_id for line in lines for item_id, _ in line.recipe or ()}
            goods = read_shipped_goods(connection, items, self._ships[order.channel].shop)
        found = []
        for line in lines:
            parts = [goods[item_id] for item_id, _ in line.recipe or () if item_id in goods]
            called = " + ".join(" ".join(filter(None, (part.article, part.name))) for part in parts)
            wanted = unit_of(order, line, goods).marks * one.pcs[line.line_ref]
            barcodes = tuple(part.barcode for part in parts if part.barcode)
            if wanted:
                found.append(
                    MarkedLine(
                        line_ref=line.line_ref,
                        name=called or line.channel_sku,
                        barcodes=barcodes,
                        wanted=wanted,
                        entered=entered.get(line.line_ref, 0),
                    )
                )
        return found

    def count(self, number: str) -> int:
        """How many codes a shipment has."""
        m = marking_code.c
        with self._hub.engine.begin() as connection:
            one = load_shipments(connection, numbers=[number]).get(number)
            found = connection.scalar(select(func.count()).where(m.shipment_id == one.shipment_id)) if one is not None else 0
        return int(found or 0)
