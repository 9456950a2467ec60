from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.hub.incidents import Incident
from adapters.notify.kinds import ANY, KINDS
from adapters.notify.texts import write_message

AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
HELD = Incident(
    incident_id=1,
    kind="feed_held",
    cause="feed:7",
    sentence="Выгрузка №7 обнулила бы 90 % товаров.",
    meaning=None,
    advice=None,
    link="http://ui/run/7",
    times=1,
    told_times=0,
    first_at=AT,
    last_at=AT,
    told_at=None,
    recovered_at=None,
)


def test_a_message_says_what_happened_what_it_means_what_was_done_what_to_do_and_where_to_look() -> None:
    message = write_message(HELD, language="ru")
    assert message.title == "Utyug: выгрузка из 1С задержана до решения человека"
    for said in (HELD.sentence, "Что это значит", "остались прежними", "Что делать", "accept", "http://ui/run/7", "22.11.2026 16:05"):
        assert said in message.body


def test_what_the_reporter_says_of_meaning_and_advice_is_said_instead() -> None:
    message = write_message(replace(HELD, meaning="Сайт продаёт по-старому.", advice="Позвоните на склад."), language="ru")
    assert "Сайт продаёт по-старому." in message.body
    assert "Позвоните на склад." in message.body
    assert "accept" not in message.body


def test_a_count_is_in_the_subject_and_in_the_text() -> None:
    message = write_message(replace(HELD, times=12), language="ru")
    assert message.title.endswith("(×12)")
    assert "Повторилось раз: 12" in message.body


def test_the_end_says_that_nothing_needs_to_be_done() -> None:
    message = write_message(replace(HELD, recovered_at=AT), language="ru")
    assert message.title.startswith("Utyug: Прошло: ")
    assert HELD.sentence in message.body
    assert "Делать ничего не нужно" in message.body


def test_an_english_message_is_english_around_what_was_recorded() -> None:
    message = write_message(replace(HELD, meaning="по-русски", advice="по-русски"), language="en")
    assert message.title == "Utyug: a feed from 1C is held until a person decides"
    assert f"As recorded: {HELD.sentence}" in message.body
    assert "по-русски" not in message.body


def test_an_unknown_kind_is_told_too() -> None:
    assert HELD.sentence in write_message(replace(HELD, kind="never_seen"), language="ru").body


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_every_kind_is_explained_in_both_languages(kind: str | None) -> None:
    words = KINDS[kind] if kind else ANY
    for language in ("ru", "en"):
        said = words[language]
        assert all((said.title, said.meaning, said.done, said.advice))
