from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import polars as pl
import pytest

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.errors import ContractBroken, RateLimited, Unauthorized, Unavailable
from adapters.pace import LocalPace
from adapters.yandex_market.business import YandexBusiness
from adapters.yandex_market.limits import PRICES_SENT, SHOP_STOCK_SENT, of_business, of_campaign
from tests.adapters.yandex_market.frames import listings
from tests.adapters.yandex_market.vendor import API_KEY, V2, V3, Vendor, refusal

MAPPINGS = f"{V2}/offer-mappings"
NONE_FOUND = {"status": "OK", "result": {"offerMappings": []}}


def test_it_is_a_channel() -> None:
    channel: type[Channel] = YandexBusiness
    assert channel.pause_s == 0.0


def test_the_key_goes_in_its_header_and_limits_belong_to_the_business(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, NONE_FOUND)
    with vendor.business() as business:
        business.find_listings(["A"])
        assert business.account == "1001"
    assert vendor.calls[0].headers["api-key"] == API_KEY


def test_a_page_that_repeats_ends_the_reading(vendor: Vendor) -> None:
    page = {"status": "OK", "result": {"warehouses": [], "paging": {"nextPageToken": "again"}}}
    vendor.says(f"{V3}/warehouses", page)
    with vendor.business() as business, pytest.raises(ContractBroken, match="повторяет страницу"):
        business.read_warehouses()
    assert len(vendor.calls) == 2


def test_pages_are_read_to_the_one_that_names_no_next(vendor: Vendor) -> None:
    def page(number: int, **paging: str) -> dict[str, object]:
        one = {"id": number, "name": f"Склад {number}", "models": [{"placementType": "FBS", "apiAvailability": "AVAILABLE"}]}
        return {"status": "OK", "result": {"warehouses": [one], "paging": paging}}

    vendor.says(f"{V3}/warehouses", page(1, nextPageToken="two"), page(2))
    with vendor.business() as business:
        assert business.read_warehouses()["warehouse_ref"].to_list() == ["1", "2"]
    assert [call.query for call in vendor.calls] == [(("limit", "30"),), (("limit", "30"), ("pageToken", "two"))]


def test_too_often_is_waited_out_where_the_wait_is_short(vendor: Vendor) -> None:
    clock = Clock(speed=50.0)
    until = format_datetime(clock.now() + timedelta(seconds=15), usegmt=True)
    vendor.says(MAPPINGS, refusal("Hit rate limit", status=420, **{"X-RateLimit-Resource-Until": until}), NONE_FOUND)
    with vendor.business(clock=clock) as business:
        assert business.find_listings(["A"]).passed.is_empty()
    assert len(vendor.calls) == 2


def test_too_often_for_long_is_the_next_runs(vendor: Vendor) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=50), usegmt=True)
    vendor.says(MAPPINGS, refusal("Hit rate limit", status=420, **{"X-RateLimit-Resource-Until": until}))
    with vendor.business() as business, pytest.raises(RateLimited) as caught:
        business.find_listings(["A"])
    assert caught.value.retry_after_s == pytest.approx(3000, abs=5)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, text="<html>Технические работы</html>"), ContractBroken),
        (httpx.Response(503, text="<html>Технические работы</html>"), Unavailable),
        (httpx.Response(200, json={"status": "OK", "result": {"offers": 1}}), ContractBroken),
        (refusal("Internal server error", status=500, code="INTERNAL_SERVER_ERROR"), Unavailable),
        (refusal("Api-Key token is revoked", status=401, code="UNAUTHORIZED"), Unauthorized),
        (refusal("Access denied", status=403, code="FORBIDDEN"), Unauthorized),
        (httpx.ReadTimeout("slow"), Unavailable),
    ],
)
def test_an_answer_that_cannot_be_used_is_an_error_of_its_kind(vendor: Vendor, answer: httpx.Response, error: type[Exception]) -> None:
    vendor.says(MAPPINGS, answer)
    with vendor.business() as business, pytest.raises(error):
        business.find_listings(["A"])


def test_no_message_holds_the_key(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, refusal(f"Api-Key token {API_KEY} is invalid", status=401, code="UNAUTHORIZED"))
    with vendor.business() as business, pytest.raises(Unauthorized) as caught:
        business.find_listings(["A"])
    assert API_KEY not in str(caught.value)


def test_a_shop_has_limits_of_its_own() -> None:
    one, other = of_campaign("2001", SHOP_STOCK_SENT, 2000), of_campaign("2002", SHOP_STOCK_SENT, 2000)
    assert not one.keys() & other.keys()
    assert sorted(one.values()) == [1, 2000]


def test_rows_in_a_minute_stay_below_what_the_market_allows() -> None:
    clock = Clock(speed=100.0)
    pace = LocalPace("Яндекс Маркет", clock=clock)
    left: list[datetime] = []
    for _ in range(25):
        with pace.turn(of_business(PRICES_SENT, 500)):
            left.append(clock.now())
    in_a_minute = [sum(500 for other in left if at <= other < at + timedelta(seconds=60)) for at in left]
    assert max(in_a_minute) <= 10_000


def test_reading_nothing_asks_nothing(vendor: Vendor) -> None:
    with vendor.business() as business:
        assert business.find_listings([]).passed.is_empty()
        assert business.read_stock(listings(), ["3001"]).is_empty()
        assert business.read_prices(listings(), [""]).is_empty()
        assert isinstance(business.send_stock(pl.DataFrame(schema=_OFFERED)), pl.DataFrame)
    assert vendor.calls == []


_OFFERED = {
    "listing_id": pl.Int64,
    "warehouse_ref": pl.String,
    "item_ref": pl.String,
    "channel_sku": pl.String,
    "refs": pl.String,
    "pcs": pl.Int64,
    "is_alone": pl.Boolean,
}
