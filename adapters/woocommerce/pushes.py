"""Webhooks of a WooCommerce site: how a delivery is recognised, and how the site is told to send them.

Source: `reference/services.md` §3 Webhooks, measured on WooCommerce 10.0.2; https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from adapters.capabilities import Finding
from adapters.errors import ContractBroken, Rejected, SyncError, Unauthorized
from adapters.pushes import Fault, PushRefused, Told, order_ref
from adapters.woocommerce import answers
from adapters.woocommerce.account import WooCommerceAccount
from adapters.woocommerce.client import page_count

TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
OURS = "Utyug: "
WEBHOOKS = "webhooks"

SIGNATURE, TOPIC = "x-wc-webhook-signature", "x-wc-webhook-topic"
CREATED = re.compile(rb"webhook_id=\d{1,20}")
A_TOPIC = re.compile(r"[a-z0-9_.]{1,100}", re.ASCII)
FORM = "application/x-www-form-urlencoded"
PING = "ping"


class Webhook(answers.Answer):
    """A webhook as the site keeps it; its secret is never told. ``disabled``: the site gave up after failed deliveries."""

    id: int
    name: str
    status: Literal["active", "paused", "disabled"]
    topic: str
    delivery_url: str


WEBHOOK_LIST, ONE_WEBHOOK = TypeAdapter(list[Webhook]), TypeAdapter(Webhook)


class _Body(BaseModel):
    """As far as anybody looks."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: Annotated[int, Field(gt=0)]


class WooCommerceDeliveries:
    """Reads deliveries of a site.

    Args:
        secret: what the site signs with.
    """

    networks: tuple[str, ...] = ()
    is_address_secret = False
    max_body_bytes = 2_000_000

    def __init__(self, secret: SecretStr) -> None:
        self._key = secret.get_secret_value().encode()

    def read(self, headers: Mapping[str, str], body: bytes) -> Told:
        """What it says. The form that a site sends when a webhook is made has no signature; it is answered and says nothing.

        Raises:
            PushRefused: the signature is not of these very bytes, or they are no event.
        """
        given = headers.get(SIGNATURE)
        if given is None and headers.get("content-type", "").startswith(FORM) and CREATED.fullmatch(body):
            return Told(topic=PING, is_kept=False)
        right = base64.b64encode(hmac.digest(self._key, body, hashlib.sha256))
        if not hmac.compare_digest(right, (given or "").encode("latin-1", "replace")):
            raise PushRefused("unsigned", "the signature is wrong")
        topic = headers.get(TOPIC, "")
        if not A_TOPIC.fullmatch(topic):
            raise PushRefused("garbage", "the topic is missing")
        if not topic.startswith("order."):
            return Told(topic=topic, is_kept=False, is_signed=True)
        try:
            said = _Body.model_validate_json(body)
        except ValidationError:
            raise PushRefused("garbage", "the order's id is missing") from None
        return Told(topic=topic, order_ref=order_ref(said.id), is_signed=True)

    def taken(self, told: Told, at: datetime) -> dict[str, Any]:  # noqa: ARG002 - every vendor's shape
        """Any body will do: the site looks at the status."""
        return {"status": "kept" if told.is_kept else "heard"}

    def refused(self, fault: Fault, sentence: str) -> dict[str, Any]:  # noqa: ARG002
        """Likewise; the site's own log of deliveries shows it to its administrator."""
        return {"status": sentence}


class WooCommercePushes(WooCommerceAccount):
    """Sends us word of its orders."""

    def webhooks(self) -> list[Webhook]:
        """Those that Utyug made, by id.

        Raises:
            SyncError: the site could not be asked.
        """
        found: dict[int, Webhook] = {}
        page, pages = 1, 1
        while page <= pages:
            response = self.get(WEBHOOKS, {"status": "all", "per_page": self.PAGE_MAX, "page": page, "orderby": "id", "order": "asc"})
            pages = page_count(response)
            found |= {one.id: one for one in self._connection.read(response, WEBHOOK_LIST, is_repeatable=True)}
            page += 1
        return [found[key] for key in sorted(found) if found[key].name.startswith(OURS)]

    def ensure_webhooks(self, url: str, *, secret: SecretStr) -> list[Webhook]:
        """Have one active webhook per topic, to this address and signed with this secret; running it again makes no second ones.

        The site never shows a secret, so that it is told anew each time, also to those that look right.

        Args:
            url: where the site finds our gateway: ``https://…/hooks/<channel>``.
            secret: what it signs with.

        Returns:
            The webhooks as the site keeps them now, one per topic of `TOPICS`.

        Raises:
            SyncError: the site could not be told all of it.
            ContractBroken: it keeps something else than it was told.
        """
        there = {one.topic: one for one in reversed(self.webhooks())}
        kept = [self._ensure(there.get(topic), topic, url, secret) for topic in TOPICS]
        if any((one.status, one.delivery_url) != ("active", url) for one in kept):
            raise ContractBroken("Сайт не сохранил вебхук таким, как просили: адрес или состояние другие.", system="woocommerce")
        return kept

    def examine(self) -> list[Finding]:
        """Everything else, and whether our webhooks still work: a site switches one off after failed deliveries and tells nobody."""
        findings = super().examine()
        if findings[0].level == "fault":
            return findings  # the site does not answer as one
        try:
            ours = self.webhooks()
        except (Unauthorized, Rejected):
            return findings  # that these keys see no settings of the site is among them already
        except SyncError as error:
            return [*findings, _finding("warning", error.sentence, "Повторите осмотр позже.")]
        return [*findings, *_state(ours)]

    def _ensure(self, there: Webhook | None, topic: str, url: str, secret: SecretStr) -> Webhook:
        wanted = {"status": "active", "delivery_url": url, "secret": secret.get_secret_value()}
        if there is not None:
            return self.tell("PUT", f"{WEBHOOKS}/{there.id}", wanted, ONE_WEBHOOK, is_repeatable=True)
        return self.tell("POST", WEBHOOKS, {"name": f"{OURS}{topic}", "topic": topic, **wanted}, ONE_WEBHOOK, is_repeatable=False)


def _state(ours: list[Webhook]) -> list[Finding]:
    """Nothing where none were made: then orders are learned by asking."""
    if off := [one.topic for one in ours if one.status != "active"]:
        sentence = (
            f"Сайт отключил уведомления {', '.join(off)}: так он делает, когда Утюг несколько раз подряд не ответил. "
            "О заказах Утюг узнаёт опросом, позже."
        )
        return [_finding("warning", sentence, "Проверьте, что шлюз Утюга открывается с сайта, и включите уведомления заново.")]
    if lacking := [topic for topic in TOPICS if topic not in {one.topic for one in ours}] if ours else []:
        return [_finding("warning", f"На сайте нет уведомлений {', '.join(lacking)}.", "Подключите уведомления заново.")]
    return [_finding("good", "Сайт сообщает о заказах сразу.")] if ours else []


def _finding(level: Literal["good", "warning"], sentence: str, advice: str | None = None) -> Finding:
    return Finding(subject="pushes", level=level, sentence=sentence, advice=advice)
