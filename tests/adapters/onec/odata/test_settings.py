from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from adapters.errors import Misconfigured
from adapters.onec.odata.names import UNF, UT
from adapters.onec.odata.settings import OdataSettings
from adapters.settings import read_settings

BASE = {"url": "https://onec.example/base", "user": "u", "password": SecretStr("p")}


def settings(**told: object) -> OdataSettings:
    return OdataSettings.model_validate({**BASE, **told})


def test_names_are_those_of_the_configuration() -> None:
    assert settings().names == UT
    assert settings(configuration="unf").names == UNF


def test_one_name_may_be_told_alone() -> None:
    names = settings(configuration="unf", names={"prices": {"price": "ЦенаПродажи"}, "documents": {"return": {"partner": "Партнер"}}}).names
    assert (names.prices.price, names.prices.price_type) == ("ЦенаПродажи", "ВидЦен")
    assert (names.documents["return"].partner, names.documents["return"].table) == ("Партнер", "Запасы")
    assert names.documents["shipment"] == UNF.documents["shipment"]


def test_an_empty_name_is_no_name_and_an_empty_section_no_section() -> None:
    names = settings(configuration="unf", names={"reserves": "", "stock": {"characteristic": ""}, "prices": {"actual": ""}}).names
    assert (names.reserves, names.stock.characteristic, names.prices.actual) == (None, None, None)


@pytest.mark.parametrize(
    "told",
    [
        {"configuration": "bp"},
        {"names": {"stok": {}}},
        {"names": {"stock": {"amount": "x"}}},
        {"names": {"stock": {"pcs": ""}}},
        {"names": {"documents": {"order": {}}}},
        {"at_once": 0},
        {"balances": "load"},
        {"prices": "lower"},
        {"documents": ["order"]},
        {"warehouses": ["Основной"]},
    ],
)
def test_what_is_unknown_or_missing_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**told)


@pytest.mark.parametrize(
    "url", ["https://h/base", "https://h/base/", "https://h/base/odata/standard.odata", "https://h/base/odata/standard.odata/"]
)
def test_the_address_of_the_interface_is_that_of_the_base(url: str) -> None:
    assert settings(url=url).url == "https://h/base"


def test_the_password_is_not_shown() -> None:
    assert "p'" not in repr(settings(password=SecretStr("p'a's's")))


def test_nothing_is_taken_this_way_that_the_settings_do_not_name() -> None:
    told = settings()
    assert (told.balances, told.prices, told.documents) == ("off", "off", [])


def test_a_base_may_be_asked_by_odata_beside_its_exchange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "utyug.toml"
    path.write_text(
        '[onec.bases.main]\nlogin = "u"\n[onec.bases.main.odata]\nurl = "https://h/b"\nuser = "o"\n[onec.bases.other]\nlogin = "v"\n'
    )
    monkeypatch.setenv("UTYUG_TOML", str(path))
    for base in ("MAIN", "OTHER"):
        monkeypatch.setenv(f"UTYUG_ONEC__BASES__{base}__PASSWORD", "x")
    with pytest.raises(Misconfigured, match=r"onec\.bases\.main\.odata\.password"):
        read_settings()
    monkeypatch.setenv("UTYUG_ONEC__BASES__MAIN__ODATA__PASSWORD", "secret-word")
    told = read_settings().onec.by_odata
    assert (list(told), told["main"].names) == (["main"], UT)
    path.write_text(path.read_text() + '[onec.bases.main.odata.names]\npassword = "secret-word"\n')
    with pytest.raises(Misconfigured) as refused:
        read_settings()
    assert "secret-word" not in str(refused.value)
