"""The listed defects: which rows of the sample are wrong, why, and what the quarantine must then hold.

Every defect sits on goods of its own, so that each row of the quarantine has one cause. A card that is refused has no offers in the
file: its items would only repeat the complaint.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from deployments.sample.goods import Offer, Price, Product, Shop

LISTED = {
    "has_name": "Карточка товара пришла без наименования.",
    "has_ref": "Карточка товара пришла без Ид.",
    "vat_is_known": "У товара ставка НДС «33», которой не бывает.",
    "weight_is_a_number": "Вес товара записан словами: «около двух кг».",
    "price_is_a_number": "Вместо розничной цены написано «по запросу» (два предложения).",
    "price_is_positive": "Две розничные цены равны нулю и одна отрицательная.",
    "currency_is_known": "Оптовая цена в отменённых белорусских рублях BYR (два предложения).",
    "price_is_in_whole_kopecks": "Цена 1000 рублей за упаковку из трёх штук: на копейки поровну не делится.",
    "has_price_type": "У цены не указан её тип.",
    "count_is_whole": "На двух складах дробный остаток: 1,5 и 2,5 штуки.",
    "count_is_a_number": "Вместо остатка написано «есть».",
    "is_not_repeated": "Предложение стоит в файле дважды: на одном складе то 4 штуки, то 9.",
    "total_differs": "Общий остаток 10, а на складах 7 (два предложения).",
    "barcode_check_digit": "Не сходится контрольная цифра штрихкода (три предложения).",
    "barcode_is_digits": "Вместо штрихкода буквы.",
    "barcode_repeats": "Один штрихкод у двух разных товаров.",
    "article_repeats": "Один артикул у двух разных товаров.",
    "component_is_known": "В комплекте деталь, карточки которой нет в выгрузке.",
    "recipe_pcs_is_whole": "В комплекте деталь в количестве 0 штук.",
    "product_is_unknown": "Предложение товара, карточка которого не выгружена.",
}
"""Reason code of each planted defect and what was done, in one sentence."""

REFUSED_PRODUCTS = frozenset({"has_name", "has_ref", "vat_is_known", "weight_is_a_number"})
REFUSED_PRICES = frozenset({"price_is_a_number", "price_is_positive", "currency_is_known", "price_is_in_whole_kopecks", "has_price_type"})
REFUSED_COUNTS = frozenset({"count_is_whole", "count_is_a_number", "is_not_repeated"})


@dataclass(frozen=True)
class Spoilt:
    """The shop with its defects: the refs that carry each reason, and how many quarantined rows that makes."""

    shop: Shop
    victims: dict[str, tuple[str, ...]]
    rows: dict[str, int]


def spoil(sound: Shop) -> Spoilt:
    """Plant every defect of `LISTED` into a sound shop."""
    return _Vandal(sound).spoilt()


Spoiler = Callable[[Offer], tuple[Offer, ...]]


def _reprice(index: int, change: Callable[[Price], Price]) -> Spoiler:
    def spoiler(offer: Offer) -> tuple[Offer, ...]:
        prices = list(offer.prices)
        prices[index] = change(prices[index])
        return (replace(offer, prices=tuple(prices)),)

    return spoiler


def _recount(total: str, *pcs: str) -> Spoiler:
    def spoiler(offer: Offer) -> tuple[Offer, ...]:
        return (replace(offer, total=total, places=tuple(zip(_some_places(offer), pcs, strict=False))),)

    return spoiler


def _counted_twice(offer: Offer) -> tuple[Offer, ...]:
    (first,) = _recount("4", "4")(offer)
    (second,) = _recount("9", "9")(offer)
    return first, replace(second, prices=(), barcode="")


def _some_places(offer: Offer) -> list[str]:
    return [place for place, _ in offer.places]


def _slip(offer: Offer) -> tuple[Offer, ...]:
    wrong = (int(offer.barcode[-1]) + 1) % 10
    return (replace(offer, barcode=f"{offer.barcode[:-1]}{wrong}"),)


ON_OFFERS: tuple[tuple[str, int, Spoiler], ...] = (
    ("price_is_a_number", 1, _reprice(0, lambda price: replace(price, amount="по запросу"))),
    ("price_is_a_number", 1, _reprice(0, lambda price: replace(price, amount="по запросу"))),
    ("price_is_positive", 1, _reprice(0, lambda price: replace(price, amount="0"))),
    ("price_is_positive", 1, _reprice(0, lambda price: replace(price, amount="0"))),
    ("price_is_positive", 1, _reprice(0, lambda price: replace(price, amount="-1"))),
    ("currency_is_known", 1, _reprice(1, lambda price: replace(price, currency="BYR"))),
    ("currency_is_known", 1, _reprice(1, lambda price: replace(price, currency="BYR"))),
    ("price_is_in_whole_kopecks", 1, _reprice(1, lambda price: replace(price, amount="1000", unit="упак", factor="3"))),
    ("has_price_type", 1, _reprice(2, lambda price: replace(price, type_ref=""))),
    ("count_is_whole", 2, _recount("4", "1.5", "2.5")),
    ("count_is_a_number", 1, _recount("есть")),
    ("is_not_repeated", 1, _counted_twice),
    ("total_differs", 1, _recount("10", "7")),
    ("total_differs", 1, _recount("10", "7")),
    ("barcode_check_digit", 1, _slip),
    ("barcode_check_digit", 1, _slip),
    ("barcode_check_digit", 1, _slip),
    ("barcode_is_digits", 1, lambda offer: (replace(offer, barcode="НЕТ КОДА"),)),
)
"""Reason, rows it makes, and how an offer is spoilt."""

ON_CARDS: tuple[tuple[str, Callable[[Product], Product]], ...] = (
    ("has_name", lambda product: replace(product, name="")),
    ("has_name", lambda product: replace(product, name="")),
    ("has_ref", lambda product: replace(product, ref="")),
    ("vat_is_known", lambda product: replace(product, vat="33")),
    ("weight_is_a_number", lambda product: replace(product, weight_kg="около двух кг")),
)
"""Reason and how a card is spoilt; one row each."""


class _Vandal:
    """Walks the shop once and never takes from the same product twice."""

    def __init__(self, sound: Shop) -> None:
        self.sound = sound
        self.cards = {product.ref: product for product in sound.products}
        self.offers: dict[str, tuple[Offer, ...]] = {offer.ref: (offer,) for offer in sound.offers}
        self.victims: dict[str, tuple[str, ...]] = dict.fromkeys(LISTED, ())
        self.rows = dict.fromkeys(LISTED, 0)
        self.parts = {component.ref.partition("#")[0] for product in sound.products for component in product.components}
        self.of_product: dict[str, list[Offer]] = {}
        for offer in sound.offers:
            self.of_product.setdefault(offer.product_ref, []).append(offer)
        self.varied = self._every(7, [product for product in sound.products if self._is_varied(product)])
        self.simple = self._every(11, [product for product in sound.products if product.barcode and not self._is_taken(product)])

    def spoilt(self) -> Spoilt:
        for reason, card_spoiler in ON_CARDS:
            self._spoil_card(reason, card_spoiler)
        for reason, rows, offer_spoiler in ON_OFFERS:
            victim = self._next_offer()
            self.offers[victim.ref] = offer_spoiler(victim)
            self._remember(reason, victim.ref, rows=rows)
        self._share_a_barcode()
        self._share_an_article()
        self._spoil_recipes()
        self._lose_a_card()
        shop = replace(
            self.sound,
            products=tuple(self.cards.values()),
            offers=tuple(offer for copies in self.offers.values() for offer in copies),
        )
        return Spoilt(shop, self.victims, self.rows)

    def _spoil_card(self, reason: str, spoiler: Callable[[Product], Product]) -> None:
        victim = next(self.varied)
        self.cards[victim.ref] = spoiler(victim)
        for offer in self.of_product[victim.ref]:
            self.offers[offer.ref] = ()
        self._remember(reason, victim.ref)

    def _share_a_barcode(self) -> None:
        one, other = self._next_offer(), self._next_offer()
        self.offers[other.ref] = (replace(other, barcode=one.barcode),)
        self._remember("barcode_repeats", one.ref, other.ref)

    def _share_an_article(self) -> None:
        one, other = next(self.simple), next(self.simple)
        self.cards[other.ref] = replace(other, article=one.article)
        self.offers[other.ref] = (replace(self.of_product[other.ref][0], article=one.article),)
        self._remember("article_repeats", one.ref, other.ref)

    def _spoil_recipes(self) -> None:
        *_, zero, unknown = (product for product in self.sound.products if product.components)
        (component,) = zero.components
        self.cards[zero.ref] = replace(zero, components=(replace(component, pcs="0"),))
        self._remember("recipe_pcs_is_whole", zero.ref)
        (component,) = unknown.components
        del self.cards[component.ref], self.offers[component.ref]
        self._remember("component_is_known", unknown.ref)

    def _lose_a_card(self) -> None:
        victim = next(self.varied)
        del self.cards[victim.ref]
        for offer in self.of_product[victim.ref]:
            self.offers[offer.ref] = (replace(offer, prices=(), total=None, places=(), barcode=""),)
            self._remember("product_is_unknown", offer.ref)

    def _next_offer(self) -> Offer:
        """Of a product that nothing was done to, lying in at least two warehouses."""
        while True:
            for offer in self.of_product[next(self.varied).ref]:
                if len(offer.places) >= 2:
                    return offer

    def _remember(self, reason: str, *refs: str, rows: int = 1) -> None:
        self.victims[reason] += refs
        self.rows[reason] += rows

    def _is_varied(self, product: Product) -> bool:
        return len(self.of_product.get(product.ref, ())) > 1 and not self._is_taken(product)

    def _is_taken(self, product: Product) -> bool:
        return product.ref in self.parts or "/" in product.article

    @staticmethod
    def _every(step: int, products: list[Product]) -> Iterator[Product]:
        return iter(products[::step])
