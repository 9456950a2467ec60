import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from prefect.logging import disable_run_logger
from typer.testing import CliRunner

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.settings import Settings
from deployments.cli import app
from deployments.sample.export import write_sample
from tasks.catalog import take_in
from tests.intake import NOON, export, put_files

KEYS = ["file", "kinds", "schema_version", "encoding", "products", "offers", "prices", "counts", "orders", "refused", "error"]
COUNTED = ("products", "offers", "prices", "counts", "orders")
BESIDE = {"barcode_check_digit", "barcode_is_digits"}
"""Refused rows that are no product, offer, price, count or order: the row they stand at is taken without them."""


def inspected(*files: Path) -> list[dict[str, Any]]:
    """What `utyug inspect --json` prints, and that it prints nothing else and ends well."""
    said = CliRunner().invoke(app, ["inspect", *map(str, files), "--json"])
    assert said.exception is None
    assert said.exit_code == 0
    listed: list[dict[str, Any]] = json.loads(said.stdout)
    assert all(list(found) == KEYS for found in listed)
    return listed


def inspected_plainly(*files: Path) -> tuple[int, str]:
    said = CliRunner().invoke(app, ["inspect", *map(str, files)], env={"COLUMNS": "300"})
    assert said.exception is None or isinstance(said.exception, SystemExit)
    return said.exit_code, said.output


def counted(path: Path) -> Counter[str]:
    """Rows by a plain walk over the tree, nothing of the reader: Товар of a catalogue, Предложение, Цена, figures, Документ."""
    rows: Counter[str] = Counter()
    for element in etree.parse(str(path)).iter():
        name = local(element)
        around = {local(outer) for outer in element.iterancestors()}
        rows["products"] += name == "Товар" and "Каталог" in around
        rows["prices"] += name == "Цена" and "Цены" in around
        rows["orders"] += name == "Документ"
        if name == "Предложение":
            rows["offers"] += 1
            rows["counts"] += figures(element)
    return rows


def figures(offer: etree._Element) -> int:
    """A figure for each warehouse named; the offer's own figure only where none is."""
    placed = [one for one in offer.iter() if local(one) == "Склад"]
    own = [one for one in offer.iter() if local(one) == "Количество" and local(one.getparent()) in {"Предложение", "Остаток"}]
    return len(placed) or bool(own)


def local(element: Any) -> str:
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""


def test_every_real_file_is_counted_row_by_row(contracts_dir: Path) -> None:
    files = sorted((contracts_dir / "commerceml" / "samples").glob("*.xml"))
    listed = inspected(*files)
    assert [found["file"] for found in listed] == [str(path) for path in files]
    assert len(files) > 40
    for found, path in zip(listed, files, strict=True):
        assert found["error"] is None, path.name
        refused = sum(told["rows"] for told in found["refused"] if told["reason"] not in BESIDE)
        assert sum(found[kind] for kind in COUNTED) + refused == counted(path).total(), path.name
        if not refused:
            assert {kind: found[kind] for kind in COUNTED} == {kind: counted(path)[kind] for kind in COUNTED}, path.name


def test_what_a_real_file_refuses_is_said_by_reason(contracts_dir: Path) -> None:
    path = contracts_dir / "commerceml" / "samples" / "iMega__commerceml2teleport__parser_fixture_offer.xml"
    (found,) = inspected(path)
    assert (found["offers"], found["prices"], found["refused"]) == (4, 0, [{"reason": "currency_is_known", "rows": 4}])


