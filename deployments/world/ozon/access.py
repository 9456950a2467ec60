"""Whose cabinet it is and what the key opens."""

from fastapi import APIRouter, Request, Response

from deployments.world.ozon.asking import stamp, told
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)


@router.post("/v1/roles")
async def roles(request: Request) -> Response:
    """When the key expires, and its methods by role."""
    room: OzonRoom = request.app.state.room
    key = room.key(request)
    return told(
        {
            "expires_at": stamp(key.expires_at),
            "roles": [{"name": name, "methods": methods} for name, methods in key.roles.items()],
        }
    )


@router.post("/v1/seller/info")
async def seller(request: Request) -> Response:
    """The company, its subscription and its ratings."""
    room: OzonRoom = request.app.state.room
    now = stamp(room.now())
    value = {"date_from": now, "date_to": now, "formatted": "98,5 %", "value": 98.5}
    value["status"] = {"danger": False, "premium": True, "warning": False}
    company = {"country": "RU", "currency": "RUB", "inn": "7700000016", "legal_name": "ООО «Утюг и братья»", "name": "Утюг и братья"}
    company |= {"ogrn": "1027700000015", "ownership_form": "ООО", "tax_system": "USN"}
    rating = {"name": "Доля доставленных в срок", "rating": "rating_on_time", "status": "OK", "value_type": "PERCENT"}
    return told(
        {
            "company": company,
            "ratings": [{**rating, "current_value": value, "past_value": value}],
            "subscription": {"is_premium": False, "type": "UNSPECIFIED"},
        }
    )
