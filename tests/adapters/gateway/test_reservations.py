"""The door for checkouts over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from adapters.hub.hub import Hub
from tests.adapters.gateway.conftest import Door, running
from tests.adapters.hub.checkout import KEY, Checkout, settings_of, site


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(
        hub,
        settings_of(
            channels={"site": site(), "outlet": site(reservation_key="outlet-key"), "told": site(asks=False, reservation_key="told-key")}
        ),
    )


@pytest.fixture
def door(shop: Checkout, hub: Hub) -> Iterator[Door]:
    with ExitStack() as stack:
        yield stack.enter_context(running(hub, shop.settings))


@pytest.fixture
def ask(door: Door) -> Iterator[Callable[..., httpx.Response]]:
    with httpx.Client(base_url=door.url, timeout=10) as client:

        def asked(method: str, path: str, body: Any = None, *, key: str | None = KEY, **more: Any) -> httpx.Response:
            headers = {} if key is None else {"Authorization": f"Bearer {key}"}
            return client.request(method, path, json=body, headers=headers, **more)

        yield asked


Ask = Callable[..., httpx.Response]
CART = {"key": "cart-1", "lines": [{"sku": "iron", "pcs": 2}]}


def test_a_cart_is_reserved_once_and_shown_again(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 5)
    first, again = ask("POST", "/reservations", CART), ask("POST", "/reservations", CART)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "held"
    assert first.json()["lines"] == [{"sku": "iron", "pcs": 2, "backordered_pcs": 0, "promised_on": None}]


def test_shortages_are_named_and_nothing_is_taken(shop: Checkout, ask: Ask) -> None:
    iron = shop.sells("iron", 1)
    refused = ask("POST", "/reservations", {"key": "c", "lines": [{"sku": "iron", "pcs": 2}, {"sku": "what", "pcs": 1}]})
    assert refused.status_code == 409
    iron_short, what_short = refused.json()["shortages"]
    assert iron_short == {"sku": "iron", "wanted_pcs": 2, "free_pcs": 1}
    assert what_short.pop("reason")
    assert what_short == {"sku": "what", "wanted_pcs": 1, "free_pcs": 0}
    assert shop.pool(iron) == 1


def test_two_lines_of_one_code_are_one_wish(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 3)
    refused = ask("POST", "/reservations", {"key": "c", "lines": [{"sku": "iron", "pcs": 2}, {"sku": "iron", "pcs": 2}]})
    assert refused.json()["shortages"] == [{"sku": "iron", "wanted_pcs": 4, "free_pcs": 3}]


def test_the_key_of_another_cart_is_unprocessable(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 5)
    ask("POST", "/reservations", CART)
    assert ask("POST", "/reservations", {**CART, "lines": [{"sku": "iron", "pcs": 1}]}).status_code == 422


def test_a_cart_is_extended_committed_and_then_not_released(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 5)
    held = ask("POST", "/reservations", {**CART, "ttl_s": 60}).json()
    path = f"/reservations/{held['reservation']}"
    extended = ask("POST", f"{path}/extend", {"ttl_s": 600})
    assert extended.status_code == 200
    assert extended.json()["expires_at"] > held["expires_at"]
    for _ in range(2):
        committed = ask("POST", f"{path}/commit", {"order_ref": "17"})
        assert (committed.status_code, committed.json()["state"]) == (200, "committed")
    other = ask("POST", f"{path}/commit", {"order_ref": "18"})
    assert (other.status_code, other.json()["order_ref"]) == (409, "17")
    assert ask("DELETE", path).status_code == 409


def test_a_commit_needs_no_body(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 5)
    held = ask("POST", "/reservations", CART).json()
    assert ask("POST", f"/reservations/{held['reservation']}/commit").status_code == 200


def test_a_released_cart_may_be_released_again(shop: Checkout, ask: Ask) -> None:
    iron = shop.sells("iron", 5)
    held = ask("POST", "/reservations", CART).json()
    for _ in range(2):
        assert ask("DELETE", f"/reservations/{held['reservation']}").status_code == 200
    assert shop.pool(iron) == 5


def test_an_expired_cart_whose_pieces_are_gone_is_not_committed(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 2)
    held = ask("POST", "/reservations", CART).json()
    shop.wait(901)
    shop.holds.expire()
    shop.held("other", {"iron": 1})
    late = ask("POST", f"/reservations/{held['reservation']}/commit", {"order_ref": "17"})
    assert (late.status_code, late.json()["shortages"]) == (409, [{"sku": "iron", "wanted_pcs": 2, "free_pcs": 1}])


def test_stock_is_shown_by_code_whatever_is_in_it(shop: Checkout, ask: Ask) -> None:
    shop.sells("КР-7/2", 4)
    assert ask("GET", "/stock/КР-7/2").json() == {"sku": "КР-7/2", "free_pcs": 4, "preorder": None}
    assert ask("GET", "/stock/what").status_code == 404


@pytest.mark.parametrize(
    "key", [None, "Bearer", "Bearer wrong", "Bearer wrong-\xe9", "Bearer site-key-012345678", "Basic site-key-0123456789"]
)
def test_a_stranger_is_not_let_in(shop: Checkout, door: Door, key: str | None) -> None:
    shop.sells("iron", 5)
    header = {} if key is None else {b"Authorization": key.encode("latin-1")}
    for method, path in (
        ("POST", "/reservations"),
        ("GET", "/stock/iron"),
        ("DELETE", "/reservations/x"),
        ("POST", "/reservations/x/commit"),
    ):
        answer = httpx.request(method, f"{door.url}{path}", headers=header)
        assert answer.status_code == 401
        assert answer.json()["message"]
    assert shop.states() == []


def test_a_site_that_is_told_its_stock_has_no_till(ask: Ask) -> None:
    assert ask("POST", "/reservations", CART, key="told-key").status_code == 403


def test_a_site_does_not_see_the_carts_of_another(shop: Checkout, ask: Ask) -> None:
    shop.sells("iron", 5)
    held = ask("POST", "/reservations", CART).json()
    for method, what in (("DELETE", ""), ("POST", "/commit"), ("POST", "/extend")):
        assert ask(method, f"/reservations/{held['reservation']}{what}", key="outlet-key").status_code == 404
    assert shop.states() == ["held"]


@pytest.mark.parametrize(
    "body",
    [
        {}, [], "cart", {"key": "c"}, {**CART, "lines": []}, {**CART, "key": ""}, {**CART, "key": "k" * 201}, {**CART, "extra": 1},
        {**CART, "lines": [{"sku": "iron", "pcs": 0}]}, {**CART, "lines": [{"sku": "iron", "pcs": -1}]},
        {**CART, "lines": [{"sku": "iron", "pcs": 1.5}]}, {**CART, "lines": [{"sku": "iron", "pcs": "1"}]},
        {**CART, "lines": [{"sku": "iron", "pcs": 10**12}]}, {**CART, "lines": [{"pcs": 1}]}, {**CART, "ttl_s": 0}, {**CART, "ttl_s": -5},
        {**CART, "lines": [{"sku": f"s{n}", "pcs": 1} for n in range(101)]},
    ],
)  # fmt: skip
def test_what_is_no_cart_is_unprocessable(shop: Checkout, ask: Ask, body: Any) -> None:
    shop.sells("iron", 5)
    answer = ask("POST", "/reservations", body)
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert shop.states() == []


@pytest.mark.parametrize("content", [b"", b"{broken", b"\xff\xfe", b'{"key": "a\\u0000b", "lines": [{"sku": "iron", "pcs": 1}]}'])
def test_what_is_no_json_is_unprocessable(shop: Checkout, ask: Ask, content: bytes) -> None:
    shop.sells("iron", 5)
    assert ask("POST", "/reservations", content=content).status_code == 422


def test_a_code_with_a_character_that_the_hub_cannot_keep_is_unprocessable_or_unknown(ask: Ask) -> None:
    assert ask("GET", "/stock/a%00b").status_code in {404, 422}


def test_a_body_without_end_is_refused(ask: Ask) -> None:
    assert ask("POST", "/reservations", content=b"[" * 1_000_000).status_code == 413


def test_while_the_goods_are_locked_a_buyer_hears_so_in_time_and_others_buy(shop: Checkout, ask: Ask) -> None:
    iron = shop.sells("iron", 5)
    shop.sells("board", 5)
    with shop.hub.engine.begin() as posting:
        posting.execute(text("select from ledger_balance where item_id = :iron for update"), {"iron": iron})
        assert ask("POST", "/reservations", CART).status_code == 503
        assert ask("POST", "/reservations", {"key": "c-2", "lines": [{"sku": "board", "pcs": 1}]}).status_code == 201
    assert ask("POST", "/reservations", CART).status_code == 201


def test_a_hub_that_is_away_is_said_at_once(database_url: str, shop: Checkout, hub: Hub) -> None:
    away = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=hub.clock)
    with running(hub, shop.settings) as door:
        headers = {"Authorization": f"Bearer {KEY}"}
        kept, hub.engine = hub.engine, away.engine
        try:
            for method, path, body in (
                ("POST", "/reservations", CART),
                ("GET", "/stock/iron", None),
                ("POST", "/reservations/x/commit", {}),
            ):
                answer = httpx.request(method, f"{door.url}{path}", json=body, headers=headers, timeout=2)
                assert (answer.status_code, bool(answer.json()["message"])) == (503, True)
        finally:
            hub.engine = kept
            away.close()
