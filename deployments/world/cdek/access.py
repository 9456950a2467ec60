"""A token for the account's name and secret, given in the address or in a form."""

import json
import secrets
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from deployments.world.cdek.room import TOKEN_LIVES, TOKEN_PATH, room_of
from deployments.world.room import Refusal, RoomRoute

router = APIRouter(route_class=RoomRoute)


@router.post(TOKEN_PATH)
async def give_token(request: Request) -> Response:
    """Lives an hour; older ones live on."""
    room, now = room_of(request), room_of(request).clock.now()
    given = dict(request.query_params) | dict(parse_qsl((await request.body()).decode()))
    if given.get("grant_type") != "client_credentials":
        raise Refusal(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"})
    is_name, is_secret = (
        secrets.compare_digest(given.get(field, "").encode(), ours.encode())
        for field, ours in (("client_id", room.account), ("client_secret", room.secret))
    )
    if not (is_name and is_secret):
        raise Refusal(401, {"error": "invalid_client", "error_description": "Bad client credentials"})
    token = secrets.token_urlsafe(24)
    room.tokens[token] = now + TOKEN_LIVES
    answer = {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "scope": "order:all payment:all",
        "jti": secrets.token_hex(8),
    }
    return _unheard(answer)


def _unheard(answer: dict[str, object]) -> Response:
    """An answer that the room does not keep among what was said: without a media type of its own it is not read back."""
    return Response(json.dumps(answer), headers={"content-type": "application/json;charset=utf-8"})
