"""The book of shipments: what leaves, in which parts, with whom, and where it is. One method is one transaction; each may be repeated."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from adapters.hub import journal
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Owed, owe
from adapters.hub.shipment_booking import Booking, CallingOff, Outcome, Question, ToBook
from adapters.hub.shipment_parts import Parts
from adapters.hub.shipment_planning import BOOK, CALL_OFF, Overshipped, Planned, Planning
from adapters.hub.shipment_rows import ShipmentRow, change, load_shipments, lock_book, notify
from adapters.hub.shipment_tracking import ToTrack, Tracking
from adapters.hub.tables.orders import sale_order
from adapters.hub.tables.shipments import shipment
from tasks.rules.carrier import CalledOff, CarrierShipment
from tasks.rules.carrier_tracks import Track
from tasks.rules.destinations import CORRECTABLE
from tasks.rules.parts import PartShipped, PartTold
from tasks.rules.sales import ChannelOrders
from tasks.rules.shipping_rules import Ships

__all__ = ["Outcome", "Question", "Shipments", "ToBook", "ToTrack"]


class Shipments:
    """Shipments of all channels.

    Args:
        hub: the hub.
        ships: channel → how its orders leave.
        orders: channel → how its orders are taken; 1C, CRMs and the channel hear of shipments by it.
    """

    def __init__(self, hub: Hub, ships: Mapping[str, Ships], orders: Mapping[str, ChannelOrders]) -> None:
        self._hub = hub
        self._ships = ships
        self._orders = orders

    def plan(self, channel: str) -> list[Planned]:
        """Plan whatever of a channel's orders may leave, an order at a time; a person who has been asked is asked again after a while."""
        ships = self._ships[channel]
        with self._hub.engine.begin() as connection:
            planning = Planning(connection=connection, at=self._hub.clock.now(), ships=ships)
            planning.follow()
            candidates = planning.candidates()
        done = [one for order_id in candidates if (one := self._plan_order(ships, order_id)) is not None]
        self._ask_again(ships)
        return done

    def claim(self, target: str, *, most: int) -> list[ToBook]:
        """Shipments that a carrier is owed, for us alone until `settle`."""
        with self._hub.engine.begin() as connection:
            return Booking(connection=connection, at=self._hub.clock.now(), target=target, ships=self._ships, orders=self._orders).claim(
                most=most
            )

    def mark(self, target: str, number: str, sent: CarrierShipment) -> bool:
        """Note that a shipment is about to be given to its carrier, in these words; False where it is not wanted any more."""
        with self._hub.engine.begin() as connection:
            booking = Booking(connection=connection, at=self._hub.clock.now(), target=target, ships=self._ships, orders=self._orders)
            return booking.mark(number, sent)

    def note_ref(self, target: str, number: str, carrier_ref: str) -> None:
        """Keep the carrier's key of a shipment as soon as it is known: whoever asks again, after a death too, asks by it."""
        with self._hub.engine.begin() as connection:
            booking = Booking(connection=connection, at=self._hub.clock.now(), target=target, ships=self._ships, orders=self._orders)
            booking.note_ref(number, carrier_ref)

    def settle(self, target: str, claimed: Sequence[ToBook], outcomes: Mapping[str, Outcome], stopped: Mapping[str, Answer]) -> int:
        """`Booking.settle`."""
        with self._hub.engine.begin() as connection:
            booking = Booking(connection=connection, at=self._hub.clock.now(), target=target, ships=self._ships, orders=self._orders)
            return booking.settle(claimed, outcomes, stopped)

    def claim_call_offs(self, target: str, *, most: int) -> tuple[list[Claimed], dict[str, ShipmentRow]]:
        """What a carrier is to take back."""
        with self._hub.engine.begin() as connection:
            off = CallingOff(connection=connection, at=self._hub.clock.now(), target=target, orders=self._orders)
            return off.claim(most=most)

    def settle_call_offs(
        self, target: str, claimed: Sequence[Claimed], outcomes: Mapping[str, CalledOff], stopped: Mapping[str, Answer]
    ) -> int:
        """`CallingOff.settle`."""
        with self._hub.engine.begin() as connection:
            off = CallingOff(connection=connection, at=self._hub.clock.now(), target=target, orders=self._orders)
            return off.settle(claimed, outcomes, stopped)

    def claim_parts(self, channel: str, *, most: int) -> tuple[list[Claimed], dict[str, PartShipped]]:
        """Parts of orders, and tracking numbers, that a channel is to be told."""
        with self._hub.engine.begin() as connection:
            return self._parts(connection, channel).claim(most=most)

    def settle_parts(self, channel: str, claimed: Sequence[Claimed], told: Mapping[str, PartTold], stopped: Mapping[str, Answer]) -> int:
        """`Parts.settle`."""
        with self._hub.engine.begin() as connection:
            return self._parts(connection, channel).settle(claimed, told, stopped)

    def to_track(self, target: str, hinted: Collection[str] = (), *, most: int) -> list[ToTrack]:
        """Shipments whose carrier is to be asked where they are."""
        with self._hub.engine.begin() as connection:
            return Tracking(connection=connection, at=self._hub.clock.now(), target=target, orders=self._orders).due(hinted, most=most)

    def record_tracks(self, target: str, read: Sequence[tuple[str, datetime, Track | None]], *, again: timedelta) -> int:
        """`Tracking.record`."""
        with self._hub.engine.begin() as connection:
            tracking = Tracking(connection=connection, at=self._hub.clock.now(), target=target, orders=self._orders)
            return tracking.record(read, again=again)

    def correct(self, number: str, corrected: Mapping[str, str], *, tariff: str | None = None) -> bool:
        """What a person found out: parts of the destination, the tariff. Whatever waited for it is told once more.

        Returns:
            False where there is no such shipment, or it is no longer in the shop's hands.

        Raises:
            ValueError: a part has no such name.
        """
        if odd := sorted(corrected.keys() - set(CORRECTABLE)):
            raise ValueError(f"no such parts: {', '.join(odd)}")
        with self._hub.engine.begin() as connection:
            lock_book(connection)
            one = load_shipments(connection, numbers=[number]).get(number)
            if one is None or one.state not in {"planned", "asked"}:
                return False
            values = {"tariff": tariff} if tariff is not None else {}
            whole = {**(one.corrected or {}), **corrected}
            change(connection, one.shipment_id, corrected=whole, ask_at=None, **values)
            now = self._hub.clock.now()
            owe(connection, now, [Owed(target=one.target, kind=BOOK, subject=number)])
            said = f"Отправление {number}: человек исправил {', '.join(sorted(corrected)) or 'тариф'}."
            journal.write(connection, now, "shipment_corrected", f"shipment:{number}", said)
            notify(connection)
            return True

    def turn_back(self, number: str) -> bool:
        """A person consents to pay for the way back of a parcel that has left and is not wanted; False where there is none such."""
        with self._hub.engine.begin() as connection:
            lock_book(connection)
            one = load_shipments(connection, numbers=[number]).get(number)
            if one is None or not one.is_unwanted or one.settled_at is not None or not one.target.startswith("carrier:"):
                return False
            now = self._hub.clock.now()
            change(connection, one.shipment_id, turns_back=True)
            owe(connection, now, [Owed(target=one.target, kind=CALL_OFF, subject=number)])
            said = f"Отправление {number}: человек согласился оплатить возврат из пути."
            journal.write(connection, now, "shipment_turned_back", f"shipment:{number}", said)
            notify(connection)
            return True

    def of_order(self, channel: str, order_ref: str) -> list[ShipmentRow]:
        """An order's shipments, in the order of their parts."""
        o = sale_order.c
        with self._hub.engine.begin() as connection:
            ids = connection.scalars(select(o.order_id).where(o.channel == channel, o.order_ref == order_ref)).all()
            return list(load_shipments(connection, order_ids=ids).values())

    def _parts(self, connection: Connection, channel: str) -> Parts:
        own = self._ships[channel].own
        carriers = {f"carrier:{own.carrier}": own.carrier_title or own.carrier} if own.carrier is not None else {}
        return Parts(
            connection=connection, at=self._hub.clock.now(), channel=channel, carriers=carriers, may_remove=own.removes_missing
        )  # fmt: skip

    def _plan_order(self, ships: Ships, order_id: int) -> Planned | None:
        """An order's plan; none where its pieces went elsewhere while it was made: the next round looks again."""
        try:
            with self._hub.engine.begin() as connection:
                return Planning(connection=connection, at=self._hub.clock.now(), ships=ships).plan(order_id)
        except Overshipped:
            return None

    def _ask_again(self, ships: Ships) -> None:
        now, h = self._hub.clock.now(), shipment.c
        with self._hub.engine.begin() as connection:
            lock_book(connection)
            is_due = (h.target == ships.target, h.state == "asked", h.ask_at <= now, ~h.is_unwanted)
            of_channel = select(sale_order.c.order_id).where(sale_order.c.channel == ships.channel)
            again = update(shipment).where(*is_due, h.order_id.in_(of_channel)).values(ask_at=None).returning(h.number)
            numbers = connection.scalars(again).all()
            owe(connection, now, [Owed(target=ships.target, kind=BOOK, subject=number) for number in numbers])
