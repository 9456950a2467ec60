"""A WooCommerce site, REST v3, with the oddities measured on a running 10.0.2 (`reference/services.md` §3)."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from deployments.world.clock import WorldClock
from deployments.world.faults import Fault, FaultBook
from deployments.world.oauth import Doorkeeper
from deployments.world.woocommerce_shop import PRODUCT_TYPES, Goods, Shop, as_product, as_variation, price_as_stored

REST = "/wp-json/wc/v3"
PER_PAGE_MAX = 100
BATCH_MAX = 100
NOT_ALLOWED = ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
LOG_KEPT = 2000

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call to the site and its answer; who called is not kept."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any


@dataclass(kw_only=True)
class Site:
    """The room: its goods, its faults, its doorkeeper and what was said."""

    clock: WorldClock
    shop: Shop
    doorkeeper: Doorkeeper
    faults: FaultBook = field(default_factory=FaultBook)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=LOG_KEPT))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Refusal(Exception):
    """An answer in WordPress's shape of an error."""

    def __init__(self, status: int, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"code": code, "message": message, "data": {"status": status, **data}}

    def as_item(self, goods_id: int) -> dict[str, Any]:
        """The same inside a batch answered 200."""
        return {"id": goods_id, "error": {**self.body, "data": {**self.body["data"], "status": 400}}}


class Faulty(APIRoute):
    """Asks the doorkeeper, suffers the ordered faults, writes down what was said."""

    def get_route_handler(self) -> Handler:
        """The handler within its faults."""
        handle = super().get_route_handler()

        async def faulty(request: Request) -> Response:
            return await _suffer(request.app.state.site, request, handle)

        return faulty


router = APIRouter(prefix=REST, route_class=Faulty)


def make_site(site: Site) -> FastAPI:
    """The site's REST API."""
    app = FastAPI(openapi_url=None)
    app.state.site = site
    app.include_router(router)
    return app


@router.get("/products")
async def list_products(request: Request) -> Response:
    """Products, newest first; with ``sku`` or ``search_sku`` variations too."""
    return _page(request, _found(_site(request).shop, **request.query_params))


@router.post("/products")
async def create_product(request: Request) -> Response:
    """One product."""
    fields = await request.json()
    shop = _site(request).shop
    _judge(shop, None, fields)
    goods = shop.create(type=fields.get("type", "simple"), name=fields.get("name", ""), sku=fields.get("sku", ""))
    return JSONResponse(_show(request, _write(shop, goods, fields), is_edited=True), status_code=201)


@router.post("/products/batch")
async def batch_products(request: Request) -> Response:
    """Up to 100 products, each with an outcome of its own in a 200."""
    return JSONResponse(_batch(request, await request.json(), parent_id=0))


@router.get("/products/{goods_id:int}")
async def read_product(request: Request, goods_id: int) -> Response:
    """One product."""
    return JSONResponse(_show(request, _of(_site(request).shop, goods_id, parent_id=0)))


@router.api_route("/products/{goods_id:int}", methods=["PUT", "POST", "PATCH"])
async def write_product(request: Request, goods_id: int) -> Response:
    """One product changed."""
    shop = _site(request).shop
    goods = _write(shop, _of(shop, goods_id, parent_id=0), await request.json())
    return JSONResponse(_show(request, goods, is_edited=True))


@router.get("/products/{parent_id:int}/variations")
async def list_variations(request: Request, parent_id: int) -> Response:
    """Variations of a product."""
    shop = _site(request).shop
    return _page(request, shop.variations(_of(shop, parent_id, parent_id=0).goods_id))


@router.post("/products/{parent_id:int}/variations/batch")
async def batch_variations(request: Request, parent_id: int) -> Response:
    """Up to 100 variations of one product."""
    return JSONResponse(_batch(request, await request.json(), parent_id=parent_id))


