from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from pydantic import SecretStr

from adapters.capabilities import Finding
from adapters.clock import Clock
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.listed import goods_of
from tests.adapters.woocommerce.vendor import said, site_that
from tests.world import SITE_KEY, Site


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.level for finding in findings}


def found(findings: list[Finding], subject: str) -> Finding:
    return next(finding for finding in findings if finding.subject == subject)


def in_order(request: httpx.Request) -> httpx.Response:
    """A site on which all is well."""
    general = [{"id": "woocommerce_currency", "value": "RUB"}, {"id": "woocommerce_price_num_decimals", "value": "2"}]
    of_goods = [{"id": "woocommerce_manage_stock", "value": "yes"}]
    settings = {"general": general, "products": of_goods}
    body = settings.get(request.url.path.rpartition("/")[2], []) if "/settings/" in request.url.path else []
    return said(body, Date=format_datetime(datetime.now(UTC)))


def test_a_site_in_order_is_good_in_every_way() -> None:
    findings = site_that(in_order).examine()
    assert levels(findings) == dict.fromkeys(["host", "credential", "clock", "right", "cabinet"], "good")
    assert all(finding.advice is None for finding in findings)


def test_the_examination_of_a_site_writes_nothing(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 3})
    before = goods_of(site)
    assert levels(shop.examine()) == {"host": "warning", "credential": "good", "clock": "good", "right": "good", "cabinet": "good"}
    assert goods_of(site) == before


def test_a_site_without_a_certificate_is_warned_of(shop: WooCommerceSite) -> None:
    assert "https" in (found(shop.examine(), "host").advice or "")


def test_keys_that_may_only_read_are_a_fault(site: Site, shop: WooCommerceSite) -> None:
    site.order("PUT", "/key", params={"permissions": "read"})
    finding = found(shop.examine(), "right")
    assert finding.level == "fault"
    assert "только для чтения" in finding.sentence
    assert "Чтение/Запись" in (finding.advice or "")


def test_keys_that_may_not_read_orders_are_a_fault() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/orders"):
            return said({"code": "woocommerce_rest_cannot_view", "message": "No."}, 403)
        return in_order(request)

    assert [one.sentence for one in site_that(say).examine() if one.level == "fault"] == ["Ключам не разрешено читать заказы сайта."]


def test_keys_that_may_not_read_settings_are_warned_of() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if "/settings/" in request.url.path:
            return said({"code": "woocommerce_rest_cannot_view", "message": "No."}, 403)
        return in_order(request)

    assert [one.subject for one in site_that(say).examine() if one.level == "warning"] == ["right"]


@pytest.mark.parametrize(
    ("group", "setting", "value", "level", "word"),
    [
        ("general", "woocommerce_currency", "USD", "fault", "рубль"),
        ("general", "woocommerce_price_num_decimals", "0", "warning", "знака"),
        ("products", "woocommerce_manage_stock", "no", "fault", "запасами"),
        ("products", "woocommerce_weight_unit", "g", "warning", "килограммах"),
        ("products", "woocommerce_dimension_unit", "in", "warning", "сантиметрах"),
    ],
)
def test_a_setting_that_gives_figures_another_meaning_is_told(
    site: Site, shop: WooCommerceSite, group: str, setting: str, value: str, level: str, word: str
) -> None:
    site.order("PUT", "/settings", json={group: {setting: value}})
    finding = found(shop.examine(), "cabinet")
    assert (finding.level, word in finding.sentence) == (level, True)
    assert "WooCommerce → Настройки" in (finding.advice or "")


@pytest.mark.parametrize(("off_s", "level"), [(20, "good"), (40, "warning"), (-40, "warning")])
def test_clocks_half_a_minute_apart_are_warned_of(off_s: float, level: str) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        answer = in_order(request)
        answer.headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(seconds=off_s))
        return answer

    assert found(site_that(say).examine(), "clock").level == level


def test_a_fast_clock_is_not_compared() -> None:
    assert "clock" not in levels(site_that(in_order, clock=Clock(speed=60)).examine())


def test_wrong_keys_are_one_fault_with_what_to_do(site: Site) -> None:
    with WooCommerceSite(url=site.url, consumer_key=SecretStr(SITE_KEY), consumer_secret=SecretStr("cs_wrong"), clock=Clock()) as shop:
        (finding,) = shop.examine()
    assert (finding.subject, finding.level) == ("credential", "fault")
    assert "REST API" in (finding.advice or "")
    assert "cs_wrong" not in f"{finding}"


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        (httpx.Response(404, text="<html>Страница не найдена</html>"), "cabinet"),
        (httpx.Response(200, text="<html>Ведутся работы</html>"), "cabinet"),
        (httpx.Response(503, text="<html>Ведутся работы</html>"), "host"),
        (httpx.Response(429, headers={"Retry-After": "3600"}), "limits"),
        (httpx.Response(301, headers={"Location": "https://www.shop.example/"}), "cabinet"),
    ],
)
def test_a_site_that_does_not_answer_as_one_is_one_fault(answer: httpx.Response, subject: str) -> None:
    (finding,) = site_that(lambda _: answer).examine()
    assert (finding.subject, finding.level) == (subject, "fault")
    assert finding.advice is not None
