import json

import polars as pl
import pytest
from sqlalchemy import select, update

from adapters.hub.cards import Cards
from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.quarantine import Quarantine
from adapters.hub.tables.catalog import item
from adapters.hub.tables.journal import quarantine
from adapters.hub.unlisted import Unlisted
from tests.adapters.hub.test_listings import change, found, put_item
from validation.quarantine import NONE_REFUSED
from validation.reasons import sentence_of

SHARED = "variants_share_article"


def refused(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame([("listing", key, reason, "почему", None, "{}") for key, reason in rows], schema=NONE_REFUSED.schema, orient="row")


def put_refused(hub: Hub, key: str, reason: str, *, channel: str = "site", entity: str = "listing") -> None:
    ChannelRefusals(hub).settle(channel, entity=entity, keys=[], refused=refused((key, reason)))


def restate(hub: Hub, *searched: str, refused_so: tuple[tuple[str, str], ...] = ()) -> set[tuple[str, str]]:
    asked = pl.DataFrame({"channel_sku": searched}, schema={"channel_sku": pl.String})
    Unlisted(hub).restate("site", searched=asked, refused=refused(*refused_so))
    return set(Quarantine(hub).list().select("key", "reason").rows())


def put_variants(hub: Hub) -> None:
    put_item(hub, "p#red", None, product_article="P")
    put_item(hub, "p#blue", None)


def test_variants_under_their_products_article_are_one_row_that_names_them(hub: Hub) -> None:
    put_variants(hub)
    put_item(hub, "q#own", "Q-1", product_article="Q")
    put_item(hub, "q", None)
    assert restate(hub) == {("P", SHARED)}
    row = Quarantine(hub).list().to_dicts()[0]
    told = (row["source"], row["entity"], row["sentence"], row["feed_id"])
    assert told == ("site", "listing", sentence_of(SHARED), None)
    assert json.loads(row["payload"]) == {
        "article": "P",
        "times": 2,
        "items": [{"item_ref": "p#blue", "name": "p#red"}, {"item_ref": "p#red", "name": "p#red"}],
    }


def test_a_code_may_be_looked_for_in_any_number_of_runs(hub: Hub) -> None:
    put_variants(hub)
    assert [restate(hub) for _ in range(15)] == [{("P", SHARED)}] * 15


def test_an_article_of_different_products_is_not_the_variants_affair(hub: Hub) -> None:
    put_item(hub, "a", "X")
    put_item(hub, "b#1", "X")
    put_item(hub, "b#2", "X")
    assert restate(hub) == set()


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent", "is_umbrella"])
def test_what_is_not_sold_shares_nothing(hub: Hub, claim: str) -> None:
    put_variants(hub)
    change(hub, item, "p#red", **{claim: True})
    assert restate(hub) == set()


def test_the_row_leaves_when_the_variants_get_articles_of_their_own(hub: Hub) -> None:
    put_variants(hub)
    restate(hub)
    change(hub, item, "p#red", article="P-1")
    assert restate(hub) == set()


def test_an_unchanged_row_is_not_written_again_and_a_changed_one_is(hub: Hub) -> None:
    put_variants(hub)
    restate(hub)
    before = rows(hub)
    restate(hub)
    assert rows(hub) == before
    put_item(hub, "p#green", None)
    restate(hub)
    row = Quarantine(hub).list().to_dicts()[0]
    assert (json.loads(row["payload"])["times"], row["times"]) == (3, 2)


def test_a_dismissed_row_comes_back_only_when_the_variants_change(hub: Hub) -> None:
    put_variants(hub)
    restate(hub)
    with hub.engine.begin() as connection:
        connection.execute(update(quarantine).values(state="dismissed"))
    assert restate(hub) == set()
    put_item(hub, "p#green", None)
    assert restate(hub) == {("P", SHARED)}


@pytest.mark.parametrize("reason", ["sku_has_comma", "sku_repeats_on_channel", "is_not_sold_by_piece", "listing_is_gone"])
def test_a_row_leaves_when_no_item_goes_by_its_code_any_more(hub: Hub, reason: str) -> None:
    put_item(hub, "a", "A,1")
    put_refused(hub, "A,1", reason)
    assert restate(hub) == {("A,1", reason)}
    change(hub, item, "a", article="A-1")
    assert restate(hub) == set()


def test_a_row_leaves_when_its_code_is_no_longer_of_one_item(hub: Hub) -> None:
    put_item(hub, "a", "A,1")
    put_refused(hub, "A,1", "sku_has_comma")
    put_item(hub, "b", "A,1")
    assert restate(hub) == set()


def test_a_row_leaves_when_its_code_was_asked_and_is_merely_not_there(hub: Hub) -> None:
    put_item(hub, "a", "A,1")
    put_refused(hub, "A,1", "sku_has_comma")
    assert restate(hub, "B") == {("A,1", "sku_has_comma")}
    assert restate(hub, "A,1") == set()


def test_a_row_stays_while_its_code_is_refused_so(hub: Hub) -> None:
    put_item(hub, "a", "A,1")
    put_refused(hub, "A,1", "sku_has_comma")
    assert restate(hub, "A,1", refused_so=(("A,1", "sku_has_comma"),)) == {("A,1", "sku_has_comma")}


def test_a_card_that_is_gone_stays_told_while_its_code_is_not_found(hub: Hub) -> None:
    put_item(hub, "a", "A")
    put_refused(hub, "A", "listing_is_gone")
    assert restate(hub, "A") == {("A", "listing_is_gone")}


@pytest.mark.parametrize("other", [{"channel": "other"}, {"entity": "stock"}])
def test_rows_of_other_channels_and_of_stock_stay(hub: Hub, other: dict[str, str]) -> None:
    put_refused(hub, "NOBODY", "channel_rejects", **other)
    assert restate(hub, "NOBODY") == {("NOBODY", "channel_rejects")}


def rows(hub: Hub) -> list[tuple[object, ...]]:
    with hub.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(select(quarantine))]


def test_variants_are_told_until_each_has_a_card_or_one_was_sent(hub: Hub) -> None:
    ids = {ref: put_item(hub, ref, None, product_article="P") for ref in ("p#red", "p#blue")}
    assert restate(hub) == {("P", SHARED)}
    searched = pl.DataFrame({"item_id": [ids["p#red"]], "item_ref": ["p#red"], "channel_sku": ["P-1"]})
    Listings(hub).save_matches("site", searched, found("P-1"))
    assert restate(hub) == {("P", SHARED)}
    book = Cards(hub)
    book.issue("site", pl.DataFrame({"item_id": [ids["p#blue"]], "code": ["P-2"]}))
    assert restate(hub) == {("P", SHARED)}
    leaving = {"item_id": [ids["p#blue"]], "content_hash": ["h"], "refs": [None]}
    book.note_leaving("site", pl.DataFrame(leaving, schema_overrides={"refs": pl.String}))
    assert restate(hub) == set()


def test_a_code_issued_on_the_channel_stays_told_although_no_item_has_it_for_an_article(hub: Hub) -> None:
    item_id = put_item(hub, "a", "КР-7/2")
    put_refused(hub, "КР-7-2", "listing_is_archived")
    Cards(hub).issue("site", pl.DataFrame({"item_id": [item_id], "code": ["КР-7-2"]}))
    assert restate(hub) == {("КР-7-2", "listing_is_archived")}
    assert restate(hub, "КР-7-2") == set()
