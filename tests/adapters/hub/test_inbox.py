"""The inbox: what came is kept whole, in order, once."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import NoResultFound

from adapters.hub.hub import Hub
from adapters.hub.inbox import PART_BYTES, Inbox, NotInState
from adapters.hub.pictures import Pictures

BODY = bytes(range(256)) * 10_000


@pytest.fixture
def inbox(hub: Hub) -> Inbox:
    return Inbox(hub)


def begin(inbox: Inbox, name: str = "import0_1.xml", kind: str = "xml", **more: Any) -> int:
    return inbox.begin(source="main", exchange="catalog", name=name, kind=kind, **more)


def waiting(inbox: Inbox, name: str = "import0_1.xml") -> int:
    return inbox.complete(begin(inbox, name)).feed_id


def parts(hub: Hub, feed_id: int) -> list[int]:
    with hub.engine.begin() as connection:
        rows = connection.exec_driver_sql("select length(body) from feed_part where feed_id = %s order by n", (feed_id,))
        return [row[0] for row in rows]


def test_sessions_are_unguessable_and_remember_when_they_were_seen(inbox: Inbox) -> None:
    first, second = (inbox.open_session(source="main", exchange="catalog") for _ in range(2))
    assert first != second
    assert len(first) >= 32
    session = inbox.session(first)
    assert session is not None
    assert session.source == "main"
    assert session.ended_at is None
    again = inbox.session(first)
    assert again is not None
    assert again.seen_at > session.began_at
    inbox.end_session(first)
    assert (ended := inbox.session(first)) is not None
    assert ended.ended_at is not None
    assert inbox.session("guess") is None


def test_a_file_comes_out_as_it_went_in_whatever_its_pieces(inbox: Inbox, hub: Hub, tmp_path: Path) -> None:
    feed_id = begin(inbox)
    assert inbox.append(feed_id, io.BytesIO(BODY[:700_000])) == 700_000
    assert inbox.append(feed_id, io.BytesIO(BODY[700_000:])) == len(BODY)
    feed = inbox.complete(feed_id)
    assert (feed.state, feed.size_bytes, feed.sha256) == ("waiting", len(BODY), hashlib.sha256(BODY).hexdigest())
    assert inbox.fetch(feed_id, tmp_path / "import.xml").read_bytes() == BODY
    assert b"".join(inbox.body(feed_id)) == BODY
    assert max(parts(hub, feed_id)) <= PART_BYTES <= 1_000_000


def test_a_file_sent_anew_replaces_its_bytes(inbox: Inbox) -> None:
    feed_id = begin(inbox)
    inbox.append(feed_id, io.BytesIO(b"half"))
    inbox.truncate(feed_id)
    assert inbox.append(feed_id, io.BytesIO(b"whole")) == 5
    assert b"".join(inbox.body(feed_id)) == b"whole"


def test_a_complete_file_takes_no_more_bytes_and_completing_twice_is_completing_once(inbox: Inbox) -> None:
    feed_id = waiting(inbox)
    with pytest.raises(NotInState):
        inbox.append(feed_id, io.BytesIO(b"more"))
    with pytest.raises(NotInState):
        inbox.truncate(feed_id)
    with pytest.raises(NotInState):
        inbox.abandon(feed_id, "Передумали.")
    assert inbox.complete(feed_id).state == "waiting"


def test_a_piece_that_breaks_off_leaves_the_file_as_it_was(inbox: Inbox, hub: Hub) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the line is cut")
            return super().read(size)

    feed_id = begin(inbox)
    inbox.append(feed_id, io.BytesIO(b"sound"))
    with pytest.raises(OSError, match="cut"):
        inbox.append(feed_id, Torn(BODY))
    assert inbox.feed(feed_id).size_bytes == 5
    assert parts(hub, feed_id) == [5]


def test_an_abandoned_file_keeps_no_bytes_and_says_why(inbox: Inbox, hub: Hub) -> None:
    feed_id = begin(inbox)
    inbox.append(feed_id, io.BytesIO(b"half"))
    inbox.abandon(feed_id, "Сеанс прерван.")
    feed = inbox.feed(feed_id)
    assert (feed.state, feed.sentence, parts(hub, feed_id)) == ("dismissed", "Сеанс прерван.", [])


def test_files_wait_in_the_order_they_came_and_pictures_do_not_wait(inbox: Inbox) -> None:
    first, second = begin(inbox, "offers0_1.xml"), begin(inbox, "v8.zip", kind="archive")
    third = inbox.begin(source="other", exchange="folder", name="import.xml", kind="xml")
    picture = begin(inbox, "import_files/a.jpg", kind="picture")
    for feed_id in (third, second, first, picture):
        inbox.complete(feed_id)
    assert [feed.feed_id for feed in inbox.waiting()] == [first, second, third]
    assert [feed.feed_id for feed in inbox.waiting(source="other")] == [third]
    assert inbox.feed(picture).state == "recorded"


def test_a_file_is_found_by_its_session_and_name_members_of_archives_included(inbox: Inbox) -> None:
    session_ref, stranger = (inbox.open_session(source="main", exchange="catalog") for _ in range(2))
    session = inbox.session(session_ref)
    archive = begin(inbox, "v8.zip", kind="archive", session_ref=session_ref)
    assert (receiving := inbox.receiving(session_ref)) is not None
    assert receiving.feed_id == archive
    inbox.complete(archive)
    assert inbox.receiving(session_ref) is None
    member = begin(inbox, "import0_1.xml", archive_id=archive)
    found = inbox.find(session_ref, "import0_1.xml")
    assert found is not None
    assert session is not None
    assert (found.feed_id, found.archive_id, found.session_began_at) == (member, archive, session.began_at)
    assert inbox.receiving(session_ref) is None
    newer = begin(inbox, "import0_1.xml", session_ref=session_ref)
    assert (newest := inbox.find(session_ref, "import0_1.xml")) is not None
    assert newest.feed_id == newer
    assert inbox.find(stranger, "import0_1.xml") is None


def test_a_held_file_waits_again_when_a_person_accepts_it(inbox: Inbox) -> None:
    feed_id = waiting(inbox)
    inbox.hold(feed_id, "Слишком много нулей.", {"held": []})
    assert inbox.waiting() == []
    assert inbox.accept(feed_id).is_accepted
    assert inbox.accept(feed_id).state == "waiting"
    assert [feed.feed_id for feed in inbox.waiting()] == [feed_id]


def test_what_was_decided_of_a_file_cannot_be_decided_otherwise_by_a_late_comer(inbox: Inbox) -> None:
    feed_id = waiting(inbox)
    inbox.refuse(feed_id, "Файл обрывается.", reason="truncated")
    for late in (inbox.accept, lambda one: inbox.hold(one, "", {}), lambda one: inbox.finish_archive(one, "")):
        with pytest.raises(NotInState):
            late(feed_id)
    inbox.dismiss(feed_id)
    with pytest.raises(NotInState):
        inbox.refuse(feed_id, "Снова.", reason="truncated")


def test_a_feed_that_never_was_is_not_found(inbox: Inbox) -> None:
    with pytest.raises(NoResultFound):
        inbox.feed(404)


def test_every_change_of_state_wakes_who_listens(inbox: Inbox, database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute("listen feed")
        feed_id = waiting(inbox)
        inbox.hold(feed_id, "Задержан.", {})
        inbox.accept(feed_id)
        inbox.refuse(feed_id, "Файл обрывается.", reason="truncated")
        heard = [notice.payload for notice in listener.notifies(timeout=5, stop_after=4)]
    assert heard == [str(feed_id)] * 4


def test_a_picture_is_kept_under_its_path_and_replaced_by_a_newer_one(inbox: Inbox, hub: Hub) -> None:
    def send(body: bytes) -> int:
        feed_id = begin(inbox, "import_files/a.jpg", kind="picture")
        inbox.append(feed_id, io.BytesIO(body))
        return inbox.complete(feed_id).feed_id

    pictures = Pictures(hub)
    first, same, newer = send(b"old"), send(b"old"), send(b"new")
    found = pictures.find("main", "import_files/a.jpg")
    assert found is not None
    assert pictures.read(found) == b"new"
    assert (found.feed_id, found.sha256) == (newer, hashlib.sha256(b"new").hexdigest())
    assert parts(hub, first) == parts(hub, same) == []
    assert pictures.find("other", "import_files/a.jpg") is None


def test_old_bytes_are_forgotten_but_not_of_pictures_nor_of_what_is_not_done(inbox: Inbox, hub: Hub) -> None:
    def put(kind: str) -> int:
        feed_id = begin(inbox, kind, kind="picture" if kind == "picture" else "xml")
        inbox.append(feed_id, io.BytesIO(b"bytes"))
        return inbox.complete(feed_id).feed_id

    done, held, undecided, picture = (put(kind) for kind in ("done", "held", "waiting", "picture"))
    inbox.refuse(done, "Не читается.", reason="not_xml")
    inbox.hold(held, "Задержан.", {})
    later = hub.clock.now() + timedelta(days=1)
    assert inbox.purge(older_than=hub.clock.now() - timedelta(days=1)) == 0
    assert inbox.purge(older_than=later) == 1
    assert inbox.purge(older_than=later) == 0
    assert [bool(parts(hub, feed_id)) for feed_id in (done, held, undecided, picture)] == [False, True, True, True]
    assert inbox.feed(done).sentence == "Не читается."


def test_touching_shows_that_work_moves_on(inbox: Inbox) -> None:
    feed_id = waiting(inbox)
    before = inbox.feed(feed_id).moved_at
    inbox.touch(feed_id)
    assert inbox.feed(feed_id).moved_at > before


def test_parts_are_never_squeezed_by_the_slow_method(hub: Hub) -> None:
    with hub.engine.begin() as connection:
        storage, compression = connection.exec_driver_sql(
            "select attstorage, attcompression from pg_attribute where attrelid = 'feed_part'::regclass and attname = 'body'"
        ).one()
        has_lz4 = connection.exec_driver_sql(
            "select 'lz4' = any (enumvals) from pg_settings where name = 'default_toast_compression'"
        ).scalar_one()
    assert (compression == "l") if has_lz4 else (storage == "e")
