"""The flow of returns: four channels and a workbook, twice, on a real Prefect server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.runs import Runs
from adapters.hub.tables.catalog import item
from adapters.hub.tables.listing import listing
from deployments.world.yandex_market.books import Lags
from flows.deliver import deliver
from flows.orders import orders
from flows.returns import returns
from tests.adapters.workbook.sheet import save
from tests.flows.cabinets import KINDS, SOURCE, Cabinets, environment, opened_cabinets, settings_of, tell_1c

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]
HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Ключ строки")


@pytest.fixture
def world(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cabinets]:
    """Four cabinets with one good each, as the settings name them."""
    with opened_cabinets(speed=60.0, lags=Lags(orders=timedelta(0))) as cabinets:
        for name, value in environment(cabinets, settings_of(cabinets)).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        monkeypatch.setenv("UTYUG_ONEC", json.dumps({"bases": {SOURCE: {"login": "1c", "password": "1c"}}}))
        tell_1c(hub, {"A-1": (40, 1000)})
        for channel in KINDS:
            cabinets.put(channel, {"A-1": (9, 1000)})
            with hub.engine.begin() as connection:
                item_id = connection.execute(select(item.c.item_id)).scalar_one()
                told = {"channel": channel, "item_id": item_id, "channel_sku": "A-1", "refs": {}, "matched_at": cabinets.clock.now()}
                connection.execute(insert(listing).values(**told))
        yield cabinets


def ship(world: Cabinets) -> dict[str, str]:
    """Two pieces bought and shipped on every channel; what a return is told of there."""
    bought = {name: world.order(name, "POST", "/orders", json={"sku": "A-1", "pcs": 2}) for name in KINDS}
    refs = {name: str(told["order_ref"]) for name, told in bought.items()}
    world.order("wb", "PUT", f"/orders/{refs['wb']}/state", json={"supplier_status": "complete", "wb_status": "sorted"})
    world.order("ozon", "PUT", f"/orders/{refs['ozon']}", json={"status": "delivering"})
    world.order("ym", "PUT", f"/orders/{refs['ym']}", json={"status": "DELIVERY"})
    world.order("site", "PUT", f"/orders/{refs['site']}", json={"status": "completed"})
    task_id = bought["wb"]["task_ids"][0]
    world.order("wb", "PUT", f"/orders/{refs['wb']}/tasks/{task_id}/return", json={"where": "coming"})
    world.order("ozon", "POST", f"/orders/{refs['ozon']}/returns", json={"pcs": 1})
    world.order("ym", "POST", f"/orders/{refs['ym']}/returns", json={"pieces": [["IN_TRANSIT", "FIT"]]})
    return {**refs, "wb": str(task_id)}


def returned(hub: Hub) -> dict[str, list[tuple[int, str, str]]]:
    """By channel: pieces, state and decision of what came back."""
    query = text("""
        select o.channel, l.pcs, l.state, l.decision from return_line l join sale_order o using (order_id) order by l.return_line_id
    """)
    told: dict[str, list[tuple[int, str, str]]] = {}
    with hub.engine.begin() as connection:
        for row in connection.execute(query):
            told.setdefault(row.channel, []).append((row.pcs, row.state, row.decision))
    return told


def test_what_every_channel_and_a_workbook_tell_is_one_return_each_and_goes_on_to_the_accountant(
    hub: Hub, world: Cabinets, tmp_path: Path
) -> None:
    refs = ship(world)
    orders()
    first = returns()
    assert returned(hub) == {name: [(1, "coming", "ask")] for name in ("wb", "ozon", "ym")}
    assert (first.accepted, first.refused) == (3, 0)
    folder = tmp_path / "returns"
    rows = [(ref, "A-1", 1, "годен", None, name) for name, ref in refs.items()]
    save(folder / "книга.xlsx", rows, headers=HEADERS)
    returns()
    assert returned(hub) == {name: [(1, "received", "restock")] for name in ("wb", "ozon", "ym", "site")}
    again = returns()
    assert (again.accepted, again.changed) == (0, 0)
    told = deliver("accountant")
    assert told.accepted == 4
    assert [file.name for file in (folder / "для бухгалтера").iterdir()] == ["Возвраты для 1С № 1.xlsx"]
    assert Runs(hub).newest(flow="returns")[0].state == "completed"


def test_a_dry_run_writes_nothing_and_leaves_no_run(hub: Hub, world: Cabinets) -> None:
    ship(world)
    orders()
    told = returns(dry_run=True)
    assert (told.rows_in, returned(hub), Runs(hub).newest(flow="returns")) == (3, {}, [])


def test_a_channel_that_fails_fails_the_run_and_the_others_are_read(hub: Hub, world: Cabinets) -> None:
    ship(world)
    orders()
    world.fault("ozon", "error_before", status=503, times=None)
    with pytest.raises(ExceptionGroup, match="ozon"):
        returns()
    assert returned(hub).keys() == {"wb", "ym"}


def test_one_channel_or_the_folder_alone_may_be_read(hub: Hub, world: Cabinets) -> None:
    ship(world)
    orders()
    returns("workbook")
    assert returned(hub) == {}
    returns("wb")
    assert returned(hub).keys() == {"wb"}


@pytest.mark.usefixtures("world")
def test_a_channel_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(Misconfigured, match="Площадки avito нет"):
        returns("avito")
