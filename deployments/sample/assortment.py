"""Stocking the shop: the same seed gives the same goods, prices, counts and barcodes."""

import random
from collections.abc import Iterator
from itertools import product as combinations
from typing import TypedDict
from uuid import UUID, uuid5

from deployments.sample.goods import Component, Group, Offer, Price, Product, Property, Shop
from deployments.sample.vocabulary import (
    BRANDS,
    BUNDLES,
    COUNTRIES,
    DELETED,
    FAMILIES,
    PRICE_SHARES,
    PRICE_TYPES,
    SERVICES,
    WAREHOUSES,
    Family,
)

NAMESPACE = UUID("5f1c0f4e-3a53-4d0a-9d5c-07b1a1e0c0de")
SHARED_ARTICLE_EVERY = 4
"""UT has no article of a characteristic: every fourth product's items carry the product's own, the others were numbered by hand."""


def stock_shop(seed: int) -> Shop:
    """The whole shop, without a single defect."""
    return _Stocking(seed).shop()


def check_digit(digits: str) -> str:
    """GS1 mod 10 of a barcode without its last digit."""
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighed % 10)


class _Count(TypedDict):
    total: str
    places: tuple[tuple[str, str], ...]


class _Stocking:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 a shop on paper needs repeatable dice, not secret ones
        self.barcodes = (f"460{number:09d}" for number in range(7_000_000 + seed, 10_000_000))
        self.price_types = tuple((self.ref(f"price type {name}"), name) for name in PRICE_TYPES)
        self.warehouses = tuple((self.ref(f"warehouse {name}"), name) for name in WAREHOUSES)
        self.country = self._dictionary("Страна производства", COUNTRIES)
        self.brand = self._dictionary("Марка", BRANDS)
        self.warranty = Property(self.ref("property Гарантия, мес."), "Гарантия, мес.")

    def ref(self, what: str) -> str:
        return str(uuid5(NAMESPACE, f"{self.seed}/{what}"))

    def shop(self) -> Shop:
        families = [self._family(family) for family in FAMILIES]
        stocked = [pair for family in families for pair in family]
        stocked.append(self._bracket())
        stocked += self._bundles(families)
        stocked += [self._service(*service) for service in SERVICES]
        stocked += [
            (self._deleted(article, name, deletion), ())
            for (article, name), deletion in zip(DELETED, ("attribute", "element", "mark"), strict=True)
        ]
        return Shop(
            catalog_ref=self.ref("catalog"),
            owner_ref=self.ref("owner"),
            groups=self._groups("", [*(family.group for family in FAMILIES), "Наборы", "Услуги", "Снято с продажи"]),
            properties=(self.country, self.brand, self.warranty),
            price_types=self.price_types,
            warehouses=self.warehouses,
            products=tuple(product for product, _ in stocked),
            offers=tuple(offer for _, offers in stocked for offer in offers),
        )

    def _family(self, family: Family) -> list[tuple[Product, tuple[Offer, ...]]]:
        models = combinations(BRANDS, enumerate(family.figures))
        return [
            self._model(family, f"{family.code}-{101 + number}", brand, figure, step)
            for number, (brand, (step, figure)) in enumerate(models)
        ]

    def _model(self, family: Family, article: str, brand: str, figure: str, step: int) -> tuple[Product, tuple[Offer, ...]]:
        ref, name = self.ref(article), f"{family.noun} «{brand}-{figure}»"
        chosen = list(self._characteristics(family))
        product = Product(
            ref=ref,
            article=article,
            name=name,
            group_ref=self.ref(f"group {family.group}"),
            barcode="" if chosen else self._barcode(),
            vat=family.vat,
            weight_kg=family.weight_kg,
            maker=f"Завод «{brand}»",
            description=f"{name}: проверен в магазине.\nГарантия & ремонт у нас; температура <200 °C.",
            properties=(
                (self.country.ref, self.dice.choice(self.country.values)[0]),
                (self.brand.ref, self.brand.values[BRANDS.index(brand)][0]),
                (self.warranty.ref, self.dice.choice(("12", "24", "36"))),
            ),
            pictures=self._pictures(ref),
        )
        price_kopecks = (family.price_roubles + step * family.price_roubles // 5) * 100 + self.dice.choice((0, 0, 50))
        has_own = int(article.rpartition("-")[2]) % SHARED_ARTICLE_EVERY != 0
        offers = tuple(
            Offer(
                ref=f"{ref}#{self.ref(f'{article} {values}')}",
                name=f"{name} ({', '.join(value for _, value in values)})",
                article=f"{article}-{self._short(values)}" if has_own else article,
                barcode=self._barcode(),
                characteristics=values,
                prices=self._prices(price_kopecks, family.pack),
                **self._count(),
            )
            for values in chosen
        )
        return product, offers or (self._simple(product, price_kopecks, family.pack),)

    def _characteristics(self, family: Family) -> Iterator[tuple[tuple[str, str], ...]]:
        if not family.axes:
            return
        possible = list(combinations(*([(name, value) for value in values] for name, values in family.axes)))
        for index in sorted(self.dice.sample(range(len(possible)), min(len(possible), self.dice.randint(3, 6)))):
            yield possible[index]

    def _simple(self, product: Product, price_kopecks: int, pack: int = 1) -> Offer:
        return Offer(ref=product.ref, name=product.name, article=product.article, prices=self._prices(price_kopecks, pack), **self._count())

    def _bracket(self) -> tuple[Product, tuple[Offer, ...]]:
        group = self.ref(f"group {FAMILIES[3].group}")
        product = Product(self.ref("КР-7/2"), "КР-7/2", "Кронштейн для утюга КР-7/2", group, barcode=self._barcode(), weight_kg="0.4")
        (main, _), *_ = self.warehouses
        return product, (
            Offer(product.ref, product.name, product.article, prices=self._prices(79_000, 1), total="7", places=((main, "7"),)),
        )

    def _bundles(self, families: list[list[tuple[Product, tuple[Offer, ...]]]]) -> list[tuple[Product, tuple[Offer, ...]]]:
        bundles: list[tuple[Product, tuple[Offer, ...]]] = []
        for article, name, parts in BUNDLES:
            chosen = [(families[family][-1][1][0], pcs) for family, pcs in parts]
            product = Product(
                ref=self.ref(article),
                article=article,
                name=name,
                group_ref=self.ref("group Наборы"),
                components=tuple(Component(offer.ref, offer.name, str(pcs)) for offer, pcs in chosen),
            )
            prices = self._prices(400_000 + 10_000 * len(bundles), 1)
            bundles.append((product, (Offer(product.ref, name, article, prices=prices),)))
        return bundles

    def _service(self, article: str, name: str, roubles: int) -> tuple[Product, tuple[Offer, ...]]:
        product = Product(self.ref(article), article, name, self.ref("group Услуги"), kind="Услуга", vat="Без налога")
        return product, (Offer(product.ref, name, article, prices=self._prices(roubles * 100, 1)[:1]),)

    def _deleted(self, article: str, name: str, deletion: str) -> Product:
        return Product(self.ref(article), article, name, self.ref("group Снято с продажи"), deletion=deletion)

    def _prices(self, price_kopecks: int, pack: int) -> tuple[Price, ...]:
        unit = {"unit": "упак", "factor": str(pack)} if pack > 1 else {}
        amounts = (price_kopecks * share // 100 * pack for share in PRICE_SHARES)
        return tuple(Price(ref, roubles(amount), **unit) for (ref, _), amount in zip(self.price_types, amounts, strict=True))

    def _count(self) -> _Count:
        pcs = [self.dice.choice((0, 0, 1, 2, 3, 5, 8, 12, 25, 60)) for _ in self.warehouses]
        if self.dice.random() < 0.01:
            pcs = [-2, *pcs[1:]]
        places = tuple((ref, str(n)) for (ref, _), n in zip(self.warehouses, pcs, strict=True) if n)
        return {"total": str(sum(pcs)), "places": places}

    def _barcode(self) -> str:
        digits = next(self.barcodes)
        return digits + check_digit(digits)

    def _pictures(self, ref: str) -> tuple[str, ...]:
        if self.dice.random() < 0.8:
            return ()
        return tuple(f"import_files/{ref[:2]}/{ref}_{self.ref(f'{ref} {n}')}.png" for n in range(self.dice.choice((1, 1, 2))))

    def _dictionary(self, name: str, values: tuple[str, ...]) -> Property:
        return Property(self.ref(f"property {name}"), name, tuple((self.ref(f"{name} {value}"), value) for value in values))

    def _groups(self, path: str, below: list[str]) -> tuple[Group, ...]:
        heads = dict.fromkeys(name.partition("/")[0] for name in below)
        return tuple(
            Group(
                self.ref(f"group {path}{head}"),
                head,
                self._groups(f"{path}{head}/", [rest for name in below if (rest := name.removeprefix(f"{head}/")) != name]),
            )
            for head in heads
        )

    @staticmethod
    def _short(values: tuple[tuple[str, str], ...]) -> str:
        return "-".join(value.partition(" ")[0][:3].strip(",").upper() for _, value in values)


def roubles(sum_kopecks: int) -> str:
    """As 1C writes a sum: no trailing zeros, a point."""
    whole, rest = divmod(sum_kopecks, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def kopecks(amount: str) -> int:
    """The sum that `roubles` wrote."""
    whole, _, rest = amount.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))
