from contextlib import suppress
from typing import Any

import pytest

from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.runs import Runs
from tasks import reporting
from tasks.deliver import Delivered
from tasks.orders import OrdersTaken
from tasks.publishing import Published
from tasks.reporting import ROWS_SHOWN, fail_where_stopped, reported_run, show_refusals, show_table
from validation.reasons import SENTENCES


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the Prefect UI would be given."""
    artifacts: list[dict[str, Any]] = []
    monkeypatch.setattr(reporting, "create_table_artifact", lambda table, **said: artifacts.append({"table": table} | said))
    monkeypatch.setattr(reporting, "create_markdown_artifact", lambda markdown, **said: artifacts.append({"markdown": markdown} | said))
    return artifacts


def test_a_run_leaves_what_it_counted(hub: Hub) -> None:
    with reported_run(hub, "catalog", channel="site") as report:
        assert Runs(hub).newest()[0].state == "running"
        report.rows_in, report.refused, report.changed, report.accepted = 5, 1, 3, 2
        report.detail = {"feeds": [7]}
    (run,) = Runs(hub).newest()
    assert (run.flow, run.channel, run.state) == ("catalog", "site", "completed")
    assert (run.rows_in, run.refused, run.changed, run.accepted, run.detail) == (5, 1, 3, 2, {"feeds": [7]})
    assert run.seconds is not None


def test_a_failed_run_is_written_down_as_failed_with_what_it_had_counted(hub: Hub) -> None:
    with suppress(ZeroDivisionError), reported_run(hub, "catalog") as report:
        report.changed = 3
        raise ZeroDivisionError
    (run,) = Runs(hub).newest()
    assert (run.state, run.changed) == ("failed", 3)
    assert run.ended_at is not None


def test_a_dry_run_leaves_no_row_however_it_ends(hub: Hub) -> None:
    with reported_run(hub, "catalog", dry_run=True):
        pass
    with pytest.raises(ZeroDivisionError), reported_run(hub, "catalog", dry_run=True):
        raise ZeroDivisionError
    assert Runs(hub).newest() == []


def test_a_long_table_is_cut_and_says_so(shown: list[dict[str, Any]]) -> None:
    show_table("quarantine", [{"№": number} for number in range(ROWS_SHOWN + 1)], "Карантин")
    (artifact,) = shown
    assert [row["№"] for row in artifact["table"]] == list(range(ROWS_SHOWN))
    assert artifact["description"] == f"Карантин (первые {ROWS_SHOWN} из {ROWS_SHOWN + 1}; остальные в базе Utyug)"


def test_a_table_that_fits_is_whole_and_says_nothing_more(shown: list[dict[str, Any]]) -> None:
    show_table("quarantine", [{"№": number} for number in range(ROWS_SHOWN)], "Карантин")
    (artifact,) = shown
    assert (len(artifact["table"]), artifact["description"]) == (ROWS_SHOWN, "Карантин")


def test_an_empty_table_says_that_it_is_empty(shown: list[dict[str, Any]]) -> None:
    show_table("quarantine", [], "Карантин")
    assert shown == [{"markdown": "**Карантин**: пусто.", "key": "quarantine", "description": "Карантин"}]


def test_refusals_are_told_in_sentences_the_most_frequent_first(shown: list[dict[str, Any]]) -> None:
    show_refusals("refused", {"has_name": 1, "price_is_positive": 3})
    assert [(row["строк"], row["почему"]) for row in shown[0]["table"]] == [(3, SENTENCES["price_is_positive"]), (1, SENTENCES["has_name"])]


SILENT = Unavailable("Не отвечает.", system="retailcrm")


def test_a_round_after_one_that_was_stopped_is_not_failed_by_it() -> None:
    stopped, well = Delivered(target="crm:main", stopped_by=SILENT), Delivered(target="crm:main")
    fail_where_stopped([stopped, well])
    with pytest.raises(ExceptionGroup, match=r"^crm:main: Не отвечает"):
        fail_where_stopped([well, stopped])


def test_what_goes_well_on_a_channel_does_not_hide_what_does_not() -> None:
    with pytest.raises(ExceptionGroup, match=r"^wb: Не отвечает"):
        fail_where_stopped([Published(channel="wb", what="cards", stopped_by=SILENT), Published(channel="wb", what="prices")])


def test_all_that_were_stopped_are_named() -> None:
    rounds = [OrdersTaken(channel="wb", stopped_by=SILENT), OrdersTaken(channel="ozon", stopped_by=SILENT), OrdersTaken(channel="site")]
    with pytest.raises(ExceptionGroup) as failed:
        fail_where_stopped(rounds)
    assert failed.value.message == "wb: Не отвечает.; ozon: Не отвечает."
