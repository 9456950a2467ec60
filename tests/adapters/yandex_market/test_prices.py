from decimal import Decimal
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import Unavailable
from tests.adapters.yandex_market.frames import listings, outcomes, prices
from tests.adapters.yandex_market.vendor import OK, V2, Vendor, refusal

READ, UPDATE, HELD = f"{V2}/offer-prices", f"{V2}/offer-prices/updates", f"{V2}/price-quarantine"
SHOP = "/v2/campaigns/2001"
ACCEPTED = ("accepted", None)


def shown(*offers: dict[str, Any], **paging: str) -> dict[str, Any]:
    return {"status": "OK", "result": {"offers": list(offers), "paging": paging}}


def priced(sku: str, **price: Any) -> dict[str, Any]:
    return {"offerId": sku, "price": {"currencyId": "RUR", **price}}


def held(sku: str, current: str, kind: str = "PRICE_CHANGE") -> dict[str, Any]:
    params = [{"name": "CURRENT_PRICE", "value": current}, {"name": "LAST_VALID_PRICE", "value": "1990.00"}]
    return {"offerId": sku, "verdicts": [{"type": kind, "params": params}]}


@pytest.fixture
def market(vendor: Vendor) -> Vendor:
    """Takes every price, holds none back and knows of none."""
    for path in (READ, HELD, f"{SHOP}/offer-prices", f"{SHOP}/price-quarantine"):
        vendor.says(path, shown())
    vendor.says(UPDATE, OK)
    vendor.says(f"{SHOP}/offer-prices/updates", OK)
    return vendor


def test_a_price_is_in_roubles_and_kopecks_are_exact(market: Vendor) -> None:
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B", "C"), 199000, 49005, 1))
    values = [row["price"]["value"] for row in market.bodies(UPDATE)[0]["offers"]]
    assert [Decimal(repr(value)) for value in values] == [Decimal(1990), Decimal("490.05"), Decimal("0.01")]
    assert all(row["price"]["currencyId"] == "RUR" for row in market.bodies(UPDATE)[0]["offers"])
    assert set(outcomes(sent).values()) == {ACCEPTED}


def test_what_was_sent_is_read_back(market: Vendor) -> None:
    market.says(READ, shown(priced("A", value=490.05, discountBase=1000), priced("B", value=1990), {"offerId": "C"}))
    with market.business() as business:
        read = business.read_prices(listings("A", "B", "C", "D"), [""])
    assert read.rows() == [(1, "", 49005), (2, "", 199000), (3, "", None), (4, "", None)]


@pytest.mark.parametrize(
    ("old", "outcome"),
    [
        (105300, ACCEPTED),
        (105200, ("refused", "old_price_is_out_of_bounds")),
        (100000, ("refused", "old_price_is_out_of_bounds")),
        (150050, ("refused", "old_price_is_out_of_bounds")),
        (10_000_000, ACCEPTED),
        (10_000_100, ("refused", "old_price_is_out_of_bounds")),
    ],
)
def test_a_crossed_out_price_is_whole_and_within_the_markets_bounds(market: Vendor, old: int, outcome: tuple[str, str | None]) -> None:
    with market.business() as business:
        sent = business.send_prices(prices(listings("A"), 100000, old=old))
    assert outcomes(sent) == {1: outcome}
    assert [body["offers"][0]["price"]["discountBase"] for body in market.bodies(UPDATE)] == ([old // 100] if outcome == ACCEPTED else [])


def test_prices_leave_by_the_five_hundred(market: Vendor) -> None:
    with market.business() as business:
        business.send_prices(prices(listings(*map(str, range(620))), *[5000] * 620))
    assert [len(body["offers"]) for body in market.bodies(UPDATE)] == [500, 120]
    assert {len(body["offerIds"]) for body in market.bodies(HELD)} == {200, 100, 120}


def test_a_row_named_is_refused_and_the_others_go_again(market: Vendor) -> None:
    market.says(UPDATE, refusal("Offer at index 1 should not have price with too many digits"), OK)
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B", "C"), 100, 200, 300))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "price_is_refused"), 3: ACCEPTED}
    assert [[row["offerId"] for row in body["offers"]] for body in market.bodies(UPDATE)] == [["A", "B", "C"], ["A", "C"]]


def test_a_currency_that_is_not_the_cabinets_refuses_every_row_at_once(market: Vendor) -> None:
    market.says(UPDATE, refusal("Offer at index 0 should not have price with RUR currency"))
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B"), 100, 200))
    assert set(outcomes(sent).values()) == {("refused", "price_is_refused")}
    assert len(market.bodies(UPDATE)) == 1


def test_a_bad_row_without_a_name_does_not_hold_back_the_others(market: Vendor) -> None:
    market.says(UPDATE, lambda body: refusal("Illegal input") if any(row["offerId"] == "BAD" for row in body["offers"]) else OK)
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "BAD", "C", "D"), 100, 200, 300, 400))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "price_is_refused"), 3: ACCEPTED, 4: ACCEPTED}


