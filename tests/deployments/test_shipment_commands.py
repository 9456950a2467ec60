"""What people tell of shipments from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.hub.hub import Hub
from deployments.cli import app
from tests.adapters.hub.checkout import site
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, ShippingShop

CODE = "0104600439931256215cVBd?-)kC,Y1"


@pytest.fixture
def shop(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ShippingShop:
    """A planned order of a site whose goods need codes."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": {**site(), "shipping": {"carrier": "cdek"}}}))
    monkeypatch.setenv("COLUMNS", "200")
    shop = ShippingShop(hub)
    shop.goods()
    shop.record(report("1", {"iron": 1}, buyer=BUYER))
    shop.plan()
    return shop


def said(*words: str) -> str:
    told = CliRunner().invoke(app, ["shipment", *words])
    return told.output


def test_shipments_are_listed_by_what_people_call_them(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    assert number in said("list")
    assert number in said("list", "1")
    assert number not in said("list", "nothing")


def test_what_the_order_tells_is_shown_beside_what_the_carrier_will_be_told(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    told = said("show", number)
    assert "собирается" in told
    assert "Будет передано перевозчику" in told
    assert "Тула, ул. Мира, 1, кв. 5" in told
    assert "ул. Мира, д. 1, кв. 5" in told
    said("fix", number, "name=№7", "line=ul. Mira, 2")
    told = said("show", number)
    assert "Исправлено человеком: line, name." in told
    assert "Держит отправление: Адрес по России" in told
    assert "нет" in said("show", "none-1")


def test_an_address_is_corrected(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    assert "Исправлено" in said("fix", number, "city=Калуга", "line=ул. Мира, 2", "--tariff", "137")
    (one,) = shop.parts()
    assert (one.corrected, one.tariff) == ({"city": "Калуга", "line": "ул. Мира, 2"}, "137")
    assert "Так не исправить: colour" in said("fix", number, "colour=red")
    assert "нет" in said("fix", "none-1", "city=Калуга")


def test_codes_are_entered(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    told = said("codes", number, "iron", CODE, "123")
    assert "Внесено кодов: 1." in told
    assert "Код 2 не читается" in told


def test_nothing_is_turned_back_that_is_wanted(shop: ShippingShop) -> None:
    assert "возвращать его не нужно" in said("turn-back", f"{shop.number()}-1")
