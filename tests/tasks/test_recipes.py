import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import insert

from adapters.hub.assortment import Assortment
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.quarantine import Quarantine
from adapters.hub.tables.catalog import bundle_recipe, price, price_type
from adapters.hub.tables.ledger import ledger_balance
from adapters.settings import Settings
from deployments.environment import settings_environment
from tasks.listings import read_goods
from tasks.recipes import take_recipes
from tasks.rules.formats import WOOCOMMERCE
from tasks.rules.price_rules import PriceRules
from tasks.rules.prices import prices
from tasks.rules.recipes import Recipe
from tasks.stock import read_free
from tests.adapters.hub.test_assortment import put
from tests.adapters.hub.test_listings import put_item
from tests.adapters.workbook.sheet import save

SALE = (date(2026, 11, 27), date(2026, 11, 29))
Kept = tuple[int, int, int, str]


@pytest.fixture
def shelf(hub: Hub) -> dict[str, int]:
    """A set and what it may be made of; by article."""
    return {article: put_item(hub, f"ref-{article}", article) for article in ("НБ-01", "УТ-101", "ДГ-1")}


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return tmp_path / "составы.xlsx"


def take(hub: Hub, *recipes: Recipe, workbook: Path | None = None) -> list[Kept]:
    take_recipes.fn(hub, Settings(recipes=list(recipes), recipes_workbook=workbook))
    return Assortment(hub).recipes().select("bundle_id", "component_id", "pcs", "promotion").rows()


def quarantined(hub: Hub) -> list[tuple[str, str]]:
    return sorted(Quarantine(hub).list(source="recipes", entity="recipe").select("key", "reason").rows())


def test_recipes_of_the_settings_and_of_the_sheet_are_told_together(hub: Hub, shelf: dict[str, int], workbook: Path) -> None:
    bundle, iron, board = shelf.values()
    save(workbook, [("НБ-01", "ДГ-1", 2, "Чёрная пятница", *SALE)])
    told = take(hub, Recipe(bundle="НБ-01", parts={"УТ-101": 1}), workbook=workbook)
    assert told == [(bundle, iron, 1, ""), (bundle, board, 2, "Чёрная пятница")]
    assert quarantined(hub) == []


def test_the_sheet_goes_before_the_settings_and_both_before_1c(hub: Hub, shelf: dict[str, int], workbook: Path) -> None:
    bundle, iron, board = shelf.values()
    put(hub, bundle_recipe, {"source": "main", "bundle_ref": "ref-НБ-01", "component_ref": "ref-ДГ-1", "pcs": 7})
    in_settings = Recipe(bundle="НБ-01", parts={"УТ-101": 1})
    save(workbook, [("НБ-01", "ДГ-1", 2)])
    assert take(hub, in_settings, workbook=workbook) == [(bundle, board, 2, "")]
    assert take(hub, in_settings) == [(bundle, iron, 1, "")]
    assert take(hub) == [(bundle, board, 7, "")]


def test_a_wrong_row_goes_into_the_quarantine_with_its_place_and_leaves_it_when_righted(
    hub: Hub, shelf: dict[str, int], workbook: Path
) -> None:
    wrong = Recipe(bundle="НБ-01", promotion="Март", parts={"НЕТ-1": 1})
    save(workbook, [("НБ-01", "УТ-101", 1), ("НБ-01", "НЕТ-1", 1)])
    assert take(hub, wrong, workbook=workbook) == []
    assert quarantined(hub) == [("НБ-01|НЕТ-1", "component_is_known"), ("НБ-01|УТ-101", "recipe_is_whole")]
    sentences = dict(Quarantine(hub).list(source="recipes").select("key", "sentence").rows())
    assert sentences["НБ-01|НЕТ-1"].endswith("Где: лист Excel, строка 3; utyug.toml, состав № 1.")
    assert sentences["НБ-01|УТ-101"].endswith("Где: лист Excel, строка 2.")
    save(workbook, [("НБ-01", "УТ-101", 1), ("НБ-01", "ДГ-1", 1)])
    assert len(take(hub, workbook=workbook)) == 2
    assert quarantined(hub) == []


def test_a_part_written_twice_is_one_row_of_the_quarantine(hub: Hub, shelf: dict[str, int], workbook: Path) -> None:
    save(workbook, [("НБ-01", "УТ-101", 1), ("НБ-01", "УТ-101", 1)])
    assert take(hub, workbook=workbook) == []
    assert quarantined(hub) == [("НБ-01|УТ-101", "recipe_part_is_not_repeated")]
    assert "строка 2; лист Excel, строка 3" in Quarantine(hub).list()["sentence"][0]


