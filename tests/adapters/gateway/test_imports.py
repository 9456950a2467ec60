"""What `import` says of a file, and when."""

import threading
import time
import zipfile
from collections.abc import Callable
from io import BytesIO

import psycopg
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.tables.inbox import feed as feed_table
from tests.adapters.gateway.conftest import Door, Flow, Talk, document


def only_feed(door: Door) -> int:
    (feed,) = door.inbox.feeds()
    return feed.feed_id


def archive(*names: str, hostile: bool = False) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name in names:
            opened.writestr(name, document())
        if hostile:
            opened.writestr("../../etc/passwd", b"x")
    return packed.getvalue()


def test_a_recorded_file_is_success_and_what_was_loaded(talk: Talk) -> None:
    talk.opened().file("import0_1.xml", document())
    talk.door.inbox.finish_archive(only_feed(talk.door), "Загружено: товаров 1.")
    assert talk("import", filename="import0_1.xml") == "success\nЗагружено: товаров 1."
    assert talk("import", filename="import0_1.xml") == "success\nЗагружено: товаров 1."


def test_an_answer_comes_with_the_notice_and_not_with_a_timer(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=25.0)).opened()
    talk.file("import0_1.xml", document())
    finish = threading.Timer(0.3, talk.door.inbox.finish_archive, (only_feed(talk.door), "Загружено."))
    finish.start()
    assert talk("import", filename="import0_1.xml") == "success\nЗагружено."


def test_a_file_under_way_is_progress_after_the_agreed_wait(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=0.2)).opened()
    talk.file("import0_1.xml", document())
    word, sentence = talk("import", filename="import0_1.xml").split("\n")
    assert word == "progress"
    assert "import0_1.xml" in sentence


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda inbox, feed_id: inbox.refuse(feed_id, "Файл оборван.", reason="truncated"), "Файл оборван. Файл не загружен"),
        (lambda inbox, feed_id: inbox.hold(feed_id, "Обнулилось бы 90 % товаров.", {}), "Обнулилось бы 90 % товаров. Файл задержан"),
        (lambda inbox, feed_id: inbox.dismiss(feed_id, "Отклонил Пётр."), "Отклонил Пётр. Файл отклонён"),
    ],
)
def test_a_file_that_was_not_loaded_is_failure_with_the_reason_and_what_becomes_of_the_changes(
    talk: Talk, change: Callable[..., None], said: str
) -> None:
    talk.opened().file("import0_1.xml", document())
    change(talk.door.inbox, only_feed(talk.door))
    word, sentence = talk("import", filename="import0_1.xml").split("\n")
    assert word == "failure"
    assert said in sentence
    assert "остались зарегистрированными в 1С" in sentence


def test_a_file_let_past_the_gate_is_success_at_the_next_asking(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=0.1)).opened()
    talk.file("import0_1.xml", document())
    inbox, feed_id = talk.door.inbox, only_feed(talk.door)
    inbox.hold(feed_id, "Много нулей.", {})
    assert talk("import", filename="import0_1.xml").startswith("failure\n")
    inbox.accept(feed_id)
    assert talk("import", filename="import0_1.xml").startswith("progress\n")
    inbox.finish_archive(feed_id, "Загружено.")
    assert talk("import", filename="import0_1.xml").startswith("success\n")


def test_a_file_that_does_not_move_is_failure_with_advice(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=0.05, stalled_after_s=0.5)).opened()
    talk.file("import0_1.xml", document())
    assert talk("import", filename="import0_1.xml").startswith("progress\n")
    time.sleep(0.6)
    word, sentence = talk("import", filename="import0_1.xml").split("\n")
    assert word == "failure"
    assert "не движется" in sentence
    talk.door.inbox.touch(only_feed(talk.door))
    assert talk("import", filename="import0_1.xml").startswith("progress\n")


def test_a_file_that_waits_for_one_being_worked_on_is_not_stalled(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=0.05, stalled_after_s=0.5)).opened()
    talk.file("import0_1.xml", document())
    ahead = only_feed(talk.door)
    talk.file("import0_2.xml", document())
    time.sleep(0.6)
    talk.door.inbox.touch(ahead)
    assert talk("import", filename="import0_2.xml").startswith("progress\n")


