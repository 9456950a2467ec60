"""Orders to the site's room: goods, buyers, faults, and what was said."""

from fastapi import APIRouter, HTTPException, Request

from deployments.world.faults import Fault
from deployments.world.woocommerce import Exchange, Site
from deployments.world.woocommerce_shop import Goods, NewProduct

router = APIRouter()


@router.post("/products")
async def put_products(request: Request, products: list[NewProduct]) -> list[int]:
    """New goods; their ids, variations included."""
    return _site(request).shop.put(products)


@router.delete("/products")
async def remove_product(request: Request, sku: str) -> None:
    """Goods leave the site for good."""
    _site(request).shop.remove(_goods(request, sku))


@router.get("/stock")
async def read_stock(request: Request) -> dict[str, int | None]:
    """Pieces by SKU; null where stock is not managed."""
    return {goods.sku: goods.stock_quantity for goods in _site(request).shop.goods.values()}


@router.put("/stock")
async def set_stock(request: Request, stock: dict[str, int | None]) -> None:
    """As if somebody had typed it into the site's admin panel."""
    for sku, pcs in stock.items():
        _site(request).shop.set_stock(_goods(request, sku), pcs)


@router.post("/orders")
async def buy(request: Request, sku: str, pcs: int = 1) -> dict[str, int | None]:
    """A buyer's order."""
    _goods(request, sku)
    order_id, left_pcs = _site(request).shop.sell(sku, pcs)
    return {"order_id": order_id, "left_pcs": left_pcs}


@router.post("/faults")
async def order_fault(request: Request, fault: Fault) -> None:
    """A fault for calls to come."""
    _site(request).faults.order(fault)


@router.delete("/faults")
async def clear_faults(request: Request) -> None:
    """No more faults."""
    _site(request).faults.clear()


@router.get("/exchanges")
async def read_exchanges(request: Request) -> list[Exchange]:
    """What was said, oldest first."""
    return list(_site(request).exchanges)


@router.delete("/exchanges")
async def clear_exchanges(request: Request) -> None:
    """Forget what was said."""
    _site(request).exchanges.clear()


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _goods(request: Request, sku: str) -> Goods:
    try:
        return _site(request).shop.by_sku(sku)
    except KeyError:
        raise HTTPException(404, f"no goods with the SKU {sku}") from None
