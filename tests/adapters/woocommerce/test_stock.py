import httpx
import polars as pl
import pytest

from adapters.errors import RateLimited, Unavailable
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.listed import listed, offer, outcomes, shows
from tests.adapters.woocommerce.vendor import body_of, said, site_that
from tests.world import Site

ACCEPTED = ("accepted", None)


def test_a_figure_is_written_and_read_back(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "КР-7/2", "pcs": 1}, {"sku": "B", "variations": [{"sku": "B-S", "pcs": 1}, {"sku": "B-M", "pcs": 1}]})
    listings = listed(shop, "КР-7/2", "B-S", "B-M")
    assert outcomes(shop.send_stock(offer(listings, 5, 0, 7))) == {1: ACCEPTED, 2: ACCEPTED, 3: ACCEPTED}
    assert shows(shop, listings) == {1: 5, 2: 0, 3: 7}


def test_a_figure_under_a_code_with_a_comma_is_written_and_read_back(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "А-1,5", "pcs": 1}, {"sku": "B", "variations": [{"sku": "B-1,5", "pcs": 1}]}, {"sku": "А-1,55", "pcs": 9})
    listings = listed(shop, "А-1,5", "B-1,5")
    assert outcomes(shop.send_stock(offer(listings, 5, 0))) == {1: ACCEPTED, 2: ACCEPTED}
    assert shows(shop, listings) == {1: 5, 2: 0}


def test_a_card_that_managed_no_stock_manages_it_after_a_write(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "FREE", "pcs": None}, {"sku": "P", "variations": [{"sku": "P-1", "is_managed_by_parent": True}]})
    listings = listed(shop, "FREE", "P-1")
    assert shows(shop, listings) == {1: None, 2: None}
    shop.send_stock(offer(listings, 3, 4))
    assert shows(shop, listings) == {1: 3, 2: 4}


def test_zeros_leave_before_anything_else(site: Site, shop: WooCommerceSite) -> None:
    site.put(*[{"sku": sku, "pcs": 1} for sku in ("A", "B")], {"sku": "C", "variations": [{"sku": "C-1", "pcs": 1}]})
    shop.send_stock(offer(listed(shop, "A", "B", "C-1"), 9, 0, 0))
    figures = [[item["stock_quantity"] for item in call["body"]["update"]] for call in site.heard("POST")]
    assert figures == [[0], [0], [9]]


def test_a_hundred_leave_in_one_call(site: Site, shop: WooCommerceSite) -> None:
    skus = [f"S-{number}" for number in range(130)]
    site.put(*[{"sku": sku} for sku in skus])
    sent = shop.send_stock(offer(listed(shop, *skus), *range(1, 131)))
    assert set(sent["outcome"]) == {"accepted"}
    assert [len(call["body"]["update"]) for call in site.heard("POST")] == [100, 30]


def test_one_refused_row_does_not_stop_the_others(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"}, {"sku": "B"}, {"sku": "C"})
    listings = listed(shop, "A", "B", "C")
    site.fault("refuse_item", sku="B", status=500)
    site.remove("C")
    assert outcomes(shop.send_stock(offer(listings, 1, 2, 3))) == {
        1: ACCEPTED,
        2: ("refused", "channel_forbids"),
        3: ("refused", "listing_is_gone"),
    }


def test_a_batch_under_a_product_that_is_gone_is_refused(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "B", "variations": [{"sku": "B-S"}]})
    listings = listed(shop, "B-S")
    site.remove("B")
    assert outcomes(shop.send_stock(offer(listings, 4))) == {1: ("refused", "listing_is_gone")}


@pytest.mark.parametrize(("kind", "took"), [("timeout_after", 5), ("timeout_before", 1), ("error_after", 5), ("garbage", 5)])
def test_a_positive_write_without_an_answer_is_unknown_and_left_alone(site: Site, shop: WooCommerceSite, kind: str, took: int) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    site.fault(kind, method="POST")
    assert outcomes(shop.send_stock(offer(listings, 5))) == {1: ("unknown", "outcome_is_unknown")}
    assert len(site.heard("POST")) <= 1
    assert shows(shop, listings) == {1: took}


def test_a_zero_without_an_answer_may_be_tried_again(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    site.fault("error_before", method="POST")
    with pytest.raises(Unavailable):
        shop.send_stock(offer(listed(shop, "A"), 0))


def test_stock_that_is_not_managed_by_the_card_itself_is_null(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "FREE", "pcs": None}, {"sku": "P", "variations": [{"sku": "P-1", "is_managed_by_parent": True}]})
    assert shows(shop, listed(shop, "FREE", "P-1")) == {1: None, 2: None}


def test_a_batch_that_fails_does_not_stop_the_next(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1}, {"sku": "B", "variations": [{"sku": "B-S", "pcs": 1}]})
    site.fault("error_before", method="POST")
    assert outcomes(shop.send_stock(offer(listed(shop, "A", "B-S"), 5, 6))) == {1: ("unknown", "outcome_is_unknown"), 2: ACCEPTED}


