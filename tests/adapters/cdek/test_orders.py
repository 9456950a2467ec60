"""Booking a shipment: once, settled by asking, whatever becomes of the answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from adapters.cdek.account import Cdek
from adapters.errors import ContractBroken, Rejected
from deployments.world.cdek.knobs import Knobs
from tasks.rules.carrier import Booked, Passport, label_code
from tests.adapters.cdek.vendor import ISTANBUL, contract_that, door, fault, heard, item, of_room, parcel, person, shipment, terms
from tests.deployments.world.cdek.conftest import Contract

NOT_FOUND = {"code": "v2_entity_not_found_im_number", "message": "Entity is not found by im_number"}


def said(room: Contract) -> Any:
    """The order as the room has it."""
    (order,) = room.room.books.orders.values()
    return order.said.model_dump(exclude_none=True)


def living(room: Contract) -> list[str]:
    return [uuid for uuid, one in room.books()["orders"].items() if one["state"] not in {"INVALID", "REMOVED"}]


def asked(method: str, body: Any, status: int = 200) -> Callable[[httpx.Request], httpx.Response]:
    """Nothing is under any number, and a call of this method is answered so."""

    def say(request: httpx.Request) -> httpx.Response:
        if request.method == method:
            return httpx.Response(status, json=body)
        return httpx.Response(400, json={"requests": [{"type": "GET", "state": "INVALID", "errors": [NOT_FOUND]}]})

    return say


def test_a_shipment_is_pending_until_cdek_has_worked_it_through(room: Contract, cdek: Cdek) -> None:
    first = cdek.put_shipment(shipment())
    assert (first.state, first.tracking, first.is_settled) == ("pending", None, False)
    assert first.carrier_ref is not None
    for seconds in (0, 1, 2):
        room.clock.pass_(seconds=seconds)
        assert cdek.put_shipment(shipment(), carrier_ref=first.carrier_ref) == first
    room.clock.pass_(seconds=3)
    last = cdek.put_shipment(shipment(), carrier_ref=first.carrier_ref)
    number = room.books()["orders"][first.carrier_ref]["cdek_number"]
    assert last == Booked(ref="100001", state="accepted", carrier_ref=first.carrier_ref, tracking=number)
    assert len(room.books()["orders"]) == 1


def test_a_state_that_nobody_knows_is_pending(open_room: Callable[[Knobs], Contract]) -> None:
    room = open_room(Knobs(waiting_as="QUEUED"))
    with of_room(room) as cdek:
        first = cdek.put_shipment(shipment())
        room.clock.pass_(seconds=4)
        assert cdek.put_shipment(shipment(), carrier_ref=first.carrier_ref).state == "pending"


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "garbage"])
def test_a_lost_answer_leaves_one_order(room: Contract, cdek: Cdek, kind: str) -> None:
    fault(room, kind, "orders", method="POST", seconds=4)
    first = cdek.put_shipment(shipment())
    assert (first.state, first.carrier_ref) == ("pending", None)
    room.clock.pass_(seconds=1)
    second = cdek.put_shipment(shipment())
    assert (second.state, second.carrier_ref) == ("pending", living(room)[0])
    room.clock.pass_(seconds=10)
    last = cdek.put_shipment(shipment())
    assert (last.state, last.carrier_ref) == ("exists", living(room)[0])
    assert last.tracking is not None
    assert len(room.books()["orders"]) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "error_before"])
def test_an_order_that_never_came_is_sent_again(room: Contract, cdek: Cdek, kind: str) -> None:
    fault(room, kind, "orders", method="POST", seconds=4)
    assert cdek.put_shipment(shipment()).carrier_ref is None
    assert room.books()["orders"] == {}
    assert cdek.put_shipment(shipment()).carrier_ref is not None


def test_a_repeat_before_the_order_can_be_found_still_leaves_one(room: Contract, cdek: Cdek) -> None:
    fault(room, "timeout_after", "orders", method="POST", seconds=4)
    cdek.put_shipment(shipment())
    second = cdek.put_shipment(shipment())
    assert second.state == "pending"
    assert len(room.books()["orders"]) == 2
    room.clock.pass_(seconds=10)
    last = cdek.put_shipment(shipment(), carrier_ref=second.carrier_ref)
    assert (last.state, [last.carrier_ref]) == ("exists", living(room))
    assert last.carrier_ref != second.carrier_ref


def test_what_was_put_by_somebody_else_under_the_number_exists(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent(number="100001")
    booked = cdek.put_shipment(shipment())
    assert (booked.state, booked.carrier_ref) == ("exists", uuid)
    assert heard(room, "POST", "orders")[1:] == []


def test_another_error_that_begins_like_not_found_sends_nothing(room: Contract) -> None:
    posts: list[httpx.Request] = []

    def say(request: httpx.Request) -> httpx.Response:
        posts.extend([request] if request.method == "POST" else [])
        error = {"code": "v2_entity_not_found_im_number_yet", "message": "x"}
        return httpx.Response(400, json={"requests": [{"state": "INVALID", "errors": [error]}]})

    with contract_that(say) as cdek, pytest.raises(Rejected, match="v2_entity_not_found_im_number_yet"):
        cdek.put_shipment(shipment())
    assert posts == []


def test_an_empty_success_is_not_taken_for_nothing_there() -> None:
    with contract_that(lambda _: httpx.Response(200, json={"requests": []})) as cdek, pytest.raises(ContractBroken):
        cdek.put_shipment(shipment())


def test_a_shipment_that_turns_invalid_is_refused_with_the_reason(room: Contract, cdek: Cdek) -> None:
    first = cdek.put_shipment(shipment(to="NSK404"))
    assert first.state == "pending"
    room.clock.pass_(seconds=10)
    last = cdek.put_shipment(shipment(to="NSK404"), carrier_ref=first.carrier_ref)
    assert (last.state, last.codes) == ("refused", ("delivery_location_is_not_recognized",))
    assert last.sentence is not None
    assert "выберите другой" in last.sentence


def test_a_refused_shipment_that_was_corrected_is_put_under_its_number(room: Contract, cdek: Cdek) -> None:
    cdek.put_shipment(shipment(to="NSK404"))
    room.clock.pass_(seconds=10)
    second = cdek.put_shipment(shipment())
    room.clock.pass_(seconds=10)
    assert cdek.put_shipment(shipment(), carrier_ref=second.carrier_ref).state == "accepted"


def test_what_is_refused_at_once_is_refused_with_every_reason(room: Contract, cdek: Cdek) -> None:
    booked = cdek.put_shipment(shipment(to=door(city_ref="5"), tariff="999"))
    assert booked.state == "refused"
    assert set(booked.codes) == {"v2_recipient_location_not_recognized", "v2_invalid_format"}
    assert booked.carrier_ref is None
    assert "Щеглова" not in str(booked.sentence)


def test_a_request_that_is_still_worked_on_is_pending() -> None:
    error = {"code": "v2_similar_request_still_processed", "message": "x"}
    with contract_that(asked("POST", {"requests": [{"state": "INVALID", "errors": [error]}]}, 400)) as cdek:
        assert cdek.put_shipment(shipment()) == Booked(ref="100001", state="pending")


def test_an_order_removed_in_the_cabinet_is_told(room: Contract, cdek: Cdek) -> None:
    first = cdek.put_shipment(shipment())
    room.clock.pass_(seconds=10)
    assert first.carrier_ref is not None
    room.move(first.carrier_ref, "REMOVED")
    booked = cdek.put_shipment(shipment(), carrier_ref=first.carrier_ref)
    assert booked.state == "refused"
    assert "удалили" in str(booked.sentence)


def test_a_done_request_without_a_number_is_pending() -> None:
    done = {"entity": {"uuid": "u", "statuses": []}, "requests": [{"type": "CREATE", "state": "SUCCESSFUL"}]}
    with contract_that(lambda _: httpx.Response(200, json=done)) as cdek:
        assert cdek.put_shipment(shipment(), carrier_ref="u").state == "pending"


def test_an_order_says_all_that_is_known(room: Contract, cdek: Cdek) -> None:
    things = (item(collect_kopecks=99999, vat_percent=22), item("Ч" * 30, pcs=1))
    whole = shipment(
        recipient=person(extension="12", email="a@example.com"),
        parcels=(parcel("1", *things), parcel("2", weight_g=500, length_mm=None)),
        delivery_kopecks=30050,
        comment="Позвоните",
    )
    cdek.put_shipment(whole)
    order = said(room)
    assert (order["type"], order["number"], order["tariff_code"], order["comment"]) == (1, "100001", 136, "Позвоните")
    assert (order["shipment_point"], order["delivery_point"]) == ("MSK5", "NSK1")
    assert order["recipient"]["phones"] == ({"number": "+79161234567", "additional": "12"},)
    assert order["delivery_recipient_cost"] == {"value": 300.5}
    first, second = order["packages"]
    assert {name: first[name] for name in ("number", "weight", "length", "width", "height")} == {
        "number": "1",
        "weight": 2000,
        "length": 31,
        "width": 20,
        "height": 10,
    }
    assert first["items"][0]["payment"] == {"value": 999.99, "vat_sum": 180.33, "vat_rate": 22}
    assert (first["items"][0]["cost"], first["items"][0]["amount"], first["items"][0]["ware_key"]) == (1299.05, 2, "КР-7/2")
    assert first["items"][1]["ware_key"] == label_code("Ч" * 30)
    assert first["items"][1]["payment"] == {"value": 0.0}
    assert "length" not in second


def test_a_courier_takes_it_from_the_warehouse_to_the_door(room: Contract) -> None:
    origin = terms(shipment_point=None, origin={"city_code": 44, "line": "Тверская, 1"})
    with of_room(room, terms=origin) as cdek:
        cdek.put_shipment(shipment(to=door()))
    order = said(room)
    assert order["tariff_code"] == 139
    assert order["from_location"] == {"code": 44, "address": "Тверская, 1"}
    assert order["to_location"] == {"code": 270, "address": "Красный проспект, 20, кв. 5"}
    assert not order.keys() & {"shipment_point", "delivery_point"}


def test_every_marked_piece_is_a_row_with_its_code(room: Contract, cdek: Cdek) -> None:
    codes = ("010460123456789021A\x1d91EE", "010460123456789021B\x1d91EE")
    cdek.put_shipment(shipment(parcels=(parcel("1", item(marks=codes)),)))
    rows = said(room)["packages"][0]["items"]
    assert [(row["amount"], row["marking"]) for row in rows] == [(1, code) for code in codes]


FAULTS = [
    ({"ref": "1" * 33}, "32"),
    ({"recipient": person(phone="")}, "телефон"),
    ({"recipient": person(name=" ")}, "Имя"),
    ({"parcels": ()}, "пустое место"),
    ({"parcels": (parcel(weight_g=0),)}, "вес"),
    ({"parcels": (parcel("1"), parcel("1"))}, "одним номером"),
    ({"to": "MSK900", "to_locker": True, "parcels": (parcel("1"), parcel("2"))}, "одно место"),
    ({"to": "MSK900", "to_locker": True, "parcels": (parcel(weight_g=15_001),)}, "15 кг"),
    ({"parcels": (parcel("1", item(marks=("a",))),)}, "Честный ЗНАК"),
    ({"parcels": (parcel("1", item(pcs=127, marks=tuple(map(str, range(127))))),)}, "126"),
    ({"parcels": (parcel("1", item(collect_kopecks=100, vat_percent=18)),)}, "18"),
    ({"delivery_kopecks": 100, "delivery_vat_percent": 21}, "21"),
    ({"to": door(city_ref="Москва")}, "справочника"),
    ({"tariff": "посылка"}, "тариф"),
]


@pytest.mark.parametrize(("changes", "words"), FAULTS)
def test_what_cannot_be_taken_is_not_sent(changes: dict[str, Any], words: str) -> None:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    with contract_that(nobody) as cdek:
        booked = cdek.put_shipment(replace(shipment(), **changes))
    assert booked.state == "refused"
    assert words in str(booked.sentence)


def test_an_order_abroad_says_what_customs_ask(room: Contract) -> None:
    abroad = terms(shipper_name="Utyug Store", shipper_address="Moscow", seller={"address": "Москва"})
    passport = Passport(series="4510", number="123456", issued_on=date(2020, 1, 2), issued_by="ОВД", born_on=date(1990, 3, 4))
    goods = item(latin_name="Iron", brand="Utyug", origin="RU", gross_weight_g=950)
    with of_room(room, terms=abroad) as cdek:
        booked = cdek.put_shipment(
            shipment(
                to=door(city_ref=ISTANBUL, line="Istiklal, 1"),
                recipient=person(name="Iuliia Shcheglova", inn="770000000000", passport=passport),
                parcels=(parcel("1", goods),),
                invoiced_on=date(2026, 11, 22),
            )
        )
    assert booked.state == "pending", booked
    assert said(room)["packages"][0]["items"][0]["name_i18n"] == "Iron"


@pytest.mark.parametrize(
    ("settings", "changes", "words"),
    [
        ({"shipper_name": None}, {}, "shipper_name"),
        ({"shipper_address": None}, {}, "shipper_address"),
        ({"seller": {}}, {}, "seller.address"),
        ({}, {"recipient": person(inn="770000000000")}, "паспорт"),
        ({}, {"parcels": (parcel("1", item(brand="Utyug", origin="RU", gross_weight_g=950)),)}, "название латиницей"),
        ({}, {"parcels": (parcel("1", item(latin_name="Iron", origin="RU", gross_weight_g=950)),)}, "бренд"),
    ],
)
def test_an_order_abroad_that_customs_would_stop_is_not_sent(settings: dict[str, Any], changes: dict[str, Any], words: str) -> None:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    passport = Passport(series="4510", number="123456", issued_on=date(2020, 1, 2), issued_by="ОВД", born_on=date(1990, 3, 4))
    whole = shipment(
        to=door(city_ref=ISTANBUL),
        recipient=person(inn="770000000000", passport=passport),
        parcels=(parcel("1", item(latin_name="Iron", brand="Utyug", origin="RU", gross_weight_g=950)),),
        invoiced_on=date(2026, 11, 22),
    )
    ours = {"shipper_name": "Utyug Store", "shipper_address": "Moscow", "seller": {"address": "Москва"}} | settings
    with contract_that(nobody, terms=terms(**ours)) as cdek:
        booked = cdek.put_shipment(replace(whole, **changes))
    assert booked.state == "refused"
    assert words in str(booked.sentence)


def test_a_fresh_order_is_removed_for_nothing(room: Contract, cdek: Cdek) -> None:
    room.room.knobs = Knobs(removing_s=30)
    uuid = str(cdek.put_shipment(shipment()).carrier_ref)
    room.clock.pass_(seconds=1)
    assert cdek.cancel_shipment(uuid).state == "pending"
    assert heard(room, "DELETE", f"orders/{uuid}") == []
    room.clock.pass_(seconds=10)
    assert cdek.cancel_shipment(uuid).state == "pending"
    room.clock.pass_(seconds=31)
    assert cdek.cancel_shipment(uuid).state == "cancelled"
    assert room.books()["orders"][uuid]["state"] == "REMOVED"


def test_a_removal_that_takes_days_is_asked_for_once(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    for _ in range(4):
        assert cdek.cancel_shipment(uuid).state == "pending"
        room.clock.pass_(hours=8)
    assert len(heard(room, "DELETE", f"orders/{uuid}")) == 1


def test_what_has_left_turns_back_only_with_consent(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    told = cdek.cancel_shipment(uuid)
    assert told.state == "left"
    assert "заплатит магазин" in str(told.sentence)
    assert cdek.cancel_shipment(uuid, turn_back=True).state == "pending"
    assert cdek.cancel_shipment(uuid, turn_back=True).state == "pending"
    room.clock.pass_(seconds=10)
    assert cdek.cancel_shipment(uuid, turn_back=True).state == "coming_back"
    assert room.books()["orders"][uuid]["state"] == "NOT_DELIVERED"


def test_a_cancellation_with_consent_still_takes_the_free_way(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    cdek.cancel_shipment(uuid, turn_back=True)
    assert heard(room, "POST", f"orders/{uuid}/refusal") == []
    assert len(heard(room, "DELETE", f"orders/{uuid}")) == 1


def test_a_parcel_handed_over_while_its_removal_waits_has_left(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    cdek.cancel_shipment(uuid)
    room.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    assert cdek.cancel_shipment(uuid).state == "left"


def test_a_delivered_parcel_cannot_be_cancelled(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "DELIVERED")
    assert cdek.cancel_shipment(uuid, turn_back=True).state == "refused"


def test_an_order_that_cdek_refused_need_not_be_cancelled(room: Contract, cdek: Cdek) -> None:
    uuid = str(cdek.put_shipment(shipment(to="NSK404")).carrier_ref)
    room.clock.pass_(seconds=10)
    assert cdek.cancel_shipment(uuid).state == "cancelled"
