from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from oauthlib import oauth1

from deployments.world.app import make_world
from deployments.world.clock import WorldClock
from deployments.world.served import served
from deployments.world.woocommerce.books import price_as_stored
from deployments.world.woocommerce.make import furnish_woocommerce
from tests.world import SITE_KEY, SITE_SECRET, Site


@pytest.fixture
def site() -> Iterator[Site]:
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET)) as base:
        room = Site(base)
        yield room
        room.close()


class Signed(httpx.Auth):
    """A plain OAuth 1.0a client, none of ours."""

    def __init__(self, method: str = oauth1.SIGNATURE_HMAC_SHA1, **fixed: str) -> None:
        self.client = oauth1.Client(SITE_KEY, client_secret=SITE_SECRET, signature_method=method, **fixed)

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        _, headers, _ = self.client.sign(str(request.url), http_method=request.method)  # type: ignore[arg-type]
        request.headers.update(headers)
        yield request


def rest(site: Site, auth: httpx.Auth | None = None) -> httpx.Client:
    return httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=auth or Signed())


@pytest.mark.parametrize("method", [oauth1.SIGNATURE_HMAC_SHA1, oauth1.SIGNATURE_HMAC_SHA256])
def test_both_signature_methods_open_the_door(site: Site, method: str) -> None:
    with rest(site, Signed(method)) as client:
        assert client.get("/products", params={"sku": "КР-7/2,a b"}).status_code == 200


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"method": oauth1.SIGNATURE_PLAINTEXT}, "signature method is invalid"),
        ({"timestamp": str(int((datetime.now(UTC) - timedelta(minutes=16)).timestamp()))}, "Invalid timestamp"),
    ],
)
def test_a_bad_signature_is_told_why(site: Site, fixed: dict[str, str], message: str) -> None:
    with rest(site, Signed(**fixed)) as client:
        answer = client.get("/products")
    assert answer.status_code == 401
    assert message in answer.json()["message"]


def test_a_nonce_is_good_once(site: Site) -> None:
    with rest(site, Signed(nonce="once")) as client:
        assert [client.get("/products").status_code for _ in range(2)] == [200, 401]


def test_a_signature_over_another_query_opens_nothing(site: Site) -> None:
    with rest(site) as client:
        signed = client.build_request("GET", "/products", params={"sku": "A"})
        signed = next(Signed().auth_flow(signed))
        signed.url = signed.url.copy_with(params={"sku": "B"})
        assert client.send(signed, auth=None).status_code == 401


@pytest.mark.parametrize(
    ("sent", "stored"), [("1490.00", "1490.00"), ("abc", ""), ("1 490,50", "149050"), ("-5", "-5"), ("1.490.50", "1490.50")]
)
def test_a_price_is_stored_as_it_is_misread(sent: str, stored: str) -> None:
    assert price_as_stored(sent) == stored


def test_a_code_is_unique_and_a_refusal_names_its_holder(site: Site) -> None:
    (holder,) = site.put({"sku": "A"})
    with rest(site) as client:
        answer = client.post("/products", json={"name": "Second", "sku": "A"})
    assert (answer.status_code, answer.json()["code"]) == (400, "product_invalid_sku")
    assert answer.json()["data"]["resource_id"] == holder


def test_a_figure_without_management_is_not_kept(site: Site) -> None:
    (goods_id,) = site.put({"sku": "A", "pcs": None})
    with rest(site) as client:
        assert client.put(f"/products/{goods_id}", json={"stock_quantity": 5}).json()["stock_quantity"] is None
        managed = client.put(f"/products/{goods_id}", json={"manage_stock": True, "stock_quantity": 5}).json()
    assert (managed["stock_quantity"], managed["stock_status"]) == (5, "instock")


@pytest.mark.parametrize("figure", [1.5, "abc", True, None])
def test_a_figure_that_is_no_whole_number_is_refused(site: Site, figure: object) -> None:
    (goods_id,) = site.put({"sku": "A", "pcs": 2})
    with rest(site) as client:
        answer = client.put(f"/products/{goods_id}", json={"manage_stock": True, "stock_quantity": figure})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
    assert site.stock() == {"A": 2}


def test_a_variation_is_not_written_as_a_product(site: Site) -> None:
    _, variation_id = site.put({"sku": "P", "variations": [{"sku": "P-1", "pcs": 1}]})
    with rest(site) as client:
        assert client.put(f"/products/{variation_id}", json={"stock_quantity": 5}).status_code == 404


def test_buyers_at_once_take_each_piece_once(site: Site) -> None:
    site.put({"sku": "A", "pcs": 50})
    with ThreadPoolExecutor(8) as buyers:
        left = list(buyers.map(lambda _: site.buy("A")["left_pcs"], range(30)))
    assert sorted(pcs for pcs in left if pcs is not None) == list(range(20, 50))


def test_a_site_sells_below_zero_if_asked(site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    assert site.buy("A", 3)["left_pcs"] == -2


def test_a_lie_answers_as_if_it_had_listened(site: Site) -> None:
    (goods_id,) = site.put({"sku": "A", "pcs": 1})
    site.fault("lie", method="PUT")
    with rest(site) as client:
        assert client.put(f"/products/{goods_id}", json={"stock_quantity": 5}).json()["stock_quantity"] == 5
    assert site.stock() == {"A": 1}


def test_a_fault_strikes_as_often_as_ordered_and_where_ordered(site: Site) -> None:
    site.fault("error_before", method="GET", path="/products", times=2, status=502)
    with rest(site) as client:
        assert [client.get("/products").status_code for _ in range(3)] == [502, 502, 200]


def test_the_same_seed_is_the_same_shop() -> None:
    def shelves(seed: int) -> list[tuple[str, int | None]]:
        room = furnish_woocommerce(FastAPI(), clock=WorldClock(), key=SITE_KEY, secret=SITE_SECRET, seed=seed, seeded_products=9)
        return [(goods.sku, goods.stock_quantity) for goods in room.books.goods.values()]

    assert shelves(5) == shelves(5)
    assert shelves(5) != shelves(6)
    assert len(shelves(5)) == 9 + 3 * 3


def test_the_worlds_clock_runs_at_the_hubs_speed() -> None:
    epoch = datetime.now(UTC) - timedelta(seconds=100)
    ahead = WorldClock(epoch_at=epoch, speed=60).now() - datetime.now(UTC)
    assert ahead >= timedelta(seconds=59 * 100)
