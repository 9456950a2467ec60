from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from deployments.cli import app
from tests.intake import export, put


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub that the commands find by their settings."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    return hub


def test_accepting_lets_a_held_file_wait_for_the_flow(hub: Hub) -> None:
    feed = put(hub, export(["iron"]))
    Inbox(hub).hold(feed.feed_id, "Задержан.", {})
    said = CliRunner().invoke(app, ["accept", str(feed.feed_id)])
    assert said.exit_code == 0
    assert "import0_1.xml" in said.output
    assert [(one.feed_id, one.is_accepted) for one in Inbox(hub).waiting()] == [(feed.feed_id, True)]


def test_accepting_what_is_not_held_or_not_there_is_a_sentence(hub: Hub) -> None:
    refused = put(hub, export(["iron"]))
    Inbox(hub).refuse(refused.feed_id, "Не читается.", reason="truncated")
    for feed_id in (refused.feed_id, 999_999):
        said = CliRunner().invoke(app, ["accept", str(feed_id)])
        assert said.exit_code == 2
        assert f"Ленты {feed_id} нет среди задержанных" in said.output
    assert Inbox(hub).waiting() == []
