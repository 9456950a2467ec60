"""Settings of the site.

Source: https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-setting-options
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.woocommerce.room import REST, api_of, refusal, room_of

router = APIRouter(prefix=REST, route_class=RoomRoute)


@router.get("/settings/{group}")
async def list_settings(request: Request, group: str) -> Response:
    """Settings of a group."""
    settings = room_of(request).books.settings.get(group)
    if settings is None:
        raise refusal(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return JSONResponse([_show(name, value, group, api_of(request)) for name, value in settings.items()])


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def no_route(path: str) -> Response:
    """What this room does not play."""
    raise refusal(404, "rest_no_route", f"No route was found matching the URL and request method: {path}")


def _show(name: str, value: str, group: str, api: str) -> dict[str, Any]:
    label = name.removeprefix("woocommerce_").replace("_", " ").capitalize()
    links = {"self": [{"href": f"{api}/settings/{group}/{name}"}], "collection": [{"href": f"{api}/settings/{group}"}]}
    return {"id": name, "label": label, "description": "", "type": "text", "default": "", "tip": "", "value": value, "_links": links}
