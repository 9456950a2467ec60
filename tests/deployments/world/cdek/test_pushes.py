"""Pushes to a subscriber: unsigned, tried again, and anything may befall them."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from deployments.world.cdek.knobs import Knobs
from tests.deployments.world.cdek.conftest import Contract

NOBODY = "http://127.0.0.1:9/hears"


def until(is_so: Callable[[], bool]) -> None:
    """Real time passes until something is so."""
    ends_at = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends_at, "it never came"
        time.sleep(0.01)


def outcomes(cdek: Contract) -> list[str]:
    return [push["outcome"] for push in cdek.pushes()]


def test_a_subscription_is_made_listed_and_ended(cdek: Contract) -> None:
    uuid = cdek.subscribe()
    one = {"uuid": uuid, "url": f"{cdek.base}/hears", "type": "ORDER_STATUS"}
    assert cdek.told("GET", "/webhooks") == [one]
    assert cdek.told("GET", f"/webhooks/{uuid}")["entity"] == one
    cdek.told("DELETE", f"/webhooks/{uuid}")
    assert cdek.told("GET", "/webhooks") == []
    assert cdek.refused("GET", f"/webhooks/{uuid}") == ["v2_entity_not_found"]


def test_a_type_must_be_one_of_cdek_s(cdek: Contract) -> None:
    assert cdek.refused("POST", "/webhooks", {"url": NOBODY, "type": "ANYTHING"}) == ["v2_webhook_type_incorrect"]
    assert cdek.refused("POST", "/webhooks", {"url": "nowhere", "type": "ORDER_STATUS"}) == ["v2_invalid_format"]
    assert cdek.refused("POST", "/webhooks", {"type": "ORDER_STATUS"}) == ["v2_field_is_empty"]


@pytest.mark.parametrize(
    "kind",
    [
        *("ORDER_STATUS", "PRINT_FORM", "PREALERT_CLOSED", "ACCOMPANYING_WAYBILL", "OFFICE_AVAILABILITY", "ORDER_MODIFIED"),
        *("DELIV_AGREEMENT", "DELIV_PROBLEM", "COURIER_INFO", "DOWNLOAD_PHOTO", "RECEIPT"),
    ],
)
def test_every_type_may_be_subscribed_to(cdek: Contract, kind: str) -> None:
    cdek.subscribe(kind)


def test_at_most_two_subscriptions_are_active(cdek: Contract) -> None:
    first = cdek.subscribe()
    cdek.subscribe("PRINT_FORM")
    said = {"url": NOBODY, "type": "DELIV_PROBLEM"}
    assert cdek.refused("POST", "/webhooks", said) == ["v2_bad_request"]
    cdek.told("DELETE", f"/webhooks/{first}")
    cdek.told("POST", "/webhooks", said)


def test_a_status_is_pushed_without_any_signature(cdek: Contract) -> None:
    cdek.subscribe()
    uuid = cdek.sent()
    cdek.move(uuid, "NOT_DELIVERED", city_code=270, reason_code=11)
    until(lambda: len(cdek.subscriber.heard) == 2)
    body = cdek.subscriber.heard[1]
    assert body == {
        "type": "ORDER_STATUS",
        "date_time": "2026-11-22T09:31:10+0000",
        "uuid": uuid,
        "attributes": {
            "is_return": False,
            "is_reverse": False,
            "is_client_return": False,
            "cdek_number": cdek.read(uuid)["entity"]["cdek_number"],
            "number": "100001",
            "code": "NOT_DELIVERED",
            "status_code": "5",
            "status_reason_code": "11",
            "status_date_time": "2026-11-22T09:31:10+0000",
            "city_name": "Новосибирск",
            "city_code": "270",
            "deleted": False,
        },
    }
    assert not any("sign" in name or name == "authorization" for name in cdek.subscriber.headers[1])


def test_the_postman_needs_nobody_to_call_him(cdek: Contract) -> None:
    cdek.subscribe()
    uuid = cdek.sent()
    cdek.move(uuid, "DELIVERED")
    until(lambda: cdek.subscriber.codes == ["CREATED", "DELIVERED"])
    until(lambda: outcomes(cdek) == ["delivered", "delivered"])


def test_a_status_taken_back_is_pushed_as_deleted(cdek: Contract) -> None:
    cdek.subscribe()
    uuid = cdek.sent()
    cdek.move(uuid, "DELIVERED")
    cdek.move(uuid, "DELIVERED", is_deleted=True)
    until(lambda: len(cdek.subscriber.heard) == 3)
    assert [body["attributes"]["deleted"] for body in cdek.subscriber.heard] == [False, False, True]


def test_what_goes_back_names_the_order_it_belongs_to(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "DELIVERED")
    cdek.subscribe()
    back = cdek.told("POST", f"/orders/{uuid}/clientReturn", {"tariff_code": 139}, status=202)["entity"]["uuid"]
    cdek.clock.pass_(seconds=10)
    cdek.move(back, "DELIVERED")
    until(lambda: len(cdek.subscriber.heard) == 2)
    attributes = cdek.subscriber.heard[1]["attributes"]
    number = cdek.read(uuid)["entity"]["cdek_number"]
    assert (attributes["is_client_return"], attributes["code"]) == (True, "DELIVERED")
    assert attributes["related_entities"] == [{"type": "client_direct_order", "uuid": uuid, "cdek_number": number}]
    assert attributes["cdek_number"] != number


def test_forms_problems_and_agreements_are_pushed_to_whom_they_were_promised(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(subscriptions_most=3))
    for kind in ("PRINT_FORM", "DELIV_PROBLEM", "DELIV_AGREEMENT"):
        cdek.subscribe(kind)
    uuid = cdek.sent(tariff_code=137, print="WAYBILL")
    cdek.order("POST", f"/orders/{uuid}/problems", {"code": "13"})
    cdek.told("POST", "/delivery", {"order_uuid": uuid, "date": "2026-11-24", "time_from": "10:00", "time_to": "14:00"}, status=202)
    cdek.clock.pass_(seconds=10)
    cdek.deliver()
    until(lambda: len(cdek.subscriber.heard) == 3)
    told = {body["type"]: body["attributes"] for body in cdek.subscriber.heard}
    assert set(told) == {"PRINT_FORM", "DELIV_PROBLEM", "DELIV_AGREEMENT"}
    assert (told["PRINT_FORM"]["type"], told["DELIV_PROBLEM"]["code"]) == ("WAYBILL", "13")
    assert cdek.client.get(told["PRINT_FORM"]["url"]).status_code == 200


def test_nothing_is_pushed_of_a_type_without_a_subscription(cdek: Contract) -> None:
    cdek.subscribe("PRINT_FORM")
    cdek.sent()
    assert (cdek.deliver(), cdek.pushes()) == (0, [])


def fail_once(cdek: Contract) -> None:
    cdek.subscribe(url=NOBODY)
    cdek.sent()
    cdek.deliver()
    until(lambda: cdek.pushes()[0]["tries"] == 1)


def test_silence_is_tried_again_twelve_times_in_75_minutes_and_then_the_url_is_switched_off(cdek: Contract) -> None:
    fail_once(cdek)
    cdek.subscribe("DELIV_PROBLEM", NOBODY)
    cdek.deliver()
    assert cdek.pushes()[0]["tries"] == 1
    for number in range(2, 13):
        assert len(cdek.told("GET", "/webhooks")) == 2
        cdek.clock.pass_(minutes=75 / 11)
        cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
        cdek.deliver()
        until(lambda number=number: cdek.pushes()[0]["tries"] == number)  # type: ignore[misc]
    assert outcomes(cdek) == ["given_up"]
    assert cdek.told("GET", "/webhooks") == []
    for one in cdek.books()["subscriptions"]:
        assert cdek.refused("GET", f"/webhooks/{one['uuid']}") == ["v2_entity_not_found"]
    cdek.sent(number="2")
    assert len(cdek.pushes()) == 1


def test_when_a_url_is_given_up_what_else_was_on_its_way_there_is_not_sent(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(push_timeout_s=0.05))
    cdek.subscriber.silent_s = 0.3
    cdek.subscribe()
    for number in ("1", "2"):
        cdek.send(number=number)
    cdek.clock.pass_(seconds=10)
    for _ in range(12):
        cdek.deliver()
        cdek.clock.pass_(minutes=75 / 11)
    assert outcomes(cdek) == ["given_up", "dropped"]
    assert [push["tries"] for push in cdek.pushes()] == [12, 11]
    assert len(cdek.subscriber.heard) == 23


def test_an_answer_in_time_before_that_ends_it(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(push_timeout_s=0.2))
    cdek.subscriber.silent_s = 1.0
    cdek.subscribe()
    cdek.sent()
    cdek.deliver()
    until(lambda: bool(cdek.pushes()) and cdek.pushes()[0]["tries"] == 1)
    cdek.subscriber.silent_s = 0.0
    cdek.clock.pass_(minutes=7)
    cdek.deliver()
    until(lambda: outcomes(cdek) == ["delivered"])
    assert cdek.subscriber.codes == ["CREATED", "CREATED"]


@pytest.mark.parametrize("status", [201, 204, 404, 500])
def test_an_answer_that_is_not_200_is_not_tried_again_and_a_day_later_the_subscription_is_gone(cdek: Contract, status: int) -> None:
    cdek.subscriber.status = status
    cdek.subscribe()
    cdek.sent()
    cdek.deliver()
    until(lambda: outcomes(cdek) == ["refused"])
    cdek.clock.pass_(hours=23)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert len(cdek.told("GET", "/webhooks")) == 1
    cdek.clock.pass_(hours=1)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert cdek.told("GET", "/webhooks") == []
    assert len(cdek.subscriber.heard) == 1


def test_a_good_answer_in_between_saves_the_subscription(cdek: Contract) -> None:
    cdek.subscriber.status = 500
    cdek.subscribe()
    uuid = cdek.sent()
    until(lambda: cdek.deliver() == 0 and outcomes(cdek) == ["refused"])
    cdek.subscriber.status = 200
    cdek.move(uuid, "DELIVERED")
    until(lambda: outcomes(cdek) == ["refused", "delivered"])
    cdek.clock.pass_(hours=24)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert len(cdek.told("GET", "/webhooks")) == 1


def pushed(cdek: Contract, **mischief: Any) -> list[str]:
    """The codes that a subscriber heard of four statuses, mischief ordered after the first."""
    cdek.subscribe()
    uuid = cdek.sent()
    until(lambda: cdek.deliver() == 0 and outcomes(cdek) == ["delivered"])
    cdek.order("POST", "/webhooks/mischief", mischief)
    for code in ("SENT_TO_RECIPIENT_CITY", "TAKEN_BY_COURIER", "DELIVERED"):
        cdek.move(uuid, code)
    until(lambda: cdek.deliver() == 0 and "waiting" not in outcomes(cdek))
    return cdek.subscriber.codes[1:]


def test_a_push_may_be_lost(cdek: Contract) -> None:
    assert pushed(cdek, kind="lose") == ["TAKEN_BY_COURIER", "DELIVERED"]
    assert outcomes(cdek) == ["delivered", "lost", "delivered", "delivered"]


def test_a_push_may_come_twice(cdek: Contract) -> None:
    assert pushed(cdek, kind="repeat") == ["SENT_TO_RECIPIENT_CITY", "SENT_TO_RECIPIENT_CITY", "TAKEN_BY_COURIER", "DELIVERED"]


def test_pushes_may_come_in_another_order(cdek: Contract) -> None:
    assert pushed(cdek, kind="reorder", times=3) == ["DELIVERED", "TAKEN_BY_COURIER", "SENT_TO_RECIPIENT_CITY"]


def test_what_was_on_its_way_to_an_ended_subscription_is_dropped(cdek: Contract) -> None:
    fail_once(cdek)
    (one,) = cdek.told("GET", "/webhooks")
    cdek.told("DELETE", f"/webhooks/{one['uuid']}")
    cdek.clock.pass_(minutes=7)
    assert (cdek.deliver(), outcomes(cdek)) == (0, ["dropped"])


def test_a_subscriber_who_calls_back_is_not_kept_waiting(cdek: Contract) -> None:
    """The order is read while the push is still unanswered."""
    cdek.subscriber.silent_s = 1.0
    cdek.subscribe()
    uuid = cdek.sent()
    cdek.read(uuid)
    until(lambda: len(cdek.subscriber.heard) == 1)
    assert cdek.codes(uuid)[0] == "CREATED"
    assert outcomes(cdek) == ["waiting"]
