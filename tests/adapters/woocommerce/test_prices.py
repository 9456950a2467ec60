from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import RateLimited
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.listed import asks, goods_of, listed, outcomes, priced
from tests.adapters.woocommerce.vendor import body_of, said, site_that
from tests.world import Site

ACCEPTED = ("accepted", None)
LISTING = pl.DataFrame({"listing_id": [1], "channel_sku": ["A"], "refs": ['{"id":7,"parent_id":0}']})


def test_a_price_is_written_and_read_back(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"}, {"sku": "B", "variations": [{"sku": "B-S"}, {"sku": "B-M"}]})
    listings = listed(shop, "A", "B-S", "B-M")
    assert outcomes(shop.send_prices(priced(listings, 149_050, 7, 100_000))) == {1: ACCEPTED, 2: ACCEPTED, 3: ACCEPTED}
    assert asks(shop, listings) == {1: 149_050, 2: 7, 3: 100_000}
    assert {sku: one["price_kopecks"] for sku, one in goods_of(site).items()} == {"A": 149_050, "B-S": 7, "B-M": 100_000}


def test_a_price_leaves_as_digits_with_a_point_and_two_digits(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"}, {"sku": "B"})
    listings = listed(shop, "A", "B")
    shop.send_prices(priced(listings, 149_000, 5))
    sent = [(one["regular_price"], one["sale_price"]) for call in site.heard("POST") for one in call["body"]["update"]]
    assert sent == [("1490.00", ""), ("0.05", "")]


def test_an_old_price_is_the_regular_one_and_the_buyer_pays_the_sale_price(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    listings = listed(shop, "A")
    assert outcomes(shop.send_prices(priced(listings, 149_000, old=199_000))) == {1: ACCEPTED}
    assert [(one["regular_price"], one["sale_price"]) for one in site.heard("POST")[0]["body"]["update"]] == [("1990.00", "1490.00")]
    assert asks(shop, listings) == {1: 149_000}
    shop.send_prices(priced(listings, 150_000))
    assert asks(shop, listings) == {1: 150_000}


def test_an_old_price_that_is_not_above_the_price_is_none(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    listings = listed(shop, "A")
    assert outcomes(shop.send_prices(priced(listings, 149_000, old=149_000))) == {1: ACCEPTED}
    assert asks(shop, listings) == {1: 149_000}


def test_a_price_that_is_none_is_null(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "price": ""}, {"sku": "B", "price": "1.005"}, {"sku": "C", "price": "дорого"}, {"sku": "D"})
    listings = listed(shop, "A", "B", "C", "D")
    site.remove("D")
    assert asks(shop, listings) == {1: None, 2: None, 3: None}


def test_a_price_of_every_campaign_is_the_one_price(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    assert shop.read_prices(listed(shop, "A"), ["", "юг"])["campaign_ref"].to_list() == ["", "юг"]


def test_a_hundred_leave_in_one_call(site: Site, shop: WooCommerceSite) -> None:
    skus = [f"S-{number}" for number in range(130)]
    site.put(*[{"sku": sku} for sku in skus])
    sent = shop.send_prices(priced(listed(shop, *skus), *range(1, 131)))
    assert set(sent["outcome"]) == {"accepted"}
    assert [len(call["body"]["update"]) for call in site.heard("POST")] == [100, 30]


def test_one_bad_row_does_not_stop_the_others(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"}, {"sku": "B"}, {"sku": "C"})
    listings = listed(shop, "A", "B", "C")
    site.fault("refuse_item", sku="B")
    site.remove("C")
    assert outcomes(shop.send_prices(priced(listings, 1, 2, 3))) == {
        1: ACCEPTED,
        2: ("refused", "channel_forbids"),
        3: ("refused", "listing_is_gone"),
    }


@pytest.mark.parametrize(
    "answered",
    [
        {"regular_price": "149050", "sale_price": "", "on_sale": False},
        {"regular_price": "", "sale_price": "", "on_sale": False},
        {"regular_price": "1490.50", "sale_price": "1000.00", "on_sale": True},
    ],
)
def test_a_site_that_took_another_price_than_the_one_sent_is_told_on(answered: dict[str, Any]) -> None:
    sent = site_that(lambda _: said({"update": [{"id": 7, **answered}]})).send_prices(priced(LISTING, 149_050))
    assert outcomes(sent) == {1: ("refused", "price_is_misread")}
    assert "понял" in sent["sentence"][0]


def test_a_sale_that_has_not_begun_is_not_what_the_buyer_pays() -> None:
    answered = {"regular_price": "1990.00", "sale_price": "1490.00", "on_sale": False}
    sent = site_that(lambda _: said({"update": [{"id": 7, **answered}]})).send_prices(priced(LISTING, 149_000, old=199_000))
    assert outcomes(sent) == {1: ("refused", "price_is_misread")}


def test_a_price_that_comes_back_as_a_number_stops_the_channel_and_says_so() -> None:
    answered = {"id": 7, "regular_price": 1490.5, "sale_price": "", "on_sale": False}
    sent = site_that(lambda _: said({"update": [answered]})).send_prices(priced(LISTING, 149_050))
    assert outcomes(sent) == {1: ("unknown", "contract_is_broken")}
    assert "regular_price: 1490.5" in sent["sentence"][0]


def test_the_sites_own_words_follow_ours() -> None:
    error = {"code": "woocommerce_rest_cannot_edit", "message": "Sorry, you are not allowed."}
    sent = site_that(lambda _: said({"update": [{"id": 7, "error": error}]})).send_prices(priced(LISTING, 1))
    assert sent["sentence"][0].endswith("Площадка пишет: «Sorry, you are not allowed.».")


def test_a_batch_that_the_site_refuses_is_halved_until_the_bad_row_is_alone() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        rows = body_of(request)["update"]
        if any(one["id"] == 8 for one in rows):
            return said({"code": "rest_invalid_param", "message": "Bad", "data": {"status": 400}}, 400)
        return said({"update": [{**one, "on_sale": False} for one in rows]})

    listings = pl.DataFrame(
        {"listing_id": [1, 2, 3], "channel_sku": ["A", "B", "C"], "refs": [f'{{"id":{at},"parent_id":0}}' for at in (7, 8, 9)]}
    )
    assert outcomes(site_that(say).send_prices(priced(listings, 1, 2, 3))) == {
        1: ACCEPTED,
        2: ("refused", "price_is_refused"),
        3: ACCEPTED,
    }


def test_a_storm_of_429_leaves_everything_for_later(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    listings = listed(shop, "A")
    site.fault("rate_limited", method="POST", retry_after="3600")
    with pytest.raises(RateLimited):
        shop.send_prices(priced(listings, 1))


def test_nothing_offered_is_nothing_sent(site: Site, shop: WooCommerceSite) -> None:
    assert shop.send_prices(priced(listed(shop))).is_empty()
    assert site.heard() == []
