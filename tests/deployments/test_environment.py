from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.carrier_settings import CdekSettings
from adapters.channel_settings import WooCommerceSettings
from adapters.settings import (
    ClockSettings,
    GatewaySettings,
    MessageSettings,
    OnecBase,
    OnecSettings,
    Route,
    Settings,
    read_settings,
)
from deployments.addresses import Addresses
from deployments.environment import child_environment, completed_settings
from tasks.rules.latin import LatinRules

AT = Addresses(server="http://127.0.0.1:4201", worker="http://127.0.0.1:4202", gateway="http://127.0.0.1:4203")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        var_dir=tmp_path,
        database_url=SecretStr("postgresql+psycopg://u:p%40ss@db/utyug"),
        clock=ClockSettings(epoch_at=datetime(2026, 5, 1, tzinfo=UTC), speed=60.0),
        onec=OnecSettings(bases={"main": OnecBase(login="1c", password=SecretStr('кавычка " и = знак'))}, watched_folder=tmp_path / "in"),
        gateway=GatewaySettings(port=4203, hooks_secret=SecretStr("hook")),
        channels={"site": WooCommerceSettings(url="http://site", consumer_key=SecretStr("k"), consumer_secret=SecretStr("s"))},
        carriers={
            "cdek": CdekSettings(
                kind="cdek", account="a", secret=SecretStr("s"), shipment_point="MSK5", latin=LatinRules(countries=frozenset({"TR", "GE"}))
            )
        },
        messages=MessageSettings(routes={"owner": Route(urls=[SecretStr("tgram://t/1")])}, ui_url="http://ui"),
    )


def test_a_child_reads_the_very_settings_its_supervisor_has(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "utyug.toml").write_text('[channels.other]\nurl = "http://other"\n')
    monkeypatch.chdir(tmp_path)
    for name, value in child_environment(settings, AT).items():
        monkeypatch.setenv(name, value)
    assert read_settings() == settings


def test_a_child_inherits_nothing_of_ours_or_of_prefect_by_accident(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTYUG_GATE__AT_LEAST", "1")
    monkeypatch.setenv("PREFECT_PROFILE", "cloud")
    monkeypatch.setenv("PREFECT_API_KEY", "k")
    told = child_environment(settings, AT)
    assert {"UTYUG_GATE__AT_LEAST", "PREFECT_PROFILE", "PREFECT_API_KEY"}.isdisjoint(told)


def test_prefect_s_own_database_may_be_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://db/prefect")
    assert child_environment(settings, AT)["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == "postgresql+asyncpg://db/prefect"


def test_prefect_sends_nothing_home_and_starts_no_server_by_itself(settings: Settings) -> None:
    told = child_environment(settings, AT)
    assert told["DO_NOT_TRACK"] == "1"
    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == told["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] == "false"
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4201/api"


def test_what_the_caller_gives_goes_over_everything(settings: Settings) -> None:
    assert child_environment(settings, AT, given={"PREFECT_WORKER_QUERY_SECONDS": "9"})["PREFECT_WORKER_QUERY_SECONDS"] == "9"


def test_a_hook_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = (completed_settings(Settings(var_dir=tmp_path), AT) for _ in range(2))
    assert first.gateway.hooks_secret == second.gateway.hooks_secret
    assert first.gateway.hooks_secret is not None
    assert (tmp_path / "hooks.secret").stat().st_mode & 0o777 == 0o600


def test_links_lead_to_the_ui_that_runs_unless_the_shop_names_another(settings: Settings, tmp_path: Path) -> None:
    assert completed_settings(Settings(var_dir=tmp_path), AT).messages.ui_url == AT.server
    assert completed_settings(settings, AT).messages.ui_url == "http://ui"
