from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from lxml import etree

from deployments.sample.defects import LISTED
from deployments.sample.export import Changed, Planted
from tests.deployments.sample.reading import NS, Export, is_barcode_right, text, texts
from validation.reasons import SENTENCES

Finder = Callable[[Export], Iterable[str]]


def prices(export: Export, is_wrong: Callable[[etree._Element], bool]) -> Iterable[str]:
    return (text(offer, "Ид") for offer in export.offers for price in offer.iter(f"{NS}Цена") if is_wrong(price))


def products(export: Export, is_wrong: Callable[[etree._Element], bool]) -> Iterable[str]:
    return (text(product, "Ид") for product in export.products if is_wrong(product))


def requisite(product: etree._Element, name: str) -> str:
    found = [each for each in product.iter(f"{NS}ЗначениеРеквизита") if text(each, "Наименование") == name]
    return text(found[0], "Значение") if found else ""


def number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def repeated(export: Export, rows: str, field: str) -> Iterable[str]:
    held = [(text(row, "Ид"), text(row, field)) for row in getattr(export, rows) if text(row, field)]
    times = Counter(value for _, value in held)
    return (ref for ref, value in held if times[value] > 1)


def places(export: Export, is_wrong: Callable[[float], bool]) -> Iterable[str]:
    return (
        text(offer, "Ид")
        for offer in export.offers
        for place in offer.findall(f"{NS}Склад")
        if is_wrong(float(place.attrib["КоличествоНаСкладе"]))
    )


def counted_twice(export: Export) -> Iterable[str]:
    seen: dict[tuple[str, str], set[str]] = {}
    for offer in export.offers:
        for place in offer.findall(f"{NS}Склад"):
            seen.setdefault((text(offer, "Ид"), place.attrib["ИдСклада"]), set()).add(place.attrib["КоличествоНаСкладе"])
    return (ref for (ref, _), figures in seen.items() for _ in figures if len(figures) > 1)


def differing_totals(export: Export) -> Iterable[str]:
    for offer in export.offers:
        listed = [float(place.attrib["КоличествоНаСкладе"]) for place in offer.findall(f"{NS}Склад")]
        total = number(text(offer, "Количество"))
        if listed and total != sum(listed):
            yield text(offer, "Ид")


def recipes(export: Export, is_wrong: Callable[[etree._Element], bool]) -> Iterable[str]:
    return (text(product, "Ид") for product in export.products for part in product.iter(f"{NS}Комплектующее") if is_wrong(part))


def unknown_components(export: Export) -> Iterable[str]:
    offered = {text(offer, "Ид") for offer in export.offers}
    return recipes(export, lambda part: text(part, "Ид") not in offered)


def orphans(export: Export) -> Iterable[str]:
    cards = {text(product, "Ид") for product in export.products}
    return (ref for offer in export.offers if (ref := text(offer, "Ид")).partition("#")[0] not in cards)


def offers(export: Export, is_wrong: Callable[[etree._Element], bool]) -> Iterable[str]:
    return (text(offer, "Ид") for offer in export.offers if is_wrong(offer))


FOUND: dict[str, Finder] = {
    "has_name": lambda export: products(export, lambda each: not text(each, "Наименование")),
    "has_ref": lambda export: products(export, lambda each: not text(each, "Ид")),
    "vat_is_known": lambda export: products(
        export, lambda each: text(each, "СтавкиНалогов/СтавкаНалога/Ставка") not in {"20", "10", "Без налога"}
    ),
    "weight_is_a_number": lambda export: products(export, lambda each: number(requisite(each, "Вес") or "0") is None),
    "price_is_a_number": lambda export: prices(export, lambda each: number(text(each, "ЦенаЗаЕдиницу")) is None),
    "price_is_positive": lambda export: prices(
        export, lambda each: (amount := number(text(each, "ЦенаЗаЕдиницу"))) is not None and amount <= 0
    ),
    "currency_is_known": lambda export: prices(export, lambda each: text(each, "Валюта") != "RUB"),
    "price_is_in_whole_kopecks": lambda export: prices(
        export,
        lambda each: (
            (amount := number(text(each, "ЦенаЗаЕдиницу"))) is not None and round(amount * 100) % int(text(each, "Коэффициент")) != 0
        ),
    ),
    "has_price_type": lambda export: prices(export, lambda each: not text(each, "ИдТипаЦены")),
    "count_is_whole": lambda export: places(export, lambda pcs: pcs != int(pcs)),
    "count_is_a_number": lambda export: offers(export, lambda each: number(text(each, "Количество") or "0") is None),
    "is_not_repeated": counted_twice,
    "total_differs": differing_totals,
    "barcode_check_digit": lambda export: offers(
        export, lambda each: text(each, "Штрихкод").isdigit() and not is_barcode_right(text(each, "Штрихкод"))
    ),
    "barcode_is_digits": lambda export: offers(export, lambda each: bool(text(each, "Штрихкод")) and not text(each, "Штрихкод").isdigit()),
    "barcode_repeats": lambda export: repeated(export, "offers", "Штрихкод"),
    "article_repeats": lambda export: repeated(export, "products", "Артикул"),
    "component_is_known": unknown_components,
    "recipe_pcs_is_whole": lambda export: recipes(export, lambda each: text(each, "Количество") == "0"),
    "product_is_unknown": orphans,
}


