"""The plugin's real file, run by php-cli as WooCommerce would run it, against the real gateway over HTTP."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from adapters.hub.backorders import Receipts
from adapters.hub.holds import Held
from adapters.hub.hub import Hub
from tests.adapters.gateway.conftest import running
from tests.adapters.hub.checkout import KEY, Checkout

PLUGIN = Path(__file__).parents[3] / "deployments" / "wordpress" / "utyug-checkout.php"
STUBS = Path(__file__).parent / "stubs.php"
NAMES = {
    "iron": {"name": "Утюг «Пар»"},
    "board": {"name": "Доска"},
    "gift": {"name": "Сертификат", "virtual": True},
    "odd": {"name": "Без кода", "sku": ""},
}


@pytest.fixture(scope="session", autouse=True)
def php() -> str:
    """php-cli; skips loudly where it is missing."""
    found = shutil.which("php")
    if found is None:
        pytest.skip("php is not installed: the WordPress plugin was NOT tried")
    return found


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(hub)


@dataclass
class Site:
    """A WordPress of one buyer: every run is a request that loads his session and the orders."""

    php: str
    url: str
    key: str = KEY
    preorders: bool = False
    kept: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *acts: list[Any]) -> list[dict[str, Any]]:
        told = self.run(*acts)
        self.kept = {"session": told["session"], "orders": told["orders"]}
        answers: list[dict[str, Any]] = told["acts"]
        return answers

    def run(self, *acts: list[Any]) -> dict[str, Any]:
        scenario = {"url": self.url, "key": self.key, "preorders": self.preorders, "products": NAMES, "acts": list(acts), **self.kept}
        done = subprocess.run(
            [self.php, "-d", "display_errors=stderr", "-d", "error_reporting=-1", str(STUBS), str(PLUGIN)],
            input=json.dumps(scenario), capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def checkout(self, lines: dict[str, int], order_id: int, *, is_paid: bool = True) -> dict[str, Any]:
        (answer,) = self(["checkout", lines, order_id, is_paid])
        return answer

    def order(self, order_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.kept["orders"][str(order_id)]
        return found


@pytest.fixture
def site(php: str, shop: Checkout) -> Iterator[Site]:
    with running(shop.hub, shop.settings) as door:
        yield Site(php, door.url)


def test_money_is_taken_after_a_granted_commit_and_the_order_carries_the_reservation(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 3)
    assert site.checkout({"iron": 2}, 17) == {"paid": True, "notices": []}
    reservation = site.order(17)["meta"]["_utyug_reservation"]
    assert shop.accounts(iron) == {"pool": 1, f"hold:{reservation}": 2}
    assert shop.states() == ["committed"]
    granted = shop.holds.commit("site", reservation, order_ref="17")
    assert isinstance(granted, Held)
    shop.assert_conserved()


def test_shortages_are_named_by_product_and_no_order_is_made(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 1)
    shop.sells("board", 0)
    answer = site.checkout({"iron": 2, "board": 1}, 17)
    assert not answer["paid"]
    (notice,) = answer["notices"]
    assert "Утюг «Пар»»: осталось 1 шт., а в корзине 2" in notice
    assert "«Доска» закончился" in notice
    assert site.kept["orders"] == {}
    assert shop.pool(iron) == 1


def test_a_second_click_for_the_same_cart_is_the_same_reservation(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 5)
    site.checkout({"iron": 2}, 17, is_paid=False)
    assert site(["pay_later", 17]) == [{"paid": True, "notices": []}]
    assert shop.pool(iron) == 3
    assert shop.states() == ["committed"]


def test_a_double_click_pays_one_order_only(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 5)
    placed = {"lines": {"iron": 2}, "meta": {}, "notes": [], "status": "pending"}
    site.kept = {"session": {"utyug_cart": {"token": "shown-with-the-page"}}, "orders": {str(n): {"id": n, **placed} for n in (17, 18)}}
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda order_id: site.run(["checkout", {"iron": 2}, order_id, False]), (17, 18)))
    statuses = sorted(one["orders"][str(order_id)]["status"] for one, order_id in zip(told, (17, 18), strict=True))
    assert statuses == ["cancelled", "failed"]
    assert shop.pool(iron) == 3


def test_the_same_goods_bought_again_are_another_cart(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 5)
    assert [site.checkout({"iron": 2}, order_id)["paid"] for order_id in (17, 18, 19)] == [True, True, False]
    assert shop.pool(iron) == 1


def test_after_a_cancelled_order_the_same_cart_is_reserved_anew(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 5)
    site.checkout({"iron": 2}, 17, is_paid=False)
    site.order(17)["status"] = "cancelled"
    assert site.checkout({"iron": 2}, 18)["paid"]
    assert site.order(17)["meta"]["_utyug_reservation"] != site.order(18)["meta"]["_utyug_reservation"]
    assert shop.pool(iron) == 1


def test_a_changed_cart_gives_back_what_it_had(shop: Checkout, site: Site) -> None:
    iron, board = shop.sells("iron", 5), shop.sells("board", 5)
    site.kept["session"] = {"utyug_cart": {"token": "t", "key": "t:before", "reservation": shop.held("t:before", {"board": 3}).hold_id}}
    assert site.checkout({"iron": 1}, 17)["paid"]
    assert (shop.pool(iron), shop.pool(board)) == (4, 5)


def test_an_emptied_cart_gives_back_what_it_had(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 5)
    site.kept["session"] = {"utyug_cart": {"token": "t", "key": "k", "reservation": shop.held("k", {"iron": 3}).hold_id}}
    site(["empty_cart"])
    assert shop.pool(iron) == 5
    assert site.kept["session"] == {"utyug_cart": None}


def test_the_block_checkout_asks_before_payment(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 2)
    assert site(["block", {"iron": 2}, 17]) == [{"paid": True, "notices": []}]
    assert site.order(17)["meta"]["_utyug_reservation"]
    (answer,) = site(["block", {"iron": 1}, 18])
    assert (answer["paid"], site.order(18)["status"]) == (False, "cancelled")
    assert "Утюг «Пар»" in answer["notices"][0].replace("&laquo;", "«")
    assert (shop.pool(iron), shop.states()) == (0, ["committed"])


def test_a_draft_that_was_changed_after_a_decline_is_reserved_as_it_is_now(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 2)
    assert [one["paid"] for one in site(["block", {"iron": 3}, 17], ["block", {"iron": 2}, 17])] == [False, True]
    assert shop.pool(iron) == 0


def test_a_payment_that_comes_too_late_takes_again_or_is_kept_back(shop: Checkout, site: Site) -> None:
    iron = shop.sells("iron", 2)
    site.kept["orders"] = {
        "17": {"id": 17, "lines": {"iron": 2}, "meta": {}, "notes": [], "status": "pending"},
        "18": {"id": 18, "lines": {"iron": 2}, "meta": {}, "notes": [], "status": "pending"},
    }
    first, second = site(["pay_later", 17], ["pay_later", 18])
    assert (first["paid"], second["paid"]) == (True, False)
    assert shop.pool(iron) == 0


def test_virtual_goods_are_nobodys_stock_and_goods_without_a_code_are_not_sold(shop: Checkout, site: Site) -> None:
    assert site.checkout({"gift": 1}, 17)["paid"]
    refused = site.checkout({"odd": 1}, 18)
    assert not refused["paid"]
    assert "Без кода" in refused["notices"][0]
    assert shop.states() == []


def test_part_of_a_piece_is_not_sold(shop: Checkout, site: Site) -> None:
    shop.sells("iron", 5)
    (answer,) = site(["checkout", {"iron": 1.5}, 17, True])
    assert not answer["paid"]
    assert shop.states() == []


def test_a_preorder_is_noted_with_its_day(shop: Checkout, site: Site) -> None:
    shop.sells("iron", 1)
    expected_on = shop.today() + timedelta(days=7)
    Receipts(shop.hub).open("iron", pcs=5, expected_on=expected_on)
    assert not site.checkout({"iron": 3}, 17)["paid"]
    site.preorders = True
    assert site.checkout({"iron": 3}, 18)["paid"]
    (note,) = [note for note in site.order(18)["notes"] if "Предзаказ" in note]
    assert f"«Утюг «Пар»», 2 шт., ожидается {expected_on.isoformat()}" in note


@pytest.mark.parametrize("fault", ["refused", "silent", "wrong_key"])
def test_where_utyug_does_not_answer_the_checkout_declines_politely_and_soon(shop: Checkout, site: Site, fault: str) -> None:
    shop.sells("iron", 5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        if fault == "refused":
            silent.close()
        if fault == "wrong_key":
            site.key = "wrong"
        else:
            site.url = f"http://127.0.0.1:{port}"
        began = monotonic()
        answer = site.checkout({"iron": 1}, 17)
    assert answer == {
        "paid": False,
        "notices": ["Не удалось проверить наличие товара. Пожалуйста, повторите через минуту: корзина сохранена, деньги не списаны."],
    }
    assert monotonic() - began < 30
    assert shop.states() == []
