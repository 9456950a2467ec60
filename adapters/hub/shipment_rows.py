"""Shipments between their tables and those who plan, tell and track them.

Whoever changes shipments holds `lock_book` first: an order's parts are planned, booked and called off one after the other.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, Text, bindparam, func, insert, select, text, update

from adapters.hub.tables.shipments import package, shipment, shipment_line
from tasks.rules.shipments import UNTOLD

BOOK = 0x5348
NOTICE = "shipments"
"""The NOTIFY channel of whoever waits for shipments to plan, book or look at."""

ADD_LINE = text("""
    insert into shipment_line (shipment_id, package_no, line_ref, order_id, pcs)
    select :shipment_id, :package_no, s.line_ref, s.order_id, :pcs
    from sale_line s
    where s.order_id = :order_id and s.line_ref = :line_ref and (:is_counted or s.pcs - s.cancelled_pcs >= :pcs + coalesce((
        select sum(l.pcs) from shipment_line l join shipment h using (shipment_id)
        where l.order_id = s.order_id and l.line_ref = s.line_ref and h.state <> 'cancelled' and not h.is_unwanted
    ), 0))
""")
"""The guard of all shipments together: never more pieces of a line than are sold and not cancelled."""

SHIPPED = text("""
    select l.order_id, l.line_ref, sum(l.pcs)::bigint as pcs
    from shipment_line l join shipment h using (shipment_id)
    where l.order_id = any (:order_ids) and h.state <> 'cancelled' and not h.is_unwanted
    group by l.order_id, l.line_ref
""").bindparams(bindparam("order_ids", type_=ARRAY(BigInteger)))

GIVEN = text("""
    select l.order_id, l.line_ref, coalesce(sum(l.pcs) filter (where h.state <> all (:kept)), 0)::bigint as pcs
    from shipment_line l join shipment h using (shipment_id)
    where l.order_id = any (:order_ids) and h.target like 'carrier:%'
    group by l.order_id, l.line_ref
""").bindparams(bindparam("order_ids", type_=ARRAY(BigInteger)), bindparam("kept", type_=ARRAY(Text)))

TRACKED = text("""
    select order_id, array_agg(tracking order by part) as trackings from shipment
    where order_id = any (:order_ids) and tracking is not null and state <> 'cancelled' and not is_unwanted
    group by order_id
""").bindparams(bindparam("order_ids", type_=ARRAY(BigInteger)))


class Overshipped(Exception):
    """More pieces of a line would leave than are sold; the transaction is undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageRow:
    """A box with units of lines by ``line_ref``."""

    package_no: int
    weight_g: int | None
    sides_mm: tuple[int, int, int] | None
    pcs: Mapping[str, int]
    channel_ref: str | None = None


@dataclass(kw_only=True, slots=True)
class ShipmentRow:
    """A row of ``shipment`` with its boxes."""

    shipment_id: int
    order_id: int
    part: int
    number: str
    target: str
    state: str
    planned_at: datetime
    is_unwanted: bool = False
    turns_back: bool = False
    carrier_ref: str | None = None
    tracking: str | None = None
    tariff: str | None = None
    corrected: dict[str, str] | None = None
    address: dict[str, str] | None = None
    sent: dict[str, Any] | None = None
    sentence: str | None = None
    ask_at: datetime | None = None
    asked_at: datetime | None = None
    booked_at: datetime | None = None
    handed_at: datetime | None = None
    settled_at: datetime | None = None
    track_at: datetime | None = None
    tracked_at: datetime | None = None
    packages: list[PackageRow] = field(default_factory=list)

    @property
    def pcs(self) -> dict[str, int]:
        """Units by line."""
        found: dict[str, int] = {}
        for box in self.packages:
            for ref, pcs in box.pcs.items():
                found[ref] = found.get(ref, 0) + pcs
        return found

    @property
    def counts(self) -> bool:
        """Whether its pieces count as shipped."""
        return self.state != "cancelled" and not self.is_unwanted