def test_a_real_file_cut_anywhere_is_a_sentence(contracts_dir: Path, tmp_path: Path) -> None:
    body = (contracts_dir / "commerceml" / "samples" / "bigperson__exchange1c__tests_xml_offers.xml").read_bytes()
    files = []
    for number, place in enumerate(range(0, len(body) - 40, len(body) // 12)):
        path = tmp_path / f"{number:02}.xml"
        path.write_bytes(body[:place])
        files.append(path)
    for found in inspected(*files):
        assert found["error"], found
        assert [found[kind] for kind in COUNTED] == [0] * len(COUNTED)


def test_what_is_refused_in_the_sample_is_what_the_hub_refuses(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    planted = write_sample(folder, formed_at=NOON)
    put_files(hub, planted.files, root=folder)
    by_name = {Path(found["file"]).name: found for found in inspected(folder)}
    with disable_run_logger():
        for feed in Inbox(hub).waiting():
            taken = take_in.fn(hub, Settings(var_dir=tmp_path), feed, dry_run=False)
            found = by_name.pop(feed.name)
            known_to_the_hub_only = {"component_is_known"}
            refused = {reason: rows for reason, rows in taken.refused.items() if reason not in known_to_the_hub_only}
            assert {told["reason"]: told["rows"] for told in found["refused"]} == refused, feed.name
            assert {kind: found[kind] for kind in COUNTED} == {kind: taken.loaded.get(kind, 0) for kind in COUNTED}, feed.name
    assert by_name == {}


def test_rows_that_contradict_each_other_within_a_file_are_refused_and_equal_ones_are_one(tmp_path: Path) -> None:
    path = tmp_path / "offers.xml"
    path.write_bytes(export(["iron", "iron", "mat"]).replace("<Количество>5".encode(), "<Количество>6".encode(), 1))
    (found,) = inspected(path)
    assert (found["products"], found["offers"], found["prices"], found["counts"]) == (2, 2, 2, 1)
    assert found["refused"] == [{"reason": "is_not_repeated", "rows": 2}]


def test_what_cannot_be_read_is_a_sentence_and_hinders_no_other_file(tmp_path: Path) -> None:
    given = {
        "cut.xml": export(["iron"])[:-40],
        "empty.xml": b"",
        "binary.xml": bytes(range(256)) * 40,
        "text.xml": "просто текст".encode(),
        "page.xml": b"<html><body/></html>",
        "cut.zip": b"PK\x03\x04" + bytes(100),
        "good.xml": export(["iron"]),
    }
    for name, body in given.items():
        (tmp_path / name).write_bytes(body)
    missing = tmp_path / "missing.xml"
    listed = inspected(missing, *(tmp_path / name for name in given))
    assert [bool(found["error"]) for found in listed] == [True] * 7 + [False]
    assert listed[0]["error"] == "Такого файла нет: проверьте путь."
    assert "не до конца" in listed[6]["error"]
    assert all(found["error"].endswith(".") for found in listed[:-1])
    assert listed[-1]["products"] == 1


def test_an_archive_is_inspected_file_by_file_and_a_folder_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(export(["iron"]))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("import0_1.xml", export(["iron", "mat"]))
        archive.writestr("offers0_1.xml", export(["iron"])[:-40])
        archive.writestr("import_files/a.jpg", b"\xff\xd8")
    packed = str(tmp_path / "b.zip")
    for listed in (inspected(tmp_path), [*inspected(tmp_path / "a.xml"), *inspected(tmp_path / "b.zip")]):
        assert [(found["file"], found["products"], bool(found["error"])) for found in listed] == [
            (str(tmp_path / "a.xml"), 1, False),
            (f"{packed}/import0_1.xml", 2, False),
            (f"{packed}/offers0_1.xml", 0, True),
        ]


def test_an_archive_by_another_name_is_known_by_its_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "upload.tmp", "w") as archive:
        archive.writestr("import0_1.xml", export(["iron"]))
    (found,) = inspected(tmp_path / "upload.tmp")
    assert found["products"] == 1


def test_where_there_is_no_export_at_all_it_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.writestr("import_files/a.jpg", b"\xff\xd8")
    (tmp_path / "folder").mkdir()
    folder, packed = inspected(tmp_path / "folder", tmp_path / "pictures.zip")
    assert "В папке нет файлов XML" in folder["error"]
    assert "В архиве нет файлов XML" in packed["error"]


def test_a_person_is_shown_a_table_the_reasons_and_the_errors(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(export(["iron"], price="0"))
    bad.write_bytes(b"")
    code, shown = inspected_plainly(good)
    assert code == 0
    assert "1 × Цена ноль или меньше" in shown
    code, shown = inspected_plainly(good, bad)
    assert code == 1
    assert "bad.xml: Файл пуст" in shown


def test_brackets_in_the_name_of_a_file_are_shown_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "import [x] (1).xml"
    path.write_bytes(b"<torn")
    assert inspected_plainly(path)[1].count(path.name) == 2


def test_the_hub_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTYUG_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "a.xml").write_bytes(export(["iron"]))
    assert inspected(tmp_path / "a.xml")[0]["error"] is None
    assert not (tmp_path / "var").exists()
