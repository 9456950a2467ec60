"""One Предложение as rows of text: the item, its prices, and its stock in any of the five forms (`reference/commerceml.md` §2.2)."""

from typing import NamedTuple

from lxml.etree import _Element

from adapters.onec.elements import LOCAL, Row, barcode_rows, children, is_deleted, item_ref_of, json_text, local, recipe_rows, stripped

PRICE_1_0 = "Цена"
OFFER_COLUMNS = ("row", "ref", "characteristic_ref", "name", "article", "characteristics", "deleted")
PRICE_COLUMNS = ("row", "item_ref", "price_type_ref", "price", "currency", "factor")
COUNT_COLUMNS = ("row", "item_ref", "place", "count", "total")


class OfferRows(NamedTuple):
    """Rows of one Предложение: its own, its barcode, its prices, its counts, its parts."""

    offer: Row
    barcodes: list[Row]
    prices: list[Row]
    counts: list[Row]
    recipe: list[Row]

    @property
    def is_named(self) -> bool:
        """Whether the file describes the item, rather than only pricing or counting it."""
        return self.offer[3] is not None


def offer_rows(element: _Element, row: int) -> OfferRows:
    """Rows of one Предложение, all five stock forms (§2.2, §2.3)."""
    single: dict[str, str | None] = dict(element.attrib.items()) if element.attrib else {}
    priced: list[_Element] = []
    placed: list[tuple[str | None, str | None]] = []
    recipe: list[_Element] = []
    characteristics = None
    for child in element:
        name = LOCAL[child.tag]  # type: ignore[index]
        if name == "Склад":
            placed.append(_placed(child))
        elif name == "Цены":
            priced.extend(child)
        elif name == "Склады":
            placed.extend(_placed(place) for place in (child if len(child) else (child,)))
        elif name in ("Остатки", "КоличествоНаСкладах"):
            _rests(child, placed, single)
        elif name == "ХарактеристикиТовара":
            pairs = (children(pair) for pair in child)
            characteristics = json_text({pair.get("Наименование") or "": pair.get("Значение") or "" for pair in pairs})
        elif name == "Комплектующие":
            recipe.extend(child)
        else:
            single[name] = child.text
    ref, characteristic = item_ref_of(
        stripped(single.get("Ид") or single.get("ИдентификаторТовара")), stripped(single.get("ИдХарактеристики"))
    )
    total = stripped(single.get("Количество"))
    counts: list[Row] = [(row, ref, place, count, total) for place, count in placed]
    if not counts and total is not None:
        counts = [(row, ref, "", total, total)]
    prices = [_price(row, ref, price) for price in priced]
    if (bare := single.get("Цена")) is not None:
        prices.append((row, ref, PRICE_1_0, bare, single.get("Валюта"), None))
    return OfferRows(
        (
            row,
            ref,
            characteristic,
            single.get("Наименование"),
            single.get("Артикул"),
            characteristics,
            is_deleted((single.get("Статус"), single.get("ПометкаУдаления"))),
        ),
        barcode_rows(row, "item", ref, stripped(single.get("Штрихкод"))),
        prices,
        counts,
        list(recipe_rows(row, ref, recipe)) if recipe else [],
    )


def _price(row: int, ref: str | None, element: _Element) -> Row:
    texts = {LOCAL[child.tag]: child.text for child in element}  # type: ignore[index]
    return row, ref, texts.get("ИдТипаЦены"), texts.get("ЦенаЗаЕдиницу"), texts.get("Валюта"), texts.get("Коэффициент")


def _placed(element: _Element) -> tuple[str | None, str | None]:
    """A warehouse and its figure: two attributes (2.06+) or children (2.09, 3.x).

    The element is Склад, or in ИзмененияПакетаПредложений by the schema of 2.07 a repeated Склады itself.
    """
    place = element.get("ИдСклада")
    count = element.get("КоличествоНаСкладе")
    if place is None or count is None:
        fields = children(element)
        place = place or fields.get("Ид") or fields.get("ИдСклада")
        count = count or fields.get("Количество") or fields.get("КоличествоНаСкладе")
    return place, count


def _rests(element: _Element, placed: list[tuple[str | None, str | None]], single: dict[str, str | None]) -> None:
    for rest in element:
        warehouses = [child for child in rest if local(child) == "Склад"]
        placed.extend(_placed(warehouse) for warehouse in warehouses)
        if local(rest) == "КоличествоНаСкладе":
            placed.append(_placed(rest))
        elif not warehouses:
            single["Количество"] = children(rest).get("Количество")
