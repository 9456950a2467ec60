"""The sample export: what the 1C of «Утюг и Ко» pushes first, what it pushes next, and an order it sends back.

    write_sample       the full export in portions, with the listed defects
    write_changes      the next exchange, changes only: most defects repaired, some stock and prices moved
    write_orders_push  one order pushed back to the site after 1C took it

The layout is UT 11's: only the first portion says that the export is complete and carries the classifier (`reference/commerceml.md`
§1.3, §2.1). Times are 1C's own, naive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid5

from deployments.sample.assortment import NAMESPACE, kopecks, roubles, stock_shop
from deployments.sample.catalog_file import write_catalog, write_classifier
from deployments.sample.defects import LISTED, REFUSED_COUNTS, REFUSED_PRICES, REFUSED_PRODUCTS, Spoilt, spoil
from deployments.sample.goods import Offer, Product, Shop
from deployments.sample.markup import Markup, commerce_information
from deployments.sample.offers_file import write_package, write_quick_changes
from deployments.sample.order_file import write_order
from deployments.sample.pictures import write_picture

__all__ = ["LISTED", "Changed", "Planted", "write_changes", "write_orders_push", "write_sample"]

Row = TypeVar("Row")

PRODUCTS_PER_FILE = 200
OFFERS_PER_FILE = 450
LEFT_WRONG = frozenset({"has_ref", "has_price_type", "barcode_is_digits"})
"""Defects that the next exchange does not repair."""
REPAIRED_BY_QUICK_CHANGES = (REFUSED_PRICES | REFUSED_COUNTS | {"total_differs"}) - LEFT_WRONG
REPAIRED_BY_OFFERS = frozenset({"barcode_check_digit", "barcode_repeats"})
MOVED_EVERY = 25


@dataclass(frozen=True)
class Planted:
    """What the hub must hold after the full export.

    ``refused`` is quarantined rows by reason; ``loaded`` counts products, offers, prices and counts; ``victims`` are the refs that
    carry each reason; ``files`` are in the order 1C sends them.
    """

    refused: dict[str, int]
    loaded: dict[str, int]
    victims: dict[str, tuple[str, ...]]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Changed:
    """What the next exchange does: defects ``repaired`` and ``left`` by reason, and the items whose stock and price ``moved``."""

    repaired: dict[str, int]
    left: dict[str, int]
    moved: tuple[str, ...]
    files: tuple[Path, ...]


def write_sample(folder: Path, *, seed: int = 7, formed_at: datetime) -> Planted:
    """Write the full export into ``folder``, pictures included."""
    spoilt = spoil(stock_shop(seed))
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [write_picture(folder, name) for product in spoilt.shop.products for name in product.pictures]
    files = _write_full(folder, spoilt.shop, formed_at)
    return Planted(refused=spoilt.rows, loaded=_loaded(spoilt), victims=spoilt.victims, files=(*pictures, *files))


def write_changes(folder: Path, *, seed: int = 7, formed_at: datetime) -> Changed:
    """Write the next exchange into ``folder``; ``formed_at`` must be later than the sample's."""
    sound = stock_shop(seed)
    spoilt = spoil(sound)
    folder.mkdir(parents=True, exist_ok=True)
    cards, offers, quick = _repairs(sound, spoilt)
    moved = [_moved(offer, n) for n, offer in enumerate(_unharmed(sound, spoilt)[::MOVED_EVERY])]
    files = (
        _write_cards(folder / "import0_1.xml", sound, cards, formed_at, is_first=True, is_changes_only=True),
        _write_offers(folder / "offers0_1.xml", sound, offers, formed_at + timedelta(seconds=1), is_first=True, is_changes_only=True),
        _write_quick(folder / "offers0_2.xml", sound, [*quick, *moved], formed_at + timedelta(seconds=2)),
    )
    return Changed(
        repaired={reason: rows for reason, rows in spoilt.rows.items() if reason not in LEFT_WRONG},
        left={reason: rows for reason, rows in spoilt.rows.items() if reason in LEFT_WRONG},
        moved=tuple(offer.ref for offer in moved),
        files=files,
    )


def write_orders_push(folder: Path, *, seed: int = 7, formed_at: datetime, number: str = "1042") -> Path:
    """Write an order as 1C sends it back: posted, not shipped; ``number`` is the site's."""
    sound = stock_shop(seed)
    folder.mkdir(parents=True, exist_ok=True)
    order_ref = str(uuid5(NAMESPACE, f"{seed}/order {number}"))
    lines = _unharmed(sound, spoil(sound))[:2]
    markup = Markup()
    with commerce_information(markup, formed_at):
        write_order(markup, order_ref, number, formed_at, lines)
    return markup.save(folder / f"orders-{order_ref}_1.xml")


