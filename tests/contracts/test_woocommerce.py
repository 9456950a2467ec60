"""The world's site and our adapter, each against what a running WooCommerce 10.0.2 said of itself.

Where its schemas contradict its own answers, a named deviation applies, each with its source (`tests.contracts.deviations`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.woocommerce.client import SignedAuth
from adapters.woocommerce.site import WooCommerceSite
from deployments.world.app import make_world
from deployments.world.clock import WorldClock
from deployments.world.served import served
from deployments.world.woocommerce.make import furnish_woocommerce
from tests.contracts import walking, woocommerce_calls
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.exercise import exercise
from tests.contracts.judging import judged
from tests.contracts.recorder import Exchange
from tests.contracts.site_spec import SiteSpec
from tests.contracts.spec import Spec
from tests.contracts.stage import SPEED, Stage, staged
from tests.contracts.suite import Played, VendorSuite, none, spoil
from tests.world import SITE_KEY, SITE_SECRET, Site

GOODS = {"product": "/wc/v3/products", "variation": "/wc/v3/products/(?P<product_id>[\\d]+)/variations"}
CLOCK = Clock(speed=SPEED)
SIGNED = SignedAuth(key=SecretStr(SITE_KEY), secret=SecretStr(SITE_SECRET), clock=CLOCK)


def furnish(world: FastAPI, clock: WorldClock) -> None:
    """A site of a dozen made-up goods."""
    furnish_woocommerce(world, clock=clock, key=SITE_KEY, secret=SITE_SECRET, seed=3, seeded_products=12)


def shop(stage: Stage, *, secret: str = SITE_SECRET) -> WooCommerceSite:
    """Ours, at the site's address."""
    return WooCommerceSite(
        url=stage.url,
        consumer_key=SecretStr(SITE_KEY),
        consumer_secret=SecretStr(secret),
        clock=CLOCK,
        tracking_note="shop",
        transport=stage.transport,
    )


@pytest.fixture(scope="module")
def spec(contracts_dir: Path) -> SiteSpec:
    return SiteSpec("woocommerce", contracts_dir / "woocommerce", DEVIATIONS)


@pytest.fixture(scope="module")
def played(spec: SiteSpec) -> Played:
    """Both directions, by hand and by the adapter."""
    with staged(spec, furnish, home=None, auth=SIGNED) as by_hand:
        woocommerce_calls.play(by_hand)
        said = list(by_hand.exchanges)
        spoilt = spoil(by_hand)
    with staged(spec, furnish, home=None, auth=SIGNED) as ours:
        ours.order("POST", "/goods", json=woocommerce_calls.GOODS)
        ours.order("POST", "/products", json=woocommerce_calls.SHELVES)
        bought = [ours.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": 2})["order_ref"] for number in (9, 10, 11)]
        ours.order("DELETE", f"/orders/{bought[1]}/lines", json={"sku": "КР-10/2", "pcs": 1, "how": "refund"})
        channel: Channel
        with shop(ours) as channel:
            exercise(
                channel,
                stage=ours,
                clock=CLOCK,
                skus=["КР-1/2", *woocommerce_calls.VARIANTS, "FREE", *(str(one["sku"]) for one in woocommerce_calls.GOODS[1:])],
                new_cards=[
                    {"channel_sku": "НОВ-1"},
                    {"channel_sku": "НОВ-2"},
                    {"channel_sku": "ГР-1", "group_sku": "ГР", "characteristics": '{"Цвет": "красный"}'},
                    {"channel_sku": "ГР-2", "group_sku": "ГР", "characteristics": '{"Цвет": "синий"}'},
                ],
                warehouses=["", "7"],
                campaigns=[""],
            )
        with shop(ours, secret="cs_чужой") as stranger:
            stranger.examine()
        return Played(spec=spec, by_hand=said, by_adapter=ours.exchanges, spoilt=spoilt)


def recorded(spec: SiteSpec) -> Iterator[tuple[str, Any]]:
    """Answers of the running site, with the route of each."""
    samples = spec.samples
    for answer in (samples["product"], samples["variable_product"], samples["batch_mixed"]["update"][0]):
        yield GOODS["product"], answer
    for answer in samples["variation_batch"]["create"]:
        yield GOODS["variation"], answer
    yield "/wc/v3/orders", samples["order"]


def misfits(spec: SiteSpec) -> list[str]:
    """What the schemas have against the recorded answers."""
    return [f"{route}{fault}" for route, answer in recorded(spec) for fault in judged(spec.item(route) or {}, answer)]


class TestWooCommerce(VendorSuite):
    """The suite, on a site."""

    VENDOR = "woocommerce"
    SPEC: ClassVar[type[Spec]] = SiteSpec
    PREFIX = "/woocommerce/wp-json/wc/v3"

    def furnished(self) -> FastAPI:
        """A world with a site."""
        world = FastAPI(openapi_url=None)
        furnish(world, WorldClock())
        return world

    def in_code(self, spec: Spec) -> set[str]:
        """Relative to the REST API there."""
        known = {walking.holed(one.path).removeprefix("/wc/v3") for one in spec.operations}
        return known & {f"/{text}" for text in walking.texts_in(walking.ROOT / "adapters" / "woocommerce")}

    def faults_without(self, spec: Spec, touched: list[Exchange], ours: list[Exchange]) -> list[str]:
        """Recorded answers say so too."""
        assert isinstance(spec, SiteSpec)
        return [*misfits(spec), *super().faults_without(spec, touched, ours)]


def test_a_recorded_answer_fits_its_schema(spec: SiteSpec) -> None:
    none(misfits(spec))


def test_the_adapter_reads_goods_of_every_kind_and_hears_of_refused_rows(played: Played) -> None:
    assert {"sku", "search_sku"} <= {name for exchange in played.by_adapter for name, _ in exchange.query}
    seen = set()
    for exchange in (one for one in played.by_adapter if "/products" in one.path and one.status == 200 and not one.is_spoilt):
        answer = exchange.answer
        shown = [goods for rows in answer.values() for goods in rows] if exchange.path.endswith("/batch") and answer else answer
        seen |= {(exchange.method, goods.get("type", "error")) for goods in shown if isinstance(shown, list)}
    read = {("GET", kind) for kind in ("simple", "variable", "variation")}
    assert seen >= read | {("POST", kind) for kind in ("simple", "variation", "error")}


def test_the_worlds_answers_have_exactly_the_recorded_fields(spec: SiteSpec, played: Played) -> None:
    samples = spec.samples
    answered = [one for one in played.by_adapter if one.status == 200 and not one.is_spoilt]
    listed_now = next(one.answer for one in answered if one.method == "GET" and one.path.endswith("/products") and one.answer)
    written = [one for one in answered if one.method == "POST" and isinstance(one.answer, dict) and one.answer.get("update")]
    rows = [(one.path, goods) for one in written for goods in one.answer["update"] if "error" not in goods]
    edited = next(goods for path, goods in rows if path.endswith("/products/batch"))
    varied = next(goods for path, goods in rows if "/variations/" in path)
    assert set(listed_now[0]) == set(samples["product"])
    assert set(edited) == set(samples["batch_mixed"]["update"][0])
    assert set(varied) == set(samples["variation_batch"]["create"][0])


def test_a_request_with_a_field_of_our_own_would_be_noticed(spec: SiteSpec) -> None:
    batch = spec.operation("POST", "", "/woocommerce/wp-json/wc/v3/products/batch")
    assert batch.request_faults([], {"update": [{"id": 1, "stock_quantity": 2}]}) == []
    assert batch.request_faults([], {"update": [{"id": 1, "stokc": 2}]})
    assert batch.request_faults([], {"update": [{"id": 1, "stock_quantity": 1.5}]})
    assert batch.request_faults([], {"updated": []})
    assert batch.request_faults([("sku", "К")], {"update": []})
    goods = spec.operation("GET", "", "/woocommerce/wp-json/wc/v3/products")
    assert goods.request_faults([("per_page", "100"), ("sku", "К")], None, headers=["Authorization"]) == []
    assert goods.request_faults([("per_page", "101")], None)
    assert goods.request_faults([("article", "К")], None)
    assert goods.request_faults([], None, headers=["Accept"])


@pytest.fixture
def site() -> Iterator[Site]:
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, seed=3, seeded_products=12)) as base:
        room = Site(base)
        yield room
        room.close()


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    signed = SignedAuth(key=SecretStr(SITE_KEY), secret=SecretStr(SITE_SECRET), clock=Clock())
    with httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=signed) as opened:
        yield opened