@router.api_route("/products/{parent_id:int}/variations/{goods_id:int}", methods=["PUT", "POST", "PATCH"])
async def write_variation(request: Request, parent_id: int, goods_id: int) -> Response:
    """One variation changed."""
    shop = _site(request).shop
    return JSONResponse(_show(request, _write(shop, _of(shop, goods_id, parent_id=parent_id), await request.json())))


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def no_route(path: str) -> Response:
    """What this room does not play."""
    raise Refusal(404, "rest_no_route", f"No route was found matching the URL and request method: {path}")


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


async def _suffer(site: Site, request: Request, handle: Handler) -> Response:
    await request.body()
    fault = site.faults.take(request.method, request.url.path)
    kind = fault.kind if fault else None
    if fault and kind == "rate_limited":
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return JSONResponse({"code": "too_many_requests", "message": "Slow down."}, status_code=429, headers=headers)
    if fault and kind == "error_before":
        return _broken(fault)
    if fault and kind == "timeout_before":
        return await _hang(request, fault)
    async with site.turn:
        state = site.shop.copy()
        response = await _answer(site, request, handle)
        if kind == "lie":
            site.shop.restore(state)
    if fault and kind == "error_after":
        return _broken(fault)
    if fault and kind == "timeout_after":
        return await _hang(request, fault)
    return Response("<html>a plugin's warning</html>", media_type="text/html") if kind == "garbage" else response


async def _answer(site: Site, request: Request, handle: Handler) -> Response:
    barred = site.doorkeeper.refusal(request)
    try:
        response = JSONResponse(Refusal(401, *barred).body, status_code=401) if barred else await handle(request)
    except Refusal as refused:
        response = JSONResponse(refused.body, status_code=refused.status)
    except ValueError:
        response = JSONResponse(Refusal(400, "rest_invalid_json", "Invalid JSON body passed.").body, status_code=400)
    site.exchanges.append(await _heard(request, response))
    return response


async def _heard(request: Request, response: Response) -> Exchange:
    sent = await request.body()
    is_json = sent and request.headers.get("content-type", "").startswith("application/json")
    return Exchange(
        method=request.method,
        path=request.url.path.partition(REST)[2],
        query=dict(request.query_params),
        body=json.loads(sent) if is_json else None,
        status=response.status_code,
        answer=json.loads(bytes(response.body)),
    )


def _broken(fault: Fault) -> Response:
    body = {"code": "internal_server_error", "message": "There has been a critical error on this website.", "data": None}
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return JSONResponse(body, status_code=fault.status, headers=headers)


async def _hang(request: Request, fault: Fault) -> Response:
    async def until_gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(until_gone(), fault.seconds)
    except TimeoutError:
        return Response(status_code=504)
    return Response(status_code=499)


def _found(shop: Shop, /, sku: str = "", search_sku: str = "", **_others: str) -> list[Goods]:
    """Goods by their own code: its parts go before whole ones, and the whole filter is a code too.

    As prepare_objects_query and add_search_criteria_to_wp_query_where of WooCommerce's class-wc-rest-products-controller.php do it:
    an empty argument is none, ``search_sku`` is a LIKE with its wildcards escaped, in a collation that ignores case.
    """
    if search_sku:
        return [goods for goods in shop.goods.values() if search_sku.casefold() in goods.sku.casefold()]
    if sku:
        return [goods for goods in shop.goods.values() if goods.sku in {*sku.split(","), sku}]
    return [goods for goods in shop.goods.values() if not goods.parent_id]


def _page(request: Request, goods: list[Goods]) -> Response:
    page, per_page = (_whole(request, name, default) for name, default in (("page", 1), ("per_page", 10)))
    if not 1 <= per_page <= PER_PAGE_MAX:
        message = f"per_page must be between 1 (inclusive) and {PER_PAGE_MAX} (inclusive)"
        raise Refusal(400, "rest_invalid_param", "Invalid parameter(s): per_page", params={"per_page": message}, details={})
    newest = sorted(goods, key=lambda one: -one.goods_id)
    shown = newest[(page - 1) * per_page : page * per_page]
    pages = -(-len(goods) // per_page)
    headers = {"X-WP-Total": str(len(goods)), "X-WP-TotalPages": str(pages)}
    if page < pages:
        query = urlencode({**dict(request.query_params), "page": page + 1})
        headers["Link"] = f'<{request.url.replace(query=query)}>; rel="next"'
    return JSONResponse([_show(request, one) for one in shown], headers=headers)


def _whole(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, str(default))
    if not given.isdigit():
        message = f"{name} is not of type integer."
        raise Refusal(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: message}, details={})
    return int(given)


