"""A shop that ships, and a carrier that keeps what it was given: for the tests of shipments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from adapters.errors import OutcomeUnknown
from adapters.hub.hub import Hub
from adapters.hub.shipment_rows import ShipmentRow
from adapters.hub.shipments import Shipments
from adapters.hub.tables.catalog import product
from tasks.rules.carrier import Booked, CalledOff, CarrierShipment, Quote
from tasks.rules.carrier_papers import Form, FormKind
from tasks.rules.carrier_places import City, CityAsked, CityFound, Point, PointFound
from tasks.rules.carrier_tracks import Track, TrackEvent, TrackState
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_news import tells_of
from tasks.rules.sales import ChannelOrders
from tasks.rules.shipping_rules import ChannelShipping, ShippingRules, Ships
from tests.adapters.hub.order_shop import RULES, OrderShop, as_json
from tests.adapters.hub.shop import OURS, SOURCE

CHANNEL, CARRIER = "site", "carrier:cdek"
BUYER = as_json({
    "billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "+79161234567", "city": "Тула", "address_1": "ул. Мира, 1, кв. 5"}
})  # fmt: skip
TULA = City(city_ref="44", name="Тула")


class ShippingShop(OrderShop):
    """A shop with a site whose orders a carrier brings."""

    def __init__(self, hub: Hub, *, channel: str = CHANNEL, own: ChannelShipping | None = None, shop: ShippingRules | None = None) -> None:
        kind = "woocommerce" if channel == CHANNEL else channel
        onward = Onward(crms={channel: ("main",)}, tells={channel: ChannelTells(tells=tells_of(kind, {}))})
        rules: ChannelOrders = replace(RULES, title="Сайт", onward=onward)
        super().__init__(hub, rules=rules, channel=channel)
        own = own or ChannelShipping(carrier="cdek" if channel == CHANNEL else None, parts=True)
        self.ships = {channel: Ships(channel=channel, own=own, shop=shop or ShippingRules())}
        self.shipments = Shipments(hub, ships=self.ships, orders={channel: rules})
        self.orders.connect(channel)

    def goods(self, ref: str = "iron", *, pcs: int = 10, exposed: int = 8, weight_g: int | None = 900, **card: Any) -> int:
        """An item that is sold here, with its card in 1C."""
        row = {"source": SOURCE, "product_ref": ref, "name": ref.title(), "kind": "goods", "weight_g": weight_g, "feed_id": 1}
        with self.hub.engine.begin() as connection:
            connection.execute(insert(product).values(changed_at=OURS, **row, **card))
        item_id, _ = self.sells(pcs, exposed, ref=ref)
        return item_id

    def weigh(self, ref: str, weight_g: int) -> None:
        """1C learns what it weighs."""
        self.execute("update product set weight_g = :weight_g where product_ref = :ref", weight_g=weight_g, ref=ref)

    def waits_for(self, order_ref: str, sku: str, pcs: int) -> None:
        """So many pieces of a line are still to come with a receipt."""
        order = self.orders.find(self.channel, order_ref)
        assert order is not None
        recipe = order.lines[sku].recipe
        assert recipe is not None
        with self.hub.engine.begin() as connection:
            receipt_id = connection.execute(
                text(
                    "insert into receipt (item_id, pcs, expected_on, opened_at) values (:item, :pcs, '2026-04-01', :at) returning receipt_id"
                ),
                {"item": recipe[0][0], "pcs": pcs, "at": OURS},
            ).scalar_one()
            connection.execute(
                text("""
                    insert into backorder (receipt_id, item_id, account, pcs, promised_on, ordered_at)
                    values (:receipt, :item, :account, :pcs, '2026-04-01', :at)
                """),
                {"receipt": receipt_id, "item": recipe[0][0], "account": self.sold(order_ref, sku), "pcs": pcs, "at": OURS},
            )
            connection.execute(
                text("update sale_line set state = 'backordered' where order_id = :id and line_ref = :ref"),
                {"id": order.order_id, "ref": sku},
            )

    def receipt_comes(self, pcs: int) -> None:
        """So many pieces of the receipt were counted."""
        self.execute(
            """
            update backorder set served_pcs = least(pcs, served_pcs + :pcs),
                ended_at = case when served_pcs + :pcs >= pcs then cast(:at as timestamptz) end
            """,
            pcs=pcs,
            at=OURS,
        )

    def plan(self) -> list[tuple[str | None, str | None]]:
        """What planning came to: number and reason, of each order that was looked at."""
        return [(one.number, one.reason) for one in self.shipments.plan(self.channel)]

    def parts(self, order_ref: str = "1") -> list[ShipmentRow]:
        """An order's shipments."""
        return self.shipments.of_order(self.channel, order_ref)

    def stands(self, order_ref: str = "1") -> list[tuple[str, dict[str, int]]]:
        """States and contents of an order's shipments."""
        return [(one.state, one.pcs) for one in self.parts(order_ref)]

    def number(self, order_ref: str = "1") -> str:
        """Of an order."""
        order = self.orders.find(self.channel, order_ref)
        assert order is not None
        assert order.number is not None
        return order.number

    def owed(self) -> list[tuple[str, str, str]]:
        """What is owed to whom, of what."""
        rows = self.rows("select target, kind, subject from outbox where told_version < version order by target, kind, subject")
        return [(row[0], row[1], row[2]) for row in rows]


