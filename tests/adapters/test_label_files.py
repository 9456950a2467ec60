"""Labels as files: named for packers, and what they are by their first bytes."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from adapters.label_files import keep_label, kind_of_file
from tasks.rules.labels import LabelKind

PDF, PNG = b"%PDF-1.4\n%%EOF", b"\x89PNG\r\n\x1a\n..."


def keep(
    var_dir: Path, content: bytes = PDF, *, owner: str = "ozon", subject: str = "100001-1", kind: LabelKind = "label"
) -> tuple[str, str] | None:
    return keep_label(var_dir, content=content, owner=owner, subject=subject, kind=kind)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (b"\r\n\xef\xbb\xbf" + PDF, "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0JFIF", "jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made -->\n<svg>', "svg"),
        (b"^XA^FO50,50^XZ", "zpl"),
        (b"\n~DGR:A,1,1,FF^XA^XZ", "zpl"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    assert kind_of_file(content) == kind


@pytest.mark.parametrize("content", [b"", b"<html><svg></svg></html>", b'{"error": "^XA"}', b"Too many requests", b"PK\x03\x04", b"GIF89a"])
def test_what_no_printer_takes_is_no_label_and_is_not_kept(tmp_path: Path, content: bytes) -> None:
    assert keep(tmp_path, content) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ({}, "labels/ozon/100001-1 этикетка.pdf"),
        ({"owner": "cdek", "kind": "waybill"}, "labels/cdek/100001-1 накладная.pdf"),
        ({"owner": "cdek", "kind": "barcode"}, "labels/cdek/100001-1 штрихкод места.pdf"),
        ({"owner": "wb", "kind": "supply", "subject": "WB-GI-17"}, "labels/wb/WB-GI-17 код поставки.pdf"),
        ({"owner": "мой сайт"}, "labels/мой_сайт/100001-1 этикетка.pdf"),
    ],
)
def test_a_packer_finds_a_label_by_its_name(tmp_path: Path, told: dict[str, Any], path: str) -> None:
    kept = keep(tmp_path, **told)
    assert kept == (path, hashlib.sha256(PDF).hexdigest())
    assert (tmp_path / path).read_bytes() == PDF


def test_the_same_again_is_the_same_file_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    first, second = keep(tmp_path), keep(tmp_path, PDF + b"\n")
    assert first is not None
    assert second is not None
    assert first[0] == second[0]
    assert [one.read_bytes() for one in (tmp_path / "labels").rglob("*") if one.is_file()] == [PDF + b"\n"]


@pytest.mark.parametrize("name", ["../../etc", "..", "a/../b", "C:\\x", "я" * 300, ""])
def test_a_foreign_key_makes_no_path_and_no_name_that_a_disk_refuses(tmp_path: Path, name: str) -> None:
    kept = keep(tmp_path, owner=name, subject=name)
    assert kept is not None
    assert (tmp_path / kept[0]).resolve().is_relative_to(tmp_path / "labels")
    assert len(Path(kept[0]).parts) == 3
