from datetime import UTC, datetime, timedelta

import httpx
import pytest
from oauthlib import oauth1

from deployments.world.clock import WorldClock
from tests.deployments.world.woocommerce.signed import Signed, rest
from tests.world import Site


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


def test_the_worlds_clock_runs_at_the_hubs_speed() -> None:
    epoch = datetime.now(UTC) - timedelta(seconds=100)
    ahead = WorldClock(epoch_at=epoch, speed=60).now() - datetime.now(UTC)
    assert ahead >= timedelta(seconds=59 * 100)


def test_a_key_that_may_only_read_writes_nothing(site: Site, client: httpx.Client) -> None:
    site.order("PUT", "/key", params={"permissions": "read"})
    refused = client.post("/products/batch", json={"update": []})
    assert (client.get("/products").status_code, refused.status_code) == (200, 401)
    assert refused.json()["message"] == "The API key provided does not have write permissions."


def test_a_route_that_is_not_played_is_not_there(client: httpx.Client) -> None:
    answer = client.get("/coupons")
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


def test_a_body_that_is_no_json_is_refused(client: httpx.Client) -> None:
    answer = client.post("/products", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_json")
