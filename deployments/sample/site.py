"""The site of «Утюг и Ко» before Utyug: what the stand-in WooCommerce holds when the demo begins.

It was filled by hand over the years: it lacks some goods of 1C, keeps some that 1C has never had, and shows stale stock.
"""

from typing import TypedDict

from deployments.sample.assortment import stock_shop
from deployments.sample.defects import spoil
from deployments.sample.goods import Offer, Product

NOT_ON_SITE_EVERY = 7
LEFT_FROM_OLD_SITE = ("СТАРЫЙ-001", "СТАРЫЙ-002", "УТ-ТЕФ/15", "ПОДАРОК", "TEST-SKU")


class Attribute(TypedDict):
    """What a variation differs in."""

    name: str
    option: str


class Variation(TypedDict):
    """A variation of a variable product, in WooCommerce's own field names."""

    sku: str
    attributes: list[Attribute]
    manage_stock: bool
    stock_quantity: int | None


class SiteProduct(TypedDict):
    """A product of the site, in WooCommerce's own field names; ``variations`` are whole, not ids."""

    name: str
    type: str
    sku: str
    manage_stock: bool
    stock_quantity: int | None
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
    return [product for product in site if product["sku"]] + [_simple(sku, f"Старый товар {sku}", 1) for sku in LEFT_FROM_OLD_SITE]


def _listed(product: Product, offers: list[Offer], taken: set[str]) -> SiteProduct:
    sku = "" if product.article in taken else product.article
    taken.add(product.article)
    if not offers[0].characteristics:
        return _simple(sku, product.name, _stale(offers[0]))
    return {
        "name": product.name,
        "type": "variable",
        "sku": sku,
        "manage_stock": False,
        "stock_quantity": None,
        "variations": [_variation(offer, n, product.article) for n, offer in enumerate(offers)],
    }


def _simple(sku: str, name: str, pcs: int | None) -> SiteProduct:
    return {
        "name": name,
        "type": "simple",
        "sku": sku,
        "manage_stock": pcs is not None,
        "stock_quantity": pcs,
        "variations": [],
    }


def _variation(offer: Offer, n: int, article: str) -> Variation:
    """Where 1C gives all items the product's article, the site has made up codes of its own."""
    pcs = _stale(offer)
    return {
        "sku": f"{article}-{n + 1}" if offer.article == article else offer.article,
        "attributes": [{"name": name, "option": value} for name, value in offer.characteristics],
        "manage_stock": pcs is not None,
        "stock_quantity": pcs,
    }


def _stale(offer: Offer) -> int | None:
    """Yesterday's figure: right for some, two pieces off for others, never kept for the rest."""
    if offer.total is None or not offer.total.removeprefix("-").isdigit():
        return None
    return max(0, int(offer.total) + (0, 2, -2)[len(offer.name) % 3])
