"""Runs, cursors and the journal: what was done, how far, and what was decided."""

from adapters.hub.hub import Hub
from adapters.hub.journal import Journal
from adapters.hub.runs import Cursors, Runs


def test_a_run_is_counted_from_its_beginning_to_its_end(hub: Hub) -> None:
    runs = Runs(hub)
    run_id = runs.begin("catalog", channel="site", flow_run_ref="ref-1")
    runs.end(run_id, rows_in=10, refused=2, changed=5, accepted=3, detail={"note": "проба"})
    (run,) = runs.newest(flow="catalog")
    assert (run.state, run.rows_in, run.refused, run.changed, run.accepted, run.detail) == ("completed", 10, 2, 5, 3, {"note": "проба"})
    assert run.ended_at is not None
    assert run.seconds == (run.ended_at - run.began_at).total_seconds()


def test_a_run_that_is_repeated_goes_on_under_its_own_row(hub: Hub) -> None:
    runs = Runs(hub)
    first = runs.begin("catalog", flow_run_ref="ref-1")
    runs.end(first, state="failed")
    assert runs.begin("catalog", flow_run_ref="ref-1") == first
    assert [(run.state, run.ended_at) for run in runs.newest()] == [("running", None)]


def test_runs_without_a_reference_are_runs_of_their_own(hub: Hub) -> None:
    runs = Runs(hub)
    assert runs.begin("stock") != runs.begin("stock")
    assert runs.newest(flow="catalog") == []


def test_a_cursor_stays_where_it_was_left(hub: Hub) -> None:
    cursors = Cursors(hub)
    assert cursors.read("site", "orders") is None
    cursors.move("site", "orders", {"page": 1})
    cursors.move("site", "orders", {"page": 2})
    cursors.move("site", "returns", "2026-03-01")
    assert (cursors.read("site", "orders"), cursors.read("site", "returns")) == ({"page": 2}, "2026-03-01")


def test_the_journal_is_read_newest_first_by_subject_and_kind(hub: Hub) -> None:
    journal = Journal(hub)
    journal.note(kind="feed_held", subject="feed:1", sentence="Задержан.", detail={"why": 1})
    journal.note(kind="feed_accepted", subject="feed:1", sentence="Разрешён.")
    journal.note(kind="feed_held", subject="feed:2", sentence="Задержан.")
    assert [entry.kind for entry in journal.entries(subject="feed:1")] == ["feed_accepted", "feed_held"]
    assert [entry.subject for entry in journal.entries(kind="feed_held")] == ["feed:2", "feed:1"]
    assert journal.entries(limit=1)[0].subject == "feed:2"
