"""`/reservations` and `/stock`: a site's checkout asks, and sells only what it is granted (DESIGN §7).

Shortages are data: 409 names every one of them, and nothing is taken. Everything may be repeated.
"""

from typing import Annotated, Any, TypeAlias

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.gateway.site_door import Body, NotServed, SiteDoor, Text, message, read_body
from adapters.gateway.site_keys import SiteKeys
from adapters.gateway.threads import Threads
from adapters.gateway.till import Till
from adapters.hub.holds import Cart, Held, Holds, OtherOrder, Refused, Stock
from adapters.settings import Settings

MOST_PCS = 100_000

Ttl: TypeAlias = Annotated[float | None, Field(gt=0, allow_inf_nan=False)]


class WantedLine(Body):
    """A line of a cart."""

    sku: Text
    pcs: Annotated[int, Field(ge=1, le=MOST_PCS)]


class WantedCart(Body):
    """`POST /reservations`."""

    key: Text
    lines: Annotated[list[WantedLine], Field(min_length=1)]
    ttl_s: Ttl = None
    accepts_backorder: bool = False


class Extension(Body):
    """`POST /reservations/{id}/extend`."""

    ttl_s: Ttl = None


class Commitment(Body):
    """`POST /reservations/{id}/commit`."""

    order_ref: Text | None = None


class Reservations:
    """The door for checkouts.

    Args:
        holds: the book.
        till: where carts are decided.
        settings: the sites, their keys, the limits.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, holds: Holds, till: Till, settings: Settings, threads: Threads) -> None:
        self._holds = holds
        self._till = till
        self._door = SiteDoor(SiteKeys(settings.channels))
        self._most_lines = settings.reservations.most_lines
        self._threads = threads

    def routes(self) -> list[Route]:
        """The addresses of the door."""
        served = self._door.serving
        return [
            Route("/reservations", served(self._reserve), methods=["POST"]),
            Route("/reservations/{hold_id}", served(self._release), methods=["DELETE"]),
            Route("/reservations/{hold_id}/extend", served(self._extend), methods=["POST"]),
            Route("/reservations/{hold_id}/commit", served(self._commit), methods=["POST"]),
            Route("/stock/{sku:path}", served(self._stock), methods=["GET"]),
        ]

    async def _reserve(self, request: Request, site: str) -> Response:
        wanted = await read_body(request, WantedCart)
        lines: dict[str, int] = {}
        for line in wanted.lines:
            lines[line.sku] = lines.get(line.sku, 0) + line.pcs
        if len(wanted.lines) > self._most_lines:
            raise NotServed(422, f"В корзине больше {self._most_lines} строк: разделите её на несколько.")
        cart = Cart(channel=site, key=wanted.key, lines=lines, ttl_s=wanted.ttl_s, accepts_backorder=wanted.accepts_backorder)
        return _told(await self._till.reserve(cart))

    async def _extend(self, request: Request, site: str) -> Response:
        wanted = await read_body(request, Extension)
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(lambda: self._holds.extend(site, hold_id, ttl_s=wanted.ttl_s)), is_known=True)

    async def _commit(self, request: Request, site: str) -> Response:
        wanted = await read_body(request, Commitment)
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(lambda: self._holds.commit(site, hold_id, order_ref=wanted.order_ref)), is_known=True)

    async def _release(self, request: Request, site: str) -> Response:
        hold_id = request.path_params["hold_id"]
        return _told(await self._threads.quick(self._holds.release, site, hold_id), is_known=True)

    async def _stock(self, request: Request, site: str) -> Response:
        sku = request.path_params["sku"]
        found = await self._threads.quick(self._holds.stock, site, sku)
        if found is None:
            raise NotServed(404, "Товара с таким артикулом на этом сайте Utyug не знает.")
        return JSONResponse(_stock(found))


def _told(answer: Held | Refused | OtherOrder | None, *, is_known: bool = False) -> Response:
    if answer is None:
        return message(404, "Такой брони у этого сайта нет.")
    if isinstance(answer, OtherOrder):
        told = {"message": "Эта корзина уже подтверждена для заказа.", "state": answer.state, "order_ref": answer.order_ref}
        return JSONResponse(told, status_code=409)
    if isinstance(answer, Held):
        return JSONResponse(_held(answer), status_code=201 if answer.is_new and not is_known else 200)
    if answer.is_other_cart:
        return message(422, "Под этим ключом уже есть другая корзина: для изменённой корзины нужен новый ключ.")
    return JSONResponse({"message": "Товара не хватает.", "shortages": _shortages(answer)}, status_code=409)


def _held(held: Held) -> dict[str, Any]:
    return {
        "reservation": held.hold_id,
        "state": held.state,
        "expires_at": held.expires_at.isoformat(),
        "order_ref": held.order_ref,
        "lines": [
            {
                "sku": line.sku,
                "pcs": line.pcs,
                "backordered_pcs": line.backordered_pcs,
                "promised_on": line.promised_on.isoformat() if line.promised_on else None,
            }
            for line in held.lines
        ],
    }


def _shortages(refused: Refused) -> list[dict[str, Any]]:
    return [
        {"sku": one.sku, "wanted_pcs": one.wanted_pcs, "free_pcs": one.free_pcs} | ({"reason": one.why_not} if one.why_not else {})
        for one in refused.shortages
    ]


def _stock(found: Stock) -> dict[str, Any]:
    day = found.expected_on
    preorder = {"pcs": found.preorder_pcs, "expected_on": day.isoformat()} if day else None
    return {"sku": found.sku, "free_pcs": found.free_pcs, "preorder": preorder}
