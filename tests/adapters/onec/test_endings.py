import io
import zipfile

import pytest

from adapters.onec.endings import is_closed_document, is_whole_zip, opens_document

OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.07">'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("after", ["", "\r\n", "\n<!-- конец -->\n"])
def test_a_document_is_over_at_its_closing_root_in_any_encoding(encoding: str, after: str) -> None:
    tail = f"</Каталог></КоммерческаяИнформация>{after}".encode(encoding.removesuffix("-sig"))
    assert is_closed_document(OPENING.encode(encoding), tail)


def test_a_document_with_a_classifier_as_its_root_is_over_at_its_end() -> None:
    assert is_closed_document("<Классификатор>".encode(), "</Группы></Классификатор>".encode())


def test_an_inner_classifier_that_ends_a_piece_does_not_end_the_document() -> None:
    assert not is_closed_document(OPENING.encode(), "</Группы></Классификатор>".encode())


def test_a_closing_root_in_the_middle_of_a_piece_ends_nothing() -> None:
    assert not is_closed_document(OPENING.encode(), "</КоммерческаяИнформация><Каталог>".encode())


def test_a_namespace_prefix_belongs_to_the_root() -> None:
    assert is_closed_document("<cml:КоммерческаяИнформация >".encode(), "</cml:КоммерческаяИнформация>".encode())


@pytest.mark.timeout(5)
def test_a_head_or_tail_made_to_stall_a_search_does_not() -> None:
    assert not is_closed_document(b"<?a?>" * 10_000 + b"!", b"")
    assert not is_closed_document(b"<a>", b"</a>" + b"<!---->" * 140 + b"!")


def test_a_document_opens_once() -> None:
    known = OPENING.encode()
    assert opens_document(known, known_head=known)
    assert opens_document("<КоммерческаяИнформация ВерсияСхемы='2.05'>".encode(), known_head=known)
    assert not opens_document("<Товар><Ид>1</Ид></Товар>".encode(), known_head=known)
    assert not opens_document("<КоммерческаяИнформация >".encode(), known_head=b'<?xml version="1.0"?>\n')


def zipped(*, comment: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("import.xml", "<a/>" * 100)
        archive.comment = comment
    return packed.getvalue()


@pytest.mark.parametrize("comment", [b"", b"1C"])
def test_a_zip_is_whole_at_its_last_byte_and_not_before(comment: bytes) -> None:
    body = zipped(comment=comment)
    assert is_whole_zip(body, len(body))
    assert not any(is_whole_zip(body[:size], size) for size in range(len(body)))


def test_the_end_of_a_stored_inner_zip_is_not_the_end_of_the_outer_one() -> None:
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("inner.zip", zipped())
    body = outer.getvalue()
    cut = body.index(zipped()) + len(zipped())
    assert not is_whole_zip(body[:cut], cut)
