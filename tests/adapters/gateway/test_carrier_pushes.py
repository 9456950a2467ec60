"""Pushes of carriers at the gateway: kept, answered at once, and believed in nothing but where to look."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from adapters.carriers import open_carrier
from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.pushes import CARRIER_NOTICE, Pushes
from adapters.settings import Settings
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.served import served
from tests.adapters.gateway.conftest import Door, running
from tests.deployments.world.cdek.conftest import ACCOUNT, SECRET, parcel

PATH_SECRET = "long-enough-secret_1"
UUID = "5ca1ab1e-0000-4000-8000-000000000001"
STATUS = {"type": "ORDER_STATUS", "date_time": "2026-11-22T10:00:00+0000", "uuid": UUID, "attributes": {"code": "DELIVERED"}}


def carrier(**told: Any) -> dict[str, Any]:
    return {"kind": "cdek", "account": ACCOUNT, "secret": SECRET, "shipment_point": "MSK5", "push_secret": PATH_SECRET, **told}


@pytest.fixture
def open_hooks(hub: Hub, tmp_path: Path) -> Iterator[Callable[..., Door]]:
    with ExitStack() as stack:

        def open_(**told: Any) -> Door:
            settings = Settings(var_dir=tmp_path / "var", carriers={"cdek": carrier(**told)})
            return stack.enter_context(running(hub, settings))

        yield open_


@pytest.fixture
def door(open_hooks: Callable[..., Door]) -> Door:
    return open_hooks()


def push(door: Door, body: Any, secret: str = PATH_SECRET) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{door.url}/hooks/cdek/{secret}", content=content)


def kept(door: Door) -> list[tuple[str, str | None, int]]:
    return [(hint.topic, hint.order_ref, hint.times) for hint in Pushes(door.hub).waiting("cdek")]


def test_a_status_is_kept_as_a_hint_to_look_at_the_order(door: Door) -> None:
    assert push(door, STATUS).status_code == 200
    assert kept(door) == [("ORDER_STATUS", UUID, 1)]
    assert not Pushes(door.hub).waiting("cdek")[0].is_signed


def test_the_same_push_twice_is_one(door: Door) -> None:
    push(door, STATUS)
    push(door, STATUS)
    assert kept(door) == [("ORDER_STATUS", UUID, 2)]


def test_nothing_of_the_body_but_the_order_is_kept(door: Door) -> None:
    push(door, STATUS | {"attributes": {"code": "DELIVERED", "number": "секрет"}})
    with door.hub.engine.begin() as connection:
        rows = connection.exec_driver_sql("select push::text from push").scalars().all()
    assert not any("секрет" in row or "DELIVERED" in row for row in rows)


def test_a_stranger_without_the_secret_finds_no_door(door: Door) -> None:
    for secret in ("", "x", PATH_SECRET[:-1], PATH_SECRET.upper()):
        assert push(door, STATUS, secret).status_code == 404
    assert kept(door) == []


def test_a_push_from_another_network_is_refused_where_networks_are_named(open_hooks: Callable[..., Door]) -> None:
    assert push(open_hooks(push_networks=["8.8.8.0/24"]), STATUS).status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": 5}', b'{"type": "<script>"}', b"\xff"])
def test_garbage_is_refused(door: Door, body: bytes) -> None:
    assert push(door, body).status_code == 400
    assert kept(door) == []


def test_a_push_about_papers_is_answered_and_forgotten(door: Door) -> None:
    assert push(door, {"type": "PRINT_FORM", "uuid": UUID}).status_code == 200
    assert kept(door) == []


def test_an_order_that_is_no_uuid_is_still_a_hint(door: Door) -> None:
    assert push(door, STATUS | {"uuid": {"$ne": 1}}).status_code == 200
    assert kept(door) == [("ORDER_STATUS", None, 1)]


def test_a_huge_body_is_refused(door: Door) -> None:
    assert push(door, STATUS | {"x": "x" * 300_000}).status_code == 413


def test_a_push_wakes_whoever_waits_for_shipments(door: Door, database_url: str) -> None:
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute(f"listen {CARRIER_NOTICE}".encode())
        push(door, STATUS)
        (notice,) = listener.notifies(timeout=10, stop_after=1)
    assert notice.payload == "cdek"


def test_a_secret_that_can_be_guessed_is_refused(open_hooks: Callable[..., Door]) -> None:
    with pytest.raises(Misconfigured, match=r"carriers\.cdek\.push_secret"):
        open_hooks(push_secret="short")


def test_a_carrier_without_a_secret_has_no_door(open_hooks: Callable[..., Door]) -> None:
    assert push(open_hooks(push_secret=None), STATUS).status_code == 404


def test_a_push_of_the_world_is_kept_and_a_false_one_changes_nothing(hub: Hub, open_hooks: Callable[..., Door]) -> None:
    """Somebody who knows the address says «вручен»: the order itself says otherwise."""
    world = FastAPI()
    furnish_cdek(world, clock=WorldClock(speed=100.0), account=ACCOUNT, secret=SECRET)
    with served(world) as base:
        door = open_hooks(url=f"{base}/cdek")
        settings = door.settings.carriers["cdek"]
        with open_carrier(settings, hub=hub) as shop, httpx.Client(base_url=f"{base}/cdek") as client:
            shop.ensure_webhooks(f"{door.url}/hooks/cdek", secret=SecretStr(PATH_SECRET))  # type: ignore[attr-defined]
            asked = {"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": SECRET}
            client.headers["Authorization"] = f"Bearer {client.post('/v2/oauth/token', data=asked).json()['access_token']}"
            uuid = client.post("/v2/orders", json=parcel()).json()["entity"]["uuid"]
            track = None
            while track is None or track.tracking is None:
                track = shop.read_track(uuid)
            httpx.post(f"{base}/_control/cdek/webhooks/deliver")
            push(door, STATUS | {"uuid": uuid})
            assert {ref for _, ref, _ in kept(door)} == {uuid}
            looked = shop.read_track(uuid)
    assert looked is not None
    assert looked.state == "registered"
