"""What was on the site before anybody called it."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from deployments.world.woocommerce.books import Books, Goods

APART_BY = "Вариант"


class NewVariation(BaseModel):
    """A variation to put into the shop."""

    model_config = ConfigDict(extra="forbid")

    sku: str
    name: str = "вариант"
    pcs: int | None = Field(default=0, description="null: stock is not managed")
    is_managed_by_parent: bool = False
    price: str = "100.00"


class NewProduct(NewVariation):
    """A product to put into the shop; with variations it is a variable one."""

    name: str = "Товар"
    type: Literal["simple", "grouped", "external"] = "simple"
    variations: list[NewVariation] = Field(default_factory=list)


def put(books: Books, products: Iterable[NewProduct], now: datetime) -> list[int]:
    """New products; ids of them and of their variations."""
    return [goods_id for product in products for goods_id in _put_one(books, product, now)]


def made_up(*, seed: int, products: int) -> Iterator[NewProduct]:
    """An assortment: every third product has three variations."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable world needs repeatable dice
    for number in range(1, products + 1):
        yield NewProduct(
            sku=f"W-{number:04}",
            name=f"Товар {number}",
            pcs=chance.randrange(30),
            variations=[NewVariation(sku=f"W-{number:04}-{size}", name=size, pcs=chance.randrange(9)) for size in "SML"]
            if number % 3 == 0
            else [],
        )


def _put_one(books: Books, product: NewProduct, now: datetime) -> Iterator[int]:
    parent = books.create(
        kind="variable" if product.variations else product.type,
        name=product.name,
        sku=product.sku,
        now=now,
        regular_price="" if product.variations else product.price,
    )
    if not product.variations:
        books.set_stock(parent, product.pcs, now)
    yield parent.goods_id
    parent.attributes = _attributes(product.variations)
    for variation in product.variations:
        yield _put_variation(books, parent, variation, now).goods_id


def _put_variation(books: Books, parent: Goods, variation: NewVariation, now: datetime) -> Goods:
    child = books.create(
        kind="variation", name=variation.name, sku=variation.sku, now=now, parent_id=parent.goods_id, regular_price=variation.price
    )
    child.attributes = ({"id": 0, "name": APART_BY, "option": variation.name},)
    books.set_stock(child, variation.pcs, now)
    if variation.is_managed_by_parent:
        child.manage_stock, child.stock_quantity = "parent", None
    return child


def _attributes(variations: list[NewVariation]) -> tuple[dict[str, Any], ...]:
    options = list(dict.fromkeys(one.name for one in variations))
    told = {"id": 0, "name": APART_BY, "position": 0, "visible": True, "variation": True, "options": options}
    return (told,) if variations else ()