def test_the_worlds_refusals_have_the_recorded_shape(spec: SiteSpec, site: Site, client: httpx.Client) -> None:
    too_many = client.get("/products", params={"per_page": 101})
    unknown = client.get("/products/999999")
    mixed = client.post("/products/batch", json={"update": [{"id": 999999, "manage_stock": True, "stock_quantity": 1}]})
    too_large = client.post("/products/batch", json={"update": [{"id": 1}] * 101})
    fraction = client.post("/products/batch", json={"update": [{"id": site.put({"sku": "F"})[0], "stock_quantity": 1.5}]})
    samples = spec.samples
    assert (too_many.status_code, unknown.status_code, mixed.status_code, too_large.status_code) == (400, 404, 200, 413)
    assert too_many.json()["data"]["params"] == samples["error_bad_param"]["data"]["params"]
    assert {key: unknown.json()[key] for key in ("code", "data")} == {key: samples["error_404"][key] for key in ("code", "data")}
    assert mixed.json()["update"][0] == samples["batch_mixed"]["update"][1]
    assert too_large.json()["code"] == "woocommerce_rest_request_entity_too_large"
    assert fraction.json()["update"][0]["error"]["code"] == "rest_invalid_param"


def test_pages_are_counted_in_headers_and_linked(client: httpx.Client) -> None:
    first = client.get("/products", params={"per_page": 5})
    last = client.get("/products", params={"per_page": 5, "page": 3})
    assert (first.headers["x-wp-total"], first.headers["x-wp-totalpages"]) == ("12", "3")
    assert 'rel="next"' in first.headers["link"]
    assert "link" not in last.headers
    assert (len(first.json()), len(last.json())) == (5, 2)


def asked(client: httpx.Client, **query: str) -> list[str]:
    return sorted(goods["sku"] for goods in client.get("/products", params=query).json())


def test_the_world_finds_parts_of_codes_whatever_their_case_and_wildcards_are_plain(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "Ключ_1,5"}, {"sku": "P", "variations": [{"sku": "P-ключ"}]}, {"sku": "К%"})
    assert asked(client, search_sku="КЛЮЧ") == ["P-ключ", "Ключ_1,5"]
    assert asked(client, search_sku="К%") == ["К%"]
    assert asked(client, search_sku="к_") == []


def test_in_the_world_parts_of_codes_go_before_whole_ones(site: Site, client: httpx.Client) -> None:
    site.put({"sku": "A"}, {"sku": "B,C"}, {"sku": "B"})
    assert asked(client, search_sku="B", sku="A") == ["B", "B,C"]
    assert asked(client, sku="B,C") == ["B", "B,C"]
