"""Pieces of files: put together, sent again, cut short, over."""

import io
import random
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.gateway.uploads import complete_quiet
from adapters.hub.arrivals import Arrivals
from tests.adapters.gateway.conftest import Door, Talk, document

BIG = document(3000)


def pieces(body: bytes, size: int = 50_000) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


def zipped(body: bytes = BIG) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("import0_1.xml"), body)
    return packed.getvalue()


def states(door: Door) -> list[tuple[str, str]]:
    return [(feed.name, feed.state) for feed in reversed(door.inbox.feeds())]


def test_pieces_of_one_name_are_one_file(talk: Talk) -> None:
    talk.opened()
    for piece in pieces(BIG):
        assert talk.file("import0_1.xml", piece) == "success"
    assert talk.door.stored() == {"import0_1.xml": BIG}
    assert states(talk.door) == [("import0_1.xml", "waiting")]


def test_a_file_waits_as_soon_as_its_root_is_closed_without_any_import(talk: Talk) -> None:
    talk.opened()
    *most, last = pieces(BIG)
    for piece in most:
        talk.file("import0_1.xml", piece)
    assert states(talk.door) == [("import0_1.xml", "receiving")]
    talk.file("import0_1.xml", last)
    assert states(talk.door) == [("import0_1.xml", "waiting")]


@pytest.mark.parametrize("at", [1, 5, 20, 45])
def test_a_closing_root_cut_between_two_pieces_still_ends_the_file(talk: Talk, at: int) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG[:-at])
    talk.file("import0_1.xml", BIG[-at:])
    assert states(talk.door) == [("import0_1.xml", "waiting")]
    assert talk.door.stored() == {"import0_1.xml": BIG}


def test_a_piece_that_ends_with_an_inner_classifier_does_not_end_the_file(talk: Talk) -> None:
    body = document().replace("<Каталог>".encode(), "<Классификатор></Классификатор><Каталог>".encode())
    cut = body.index("<Каталог>".encode())
    talk.opened()
    talk.file("import0_1.xml", body[:cut])
    assert states(talk.door) == [("import0_1.xml", "receiving")]
    talk.file("import0_1.xml", body[cut:])
    assert talk.door.stored() == {"import0_1.xml": body}


def test_a_newline_after_the_end_is_not_another_file(talk: Talk) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG)
    assert talk.file("import0_1.xml", b"\r\n") == "success"
    assert states(talk.door) == [("import0_1.xml", "waiting")]


def test_the_next_name_ends_the_file_before_it(talk: Talk) -> None:
    talk.opened()
    talk.file("import_files/ab/x.jpg", b"\xff\xd8\xff" * 30_000)
    talk.file("import_files/ab/x.jpg", b"\x00" * 30_000)
    talk.file("import0_1.xml", BIG[:1000])
    assert states(talk.door) == [("import_files/ab/x.jpg", "recorded"), ("import0_1.xml", "receiving")]
    assert talk.door.stored()["import_files/ab/x.jpg"] == b"\xff\xd8\xff" * 30_000 + b"\x00" * 30_000


def test_import_ends_whatever_the_session_was_sending(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(progress_wait_s=0.05)).opened()
    talk.file("import0_1.xml", BIG)
    talk.file("import_files/ab/x.jpg", b"\xff\xd8\xff")
    talk("import", filename="import0_1.xml")
    assert states(talk.door) == [("import0_1.xml", "waiting"), ("import_files/ab/x.jpg", "recorded")]


def test_the_first_piece_once_more_begins_the_file_anew(talk: Talk) -> None:
    talk.opened()
    sent = pieces(BIG)
    for piece in (*sent[:4], *sent):
        assert talk.file("import0_1.xml", piece) == "success"
    assert talk.door.stored() == {"import0_1.xml": BIG}
    assert len(talk.door.inbox.feeds()) == 1


def test_a_document_that_opens_again_begins_anew_though_its_stamp_differs(talk: Talk) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG[:60_000].replace(b"10:00:00", b"09:59:59"))
    for piece in pieces(BIG):
        talk.file("import0_1.xml", piece)
    assert talk.door.stored() == {"import0_1.xml": BIG}


def test_a_root_that_opens_right_after_its_declaration_is_no_new_beginning(talk: Talk) -> None:
    talk.opened()
    declaration, _, rest = document().partition(b"\n")
    talk.file("import0_1.xml", declaration + b"\n")
    talk.file("import0_1.xml", rest)
    assert talk.door.stored() == {"import0_1.xml": document()}


def test_a_zip_begun_anew_is_not_doubled(talk: Talk) -> None:
    talk.opened()
    sent = pieces(zipped())
    for piece in (*sent[:3], *sent):
        talk.file("v8_3B8F_3e.zip", piece)
    assert talk.door.stored() == {"v8_3B8F_3e.zip": zipped()}
    assert states(talk.door) == [("v8_3B8F_3e.zip", "waiting")]


def test_every_piece_said_twice_is_kept_once(talk: Talk) -> None:
    talk.opened()
    for name, body in (("import0_1.xml", BIG), ("v8_3B8F_3e.zip", zipped()), ("import_files/x.jpg", random.Random(1).randbytes(120_000))):
        for piece in pieces(body):
            assert talk.file(name, piece) == "success"
            assert talk.file(name, piece) == "success"
    talk("import", filename="import0_1.xml")
    assert talk.door.stored() == {
        "import0_1.xml": BIG,
        "v8_3B8F_3e.zip": zipped(),
        "import_files/x.jpg": random.Random(1).randbytes(120_000),
    }
    assert len(talk.door.inbox.feeds()) == 3