@dataclass
class PlayedCarrier:
    """Keeps what it was given, by our reference; loses answers and settles late when it is told to."""

    taken: dict[str, CarrierShipment] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    cut: int = 0
    pending: int = 0
    refuses: str | None = None
    cities: Mapping[str, CityFound] = field(default_factory=lambda: {"Тула": CityFound(state="found", city=TULA)})
    points: Mapping[str, Point] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    asks_again_s: float = 1.0
    settles_within_s: float = 10.0

    def find_city(self, asked: CityAsked) -> CityFound:
        self.calls.append("city")
        return self.cities.get(asked.name, CityFound(state="unknown", candidates=(TULA,), sentence="Города нет."))

    def find_point(self, point_ref: str, parcels: Sequence[Any], *, collects: bool) -> PointFound:  # noqa: ARG002
        found = self.points.get(point_ref)
        return PointFound(state="found", point=found) if found else PointFound(state="unknown", sentence="Пункта нет.")

    def quote(self, shipment: CarrierShipment) -> Quote:
        self.calls.append("quote")
        return Quote(tariff=shipment.tariff or "136", state="available")

    def put_shipment(self, shipment: CarrierShipment, *, carrier_ref: str | None = None) -> Booked:  # noqa: ARG002
        self.calls.append("put")
        if self.refuses is not None:
            return Booked(ref=shipment.ref, state="refused", sentence=self.refuses)
        is_there = shipment.ref in self.taken
        self.taken.setdefault(shipment.ref, shipment)
        if self.cut:
            self.cut -= 1
            raise OutcomeUnknown("Перевозчик не ответил.", system="cdek")
        if self.pending:
            self.pending -= 1
            return Booked(ref=shipment.ref, state="pending", carrier_ref=f"u-{shipment.ref}")
        return Booked(
            ref=shipment.ref, state="exists" if is_there else "accepted", carrier_ref=f"u-{shipment.ref}", tracking=f"T{shipment.ref}"
        )

    def cancel_shipment(self, carrier_ref: str, *, turn_back: bool = False) -> CalledOff:
        self.calls.append("cancel")
        if carrier_ref in self.left and not turn_back:
            return CalledOff(carrier_ref=carrier_ref, state="left", sentence="Посылка уже уехала.")
        return CalledOff(carrier_ref=carrier_ref, state="coming_back" if carrier_ref in self.left else "cancelled")

    def read_track(self, carrier_ref: str) -> Track | None:
        self.calls.append("track")
        return self.tracks.get(carrier_ref)

    def ask_form(self, carrier_refs: Sequence[str], kind: FormKind) -> Form:
        return Form(form_ref=f"{kind}-{carrier_refs[0]}", state="pending")

    def read_form(self, form_ref: str, kind: FormKind) -> Form:  # noqa: ARG002
        return Form(form_ref=form_ref, state="ready", pdf=b"%PDF " + form_ref.encode())


def shown(carrier_ref: str, state: TrackState, *events: tuple[int, str, TrackState], at: datetime = OURS, **told: Any) -> Track:
    """A reading: events by minute, code and state."""
    happened = tuple(TrackEvent(at=at + timedelta(minutes=minute), code=code, state=of) for minute, code, of in events)
    return Track(carrier_ref=carrier_ref, kind="direct", state=state, events=happened, **told)
