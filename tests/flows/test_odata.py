"""The flow that reads 1C's registers, and the one that writes documents there, by their settings, on a real Prefect server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.outbox import Outbox
from adapters.hub.runs import Runs
from adapters.onec.odata.owed import owed_document
from flows.deliver import deliver
from flows.odata import odata
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.onec.odata.test_documents import HEADER, LINES
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD
from tests.tasks.registers import IRON, NAME, Shop, opened_world

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    """A base in the settings' own way, and one beside it that has no OData."""
    clock = HandClock()
    with opened_world() as hands, Hub(database_url, clock=clock) as hub:
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        opened = Shop(hub, clock, hands["ut"])
        set_bases(monkeypatch, **{NAME: of(opened)})
        yield opened


def of(shop: Shop, **told: Any) -> dict[str, Any]:
    """The settings of the base's OData."""
    modes = {"balances": "lower", "prices": "load", "documents": ["shipment"]}
    return {"url": shop.hand.url, "user": LOGIN, "password": PASSWORD, "timeout_s": 1, **modes, **told}


def set_bases(monkeypatch: pytest.MonkeyPatch, **bases: dict[str, Any]) -> None:
    told = {name: {"login": name, "password": "x", "odata": one} for name, one in bases.items()}
    monkeypatch.setenv("UTYUG_ONEC__BASES", json.dumps({**told, "plain": {"login": "plain", "password": "x"}}))


def test_a_run_compares_takes_and_says_how_much(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=3)
    told = odata()
    assert (told.rows_in, told.changed, told.refused) == (2, 1, 0)
    assert told.detail["bases"] == {
        NAME: {
            "balances": {"rows": 2, "differing": 1, "refused": 0, "taken": 1},
            "prices": {"rows": 0, "differing": 0, "refused": 0, "taken": 0},
        }
    }
    assert shop.pcs()[IRON] == 3
    assert Runs(shop.hub).newest(flow="odata")[0].state == "completed"
    assert odata().changed == 0


def test_a_dry_run_leaves_no_trace(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=3)
    before = shop.written()
    told = odata(dry_run=True)
    assert told.detail["bases"][NAME]["balances"]["differing"] == 1
    assert (shop.written(), Runs(shop.hub).newest()) == (before, [])


def test_a_base_that_cannot_be_read_fails_the_run_after_the_others_were(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=3)
    set_bases(monkeypatch, away=of(shop, url="http://127.0.0.1:1"), **{NAME: of(shop)})
    with pytest.raises(ExceptionGroup, match="away"):
        odata()
    assert shop.pcs()[IRON] == 3
    assert odata(base=NAME).changed == 0


@pytest.mark.parametrize("base", ["plain", "other"])
def test_a_base_without_odata_is_named(shop: Shop, base: str) -> None:
    with pytest.raises(Misconfigured, match=NAME):
        odata(base=base)


def test_a_shop_without_odata_sees_nothing_of_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    set_bases(monkeypatch)
    assert odata().detail == {}
    assert Runs(shop.hub).newest() == []


def test_documents_are_written_by_the_flow_that_delivers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    Outbox(shop.hub).owe([owed_document(NAME, "shipment", "17/1", HEADER, LINES)])
    told = deliver(target=f"odata:{NAME}")
    assert (told.accepted, told.detail["targets"][f"odata:{NAME}"]) == (1, {"told": 1, "waiting": 0, "dead": 0})
    assert len(shop.hand.books()["objects"]["Document_РеализацияТоваровУслуг"]) == 1
    set_bases(monkeypatch, **{NAME: of(shop, documents=[])})
    with pytest.raises(Misconfigured, match="Передавать некуда"):
        deliver(target=f"odata:{NAME}")
