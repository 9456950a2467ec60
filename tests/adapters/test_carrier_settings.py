import json
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Misconfigured
from adapters.settings import Settings, read_settings

CDEK = {"kind": "cdek", "account": "a", "secret": "s", "shipment_point": "MSK5"}
CHANNEL = {"kind": "ozon", "client_id": "1", "api_key": "k", "warehouses": {"1": []}}


def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str = "", **environment: Any) -> Settings:
    path = tmp_path / "utyug.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("UTYUG_TOML", str(path))
    for name, value in environment.items():
        monkeypatch.setenv(name, json.dumps(value) if isinstance(value, dict) else value)
    return read_settings()


def test_a_carrier_is_read_with_the_vendors_own_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    carrier = read(monkeypatch, tmp_path, UTYUG_CARRIERS={"cdek": CDEK}).carriers["cdek"]
    assert (carrier.url, carrier.tariff("office"), carrier.push_secret) == ("https://api.cdek.ru", 136, None)
    assert "s" not in repr(carrier.secret).replace("SecretStr", "")


@pytest.mark.parametrize("secret", ["secret", "push_secret"])
def test_a_secret_of_a_carrier_is_not_written_into_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, secret: str) -> None:
    with pytest.raises(Misconfigured, match=f"UTYUG_CARRIERS__CDEK__{secret.upper()}"):
        read(monkeypatch, tmp_path, f'[carriers.cdek]\nkind = "cdek"\naccount = "a"\nshipment_point = "MSK5"\n{secret} = "x"\n')


def test_a_carrier_and_a_channel_have_names_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="называются одинаково: cdek"):
        read(monkeypatch, tmp_path, UTYUG_CARRIERS={"cdek": CDEK}, UTYUG_CHANNELS={"cdek": CHANNEL})


def test_a_carrier_that_parcels_leave_nowhere_for_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="одно из двух"):
        read(monkeypatch, tmp_path, UTYUG_CARRIERS={"cdek": {**CDEK, "shipment_point": None}})
