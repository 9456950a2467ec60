"""Shipments for people: what is to be picked, what nears the time by which it has to leave, what waits for codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.order_rows import OrderRow
from adapters.hub.shipment_goods import read_shipped_goods, unit_of
from adapters.hub.shipment_rows import load_shipments
from adapters.hub.shipment_tells import read_orders
from adapters.hub.tables.journal import incident
from tasks.rules.outbox import named
from tasks.rules.picking import Pick, Wanted, picking
from tasks.rules.shipments import alarm, ship_by
from tasks.rules.shipping_rules import Ships

NEAR, MISSED = "ship_by_near", "ship_by_missed"

TO_PICK = text("""
    select h.number from shipment h join sale_order o using (order_id)
    where h.settled_at is null and h.handed_at is null and not h.is_unwanted and o.channel = any (:channels)
        and h.state in ('planned', 'asked', 'booking', 'booked')
    order by h.number
""").bindparams(bindparam("channels", type_=ARRAY(Text)))

TAKEN = text("""
    select m.to_account, m.item_id, coalesce(w.name, m.place) as place, sum(m.pcs)::bigint as pcs
    from ledger_movement m join item i using (item_id) left join warehouse w on w.source = i.source and w.warehouse_ref = m.place
    where m.to_account = any (:accounts) group by m.to_account, m.item_id, coalesce(w.name, m.place)
""").bindparams(bindparam("accounts", type_=ARRAY(Text)))

WAITING = text("""
    select o.channel, o.number, o.placed_at, o.ship_by_at from sale_order o
    where o.channel = any (:channels) and o.number is not null and o.state in ('new', 'confirmed')
        and exists (
            select from sale_line s where s.order_id = o.order_id and s.pcs - s.cancelled_pcs > coalesce((
                select sum(l.pcs) from shipment_line l join shipment h using (shipment_id)
                where l.order_id = s.order_id and l.line_ref = s.line_ref and h.handed_at is not null and not h.is_unwanted
            ), 0)
        )
    order by o.ship_by_at nulls last, o.order_id
""").bindparams(bindparam("channels", type_=ARRAY(Text)))

SHOWN = text("""
    select h.number, o.channel, o.order_ref, h.part, h.target, h.state, h.tracking, h.is_unwanted, h.sentence, h.planned_at, h.booked_at,
        h.handed_at, h.settled_at, (select sum(l.pcs)::bigint from shipment_line l where l.shipment_id = h.shipment_id) as pcs
    from shipment h join sale_order o using (order_id)
    where :word is null or o.number = :word or o.order_ref = :word or h.number = :word or h.tracking = :word
    order by h.settled_at is not null, h.shipment_id desc limit :most
