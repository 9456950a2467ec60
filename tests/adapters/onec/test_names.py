import pytest

from adapters.errors import FeedRefused
from adapters.onec.names import intake_order, kind_of, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("import0_1.xml", "import0_1.xml"),
        ("import_files/ab/ab1f_22.jpg", "import_files/ab/ab1f_22.jpg"),
        ("import_files\\ab\\ab1f_22.jpg", "import_files/ab/ab1f_22.jpg"),
        ("/tmp/import.xml", "import.xml"),
        ("upload/1c/webdata/import.xml", "import.xml"),
        ("/upload/1c/webdata/import_files/ab/x.jpg", "import_files/ab/x.jpg"),
        ("./import.xml", "import.xml"),
        ("v8_3B8F/import_files/ab/x.jpg", "import_files/ab/x.jpg"),
        ("картинка №1.jpg", "картинка №1.jpg"),
    ],
)
def test_a_name_is_kept_relative_with_forward_slashes_and_without_bitrix_prefixes(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "/",
        "../import.xml",
        "import_files/../../etc/passwd",
        "import_files\\..\\..\\x",
        "/etc/passwd",
        "/tmp//etc/../x",
        "C:\\windows\\x.xml",
        "c:x.xml",
        "a\x00b.xml",
        "a\nb.xml",
        "a\u202egpj.xml",
        "a" * 256,
        "a/" * 251,
    ],
)
def test_a_name_that_leaves_its_folder_or_hides_something_is_refused(given: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        safe_name(given)
    assert refused.value.reason == "unsafe_name"


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("import.xml", b"<?xml version", "xml"),
        ("import.xml", b"\xef\xbb\xbf<?xml", "xml"),
        ("import.xml", b"\xff\xfe<\x00", "xml"),
        ("import", b"\r\n <Root>", "xml"),
        ("import.xml", b"not xml at all", "xml"),
        ("import.xml", b"PK\x03\x04....", "archive"),
        ("v8_3B8F_3e.zip", b"PK\x03\x04....", "archive"),
        ("v8_3B8F_3e.zip", b"broken", "archive"),
        ("v8_3B8F_3e.zip", b"<?xml version", "xml"),
        ("import_files/aa/bb.jpg", b"\xff\xd8\xff", "picture"),
        ("import_files/aa/manual.docx", b"PK\x03\x04....", "picture"),
        ("import_files/aa/driver.zip", b"PK\x03\x04....", "picture"),
        ("import_files/aa/logo.svg", b"<svg>", "picture"),
        ("a.b", b"\xff\xd8\xff", "picture"),
    ],
)
def test_content_decides_what_a_file_is_and_the_name_only_for_attachments(name: str, head: bytes, kind: str) -> None:
    assert kind_of(name, head) == kind


def test_products_are_read_before_offers_and_those_before_prices_rests_and_orders() -> None:
    names = ["orders-1.xml", "rests0_1.xml", "offers0_1.xml", "prices0_1.xml", "other.xml", "webdata/import0_1.xml"]
    in_order = ["webdata/import0_1.xml", "offers0_1.xml", "prices0_1.xml", "rests0_1.xml", "orders-1.xml", "other.xml"]
    assert sorted(names, key=intake_order) == in_order
