"""Shipments reach their carrier exactly once, whatever is cut on the way; what people must tell is asked first."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.outbox import LEASE
from adapters.hub.pushes import Pushes
from tasks.rules.carrier import CarrierShipment
from tasks.rules.carrier_places import City, CityFound, Point
from tasks.rules.carrier_tracks import Track
from tasks.shipments import book_with, call_off_with, follow_with
from tests.adapters.hub.order_shop import as_json, report
from tests.adapters.hub.shipping import BUYER, CARRIER, TULA, PlayedCarrier, ShippingShop, shown
from tests.adapters.hub.sold_once.hand import HandClock
from validation.reasons import SENTENCES


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def shop(hub: Hub) -> ShippingShop:
    shop = ShippingShop(hub)
    shop.goods()
    return shop


@pytest.fixture
def carrier() -> PlayedCarrier:
    return PlayedCarrier()


def order(shop: ShippingShop, ref: str = "1", pcs: int = 2, **head: Any) -> str:
    """An order that is planned; its number."""
    shop.record(report(ref, {"iron": pcs}, **{"buyer": BUYER, **head}))
    shop.plan()
    return shop.number(ref)


def carry(shop: ShippingShop, carrier: PlayedCarrier) -> dict[str, int]:
    """One round with the carrier."""
    counted = {"booked": 0, "asked": 0}
    for step in book_with(shop.shipments, CARRIER, carrier):  # type: ignore[arg-type]
        for name in counted:
            counted[name] += step.counts.get(name, 0)
    return counted


def follow(shop: ShippingShop, carrier: PlayedCarrier) -> int:
    """One look at where everything is; how much has moved."""
    return sum(step.counts["moved"] for step in follow_with(shop.hub, shop.shipments, CARRIER, carrier, poll_s=600))  # type: ignore[arg-type, misc]


def states(shop: ShippingShop, ref: str = "1") -> list[str]:
    return [one.state for one in shop.parts(ref)]


def test_a_shipment_is_booked_with_all_that_is_known_of_it(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = order(shop)
    assert carry(shop, carrier) == {"booked": 1, "asked": 0}
    told = carrier.taken[f"{number}-1"]
    assert (told.recipient.phone, told.weight_g, told.cost_kopecks, told.collect_kopecks) == ("+79161234567", 1800, 200_00, 0)
    assert getattr(told.to, "city_ref", None) == "44"
    (one,) = shop.parts()
    assert (one.state, one.tracking) == ("booked", f"T{number}-1")
    assert carry(shop, carrier) == {"booked": 0, "asked": 0}


def test_a_lost_answer_makes_no_second_shipment(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    order(shop)
    carrier.cut = 2
    for _ in range(4):
        carry(shop, carrier)
        clock.wait(120)
    assert (len(carrier.taken), states(shop)) == (1, ["booked"])


def test_what_is_pending_is_asked_for_again_in_the_very_same_words(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    number = order(shop)
    carrier.pending = 2
    assert carry(shop, carrier) == {"booked": 0, "asked": 0}
    assert [(one.state, one.carrier_ref) for one in shop.parts()] == [("booking", f"u-{number}-1")]
    shop.weigh("iron", 5)
    clock.wait(60)
    carry(shop, carrier)
    clock.wait(120)
    carry(shop, carrier)
    assert states(shop) == ["booked"]
    assert {one.weight_g for one in carrier.taken.values()} == {1800}


class Died(Exception):
    """The process is gone."""


class DyingCarrier(PlayedCarrier):
    """Takes the shipment; whoever gave it dies before the answer is read."""

    dies = True

    def put_shipment(self, shipment: CarrierShipment, *, carrier_ref: str | None = None) -> Any:
        said = super().put_shipment(shipment, carrier_ref=carrier_ref)
        if self.dies:
            raise Died
        return said


def test_killed_between_the_carriers_effect_and_our_settling_there_is_one_shipment(shop: ShippingShop, clock: HandClock) -> None:
    order(shop)
    carrier = DyingCarrier()
    with pytest.raises(Died):
        carry(shop, carrier)
    assert states(shop) == ["booking"]
    carrier.dies = False
    assert carry(shop, carrier) == {"booked": 0, "asked": 0}
    clock.wait(LEASE / timedelta(seconds=1) + 1)
    assert carry(shop, carrier) == {"booked": 1, "asked": 0}
    assert (len(carrier.taken), states(shop)) == (1, ["booked"])


def test_killed_before_the_carrier_was_told_it_is_told_once(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    order(shop)
    shop.shipments.claim(CARRIER, most=9)
    assert carry(shop, carrier) == {"booked": 0, "asked": 0}
    clock.wait(LEASE / timedelta(seconds=1) + 1)
    assert carry(shop, carrier) == {"booked": 1, "asked": 0}


def test_whoever_was_late_settles_nothing(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    number = f"{order(shop)}-1"
    late = shop.shipments.claim(CARRIER, most=9)
    clock.wait(LEASE / timedelta(seconds=1) + 1)
    carry(shop, carrier)
    shop.shipments.settle(CARRIER, late, {number: carrier.put_shipment(carrier.taken[number])}, {})
    assert [one.tracking for one in shop.parts()] == [f"T{number}"]
    assert len(shop.rows("select 1 from journal where kind = 'shipment'")) == 1


@pytest.mark.parametrize(
    ("buyer", "reasons"),
    [
        (None, ["address_is_told", "name_is_told", "shipment_has_phone"]),
        (
            {"billing": {"first_name": "Анна", "phone": "домофон", "city": "Тула", "address_1": "ул. Мира, 1"}},
            ["address_has_flat", "name_is_full", "shipment_has_phone"],
        ),
        (
            {"billing": {"first_name": "Анна Львовна", "phone": "+79161234567", "city": "Тула", "address_1": "за баней"}},
            ["address_has_house"],
        ),
        (
            {"billing": {"first_name": "Анна", "phone": "+79161234567", "city": "Мир", "address_1": "ул. Мира, 1"}},
            ["address_city_is_known"],
        ),
    ],
    ids=["nothing is known", "no phone", "no house", "no such town"],
)
def test_what_cannot_be_resolved_goes_to_a_person_before_anything_is_sent(
    shop: ShippingShop, carrier: PlayedCarrier, buyer: Mapping[str, Any] | None, reasons: list[str]
) -> None:
    number = order(shop, buyer=as_json(buyer) if buyer else None)
    assert carry(shop, carrier)["asked"] == 1
    assert (carrier.taken, states(shop)) == ({}, ["asked"])
    assert [reason for key, reason in shop.questions() if key == f"{number}-1"] == reasons


def test_a_question_about_a_town_names_the_nearest(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    other = City(city_ref="45", name="Тула", region="Томская область")
    carrier.cities = {"Тула": CityFound(state="ambiguous", candidates=(TULA, other))}
    number = order(shop)
    carry(shop, carrier)
    ((said,),) = shop.rows("select sentence from quarantine where reason = 'address_city_is_one'")
    assert f'Тула? Тула / Тула, Томская область. Ответ: utyug shipment fix {number}-1 "city=Тула".' in said


def test_what_had_better_be_looked_at_is_written_down_and_the_parcel_leaves(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    told = {"billing": {"first_name": "Анна", "phone": "+79161234567", "city": "Тула", "address_1": "Мира 1-5"}}
    number = order(shop, buyer=as_json(told))
    assert carry(shop, carrier) == {"booked": 1, "asked": 0}
    ((said,),) = shop.rows("select sentence from journal where kind = 'shipment_remarks'")
    assert said == f"Отправление {number}-1: {SENTENCES['name_is_full']} {SENTENCES['address_flat_is_certain']}"
    assert getattr(carrier.taken[f"{number}-1"].to, "line", None) == "Мира, д. 1, кв. 5"


def test_a_point_that_will_not_do_is_asked_about_and_one_that_will_is_named(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = order(shop)
    shop.shipments.correct(f"{number}-1", {"point_ref": "T9"})
    carry(shop, carrier)
    assert [reason for _, reason in shop.questions()] == ["shipment_point_is_found"]
    point = Point(
        point_ref="T1", kind="locker", city_ref="44", name="T1", address="x", hands_out=True, takes_in=True, takes_money=True
    )  # fmt: skip
    carrier.points = {"T1": point}
    shop.shipments.correct(f"{number}-1", {"point_ref": "T1"})
    assert carry(shop, carrier) == {"booked": 1, "asked": 0}
    assert [(one.to, one.to_locker) for one in carrier.taken.values()] == [("T1", True)]
    assert shop.questions() == []


def test_a_carrier_that_is_away_is_owed_still_and_is_not_asked_for_each(shop: ShippingShop, clock: HandClock) -> None:
    class Away(PlayedCarrier):
        def find_city(self, asked: Any) -> CityFound:  # noqa: ARG002
            self.calls.append("city")
            raise Unavailable("Перевозчик не отвечает.", system="cdek")

    for ref in ("1", "2", "3"):
        order(shop, ref, 1)
    away = Away()
    assert carry(shop, away) == {"booked": 0, "asked": 0}
    assert away.calls == ["city"]
    clock.wait(60)
    assert carry(shop, PlayedCarrier())["booked"] == 3


def test_an_order_cancelled_after_booking_is_taken_back_for_nothing(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    order(shop)
    carry(shop, carrier)
    order(shop, state="cancelled", status="cancelled")
    assert sum(step.counts["called_off"] for step in call_off_with(shop.shipments, CARRIER, carrier)) == 1  # type: ignore[arg-type, misc]
    assert states(shop) == ["cancelled"]
    assert shop.rows("select tracking from shipment where is_unwanted") != []
    assert list(call_off_with(shop.shipments, CARRIER, carrier)) == []  # type: ignore[arg-type]


def test_an_order_cancelled_while_it_is_booked_is_taken_back_when_that_is_known(
    shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock
) -> None:
    order(shop)
    carrier.cut = 1
    carry(shop, carrier)
    order(shop, state="cancelled", status="cancelled")
    assert sum(step.counts["called_off"] for step in call_off_with(shop.shipments, CARRIER, carrier)) == 0  # type: ignore[arg-type, misc]
    clock.wait(60)
    carry(shop, carrier)
    clock.wait(60)
    assert sum(step.counts["called_off"] for step in call_off_with(shop.shipments, CARRIER, carrier)) == 1  # type: ignore[arg-type, misc]
    assert (states(shop), len(carrier.taken)) == (["cancelled"], 1)


def test_what_has_left_comes_back_only_with_consent(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = f"{order(shop)}-1"
    carry(shop, carrier)
    carrier.left.add(f"u-{number}")
    order(shop, state="cancelled", status="cancelled")
    list(call_off_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert (states(shop), shop.questions()) == (["booked"], [(number, "shipment_has_left")])
    assert shop.shipments.turn_back(number)
    list(call_off_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert (states(shop), shop.questions()) == (["coming_back"], [])


def test_where_it_is_is_told_to_the_crm_and_what_has_come_to_the_site(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    number = order(shop)
    carry(shop, carrier)
    ref = f"u-{number}-1"
    carrier.tracks[ref] = shown(ref, "accepted", (1, "RECEIVED", "accepted"))
    assert follow(shop, carrier) == 1
    assert (states(shop), ("channel:site", "shipped", number) in shop.owed()) == (["handed"], True)
    assert follow(shop, carrier) == 0
    clock.wait(700)
    carrier.tracks[ref] = shown(ref, "delivered", (1, "RECEIVED", "accepted"), (9, "DELIVERED", "delivered"))
    assert follow(shop, carrier) == 1
    assert (states(shop), ("channel:site", "delivered", number) in shop.owed()) == (["delivered"], True)
    clock.wait(700)
    assert follow(shop, carrier) == 0


def test_an_order_in_two_parts_has_come_when_both_have(shop: ShippingShop, carrier: PlayedCarrier, clock: HandClock) -> None:
    shop.record(report("1", {"iron": 3}, buyer=BUYER))
    shop.waits_for("1", "iron", 1)
    shop.plan()
    carry(shop, carrier)
    first, second = (f"u-{shop.number()}-{part}" for part in (1, 2))
    carrier.tracks[first] = shown(first, "delivered", (1, "DELIVERED", "delivered"))
    follow(shop, carrier)
    assert ("channel:site", "shipped", shop.number()) not in shop.owed()
    shop.receipt_comes(1)
    shop.plan()
    carry(shop, carrier)
    assert [one.tracking for one in shop.parts()] == [f"T{shop.number()}-1", f"T{shop.number()}-2"]
    carrier.tracks[second] = shown(second, "in_transit", (2, "ON_WAY", "in_transit"))
    clock.wait(700)
    follow(shop, carrier)
    assert ("channel:site", "shipped", shop.number()) in shop.owed()
    carrier.tracks[second] = shown(second, "delivered", (3, "DELIVERED", "delivered"))
    clock.wait(700)
    follow(shop, carrier)
    assert ("channel:site", "delivered", shop.number()) in shop.owed()


READINGS = (
    (1, "accepted", ((1, "A", "accepted"),)),
    (2, "in_transit", ((1, "A", "accepted"), (2, "B", "in_transit"))),
    (3, "delivered", ((1, "A", "accepted"), (2, "B", "in_transit"), (3, "C", "delivered"))),
)


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_readings_in_any_order_and_twice_end_the_same(shop: ShippingShop, carrier: PlayedCarrier, arrival: tuple[int, ...]) -> None:
    number = f"{order(shop)}-1"
    carry(shop, carrier)
    began = shop.hub.clock.now()
    for at in (*arrival, *arrival):
        minute, state, events = READINGS[at]
        track: Track = shown(f"u-{number}", state, *events)  # type: ignore[arg-type]
        shop.shipments.record_tracks(CARRIER, [(number, began + timedelta(minutes=minute), track)], again=timedelta(hours=1))
    assert states(shop) == ["delivered"]
    assert shop.rows("select code, withdrawn_at is null from track_event order by at") == [("A", True), ("B", True), ("C", True)]


def test_a_delivery_that_the_carrier_takes_back_is_under_way_again(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = f"{order(shop)}-1"
    carry(shop, carrier)
    ref = f"u-{number}"
    carrier.tracks[ref] = shown(ref, "delivered", (1, "A", "accepted"), (2, "C", "delivered"))
    follow(shop, carrier)
    carrier.tracks[ref] = shown(ref, "ready", (1, "A", "accepted"), (3, "D", "ready"))
    Pushes(shop.hub).keep("cdek", topic="ORDER_STATUS", order_ref=ref, digest=b"1", is_signed=False)
    assert follow(shop, carrier) == 1
    assert states(shop) == ["arrived"]
    assert shop.rows("select code from track_event where withdrawn_at is not null") == [("C",)]
    assert Pushes(shop.hub).waiting("cdek") == []


def test_a_hint_of_an_unknown_shipment_is_answered_and_harms_nothing(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    Pushes(shop.hub).keep("cdek", topic="ORDER_STATUS", order_ref="nobody", digest=b"1", is_signed=False)
    assert follow(shop, carrier) == 0
    assert Pushes(shop.hub).waiting("cdek") == []


def test_a_carrier_that_takes_it_and_then_finds_it_invalid_is_a_question(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = f"{order(shop)}-1"
    carry(shop, carrier)
    ref = f"u-{number}"
    carrier.tracks[ref] = shown(ref, "refused", (1, "INVALID", "refused"))
    follow(shop, carrier)
    assert (states(shop), shop.questions()) == (["asked"], [(number, "shipment_is_refused")])
    assert shop.rows("select tracking from shipment") == [(None,)]


def test_a_status_that_nobody_knows_is_kept_and_moves_nothing(shop: ShippingShop, carrier: PlayedCarrier) -> None:
    number = f"{order(shop)}-1"
    carry(shop, carrier)
    ref = f"u-{number}"
    carrier.tracks[ref] = shown(ref, "other", (1, "NEVER_HEARD_OF", "other"))
    assert follow(shop, carrier) == 0
    assert (states(shop), shop.rows("select code, state from track_event")) == (["booked"], [("NEVER_HEARD_OF", "other")])
