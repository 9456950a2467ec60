"""Stock and prices of the catalogue's offers: absolute values, by up to 250 offers."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import INVALID, FormRoute, by_field, entity, kept, number, page_of, refused, told
from deployments.world.retailcrm.books import Offer
from deployments.world.retailcrm.room import room_of, site_of, sites_of
from deployments.world.retailcrm.said import InventorySaid, PricesSaid
from deployments.world.retailcrm.telling import offer_ids

INVENTORY_PAGES = (20, 50, 100, 250)

router = APIRouter(route_class=FormRoute)


@router.post("/api/v5/store/inventories/upload")
async def set_stock(request: Request) -> Response:
    """Stock by warehouse; offers that the catalogue does not have are named in an answer of success."""
    said = entity(request, "offers", list[InventorySaid])
    site_of(request)
    _check(request, "offers", len(said), "stores", [shelf.code for one in said for shelf in one.stores])
    found, missing = _sorted(request, said)
    for offer, one in found:
        offer.pcs |= {shelf.code: shelf.available for shelf in one.stores}
        offer.bought_for |= {shelf.code: shelf.purchase_price for shelf in one.stores if shelf.purchase_price is not None}
    return _processed(len(found), missing)


@router.post("/api/v5/store/prices/upload")
async def set_prices(request: Request) -> Response:
    """Prices by type; answered as stock is. A row names its shop where the key opens several."""
    said = entity(request, "prices", list[PricesSaid])
    for one in said:
        site_of(request, one.site)
    _check(request, "prices", len(said), "priceTypes", [price.code for one in said for price in one.prices])
    found, missing = _sorted(request, said)
    for offer, one in found:
        offer.prices |= {price.code: price.price for price in one.prices}
    return _processed(len(found), missing)


@router.get("/api/v5/store/inventories")
async def read_stock(request: Request) -> Response:
    """Stock by warehouse as it stands."""
    room = room_of(request)
    chosen = {"ids": "offer_id", "offerExternalId": "external_id", "offerXmlId": "xml_id"}
    offers = [
        one
        for one in room.books.offers.values()
        if all(str(getattr(one, name)) in by_field(request, field) for field, name in chosen.items() if by_field(request, field))
    ]
    rows, pagination = page_of(request, offers, INVENTORY_PAGES)
    return told({"pagination": pagination, "offers": [_stock_told(one, sites_of(request)[0]) for one in rows]})


def _check(request: Request, name: str, count: int, book: str, codes: list[str]) -> None:
    room = room_of(request)
    if count > room.knobs.offers_max:
        raise refused(400, INVALID, [f"{name}: This collection should contain {room.knobs.offers_max} elements or less."])
    unknown = [code for code in codes if code not in room.books.references[book]]
    if unknown:
        raise refused(400, INVALID, [f'{name}: "{unknown[0]}" does not exist.'])


def _sorted(request: Request, said: list[Any]) -> tuple[list[tuple[Offer, Any]], list[dict[str, Any]]]:
    room = room_of(request)
    found: list[tuple[Offer, Any]] = []
    missing: list[dict[str, Any]] = []
    for one in said:
        named = {name: value for name, value in kept(one).items() if name in ("id", "externalId", "xmlId")}
        offer = room.books.offer(named)
        if offer is None or room.faults.take_item(offer.external_id) is not None:
            missing.append(named)
        else:
            found.append((offer, one))
    return found, missing


def _processed(count: int, missing: list[dict[str, Any]]) -> Response:
    return told({"processedOffersCount": count, "notFoundOffers": missing})


def _stock_told(offer: Offer, site: str) -> dict[str, Any]:
    stores = [
        {"store": code, "quantity": number(pcs), "purchasePrice": number(offer.bought_for.get(code, Decimal(0)))}
        for code, pcs in offer.pcs.items()
    ]
    return {**offer_ids(offer), "site": site, "quantity": number(sum(offer.pcs.values(), Decimal(0))), "stores": stores}
