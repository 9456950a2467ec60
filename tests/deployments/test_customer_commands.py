from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.hub.hub import Hub
from deployments.cli import app
from tests.adapters.hub.test_customer_cards import Bureau
from tests.adapters.hub.test_customers import OTHER, PHONE


@pytest.fixture
def bureau(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bureau:
    """Two buyers, that the commands find by their settings."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    bureau = Bureau(hub)
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Анна Иванова", OTHER)
    return bureau


def utyug(*words: str) -> Result:
    return CliRunner().invoke(app, ["customers", *words])


def test_buyers_are_found_put_together_and_taken_apart(bureau: Bureau) -> None:
    keep, other = bureau.ref("1"), bureau.ref("2")
    assert "И. А." in utyug("find", OTHER).output
    assert f"{other} объединён с {keep}: заказов перешло 1" in utyug("merge", keep, other).output
    assert "выделен" in utyug("split", keep, "2").output
    assert bureau.ref("2") != keep


def test_no_name_and_no_phone_is_shown(bureau: Bureau) -> None:
    said = utyug("find", PHONE).output
    assert "…67-89" in said
    assert not any(word in said for word in ("Петров", PHONE))


def test_a_buyer_who_is_not_there_is_told_in_a_sentence(bureau: Bureau) -> None:
    said = utyug("merge", bureau.ref("1"), "b999999")
    assert (said.exit_code, "b999999" in said.output) == (2, True)
