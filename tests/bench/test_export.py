from pathlib import Path

import pytest
from lxml import etree

from tests.bench.export import write_big
from tests.deployments.sample.reading import NS, is_barcode_right, text


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    return write_big(tmp_path, products=30, offers=90, price_types=4, warehouses=5)


def test_the_big_export_has_the_rows_it_was_asked_for(written: tuple[Path, Path]) -> None:
    cards, offers = (etree.parse(str(path)).getroot() for path in written)
    listed = list(offers.iter(f"{NS}Предложение"))
    assert len(list(cards.iter(f"{NS}Товар"))) == 30
    assert len({text(offer, "Ид") for offer in listed}) == 90
    assert {text(offer, "Ид").partition("#")[0] for offer in listed} == {text(card, "Ид") for card in cards.iter(f"{NS}Товар")}
    assert {len(offer.findall(f"{NS}Цены/{NS}Цена")) for offer in listed} == {4}
    assert {len(offer.findall(f"{NS}Склад")) for offer in listed} == {5}


def test_its_figures_and_barcodes_are_right(written: tuple[Path, Path]) -> None:
    for offer in etree.parse(str(written[1])).getroot().iter(f"{NS}Предложение"):
        places = [int(place.attrib["КоличествоНаСкладе"]) for place in offer.findall(f"{NS}Склад")]
        assert int(text(offer, "Количество")) == sum(places)
        assert is_barcode_right(text(offer, "Штрихкод"))


def test_it_is_not_written_twice(written: tuple[Path, Path], tmp_path: Path) -> None:
    before = [path.stat().st_mtime_ns for path in written]
    assert write_big(tmp_path, products=30, offers=90, price_types=4, warehouses=5) == written
    assert [path.stat().st_mtime_ns for path in written] == before


def test_a_damaged_or_differently_sized_export_is_written_anew(written: tuple[Path, Path], tmp_path: Path) -> None:
    whole = written[1].read_bytes()
    written[1].write_bytes(whole[:100])
    write_big(tmp_path, products=30, offers=90, price_types=4, warehouses=5)
    assert written[1].read_bytes() == whole
    write_big(tmp_path, products=10, offers=90, price_types=4, warehouses=5)
    assert written[0].read_bytes().count("<Товар>".encode()) == 10
