"""Goods made and changed: what is judged first, what is kept of what was said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deployments.world.room import Refusal
from deployments.world.woocommerce.books import Books, Goods, price_as_stored
from deployments.world.woocommerce.fields import PRODUCT, VARIATION, check_body
from deployments.world.woocommerce.room import refusal

TEXTS = ("name", "status", "description", "short_description", "weight")
PRICES = ("regular_price", "sale_price")
FIRST_IMAGE = 5_000


def of(books: Books, goods_id: int, *, parent_id: int) -> Goods:
    """The goods under this id.

    Raises:
        Refusal: there are none, or they are to be found elsewhere.
    """
    goods = books.goods.get(goods_id)
    if goods is not None and goods.parent_id and not parent_id:
        message = "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
        raise refusal(404, "woocommerce_rest_invalid_product_id", message)
    if goods is None or goods.parent_id != parent_id:
        kind = "product_variation" if parent_id else "product"
        raise refusal(404, f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.")
    return goods


def create(books: Books, told: Any, now: datetime, *, parent_id: int = 0) -> Goods:  # noqa: ANN401 - whatever JSON can say
    """New goods; with a parent, a variation of it.

    Raises:
        Refusal: what was said is refused, and nothing was made.
    """
    body = check_body(told, VARIATION if parent_id else PRODUCT)
    _judge(books, None, body)
    kind = "variation" if parent_id else body.get("type", "simple")
    goods = books.create(kind=kind, name="", sku=body.get("sku", ""), now=now, parent_id=parent_id)
    books.mail.tell("product.created", goods.goods_id, now)
    return _keep(books, goods, body, now)


def change(books: Books, goods: Goods, told: Any, now: datetime) -> Goods:  # noqa: ANN401
    """Goods changed.

    Raises:
        Refusal: what was said is refused, and nothing was changed.
    """
    body = check_body(told, VARIATION if goods.parent_id else PRODUCT)
    _judge(books, goods, body)
    books.mail.tell("product.updated", goods.goods_id, now)
    return _keep(books, goods, body, now)


def _judge(books: Books, goods: Goods | None, body: Mapping[str, Any]) -> None:
    twin = books.twin(body.get("sku", ""), goods)
    if twin is not None:
        raise _taken(twin)
    images = [body["image"]] if body.get("image") else body.get("images", [])
    unfit = [one for one in images if not str(one.get("src", "https://")).startswith(("http://", "https://"))]
    if unfit:
        message = f"Error getting remote image {unfit[0]['src']}. Error: A valid URL was not provided."
        raise refusal(400, "woocommerce_product_image_upload_error", message)


def _taken(twin: Goods) -> Refusal:
    return refusal(400, "product_invalid_sku", "Invalid or duplicated SKU.", resource_id=twin.goods_id, unique_sku=f"{twin.sku}-1")


def _keep(books: Books, goods: Goods, body: Mapping[str, Any], now: datetime) -> Goods:
    for name in TEXTS:
        setattr(goods, name, body.get(name, getattr(goods, name)))
    for name in PRICES:
        setattr(goods, name, price_as_stored(body.get(name, getattr(goods, name))))
    if "sku" in body:
        books.recode(goods, body["sku"])
    if "dimensions" in body:
        goods.dimensions = goods.dimensions | body["dimensions"]
    if "categories" in body:
        goods.categories = tuple(one["id"] for one in body["categories"]) or (15,)
    if "meta_data" in body:
        goods.meta_data = tuple(body["meta_data"])
    if images := [body["image"]] if body.get("image") else body.get("images"):
        goods.images = tuple(_image(one, goods, number, now) for number, one in enumerate(images))
    _keep_attributes(books, goods, body)
    _keep_stock(goods, body)
    if "type" in body:
        goods.type = body["type"]
    goods.modified_at = now
    return goods


def _keep_attributes(books: Books, goods: Goods, body: Mapping[str, Any]) -> None:
    """A product's are replaced by those told; of a variation's those that its product has are kept."""
    if "attributes" not in body:
        return
    told = body["attributes"]
    if not goods.parent_id:
        goods.attributes = tuple(_attribute(one, number) for number, one in enumerate(told))
        return
    known = books.goods[goods.parent_id].attributes
    goods.attributes = tuple(
        {"id": own["id"], "name": own["name"], "option": one.get("option", "")}
        for one in told
        for own in known
        if own["variation"] and (own["id"] == one["id"] if one.get("id") else own["name"] == one.get("name"))
    )


def _attribute(told: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Its own, or one of the site's that goes by its id; options are kept as one text with ``|`` between them."""
    own_id = told.get("id", 0)
    options = [part.strip() for option in told.get("options", []) for part in (option.split("|") if not own_id else [option])]
    return {
        "id": own_id,
        "name": f"Свойство {own_id}" if own_id else told.get("name", ""),
        "position": told.get("position", number),
        "visible": told.get("visible", False),
        "variation": told.get("variation", False),
        "options": options,
    }


def _keep_stock(goods: Goods, body: Mapping[str, Any]) -> None:
    goods.manage_stock = body.get("manage_stock", goods.manage_stock)
    if goods.manage_stock is True:
        goods.stock_quantity = body.get("stock_quantity", goods.stock_quantity or 0)
    elif goods.manage_stock is False:
        goods.stock_quantity = None


def _image(told: Mapping[str, Any], goods: Goods, number: int, now: datetime) -> dict[str, Any]:
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S")
    dates = dict.fromkeys(("date_created", "date_created_gmt", "date_modified", "date_modified_gmt"), stamp)
    own_id = FIRST_IMAGE + goods.goods_id * 100 + number
    return {"id": told.get("id", own_id), **dates, "src": told.get("src", ""), "name": told.get("name", ""), "alt": told.get("alt", "")}