def test_a_last_piece_of_one_byte_equal_to_the_byte_before_it_is_kept(talk: Talk) -> None:
    talk.opened()
    body = zipped()
    assert body[-1:] == body[-2:-1]
    talk.file("v8_3B8F_3e.zip", body[:-1])
    talk.file("v8_3B8F_3e.zip", body[-1:])
    assert talk.door.stored() == {"v8_3B8F_3e.zip": body}
    assert states(talk.door) == [("v8_3B8F_3e.zip", "waiting")]


def test_a_file_sent_anew_after_its_end_in_the_same_session_is_a_file_of_its_own(talk: Talk) -> None:
    talk.opened()
    newer = BIG.replace(b"10:00:00", b"10:00:05")
    for piece in (*pieces(BIG), *pieces(newer)):
        talk.file("import0_1.xml", piece)
    assert [b"".join(talk.door.inbox.body(feed.feed_id)) for feed in talk.door.inbox.feeds()] == [newer, BIG]


def test_a_new_session_does_not_touch_what_the_one_before_it_sends(door: Door) -> None:
    first, second = Talk(door).opened(), Talk(door).opened()
    newer = BIG.replace(b"10:00:00", b"10:00:05")
    for one, other in zip(pieces(BIG), pieces(newer), strict=True):
        first.file("import0_1.xml", one)
        second.file("import0_1.xml", other)
    assert {b"".join(door.inbox.body(feed.feed_id)) for feed in door.inbox.feeds()} == {BIG, newer}


def test_two_bases_at_once_never_mix(door: Door) -> None:
    talks = [Talk(door).opened(), Talk(door, login="склад", password="пароль-2").opened()]
    bodies = [document(2000), document(2500)]

    def send(talk: Talk, body: bytes) -> None:
        for piece in pieces(body, 10_000):
            assert talk.file("import0_1.xml", piece) == "success"

    threads = [threading.Thread(target=send, args=pair) for pair in zip(talks, bodies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {feed.source: b"".join(door.inbox.body(feed.feed_id)) for feed in door.inbox.feeds()}
    assert stored == {"main": bodies[0], "second": bodies[1]}


def test_another_session_cannot_import_what_this_one_sent(door: Door) -> None:
    Talk(door).opened().file("import0_1.xml", document())
    assert "не передан" in Talk(door).opened()("import", filename="import0_1.xml")


def test_an_empty_document_is_refused_with_advice_and_an_empty_picture_does_not_stop_the_export(talk: Talk) -> None:
    talk.opened()
    assert "пустым" in talk.file("import0_1.xml", b"")
    assert talk.file("import_files/ab/x.jpg", b"") == "success"
    assert talk.door.stored() == {}


def test_an_empty_last_piece_changes_nothing(talk: Talk) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG[:1000])
    assert talk.file("import0_1.xml", b"") == "success"
    assert talk.door.stored() == {"import0_1.xml": BIG[:1000]}


def test_a_silent_file_is_over_and_a_fresh_one_is_not(talk: Talk) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG[:1000])
    door, now = talk.door, talk.door.hub.clock.now()
    arrivals = Arrivals(door.hub)
    assert complete_quiet(door.inbox, arrivals, now=now, quiet_s=30) == []
    assert complete_quiet(door.inbox, arrivals, now=now + timedelta(seconds=31), quiet_s=30, source="second") == []
    assert len(complete_quiet(door.inbox, arrivals, now=now + timedelta(seconds=31), quiet_s=30)) == 1
    assert states(door) == [("import0_1.xml", "waiting")]


@pytest.mark.parametrize("step", ["checkauth", "init"])
def test_the_next_session_of_the_base_ends_its_silent_files(open_door: Callable[..., Door], step: str) -> None:
    door = open_door(file_quiet_s=0.0)
    later = Talk(door)
    if step == "init":
        later.opened(init=False)
    door.inbox.append(
        door.inbox.begin(
            source="main", exchange="catalog", name="a.xml", kind="xml",
            session_ref=door.inbox.open_session(source="main", exchange="catalog"),
        ),
        io.BytesIO(b"<a>"),
    )  # fmt: skip
    later(step)
    assert states(door) == [("a.xml", "waiting")]


def test_a_file_whose_next_piece_is_slow_to_come_is_not_silent(open_door: Callable[..., Door]) -> None:
    talk = Talk(open_door(file_quiet_s=0.6)).opened()
    door, arrivals = talk.door, Arrivals(talk.door.hub)
    talk.file("import0_1.xml", BIG[:1000])
    may_go_on = threading.Event()
    completed: list[int] = []

    def slowly() -> object:
        yield BIG[1000:2000]
        may_go_on.wait(20)
        yield BIG[2000:]

    sending = threading.Thread(target=talk.file, args=("import0_1.xml", slowly()))
    sending.start()
    for _ in range(20):
        may_go_on.wait(0.1)
        completed += complete_quiet(door.inbox, arrivals, now=door.hub.clock.now(), quiet_s=0.6)
    may_go_on.set()
    sending.join()
    assert completed == []
    assert door.stored() == {"import0_1.xml": BIG}


def test_a_file_closed_meanwhile_is_answered_with_failure_and_left_alone(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.opened()
    talk.file("import0_1.xml", BIG[:1000])
    (feed,) = talk.door.inbox.feeds()
    talk.door.inbox.complete(feed.feed_id)
    monkeypatch.setattr("adapters.hub.inbox.Inbox.receiving", lambda _self, _ref: feed)
    assert "слишком долго" in talk.file("import0_1.xml", BIG[1000:])
    assert talk.door.stored() == {"import0_1.xml": BIG[:1000]}
