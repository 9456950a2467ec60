import pytest
from pydantic import SecretStr, ValidationError

from adapters.onec.odata.names import UNF, UT
from adapters.onec.odata.settings import OdataSettings

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
