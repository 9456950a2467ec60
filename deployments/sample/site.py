"""The site of «Утюг и Ко» before Utyug: what the stand-in WooCommerce holds when the demo begins.

It was filled by hand over the years: it lacks some goods of 1C, keeps some that 1C has never had, and shows stale stock.
"""

from typing import TypedDict

from deployments.sample.assortment import stock_shop
from deployments.sample.defects import spoil
from deployments.sample.goods import Offer, Product

NOT_ON_SITE_EVERY = 7
LEFT_FROM_OLD_SITE = ("СТАРЫЙ-001", "СТАРЫЙ-002", "УТ-ТЕФ/15", "ПОДАРОК", "TEST-SKU")
PRICE = "1990.00"
"""The site's own; Utyug does not send prices yet."""


class Variation(TypedDict):
    """A variation of a variable product; ``pcs`` null: the site keeps no stock of it."""

    sku: str
    name: str
    pcs: int | None
    price: str


class SiteProduct(Variation):
    """A product of the site; with variations it is a variable one, whose own ``pcs`` mean nothing."""

    variations: list[Variation]


def site_catalogue(*, seed: int = 7) -> list[SiteProduct]:
    """Products in the order of their creation; the same seed gives the same site."""
    shop = spoil(stock_shop(seed)).shop
    offers_of: dict[str, list[Offer]] = {}
    for offer in {offer.ref: offer for offer in shop.offers}.values():
        offers_of.setdefault(offer.product_ref, []).append(offer)
    sold = [product for product in shop.products if product.ref in offers_of and product.kind == "Товар"]
    taken: set[str] = set()
    site = [
        _listed(product, offers_of[product.ref], taken) for n, product in enumerate(sold) if n % NOT_ON_SITE_EVERY or "/" in product.article
    ]
    return [product for product in site if product["sku"]] + [_left(sku) for sku in LEFT_FROM_OLD_SITE]


def _left(sku: str) -> SiteProduct:
    return {"sku": sku, "name": f"Старый товар {sku}", "pcs": 1, "price": PRICE, "variations": []}


def _listed(product: Product, offers: list[Offer], taken: set[str]) -> SiteProduct:
    sku = "" if product.article in taken else product.article
    taken.add(product.article)
    if not offers[0].characteristics:
        return _simple(sku, product.name, offers[0])
    return {
        "sku": sku,
        "name": product.name,
        "pcs": None,
        "price": PRICE,
        "variations": [_variation(offer, n, product.article) for n, offer in enumerate(offers)],
    }


def _simple(sku: str, name: str, offer: Offer) -> SiteProduct:
    return {"sku": sku, "name": name, "pcs": _stale(offer), "price": PRICE, "variations": []}


def _variation(offer: Offer, n: int, article: str) -> Variation:
    """Where 1C gives all items the product's article, the site has made up codes of its own."""
    return {
        "sku": f"{article}-{n + 1}" if offer.article == article else offer.article,
        "name": ", ".join(value for _, value in offer.characteristics),
        "pcs": _stale(offer),
        "price": PRICE,
    }


def _stale(offer: Offer) -> int | None:
    """Yesterday's figure: right for some, two pieces off for others, never kept for the rest."""
    if offer.total is None or not offer.total.removeprefix("-").isdigit():
        return None
    return max(0, int(offer.total) + (0, 2, -2)[len(offer.name) % 3])
