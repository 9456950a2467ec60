import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.errors import ContractBroken, OutcomeUnknown
from adapters.pushes import PushRefused, Told
from adapters.woocommerce.pushes import TOPICS, WooCommerceDeliveries
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.test_account import in_order
from tests.adapters.woocommerce.vendor import body_of, said, site_that

SECRET = "long-enough-secret_1"
URL = "https://utyug.example/hooks/site"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def read(body: bytes, *, topic: str = "order.updated") -> Told:
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"x-wc-webhook-signature": signature, "x-wc-webhook-topic": topic, "content-type": "application/json"}
    return WooCommerceDeliveries(SecretStr(SECRET)).read(headers, body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"id":"58"}', b'{"id":0}', b'{"id":true}', b'{"id":58.5}', b"[" * 100_000, b"\xff"]
)
def test_signed_garbage_is_refused(body: bytes) -> None:
    with pytest.raises(PushRefused) as told:
        read(body)
    assert told.value.fault == "garbage"


@pytest.mark.parametrize("topic", ["", "order created", "ORDER.CREATED", "x" * 200])
def test_a_delivery_without_a_topic_is_garbage(topic: str) -> None:
    with pytest.raises(PushRefused) as told:
        read(b'{"id":58}', topic=topic)
    assert told.value.fault == "garbage"


@pytest.mark.parametrize("topic", ["product.updated", "customer.created", "coupon.deleted", "action.anything"])
def test_what_is_not_of_orders_is_not_kept(topic: str) -> None:
    assert read(b"any", topic=topic) == Told(topic=topic, is_kept=False, is_signed=True)


@pytest.mark.parametrize("body", [b"webhook_id=", b"webhook_id=7&id=58", b"id=58", b"webhook_id=seven", b"webhook_id=7\n"])
def test_only_the_form_sent_when_a_webhook_is_made_needs_no_signature(body: bytes) -> None:
    reader = WooCommerceDeliveries(SecretStr(SECRET))
    assert not reader.read(FORM, b"webhook_id=7").is_kept
    with pytest.raises(PushRefused) as told:
        reader.read(FORM, body)
    assert told.value.fault == "unsigned"


def test_real_deliveries_are_recognised(contracts_dir: Path) -> None:
    recorded = json.loads((contracts_dir / "woocommerce" / "webhook-deliveries-10.0.2.json").read_text())
    reader = WooCommerceDeliveries(SecretStr(recorded["secret"]))
    told = [
        reader.read({name.lower(): value for name, value in one["headers"].items()}, one["body"].encode()) for one in recorded["deliveries"]
    ]
    assert [(one.topic, one.order_ref, one.is_kept, one.is_signed) for one in told] == [
        ("ping", None, False, False),
        ("order.created", "58", True, True),
        ("order.updated", "58", True, True),
        ("product.updated", None, False, True),
        ("order.deleted", "58", True, True),
    ]