def test_names_inside_an_archive_are_imported_as_if_they_had_been_sent(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(zip=True)).opened()
    talk.file("v8_3B8F_3e.zip", archive("import0_1.xml", "offers0_1.xml"))
    with Flow(talk.door):
        assert talk("import", filename="import0_1.xml") == "success\nЗагружено товаров: 1."
        assert talk("import", filename="offers0_1.xml") == "success\nЗагружено товаров: 1."
        word, sentence = talk("import", filename="prices0_1.xml").split("\n")
    assert (word, "не передан" in sentence) == ("failure", True)


def test_a_refused_archive_answers_for_every_name_inside(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(zip=True)).opened()
    talk.file("v8_3B8F_3e.zip", archive("import0_1.xml", hostile=True))
    with Flow(talk.door):
        word, sentence = talk("import", filename="import0_1.xml").split("\n")
    assert word == "failure"
    assert "В архиве" in sentence
    assert [feed.kind for feed in talk.door.inbox.feeds()] == ["archive"]


def test_a_broken_answer_to_import_loses_nothing(talk: Talk) -> None:
    talk.opened().file("import0_1.xml", document())
    with Flow(talk.door) as flow:
        answers = [talk("import", filename="import0_1.xml") for _ in range(3)]
    assert answers == ["success\nЗагружено товаров: 1."] * 3
    assert flow.recorded == ["import0_1.xml"]


@pytest.mark.parametrize("name", ["../import0_1.xml", "/etc/passwd", "a%00.xml", "C:%5Cx.xml"])
def test_a_name_that_leaves_the_export_is_failure(talk: Talk, name: str) -> None:
    talk.opened()
    assert "Имя файла" in talk("import", filename=name)
    assert "Имя файла" in talk.file(name, document())
    assert talk.door.stored() == {}


def test_a_storm_of_questions_disturbs_nobody(open_door: Callable[..., Door]) -> None:
    door = open_door(progress_wait_s=60.0)
    talks = [Talk(door).opened() for _ in range(30)]
    for talk in talks:
        talk.file("import0_1.xml", document())
    answers: list[str] = []

    def ask(talk: Talk) -> None:
        answers.append(talk("import", filename="import0_1.xml"))

    askers = [threading.Thread(target=ask, args=(talk,)) for talk in talks]
    for asker in askers:
        asker.start()
    for _ in range(5):
        Talk(door).opened()
    assert answers == []
    with Flow(door):
        for asker in askers:
            asker.join()
    assert answers == ["success\nЗагружено товаров: 1."] * 30


def test_the_gateway_survives_its_connections_being_cut(open_door: Callable[..., Door], database_url: str) -> None:
    talk = Talk(open_door(progress_wait_s=60.0)).opened()
    talk.file("import0_1.xml", document())
    feed_id = only_feed(talk.door)
    answers: list[str] = []

    def ask() -> None:
        while not answers or answers[-1].startswith("progress\n"):
            answers.append(talk("import", filename="import0_1.xml"))

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(3):
        time.sleep(0.3)
        cut_everything(database_url)
    finish_unheard(talk.door.hub, feed_id)
    asking.join()
    assert answers[-1] == "success\nЗагружено."
    assert talk("init").startswith("zip=")


def cut_everything(database_url: str) -> None:
    """What a restart of the server does to its clients."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_a_question_while_the_hub_is_away_is_progress_and_not_failure(
    open_door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(open_door(progress_wait_s=0.2)).opened()
    talk.file("import0_1.xml", document())

    def away(*_: object) -> None:
        raise OperationalError("select secret", {}, Exception("server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "session", away)
        assert talk("import", filename="import0_1.xml").startswith("progress\n")
    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "find", away)
        assert talk("import", filename="import0_1.xml").startswith("progress\n")


def finish_unheard(hub: Hub, feed_id: int) -> None:
    """The flow's end, whose notice went out while nobody listened."""
    with hub.engine.begin() as connection:
        connection.execute(update(feed_table).where(feed_table.c.feed_id == feed_id).values(state="recorded", sentence="Загружено."))
