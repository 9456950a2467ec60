"""``utyug returns``: an empty workbook for the managers, and what rests where."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.hub.hub import Hub
from adapters.workbook.returns_read import read_returns
from deployments.cli import app
from tests.adapters.hub.order_shop import CHANNEL
from tests.adapters.hub.return_shop import ReturnShop, brought, coming


@pytest.fixture
def shop(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ReturnShop:
    """A shop whose settings the commands find."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    shop = ReturnShop(hub)
    shop.ships(2)
    shop.execute("update sale_order set placed_at = now()")
    return shop


def said(*words: str) -> str:
    told = CliRunner().invoke(app, ["returns", *words])
    assert told.exit_code == 0, told.output
    return told.output


@pytest.mark.usefixtures("shop")
def test_the_form_lists_what_was_shipped(tmp_path: Path) -> None:
    assert "Товаров в отгруженных заказах: 1, из них ждут осмотра: 0." in said("form", str(tmp_path / "книга.xlsx"))
    filled = read_returns(tmp_path / "книга.xlsx").table.drop_nulls("order")
    assert filled["sku"].to_list() == ["iron"]


@pytest.mark.usefixtures("shop")
def test_a_form_without_a_place_lies_beside_the_folder_and_is_not_read_from_it(tmp_path: Path) -> None:
    said("form")
    (made,) = (tmp_path / "returns").rglob("*.xlsx")
    assert made.parent.name == "бланки"


def test_two_forms_share_no_key(shop: ReturnShop, tmp_path: Path) -> None:
    names = [tmp_path / f"{number}.xlsx" for number in range(2)]
    for name in names:
        said("form", str(name))
    first, second = (set(read_returns(name).table["key"]) for name in names)
    assert first.isdisjoint(second)
    assert shop.returned() == 0


def test_what_rests_where_is_shown(shop: ReturnShop) -> None:
    shop.told(CHANNEL, coming("r1", pcs=2))
    shop.written(brought("a"))
    shown = said("rest")
    assert "в пути" in shown
    assert "ждёт остатка из 1С" in shown


def test_what_the_accountant_posted_rests_nowhere_and_nothing_else_is_marked(shop: ReturnShop) -> None:
    posted = shop.written(brought("a")).documented[0]
    undecided = shop.told(CHANNEL, coming("r1", pcs=2, state="received")).rows[0].return_ids
    assert "Отмечено строк: 1" in said("booked", str(posted), *(str(one) for one in undecided))
    assert "Отмечать нечего" in said("booked", str(posted), "77")
    assert "ждёт остатка из 1С" not in said("rest")


def test_what_is_on_its_way_is_listed_with_who_told_of_it(shop: ReturnShop) -> None:
    assert "Ничего не возвращается" in said("list")
    shop.told(CHANNEL, coming("r1", pcs=2))
    shown = said("list")
    assert "в пути" in shown
    assert "iron" in shown
    shop.written(brought("a", decision="ask"))
    assert "книга" in said("list")


@pytest.mark.usefixtures("shop")
def test_where_nothing_rests_a_sentence_says_so() -> None:
    assert said("rest") == "Возвращённого товара вне остатка 1С нет.\n"
