import hashlib
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from deployments.sample.export import Planted, write_orders_push, write_sample
from tests.deployments.sample.conftest import FORMED_AT
from tests.deployments.sample.reading import NS, Export, is_barcode_right, root_of, text, texts


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, sample_folder: Path, planted: Planted) -> None:
    again = write_sample(tmp_path, formed_at=FORMED_AT)
    assert fingerprint(tmp_path) == fingerprint(sample_folder)
    assert (again.refused, again.loaded, again.victims) == (planted.refused, planted.loaded, planted.victims)


@pytest.mark.parametrize("seed", [1, 8, 99])
def test_another_seed_is_another_shop_with_the_same_defects(tmp_path: Path, planted: Planted, seed: int) -> None:
    other = write_sample(tmp_path, seed=seed, formed_at=FORMED_AT)
    assert other.refused.keys() == planted.refused.keys()
    assert all(other.refused.values())
    assert set(other.victims["has_name"]).isdisjoint(planted.victims["has_name"])


def test_the_shop_is_as_large_as_promised(export: Export) -> None:
    offers = export.offers
    with_characteristics = [offer for offer in offers if offer.find(f"{NS}ХарактеристикиТовара") is not None]
    assert len(export.products) >= 320
    assert len(offers) >= 950
    assert 0 < len(with_characteristics) < len(offers)
    assert len(list(export.all("ТипЦены"))) == 4
    assert len([place for place in export.all("Склад") if "ИдСклада" not in place.attrib]) == 3


def test_files_begin_with_a_byte_order_mark_and_end_lines_as_windows_does(planted: Planted) -> None:
    for path in planted.files:
        if path.suffix == ".xml":
            body = path.read_bytes()
            assert body.startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\r\n<')
            assert body.count(b"\r\n\t") > 100


def test_only_the_first_portion_calls_itself_complete_and_has_the_classifier(planted: Planted) -> None:
    names = [path.name for path in planted.files if path.suffix == ".xml"]
    assert names == ["import0_1.xml", "import0_2.xml", "offers0_1.xml", "offers0_2.xml", "offers0_3.xml"]
    for path in planted.files:
        if path.suffix != ".xml":
            continue
        root = root_of(path)
        is_first = path.stem.endswith("_1")
        assert (root.find(f"{NS}Классификатор") is not None) is is_first
        body = next(child for child in root if child.tag != f"{NS}Классификатор")
        assert body.get("СодержитТолькоИзменения") == ("false" if is_first else "true")
        assert root.get("ВерсияСхемы") == "2.07"


def test_portions_are_stamped_one_after_another(planted: Planted) -> None:
    stamps = [datetime.fromisoformat(root_of(path).get("ДатаФормирования") or "") for path in planted.files if path.suffix == ".xml"]
    assert stamps[0] == FORMED_AT
    assert all(earlier < later for earlier, later in pairwise(stamps))


def test_every_picture_that_a_card_names_is_in_the_folder(sample_folder: Path, export: Export) -> None:
    named = {picture.text or "" for picture in export.all("Картинка")}
    lying = {path.relative_to(sample_folder).as_posix() for path in sample_folder.rglob("*.png")}
    assert named == lying
    assert len(named) > 50
    assert all((sample_folder / name).read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for name in named)


def test_groups_are_nested_and_every_card_is_in_one(export: Export) -> None:
    groups = {text(group, "Ид") for group in export.all("Группа")}
    nested = [group for group in export.all("Группа") if group.find(f"{NS}Группы") is not None]
    assert len(nested) >= 5
    assert all(set(texts(product, "Группы/Ид")) <= groups for product in export.products)


def test_dictionary_properties_are_given_by_their_value_refs(export: Export) -> None:
    values = {text(entry, "ИдЗначения") for entry in export.all("Справочник")}
    dictionaries = {text(each, "Ид") for each in export.all("Свойство") if text(each, "ТипЗначений") == "Справочник"}
    given = [each for each in export.all("ЗначенияСвойства") if text(each, "Ид") in dictionaries]
    assert given
    assert all(text(each, "Значение") in values for each in given)


def test_the_article_with_a_slash_is_there(export: Export) -> None:
    assert [text(product, "Наименование") for product in export.products if text(product, "Артикул") == "КР-7/2"]
    assert [text(offer, "Количество") for offer in export.offers if text(offer, "Артикул") == "КР-7/2"] == ["7"]


def test_goods_are_deleted_in_all_three_forms(export: Export) -> None:
    by_attribute = [product for product in export.products if product.get("Статус") == "Удален"]
    by_element = [product for product in export.products if text(product, "Статус") == "Удален"]
    by_mark = [product for product in export.products if text(product, "ПометкаУдаления") == "true"]
    assert [len(by_attribute), len(by_element), len(by_mark)] == [1, 1, 1]


