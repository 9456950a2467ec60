from datetime import timedelta

import psycopg
import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents, recover_incident, report_incident

COOLDOWN = timedelta(minutes=15)


@pytest.fixture
def incidents(hub: Hub) -> Incidents:
    return Incidents(hub)


def held(incidents: Incidents, cause: str = "feed:7") -> int:
    return incidents.report(kind="feed_held", cause=cause, sentence="Выгрузка задержана.")


def to_tell_after(incidents: Incidents, hub: Hub, later: timedelta) -> list[tuple[str, int, bool]]:
    return [(i.cause, i.times, i.is_recovered) for i in incidents.to_tell(hub.clock.now() + later, COOLDOWN)]


def tell_all(incidents: Incidents, hub: Hub) -> None:
    for incident in incidents.to_tell(hub.clock.now(), COOLDOWN):
        incidents.mark_told(incident)


def test_the_same_cause_is_one_row_with_a_count(incidents: Incidents) -> None:
    assert held(incidents) == held(incidents) == held(incidents)
    assert [(i.kind, i.cause, i.times) for i in incidents.live()] == [("feed_held", "feed:7", 3)]


def test_another_cause_and_another_kind_are_rows_of_their_own(incidents: Incidents) -> None:
    held(incidents)
    held(incidents, "feed:8")
    incidents.report(kind="shortfall", cause="feed:7", sentence="Не хватает.")
    assert len(incidents.live()) == 3
    assert [i.cause for i in incidents.live(kind="shortfall")] == ["feed:7"]


def test_the_latest_report_is_the_one_that_is_told(incidents: Incidents) -> None:
    incidents.report(kind="silent", cause="worker", sentence="Молчит минуту.", advice="Подождать.")
    incidents.report(kind="silent", cause="worker", sentence="Молчит час.", meaning="Обмен стоит.", link="http://ui/1")
    (incident,) = incidents.live()
    assert (incident.sentence, incident.meaning, incident.advice, incident.link) == (
        "Молчит час.",
        "Обмен стоит.",
        None,
        "http://ui/1",
    )


def test_recovering_what_never_was_is_harmless(incidents: Incidents) -> None:
    assert not incidents.recover(kind="feed_held", cause="feed:7")


def test_a_recovered_cause_that_was_told_opens_a_new_row_when_it_returns(incidents: Incidents, hub: Hub) -> None:
    first = held(incidents)
    tell_all(incidents, hub)
    assert incidents.recover(kind="feed_held", cause="feed:7")
    tell_all(incidents, hub)
    assert held(incidents) != first
    assert [(i.times, i.is_recovered) for i in incidents.all()] == [(1, True), (1, False)]


def test_a_cause_that_returns_before_its_end_was_told_is_still_the_same_incident(incidents: Incidents) -> None:
    first = held(incidents)
    incidents.recover(kind="feed_held", cause="feed:7")
    assert held(incidents) == first
    assert [(i.times, i.is_recovered) for i in incidents.all()] == [(2, False)]


def test_news_is_told_once_and_more_of_the_same_waits_for_the_cooldown(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    assert to_tell_after(incidents, hub, timedelta()) == [("feed:7", 1, False)]
    tell_all(incidents, hub)
    assert to_tell_after(incidents, hub, timedelta()) == []
    held(incidents)
    held(incidents)
    assert to_tell_after(incidents, hub, timedelta()) == []
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == [("feed:7", 3, False)]


def test_nothing_new_after_the_cooldown_is_no_message(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    tell_all(incidents, hub)
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == []


def test_what_was_reported_while_the_message_was_on_its_way_is_still_to_be_told(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    (on_its_way,) = incidents.to_tell(hub.clock.now(), COOLDOWN)
    held(incidents)
    incidents.mark_told(on_its_way)
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == [("feed:7", 2, False)]


def test_the_end_of_what_was_told_is_told_at_once_and_once(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    tell_all(incidents, hub)
    incidents.recover(kind="feed_held", cause="feed:7")
    assert to_tell_after(incidents, hub, timedelta()) == [("feed:7", 1, True)]
    tell_all(incidents, hub)
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == []


def test_what_began_and_ended_unheard_is_one_message(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    incidents.recover(kind="feed_held", cause="feed:7")
    assert to_tell_after(incidents, hub, timedelta()) == [("feed:7", 1, True)]
    tell_all(incidents, hub)
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == []


def test_a_flapping_cause_is_told_once_per_cooldown(incidents: Incidents, hub: Hub) -> None:
    for _ in range(5):
        held(incidents)
        tell_all(incidents, hub)
        incidents.recover(kind="feed_held", cause="feed:7")
        tell_all(incidents, hub)
    assert to_tell_after(incidents, hub, timedelta()) == []
    assert to_tell_after(incidents, hub, COOLDOWN * 2) == [("feed:7", 4, True)]


def test_a_cause_that_returned_while_its_end_was_being_told_is_told_again(incidents: Incidents, hub: Hub) -> None:
    held(incidents)
    tell_all(incidents, hub)
    incidents.recover(kind="feed_held", cause="feed:7")
    (ending,) = incidents.to_tell(hub.clock.now(), COOLDOWN)
    held(incidents)
    incidents.mark_told(ending)
    assert [i.is_recovered for i in incidents.all()] == [False]
    incidents.recover(kind="feed_held", cause="feed:7")
    assert to_tell_after(incidents, hub, timedelta()) == [("feed:7", 2, True)]


def test_an_incident_reported_in_a_transaction_that_failed_never_was(incidents: Incidents, hub: Hub) -> None:
    with hub.engine.connect() as connection, connection.begin() as work:
        report_incident(connection, hub.clock.now(), kind="feed_held", cause="feed:7", sentence="Задержана.")
        work.rollback()
    assert incidents.all() == []


def test_whoever_listens_hears_of_a_report_and_of_a_recovery(hub: Hub, database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute("listen incident")
        with hub.engine.begin() as connection:
            incident_id = report_incident(connection, hub.clock.now(), kind="feed_held", cause="feed:7", sentence="Задержана.")
        with hub.engine.begin() as connection:
            recover_incident(connection, hub.clock.now(), kind="feed_held", cause="feed:7")
        heard = [note.payload for note in listener.notifies(timeout=5, stop_after=2)]
    assert heard == [str(incident_id)] * 2
