import re
from pathlib import Path

import pytest

from adapters.settings import read_settings

EXAMPLE = Path(__file__).parents[1] / "utyug.example.toml"
SECRETS = {
    "UTYUG_ONEC__BASES__MAIN__PASSWORD": "x",
    "UTYUG_CHANNELS__SITE__CONSUMER_KEY": "x",
    "UTYUG_CHANNELS__SITE__CONSUMER_SECRET": "x",
    "UTYUG_MESSAGES__ROUTES__OWNER__URLS": '["json://127.0.0.1"]',
}


@pytest.fixture(autouse=True)
def secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def settings_text(text: str, *, is_everything_on: bool) -> str:
    """With everything on, lines that are settings behind a hash are settings."""
    return re.sub(r"(?m)^# (?=\[|\w+ = )", "", text) if is_everything_on else text


@pytest.mark.parametrize("is_everything_on", [False, True])
def test_the_example_is_read_as_it_is_and_with_every_line_switched_on(
    is_everything_on: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "utyug.toml"
    path.write_text(settings_text(EXAMPLE.read_text(encoding="utf-8"), is_everything_on=is_everything_on), encoding="utf-8")
    monkeypatch.setenv("UTYUG_TOML", str(path))
    if not is_everything_on:
        for name in SECRETS:
            if "BASES" not in name:
                monkeypatch.delenv(name)
    settings = read_settings()
    assert settings.onec.bases["main"].login == "utyug"
    assert set(settings.channels) == ({"site"} if is_everything_on else set())
    assert set(settings.messages.routes) == ({"owner"} if is_everything_on else set())
