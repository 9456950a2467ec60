"""Where shipments are, what comes back, and what pushes are worth."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.cdek.account import Cdek
from adapters.cdek.statuses import STATE_OF
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.statuses import OFFICES, STATUSES
from tests.adapters.cdek.vendor import contract_that, fault, heard, of_room
from tests.deployments.world.cdek.conftest import Contract, box, goods

SECRET = SecretStr("secret-of-the-address")
WAY = ["RECEIVED_AT_SHIPMENT_WAREHOUSE", "SENT_TO_RECIPIENT_CITY", "ACCEPTED_AT_PICK_UP_POINT", "DELIVERED"]
STATES = ["accepted", "in_transit", "ready", "delivered"]


def state(cdek: Cdek, uuid: str) -> str:
    track = cdek.read_track(uuid)
    assert track is not None
    return track.state


def shown(*codes: tuple[str, str], **entity: Any) -> Callable[[httpx.Request], httpx.Response]:
    """An order with these statuses, each of a code and an instant."""
    rows = [{"code": code, "date_time": at} for code, at in codes]
    return lambda _: httpx.Response(200, json={"entity": {"uuid": "u", "statuses": rows, **entity}, "requests": []})


def test_a_shipment_is_followed_until_the_buyer_has_it(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    assert state(cdek, uuid) == "registered"
    seen = []
    for code in WAY:
        room.move(uuid, code, city_code=270)
        seen.append(state(cdek, uuid))
    assert seen == STATES
    track = cdek.read_track(uuid)
    assert track is not None
    assert [event.code for event in track.events] == ["ACCEPTED", "CREATED", *WAY]
    assert (track.kind, track.ref, track.is_partial, track.is_final, track.planned_on) == (
        "direct",
        "100001",
        False,
        True,
        date(2026, 11, 27),
    )
    assert (track.events[-1].city, track.events[-1].title) == ("Новосибирск", "Вручен")
    assert track.tracking == room.books()["orders"][uuid]["cdek_number"]


@pytest.mark.parametrize("knobs", [Knobs(statuses_first="oldest"), Knobs(statuses_first="mixed"), Knobs(vocabulary="offices")])
def test_neither_the_order_of_statuses_nor_their_vocabulary_matters(open_room: Callable[[Knobs], Contract], knobs: Knobs) -> None:
    room = open_room(knobs)
    with of_room(room) as cdek:
        for number in ("1", "2"):
            uuid = room.sent(number=number)
            for code, wanted in zip(WAY, STATES, strict=True):
                room.move(uuid, code)
                assert state(cdek, uuid) == wanted


def test_both_vocabularies_are_known_and_mean_the_same() -> None:
    assert STATUSES.keys() | set(OFFICES.values()) <= STATE_OF.keys()
    assert {code: STATE_OF[code] for code in OFFICES} == {code: STATE_OF[other] for code, other in OFFICES.items()}


def test_a_status_that_is_told_late_does_not_take_the_shipment_back(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "ACCEPTED_AT_PICK_UP_POINT")
    room.move(uuid, "SENT_TO_RECIPIENT_CITY", ago_s=300)
    assert state(cdek, uuid) == "ready"


def test_a_scan_after_the_end_changes_nothing(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "DELIVERED")
    room.move(uuid, "TAKEN_BY_COURIER")
    assert state(cdek, uuid) == "delivered"


def test_an_end_that_was_taken_back_is_none(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "TAKEN_BY_COURIER")
    room.move(uuid, "DELIVERED")
    room.move(uuid, "DELIVERED", is_deleted=True)
    track = cdek.read_track(uuid)
    assert track is not None
    assert (track.state, [event.code for event in track.events][-1]) == ("in_transit", "TAKEN_BY_COURIER")


def test_an_unknown_status_is_shown_and_not_guessed(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "SENT_TO_RECIPIENT_CITY")
    room.move(uuid, "BEAMED_UP")
    track = cdek.read_track(uuid)
    assert track is not None
    assert (track.state, track.events[-1].code, track.events[-1].state) == ("in_transit", "BEAMED_UP", "other")


def test_an_order_with_nothing_but_unknown_statuses_is_other() -> None:
    with contract_that(shown(("BEAMED_UP", "2026-11-22T10:00:00+0000"))) as cdek:
        assert state(cdek, "u") == "other"


def test_of_two_statuses_within_one_second_the_further_one_came_later() -> None:
    at = "2026-11-22T10:00:00+0000"
    with contract_that(shown(("DELIVERED", at), ("CREATED", at), ("ACCEPTED_AT_PICK_UP_POINT", at))) as cdek:
        track = cdek.read_track("u")
    assert track is not None
    assert [event.state for event in track.events] == ["registered", "ready", "delivered"]


@pytest.mark.parametrize("zone", ["+0000", "+00:00", "Z", "+0300"])
def test_instants_are_read_as_they_are_written(zone: str) -> None:
    with contract_that(shown(("CREATED", f"2026-11-22T10:00:00{zone}"))) as cdek:
        track = cdek.read_track("u")
    assert track is not None
    assert track.events[0].at.tzinfo is not None


@pytest.mark.parametrize(("reason", "wanted"), [("26", "lost"), ("27", "lost"), ("11", "not_delivered"), (None, "not_delivered")])
def test_why_it_was_not_delivered_tells_a_loss_from_a_refusal(reason: str | None, wanted: str) -> None:
    row = {"code": "NOT_DELIVERED", "date_time": "2026-11-22T10:00:00+0000", "reason_code": reason}
    with contract_that(lambda _: httpx.Response(200, json={"entity": {"uuid": "u", "statuses": [row]}})) as cdek:
        assert state(cdek, "u") == wanted


def test_a_shipment_that_nobody_knows_has_no_track(cdek: Cdek) -> None:
    assert cdek.read_track("5ca1ab1e-0000-4000-8000-000000000000") is None


def test_an_order_that_cdek_refused_is_refused(room: Contract, cdek: Cdek) -> None:
    assert state(cdek, room.sent(delivery_point="NSK404")) == "refused"


def test_a_refused_delivery_comes_back_as_an_order_of_its_own(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "NOT_DELIVERED", reason_code=11, kept={})
    room.clock.pass_(seconds=10)
    track = cdek.read_track(uuid)
    assert track is not None
    assert (track.state, track.is_final, track.events[-1].reason) == ("not_delivered", False, "11")
    (back,) = track.related
    assert (back.kind, back.tracking) == ("return", room.books()["orders"][back.carrier_ref]["cdek_number"])
    on_way = cdek.read_track(back.carrier_ref)
    assert on_way is not None
    assert (on_way.kind, on_way.related[0].kind, on_way.related[0].carrier_ref) == ("return", "direct", uuid)
    assert [(line.sku, line.pcs, line.direct_tracking) for line in on_way.lines] == [("КР-7/2", 1, track.tracking)]
    room.move(back.carrier_ref, "DELIVERED")
    ended = cdek.read_track(uuid)
    assert ended is not None
    assert (ended.state, ended.is_final) == ("returned", True)


def test_a_return_that_is_delivered_is_not_the_sales_delivery(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "NOT_DELIVERED", kept={})
    room.clock.pass_(seconds=10)
    track = cdek.read_track(uuid)
    assert track is not None
    room.move(track.related[0].carrier_ref, "DELIVERED")
    back = cdek.read_track(track.related[0].carrier_ref)
    assert back is not None
    assert (back.kind, back.state) == ("return", "delivered")
    assert state(cdek, uuid) != "delivered"


def test_a_return_that_is_lost_on_its_way_back_is_lost(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "NOT_DELIVERED", kept={})
    room.clock.pass_(seconds=10)
    track = cdek.read_track(uuid)
    assert track is not None
    room.move(track.related[0].carrier_ref, "NOT_DELIVERED", reason_code=26)
    assert state(cdek, uuid) == "lost"


def test_a_delivery_in_part_says_what_the_buyer_kept(room: Contract, cdek: Cdek) -> None:
    things = [goods(ware_key="A", amount=2), goods(ware_key="B", amount=1)]
    uuid = room.sent(packages=[box(items=things)])
    room.move(uuid, "DELIVERED", reason_code=20, kept={"A": 1})
    room.clock.pass_(seconds=10)
    track = cdek.read_track(uuid)
    assert track is not None
    assert (track.state, track.is_partial, track.is_final) == ("delivered", True, False)
    assert [(line.sku, line.pcs, line.delivered_pcs) for line in track.lines] == [("A", 2, 1), ("B", 1, 0)]
    back = cdek.read_track(track.related[0].carrier_ref)
    assert back is not None
    assert [(line.sku, line.pcs) for line in back.lines] == [("A", 1), ("B", 1)]


def test_a_buyers_return_is_asked_for_once(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "DELIVERED")
    first = cdek.ask_return(uuid, ref="R-1")
    assert (first.ref, first.state) == ("R-1", "pending")
    room.clock.pass_(seconds=10)
    second = cdek.ask_return(uuid, ref="R-1")
    assert (second.state, second.carrier_ref) == ("exists", first.carrier_ref)
    assert second.tracking is not None
    track = cdek.read_track(str(second.carrier_ref))
    assert track is not None
    assert track.kind == "client_return"
    assert len(heard(room, "POST", f"orders/{uuid}/clientReturn")) == 1


def test_a_buyers_return_whose_answer_was_lost_is_one(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    room.move(uuid, "DELIVERED")
    fault(room, "timeout_after", "clientReturn", seconds=4)
    assert cdek.ask_return(uuid, ref="R-1").carrier_ref is None
    room.clock.pass_(seconds=10)
    assert cdek.ask_return(uuid, ref="R-1").state == "exists"
    assert len(room.books()["orders"]) == 2


def test_what_the_buyer_does_not_have_he_cannot_send_back(room: Contract, cdek: Cdek) -> None:
    refused = cdek.ask_return(room.sent(), ref="R-1")
    assert (refused.state, refused.codes) == ("refused", ("v2_entity_invalid",))


def test_a_subscription_is_made_once_at_the_secret_address(room: Contract, cdek: Cdek) -> None:
    url = f"{room.base}/hears"
    (first,) = cdek.ensure_webhooks(url, secret=SECRET)
    assert cdek.ensure_webhooks(url, secret=SECRET) == [first]
    assert (first.url, first.type) == (f"{url}/{SECRET.get_secret_value()}", "ORDER_STATUS")
    assert SECRET.get_secret_value() not in repr(first)
    assert len(room.books()["subscriptions"]) == 1


def test_a_subscription_with_an_older_secret_is_ended(room: Contract, cdek: Cdek) -> None:
    url = f"{room.base}/hears"
    cdek.ensure_webhooks(url, secret=SecretStr("older-secret-of-the-address"))
    room.subscribe("PRINT_FORM")
    cdek.ensure_webhooks(url, secret=SECRET)
    kept = {(one["type"], one["url"].rpartition("/")[2]) for one in room.books()["subscriptions"]}
    assert kept == {("ORDER_STATUS", SECRET.get_secret_value()), ("PRINT_FORM", "hears")}


def test_somebody_elses_subscription_stays(room: Contract, cdek: Cdek) -> None:
    room.subscribe("ORDER_STATUS", url=f"{room.base}/elsewhere")
    cdek.ensure_webhooks(f"{room.base}/hears", secret=SECRET)
    assert len(room.books()["subscriptions"]) == 2


def test_a_subscription_that_has_ended_may_be_ended_again(cdek: Cdek, room: Contract) -> None:
    uuid = room.subscribe()
    cdek.end_webhook(uuid)
    cdek.end_webhook(uuid)
    assert cdek.read_webhooks() == []


def test_a_list_of_subscriptions_may_come_as_an_entity() -> None:
    told = {"entity": [{"uuid": "w", "url": "https://shop.example/hooks/cdek/x", "type": "ORDER_STATUS"}], "requests": []}
    with contract_that(lambda _: httpx.Response(200, json=told)) as cdek:
        assert [one.uuid for one in cdek.read_webhooks()] == ["w"]