def test_packages_divide_evenly_into_pieces(export: Export, planted: Planted) -> None:
    wrong = planted.victims["price_is_in_whole_kopecks"]
    packed = [
        price
        for offer in export.offers
        if text(offer, "Ид") not in wrong
        for price in offer.iter(f"{NS}Цена")
        if text(price, "Коэффициент") != "1"
    ]
    assert {text(price, "Коэффициент") for price in packed} == {"6", "12"}
    assert all(round(float(text(price, "ЦенаЗаЕдиницу")) * 100) % int(text(price, "Коэффициент")) == 0 for price in packed)


def test_all_barcodes_but_the_listed_are_right_and_unique(export: Export, planted: Planted) -> None:
    listed = {ref for reason in ("barcode_check_digit", "barcode_is_digits", "barcode_repeats") for ref in planted.victims[reason]}
    others = [barcode for row in (*export.products, *export.offers) if text(row, "Ид") not in listed and (barcode := text(row, "Штрихкод"))]
    assert len(others) > 900
    assert all(is_barcode_right(barcode) for barcode in others)
    assert len(set(others)) == len(others)


def test_bundles_list_pieces_of_items_that_are_offered(export: Export, planted: Planted) -> None:
    listed = {*planted.victims["component_is_known"], *planted.victims["recipe_pcs_is_whole"]}
    offered = {text(offer, "Ид") for offer in export.offers}
    bundles = [product for product in export.products if product.find(f"{NS}Комплектующие") is not None]
    sound = [bundle for bundle in bundles if text(bundle, "Ид") not in listed]
    assert len(sound) >= 3
    for bundle in sound:
        assert set(texts(bundle, "Комплектующие/Комплектующее/Ид")) <= offered
        assert all(int(pcs) > 0 for pcs in texts(bundle, "Комплектующие/Комплектующее/Количество"))
    assert any("доск" in text(bundle, "Наименование") for bundle in sound)


def test_loaded_totals_are_the_rows_that_no_defect_takes(export: Export, planted: Planted) -> None:
    cards = {text(product, "Ид") for product in export.products if text(product, "Ид")}
    unreadable = {ref for reason in ("has_name", "vat_is_known", "weight_is_a_number") for ref in planted.victims[reason]}
    offers = {ref for offer in export.offers if (ref := text(offer, "Ид")).partition("#")[0] in cards}
    price_defects = ("price_is_a_number", "price_is_positive", "currency_is_known", "price_is_in_whole_kopecks", "has_price_type")
    lost_prices = sum(len(planted.victims[reason]) for reason in price_defects)
    lost_counts = {ref for reason in ("count_is_whole", "count_is_a_number", "is_not_repeated") for ref in planted.victims[reason]}
    counts = sum(
        len(offer.findall(f"{NS}Склад")) or len(offer.findall(f"{NS}Количество"))
        for offer in export.offers
        if text(offer, "Ид") not in lost_counts
    )
    assert planted.loaded == {
        "products": len(cards - unreadable),
        "offers": len(offers),
        "prices": len(list(export.all("Цена"))) - lost_prices,
        "counts": counts,
    }


def test_stock_adds_up_but_where_listed(export: Export, planted: Planted) -> None:
    listed = {ref for reason in ("total_differs", "count_is_a_number") for ref in planted.victims[reason]}
    totals = Counter[str]()
    for offer in export.offers:
        if text(offer, "Ид") in listed or not text(offer, "Количество"):
            continue
        places = sum(float(place.get("КоличествоНаСкладе") or 0) for place in offer.findall(f"{NS}Склад"))
        assert float(text(offer, "Количество")) == places
        totals["negative" if places < 0 else "none" if places == 0 else "some"] += 1
    assert totals["none"]
    assert totals["some"] > 800


def test_the_order_pushed_back_names_the_sites_number_and_offered_items(tmp_path: Path, export: Export) -> None:
    path = write_orders_push(tmp_path, formed_at=FORMED_AT, number="77")
    document = next(root_of(path).iter(f"{NS}Документ"))
    requisites = dict(
        zip(
            texts(document, "ЗначенияРеквизитов/ЗначениеРеквизита/Наименование"),
            texts(document, "ЗначенияРеквизитов/ЗначениеРеквизита/Значение"),
            strict=True,
        )
    )
    assert path.name == f"orders-{text(document, 'Ид')}_1.xml"
    assert (text(document, "Номер"), text(document, "ХозОперация")) == ("77", "Заказ товара")
    assert requisites["Проведен"] == "true"
    assert requisites["Дата по 1С"] == "2026-03-02T9:00:00"
    assert {text(line, "Ид") for line in document.iter(f"{NS}Товар")} <= {text(offer, "Ид") for offer in export.offers}
