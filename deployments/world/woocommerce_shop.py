"""The site's goods: products, variations, their stock and prices, shown as WooCommerce 10.0.2 shows them.

Measured on a running 10.0.2: `reference/services.md` §3; the shape of an answer is that of the recorded samples.
"""

import itertools
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from deployments.world.clock import WorldClock

PRODUCT_TYPES = ("simple", "grouped", "external", "variable")


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


@dataclass(kw_only=True)
class Goods:
    """A product or, with a parent, a variation."""

    goods_id: int
    type: str
    name: str
    sku: str
    parent_id: int = 0
    manage_stock: bool | Literal["parent"] = False
    stock_quantity: int | None = None
    regular_price: str = ""
    sale_price: str = ""
    status: str = "publish"
    total_sales: int = 0
    created_at: datetime
    modified_at: datetime
    meta_data: list[dict[str, Any]] = field(default_factory=list)


class Shop:
    """What the site holds. One request at a time changes it, as a database transaction would."""

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.goods: dict[int, Goods] = {}
        self._ids = itertools.count(10)
        self._order_ids = itertools.count(1)

    def copy(self) -> dict[int, Goods]:
        """The state, to be given back to `restore`."""
        return {goods_id: replace(goods) for goods_id, goods in self.goods.items()}

    def restore(self, state: dict[int, Goods]) -> None:
        """As if nothing had happened since."""
        self.goods = state

    def by_sku(self, sku: str) -> Goods:
        """Raises KeyError where there is none."""
        found = next((goods for goods in self.goods.values() if goods.sku == sku), None)
        if found is None:
            raise KeyError(sku)
        return found

    def variations(self, parent_id: int) -> list[Goods]:
        """Variations of a product, in their order."""
        return [goods for goods in self.goods.values() if goods.parent_id == parent_id]

    def put(self, products: Iterable[NewProduct]) -> list[int]:
        """New products; ids of them and of their variations."""
        return [goods_id for product in products for goods_id in self._put_one(product)]

    def _put_one(self, product: NewProduct) -> Iterator[int]:
        kind = "variable" if product.variations else product.type
        parent = self.create(type=kind, name=product.name, sku=product.sku, regular_price=product.price)
        if not product.variations:
            self.set_stock(parent, product.pcs)
        yield parent.goods_id
        for variation in product.variations:
            child = self.create(
                type="variation", name=variation.name, sku=variation.sku, parent_id=parent.goods_id, regular_price=variation.price
            )
            self.set_stock(child, variation.pcs)
            if variation.is_managed_by_parent:
                child.manage_stock, child.stock_quantity = "parent", None
            yield child.goods_id

    def create(self, *, type: str, name: str, sku: str, parent_id: int = 0, regular_price: str = "") -> Goods:  # noqa: A002
        """New goods under the next id."""
        now = self.clock.now()
        goods = Goods(
            goods_id=next(self._ids),
            type=type,
            name=name,
            sku=sku,
            parent_id=parent_id,
            regular_price=regular_price,
            created_at=now,
            modified_at=now,
        )
        self.goods[goods.goods_id] = goods
        return goods

    def remove(self, goods: Goods) -> None:
        """Goods and their variations leave."""
        for child in [goods, *self.variations(goods.goods_id)]:
            del self.goods[child.goods_id]

    def set_stock(self, goods: Goods, pcs: int | None) -> None:
        """An absolute figure; ``None``: stock is no longer managed."""
        goods.manage_stock = pcs is not None
        goods.stock_quantity = pcs
        self.touch(goods)

    def sell(self, sku: str, pcs: int) -> tuple[int, int | None]:
        """A buyer's order: stock falls in one step, below zero if need be. The order's id and what is left."""
        goods = self.by_sku(sku)
        goods.total_sales += pcs
        if goods.stock_quantity is not None:
            goods.stock_quantity -= pcs
        self.touch(goods)
        return next(self._order_ids), goods.stock_quantity

    def touch(self, goods: Goods) -> None:
        """Any write, an identical one too, moves the date of modification."""
        goods.modified_at = self.clock.now()

    def seed(self, *, seed: int, products: int) -> Self:
        """A made-up assortment: every third product has three variations."""
        chance = random.Random(seed)  # noqa: S311
        self.put(
            NewProduct(
                sku=f"W-{number:04}",
                name=f"Товар {number}",
                pcs=chance.randrange(30),
                variations=[NewVariation(sku=f"W-{number:04}-{size}", name=size, pcs=chance.randrange(9)) for size in "SML"]
                if number % 3 == 0
                else [],
            )
            for number in range(1, products + 1)
        )
        return self


