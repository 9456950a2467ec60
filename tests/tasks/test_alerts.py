from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from tasks.alerts import KINDS, tell_failure, tell_recovery


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Hub:
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    return hub


def ended(**parameters: object) -> tuple[Any, Any, Any]:
    """What Prefect gives a hook."""
    state = SimpleNamespace(message="ValueError: нет", name="Failed")
    return SimpleNamespace(name="catalog"), SimpleNamespace(id=uuid4(), parameters=parameters), state


def test_a_failed_run_is_an_incident_with_a_link_to_it(hub: Hub) -> None:
    run = ended()
    tell_failure(*run)
    tell_failure(*run)
    (incident,) = Incidents(hub).live()
    assert (incident.kind, incident.cause, incident.times) == ("run_failed", "catalog", 1)
    assert "ValueError: нет" in incident.sentence
    assert str(run[1].id) in (incident.link or "")


def test_a_run_that_succeeds_ends_whatever_was_wrong_with_that_flow(hub: Hub) -> None:
    for kind in (*KINDS, "feed_held"):
        Incidents(hub).report(kind=kind, cause="catalog", sentence="Было.")
    Incidents(hub).report(kind="run_failed", cause="stock", sentence="Было.")
    tell_recovery(*ended(dry_run=False))
    assert {(incident.kind, incident.cause) for incident in Incidents(hub).live()} == {("feed_held", "catalog"), ("run_failed", "stock")}


def test_a_dry_run_opens_and_ends_nothing(hub: Hub) -> None:
    tell_failure(*ended(dry_run=True))
    assert Incidents(hub).live() == []
    Incidents(hub).report(kind="run_failed", cause="catalog", sentence="Было.")
    tell_recovery(*ended(dry_run=True))
    assert len(Incidents(hub).live()) == 1
