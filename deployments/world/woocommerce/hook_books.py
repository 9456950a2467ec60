"""Webhooks of the site and what is on its way through them, as measured on 10.0.2 (`reference/services.md` §3, Webhooks).

What is told is built when it is sent, so that several changes of one thing which waits to be told of are told once. Nothing is repeated;
after more than five failures in a row a webhook is disabled and nobody hears of it.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deployments.world.pushes import Answer, Mail, Push

TOPICS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": ["woocommerce_process_product_meta", "woocommerce_new_product", "woocommerce_new_product_variation"],
    "product.updated": ["woocommerce_process_product_meta", "woocommerce_update_product", "woocommerce_update_product_variation"],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
}
FAILURES_MOST = 5
TIMEOUT_S = 60.0
GOOD = range(200, 303)


@dataclass(kw_only=True)
class Webhook:
    """Where a topic goes."""

    webhook_id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    status: str = "active"
    failures: int = 0
    created_at: datetime
    modified_at: datetime


@dataclass(kw_only=True)
class HookMail(Mail):
    """Webhooks by id, and deliveries; ``delay_s`` is how long the site's cron lets them wait."""

    hooks: dict[int, Webhook] = field(default_factory=dict)
    last_id: int = 0
    delay_s: float = 0.0

    def register(self, *, name: str, topic: str, delivery_url: str, secret: str, status: str, now: datetime) -> Webhook:
        """A new webhook; an active one sends its unsigned ping at once."""
        self.last_id += 1
        hook = Webhook(
            webhook_id=self.last_id,
            name=name,
            topic=topic,
            delivery_url=delivery_url,
            secret=secret,
            status=status,
            created_at=now,
            modified_at=now,
        )
        self.hooks[hook.webhook_id] = hook
        if status == "active":
            self.ping(hook, now)
        return hook

    def ping(self, hook: Webhook, now: datetime) -> None:
        """A form with the webhook's number."""
        self.send({"webhook_id": hook.webhook_id}, to=str(hook.webhook_id), url=hook.delivery_url, now=now)

    def remove(self, hook: Webhook) -> None:
        """Nothing more goes there."""
        del self.hooks[hook.webhook_id]
        self.drop(push for push in self.waiting.values() if push.to == str(hook.webhook_id))

    def tell(self, topic: str, thing_id: int, now: datetime, *, seen_from: datetime | None = None) -> None:
        """Something happened to a thing, unless it is to be told of already."""
        told = {"topic": topic, "id": thing_id}
        for hook in self.hooks.values():
            to = str(hook.webhook_id)
            is_waiting = any(push.to == to and push.body == told and not push.is_leaving for push in self.waiting.values())
            if hook.status == "active" and hook.topic == topic and not is_waiting:
                at = max(now, seen_from or now) + timedelta(seconds=self.delay_s)
                self.send(told, to=to, url=hook.delivery_url, now=now, at=at)

    def answered(self, push: Push, answer: Answer | None) -> None:
        """A delivery is over, well or not: there is no other. A ping's failure counts for nothing."""
        is_good = answer is not None and answer.status in GOOD
        self.end(push, "delivered" if is_good else "refused" if answer else "given_up")
        hook = self.hooks.get(int(push.to))
        if hook is None or "topic" not in push.body:
            return
        hook.failures = 0 if is_good else hook.failures + 1
        if hook.failures > FAILURES_MOST + 1:
            hook.status = "disabled"
            self.drop(other for other in self.waiting.values() if other.to == push.to)


def headers_of(hook: Webhook, body: bytes, *, source: str, delivery: int) -> dict[str, str]:
    """What a delivery says of itself, with the signature of the very bytes that are sent."""
    resource, _, event = hook.topic.partition(".")
    told: dict[str, Any] = {
        "Source": f"{source}/",
        "Topic": hook.topic,
        "Resource": resource,
        "Event": event,
        "Signature": base64.b64encode(hmac.new(hook.secret.encode(), body, hashlib.sha256).digest()).decode(),
        "ID": str(hook.webhook_id),
        "Delivery-ID": hashlib.md5(f"{hook.webhook_id} {delivery}".encode(), usedforsecurity=False).hexdigest(),
    }
    agent = {"User-Agent": "WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)", "Content-Type": "application/json"}
    return agent | {f"X-WC-Webhook-{name}": value for name, value in told.items()}