class Site:
    """Keeps webhooks as a site does: it shows no secret, and a webhook of somebody else is there before us."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.secrets: dict[int, str] = {}
        self.calls: list[str] = []
        self.add(name="p", topic="order.created", delivery_url="https://other.example/", secret="x")
        self.forgets_the_answer = False

    def add(self, *, status: str = "active", secret: str, **said_: str) -> dict[str, Any]:
        number = len(self.rows) + 1
        self.rows[number] = {"id": number, "status": status, **said_}
        self.secrets[number] = secret
        return self.rows[number]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        head, _, number = request.url.path.partition("/webhooks")
        if not head or "/webhooks" not in request.url.path:
            return in_order(request)
        self.calls.append(request.method)
        if request.method == "GET":
            size, page = int(request.url.params["per_page"]), int(request.url.params["page"])
            rows = list(self.rows.values())
            answer = said(rows[(page - 1) * size : page * size])
            answer.headers["X-WP-TotalPages"] = str(-(-len(rows) // size))
            return answer
        body = body_of(request)
        if request.method == "POST":
            row = self.add(**body)
            if self.forgets_the_answer:
                raise httpx.ReadTimeout("no answer", request=request)
            return said(row, 201)
        row = self.rows[int(number.lstrip("/"))]
        self.secrets[row["id"]] = body.pop("secret")
        row.update(body)
        return said(row)

    @property
    def ours(self) -> list[dict[str, Any]]:
        return [row for row in self.rows.values() if row["name"].startswith("Utyug")]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def shop(site: Site) -> Iterator[WooCommerceSite]:
    with site_that(site) as opened:
        yield opened


def pushes_found(shop: WooCommerceSite) -> list[tuple[str, str]]:
    return [(one.level, one.sentence) for one in shop.examine() if one.subject == "pushes"]


def test_a_webhook_is_made_for_every_topic_with_our_secret(site: Site, shop: WooCommerceSite) -> None:
    made = shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert tuple(one.topic for one in made) == TOPICS
    assert [(row["topic"], row["status"], row["delivery_url"], site.secrets[row["id"]]) for row in site.ours] == [
        (topic, "active", URL, SECRET) for topic in TOPICS
    ]


def test_running_again_makes_no_second_ones(site: Site, shop: WooCommerceSite) -> None:
    first = shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert shop.ensure_webhooks(URL, secret=SecretStr(SECRET)) == first
    assert len(site.ours) == len(TOPICS)
    assert site.calls.count("POST") == len(TOPICS)


def test_one_that_the_site_switched_off_is_switched_on_again(site: Site, shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    site.ours[1]["status"] = "disabled"
    assert {one.status for one in shop.ensure_webhooks(URL, secret=SecretStr(SECRET))} == {"active"}
    assert len(site.ours) == len(TOPICS)


def test_a_new_address_and_a_new_secret_are_told_to_those_that_are_there(site: Site, shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    shop.ensure_webhooks("https://new.example/hooks/site", secret=SecretStr("another-long-secret"))
    assert {(row["delivery_url"], site.secrets[row["id"]]) for row in site.ours} == {
        ("https://new.example/hooks/site", "another-long-secret")
    }


def test_somebody_elses_webhook_is_left_alone(site: Site, shop: WooCommerceSite) -> None:
    before = dict(site.rows[1])
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert (site.rows[1], site.secrets[1]) == (before, "x")
    assert all(one.name.startswith("Utyug") for one in shop.webhooks())


def test_webhooks_are_found_behind_a_hundred_others(site: Site, shop: WooCommerceSite) -> None:
    for number in range(120):
        site.add(name=f"other {number}", topic="order.created", delivery_url="https://other.example/", secret="x")
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert len(site.ours) == len(shop.webhooks()) == len(TOPICS)


def test_an_answer_lost_after_a_webhook_was_made_makes_no_second_one(site: Site, shop: WooCommerceSite) -> None:
    site.forgets_the_answer = True
    with pytest.raises(OutcomeUnknown):
        shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    site.forgets_the_answer = False
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert sorted(row["topic"] for row in site.ours) == sorted(TOPICS)


def test_a_site_that_keeps_something_else_is_told(site: Site) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        answer = site(request)
        return (
            said(json.loads(answer.content) | {"status": "paused"}, 201)
            if request.method == "POST" and "/webhooks" in request.url.path
            else answer
        )

    with site_that(say) as shop, pytest.raises(ContractBroken):
        shop.ensure_webhooks(URL, secret=SecretStr(SECRET))


def test_the_doctor_sees_that_pushes_work(shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    assert pushes_found(shop) == [("good", "Сайт сообщает о заказах сразу.")]


def test_the_doctor_sees_what_the_site_switched_off(site: Site, shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    site.ours[1]["status"] = "disabled"
    ((level, sentence),) = pushes_found(shop)
    assert level == "warning"
    assert "order.updated" in sentence
    assert "order.created" not in sentence


def test_the_doctor_sees_what_is_lacking(site: Site, shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    del site.rows[site.ours[0]["id"]]
    ((level, sentence),) = pushes_found(shop)
    assert (level, "order.created" in sentence) == ("warning", True)


def test_a_site_that_was_never_asked_to_push_is_not_blamed(shop: WooCommerceSite) -> None:
    assert pushes_found(shop) == []


def test_a_site_whose_webhooks_cannot_be_asked_for_now_is_warned_of(site: Site) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, text="<html>") if "/webhooks" in request.url.path else site(request)

    with site_that(say) as shop:
        assert [level for level, _ in pushes_found(shop)] == ["warning"]


def test_no_finding_holds_the_secret(site: Site, shop: WooCommerceSite) -> None:
    shop.ensure_webhooks(URL, secret=SecretStr(SECRET))
    site.ours[0]["status"] = "disabled"
    assert SECRET not in f"{shop.examine()}"
