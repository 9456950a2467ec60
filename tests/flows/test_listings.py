import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_URL

from adapters.clock import Clock
from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.quarantine import Quarantine
from adapters.hub.runs import Runs
from flows.listings import listings
from flows.stock import stock
from tests.flows.cabinets import Cabinets, environment, opened_cabinets, settings_of
from tests.flows.goods import ask, make_of, rename, sell

pytestmark = pytest.mark.usefixtures("prefect_server")

MARKETPLACES = ("wb", "ozon", "ym")
SHOWN_AFTER = timedelta(minutes=20)
"""Yandex Market shows what it took; Wildberries and Ozon have read new cards."""
READY_AFTER = timedelta(minutes=65)
"""A new card takes stock everywhere: Ozon's hour of moderation is over, Wildberries' half an hour too."""


@pytest.fixture
def cabinets() -> Iterator[Cabinets]:
    with opened_cabinets() as opened:
        yield opened


@pytest.fixture
def hub(database_url: str, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub on the world's clock that flows open by their settings, with the three marketplaces as channels."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    connect(monkeypatch, cabinets, *MARKETPLACES)
    with Hub(database_url, clock=Clock(epoch_at=cabinets.clock.epoch_at, speed=cabinets.clock.speed)) as opened:
        yield opened


def connect(monkeypatch: pytest.MonkeyPatch, cabinets: Cabinets, *names: str, **cards: bool) -> None:
    """Only these channels, each shown all there is; ``cards`` are put over the rules for the cards of each."""
    every, shown = settings_of(cabinets), {"mirror": {"articles": ["*"], "buffer_pcs": 0}}
    chosen = {name: every[name] | shown | {"cards": every[name]["cards"] | cards} for name in names}
    for variable, value in environment(cabinets, chosen).items():
        monkeypatch.setenv(variable, value)


def names(cabinets: Cabinets, channel: str) -> dict[str, str]:
    """What the cards of a cabinet are called, by code."""
    return {sku: told["name"] for sku, told in cabinets.order(channel, "GET", "/books")["goods"].items()}


def quarantined(hub: Hub, channel: str) -> set[tuple[str, str, str]]:
    return set(Quarantine(hub).list(source=channel).select("entity", "key", "reason").rows())


def sent(report: Any) -> dict[str, int]:
    return {f"{name} {what}": part["sent"] for name, parts in report.detail["channels"].items() for what, part in parts.items()}


def writes(cabinets: Cabinets, channel: str) -> list[str]:
    """Calls that change a cabinet's cards or prices."""
    changing = ("/upload", "/update", "/import", "/media", "/prices/")
    reading = ("/import/info", "/info/")
    paths = [one["path"] for one in cabinets.heard(channel, "POST")]
    return [path for path in paths if any(part in path for part in changing) and not any(part in path for part in reading)]


def shown_table(key: str) -> list[dict[str, Any]]:
    """The rows of the newest table of a run in the UI."""
    found = httpx.get(f"{PREFECT_API_URL.value()}/artifacts/{key}/latest").raise_for_status().json()
    rows: list[dict[str, Any]] = json.loads(found["data"])
    return rows


def wait(hub: Hub, passing: timedelta = SHOWN_AFTER) -> None:
    hub.clock.sleep_until(hub.clock.now() + passing)


def test_everything_1c_sells_gets_its_card_price_and_stock_once(hub: Hub, cabinets: Cabinets) -> None:
    for channel in MARKETPLACES:
        cabinets.put(channel, {"УТ-1": (9, 2490)})
    sell(hub, "УТ-1", name="Имя из 1С")
    iron = sell(hub, "КР-7/2", pcs=7, kopecks=100_055)
    for colour in ("red", "blue"):
        sell(hub, "В-5", ref=f"v#{colour}", characteristics={"Цвет": colour})
    make_of(hub, sell(hub, "НАБОР", kopecks=None), iron, 3)
    sell(hub, "Б-1", group="Без категории")

    made = listings()
    assert {figures["cards"]["sent"] for figures in made.detail["channels"].values()} == {4}
    for channel, code in (("wb", "КР-7-2"), ("ozon", "КР-7-2"), ("ym", "КР-7/2")):
        table = shown_table(f"cards-{channel}")
        assert [row["артикул"] for row in table if row["артикул"].startswith("КР")] == [code]
        assert {row["итог"] for row in table} <= {"принято", "принято, площадка ещё не показала"}
    wait(hub, READY_AFTER)
    listings()
    stock()
    wait(hub)
    for channel, code in (("wb", "КР-7-2"), ("ozon", "КР-7-2"), ("ym", "КР-7/2")):
        shown = cabinets.books(channel)
        variants = {sku for sku in shown if sku.startswith("В-5-")}
        assert shown.keys() == {"УТ-1", code, "НАБОР"} | variants
        assert len(variants) == 2
        assert shown[code] == (7, 100_100 if channel == "wb" else 100_055)
        assert shown["НАБОР"] == (2, 300_200 if channel == "wb" else 300_165)
        assert {shown[sku] for sku in ("УТ-1", *variants)} == {(5, 100_000)}
        assert names(cabinets, channel)["УТ-1"] == "Утюг УТ-1"

    cabinets.forget()
    again = listings()
    assert set(sent(again).values()) == {0}
    for channel in MARKETPLACES:
        assert again.detail["channels"][channel]["cards"]["unfit"] == 1
        assert quarantined(hub, channel) == {("goods", "Без категории", "card_has_category")}
        assert writes(cabinets, channel) == []
    assert Runs(hub).newest(flow="listings")[0].state == "completed"


def test_a_site_gets_cards_and_prices_once_too(hub: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, cabinets, "site")
    cabinets.put("site", {"УТ-1": (9, 2490)})
    sell(hub, "УТ-1", name="Имя из 1С")
    sell(hub, "КР-7/2", kopecks=100_055)
    for colour in ("red", "blue"):
        sell(hub, "В-5", ref=f"v#{colour}", characteristics={"Цвет": colour})
    for _ in range(2):
        listings()
    shown = cabinets.books("site")
    assert shown["КР-7/2"][1] == 100_055
    assert shown["УТ-1"][1] == 100_000
    assert [kopecks for sku, (_, kopecks) in shown.items() if sku.startswith("В-5-")] == [100_000, 100_000]
    assert names(cabinets, "site")["УТ-1"] == "Утюг УТ-1"
    assert quarantined(hub, "site") == set()
    cabinets.forget()
    assert sent(listings()) == {"site cards": 0, "site prices": 0}
    assert cabinets.heard("site", "POST") == []


def test_a_dry_run_shows_the_differences_and_writes_nothing(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ozon", {"УТ-1": (9, 2490), "КР-7-2": (1, 100)})
    for article in ("УТ-1", "КР-7/2", "НОВЫЙ"):
        sell(hub, article)
    report = listings(channel="ozon", dry_run=True)
    figures = report.detail["channels"]["ozon"]
    assert (figures["cards"]["differing"], figures["prices"]["differing"]) == (1, 1)
    assert [(row["артикул"], row["итог"]) for row in shown_table("cards-ozon")] == [("НОВЫЙ", "отличается, не отправлялось (проба)")]
    assert shown_table("prices-ozon")[0] == {
        "артикул": "УТ-1",
        "магазин": "",
        "просила, ₽": "2490,00",
        "цена, ₽": "1000,00",
        "итог": "отличается, не отправлялось (проба)",
        "почему": None,
    }
    assert writes(cabinets, "ozon") == []
    assert (Listings(hub).offered("ozon").height, Cards(hub).issued("ozon").height) == (0, 0)
    assert Runs(hub).newest() == []


def test_a_refused_card_is_told_in_the_vendors_words_until_it_is_right(hub: Hub, cabinets: Cabinets) -> None:
    sell(hub, "А-1")
    sell(hub, "А-2")
    cabinets.fault("ozon", "refuse_item", sku="А-1")
    assert listings(channel="ozon").refused == 1
    assert [key for entity, key, _ in quarantined(hub, "ozon") if entity == "card"] == ["А-1"]
    assert "Площадка пишет: «Товар с такими характеристиками уже существует" in Quarantine(hub).list(source="ozon")["sentence"][0]
    assert sent(listings(channel="ozon"))["ozon cards"] == 0
    assert len(quarantined(hub, "ozon")) == 1
    rename(hub, "А-1", "Другой утюг")
    listings(channel="ozon")
    assert names(cabinets, "ozon") == {"А-1": "Другой утюг", "А-2": "Утюг А-2"}
    assert quarantined(hub, "ozon") == set()


def test_a_refused_price_is_told_until_it_is_right(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ozon", {"УТ-1": (9, 900)})
    iron = sell(hub, "УТ-1")
    cabinets.fault("ozon", "refuse_item", sku="УТ-1")
    assert listings(channel="ozon").refused == 1
    assert quarantined(hub, "ozon") == {("price", "УТ-1", "price_is_out_of_range")}
    assert "Слишком высокая или слишком низкая цена" in Quarantine(hub).list(source="ozon")["sentence"][0]
    ask(hub, iron, 110_000)
    assert listings(channel="ozon").accepted == 1
    assert quarantined(hub, "ozon") == set()


def test_a_price_that_somebody_else_put_right_leaves_the_quarantine(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ozon", {"УТ-1": (9, 900)})
    sell(hub, "УТ-1")
    cabinets.fault("ozon", "refuse_item", sku="УТ-1")
    listings(channel="ozon")
    cabinets.order("ozon", "PUT", "/prices", json={"УТ-1": "1000.00"})
    listings(channel="ozon")
    assert quarantined(hub, "ozon") == set()


def test_a_card_under_our_new_code_that_somebody_made_is_taken_for_the_items_and_left_alone(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("wb", {"КР-7-2": (1, 2490)})
    sell(hub, "КР-7/2")
    report = listings(channel="wb")
    assert sent(report) == {"wb cards": 0, "wb prices": 1}
    rename(hub, "КР-7/2", "Другое имя")
    assert sent(listings(channel="wb")) == {"wb cards": 0, "wb prices": 0}
    assert names(cabinets, "wb") == {"КР-7-2": "Утюг КР-7-2"}
    assert Listings(hub).offered("wb")["item_ref"].to_list() == ["КР-7/2"]


def test_a_card_under_the_items_own_article_is_found_before_one_is_made_under_another_code(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("wb", {"КР-7/2": (1, 2490)})
    sell(hub, "КР-7/2")
    assert sent(listings(channel="wb"))["wb cards"] == 0
    assert names(cabinets, "wb") == {"КР-7/2": "Утюг КР-7/2"}


def test_a_card_that_somebody_made_after_ours_was_refused_is_left_alone(hub: Hub, cabinets: Cabinets) -> None:
    sell(hub, "А-1")
    cabinets.fault("wb", "refuse_item", sku="А-1")
    assert listings(channel="wb").refused == 1
    cabinets.put("wb", {"А-1": (1, 2490)})
    rename(hub, "А-1", "Другое имя")
    for _ in range(2):
        assert sent(listings(channel="wb"))["wb cards"] == 0
    assert names(cabinets, "wb") == {"А-1": "Утюг А-1"}
    assert quarantined(hub, "wb") == set()


def test_a_changed_name_changes_our_card_only(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ym", {"ЧУЖОЙ": (1, 1000)})
    for article in ("ЧУЖОЙ", "НАШ"):
        sell(hub, article)
    listings(channel="ym")
    wait(hub)
    for article in ("ЧУЖОЙ", "НАШ"):
        rename(hub, article, "Другое имя")
    assert sent(listings(channel="ym"))["ym cards"] == 1
    wait(hub)
    assert names(cabinets, "ym") == {"ЧУЖОЙ": "Утюг ЧУЖОЙ", "НАШ": "Другое имя"}


def test_where_cards_are_made_no_more_ours_are_still_changed(hub: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(hub, "НАШ")
    sell(hub, "Б-1", group="Без категории")
    listings(channel="ozon")
    assert quarantined(hub, "ozon") == {("goods", "Без категории", "card_has_category")}
    connect(monkeypatch, cabinets, "ozon", creates=False)
    rename(hub, "НАШ", "Другое имя")
    sell(hub, "НОВЫЙ")
    listings()
    assert names(cabinets, "ozon") == {"НАШ": "Другое имя"}
    assert quarantined(hub, "ozon") == set()


def test_an_archived_card_under_the_items_article_is_told_and_left_alone(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ozon", {"А-1": (1, 2490)})
    cabinets.order("ozon", "PUT", "/archived", json={"А-1": True})
    sell(hub, "А-1")
    assert sent(listings(channel="ozon")) == {"ozon cards": 0, "ozon prices": 0}
    assert quarantined(hub, "ozon") == {("listing", "А-1", "listing_is_archived")}
    assert names(cabinets, "ozon") == {"А-1": "Утюг А-1"}
    cabinets.order("ozon", "PUT", "/archived", json={"А-1": False})
    assert sent(listings(channel="ozon")) == {"ozon cards": 0, "ozon prices": 1}
    assert quarantined(hub, "ozon") == set()


def test_a_channel_that_fails_does_not_stop_the_others(hub: Hub, cabinets: Cabinets) -> None:
    sell(hub, "А-1")
    cabinets.fault("ozon", "garbage", path="/v3/product/info/list", times=None)
    with pytest.raises(ExceptionGroup, match="ozon: "):
        listings()
    assert (names(cabinets, "wb"), names(cabinets, "ozon")) == ({"А-1": "Утюг А-1"}, {})
    run = Runs(hub).newest(flow="listings")[0]
    assert (run.state, (run.detail or {})["channels"].keys()) == ("failed", set(MARKETPLACES))


def test_while_another_run_sends_cards_this_one_yields(hub: Hub, cabinets: Cabinets) -> None:
    sell(hub, "А-1")
    with Listings(hub).only_sender("wb", "listings"):
        assert listings(channel="wb").changed == 0
        assert cabinets.heard("wb") == []
        assert listings(channel="wb", dry_run=True).detail["channels"]["wb"]["cards"]["differing"] == 1
