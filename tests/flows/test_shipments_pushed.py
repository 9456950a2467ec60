"""Pushes of a carrier by a real gateway: asked for by the flow, believed in nothing but where to look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.hub.incidents import Incidents
from adapters.hub.pushes import Pushes
from deployments.processes import await_until
from tests.flows.street import PUSH_SECRET, Street, booked_once, books_agree, opened_gateway, opened_street

Open = Callable[..., Street]


@pytest.fixture
def open_street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_(**cdek: Any) -> Street:
            return stack.enter_context(opened_street(database_url, monkeypatch, tmp_path, push_secret=PUSH_SECRET, **cdek))

        yield open_


@pytest.fixture
def pushed(open_street: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """Polls come once a day: what is known earlier was pushed."""
    street = open_street(poll_s=86_400.0)
    with opened_gateway(street, monkeypatch):
        yield street


def pushes_come(street: Street) -> int:
    """How many hints there are once the postman has been everywhere."""
    httpx.post(f"{street.base}/_control/cdek/webhooks/deliver", timeout=10).raise_for_status()
    assert await_until(lambda: all(one["outcome"] != "waiting" for one in street.control("GET", "/webhooks/pushes")), timeout_s=10)
    return len(Pushes(street.shop.hub).waiting("cdek"))


def test_a_run_asks_for_pushes_once_and_is_woken_by_them(pushed: Street) -> None:
    ref = pushed.order()
    pushed.until(ref, "booked")
    subscribed = pushed.control("GET", "/books")["subscriptions"]
    assert [(one["type"], one["url"].rpartition("/")[2]) for one in subscribed] == [("ORDER_STATUS", PUSH_SECRET)]
    pushes_come(pushed)
    pushed.run()
    pushed.moves(ref, "ACCEPTED_AT_PICK_UP_POINT")
    assert pushes_come(pushed) == 1
    pushed.run()
    books_agree(pushed, ref, "arrived", "ACCEPTED_AT_PICK_UP_POINT")
    assert Pushes(pushed.shop.hub).waiting("cdek") == []


def test_pushes_that_are_repeated_and_forged_are_only_a_reason_to_look(pushed: Street) -> None:
    ref = pushed.order()
    pushed.until(ref, "booked")
    (one,) = pushed.shop.parts(ref)
    (subscribed,) = pushed.control("GET", "/books")["subscriptions"]
    said = {"type": "ORDER_STATUS", "date_time": "2026-11-22T10:00:00+0000", "attributes": {"code": "DELIVERED"}}
    for uuid in (one.carrier_ref, one.carrier_ref, "5ca1ab1e-0000-4000-8000-00000000dead"):
        assert httpx.post(subscribed["url"], json={**said, "uuid": uuid}).status_code == 200
    stranger = subscribed["url"].replace(PUSH_SECRET, "another-secret-of-nobody")
    assert httpx.post(stranger, json={**said, "uuid": one.carrier_ref}).status_code != 200
    pushed.run()
    books_agree(pushed, ref, "booked", "CREATED")
    assert Pushes(pushed.shop.hub).waiting("cdek") == []


def test_the_same_news_by_push_and_by_poll_is_told_once(open_street: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    street = open_street()
    with opened_gateway(street, monkeypatch):
        ref = street.order()
        street.until(ref, "booked")
        street.control("POST", "/webhooks/mischief", json={"kind": "repeat", "times": 2})
        street.moves(ref, "DELIVERED")
        street.run()
        pushes_come(street)
        for _ in range(2):
            street.run()
    assert [said for said in street.journal(ref) if "вручено" in said] == [street.journal(ref)[-1]]
    books_agree(street, ref, "delivered", "DELIVERED")


def test_a_carrier_that_lets_nobody_subscribe_is_polled_and_a_person_hears_of_it(pushed: Street) -> None:
    pushed.fault("error_before", "webhooks", method="POST", status=400, times=None)
    ref = pushed.order()
    pushed.until(ref, "booked")
    booked_once(pushed, ref)
    (incident,) = Incidents(pushed.shop.hub).live(kind="carrier_pushes_off")
    assert incident.sentence.startswith("cdek не подписывает Утюг на уведомления о посылках.")
    pushed.heals()
    pushed.run()
    assert Incidents(pushed.shop.hub).live(kind="carrier_pushes_off") == []


def test_without_a_public_address_nobody_is_asked_to_push(open_street: Open) -> None:
    street = open_street()
    street.run()
    assert street.control("GET", "/books")["subscriptions"] == []