def lock_book(connection: Connection) -> None:
    """Nobody else changes shipments until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(BOOK)))


def load_shipments(
    connection: Connection, *, numbers: Collection[str] | None = None, order_ids: Collection[int] | None = None
) -> dict[str, ShipmentRow]:
    """Shipments by our number: these, or all of these orders; in the order of their parts."""
    h = shipment.c
    is_wanted = h.number.in_(numbers) if numbers is not None else h.order_id.in_(order_ids or ())
    rows = connection.execute(select(shipment).where(is_wanted).order_by(h.order_id, h.part)).all()
    found = {row.shipment_id: ShipmentRow(**row._asdict()) for row in rows}
    lines: dict[tuple[int, int], dict[str, int]] = {}
    l = shipment_line.c  # noqa: E741
    for row in connection.execute(select(shipment_line).where(l.shipment_id.in_(found)).order_by(l.line_ref)):
        lines.setdefault((row.shipment_id, row.package_no), {})[row.line_ref] = row.pcs
    p = package.c
    for row in connection.execute(select(package).where(p.shipment_id.in_(found)).order_by(p.shipment_id, p.package_no)):
        found[row.shipment_id].packages.append(_package(row, lines.get((row.shipment_id, row.package_no), {})))
    return {one.number: one for one in found.values()}


def add_shipment(connection: Connection, values: Mapping[str, Any], boxes: Iterable[PackageRow]) -> int:
    """Write a planned shipment; returns its id.

    Raises:
        Overshipped: a line has not so many pieces left.
    """
    shipment_id = int(connection.execute(insert(shipment).values(**values).returning(shipment.c.shipment_id)).scalar_one())
    put_boxes(connection, shipment_id, values["order_id"], boxes)
    return shipment_id


def put_boxes(connection: Connection, shipment_id: int, order_id: int, boxes: Iterable[PackageRow], *, is_counted: bool = False) -> None:
    """Write the boxes of a shipment that has none; ``is_counted``: it had them, with as many pieces as these, which are packed anew.

    Raises:
        Overshipped: a line has not so many pieces left.
    """
    for box in boxes:
        length, width, height = box.sides_mm or (None, None, None)
        sides = {"length_mm": length, "width_mm": width, "height_mm": height}
        key = {"shipment_id": shipment_id, "package_no": box.package_no}
        connection.execute(insert(package).values(**key, weight_g=box.weight_g, **sides))
        for line_ref, pcs in box.pcs.items():
            added = connection.execute(ADD_LINE, {**key, "order_id": order_id, "line_ref": line_ref, "pcs": pcs, "is_counted": is_counted})
            if added.rowcount != 1:
                raise Overshipped


def change(connection: Connection, shipment_id: int, *, version: str | None = None, **values: Any) -> bool:  # noqa: ANN401 - any column
    """Set columns of a shipment; False where it is no longer in the state ``version``."""
    is_there = [shipment.c.shipment_id == shipment_id, *([shipment.c.state == version] if version is not None else [])]
    return connection.execute(update(shipment).where(*is_there).values(**values)).rowcount == 1


def shipped_pieces(connection: Connection, order_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Units in shipments that count, by order and line."""
    rows = connection.execute(SHIPPED, {"order_ids": sorted(order_ids)})
    return {(row.order_id, row.line_ref): int(row.pcs) for row in rows}


def given_pieces(connection: Connection, order_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Units by line that carriers were told of, or perhaps were, by order; orders that no carrier brings are left out."""
    given: dict[int, Counter[str]] = {}
    for row in connection.execute(GIVEN, {"order_ids": sorted(order_ids), "kept": [*UNTOLD, "cancelled"]}):
        given.setdefault(row.order_id, Counter())[row.line_ref] = int(row.pcs)
    return given


def trackings(connection: Connection, order_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Tracking numbers of orders, in the order of their parts."""
    return {row.order_id: tuple(row.trackings) for row in connection.execute(TRACKED, {"order_ids": sorted(order_ids)})}


def notify(connection: Connection) -> None:
    """Wake whoever waits for shipments."""
    connection.execute(select(func.pg_notify(NOTICE, "")))


def _package(row: Row[Any], pcs: Mapping[str, int]) -> PackageRow:
    is_measured = None not in {row.length_mm, row.width_mm, row.height_mm}
    return PackageRow(
        package_no=row.package_no,
        weight_g=row.weight_g,
        sides_mm=(row.length_mm, row.width_mm, row.height_mm) if is_measured else None,
        pcs=pcs,
        channel_ref=row.channel_ref,
    )