def price_as_stored(text: str) -> str:
    """Prices are strings and nobody checks them: «abc» becomes empty, «1 490,50» becomes 149050."""
    return re.sub(r"\.(?=.*\.)|[^0-9.\-]", "", text)


def as_product(goods: Goods, shop: Shop, site_url: str, *, is_edited: bool = False) -> dict[str, Any]:
    """Goods as the products' controller shows them, variations found by SKU too; after an edit there are two fields more."""
    slug = quote(goods.name.lower().replace(" ", "-"), safe="-").lower()
    edited = {"permalink_template": f"{site_url}/product/%pagename%/", "generated_slug": goods.name.lower()} if is_edited else {}
    children = [child.goods_id for child in shop.variations(goods.goods_id)]
    return {
        **_common(goods, shop),
        "slug": slug,
        "permalink": f"{site_url}/product/{slug}/",
        "featured": False,
        "catalog_visibility": "visible",
        "short_description": "",
        "total_sales": goods.total_sales,
        "external_url": "",
        "button_text": "",
        "tax_class": "",
        "sold_individually": False,
        "shipping_required": True,
        "shipping_taxable": True,
        "reviews_allowed": True,
        "average_rating": "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "purchase_note": "",
        "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": [],
        "default_attributes": [],
        "variations": children,
        "grouped_products": [],
        "price_html": f"<span>{goods.regular_price}</span>",
        "related_ids": [],
        "has_options": bool(children),
        "post_password": "",
        "_links": {
            "self": [{"href": f"{site_url}/wp-json/wc/v3/products/{goods.goods_id}"}],
            "collection": [{"href": f"{site_url}/wp-json/wc/v3/products"}],
        },
        **edited,
    }


def as_variation(goods: Goods, shop: Shop, site_url: str) -> dict[str, Any]:
    """Goods as the variations' controller shows them."""
    parent = f"{site_url}/wp-json/wc/v3/products/{goods.parent_id}"
    return {
        **_common(goods, shop),
        "permalink": f"{site_url}/product/{goods.parent_id}/?variation={goods.goods_id}",
        "tax_class": "parent",
        "image": None,
        "attributes": [{"id": 0, "name": "Вариант", "slug": "variant", "option": goods.name}],
        "_links": {
            "self": [{"href": f"{parent}/variations/{goods.goods_id}"}],
            "collection": [{"href": f"{parent}/variations"}],
            "up": [{"href": parent}],
        },
    }


def _common(goods: Goods, shop: Shop) -> dict[str, Any]:
    pcs = shop.goods[goods.parent_id].stock_quantity if goods.manage_stock == "parent" else goods.stock_quantity
    price = goods.sale_price or goods.regular_price
    return {
        "id": goods.goods_id,
        "type": goods.type,
        "name": goods.name,
        "status": goods.status,
        "sku": goods.sku,
        "parent_id": goods.parent_id,
        "date_created": _stamp(goods.created_at),
        "date_created_gmt": _stamp(goods.created_at),
        "date_modified": _stamp(goods.modified_at),
        "date_modified_gmt": _stamp(goods.modified_at),
        "description": "",
        "global_unique_id": "",
        "price": price,
        "regular_price": "" if goods.type == "variable" else goods.regular_price,
        "sale_price": goods.sale_price,
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": bool(goods.sale_price),
        "purchasable": bool(price),
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
        "tax_status": "taxable",
        "manage_stock": goods.manage_stock,
        "stock_quantity": pcs,
        "stock_status": "instock" if pcs is None or pcs > 0 else "outofstock",
        "backorders": "no",
        "backorders_allowed": False,
        "backordered": False,
        "low_stock_amount": None,
        "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_class": "",
        "shipping_class_id": 0,
        "menu_order": 0,
        "meta_data": goods.meta_data,
    }


def _stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
