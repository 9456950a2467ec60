"""What one item of an import may say, and what Ozon finds wrong with it (tag Errors, `/v3/product/import`)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from deployments.world.ozon.asking import INVALID, Asked, kopecks, refused
from deployments.world.ozon.books import Content, Prices
from deployments.world.ozon.taxonomy import DICTIONARIES, TAXONOMY, TYPE, Attribute

ITEMS_MAX, IMAGES_MAX, NAME_MAX = 100, 30, 255
VATS = frozenset({"0", "0.05", "0.07", "0.1", "0.2", "0.22"})
MM = {"mm": 1.0, "cm": 10.0, "in": 25.4}
G = {"g": 1.0, "kg": 1000.0, "lb": 453.592}
WEIGHT_MAX_G = 1_000_000
DENSITIES = (0.001, 13.55)
PRICES_KOPECKS = (10_00, 10_000_000_00)

Currency = Literal["RUB", "BYN", "KZT", "EUR", "USD", "CNY"]


class Value(Asked):
    """A value of a characteristic: an entry of its dictionary, or a text."""

    dictionary_value_id: int = 0
    value: str = ""


class Said(Asked):
    """A characteristic and its values."""

    id: int = 0
    complex_id: int = 0
    values: tuple[Value, ...] = ()


class Complex(Asked):
    """Characteristics that belong together, such as a video and its name."""

    attributes: tuple[Said, ...] = ()


class Pdf(Asked):
    """A document."""

    index: int = 0
    name: str = ""
    src_url: str = ""


class Promotion(Asked):
    """What to do with a promotion."""

    operation: Literal["UNKNOWN", "ENABLE", "DISABLE"] = "UNKNOWN"
    type: Literal["REVIEWS_PROMO"] = "REVIEWS_PROMO"


class ImportItem(Asked):
    """A product, whole."""

    offer_id: Annotated[str, Field(min_length=1, max_length=50)]
    description_category_id: int
    type_id: int
    price: str
    new_description_category_id: int = 0
    name: str = ""
    old_price: str = ""
    vat: str | None = None
    currency_code: Currency = "RUB"
    barcode: str = ""
    attributes: tuple[Said, ...] = ()
    complex_attributes: tuple[Complex, ...] = ()
    images: Annotated[tuple[str, ...], Field(max_length=IMAGES_MAX)] = ()
    primary_image: str = ""
    color_image: str = ""
    depth: int = 0
    width: int = 0
    height: int = 0
    dimension_unit: str = ""
    weight: int = 0
    weight_unit: str = ""
    geo_names: tuple[str, ...] = ()
    pdf_list: tuple[Pdf, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    service_type: Literal["IS_CODE_SERVICE", "IS_NO_CODE_SERVICE"] = "IS_CODE_SERVICE"

    @property
    def category_id(self) -> int:
        """Where the product is to be."""
        return self.new_description_category_id or self.description_category_id


class ImportProductsRequest(Asked):
    """Up to 100 products."""

    items: Annotated[tuple[ImportItem, ...], Field(max_length=ITEMS_MAX)] = ()

    def check(self) -> None:
        """What makes the whole request refused although each field is of its type.

        Raises:
            Refusal: 400.
        """
        for number, item in enumerate(self.items):
            if item.currency_code != "RUB":
                raise refused(INVALID, f"Items[{number}]: currency_code does not match the currency of the contract")
            if item.primary_image and len(item.images) >= IMAGES_MAX:
                raise refused(INVALID, f"Items[{number}]: images must contain no more than {IMAGES_MAX - 1} items with primary_image")


def error(code: str, message: str, *, at: str = "", attribute: Attribute | None = None) -> dict[str, Any]:
    """A fault of an item, as its task tells it."""
    return {
        "code": code,
        "message": message,
        "state": "",
        "level": "error",
        "description": message,
        "field": at,
        "attribute_id": attribute.attribute_id if attribute else 0,
        "attribute_name": attribute.name if attribute else "",
    }


def judge(item: ImportItem) -> list[dict[str, Any]]:
    """All that is wrong with an item; empty where it will be taken."""
    return [*_texts(item), *_price(item), *_size(item), *_kind(item)]


def as_content(item: ImportItem) -> Content:
    """What the card will say."""
    length, weight = MM.get(item.dimension_unit, 1.0), G.get(item.weight_unit, 1.0)
    pictures = (item.primary_image, *item.images) if item.primary_image else tuple(item.images)
    return Content(
        name=item.name,
        description_category_id=item.category_id,
        type_id=item.type_id,
        vat=item.vat or "0",
        barcode=item.barcode,
        images=tuple(pictures),
        color_image=item.color_image,
        depth_mm=round(item.depth * length),
        width_mm=round(item.width * length),
        height_mm=round(item.height * length),
        weight_g=round(item.weight * weight),
        attributes=tuple(
            (one.id, tuple((value.dictionary_value_id, value.value) for value in one.values)) for one in item.attributes if one.values
        ),
        others=(
            ("complex_attributes", repr(item.complex_attributes)),
            ("geo_names", repr(item.geo_names)),
            ("pdf_list", repr(item.pdf_list)),
            ("service_type", item.service_type),
        ),
    )


def as_prices(item: ImportItem) -> Prices:
    """The price it starts with."""
    return Prices(price_kopecks=kopecks(item.price) or 0, old_price_kopecks=kopecks(item.old_price or "0") or 0)


def _texts(item: ImportItem) -> Iterator[dict[str, Any]]:
    if not item.name.strip():
        yield error("EMPTY_REQUIRED", "Не заполнено обязательное поле.", at="name")
    if len(item.name) > NAME_MAX:
        yield error("name_too_long", f"Название длиннее {NAME_MAX} символов.", at="name")
    if item.vat not in VATS:
        yield error("vat_invalid", "Неверно указан НДС.", at="vat")
    pictures = [*item.images, *([item.primary_image] if item.primary_image else [])]
    if pictures and not any(one.startswith(("http://", "https://")) for one in pictures):
        yield error("all_image_failed", "Не удалось скачать фото по ссылке.", at="images")


def _price(item: ImportItem) -> Iterator[dict[str, Any]]:
    price, old = kopecks(item.price), kopecks(item.old_price or "0")
    if price is None or price <= 0:
        yield error("price_is_negative", "Не указана цена.", at="price")
    elif not PRICES_KOPECKS[0] <= price <= PRICES_KOPECKS[1]:
        yield error("price_out_of_range", "Цена вне порогов категории.", at="price")
    if old is None or (old and price is not None and old <= price):
        yield error("old_price_less_than_price", "Цена до скидки должна быть выше текущей.", at="old_price")


def _size(item: ImportItem) -> Iterator[dict[str, Any]]:
    sides = (item.depth, item.width, item.height)
    if min(*sides, item.weight) <= 0 or item.dimension_unit not in MM or item.weight_unit not in G:
        yield error("missing_dimension", "Не указаны размер и вес товара.", at="dimension")
        return
    content = as_content(item)
    if content.weight_g > WEIGHT_MAX_G:
        yield error("VALUE_MAX_LIMIT", "Превышен предел веса.", at="weight")
        return
    volume = max(1, content.depth_mm * content.width_mm * content.height_mm)
    if not DENSITIES[0] <= content.weight_g * 1000 / volume <= DENSITIES[1]:
        yield error("Incorrect_density", "Плотность вне допустимого диапазона.", at="weight")


def _kind(item: ImportItem) -> Iterator[dict[str, Any]]:
    if not item.category_id:
        yield error("description_category_is_empty", "Не указана категория.", at="description_category_id")
        return
    if not item.type_id:
        yield error("description_type_is_empty", "Не указан тип товара.", at="type_id")
        return
    category = TAXONOMY.categories.get(item.category_id)
    if category is None:
        yield error("description_category_invalid", "Категория не найдена.", at="description_category_id")
    elif category.is_disabled:
        yield error("description_category_is_legacy", "Категория устарела.", at="description_category_id")
    elif item.type_id not in category.types:
        yield error("description_category_has_no_description_type", "Тип товара не относится к категории.", at="type_id")
    else:
        yield from _attributes(item)


def _attributes(item: ImportItem) -> Iterator[dict[str, Any]]:
    said = {one.id: one.values for one in item.attributes}
    for attribute in TAXONOMY.attributes(item.category_id, item.type_id) or ():
        values = said.get(attribute.attribute_id, ())
        given = [value for value in values if value.dictionary_value_id or value.value]
        if not given and attribute.is_required and attribute.attribute_id != TYPE:
            yield error("error_attribute_values_empty", "Не указаны характеристики товара.", at="attributes", attribute=attribute)
        if attribute.dictionary and not all(_is_word(value, DICTIONARIES[attribute.dictionary]) for value in given):
            yield error("error_attribute_values_out_of_range", "Значение не из справочника.", at="attributes", attribute=attribute)


def _is_word(value: Value, words: dict[int, str]) -> bool:
    return value.dictionary_value_id in words if value.dictionary_value_id else value.value in words.values()
