import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.quarantine import Quarantine
from deployments.cli import app
from tests.intake import export, put
from tests.tasks.taking import take_all
from validation.quarantine import NONE_REFUSED


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub with four refused rows, that the commands find by their settings."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    put(hub, export(["iron", "mat"], price="0", vat="33"))
    take_all(hub, tmp_path)
    return hub


def utyug(*words: str) -> Result:
    return CliRunner().invoke(app, ["quarantine", *words])


def test_the_list_names_rows_with_their_sentences(hub: Hub) -> None:
    said = utyug("list")
    assert said.exit_code == 0
    assert "Карантин: строк 6" in said.output
    assert "iron|retail" in said.output
    assert "Цена ноль или меньше" in re.sub(r"\s+", " ", said.output)


def test_the_list_counts_only_what_was_asked_for_and_says_when_there_is_more(hub: Hub) -> None:
    assert "Карантин: строк 2" in utyug("list", "--reason", "price_is_positive").output
    cut = utyug("list", "--entity", "price", "--limit", "1").output
    assert "показаны первые 1, есть ещё" in cut
    assert "есть ещё" not in utyug("list", "--entity", "price", "--limit", "2").output


def test_brackets_of_articles_are_shown_as_they_are(hub: Hub) -> None:
    told = ["price", "КР [x] [/7]", "price_is_refused", "В [кабинете] цена другая.", None, "{}"]
    ChannelRefusals(hub).settle("site", entity="price", keys=None, refused=pl.DataFrame([told], schema=NONE_REFUSED.schema, orient="row"))
    said = utyug("list", "--source", "site")
    assert said.exit_code == 0
    assert "КР [x] [/7]" in said.output
    assert "В [кабинете] цена другая." in said.output


def test_retry_puts_the_rows_before_the_catalogue_flow(hub: Hub, tmp_path: Path) -> None:
    said = utyug("retry", "--reason", "price_is_positive")
    (waiting,) = Inbox(hub).waiting()
    assert said.exit_code == 0
    assert str(waiting.feed_id) in said.output
    take_all(hub, tmp_path)
    assert set(Quarantine(hub).list(reason="price_is_positive")["times"]) == {2}


def test_retry_says_when_nothing_can_be_tried(hub: Hub) -> None:
    assert "Проверять нечего" in utyug("retry", "--reason", "product_is_unknown").output
    assert Inbox(hub).waiting() == []


def test_dismiss_takes_rows_out_by_number_or_by_reason(hub: Hub) -> None:
    first = str(Quarantine(hub).list(reason="price_is_positive")["quarantine_id"][0])
    assert "Отклонено строк: 1" in utyug("dismiss", first).output
    assert "Отклонено строк: 2" in utyug("dismiss", "--reason", "vat_is_known").output
    assert Quarantine(hub).counts() == {"product_is_unknown": 2, "price_is_positive": 1}


def test_dismissing_everything_at_once_is_never_meant(hub: Hub) -> None:
    said = utyug("dismiss")
    assert said.exit_code == 2
    assert "Скажите, какие строки" in said.output
    assert sum(Quarantine(hub).counts().values()) == 6


@pytest.mark.parametrize("command", [["list"], ["retry"], ["dismiss", "1"]])
def test_a_database_that_is_away_is_a_sentence(command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("UTYUG_DATABASE_URL", raising=False)
    none = utyug(*command)
    monkeypatch.setenv("UTYUG_DATABASE_URL", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    away = utyug(*command)
    for said, sentence in ((none, "База Utyug не запущена"), (away, "База Utyug не отвечает")):
        assert said.exit_code == 2
        assert sentence in said.output
        assert "Traceback" not in said.output
        assert "secret" not in said.output