def _write_full(folder: Path, shop: Shop, formed_at: datetime) -> list[Path]:
    files: list[Path] = []
    for n, cards in enumerate(_portions(shop.products, PRODUCTS_PER_FILE)):
        path, at = folder / f"import0_{n + 1}.xml", formed_at + timedelta(seconds=len(files))
        files.append(_write_cards(path, shop, cards, at, is_first=n == 0, is_changes_only=n > 0))
    for n, offers in enumerate(_portions(shop.offers, OFFERS_PER_FILE)):
        path, at = folder / f"offers0_{n + 1}.xml", formed_at + timedelta(seconds=len(files))
        files.append(_write_offers(path, shop, offers, at, is_first=n == 0, is_changes_only=n > 0))
    return files


def _write_cards(path: Path, shop: Shop, cards: Sequence[Product], formed_at: datetime, *, is_first: bool, is_changes_only: bool) -> Path:
    markup = Markup()
    with commerce_information(markup, formed_at):
        if is_first:
            write_classifier(markup, shop, is_full=True)
        write_catalog(markup, shop, cards, is_changes_only=is_changes_only)
    return markup.save(path)


def _write_offers(path: Path, shop: Shop, offers: Sequence[Offer], formed_at: datetime, *, is_first: bool, is_changes_only: bool) -> Path:
    markup = Markup()
    with commerce_information(markup, formed_at):
        if is_first:
            write_classifier(markup, shop, is_full=False)
        write_package(markup, shop, offers, is_first=is_first, is_changes_only=is_changes_only)
    return markup.save(path)


def _write_quick(path: Path, shop: Shop, offers: Sequence[Offer], formed_at: datetime) -> Path:
    markup = Markup()
    with commerce_information(markup, formed_at):
        write_quick_changes(markup, shop, offers)
    return markup.save(path)


def _portions(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _loaded(spoilt: Spoilt) -> dict[str, int]:
    def rows_of(reasons: frozenset[str]) -> int:
        return sum(rows for reason, rows in spoilt.rows.items() if reason in reasons)

    offers = spoilt.shop.offers
    second_copies = spoilt.rows["is_not_repeated"]
    return {
        "products": len(spoilt.shop.products) - rows_of(REFUSED_PRODUCTS),
        "offers": len({offer.ref for offer in offers}) - rows_of(frozenset({"product_is_unknown"})),
        "prices": sum(len(offer.prices) for offer in offers) - rows_of(REFUSED_PRICES),
        "counts": sum(offer.count_rows for offer in offers) - rows_of(REFUSED_COUNTS) - second_copies,
    }


def _repairs(sound: Shop, spoilt: Spoilt) -> tuple[list[Product], list[Offer], list[Offer]]:
    """Cards, whole offers, and quick changes that put the repaired rows right."""
    wrong = {ref for reason, refs in spoilt.victims.items() if reason not in LEFT_WRONG for ref in refs}
    hopeless = {ref for reason in LEFT_WRONG for ref in spoilt.victims[reason]}
    exported = set(spoilt.shop.products)
    listed = set(spoilt.shop.offers)
    cards = [product for product in sound.products if product not in exported and product.ref not in hopeless]
    late = {product.ref for product in cards}
    anew = {ref for reason in REPAIRED_BY_OFFERS for ref in spoilt.victims[reason]}
    offers = [
        offer for offer in sound.offers if offer.ref in anew or (offer.product_ref in late and (offer not in listed or offer.ref in wrong))
    ]
    by_quick = {ref for reason in REPAIRED_BY_QUICK_CHANGES for ref in spoilt.victims[reason]}
    return cards, offers, [offer for offer in sound.offers if offer.ref in by_quick]


def _unharmed(sound: Shop, spoilt: Spoilt) -> list[Offer]:
    """Items in stock that no defect touches."""
    touched = {ref.partition("#")[0] for refs in spoilt.victims.values() for ref in refs}
    exported = {offer.ref for offer in spoilt.shop.offers}
    return [
        offer
        for offer in sound.offers
        if offer.places and offer.ref in exported and offer.product_ref not in touched and "/" not in offer.article
    ]


def _moved(offer: Offer, n: int) -> Offer:
    """Three pieces came to the first warehouse, or all that lay there went; the site's price rose by a twentieth."""
    (place, pcs), *rest = offer.places
    left = str(int(pcs) + 3) if n % 2 == 0 else "0"
    places = ((place, left), *rest)
    *others, site = offer.prices
    dearer = kopecks(site.amount) // int(site.factor) * 105 // 100 * int(site.factor)
    return replace(
        offer,
        places=places,
        total=str(sum(int(each) for _, each in places)),
        prices=(*others, replace(site, amount=roubles(dearer))),
    )