""").bindparams(bindparam("word", type_=Text))

AT = pl.Datetime("us", "UTC")
COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "number": pl.String, "channel": pl.String, "order_ref": pl.String, "part": pl.Int64, "target": pl.String, "state": pl.String,
    "tracking": pl.String, "is_unwanted": pl.Boolean, "sentence": pl.String, "planned_at": AT, "booked_at": AT, "handed_at": AT,
    "settled_at": AT, "pcs": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """An order that nears, or has missed, the time by which it has to leave."""

    channel: str
    number: str
    ship_by_at: datetime
    is_missed: bool


class ShipmentViews:
    """Questions about shipments."""

    def __init__(self, hub: Hub, ships: Mapping[str, Ships]) -> None:
        self._hub = hub
        self._ships = ships

    def shown(self, word: str | None = None, *, most: int = 200) -> pl.DataFrame:
        """Shipments, those under way first; of one order, number or tracking number if asked. Columns as in `COLUMNS`."""
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(SHOWN, {"word": word, "most": most}).all(), schema=COLUMNS, orient="row")

    def to_pick(self, channels: Sequence[str] | None = None) -> list[Pick]:
        """The picking list: items × places × shipments that are still in the shop."""
        chosen = sorted(channels if channels is not None else self._ships)
        with self._hub.engine.begin() as connection:
            numbers = connection.scalars(TO_PICK, {"channels": chosen}).all()
            found = load_shipments(connection, numbers=numbers)
            orders = read_orders(connection, {one.order_id for one in found.values()})
            wanted = [
                part
                for one in found.values()
                for order in [orders[one.order_id]]
                for part in _wanted(connection, order, one.number, one.pcs, self._ships[order.channel])
            ]
        return picking(wanted)

    def alarms(self) -> list[Alarm]:
        """Orders that have not left and must soon, or must have, the earliest first."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            rows = connection.execute(WAITING, {"channels": sorted(self._ships)}).all()
        found = []
        for row in rows:
            ships = self._ships[row.channel]
            within = timedelta(hours=ships.own.within_h) if ships.own.within_h is not None else None
            at = ship_by(row.ship_by_at, row.placed_at, within)
            said = alarm(at, now, timedelta(hours=ships.shop.near_h))
            if at is not None and said is not None:
                found.append(Alarm(channel=row.channel, number=row.number, ship_by_at=at, is_missed=said == "missed"))
        return sorted(found, key=lambda one: (one.ship_by_at, one.number))

    def tell_alarms(self) -> int:
        """One incident per channel for what is near, and one for what is missed, told anew when it is of other orders; returns how many."""
        alarms = self.alarms()
        for channel in sorted(self._ships):
            self._tell(NEAR, channel, [one.number for one in alarms if one.channel == channel and not one.is_missed])
            self._tell(MISSED, channel, [one.number for one in alarms if one.channel == channel and one.is_missed])
        return len(alarms)

    def _tell(self, kind: str, channel: str, numbers: Sequence[str]) -> None:
        near_h = self._ships[channel].shop.near_h
        sentences = {
            NEAR: f"{channel}: до срока отгрузки меньше {near_h:g} ч, а ещё не отправлено заказов: {len(numbers)} ({named(numbers)}).",
            MISSED: f"{channel}: срок отгрузки прошёл, а не отправлено заказов: {len(numbers)} ({named(numbers)}).",
        }
        now, i = self._hub.clock.now(), incident.c
        with self._hub.engine.begin() as connection:
            if not numbers:
                recover_incident(connection, now, kind=kind, cause=channel)
                return
            is_same = (i.kind == kind, i.cause == channel, i.recovered_at.is_(None), i.sentence == sentences[kind])
            if connection.execute(incident.select().where(*is_same)).first() is None:
                report_incident(connection, now, kind=kind, cause=channel, sentence=sentences[kind])


def _wanted(connection: Connection, order: OrderRow, number: str, pcs: Mapping[str, int], ships: Ships) -> list[Wanted]:
    lines = {ref: order.lines[ref] for ref in pcs if ref in order.lines}
    goods = read_shipped_goods(connection, {item_id for line in lines.values() for item_id, _ in line.recipe or ()}, ships.shop)
    accounts = {order.line(line): ref for ref, line in lines.items()}
    taken: dict[tuple[str, int], dict[str, int]] = {}
    for row in connection.execute(TAKEN, {"accounts": [f"sold:{name}" for name in accounts]}):
        taken.setdefault((accounts[row.to_account.removeprefix("sold:")], row.item_id), {})[row.place] = int(row.pcs)
    return [
        Wanted(
            shipment=number,
            channel=order.channel,
            order_ref=order.order_ref,
            item_ref=goods[item_id].item_ref,
            article=goods[item_id].article,
            barcode=goods[item_id].barcode,
            name=goods[item_id].name,
            pcs=per_unit * pcs[ref],
            places=taken.get((ref, item_id), {}),
            needs_code=unit_of(order, line, goods).marks > 0,
            ship_by_at=order.ship_by_at,
        )
        for ref, line in sorted(lines.items())
        for item_id, per_unit in line.recipe or ()
        if item_id in goods
    ]
