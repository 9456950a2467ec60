import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy import insert
from typer.testing import CliRunner

from adapters.capabilities import Finding
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import price_type, warehouse
from adapters.settings import Settings, read_settings
from deployments.cli import app
from deployments.doctor import SUBJECTS, Told, examine, show
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.odata.make import furnish_odata
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from deployments.world.wildberries.tokens import make_token
from tests.flows.cabinets import KINDS, RETAIL, WAREHOUSES, Cabinets, environment, opened_cabinets, settings_of

ROUTES = {"UTYUG_MESSAGES__ROUTES__OWNER__URLS": '["json://127.0.0.1/hook"]'}


@pytest.fixture
def cabinets() -> Iterator[Cabinets]:
    with opened_cabinets(speed=1.0) as opened:
        yield opened


@pytest.fixture
def shop(hub: Hub, database_url: str, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub to which 1C has told its warehouses and price types, settings with all four channels, and a route for messages."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    for name, value in (environment(cabinets, settings_of(cabinets)) | ROUTES).items():
        monkeypatch.setenv(name, value)
    with hub.engine.begin() as connection:
        connection.execute(insert(price_type).values(source="main", price_type_ref="1", name=RETAIL))
        connection.execute(insert(warehouse).values(source="main", warehouse_ref="main", name="Основной"))
    return hub


def change(monkeypatch: pytest.MonkeyPatch, cabinets: Cabinets, channel: str, **settings: Any) -> None:
    """One channel only, with these settings over the good ones."""
    monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({channel: settings_of(cabinets)[channel] | settings}))


def bad(told: Told) -> list[tuple[str, str, str]]:
    return [(where, found.subject, found.level) for where, found in told if found.level != "good"]


def of(told: Told, where: str, subject: str) -> list[Finding]:
    return [found for place, found in told if (place, found.subject) == (where, subject) and found.level != "good"]


def printed(told: Told, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(told, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def a_token(cabinets: Cabinets, **said: Any) -> str:
    return make_token(**{"expires_at": cabinets.clock.now() + timedelta(days=180)} | said)


def test_a_shop_in_order_has_nothing_wrong(shop: Hub) -> None:
    told = examine(shop, read_settings())
    assert bad(told) == [("site", "host", "warning")]
    assert {where for where, _ in told} == {"Utyug", *KINDS}
    assert {found.subject for _, found in told} <= SUBJECTS.keys()
    for channel in ("wb", "ozon", "ym"):
        assert {"host", "credential", "warehouse"} <= {found.subject for where, found in told if where == channel}
    assert show(told, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("said", "subject", "words"),
    [
        ({"kind": "base"}, "limits", "Токен базовый"),
        ({"is_read_only": True}, "right", "только для чтения"),
        ({"scopes": ["content", "prices"]}, "right", "Маркетплейс"),
        ({"kind": "test"}, "credential", "тестовый"),
    ],
)
def test_a_wildberries_token_that_cannot_sell_is_a_fault(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], subject: str, words: str
) -> None:
    change(monkeypatch, cabinets, "wb", token=a_token(cabinets, **said))
    found = of(examine(shop, read_settings()), "wb", subject)
    assert any(words in one.sentence and one.level == "fault" and one.advice for one in found)


def test_an_expired_token_is_a_fault(shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, cabinets, "wb", token=a_token(cabinets, expires_at=cabinets.clock.now() - timedelta(days=1)))
    assert any("истёк" in found.sentence for found in of(examine(shop, read_settings()), "wb", "credential"))


def test_a_production_token_in_the_sandbox_is_a_fault(shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, cabinets, "wb", environment="sandbox")
    assert any("песочниц" in found.sentence for found in of(examine(shop, read_settings()), "wb", "credential"))


@pytest.mark.parametrize(
    ("channel", "key"), [("site", "consumer_key"), ("wb", "token"), ("ozon", "api_key"), ("ym", "api_key")], ids=list(KINDS)
)
def test_a_wrong_key_is_a_fault_that_says_where_to_get_a_right_one(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, channel: str, key: str
) -> None:
    change(monkeypatch, cabinets, channel, **{key: "a-wrong-one"})
    found = of(examine(shop, read_settings()), channel, "credential")
    assert any(one.level == "fault" and one.advice for one in found)
    assert "a-wrong-one" not in printed([(channel, one) for one in found], 200)


@pytest.mark.parametrize("channel", ["wb", "ozon", "ym"])
def test_a_warehouse_that_is_not_in_the_cabinet_is_a_fault_that_names_those_that_are(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    change(monkeypatch, cabinets, channel, warehouses={"777": []})
    found = of(examine(shop, read_settings()), channel, "warehouse")
    assert len(found) == 1
    assert "777" in found[0].sentence
    assert WAREHOUSES[channel] in (found[0].advice or "")


def test_an_address_where_nobody_answers_is_a_fault_of_that_channel_only(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = settings_of(cabinets)
    monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"ozon": every["ozon"] | {"url": "http://127.0.0.1:1"}, "ym": every["ym"]}))
    assert {(where, level) for where, _, level in bad(examine(shop, read_settings()))} == {("ozon", "fault")}


