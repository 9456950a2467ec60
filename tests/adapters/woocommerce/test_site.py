from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.errors import ContractBroken, Unavailable
from adapters.pace import Limit, LocalPace
from adapters.woocommerce.limits import SITE
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.listed import cards, listed, offer, priced
from tests.adapters.woocommerce.vendor import goods, said, site_that
from tests.world import Site

_: type[Channel] = WooCommerceSite


@pytest.mark.parametrize(("field", "value"), [("regular_price", 1490), ("id", "7"), ("manage_stock", "yes"), ("sku", None)])
def test_an_answer_of_another_type_breaks_the_contract_and_is_quoted(field: str, value: object) -> None:
    with pytest.raises(ContractBroken) as caught:
        site_that(lambda _: said([goods(**{field: value})])).find_listings(["A"])
    assert field in (caught.value.fragment or "")
    assert str(value) in (caught.value.fragment or "")


def test_an_answer_without_a_field_breaks_the_contract_and_tells_nothing_else() -> None:
    bare = goods()
    del bare["regular_price"]
    with pytest.raises(ContractBroken) as caught:
        site_that(lambda _: said([bare])).find_listings(["A"])
    assert caught.value.fragment == "0.regular_price: missing"


def test_a_page_of_maintenance_is_no_answer(site: Site, shop: WooCommerceSite) -> None:
    site.fault("html", status=503)
    with pytest.raises(Unavailable):
        shop.find_listings(["A"])


def test_the_account_is_the_sites_address() -> None:
    assert site_that(lambda _: said([])).account == "https://shop.example"


class Counting(LocalPace):
    """Notes which limits a turn was taken of."""

    def __init__(self) -> None:
        super().__init__("Сайт", clock=Clock())
        self.turns: list[list[Limit]] = []

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        self.turns.append(list(limits))
        with super().turn(limits):
            yield


def test_every_call_takes_its_turn_of_the_hosting(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 1})
    listings = listed(shop, "A")
    pace = Counting()
    shop._connection._pace = pace
    site.forget()
    shop.examine()
    shop.find_listings(["A", "1,5"])
    shop.send_cards(cards({}))
    shop.send_prices(priced(listings, 1))
    shop.send_stock(offer(listings, 1))
    shop.read_orders(since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 2, 1, tzinfo=UTC))
    assert pace.turns == [[SITE]] * len(site.heard())
    assert SITE.parallel == 2