def _show(request: Request, goods: Goods, *, is_edited: bool = False) -> dict[str, Any]:
    home = str(request.url.replace(query="")).partition(REST)[0]
    if "/variations" in request.url.path:
        return as_variation(goods, _site(request).shop, home)
    return as_product(goods, _site(request).shop, home, is_edited=is_edited)


def _of(shop: Shop, goods_id: int, *, parent_id: int) -> Goods:
    goods = shop.goods.get(goods_id)
    if goods is not None and goods.parent_id and not parent_id:
        message = "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
        raise Refusal(404, "woocommerce_rest_invalid_product_id", message)
    if goods is None or goods.parent_id != parent_id:
        kind = "product_variation" if parent_id else "product"
        raise Refusal(404, f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.")
    return goods


def _batch(request: Request, body: dict[str, list[Any]], *, parent_id: int) -> dict[str, Any]:
    if sum(map(len, body.values())) > BATCH_MAX:
        message = f"Unable to accept more than {BATCH_MAX} items for this request."
        raise Refusal(413, "woocommerce_rest_request_entity_too_large", message)

    return {"update": [_updated(request, fields, parent_id) for fields in body["update"]]} if body.get("update") else {}


def _updated(request: Request, fields: dict[str, Any], parent_id: int) -> dict[str, Any]:
    site = _site(request)
    goods_id: int = fields["id"]
    try:
        goods = _of(site.shop, goods_id, parent_id=parent_id)
        if fault := site.faults.take_item(goods.sku):
            return Refusal(fault.status, *NOT_ALLOWED).as_item(goods_id)
        return _show(request, _write(site.shop, goods, fields), is_edited=True)
    except Refusal as refused:
        return refused.as_item(goods_id)


def _write(shop: Shop, goods: Goods, fields: dict[str, Any]) -> Goods:
    _judge(shop, goods, fields)
    for name in ("name", "sku", "status"):
        setattr(goods, name, fields.get(name, getattr(goods, name)))
    for name in ("regular_price", "sale_price"):
        setattr(goods, name, price_as_stored(fields.get(name, getattr(goods, name))))
    goods.manage_stock = fields.get("manage_stock", goods.manage_stock)
    if goods.manage_stock is True:
        goods.stock_quantity = fields.get("stock_quantity", goods.stock_quantity or 0)
    elif goods.manage_stock is False:
        goods.stock_quantity = None
    shop.touch(goods)
    return goods


def _judge(shop: Shop, goods: Goods | None, fields: dict[str, Any]) -> None:
    types = {"stock_quantity": int, "manage_stock": bool, "sku": str, "regular_price": str, "sale_price": str, "name": str}
    for name, kind in types.items():
        if name in fields and (not isinstance(fields[name], kind) or (kind is int and isinstance(fields[name], bool))):
            words = {int: "integer", bool: "boolean", str: "string"}[kind]
            message = f"{name} is not of type {words}."
            raise Refusal(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: message}, details={})
    if fields.get("type", "simple") not in PRODUCT_TYPES:
        raise Refusal(400, "rest_invalid_param", "Invalid parameter(s): type", params={"type": "type is not one of"}, details={})
    twin = next((one for one in shop.goods.values() if one.sku and one.sku == fields.get("sku")), None)
    if twin is not None and twin is not goods:
        raise Refusal(400, "product_invalid_sku", "Invalid or duplicated SKU.", resource_id=twin.goods_id, unique_sku=f"{twin.sku}-1")