def test_a_price_held_back_is_refused_with_what_it_is_compared_with(market: Vendor) -> None:
    market.says(HELD, shown(held("A", "190.00"), held("B", "77.00"), held("C", "300.00", "LOW_PRICE_PROMO")))
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B", "C"), 19000, 20000, 30000))
    assert outcomes(sent) == {1: ("refused", "price_is_quarantined"), 2: ACCEPTED, 3: ACCEPTED}
    assert "прежняя цена 1990.00" in sent.filter(pl.col("listing_id") == 1)["sentence"][0]


def test_prices_taken_stay_taken_where_the_quarantine_cannot_be_read(market: Vendor) -> None:
    market.says(HELD, refusal("Resource not found", status=404, code="NOT_FOUND"))
    with market.business() as business:
        assert outcomes(business.send_prices(prices(listings("A"), 100))) == {1: ACCEPTED}


def test_the_least_price_for_bestsellers_is_not_lost(market: Vendor) -> None:
    market.says(READ, shown(priced("A", value=100, minimumForBestseller=90.5), priced("B", value=100, minimumForBestseller=90)))
    with market.business() as business:
        business.send_prices(prices(listings("A", "B", "C"), 9500, 8000, 9500))
    sent = {row["offerId"]: row["price"].get("minimumForBestseller") for row in market.bodies(UPDATE)[0]["offers"]}
    assert sent == {"A": 90.5, "B": None, "C": None}


def test_a_shop_has_prices_of_its_own(market: Vendor) -> None:
    market.says(f"{SHOP}/offer-prices", shown(priced("A", value=150)))
    with market.business() as business:
        sent = business.send_prices(prices(listings("A"), 15000, campaign="2001"))
        read = business.read_prices(listings("A", "B"), ["2001"])
    assert market.bodies(f"{SHOP}/offer-prices/updates") == [{"offers": [{"offerId": "A", "price": {"value": 150, "currencyId": "RUR"}}]}]
    assert sent.select("campaign_ref", "outcome").rows() == [("2001", "accepted")]
    assert read.rows() == [(1, "2001", 15000), (2, "2001", None)]
    assert market.bodies(UPDATE) == []


def test_where_one_price_is_for_all_shops_a_shops_own_is_refused_at_once(market: Vendor) -> None:
    market.says(f"{SHOP}/offer-prices/updates", refusal("Partner use only default price", status=423, code="LOCKED"))
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B", "C"), 100, 200, 300, campaign="2001"))
    assert set(outcomes(sent).values()) == {("refused", "shop_prices_are_off")}
    assert len(market.calls) == 1


def test_a_discount_named_by_its_offer_is_refused_alone(market: Vendor) -> None:
    words = "offerId = B should have valid discount value. Discount percentage must be between 5 and 99, actual 4"
    market.says(f"{SHOP}/offer-prices/updates", refusal(words), OK)
    with market.business() as business:
        sent = business.send_prices(prices(listings("A", "B"), 100, 200, campaign="2001"))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "old_price_is_out_of_bounds")}


def test_prices_that_were_not_answered_are_sent_another_time(market: Vendor) -> None:
    market.says(UPDATE, httpx.ReadTimeout("slow"))
    with market.business() as business, pytest.raises(Unavailable):
        business.send_prices(prices(listings("A"), 100))
