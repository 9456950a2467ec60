"""What Prefect tells of a run that went wrong, and health."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.hub.incidents import Incidents
from tests.adapters.gateway.conftest import Door

EVENT = {
    "event_id": "e-1",
    "kind": "run_crashed",
    "flow": "catalog",
    "run_name": "brave-iron",
    "run_id": "r-1",
    "state_message": "Process\nexited",
    "link": "http://127.0.0.1:4200/runs/r-1",
}


@pytest.fixture
def door(open_door: Callable[..., Door]) -> Door:
    return open_door(hooks_secret="shared")


def tell(door: Door, body: Any = None, *, secret: str | None = "shared", **changed: str) -> httpx.Response:
    headers = {} if secret is None else {b"X-Utyug-Secret": secret.encode("latin-1")}
    content = json.dumps({**EVENT, **changed}) if body is None else body
    return httpx.post(f"{door.url}/hooks/prefect", headers=headers, content=content)


def test_a_run_that_went_wrong_becomes_an_incident(door: Door) -> None:
    assert tell(door).status_code == 202
    (incident,) = Incidents(door.hub).live()
    assert (incident.kind, incident.cause, incident.times) == ("run_crashed", "catalog", 1)
    assert "catalog" in incident.sentence
    assert "Process exited" in incident.sentence
    assert incident.link == EVENT["link"]


def test_the_same_run_told_again_by_any_event_is_the_same_incident_counted_once(door: Door) -> None:
    assert tell(door).json() == {"status": "kept"}
    assert tell(door).json() == {"status": "known"}
    assert tell(door, event_id="e-2").json() == {"status": "known"}
    assert [incident.times for incident in Incidents(door.hub).live()] == [1]


def test_another_run_of_the_flow_is_counted_on_the_same_incident(door: Door) -> None:
    tell(door)
    tell(door, run_id="r-2")
    assert [incident.times for incident in Incidents(door.hub).live()] == [2]


@pytest.mark.parametrize("secret", [None, "", "wrong", "sharedd", "\xe9"])
def test_a_stranger_is_not_listened_to(door: Door, secret: str | None) -> None:
    assert tell(door, secret=secret).status_code == 403
    assert Incidents(door.hub).live() == []


@pytest.mark.parametrize("secret", [None, "", "None"])
def test_without_a_secret_in_the_settings_nobody_is_listened_to(open_door: Callable[..., Door], secret: str | None) -> None:
    assert tell(open_door(), secret=secret).status_code == 403


@pytest.mark.parametrize("body", ["", "{}", "[1]", "{broken", '{"kind": "run_failed"}'])
def test_what_is_not_an_event_is_refused(door: Door, body: str) -> None:
    assert tell(door, body).status_code == 422


def test_an_unknown_kind_is_refused(door: Door) -> None:
    assert tell(door, kind="party").status_code == 422


def test_a_body_without_end_is_refused(door: Door) -> None:
    assert tell(door, b"x" * 1_000_000).status_code == 413


def test_health_says_whether_the_hub_is_there(door: Door) -> None:
    answer = httpx.get(f"{door.url}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/redoc", "/1c", "/hooks/other"])
def test_nothing_else_is_shown(door: Door, path: str) -> None:
    assert httpx.get(f"{door.url}{path}").status_code == 404
