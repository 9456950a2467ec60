"""What the Market says where it has nothing: another path, another method, another version."""

from fastapi import APIRouter, Response

from deployments.world.yandex_market.refusals import refuse

router = APIRouter()


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
async def answer_elsewhere(path: str) -> Response:  # noqa: ARG001 - the route's own name
    """Nothing is here."""
    return refuse(404, "Resource not found").response()
