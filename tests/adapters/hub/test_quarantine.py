"""Refused rows: in with their reason, out when a later feed is right."""

import json
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from tests.adapters.hub.export import NOON, Onec, barcode, count, offer, price, product, recipe, refused
from validation.quarantine import NONE_REFUSED

STATES = "select entity, key, reason, state, times from quarantine order by quarantine_id"


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


@pytest.fixture
def quarantine(hub: Hub) -> Quarantine:
    return Quarantine(hub)


def bad_price(sum_text: str = "0") -> pl.DataFrame:
    return refused("price", "iron|retail", "price_is_positive", item_ref="iron", price=sum_text)


def test_a_refused_row_is_kept_whole_with_its_reason_and_counted(onec: Onec, quarantine: Quarantine) -> None:
    recorded = onec.send(offer=[offer("iron")], product=[product("iron")], refused=bad_price())
    (row,) = quarantine.list().to_dicts()
    assert (row["entity"], row["key"], row["reason"], json.loads(row["payload"])) == (
        "price", "iron|retail", "price_is_positive", {"item_ref": "iron", "price": "0"},
    )  # fmt: skip
    assert recorded.refused == quarantine.counts() == {"price_is_positive": 1}
    assert "не принято: 1" in recorded.sentence


def test_the_same_refusal_again_is_the_same_row_with_the_newest_payload(onec: Onec) -> None:
    onec.send(refused=bad_price("0"))
    onec.send(refused=bad_price("-5"))
    assert onec.rows("select times, payload ->> 'price' from quarantine") == [(2, "-5")]


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (refused("product", "iron", "has_name"), {"product": [product("iron")]}),
        (refused("offer", "iron", "name_is_short"), {"product": [product("iron")], "offer": [offer("iron")]}),
        (bad_price(), {"product": [product("iron")], "price": [price("iron", 100)]}),
        (refused("count", "iron|north", "count_is_whole"), {"product": [product("iron")], "count": [count("iron", 1, "north")]}),
        (refused("count", "iron|total", "total_differs"), {"product": [product("iron")], "count": [count("iron", 1, "north")]}),
        (refused("barcode", "iron", "barcode_is_digits", owner="product"), {"product": [product("iron")], "barcode": [barcode("iron", "46", "product")]}),
        (refused("recipe", "set|iron", "recipe_pcs_is_whole", bundle_ref="set"),
         {"product": [product("iron"), product("set")], "offer": [offer("iron")], "recipe": [recipe("set", "iron")]}),
    ],
    ids=lambda value: value["reason"][0] if hasattr(value, "columns") else "",
)  # fmt: skip
def test_a_row_that_a_later_feed_brings_right_leaves_by_itself(onec: Onec, quarantine: Quarantine, bad: pl.DataFrame, good: Any) -> None:
    onec.send(refused=bad)
    assert sum(quarantine.counts().values()) == 1
    if "barcode" in good:
        good = good | {"barcode": [barcode("iron", "4600000000015", "product")]}
    onec.send(**good)
    assert quarantine.counts() == {}


def test_a_row_that_is_refused_for_another_reason_leaves_under_the_old_one(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(refused=refused("price", "iron|retail", "price_is_a_number"))
    onec.send(refused=bad_price())
    assert quarantine.counts() == {"price_is_positive": 1}


def test_an_older_row_that_was_not_taken_brings_nothing_right(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("iron")], price=[price("iron", 100)])
    onec.send(refused=bad_price(), said={"formed_at": NOON + timedelta(hours=1)})
    onec.send(price=[price("iron", 90)], said={"formed_at": NOON - timedelta(hours=1)})
    assert quarantine.counts() == {"price_is_positive": 1}


def test_a_note_beside_rows_that_passed_stays_until_a_file_without_it(onec: Onec, quarantine: Quarantine) -> None:
    note = refused("count", "iron|total", "total_differs")
    onec.send(product=[product("iron")], count=[count("iron", 1, "north")], refused=note)
    onec.send(product=[product("iron")], count=[count("iron", 2, "north")], refused=note)
    assert quarantine.counts() == {"total_differs": 1}
    onec.send(count=[count("iron", 3, "north")])
    assert quarantine.counts() == {}


def test_another_base_does_not_bring_it_right(hub: Hub, onec: Onec, quarantine: Quarantine) -> None:
    onec.send(refused=bad_price())
    Onec(hub, source="other").send(product=[product("iron")], price=[price("iron", 100)])
    assert quarantine.counts(source="main") == {"price_is_positive": 1}


