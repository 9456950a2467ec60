from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from adapters.hub.contents import contents
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from adapters.hub.runs import Runs
from adapters.settings import Settings
from flows.quarantine import quarantine
from tasks.catalog import take_in
from tests.intake import everything, export, put
from tests.tasks.taking import take_all
from validation import catalog as rules
from validation import stock
from validation.checks import is_within

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub that the flow opens by its settings."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    return hub


def test_listing_shows_the_open_rows_and_changes_none(hub: Hub, tmp_path: Path) -> None:
    put(hub, export(["iron", "mat"], price="0", vat="33"))
    take_all(hub, tmp_path)
    before = everything(hub)["quarantine"]
    assert quarantine().rows_in == 6
    assert quarantine(reason="vat_is_known").rows_in == 2
    assert everything(hub)["quarantine"] == before
    assert [run.state for run in Runs(hub).newest(flow="quarantine")] == ["completed"] * 2


def test_dismissing_takes_the_chosen_rows_out(hub: Hub, tmp_path: Path) -> None:
    put(hub, export(["iron", "mat"], price="0", vat="33"))
    take_all(hub, tmp_path)
    assert quarantine(action="dismiss", reason="vat_is_known").changed == 2
    assert Quarantine(hub).counts() == {"price_is_positive": 2, "product_is_unknown": 2}


def test_a_row_refused_by_a_rule_that_changed_enters_the_hub_and_leaves_the_quarantine(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(hub, export(["iron"], vat="33", price="0", pcs="1.5"))
    take_all(hub, tmp_path)
    assert contents(hub)["products"] == 0

    assert quarantine(action="retry").refused == 3
    assert Quarantine(hub).counts() == {"vat_is_known": 1, "price_is_positive": 1, "count_is_whole": 1, "product_is_unknown": 1}

    monkeypatch.setattr(rules, "VAT_RATES", (*rules.VAT_RATES, "33"))
    report = quarantine(action="retry", entity="product")
    assert (report.accepted, report.refused, report.rows_in) == (1, 0, 0)
    assert everything(hub)["product"][0]["vat"] == "33"
    assert Quarantine(hub).counts() == {"price_is_positive": 1, "count_is_whole": 1}
    assert {feed.state for feed in Inbox(hub).feeds()} == {"recorded"}


def test_a_retried_count_reaches_the_ledger(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(hub, export(["iron"], pcs=150_000_000))
    take_all(hub, tmp_path)
    assert Quarantine(hub).counts() == {"count_is_sane": 1}
    monkeypatch.setattr(stock, "is_within", lambda data, low, high: is_within(data, 2 * low, 2 * high))
    quarantine(action="retry")
    assert {(row["account"], row["pcs"]) for row in everything(hub)["ledger_balance"]} == {("pool", 150_000_000)}


def test_a_retry_never_overwrites_what_a_newer_file_brought(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(hub, export(["iron"], vat="33", minutes=0))
    take_all(hub, tmp_path)
    (retried,) = Retries(hub).enqueue(entity="product")
    newer = put(hub, export(["iron"], vat="20", minutes=5))
    monkeypatch.setattr(rules, "VAT_RATES", (*rules.VAT_RATES, "33"))
    for feed_id in (newer.feed_id, retried):
        with disable_run_logger():
            take_in.fn(hub, Settings(var_dir=tmp_path), Inbox(hub).feed(feed_id), dry_run=False)
    assert [row["vat"] for row in everything(hub)["product"]] == ["20"]
    assert Inbox(hub).feed(retried).outcome["dropped"] == {"products": 1}
