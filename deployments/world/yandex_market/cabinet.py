"""What the Market tells of the cabinet: the key, its shops, settings, warehouses and groups, and the tree of categories."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from deployments.world.yandex_market.books import Campaign, Warehouse
from deployments.world.yandex_market.categories import TREE
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market, MarketRoute, room_of
from deployments.world.yandex_market.shapes import Id, Sent, Unlike, ok, read_page

router = APIRouter(route_class=MarketRoute)

ADDRESS = {"city": "Москва", "street": "Складская улица", "number": "1", "gps": {"latitude": 55.75, "longitude": 37.62}}


class AskedCategories(Sent):
    """``GetCategoriesRequest``."""

    language: Literal["RU", "EN"] = "RU"


class AskedWarehouses(Sent):
    """``GetPartnerWarehousesRequest``."""

    warehouse_ids: Annotated[list[Id], Field(min_length=1), Unlike] | None = None
    components: Annotated[list[Literal["ADDRESS"]], Field(min_length=1), Unlike] | None = None


class AskedPagedWarehouses(Sent):
    """``GetPagedWarehousesRequest``."""

    components: Annotated[list[Literal["ADDRESS", "STATUS"]], Field(min_length=1), Unlike] | None = None
    campaign_ids: Annotated[list[Id], Field(min_length=1, max_length=25), Unlike] | None = None


@router.post("/v2/auth/token", operation_id="getAuthTokenInfo")
async def read_token(request: Request) -> dict[str, Any]:
    """The key's name and scopes."""
    scopes = room_of(request).keys[request.headers["api-key"]]
    return ok(result={"apiKey": {"name": "Utyug", "authScopes": list(scopes)}})


@router.get("/v2/campaigns", operation_id="getCampaigns")
async def read_campaigns(request: Request) -> dict[str, Any]:
    """The cabinet's shops, those switched off too."""
    room = room_of(request)
    campaigns, paging = read_page(request, default=100, most=100).take(room.books.campaigns.values())
    return {"campaigns": [_campaign(room, campaign) for campaign in campaigns], "paging": paging}


@router.get("/v2/campaigns/{campaign_id}", operation_id="getCampaign")
async def read_campaign(request: Request, campaign_id: int) -> dict[str, Any]:
    """One shop."""
    room = room_of(request)
    return {"campaign": _campaign(room, room.books.campaigns[campaign_id])}


@router.get("/v2/campaigns/{campaign_id}/settings", operation_id="getCampaignSettings")
async def read_campaign_settings(request: Request, campaign_id: int) -> dict[str, Any]:
    """A shop's settings; nothing of groups is among them."""
    name = room_of(request).books.campaigns[campaign_id].name
    region = {"id": 213, "name": "Москва", "type": "CITY"}
    return {"settings": {"countryRegion": 225, "shopName": name, "localRegion": region, "taxation": {"vat": "VAT_22"}}}


@router.post("/v2/businesses/{business_id}/settings", operation_id="getBusinessSettings")
async def read_business_settings(request: Request) -> dict[str, Any]:
    """The cabinet's settings: whether a shop may have prices of its own."""
    room = room_of(request)
    settings = {"onlyDefaultPrice": room.only_default_price, "currency": "RUR"}
    return ok(result={"info": _business(room), "settings": settings, "subscriptionLevel": "NONE"})


@router.post("/v2/categories/tree", operation_id="getCategoriesTree")
async def read_categories(_asked: AskedCategories | None = None) -> dict[str, Any]:
    """The tree of categories."""
    return ok(result=TREE)


@router.post("/v3/businesses/{business_id}/warehouses", operation_id="getPartnerWarehouses")
async def read_partner_warehouses(request: Request, asked: AskedWarehouses | None = None) -> dict[str, Any]:
    """Warehouses that are in no group, with the models they work by."""
    asked, books = asked or AskedWarehouses(), room_of(request).books

    def suits(warehouse: Warehouse) -> bool:
        return warehouse.group_id is None and (asked.warehouse_ids is None or warehouse.id in asked.warehouse_ids)

    def told(warehouse: Warehouse) -> dict[str, Any]:
        models = [{"placementType": "FBS", "apiAvailability": books.campaigns[warehouse.campaign_id].api}]
        address = {"address": ADDRESS} if asked.components else {}
        return {"id": warehouse.id, "name": warehouse.name, "models": models, **address}

    found, paging = read_page(request, default=15, most=30).take(books.warehouses.values(), suits)
    return ok(result={"warehouses": [told(warehouse) for warehouse in found], "paging": paging})


@router.post("/v2/businesses/{business_id}/warehouses", operation_id="getPagedWarehouses")
async def read_paged_warehouses(request: Request, asked: AskedPagedWarehouses | None = None) -> dict[str, Any]:
    """Warehouses with the groups that they are in."""
    asked, books = asked or AskedPagedWarehouses(), room_of(request).books
    foreign = [number for number in asked.campaign_ids or [] if number not in books.campaigns]
    if foreign:
        raise refuse(403, f"No access to campaigns: {foreign}")

    def suits(warehouse: Warehouse) -> bool:
        return asked.campaign_ids is None or warehouse.campaign_id in asked.campaign_ids

    def told(warehouse: Warehouse) -> dict[str, Any]:
        row: dict[str, Any] = {"id": warehouse.id, "name": warehouse.name, "campaignId": warehouse.campaign_id, "express": False}
        if warehouse.group_id is not None:
            row["groupInfo"] = {"id": warehouse.group_id, "name": f"Группа {warehouse.group_id}"}
        if "ADDRESS" in (asked.components or []):
            row["address"] = ADDRESS
        if "STATUS" in (asked.components or []):
            row["status"] = {"status": "OTHER"}
        return row

    found, paging = read_page(request, default=15, most=30).take(books.warehouses.values(), suits)
    return ok(result={"warehouses": [told(warehouse) for warehouse in found], "paging": paging})


def _business(room: Market) -> dict[str, Any]:
    return {"id": room.books.business_id, "name": "Кабинет"}


def _campaign(room: Market, campaign: Campaign) -> dict[str, Any]:
    return {
        "domain": campaign.name,
        "id": campaign.id,
        "business": _business(room),
        "placementType": "FBS",
        "apiAvailability": campaign.api,
    }