def test_a_dismissed_row_that_comes_again_unchanged_stays_dismissed(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(refused=bad_price())
    assert quarantine.dismiss(reason="price_is_positive") == 1
    onec.send(refused=bad_price())
    assert onec.rows(STATES) == [("price", "iron|retail", "price_is_positive", "dismissed", 2)]
    onec.send(refused=bad_price("-1"))
    assert quarantine.counts() == {"price_is_positive": 1}


def test_dismissing_takes_only_what_was_chosen_and_is_journalled(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(refused=bad_price())
    onec.send(refused=refused("product", "mat", "has_name"))
    (chosen,) = (row["quarantine_id"] for row in quarantine.list(entity="product").to_dicts())
    assert quarantine.dismiss(ids=[chosen]) == 1
    assert quarantine.counts() == {"price_is_positive": 1}
    assert onec.rows("select kind from journal where kind = 'quarantine_dismissed'")


def test_dismissing_everything_at_once_is_never_meant(quarantine: Quarantine) -> None:
    with pytest.raises(ValueError, match="which rows"):
        quarantine.dismiss()


def test_rows_for_retry_are_whole_and_hold_no_findings(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(offer=[offer("orphan")], refused=bad_price())
    (row,) = quarantine.rows_for_retry()
    assert (row.source, row.entity, row.payload) == ("main", "price", {"item_ref": "iron", "price": "0"})
    assert quarantine.rows_for_retry(ids=[row.quarantine_id + 1000]) == ()


def test_an_empty_quarantine_is_an_empty_frame(quarantine: Quarantine) -> None:
    assert quarantine.list().is_empty()


def test_one_article_at_two_products_is_found_and_leaves_when_it_is_gone(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(
        product=[product("iron", "Утюг", article="КР-7/2"), product("mat", "Коврик", article="КР-7/2")],
        offer=[offer("iron"), offer("mat", None)],
    )
    (row,) = quarantine.list(reason="article_repeats").to_dicts()
    assert (row["entity"], row["key"]) == ("article", "КР-7/2")
    assert [(one["item_ref"], one["name"]) for one in json.loads(row["payload"])["items"]] == [("iron", "Утюг"), ("mat", "Коврик")]
    onec.send(product=[product("mat", "Коврик", article="КР-8")])
    assert quarantine.counts() == {}


def test_characteristics_that_share_their_products_article_are_no_repeat_but_are_counted(onec: Onec, quarantine: Quarantine) -> None:
    recorded = onec.send(product=[product("iron", article="КР-7/2")], offer=[offer("iron"), offer("iron#red"), offer("iron#blue")])
    assert quarantine.counts() == {}
    assert recorded.found == {"articles_shared": 1}


@pytest.mark.parametrize("gone", [{"is_deleted": True}, {"article": "other"}])
def test_a_repeat_among_what_is_not_sold_any_more_is_none(onec: Onec, quarantine: Quarantine, gone: Any) -> None:
    onec.send(product=[product("iron"), product("mat")], offer=[offer("iron", article="1"), offer("mat", article="1")])
    assert quarantine.counts() == {"article_repeats": 1}
    onec.send(offer=[offer("mat", **gone)])
    assert quarantine.counts() == {}


def test_one_barcode_at_two_items_is_found_but_not_at_a_product_and_its_only_item(onec: Onec, quarantine: Quarantine) -> None:
    same = "4600000000015"
    onec.send(product=[product("iron")], offer=[offer("iron")], barcode=[barcode("iron", same, "product"), barcode("iron", same)])
    assert quarantine.counts() == {}
    onec.send(
        product=[product("mat")],
        offer=[offer("mat#1"), offer("mat#2")],
        barcode=[barcode("mat#1", "4600000000022"), barcode("mat#2", "4600000000022")],
    )
    (row,) = quarantine.list(reason="barcode_repeats").to_dicts()
    assert (row["entity"], row["key"]) == ("barcode_pair", "4600000000022")
    onec.send(barcode=[barcode("mat#2", same)], offer=[offer("mat#2")])
    (row,) = quarantine.list(reason="barcode_repeats").to_dicts()
    assert row["key"] == same
    assert {one["item_ref"] for one in json.loads(row["payload"])["items"]} == {"iron", "mat#2"}


def test_an_umbrella_that_repeats_the_barcode_of_its_characteristic_is_no_repeat(onec: Onec, quarantine: Quarantine) -> None:
    same = [barcode("iron", "4600000000015"), barcode("iron#red", "4600000000015")]
    onec.send(product=[product("iron")], offer=[offer("iron"), offer("iron#red")], barcode=same)
    assert quarantine.counts() == {}


def test_an_offer_before_its_product_waits_in_the_quarantine_until_the_card_comes(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(offer=[offer("iron#red")], price=[price("iron#red", 100)])
    assert quarantine.counts() == {"product_is_unknown": 1}
    onec.send(offer=[offer("iron#red")])
    assert onec.rows(STATES) == [("offer", "iron#red", "product_is_unknown", "open", 1)]
    onec.send(product=[product("iron")])
    assert quarantine.counts() == {}


def test_a_card_named_like_the_item_itself_is_its_product(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("iron#red")], offer=[offer("iron#red")])
    assert quarantine.counts() == {}


def test_findings_of_an_unchanged_feed_are_not_counted_again(onec: Onec) -> None:
    for _ in range(2):
        onec.send(
            product=[product("iron", article="1"), product("mat", article="1")], offer=[offer("iron"), offer("mat")], refused=NONE_REFUSED
        )
    onec.send(product=[product("pan")])
    assert onec.rows("select times from quarantine") == [(1,)]
