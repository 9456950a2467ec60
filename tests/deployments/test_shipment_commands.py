"""What people tell of shipments from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.hub.hub import Hub
from adapters.hub.labels import Labels
from adapters.hub.marks import Marks
from adapters.label_files import keep_label
from deployments.cli import app
from tasks.rules.labels import LabelMade
from tests.adapters.hub.checkout import site
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, ShippingShop

CODE = "0104600439931256215cVBd?-)kC,Y1"
KETTLE = "0104601234567893215cVBd?-)kC,Y1"


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


def said(*words: str, typed: str = "", code: int = 0) -> str:
    told = CliRunner().invoke(app, ["shipment", *words], input=typed)
    assert told.exit_code == code, told.output
    return told.output


@pytest.fixture
def marked(hub: Hub, shop: ShippingShop) -> str:
    """The number of a shipment with two kinds of goods that need codes."""
    shop.execute("update product set requisites = '{\"Подлежит маркировке\": \"Да\"}', barcode = '4600439931256'")
    shop.goods("kettle", requisites={"Подлежит маркировке": "Да"}, barcode="4601234567893")
    shop.record(report("2", {"iron": 2, "kettle": 1}, buyer=BUYER))
    shop.plan()
    assert Marks(hub, shop.ships).count(f"{shop.number('2')}-1") == 0
    return f"{shop.number('2')}-1"


def test_shipments_are_listed_by_what_people_call_them(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    assert number in said("list")
    assert "собирается" in said("list", "1")
    assert said("list", "nothing") == "По слову «nothing» отправлений нет.\n"


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
    assert "нет" in said("show", "none-1", code=2)


def test_what_is_asked_of_a_person_stands_in_the_list_whole(shop: ShippingShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shop.execute("update shipment set state = 'asked', sentence = 'Город [не] узнан: выберите из предложенных.'")
    assert "[не]" in " ".join(said("list").split())
    assert "ждёт ответа" in said("list")


def test_an_address_is_corrected_in_words_that_people_use(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    assert "Исправлено" in said("fix", number, "город=Калуга", "line=ул. Мира, 2", "телефон=8 (916) 123-45-67", "--tariff", "137")
    (one,) = shop.parts()
    assert (one.corrected, one.tariff) == ({"city": "Калуга", "line": "ул. Мира, 2", "phone": "+79161234567"}, "137")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("colour=red",), "Так не исправить: colour."),
        (("Калуга",), "Так не исправить: калуга."),
        (("телефон=123",), "Телефон не читается."),
        ((), "Скажите, что исправить"),
    ],
)
def test_what_cannot_be_corrected_is_said_and_nothing_changes(shop: ShippingShop, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in said("fix", f"{shop.number()}-1", *words, code=2)
    assert shop.parts()[0].corrected is None


@pytest.mark.usefixtures("shop")
def test_a_shipment_that_is_not_there_is_said_and_fails() -> None:
    assert "Отправления none-1 нет" in said("fix", "none-1", "город=Калуга", code=1)
    assert "Отправления none-1 нет" in said("codes", "none-1", code=2)
    assert "этикеток пока нет" in said("labels", "none-1", code=1)


def test_codes_are_entered_for_a_line_that_is_named(shop: ShippingShop) -> None:
    number = f"{shop.number()}-1"
    told = said("codes", number, CODE, "123", "--line", "iron")
    assert "Внесено кодов: 1." in told
    assert "Код 2 не читается" in told


def test_codes_find_their_goods_by_the_barcode_as_they_are_scanned(hub: Hub, shop: ShippingShop, marked: str) -> None:
    told = said("codes", marked, typed=f"{CODE}\n{CODE[:-1]}2\n\n{KETTLE}\n")
    assert "нужно кодов 2, внесено 0 (строка iron)" in told
    assert "Внесено кодов: 2." in told
    assert "Осталось внести: 1." in told
    left = {one.line_ref: one.wanted - one.entered for one in Marks(hub, shop.ships).lines(marked)}
    assert left == {"iron": 0, "kettle": 1}
    assert "Все коды на месте" in said("codes", marked, KETTLE)


def test_codes_of_a_file_keep_the_separators_that_end_no_line(hub: Hub, shop: ShippingShop, marked: str, tmp_path: Path) -> None:
    file = tmp_path / "коды.txt"
    file.write_text(f"\ufeff{KETTLE}\x1d91EE07\x1d92abcd\r\n\n{CODE}\n", encoding="utf-8", newline="")
    assert "Внесено кодов: 2." in said("codes", marked, "--file", str(file))
    assert shop.rows("select code from marking_code where line_ref = 'kettle'") == [(f"{KETTLE}\x1d91EE07\x1d92abcd",)]


def test_a_code_that_fits_no_goods_is_not_guessed_at_and_none_is_entered(hub: Hub, shop: ShippingShop, marked: str) -> None:
    told = said("codes", marked, CODE, "123", code=2)
    assert "Код 2 не читается, или по нему не понять" in told
    assert "--line" in told
    assert Marks(hub, shop.ships).count(marked) == 0


def test_the_files_of_a_shipment_are_named(hub: Hub, shop: ShippingShop, tmp_path: Path) -> None:
    number = f"{shop.number()}-1"
    kept = keep_label(tmp_path, owner="cdek", subject=number, kind="waybill", content=b"%PDF")
    Labels(hub).keep("cdek", [(LabelMade(subject=number, state="ready", kind="waybill"), kept)])
    (line,) = said("labels", number).splitlines()
    assert Path(line) == (tmp_path / "labels" / "cdek" / f"{number} накладная.pdf").resolve()


@pytest.mark.usefixtures("shop")
def test_the_picking_list_is_written_when_it_is_asked_for(tmp_path: Path) -> None:
    assert "отправлений 1, штук 1" in said("picking")
    assert (tmp_path / "picking.xlsx").is_file()
    said("picking", str(tmp_path / "мой.xlsx"))
    assert (tmp_path / "мой.xlsx").is_file()


def test_nothing_is_turned_back_that_is_wanted(shop: ShippingShop) -> None:
    assert "возвращать его не нужно" in said("turn-back", f"{shop.number()}-1", code=1)
