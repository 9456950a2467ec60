import json

import polars as pl
import pytest
from sqlalchemy import insert

from adapters.hub.assortment import Assortment
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import (
    bundle_recipe,
    item,
    price,
    price_type,
    product,
    product_group,
    property_name,
    property_value,
)
from tests.adapters.hub.test_listings import change, put_item
from validation.assortment import RecipeKept

RECIPE = {
    "bundle_id": pl.Int64,
    "component_id": pl.Int64,
    "pcs": pl.Int64,
    "promotion": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


def put(hub: Hub, table: object, *rows: dict[str, object]) -> None:
    with hub.engine.begin() as connection:
        for row in rows:
            connection.execute(insert(table).values(**row))  # type: ignore[arg-type]


def test_an_item_carries_its_products_card_in_words(hub: Hub) -> None:
    item_id = put_item(hub, "a#red", " ", product_article="УТ-1")
    put(
        hub,
        product_group,
        {"source": "main", "group_ref": "g1", "name": "Глажение"},
        {"source": "main", "group_ref": "g2", "name": "Утюги", "parent_ref": "g1"},
    )
    put(
        hub,
        property_name,
        {"source": "main", "property_ref": "p1", "name": "Марка"},
        {"source": "main", "property_ref": "p2", "name": "Мощность"},
    )
    put(hub, property_value, {"source": "main", "property_ref": "p1", "value_ref": "v1", "value": "Зарница"})
    change(
        hub, product, "a", group_refs=["g2"], properties={"p1": "v1", "p2": "2000"}, requisites={"Полное": "имя"}, weight_g=1350, vat="20"
    )
    change(hub, item, "a#red", characteristics={"Цвет": "Красный"})
    kept = Assortment(hub).items().row(0, named=True)
    assert (kept["item_id"], kept["article"], kept["product_article"], kept["group_path"]) == (item_id, None, "УТ-1", "Глажение/Утюги")
    assert json.loads(kept["properties"]) == {"Марка": "Зарница", "Мощность": "2000", "Полное": "имя"}
    assert json.loads(kept["characteristics"]) == {"Цвет": "Красный"}
    assert (kept["weight_g"], kept["vat"], kept["pictures"], kept["is_bundle"]) == (1350, "20", "[]", False)


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent", "is_umbrella"])
def test_what_is_not_sold_is_not_in_the_assortment(hub: Hub, claim: str) -> None:
    put_item(hub, "a", "X", claim=claim)
    put_item(hub, "b", "Y")
    assert Assortment(hub).items()["item_ref"].to_list() == ["b"]


def test_services_and_goods_of_a_deleted_product_are_not_in_the_assortment(hub: Hub) -> None:
    for ref in ("a", "b", "c"):
        put_item(hub, ref, ref.upper())
    change(hub, product, "a", kind="service")
    change(hub, product, "b", is_deleted=True)
    assert Assortment(hub).items()["item_ref"].to_list() == ["c"]


def test_prices_go_by_the_names_of_their_types(hub: Hub) -> None:
    item_id = put_item(hub, "a", "X")
    put(hub, price_type, {"source": "main", "price_type_ref": "t1", "name": "Розничная"})
    put(
        hub,
        price,
        {
            "item_id": item_id,
            "price_type_ref": "t1",
            "price_kopecks": 329000,
            "currency": "RUB",
            "feed_id": 1,
            "changed_at": hub.clock.now(),
        },
    )
    assert Assortment(hub).prices().rows() == [(item_id, "Розничная", 329000, "RUB")]


def test_a_recipe_told_outside_1c_goes_before_1cs_own_under_the_same_promotion(hub: Hub) -> None:
    bundle, part, other = (put_item(hub, ref, ref.upper()) for ref in ("n", "a", "b"))
    put(hub, bundle_recipe, {"source": "main", "bundle_ref": "n", "component_ref": "a", "pcs": 2})
    book = Assortment(hub)
    assert book.recipes().select("bundle_id", "component_id", "pcs", "promotion").rows() == [(bundle, part, 2, "")]
    book.tell_recipes(RecipeKept.validate(pl.DataFrame([(bundle, other, 1, "Лето", None, None)], schema=RECIPE, orient="row")))
    assert book.recipes().select("component_id", "promotion").rows() == [(part, ""), (other, "Лето")]
    book.tell_recipes(RecipeKept.validate(pl.DataFrame([(bundle, other, 3, "", None, None)], schema=RECIPE, orient="row")))
    assert book.recipes().select("component_id", "pcs").rows() == [(other, 3)]
    assert book.items().filter(pl.col("is_bundle"))["item_id"].to_list() == [bundle]
