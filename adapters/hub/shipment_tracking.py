"""Where shipments are, as their carrier shows them. A reading that began before the newest known one changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.shipment_planning import ask
from adapters.hub.shipment_rows import ShipmentRow, change, load_shipments, lock_book
from adapters.hub.shipment_tells import lock_orders, tell, tell_onec
from adapters.hub.tables.shipments import shipment, track_event
from tasks.rules.carrier_tracks import Track
from tasks.rules.sales import ChannelOrders
from tasks.rules.shipments import LEFT, SETTLED, State, tracked

STOPPED = frozenset({"coming_back", "returned", "cancelled"})
"""It does not go to the buyer any more: nobody need be asked whether it should."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToTrack:
    """A shipment that its carrier is to be asked about."""

    number: str
    carrier_ref: str


@dataclass(kw_only=True, slots=True)
class Tracking:
    """A transaction that writes down where shipments of a carrier are."""

    connection: Connection
    at: datetime
    target: str
    orders: Mapping[str, ChannelOrders]

    def due(self, hinted: Collection[str], *, most: int) -> list[ToTrack]:
        """Shipments to ask about, those that the carrier hinted at first.

        Args:
            hinted: the carrier's own keys; one that is settled is asked about too: a delivery may have been taken back.
            most: so many at once.
        """
        h = shipment.c
        is_due = (h.settled_at.is_(None)) & (h.track_at <= self.at) & h.state.not_in(["booking", "planned", "asked"])
        wanted = select(h.number, h.carrier_ref).where(
            h.target == self.target, h.carrier_ref.is_not(None), or_(is_due, h.carrier_ref.in_(hinted) & (h.state != "booking"))
        )
        rows = self.connection.execute(wanted.order_by(h.carrier_ref.not_in(hinted), h.track_at, h.shipment_id).limit(most))
        return [ToTrack(number=row.number, carrier_ref=row.carrier_ref) for row in rows]

    def record(self, read: Sequence[tuple[str, datetime, Track | None]], *, again: timedelta) -> int:
        """Write readings down; returns how many shipments are elsewhere than they were known to be.

        Args:
            read: our number, when the reading began, and what it showed; None: the carrier knows nothing of it (yet).
            again: when they are to be asked about once more.
        """
        lock_book(self.connection)
        found = load_shipments(self.connection, numbers=[number for number, _, _ in read])
        locked = lock_orders(self.connection, {one.order_id for one in found.values()})
        moved = 0
        for number, began_at, track in read:
            row = found.get(number)
            if row is None or (row.tracked_at is not None and row.tracked_at >= began_at) or _is_of_another(row, track):
                continue
            if track is None:
                change(self.connection, row.shipment_id, track_at=self.at + again)
                continue
            order = locked.orders[row.order_id]
            self._keep_events(row, track)
            is_elsewhere, is_tracked = self._move(row, began_at, track, again)
            if is_elsewhere or is_tracked:
                moved += 1
                tell(self.connection, self.at, row, order, self.orders[order.channel], is_tracking_news=is_tracked)
                if is_tracked:
                    tell_onec(self.connection, self.at, order, self.orders[order.channel], locked.papers)
            if is_elsewhere and row.state in STOPPED:
                ask(self.connection, self.at, row, order.channel, [])
            if row.state == "asked":
                ask(self.connection, self.at, row, order.channel, [("shipment_is_refused", row.sentence)])
        return moved

    def _move(self, row: ShipmentRow, began_at: datetime, track: Track, again: timedelta) -> tuple[bool, bool]:
        """Whether it is elsewhere now, and whether its number is another, or holds no longer."""
        before = row.state, row.tracking
        row.state = tracked(cast(State, row.state), track.state)
        if row.state == "asked" and row.is_unwanted:
            row.state = "cancelled"
        is_over = row.state in SETTLED
        values: dict[str, Any] = {
            "state": row.state,
            "tracking": track.tracking or row.tracking,
            "tracked_at": began_at,
            "track_at": self.at + again,
            "handed_at": (row.handed_at or self.at) if row.state in LEFT else row.handed_at,
            "settled_at": row.settled_at or self.at if is_over else None,
        }
        if row.state == "asked":
            row.sentence = next((event.title for event in reversed(track.events) if event.title), None)
            values |= {"carrier_ref": None, "tracking": None, "sent": None, "sentence": row.sentence}
        change(self.connection, row.shipment_id, **values)
        row.tracking = values["tracking"]
        is_elsewhere = before[0] != row.state
        is_void = is_elsewhere and row.state == "cancelled" and row.tracking is not None
        return is_elsewhere, is_void or before[1] != row.tracking

    def _keep_events(self, row: ShipmentRow, track: Track) -> None:
        """Each once, whatever the order in which they are told; what the carrier no longer tells of is withdrawn, and kept."""
        e = track_event.c
        told = {(event.at, event.code) for event in track.events}
        known = {(event.at, event.code) for event in self.connection.execute(select(e.at, e.code).where(e.shipment_id == row.shipment_id))}
        for at, code in sorted(known - told):
            is_it = (e.shipment_id == row.shipment_id, e.at == at, e.code == code, e.withdrawn_at.is_(None))
            self.connection.execute(update(track_event).where(*is_it).values(withdrawn_at=self.at))
        for event in {(event.at, event.code): event for event in track.events}.values():
            put = insert(track_event).values(
                shipment_id=row.shipment_id,
                at=event.at,
                code=event.code,
                state=event.state,
                title=event.title,
                city=event.city,
                reason=event.reason,
                heard_at=self.at,
            )
            again = {name: put.excluded[name] for name in ("state", "title", "city", "reason")} | {"withdrawn_at": None}
            self.connection.execute(put.on_conflict_do_update(index_elements=["shipment_id", "at", "code"], set_=again))


def _is_of_another(row: ShipmentRow, track: Track | None) -> bool:
    """A waybill that the carrier refused meanwhile, and was given anew under another key."""
    return track is not None and track.carrier_ref != row.carrier_ref