def test_two_recipes_on_one_day_are_in_the_quarantine_while_the_day_lasts(hub: Hub, shelf: dict[str, int]) -> None:
    doubled = [Recipe(bundle="НБ-01", promotion=name, parts={"УТ-101": pcs}) for name, pcs in (("Март", 1), ("Весна", 2))]
    take(hub, *doubled)
    assert quarantined(hub) == [("ref-НБ-01", "recipes_overlap")]
    assert Quarantine(hub).list()["sentence"][0].endswith("исправьте сроки акций.")
    ended = doubled[1].model_copy(update={"valid_to": Settings().today(hub.clock.now()) - timedelta(days=1)})
    take(hub, doubled[0], ended)
    assert quarantined(hub) == []


def test_a_workbook_that_cannot_be_read_keeps_what_was_told_and_is_an_incident_until_it_can(
    hub: Hub, shelf: dict[str, int], workbook: Path
) -> None:
    save(workbook, [("НБ-01", "УТ-101", 1), ("НБ-02", "УТ-101", 1)])
    told, refused = take(hub, workbook=workbook), quarantined(hub)
    assert told
    assert refused
    workbook.write_bytes(b"torn")
    assert take(hub, Recipe(bundle="НБ-01", parts={"ДГ-1": 1}), workbook=workbook) == told
    assert quarantined(hub) == refused
    incident = Incidents(hub).live(kind="recipes_unread")[0]
    assert incident.sentence.startswith("Файл составы.xlsx не читается")
    save(workbook, [("НБ-01", "ДГ-1", 1)])
    take(hub, workbook=workbook)
    assert Incidents(hub).live() == []


def stock_and_price(hub: Hub, item_id: int, today: date) -> tuple[int, int]:
    """Of the set, as a site that sells it would be told on that day."""
    free = read_free(hub, {"": None}, today).filter(pl.col("item_id") == item_id)["pcs"].item()
    goods = read_goods.fn(hub, today)
    rules = PriceRules(price_type="Розничная")
    asked = prices(goods.items, goods.prices, goods.recipes, rules=rules, channel=WOOCOMMERCE, today=today, campaigns=("",))
    return free, asked.passed.filter(pl.col("item_id") == item_id)["price_kopecks"].item()


@pytest.mark.parametrize(
    ("now", "pcs", "kopecks"),
    [
        (datetime(2026, 11, 26, 20, 59, tzinfo=UTC), 10, 500_00),
        (datetime(2026, 11, 26, 21, 0, tzinfo=UTC), 3, 1100_00),
        (datetime(2026, 11, 29, 20, 59, tzinfo=UTC), 3, 1100_00),
        (datetime(2026, 11, 29, 21, 0, tzinfo=UTC), 10, 500_00),
    ],
    ids=["before the promotion's first midnight", "from it on", "to the end of the last day", "after it"],
)
def test_a_promotions_recipe_changes_stock_and_price_of_the_set_for_its_days(
    hub: Hub, shelf: dict[str, int], workbook: Path, now: datetime, pcs: int, kopecks: int
) -> None:
    put(hub, price_type, {"source": "main", "price_type_ref": "t1", "name": "Розничная"})
    for article, free, roubles in (("УТ-101", 10, 500), ("ДГ-1", 7, 300)):
        named: dict[str, Any] = {"item_id": shelf[article], "feed_id": 1, "changed_at": hub.clock.now()}
        put(hub, price, named | {"price_type_ref": "t1", "price_kopecks": roubles * 100, "currency": "RUB"})
        with hub.engine.begin() as connection:
            connection.execute(insert(ledger_balance).values(item_id=shelf[article], place="", account="pool", pcs=free))
    save(
        workbook,
        [("НБ-01", "УТ-101", 1), ("НБ-01", "УТ-101", 1, "Акция", *SALE), ("НБ-01", "ДГ-1", 2, "Акция", "27.11.2026", "29.11.2026")],
    )
    take(hub, workbook=workbook)
    assert stock_and_price(hub, shelf["НБ-01"], Settings().today(now)) == (pcs, kopecks)


def test_recipes_reach_the_runs_through_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    recipe = Recipe(bundle="НБ-01", promotion="Акция", valid_from=SALE[0], valid_to=SALE[1], parts={"УТ-101": 1})
    told = settings_environment(Settings(recipes=[recipe], recipes_workbook=tmp_path / "составы.xlsx"))
    assert json.loads(told["UTYUG_RECIPES"])[0]["valid_from"] == "2026-11-27"
    for name in ("UTYUG_RECIPES", "UTYUG_RECIPES_WORKBOOK"):
        monkeypatch.setenv(name, told[name])
    assert Settings().recipes == [recipe]
    assert Settings().recipes_workbook == tmp_path / "составы.xlsx"