def test_every_planted_defect_is_listed_and_has_the_managers_sentence(planted: Planted) -> None:
    assert planted.refused.keys() == LISTED.keys() == FOUND.keys()
    assert LISTED.keys() <= SENTENCES.keys()


ROWS_OF_ONE_COMPLAINT = {"is_not_repeated": 2, "barcode_repeats": 2, "article_repeats": 2}
"""Rows that contradict each other are one complaint."""


@pytest.mark.parametrize("reason", LISTED)
def test_a_listed_defect_is_in_the_files_on_its_own_rows_and_nowhere_else(reason: str, export: Export, planted: Planted) -> None:
    found = list(FOUND[reason](export))
    victims = [""] * len(planted.victims[reason]) if reason == "has_ref" else list(planted.victims[reason])
    assert set(found) == set(victims)
    assert len(found) == planted.refused[reason] * ROWS_OF_ONE_COMPLAINT.get(reason, 1)


def test_no_two_defects_sit_on_one_product(planted: Planted) -> None:
    carrying = Counter(product for refs in planted.victims.values() for product in {ref.partition("#")[0] for ref in refs})
    assert set(carrying.values()) == {1}


def test_a_refused_card_has_no_offers_that_would_repeat_the_complaint(export: Export, planted: Planted) -> None:
    refused = {ref for reason in ("has_name", "has_ref", "vat_is_known", "weight_is_a_number") for ref in planted.victims[reason]}
    assert not [ref for offer in export.offers if (ref := text(offer, "Ид")).partition("#")[0] in refused]


REPAIRED_BY_QUICK_CHANGES = [
    "price_is_a_number",
    "price_is_positive",
    "currency_is_known",
    "price_is_in_whole_kopecks",
    "count_is_whole",
    "count_is_a_number",
    "is_not_repeated",
    "total_differs",
]


def test_the_next_exchange_has_no_defect_of_its_own(changes: Export, export: Export, planted: Planted) -> None:
    cards = {text(product, "Ид") for product in (*export.products, *changes.products)}
    in_files = set(FOUND) - {"product_is_unknown", "component_is_known", "article_repeats", "barcode_repeats"}
    assert not {reason: found for reason in in_files if (found := list(FOUND[reason](changes)))}
    assert all(text(offer, "Ид").partition("#")[0] in cards for offer in changes.offers)


@pytest.mark.parametrize("reason", REPAIRED_BY_QUICK_CHANGES)
def test_quick_changes_give_the_right_figures_of_every_spoilt_offer(reason: str, changes: Export, planted: Planted) -> None:
    quick = {
        "#".join(filter(None, (text(offer, "Ид"), text(offer, "ИдХарактеристики")))): offer
        for changed in changes.all("ИзмененияПакетаПредложений")
        for offer in changed.iter(f"{NS}Предложение")
    }
    for ref in planted.victims[reason]:
        assert "#" in ref
        figures = [float(place.attrib["КоличествоНаСкладе"]) for place in quick[ref].findall(f"{NS}Склады")]
        assert float(text(quick[ref], "Количество")) == sum(figures)
        assert len(texts(quick[ref], "Цены/Цена")) == 4


def test_cards_that_were_refused_or_missing_come_whole_with_their_offers(changes: Export, planted: Planted) -> None:
    offered = {text(offer, "Ид").partition("#")[0] for offer in changes.offers}
    unknown = {ref.partition("#")[0] for ref in planted.victims["product_is_unknown"]}
    for reason in ("has_name", "vat_is_known", "weight_is_a_number"):
        unknown |= set(planted.victims[reason])
    assert unknown <= {text(product, "Ид") for product in changes.products if text(product, "Наименование")}
    assert unknown <= offered


def test_the_missing_component_comes_with_its_card_and_offer(changes: Export, export: Export, planted: Planted) -> None:
    (bundle,) = planted.victims["component_is_known"]
    (component,) = texts(export.product(bundle), "Комплектующие/Комплектующее/Ид")
    assert text(changes.product(component), "Наименование")
    assert text(changes.offer(component), "Количество")


def test_repeated_articles_and_barcodes_become_single(changes: Export, export: Export, planted: Planted) -> None:
    articles = {text(product, "Ид"): text(product, "Артикул") for product in (*export.products, *changes.products)}
    barcodes = {text(offer, "Ид"): text(offer, "Штрихкод") for offer in (*export.offers, *changes.offers) if text(offer, "Штрихкод")}
    assert len({articles[ref] for ref in planted.victims["article_repeats"]}) == 2
    assert len({barcodes[ref] for ref in planted.victims["barcode_repeats"]}) == 2


def test_what_is_repaired_and_what_is_left_make_the_whole_list(changed: Changed, planted: Planted) -> None:
    assert {**changed.repaired, **changed.left} == planted.refused
    assert changed.repaired.keys().isdisjoint(changed.left)
    assert changed.left


def test_changes_move_stock_of_items_that_no_defect_touches(changed: Changed, planted: Planted) -> None:
    touched = {ref.partition("#")[0] for refs in planted.victims.values() for ref in refs}
    assert len(changed.moved) >= 30
    assert not {ref for ref in changed.moved if ref.partition("#")[0] in touched}
