"""Products and variations of the site, with the oddities measured on a running 10.0.2 (`reference/services.md` §3)."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import Refusal, RoomRoute
from deployments.world.woocommerce.books import Books, Goods
from deployments.world.woocommerce.fields import PRODUCTS, check_query, invalid
from deployments.world.woocommerce.room import REST, api_of, listed, refusal, room_of
from deployments.world.woocommerce.showing import as_product, as_variation
from deployments.world.woocommerce.writing import change, create, of

BATCH_MAX = 100
NOT_ALLOWED = ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")

router = APIRouter(prefix=REST, route_class=RoomRoute)


@router.get("/products")
async def list_products(request: Request) -> Response:
    """Products, newest first; with ``sku`` or ``search_sku`` variations too."""
    query = check_query(request.query_params, PRODUCTS)
    newest = sorted(_found(room_of(request).books, query), key=lambda one: -one.goods_id)
    shown, headers = listed(request, newest, query)
    return JSONResponse([_show(request, one, parent_id=0) for one in shown], headers=headers)


@router.post("/products")
async def create_product(request: Request) -> Response:
    """One product."""
    room = room_of(request)
    goods = create(room.books, await request.json(), room.clock.now())
    return JSONResponse(_show(request, goods, parent_id=0, is_edited=True), status_code=201)


@router.post("/products/batch")
async def batch_products(request: Request) -> Response:
    """Up to 100 products, each with an outcome of its own in a 200."""
    return JSONResponse(_batch(request, await request.json(), parent_id=0))


@router.get("/products/{goods_id:int}")
async def read_product(request: Request, goods_id: int) -> Response:
    """One product."""
    return JSONResponse(_show(request, of(room_of(request).books, goods_id, parent_id=0), parent_id=0))


@router.put("/products/{goods_id:int}")
async def write_product(request: Request, goods_id: int) -> Response:
    """One product changed."""
    room = room_of(request)
    goods = change(room.books, of(room.books, goods_id, parent_id=0), await request.json(), room.clock.now())
    return JSONResponse(_show(request, goods, parent_id=0, is_edited=True))


@router.post("/products/{parent_id:int}/variations/batch")
async def batch_variations(request: Request, parent_id: int) -> Response:
    """Up to 100 variations of one product."""
    return JSONResponse(_batch(request, await request.json(), parent_id=parent_id))


def _found(books: Books, query: dict[str, Any]) -> list[Goods]:
    """Goods by their own code: its parts go before whole ones, and the whole filter is a code too.

    As prepare_objects_query and add_search_criteria_to_wp_query_where of WooCommerce's class-wc-rest-products-controller.php do it:
    an empty argument is none, ``search_sku`` is a LIKE with its wildcards escaped, in a collation that ignores case.
    """
    if part := query.get("search_sku", "").casefold():
        return [goods for goods in books.goods.values() if part in goods.sku.casefold()]
    if sku := query.get("sku", "").strip():
        found = {one.goods_id: one for code in (*sku.split(","), sku) if code for one in books.coded(code)}
        return list(found.values())
    return [goods for goods in books.goods.values() if not goods.parent_id]


def _show(request: Request, goods: Goods, *, parent_id: int, is_edited: bool = False) -> dict[str, Any]:
    books, api = room_of(request).books, api_of(request)
    return as_variation(goods, books, api) if parent_id else as_product(goods, books, api, is_edited=is_edited)


def _batch(request: Request, body: Any, *, parent_id: int) -> dict[str, Any] | list[Any]:  # noqa: ANN401 - whatever JSON can say
    """An empty list where nothing is asked: PHP's empty array."""
    parts = {name: body[name] for name in ("create", "update") if isinstance(body, dict) and body.get(name)}
    for name, rows in parts.items():
        if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
            raise invalid(name, f"{name} is not of type array.")
    if sum(map(len, parts.values())) > BATCH_MAX:
        message = f"Unable to accept more than {BATCH_MAX} items for this request."
        raise refusal(413, "woocommerce_rest_request_entity_too_large", message)
    do = {"create": _created, "update": _updated}
    return {name: [_done(request, do[name], one, parent_id) for one in rows] for name, rows in parts.items()} or []


def _done(request: Request, do: Callable[[Request, dict[str, Any], int], Goods], fields: dict[str, Any], parent_id: int) -> dict[str, Any]:
    """One row of a batch: what it has become, or its own error."""
    goods_id = fields.get("id", 0)
    try:
        return _show(request, do(request, fields, parent_id), parent_id=parent_id, is_edited=True)
    except Refusal as refused:
        data = {**refused.body["data"], "status": 400}
        return {"id": goods_id if isinstance(goods_id, int) else 0, "error": {**refused.body, "data": data}}


def _created(request: Request, fields: dict[str, Any], parent_id: int) -> Goods:
    room = room_of(request)
    _suffer(request, fields.get("sku"))
    if parent_id and (parent_id not in room.books.goods or room.books.goods[parent_id].type != "variable"):
        raise refusal(404, "woocommerce_rest_product_variation_invalid_parent", "Cannot set attributes due to invalid parent product.")
    return create(room.books, fields, room.clock.now(), parent_id=parent_id)


def _updated(request: Request, fields: dict[str, Any], parent_id: int) -> Goods:
    room = room_of(request)
    goods_id = fields.get("id")
    goods = of(room.books, goods_id if isinstance(goods_id, int) else 0, parent_id=parent_id)
    _suffer(request, goods.sku)
    return change(room.books, goods, fields, room.clock.now())


def _suffer(request: Request, sku: object) -> None:
    """The fault that was ordered for the goods with this code."""
    if isinstance(sku, str) and (fault := room_of(request).faults.take_item(sku)):
        raise refusal(fault.status, *NOT_ALLOWED)
