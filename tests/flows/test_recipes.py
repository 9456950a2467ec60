import json
from pathlib import Path

import pytest

from adapters.hub.assortment import Assortment
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from flows.listings import listings
from tests.adapters.hub.test_listings import put_item
from tests.adapters.workbook.sheet import save

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub that the flow opens by its settings, with a set and its parts, a recipe in the settings and a sheet."""
    for article in ("НБ-01", "УТ-101", "ДГ-1"):
        put_item(hub, f"ref-{article}", article)
    sheet = save(tmp_path / "составы.xlsx", [("НБ-01", "ДГ-1", 2, "Акция"), ("НЕТ-1", "ДГ-1", 1)])
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_RECIPES", json.dumps([{"bundle": "НБ-01", "parts": {"УТ-101": 1}}]))
    monkeypatch.setenv("UTYUG_RECIPES_WORKBOOK", str(sheet))
    return hub


def test_a_run_takes_recipes_before_it_reads_goods_and_a_dry_one_takes_none(hub: Hub) -> None:
    listings(dry_run=True)
    assert Assortment(hub).recipes().is_empty()
    assert Quarantine(hub).list().is_empty()
    listings()
    assert Assortment(hub).recipes().select("promotion", "pcs").rows() == [("", 1), ("Акция", 2)]
    assert Quarantine(hub).list(source="recipes")["reason"].to_list() == ["recipe_bundle_is_known"]
