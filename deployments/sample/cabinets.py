"""The marketplace cabinets of «Утюг и Ко» before Utyug, and how the shop sells there.

They were filled by hand as well: each lacks other goods of 1C, shows stale stock and asks old prices.
"""

from typing import Any, TypedDict

from deployments.sample.assortment import stock_shop
from deployments.sample.defects import spoil
from deployments.sample.goods import Offer

LACKS_EVERY = {"wildberries": 6, "ozon": 5, "yandex_market": 9}
"""Every sixth of the goods was never put up on Wildberries, and so on."""
PRICE_UNKNOWN = "2490.00"
PRICE_SLIPPED_EVERY = 200
"""Somebody typed a price with a digit too many: marketplaces hold back a fall as deep as its correction."""
TOP_GROUPS = ("Глажение", "Климат", "Кухня", "Посуда", "Аксессуары", "Наборы")
PICTURES_URL = "https://utug-i-ko.example/pictures"
SIZES = [{"group": group, "length_mm": 400, "width_mm": 300, "height_mm": 200, "weight_g": 1000} for group in TOP_GROUPS]

WILDBERRIES_SUBJECTS = {
    "Глажение/Утюги": 1231,
    "Глажение/Отпариватели": 1232,
    "Глажение/Доски": 1233,
    "Глажение/Чехлы": 1234,
    "Климат/Вентиляторы": 1411,
    "Климат/Обогреватели": 1412,
    "Кухня/Чайники": 1601,
    "Кухня/Термопоты": 1602,
    "Кухня/Миксеры": 1603,
    "Кухня/Мясорубки": 1604,
    "Кухня/Тостеры": 1605,
    "Посуда/Сковороды": 2101,
    "Посуда/Кастрюли": 2102,
    "Посуда/Термосы": 2103,
    "Посуда/Кружки": 2104,
    "Аксессуары/Удлинители": 2560,
    "Аксессуары/Салфетки": 3601,
    "Аксессуары/Средства от накипи": 3602,
    "Наборы": 3603,
}
"""Brushes and filters have none: their goods are refused with a sentence that says so."""
OZON_CATEGORY, OZON_TYPE = 17028003, 92302
OZON_ATTRIBUTES = [{"id": 85, "value": "dict:126745801"}, {"id": 9048, "property": "Полное наименование"}]
YANDEX_CATEGORIES = {"Глажение": 90568, "Климат": 90567, "Кухня": 90578, "Посуда": 90698, "Аксессуары": 91184, "Наборы": 91184}


class CabinetGoods(TypedDict):
    """Goods of a cabinet: on sale, under the shop's own article."""

    sku: str
    name: str
    price: str
    pcs: dict[str, int]


def cabinet_goods(kind: str, warehouse: str, *, seed: int = 7) -> list[CabinetGoods]:
    """Goods that somebody once put up on a marketplace; the same seed gives the same cabinet.

    Args:
        kind: ``wildberries``, ``ozon`` or ``yandex_market``.
        warehouse: the seller's warehouse there.
        seed: of the shop.
    """
    shop = spoil(stock_shop(seed)).shop
    goods = {product.ref: product for product in shop.products if product.kind == "Товар" and not product.deletion}
    articles: dict[str, list[Offer]] = {}
    for offer in {offer.ref: offer for offer in shop.offers if offer.product_ref in goods}.values():
        articles.setdefault(offer.article.strip(), []).append(offer)
    alone = [offers[0] for article, offers in articles.items() if article and len(offers) == 1 and "/" not in article]
    return [_listed(offer, warehouse, n) for n, offer in enumerate(alone) if n % LACKS_EVERY[kind]]


def selling_rules(kind: str) -> dict[str, Any]:
    """The sections ``cards`` and ``prices`` of a channel's settings."""
    common = {"creates": True, "brand_property": "Марка", "brand": "Утюг и Ко", "sizes": SIZES, "pictures_url": PICTURES_URL}
    whole_roubles = {"unit_kopecks": 100, "to": "up"}
    floor = {"price_type": "Закупочная", "percent": "105"}
    match kind:
        case "wildberries":
            categories = [{"group": group, "category": subject} for group, subject in WILDBERRIES_SUBJECTS.items()]
            prices = {"price_type": "Розничная", "markup_percent": "12", "rounding": whole_roubles, "floor": floor}
        case "ozon":
            told = {"category": OZON_CATEGORY, "type": OZON_TYPE, "attributes": OZON_ATTRIBUTES}
            categories = [{"group": group, **told} for group in TOP_GROUPS if group != "Климат"]
            prices = {"price_type": "Розничная", "markup_percent": "8", "rounding": whole_roubles, "floor": floor}
        case "yandex_market":
            categories = [{"group": group, "category": category} for group, category in YANDEX_CATEGORIES.items()]
            prices = {"price_type": "Цена сайта", "markup_percent": "5", "rounding": {"unit_kopecks": 1000, "ending_kopecks": 900}}
        case _:
            categories = []
            prices = {"price_type": "Цена сайта"}
    return {"cards": {**common, "categories": categories}, "prices": prices}


def _listed(offer: Offer, warehouse: str, n: int) -> CabinetGoods:
    stale = int(offer.total) if offer.total is not None and offer.total.isdigit() else 0
    return {
        "sku": offer.article.strip(),
        "name": offer.name[:60],
        "price": _stale_price(offer, n),
        "pcs": {warehouse: max(0, stale + (0, 3, -1)[len(offer.name) % 3])},
    }


def _stale_price(offer: Offer, n: int) -> str:
    """1C's retail price of old, in whole roubles."""
    whole = offer.prices[0].amount.partition(".")[0] if offer.prices else ""
    if not whole.isdigit() or whole == "0" or not offer.prices[0].factor.isdigit():
        return PRICE_UNKNOWN
    roubles = max(1, int(whole) // int(offer.prices[0].factor))
    return f"{roubles}0.00" if n % PRICE_SLIPPED_EVERY == 1 else f"{roubles}.00"
