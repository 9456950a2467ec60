from collections import Counter

from pydantic import TypeAdapter

from deployments.sample.export import Planted
from deployments.sample.site import SiteProduct, site_catalogue
from deployments.world.woocommerce.shelves import NewProduct
from tests.deployments.sample.reading import Export, text


def skus(site: list[SiteProduct]) -> list[str]:
    return [product["sku"] for product in site] + [each["sku"] for product in site for each in product["variations"]]


def test_the_same_seed_is_the_same_site() -> None:
    assert site_catalogue() == site_catalogue()


def test_a_site_never_holds_one_sku_twice() -> None:
    assert [sku for sku, times in Counter(skus(site_catalogue())).items() if times > 1] == []


def test_the_article_with_a_slash_is_sold_on_the_site() -> None:
    assert [product["variations"] for product in site_catalogue() if product["sku"] == "КР-7/2"] == [[]]


def test_the_stand_in_site_takes_the_catalogue_as_it_is() -> None:
    assert TypeAdapter(list[NewProduct]).validate_python(site_catalogue())


def test_site_and_1c_know_most_of_each_others_goods_but_not_all(export: Export) -> None:
    on_site = set(skus(site_catalogue()))
    in_1c = {text(offer, "Артикул") for offer in export.offers}
    assert len(on_site & in_1c) > 400
    assert on_site - in_1c
    assert in_1c - on_site


def test_variable_products_keep_stock_on_their_variations() -> None:
    variable = [product for product in site_catalogue() if product["variations"]]
    assert len(variable) > 100
    assert all(product["pcs"] is None for product in variable)
    assert any(each["pcs"] for product in variable for each in product["variations"])


def test_some_figures_are_stale_and_some_are_not_kept_at_all(export: Export) -> None:
    by_article = Counter(text(offer, "Артикул") for offer in export.offers)
    counted = {text(offer, "Артикул"): text(offer, "Количество") for offer in export.offers if by_article[text(offer, "Артикул")] == 1}
    shown = {each["sku"]: each["pcs"] for product in site_catalogue() for each in (product, *product["variations"])}
    same = [sku for sku in counted.keys() & shown.keys() if str(shown[sku]) == counted[sku]]
    stale = [sku for sku in counted.keys() & shown.keys() if shown[sku] is not None and str(shown[sku]) != counted[sku]]
    assert same
    assert stale


def test_an_article_that_repeats_in_1c_is_on_the_site_once(export: Export, planted: Planted) -> None:
    articles = {text(export.product(ref), "Артикул") for ref in planted.victims["article_repeats"]}
    assert len(articles) == 1
    assert skus(site_catalogue()).count(articles.pop()) == 1
