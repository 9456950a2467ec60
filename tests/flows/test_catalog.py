import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.hub.catalog import Catalog
from adapters.hub.contents import contents
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.incidents import Incidents
from adapters.hub.listen import Listener
from adapters.hub.quarantine import Quarantine
from adapters.hub.runs import Runs
from deployments.sample.export import Planted, write_sample
from flows.catalog import catalog
from tests.intake import NOON, everything, export, many, one_more_hub, put, put_files, shop

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub that the flow opens by its settings."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    return hub


@pytest.fixture
def other_hub(server_url: str, template_database: str) -> Iterator[Hub]:
    with one_more_hub(server_url, template_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def planted(sample_folder: Path) -> Planted:
    return write_sample(sample_folder, formed_at=NOON)


def states(hub: Hub) -> list[str]:
    return [feed.state for feed in reversed(Inbox(hub).feeds())]


def test_files_one_by_one_again_and_in_a_zip_end_in_the_same_shop(
    hub: Hub, other_hub: Hub, planted: Planted, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(hub, planted.files, root=sample_folder)
    report = catalog()
    assert contents(hub) == planted.loaded
    assert report.detail["loaded"]["prices"] == planted.loaded["prices"]
    assert Quarantine(hub).counts() == planted.refused
    once = shop(hub)

    put_files(hub, planted.files, root=sample_folder)
    assert catalog().changed == 0
    assert shop(hub) == once

    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(planted.files, reverse=True):
            archive.write(path, path.relative_to(sample_folder).as_posix())
    monkeypatch.setenv("UTYUG_DATABASE_URL", other_hub.engine.url.render_as_string(hide_password=False))
    put(other_hub, packed.read_bytes(), name="v8_1C.zip")
    catalog()
    assert shop(other_hub) == once


def test_a_file_that_is_cut_short_is_refused_with_a_sentence_and_the_next_is_taken(hub: Hub) -> None:
    put(hub, export(["iron"])[:-40])
    put(hub, export(["mat"]), name="import0_2.xml")
    catalog()
    assert states(hub) == ["refused", "recorded"]
    assert contents(hub)["products"] == 1
    (incident,) = Incidents(hub).live()
    refused = Inbox(hub).feeds(state="refused")[0]
    assert refused.sentence is not None
    assert refused.sentence in incident.sentence
    assert (incident.kind, incident.cause) == ("feed_refused", "main:import")


def test_only_such_a_file_of_a_later_exchange_ends_the_incident(hub: Hub) -> None:
    put(hub, export(["iron"])[:-40])
    put(hub, export(["iron"]), name="import0_2.xml")
    catalog()
    put(hub, export(["iron"]), name="offers0_1.xml")
    catalog()
    assert [incident.kind for incident in Incidents(hub).live()] == ["feed_refused"]
    put(hub, export(["iron"]), name="import0_1.xml")
    catalog()
    assert Incidents(hub).live() == []


def test_a_held_file_changes_nothing_until_a_person_lets_it_in(hub: Hub) -> None:
    put(hub, export(many(), pcs=5))
    catalog()
    before = shop(hub)

    held = put(hub, export(many(), pcs=0, minutes=5), name="offers0_1.xml")
    catalog()
    assert states(hub) == ["recorded", "held"]
    assert shop(hub) == before
    (incident,) = Incidents(hub).live()
    assert incident.kind == "feed_held"
    assert f"accept={held.feed_id}" in (incident.advice or "")

    catalog()
    assert states(hub) == ["recorded", "held"]
    report = catalog(accept=held.feed_id)
    assert states(hub) == ["recorded", "recorded"]
    assert report.changed == len(many())
    assert {row["pcs"] for row in everything(hub)["stock_count"]} == {0}
    assert sum(row["pcs"] for row in everything(hub)["ledger_balance"]) == 0
    assert Incidents(hub).live() == []


def test_a_dry_run_counts_and_writes_nothing_anywhere(hub: Hub, planted: Planted, sample_folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in planted.files:
            archive.write(path, path.relative_to(sample_folder).as_posix())
    put(hub, packed.read_bytes(), name="v8_1C.zip")
    put(hub, export(["iron"])[:-40])
    Incidents(hub).report(kind="run_failed", cause="catalog", sentence="Было.")
    before = everything(hub)
    report = catalog(dry_run=True)
    assert everything(hub) == before
    assert report.detail["loaded"]["products"] == planted.loaded["products"]
    assert report.detail["loaded"]["counts"] == planted.loaded["counts"]
    assert report.detail["refused"]["price_is_positive"] == planted.refused["price_is_positive"]
    assert report.detail["refused"]["truncated"] == 1


def test_a_file_that_a_run_stumbles_on_thrice_is_set_aside_and_those_behind_it_go_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    stumbling = put(hub, export(["iron"]))
    put(hub, export(["mat"]), name="import0_2.xml")
    record = Catalog.record

    def stumble(self: Catalog, feed: object, *rest: object) -> object:
        if getattr(feed, "feed_id", None) == stumbling.feed_id:
            raise ZeroDivisionError
        return record(self, feed, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Catalog, "record", stumble)
    for tried in range(3):
        assert states(hub) == ["waiting", "waiting"], tried
        with pytest.raises(ZeroDivisionError):
            catalog()
    assert states(hub) == ["refused", "waiting"]
    assert "трижды" in (Inbox(hub).feed(stumbling.feed_id).sentence or "")
    assert {incident.kind for incident in Incidents(hub).live()} == {"run_failed", "feed_refused"}
    assert [run.state for run in Runs(hub).newest()] == ["failed"] * 3

    catalog()
    assert states(hub) == ["refused", "recorded"]
    assert {incident.kind for incident in Incidents(hub).live()} == {"feed_refused"}
    assert Runs(hub).newest()[0].state == "completed"


def test_a_shift_takes_what_comes_while_it_waits_and_ends_when_nothing_does(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTYUG_ONEC__SHIFT_IDLE_S", "4")
    first = put(hub, export(["iron"]))

    def bring_another() -> None:
        with Listener(hub, "feed") as ear:
            while Inbox(hub).feed(first.feed_id).state == "waiting":
                ear.wait(0.1)
        put(hub, export(["mat"]), name="import0_2.xml")

    with ThreadPoolExecutor(1) as other:
        brought = other.submit(bring_another)
        report = catalog(rounds=None)
        brought.result()
    assert states(hub) == ["recorded", "recorded"]
    assert report.detail["loaded"]["products"] == 2
    assert len(Runs(hub).newest()) == 1
