import pytest

from adapters.capabilities import Channel
from adapters.errors import ContractBroken, Unavailable
from adapters.woocommerce.site import WooCommerceSite
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