def test_names_that_1c_never_sent_are_faults_once_it_has_sent_some(shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, cabinets, "ozon", warehouses={WAREHOUSES["ozon"]: ["main", "дальний"]}, prices={"price_type": "Оптовая"})
    told = examine(shop, read_settings())
    assert bad(told) == [("ozon", "warehouse", "fault"), ("ozon", "prices", "fault")]
    assert "дальний" in of(told, "ozon", "warehouse")[0].sentence
    assert "main" not in of(told, "ozon", "warehouse")[0].sentence
    assert "main (Основной)" in (of(told, "ozon", "warehouse")[0].advice or "")
    assert f"«{RETAIL}»" in (of(told, "ozon", "prices")[0].advice or "")


def test_names_are_only_warned_of_before_1c_has_sent_any(hub: Hub, shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, cabinets, "ozon", warehouses={WAREHOUSES["ozon"]: ["main"]})
    with hub.engine.begin() as connection:
        connection.execute(warehouse.delete())
        connection.execute(price_type.delete())
    assert bad(examine(shop, read_settings())) == [("ozon", "warehouse", "warning"), ("ozon", "prices", "warning")]


def test_a_crm_is_examined_beside_the_channels(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    world = FastAPI()
    furnish_retailcrm(world, clock=WorldClock(), api_key="a-key")
    with served(world) as base:
        right = {"kind": "retailcrm", "url": f"{base}/retailcrm", "api_key": "a-key"}
        monkeypatch.setenv("UTYUG_CRM", json.dumps({"main": right, "other": {**right, "api_key": "another"}}))
        told = examine(shop, read_settings())
    assert [found.level for found in of(told, "crm:main", "credential")] == []
    assert [found.level for found in of(told, "crm:other", "credential")] == ["fault"]
    assert any(where == "crm:main" for where, _ in told)


def test_a_base_asked_by_odata_is_examined_for_what_is_taken_this_way(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    world = FastAPI()
    furnish_odata(world, clock=WorldClock(), login="o", password="right")
    with served(world) as address:
        odata = {"url": f"{address}/odata/ut", "user": "o", "password": "right", "balances": "compare"}
        bases = {"good": odata, "bad": {**odata, "password": "a-wrong-one"}, "unf": {**odata, "configuration": "unf"}, "plain": None}
        told_bases = {name: {"login": name, "password": "x", "odata": one} for name, one in bases.items()}
        monkeypatch.setenv("UTYUG_ONEC__BASES", json.dumps(told_bases))
        monkeypatch.setenv("UTYUG_CHANNELS", "{}")
        told = examine(shop, read_settings())
    faults = [(where, found.subject) for where, found in told if found.level == "fault"]
    assert faults == [("odata:bad", "credential"), ("odata:unf", "right"), ("odata:unf", "right")]
    assert {where for where, _ in told} == {"Utyug", "odata:good", "odata:bad", "odata:unf"}
    assert "a-wrong-one" not in printed(told, 200)


def test_a_carrier_is_examined_beside_the_channels(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    world = FastAPI()
    furnish_cdek(world, clock=WorldClock(), account="shop", secret="a-secret")
    with served(world) as base:
        right = {"kind": "cdek", "url": f"{base}/cdek", "account": "shop", "secret": "a-secret", "shipment_point": "MSK5"}
        monkeypatch.setenv("UTYUG_CARRIERS", json.dumps({"cdek": right, "other": {**right, "secret": "another"}}))
        told = examine(shop, read_settings())
    assert [found.level for found in of(told, "carrier:cdek", "credential")] == []
    assert [found.level for found in of(told, "carrier:other", "credential")] == ["fault"]
    assert any(where == "carrier:cdek" for where, _ in told)


def test_a_carrier_that_nobody_ships_by_or_that_does_not_exist_is_told_of(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FastAPI()
    furnish_cdek(world, clock=WorldClock(), account="shop", secret="a-secret")
    with served(world) as base:
        right = {"kind": "cdek", "url": f"{base}/cdek", "account": "shop", "secret": "a-secret", "shipment_point": "MSK5"}
        monkeypatch.setenv("UTYUG_CARRIERS", json.dumps({"cdek": right, "idle": right}))
        ozon = settings_of(cabinets)["ozon"]
        named = {"ozon": ozon | {"shipping": {"carrier": "cdek"}}, "other": ozon | {"shipping": {"carrier": "nobody"}}}
        monkeypatch.setenv("UTYUG_CHANNELS", json.dumps(named))
        told = examine(shop, read_settings())
    assert [(where, found.level) for where, found in told if found.subject == "carrier"] == [
        ("other", "fault"),
        ("carrier:idle", "warning"),
    ]
    assert "[carriers.nobody]" in (of(told, "other", "carrier")[0].advice or "")


def test_pushes_that_have_nowhere_to_go_are_told_of(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    world = FastAPI()
    furnish_cdek(world, clock=WorldClock(), account="shop", secret="a-secret")
    with served(world) as base:
        carrier = {"kind": "cdek", "url": f"{base}/cdek", "account": "shop", "secret": "a-secret", "shipment_point": "MSK5"}
        monkeypatch.setenv("UTYUG_CHANNELS", "{}")
        monkeypatch.setenv("UTYUG_CARRIERS", json.dumps({"cdek": carrier | {"push_secret": "s" * 20}}))
        without = of(examine(shop, read_settings()), "carrier:cdek", "pushes")
        monkeypatch.setenv("UTYUG_GATEWAY__PUBLIC_URL", "https://shop.example")
        with_address = of(examine(shop, read_settings()), "carrier:cdek", "pushes")
    assert len(without) == len(with_address) + 1
    assert any("gateway.public_url" in (one.advice or "") for one in without)


@pytest.mark.parametrize("name", ["returns", "labels"])
def test_a_folder_that_cannot_be_written_to_is_a_fault(shop: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("UTYUG_CHANNELS", "{}")
    assert bad(examine(shop, read_settings())) == []
    (tmp_path / name).rmdir()
    (tmp_path / name).write_text("a file in its place")
    (fault,) = of(examine(shop, read_settings()), "Utyug", "folder")
    assert (fault.level, str(tmp_path / name) in fault.sentence) == ("fault", True)


def test_an_examination_leaves_nothing_in_the_folders(shop: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UTYUG_CHANNELS", "{}")
    examine(shop, read_settings())
    assert [file for name in ("returns", "labels") for file in (tmp_path / name).iterdir()] == []


@pytest.mark.parametrize(("scopes", "is_told"), [(["content", "prices", "marketplace"], True), (None, False)])
def test_a_token_that_may_not_read_returns_is_told_of(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, scopes: list[str] | None, is_told: bool
) -> None:
    change(monkeypatch, cabinets, "wb", token=a_token(cabinets, **({"scopes": scopes} if scopes else {})))
    found = of(examine(shop, read_settings()), "wb", "right")
    assert any("Аналитика" in one.sentence for one in found) is is_told


def test_nobody_to_tell_is_warned_of(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UTYUG_MESSAGES__ROUTES__OWNER__URLS")
    monkeypatch.setenv("UTYUG_CHANNELS", "{}")
    assert bad(examine(shop, read_settings())) == [("Utyug", "messages", "warning")]


@pytest.mark.parametrize("width", [80, 120])
def test_what_was_found_can_be_read_in_a_narrow_window(shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    change(monkeypatch, cabinets, "wb", token=a_token(cabinets, kind="base"), warehouses={"777": ["нет такого"]})
    told = examine(shop, read_settings())
    lines = printed(told, width).splitlines()
    assert max(map(len, lines)) <= width
    words = re.sub(r"[\s│]+", " ", " ".join(lines))
    for _, found in told:
        for said in filter(None, (found.sentence, found.advice)):
            assert said.split(" ")[0] in words
    assert not any(re.search(r"\S…", line) for line in lines)


@pytest.mark.parametrize(("key", "code"), [({}, 0), ({"api_key": "wrong"}, 1)])
def test_the_command_fails_where_something_is_wrong(
    shop: Hub, cabinets: Cabinets, monkeypatch: pytest.MonkeyPatch, key: dict[str, str], code: int
) -> None:
    change(monkeypatch, cabinets, "ozon", **key)
    monkeypatch.setenv("COLUMNS", "120")
    said = CliRunner().invoke(app, ["doctor"])
    assert said.exit_code == code
    assert ("Что сделать:" in said.output) is bool(code)
    assert f"Плохо: {code}, внимание: 0" in said.output


def test_names_of_sections_are_shown_with_their_brackets(hub: Hub) -> None:
    assert "Заведите [messages.routes.owner] в utyug.toml" in printed(examine(hub, Settings()), 200)