def test_a_site_that_stopped_answering_is_not_asked_for_ever(site: Site, shop: WooCommerceSite) -> None:
    site.put(*[{"sku": f"P{n}", "variations": [{"sku": f"V{n}", "pcs": 1}]} for n in range(6)])
    site.fault("error_before", method="POST", times=9)
    sent = shop.send_stock(offer(listed(shop, *[f"V{n}" for n in range(6)]), *[5] * 6))
    assert sent["outcome"].to_list() == ["unknown"] * 3 + ["unsent"] * 3


def test_being_asked_to_wait_long_before_anything_left_is_an_error_to_retry(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    site.fault("rate_limited", method="POST", retry_after="3600")
    with pytest.raises(RateLimited) as caught:
        shop.send_stock(offer(listings, 5))
    assert caught.value.retry_after_s == 3600
    assert site.heard("POST") == []


def test_being_asked_to_wait_long_after_something_left_leaves_the_rest_unsent(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1}, {"sku": "B", "variations": [{"sku": "B-S", "pcs": 1}]})
    listings = listed(shop, "A", "B-S")
    site.fault("rate_limited", method="POST", path="/variations/", retry_after="3600")
    assert outcomes(shop.send_stock(offer(listings, 5, 6))) == {1: ACCEPTED, 2: ("unsent", "channel_is_silent")}


def test_a_short_429_is_waited_out_even_for_a_write(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    site.fault("rate_limited", method="POST", retry_after="0")
    assert outcomes(shop.send_stock(offer(listings, 5))) == {1: ACCEPTED}


def test_a_lie_is_answered_as_success_and_seen_by_reading_back(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    site.fault("lie", method="POST")
    assert outcomes(shop.send_stock(offer(listings, 5))) == {1: ACCEPTED}
    assert shows(shop, listings) == {1: 1}


def test_a_card_made_anew_under_the_same_code_is_not_the_old_listing(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    site.remove("A")
    site.put({"sku": "A", "pcs": 8})
    assert shows(shop, listings) == {}


def test_a_fraction_that_a_plugin_left_counts_as_whole_pieces(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put({"sku": "A", "pcs": 3})
    listings = listed(shop, "A")
    real = shop._connection.call

    def fractional(*call: object, **rest: object) -> object:
        response = real(*call, **rest)  # type: ignore[arg-type]
        response._content = response.content.replace(b'"stock_quantity":3', b'"stock_quantity":2.7')
        return response

    monkeypatch.setattr(shop._connection, "call", fractional)
    assert shows(shop, listings) == {1: 2}


def test_nothing_offered_is_nothing_sent(site: Site, shop: WooCommerceSite) -> None:
    assert shop.send_stock(offer(listed(shop))).is_empty()
    assert site.heard() == []


def test_rows_that_go_alone_go_alone_and_last(site: Site, shop: WooCommerceSite) -> None:
    site.put(*[{"sku": sku, "pcs": 1} for sku in "ABCD"])
    listings = listed(shop, *"ABCD")
    offered = pl.concat([offer(listings[:2], 0, 5, is_alone=True), offer(listings[2:], 7, 0)])
    assert set(outcomes(shop.send_stock(offered)).values()) == {ACCEPTED}
    assert [[one["stock_quantity"] for one in call["body"]["update"]] for call in site.heard("POST")] == [[0], [7], [0], [5]]


def refusing(request: httpx.Request) -> httpx.Response:
    """A site that refuses any batch with the goods 8 in it, and does not say why."""
    rows = body_of(request)["update"]
    if any(one["id"] == 8 for one in rows):
        return said({"code": "rest_invalid_param", "message": "Bad.", "data": {"status": 400}}, 400)
    return said({"update": [{"id": one["id"]} for one in rows]})


def numbered(*ids: int) -> pl.DataFrame:
    refs = [f'{{"id":{goods_id},"parent_id":0}}' for goods_id in ids]
    return pl.DataFrame(
        {"listing_id": ids, "channel_sku": [str(one) for one in ids], "refs": refs}, schema_overrides={"listing_id": pl.Int64}
    )


def test_positive_figures_of_a_batch_refused_whole_come_back_to_go_alone() -> None:
    sent = site_that(refusing).send_stock(offer(numbered(7, 8, 9), 1, 2, 3))
    assert outcomes(sent) == dict.fromkeys((7, 8, 9), ("refused", "batch_is_refused"))
    alone = site_that(refusing).send_stock(offer(numbered(7, 8, 9), 1, 2, 3, is_alone=True))
    assert outcomes(alone) == {7: ACCEPTED, 8: ("refused", "channel_rejects"), 9: ACCEPTED}


def test_zeros_of_a_batch_refused_whole_are_told_apart_at_once() -> None:
    sent = site_that(refusing).send_stock(offer(numbered(7, 8, 9), 0, 0, 0))
    assert outcomes(sent) == {7: ACCEPTED, 8: ("refused", "channel_rejects"), 9: ACCEPTED}


def test_a_row_that_the_answer_does_not_name_is_unknown() -> None:
    sent = site_that(lambda _: said({"update": [{"id": 7}]})).send_stock(offer(numbered(7, 9), 1, 2))
    assert outcomes(sent) == {7: ACCEPTED, 9: ("unknown", "outcome_is_unknown")}
