import base64
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import Rejected, Unauthorized, Unavailable
from adapters.woocommerce.site import WooCommerceSite
from tests.world import SITE_KEY, SITE_SECRET, Site


class TlsProxy(httpx.BaseTransport):
    """What stands before a site and takes https off."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.authorizations: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.authorizations.append(request.headers["authorization"])
        plain = httpx.Request(request.method, request.url.copy_with(scheme="http"), headers=request.headers, content=request.read())
        plain.headers["x-forwarded-proto"] = "https"
        return self._inner.handle_request(plain)

    def close(self) -> None:
        self._inner.close()


def opened(url: str, *, key: str = SITE_KEY, secret: str = SITE_SECRET, **rest: object) -> WooCommerceSite:
    given = {"clock": Clock(), "timeout_s": 1.0, **rest}
    return WooCommerceSite(url=url, consumer_key=SecretStr(key), consumer_secret=SecretStr(secret), **given)  # type: ignore[arg-type]


def test_over_http_a_call_is_signed_and_the_keys_stay_home(site: Site) -> None:
    seen: list[httpx.Request] = []
    transport = httpx.HTTPTransport()
    watched = httpx.MockTransport(lambda request: seen.append(request) or transport.handle_request(request))  # type: ignore[func-returns-value]
    with opened(site.url, transport=watched) as shop, transport:
        shop.ping()
    assert seen[0].headers["authorization"].startswith("OAuth ")
    assert SITE_SECRET not in str(seen[0].url) + str(seen[0].headers)
    assert SITE_KEY not in str(seen[0].url)


def test_over_https_the_keys_go_as_basic(site: Site) -> None:
    proxy = TlsProxy()
    with opened(site.url.replace("http://", "https://"), transport=proxy) as shop:
        shop.ping()
    assert proxy.authorizations == ["Basic " + base64.b64encode(f"{SITE_KEY}:{SITE_SECRET}".encode()).decode()]


def test_basic_over_plain_http_opens_nothing(site: Site) -> None:
    answer = httpx.get(f"{site.url}/wp-json/wc/v3/products", auth=(SITE_KEY, SITE_SECRET))
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_view")


@pytest.mark.parametrize("keys", [{"key": "ck_wrong"}, {"secret": "cs_wrong"}])
def test_wrong_keys_are_named_as_such(site: Site, keys: dict[str, str]) -> None:
    with opened(site.url, **keys) as shop, pytest.raises(Unauthorized, match="ключи"):
        shop.ping()


def test_a_clock_far_off_is_refused(site: Site) -> None:
    with opened(site.url, clock=Clock(epoch_at=datetime(2020, 1, 1, tzinfo=UTC), speed=1.001)) as shop, pytest.raises(Unauthorized):
        shop.ping()


def test_a_signed_call_is_good_once(site: Site) -> None:
    kept: list[httpx.Request] = []
    transport = httpx.HTTPTransport()
    watched = httpx.MockTransport(lambda request: kept.append(request) or transport.handle_request(request))  # type: ignore[func-returns-value]
    with opened(site.url, transport=watched) as shop, transport:
        shop.ping()
        answer = transport.handle_request(kept[0])
        assert answer.status_code == 401


def test_an_address_without_woocommerce_gets_advice(site: Site) -> None:
    with opened(f"{site.url}/shop") as shop, pytest.raises(Rejected, match="постоянные ссылки"):
        shop.ping()


def test_a_site_that_is_down_is_unavailable() -> None:
    with opened("http://127.0.0.1:9") as shop, pytest.raises(Unavailable):
        shop.ping()


def test_a_short_request_to_wait_is_honoured(site: Site, shop: WooCommerceSite) -> None:
    site.fault("rate_limited", retry_after="0", times=2)
    shop.ping()
    assert [call["status"] for call in site.heard()] == [200]
