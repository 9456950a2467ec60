"""Orders to the site's room about what is late and odd: webhooks, lags, a checkout that asks, orders that become smaller."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.push_control import add_push_control
from deployments.world.room import ControlRoute
from deployments.world.slowness import add_lags_control
from deployments.world.woocommerce import changes
from deployments.world.woocommerce.control import opened, order_of
from deployments.world.woocommerce.room import Asks

ORDER_TOPICS = ("order.created", "order.updated", "order.deleted")

oddities = APIRouter(route_class=ControlRoute)
add_push_control(oddities)
add_lags_control(oddities, never=frozenset({"stock_shown_s", "read_stale_s"}))


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class PushTo(Ordered):
    """Where the site tells of its orders, and how long its cron lets that wait; without an address only the wait changes."""

    url: str | None = None
    secret: str = ""
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class AsksOrdered(Ordered):
    """The hub's gateway and the site's key there; the time is real, and without an address nobody is asked."""

    url: str
    key: str = ""
    timeout_s: Annotated[float, Field(gt=0)] = 2.0


class Cut(Ordered):
    """Pieces of an order that are taken out of their line, or paid back."""

    sku: str
    pcs: Annotated[int, Field(ge=1)]
    how: Literal["edit", "refund"] = "edit"


@oddities.put("/push")
async def connect(request: Request, to: PushTo) -> list[int]:
    """Webhooks of orders, as if made over REST instead of all others; their ids."""
    room, now = opened(request)
    mail = room.books.mail
    mail.delay_s = to.delay_s
    if to.url is None:
        return list(mail.hooks)
    for hook in list(mail.hooks.values()):
        mail.remove(hook)
    made = [
        mail.register(name=topic, topic=topic, delivery_url=to.url, secret=to.secret, status="active", now=now)
        for topic in ORDER_TOPICS
        if to.url
    ]
    return [hook.webhook_id for hook in made]


@oddities.put("/asks")
async def ask(request: Request, asks: AsksOrdered) -> None:
    """The checkout asks the hub from now on, or nobody."""
    room, _ = opened(request)
    room.asks = Asks(url=asks.url.rstrip("/"), key=asks.key, timeout_s=asks.timeout_s) if asks.url else None


@oddities.delete("/orders/{order_ref}/lines")
async def cut(request: Request, order_ref: str, line: Cut) -> None:
    """An order becomes smaller; without its last piece it is cancelled, or refunded."""
    room, now = opened(request)
    order = order_of(room, order_ref)
    known = next((one for one in order.lines if one.sku == line.sku), None)
    if known is None or order.status in ("cancelled", "refunded", "trash") or line.pcs > known.pcs - known.refunded_pcs:
        raise HTTPException(409, f"{order_ref} is {order.status} or has fewer than {line.pcs} of {line.sku}")
    if line.how == "refund":
        changes.refund(room.books, order, known, line.pcs, now)
    elif len(order.lines) == 1 and line.pcs == known.pcs:
        room.books.move(order, "cancelled", now)
    else:
        changes.cut(room.books, order, known, line.pcs, now)
