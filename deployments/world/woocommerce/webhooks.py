"""Webhooks of the site.

Source: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.woocommerce.fields import FLAGS, WEBHOOK, WEBHOOKS, check_body, check_query
from deployments.world.woocommerce.hook_books import TOPICS, Webhook
from deployments.world.woocommerce.room import REST, WooCommerceRoom, api_of, listed, refusal, room_of
from deployments.world.woocommerce.showing import as_webhook

router = APIRouter(prefix=f"{REST}/webhooks", route_class=RoomRoute)

KIND = "woocommerce_rest_shop_webhook"


@router.get("")
async def list_webhooks(request: Request) -> Response:
    """Webhooks, newest first."""
    query = check_query(request.query_params, WEBHOOKS)
    wanted = query.get("status", "all")
    found = [hook for hook in room_of(request).books.mail.hooks.values() if wanted in ("all", hook.status)]
    found.sort(key=lambda hook: hook.webhook_id, reverse=query.get("order", "desc") == "desc")
    shown, headers = listed(request, found, query)
    return JSONResponse([as_webhook(one, api_of(request)) for one in shown], headers=headers)


@router.post("")
async def create_webhook(request: Request) -> Response:
    """A new one; whether anybody is there makes no difference."""
    room = room_of(request)
    told = check_body(await request.json(), WEBHOOK)
    if missing := [name for name in ("topic", "delivery_url") if name not in told]:
        raise refusal(400, "rest_missing_callback_param", f"Missing parameter(s): {', '.join(missing)}", params=missing)
    _judge(told)
    hook = room.books.mail.register(
        name=told.get("name", "Webhook"),
        topic=told["topic"],
        delivery_url=told["delivery_url"],
        secret=told.get("secret", ""),
        status=told.get("status", "active"),
        now=room.clock.now(),
    )
    return JSONResponse(as_webhook(hook, api_of(request)), status_code=201)


@router.get("/{webhook_id:int}")
async def read_webhook(request: Request, webhook_id: int) -> Response:
    """One of them."""
    return JSONResponse(as_webhook(_found(room_of(request), webhook_id), api_of(request)))


@router.put("/{webhook_id:int}")
async def change_webhook(request: Request, webhook_id: int) -> Response:
    """One of them changed; one that is switched on again begins anew."""
    room = room_of(request)
    hook = _found(room, webhook_id)
    told = check_body(await request.json(), WEBHOOK)
    _judge(told)
    for name in WEBHOOK:
        setattr(hook, name, told.get(name, getattr(hook, name)))
    hook.modified_at = room.clock.now()
    if told.get("status") == "active":
        hook.failures = 0
    return JSONResponse(as_webhook(hook, api_of(request)))


@router.delete("/{webhook_id:int}")
async def delete_webhook(request: Request, webhook_id: int) -> Response:
    """For good, or not at all."""
    room = room_of(request)
    hook = _found(room, webhook_id)
    if not FLAGS.get(request.query_params.get("force", "false")):
        raise refusal(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    room.books.mail.remove(hook)
    return JSONResponse(as_webhook(hook, api_of(request)))


def _judge(told: dict[str, Any]) -> None:
    if "topic" in told and told["topic"] not in TOPICS:
        raise refusal(400, f"{KIND}_invalid_topic", "Webhook topic is required and must be valid.")
    if "delivery_url" in told and not told["delivery_url"].startswith(("http://", "https://")):
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise refusal(400, f"{KIND}_invalid_delivery_url", message)


def _found(room: WooCommerceRoom, webhook_id: int) -> Webhook:
    if webhook_id not in room.books.mail.hooks:
        raise refusal(404, f"{KIND}_invalid_id", "Invalid ID.")
    return room.books.mail.hooks[webhook_id]
