import json
from datetime import timedelta

import polars as pl
import pytest
from sqlalchemy import insert, update

from adapters.clock import Clock
from adapters.hub import listings as book
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.tables.catalog import item, product

NOTHING_FOUND = pl.DataFrame(schema={"channel_sku": pl.String, "refs": pl.String})


def put_item(
    hub: Hub, ref: str, article: str | None, *, product_article: str | None = None, source: str = "main", claim: str | None = None
) -> int:
    product_ref = ref.partition("#")[0]
    now = hub.clock.now()
    with hub.engine.begin() as connection:
        known = connection.execute(product.select().where(product.c.source == source, product.c.product_ref == product_ref)).first()
        if known is None:
            row = {"source": source, "product_ref": product_ref, "name": ref, "article": product_article, "kind": "goods"}
            connection.execute(insert(product).values(**row, feed_id=1, changed_at=now))
        row = {"source": source, "item_ref": ref, "product_ref": product_ref, "article": article}
        claims = {claim: True} if claim else {}
        put = insert(item).values(**row, **claims, feed_id=1, changed_at=now)
        return int(connection.execute(put.returning(item.c.item_id)).scalar_one())


def change(hub: Hub, table: object, ref: str, **values: object) -> None:
    column = item.c.item_ref if table is item else product.c.product_ref
    with hub.engine.begin() as connection:
        connection.execute(update(item if table is item else product).where(column == ref).values(**values))


def found(*skus: str, first_id: int = 10) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "channel_sku": skus,
            "refs": [json.dumps({"id": first_id + n, "parent_id": 0}) for n in range(len(skus))],
        },
        schema=NOTHING_FOUND.schema,
    )


def match(hub: Hub, *skus: str) -> pl.DataFrame:
    listings = Listings(hub)
    listings.save_matches("site", listings.unmatched("site"), found(*skus))
    return listings.offered("site")


def codes(frame: pl.DataFrame) -> list[str]:
    return sorted(frame["channel_sku"])


def test_an_item_goes_by_its_own_article_else_by_its_products(hub: Hub) -> None:
    put_item(hub, "a", "КР-7/2", product_article="OTHER")
    put_item(hub, "b", None, product_article="B-1")
    put_item(hub, "c", "  ", product_article=" ")
    assert codes(Listings(hub).unmatched("site")) == ["B-1", "КР-7/2"]


def test_an_article_of_two_items_is_never_looked_for(hub: Hub) -> None:
    put_item(hub, "a", "X")
    put_item(hub, "b", "X", source="second")
    put_item(hub, "c#red", None, product_article="Y")
    put_item(hub, "c#blue", None)
    assert Listings(hub).unmatched("site").is_empty()


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent", "is_umbrella"])
def test_an_article_repeated_only_by_what_is_not_sold_is_looked_for(hub: Hub, claim: str) -> None:
    put_item(hub, "a", "X")
    put_item(hub, "b", "X", claim=claim)
    assert Listings(hub).unmatched("site")["item_ref"].to_list() == ["a"]


def test_a_matched_item_is_not_looked_for_again(hub: Hub) -> None:
    put_item(hub, "a", "X")
    match(hub, "X")
    assert Listings(hub).unmatched("site").is_empty()
    assert codes(Listings(hub).unmatched("other")) == ["X"]


def test_a_code_that_was_not_found_is_looked_for_again_only_after_a_while(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    put_item(hub, "a", "X")
    match(hub)
    assert Listings(hub).unmatched("site").is_empty()
    monkeypatch.setattr(book, "SEARCH_AGAIN_AFTER", timedelta(0))
    assert codes(Listings(hub).unmatched("site")) == ["X"]


def test_a_changed_article_is_looked_for_at_once(hub: Hub) -> None:
    put_item(hub, "a", "X")
    match(hub)
    change(hub, item, "a", article="Y")
    assert codes(Listings(hub).unmatched("site")) == ["Y"]


def test_codes_never_looked_for_come_first(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    put_item(hub, "a", "X")
    match(hub)
    put_item(hub, "b", "Y")
    monkeypatch.setattr(book, "SEARCH_AGAIN_AFTER", timedelta(0))
    assert Listings(hub).unmatched("site", limit=1)["channel_sku"].to_list() == ["Y"]


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent", "is_umbrella"])
def test_a_listing_whose_item_left_is_dead(hub: Hub, claim: str) -> None:
    put_item(hub, "a", "X")
    assert match(hub, "X")["is_live"].to_list() == [True]
    change(hub, item, "a", **{claim: True})
    assert Listings(hub).offered("site")["is_live"].to_list() == [False]


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent"])
def test_a_listing_whose_product_left_is_dead(hub: Hub, claim: str) -> None:
    put_item(hub, "a", "X")
    match(hub, "X")
    change(hub, product, "a", **{claim: True})
    assert Listings(hub).offered("site")["is_live"].to_list() == [False]


def test_a_dead_items_code_passes_to_the_item_that_carries_it_now(hub: Hub) -> None:
    put_item(hub, "a", "X")
    match(hub, "X")
    change(hub, item, "a", is_deleted=True)
    put_item(hub, "b", "X")
    kept = match(hub, "X")
    assert kept.select("item_ref", "is_live").rows() == [("b", True)]


def test_a_live_items_code_stays_with_it_even_when_its_article_changed(hub: Hub) -> None:
    put_item(hub, "a", "X")
    match(hub, "X")
    change(hub, item, "a", article="Y")
    put_item(hub, "b", "X")
    assert Listings(hub).unmatched("site").is_empty()
    assert match(hub, "X")["item_ref"].to_list() == ["a"]


def test_a_lost_listing_is_offered_nothing_and_comes_back_when_found(hub: Hub) -> None:
    put_item(hub, "a", "X")
    listings = Listings(hub)
    listings.note_lost(match(hub, "X"))
    assert listings.offered("site").is_empty()
    assert codes(listings.unmatched("site")) == ["X"]
    listings.save_matches("site", listings.unmatched("site"), found("X", first_id=99))
    assert json.loads(listings.offered("site")["refs"][0])["id"] == 99


def test_the_same_matches_twice_make_no_second_listing(hub: Hub) -> None:
    put_item(hub, "a", "X")
    listings = Listings(hub)
    searched = listings.unmatched("site")
    assert listings.save_matches("site", searched, found("X")) == 1
    assert listings.save_matches("site", searched, found("X")) == 0


def test_one_sender_per_channel_at_a_time(hub: Hub, database_url: str) -> None:
    with (
        Hub(database_url, clock=Clock()) as other,
        Listings(hub).only_sender("site") as is_first,
        Listings(other).only_sender("site") as is_second,
        Listings(other).only_sender("else") as is_elsewhere,
    ):
        assert (is_first, is_second, is_elsewhere) == (True, False, True)
    with Listings(hub).only_sender("site") as is_free:
        assert is_free
