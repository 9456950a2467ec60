"""A checkout that asks before it sells: reserve, make the order, commit, take the money. Whatever is not granted is not sold."""

import uuid
from typing import Any

import httpx
from fastapi import HTTPException

from deployments.world.woocommerce.books import Goods
from deployments.world.woocommerce.order_books import Order
from deployments.world.woocommerce.room import Asks, WooCommerceRoom

META = "_utyug_reservation"
TTL_S = 900


async def sell(
    room: WooCommerceRoom, asks: Asks, goods: Goods, pcs: int, *, status: str, billing: dict[str, str], waits: bool = False
) -> Order:
    """An order that was granted; a buyer who ``waits`` takes what is still to come as well.

    Raises:
        HTTPException: 409 with ``{"reason": …}``: ``shortage``, ``refused``, ``no_answer``, ``commit_refused``, ``commit_unanswered``. In
            the last two the order was made and is cancelled.
    """
    headers = {"Authorization": f"Bearer {asks.key}"}
    async with httpx.AsyncClient(timeout=asks.timeout_s, headers=headers, trust_env=False, transport=room.outside) as hub:
        lines = [{"sku": goods.sku, "pcs": pcs}]
        wanted = {"key": str(uuid.uuid4()), "lines": lines, "ttl_s": TTL_S, **({"accepts_backorder": True} if waits else {})}
        answer = await _ask(hub, f"{asks.url}/reservations", wanted)
        ref = _granted(answer)
        made = room.books.order([(goods, pcs)], status="pending", now=room.clock.now(), billing=billing, meta_data=[(META, ref)])
        committed = await _ask(hub, f"{asks.url}/reservations/{ref}/commit", {"order_ref": str(made.order_id)})
    if committed is None or not committed.is_success:
        room.books.move(made, "cancelled", room.clock.now())
        raise _declined("commit_unanswered" if committed is None else "commit_refused")
    room.books.move(made, status, room.clock.now())
    return made


async def _ask(hub: httpx.AsyncClient, url: str, question: dict[str, Any]) -> httpx.Response | None:
    """None where nobody answered in time."""
    try:
        return await hub.post(url, json=question)
    except httpx.HTTPError:
        return None


def _granted(answer: httpx.Response | None) -> str:
    if answer is None:
        raise _declined("no_answer")
    told = _read(answer)
    if answer.status_code == 409:
        raise _declined("shortage", shortages=told.get("shortages", []))
    if not answer.is_success or not isinstance(told.get("reservation"), str):
        raise _declined("refused", status=answer.status_code)
    return str(told["reservation"])


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _declined(reason: str, **details: Any) -> HTTPException:  # noqa: ANN401 - whatever JSON can say
    return HTTPException(409, {"reason": reason, **details})
