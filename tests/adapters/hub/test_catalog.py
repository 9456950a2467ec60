"""Recording feeds: what they say becomes what the hub knows, once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.hub.catalog import Recorded
from adapters.hub.hub import Hub
from tests.adapters.hub.export import NOON, Onec, barcode, count, frame, offer, price, product, recipe, refused
from validation.quarantine import NONE_REFUSED, Judged

WRITTEN = """
select coalesce(sum(n), 0) from (
  select count(*) filter (where xmin::text::bigint >= :since) as n from product union all
  select count(*) filter (where xmin::text::bigint >= :since) from item union all
  select count(*) filter (where xmin::text::bigint >= :since) from price union all
  select count(*) filter (where xmin::text::bigint >= :since) from stock_count union all
  select count(*) filter (where xmin::text::bigint >= :since) from bundle_recipe union all
  select count(*) filter (where xmin::text::bigint >= :since) from warehouse
) written
"""


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


def shop(onec: Onec, **said: object) -> Recorded:
    return onec.send(
        product=[product("iron", article="КР-7/2"), product("set", "Набор"), product("mat", "Коврик")],
        offer=[offer("iron#red"), offer("iron#blue"), offer("set"), offer("mat")],
        price_type=[{"price_type_ref": "retail", "name": "Розничная", "currency": "RUB"}],
        warehouse=[{"warehouse_ref": "north", "name": "Северный"}],
        price=[price("iron#red", 199_000), price("iron#blue", 199_000), price("mat", 9_900, currency=None)],
        count=[count("iron#red", 5, "north"), count("iron#red", 2, "south"), count("mat", 7)],
        barcode=[barcode("iron#red", "4600000000015"), barcode("mat", "4600000000022", owner="product")],
        recipe=[recipe("set", "iron#red"), recipe("set", "mat", 2)],
        said=dict(said),
    )


def test_a_file_becomes_products_items_prices_counts_and_recipes(onec: Onec) -> None:
    recorded = shop(onec)
    assert recorded.sentence == ("Загружено: товаров 3, предложений 4, цен 3, остатков 3, строк составов 2; не принято: 0.")
    assert onec.rows("select item_ref, place, pcs from stock_count join item using (item_id) order by 1, 2") == [
        ("iron#red", "north", 5), ("iron#red", "south", 2), ("mat", "", 7),
    ]  # fmt: skip
    assert onec.rows("select item_ref, barcode, is_bundle from item order by 1") == [
        ("iron#blue", None, False), ("iron#red", "4600000000015", False), ("mat", None, False), ("set", None, True),
    ]  # fmt: skip
    assert onec.one("select barcode from product where product_ref = 'mat'") == "4600000000022"


def test_a_price_without_a_currency_has_that_of_its_type(onec: Onec) -> None:
    onec.send(price_type=[{"price_type_ref": "usd", "name": "Опт", "currency": "USD"}], price=[price("mat", 100, "usd", None)])
    assert onec.one("select currency from price") == "USD"


@pytest.mark.parametrize("is_changes_only", [True, False])
def test_a_second_identical_file_writes_no_row_of_the_catalogue(onec: Onec, is_changes_only: bool) -> None:
    shop(onec, is_changes_only=is_changes_only)
    since = onec.one("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    again = shop(onec, is_changes_only=is_changes_only)
    assert onec.one(WRITTEN, since=since) == 0
    assert (again.inserted, again.changed) == ({}, {})


def test_a_full_export_with_a_newer_stamp_and_nothing_new_writes_nothing_either(onec: Onec) -> None:
    shop(onec, is_changes_only=False)
    since = onec.one("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    shop(onec, is_changes_only=False, formed_at=NOON + timedelta(hours=1))
    assert onec.one(WRITTEN, since=since) == 0


def test_only_what_differs_is_changed_and_counted(onec: Onec) -> None:
    shop(onec)
    again = onec.send(price=[price("iron#red", 189_000), price("iron#blue", 199_000)], count=[count("mat", 7), count("mat", 1, "north")])
    assert (again.inserted, again.changed) == ({"counts": 1}, {"prices": 1})


def test_what_an_offer_does_not_say_stays_as_it_is(onec: Onec) -> None:
    onec.send(offer=[offer("iron", "Утюг", article="КР-7/2")])
    onec.send(offer=[offer("iron", None)])
    assert onec.rows("select name, article from item") == [("Утюг", "КР-7/2")]


def test_a_card_is_restated_so_what_it_no_longer_says_is_gone(onec: Onec) -> None:
    onec.send(product=[product("iron", article="КР-7/2", pictures='["a.jpg"]')], barcode=[barcode("iron", "4600000000015", "product")])
    onec.send(product=[product("iron")])
    assert onec.rows("select article, pictures, barcode from product") == [(None, None, None)]


def test_an_empty_text_is_not_a_null(onec: Onec) -> None:
    onec.send(product=[product("iron", description=""), product("mat", description='one "two", three\nfour\r')])
    assert onec.rows("select description from product order by product_ref") == [("",), ('one "two", three\nfour\r',)]


def test_a_deleted_card_without_a_name_keeps_the_old_one(onec: Onec) -> None:
    onec.send(product=[product("iron", "Утюг")])
    onec.send(product=[product("iron", None, is_deleted=True), product("ghost", None, is_deleted=True)])
    assert onec.rows("select product_ref, name, is_deleted from product order by 1") == [("ghost", "ghost", True), ("iron", "Утюг", True)]


def test_an_item_that_only_a_price_or_a_count_names_is_known_until_its_offer_comes(onec: Onec) -> None:
    onec.send(price=[price("iron#red", 100)], count=[count("mat", 1)])
    assert onec.rows("select item_ref, product_ref, characteristic_ref, name from item order by 1") == [
        ("iron#red", "iron", "red", None), ("mat", "mat", None, None),
    ]  # fmt: skip
    onec.send(offer=[offer("iron#red", "Утюг красный")], said={"formed_at": NOON - timedelta(hours=1)})
    assert onec.one("select name from item where item_ref = 'iron#red'") == "Утюг красный"


def test_equal_rows_of_one_file_are_one_row(onec: Onec) -> None:
    recorded = onec.send(price=[price("iron", 100), price("iron", 100), price("mat", 5)])
    assert (recorded.loaded, recorded.refused) == ({"prices": 2}, {})


def test_rows_that_say_different_things_of_one_are_one(onec: Onec) -> None:
    onec.send(offer=[offer("iron", "Утюг"), offer("iron", None, article="КР-7/2")])
    assert onec.rows("select name, article from item") == [("Утюг", "КР-7/2")]


def test_rows_that_contradict_each_other_are_all_refused_and_the_old_value_stays(onec: Onec) -> None:
    onec.send(price=[price("iron", 100)])
    recorded = onec.send(price=[price("iron", 150), price("iron", 200), price("mat", 5)])
    assert (recorded.loaded, recorded.refused) == ({"prices": 1}, {"is_not_repeated": 2})
    assert onec.one("select price_kopecks from price join item using (item_id) where item_ref = 'iron'") == 100
    assert onec.rows("select entity, key, times from quarantine where reason = 'is_not_repeated'") == [("price", "iron|retail", 1)]


def test_the_same_feed_recorded_twice_is_recorded_once(onec: Onec) -> None:
    feed = onec.put()
    portions = [("count", Judged(frame("count", [count("iron", 5)]), NONE_REFUSED))]
    first = onec.record(feed, portions)
    second = onec.record(feed, [("count", Judged(frame("count", [count("iron", 9)]), NONE_REFUSED))])
    assert second.is_repeat
    assert (second.sentence, second.loaded) == (first.sentence, first.loaded)
    assert onec.one("select pcs from stock_count") == 5


def test_a_file_that_breaks_off_leaves_nothing_and_waits_still(onec: Onec) -> None:
    feed = onec.put()

    def broken() -> Iterator[tuple[str, Judged]]:
        yield "product", Judged(frame("product", [product("iron")]), NONE_REFUSED)
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        onec.record(feed, broken())
    assert onec.one("select count(*) from product") == 0
    assert onec.inbox.feed(feed.feed_id).state == "waiting"


def test_an_umbrella_beside_live_characteristics_counts_as_nothing(onec: Onec) -> None:
    onec.send(offer=[offer("iron")], count=[count("iron", 7)])
    onec.send(offer=[offer("iron#red"), offer("iron#blue")], count=[count("iron#red", 3), count("iron#blue", 4)])
    assert onec.rows("select item_ref, pcs, is_umbrella from stock_count join item using (item_id) order by 1") == [
        ("iron", 0, True), ("iron#blue", 4, False), ("iron#red", 3, False),
    ]  # fmt: skip
    onec.send(count=[count("iron", 8)])
    assert onec.one("select pcs from stock_count join item using (item_id) where item_ref = 'iron'") == 0


def test_totals_that_come_again_write_nothing(onec: Onec) -> None:
    said: Any = {
        "offer": [offer("iron"), offer("iron#red"), offer("set"), offer("mat")],
        "recipe": [recipe("set", "mat")],
        "count": [count("iron", 7), count("iron#red", 7), count("set", 3)],
    }
    first = onec.send(**said)
    again = onec.send(**said)
    assert (again.inserted, again.changed) == ({}, {})
    assert set(written_by(onec).values()) == {first.feed_id}


def test_an_item_beside_deleted_characteristics_is_counted_again(onec: Onec) -> None:
    onec.send(offer=[offer("iron"), offer("iron#red", is_deleted=True)], count=[count("iron", 7)])
    assert onec.rows("select pcs, is_umbrella from stock_count join item using (item_id)") == [(7, False)]


def test_a_bundles_own_figure_is_no_count(onec: Onec) -> None:
    onec.send(offer=[offer("set")], count=[count("set", 3)])
    onec.send(offer=[offer("mat")], recipe=[recipe("set", "mat")])
    assert onec.one("select pcs from stock_count") == 0
    onec.send(count=[count("set", 4)])
    assert onec.one("select pcs from stock_count") == 0


def test_a_bundle_that_comes_after_its_recipe_is_a_bundle(onec: Onec) -> None:
    onec.send(offer=[offer("mat")], recipe=[recipe("set", "mat")])
    onec.send(offer=[offer("set")], count=[count("set", 3)])
    assert onec.rows("select is_bundle, pcs from item join stock_count using (item_id)") == [(True, 0)]


def test_a_recipe_is_restated_as_a_whole(onec: Onec) -> None:
    onec.send(offer=[offer("set"), offer("iron"), offer("mat")], recipe=[recipe("set", "iron"), recipe("set", "mat", 2)])
    recorded = onec.send(recipe=[recipe("set", "mat", 3)])
    assert onec.rows("select component_ref, pcs from bundle_recipe") == [("mat", 3)]
    assert recorded.changed == {"recipes": 2}


def test_a_recipe_with_an_unknown_part_is_not_taken_at_all(onec: Onec) -> None:
    onec.send(offer=[offer("set"), offer("mat")], recipe=[recipe("set", "mat", 2)])
    recorded = onec.send(recipe=[recipe("set", "mat", 1), recipe("set", "ghost")])
    assert recorded.refused == {"component_is_known": 1}
    assert onec.rows("select component_ref, pcs from bundle_recipe") == [("mat", 2)]
    onec.send(offer=[offer("ghost")], recipe=[recipe("set", "mat", 1), recipe("set", "ghost")])
    assert onec.rows("select component_ref, pcs from bundle_recipe order by 1") == [("ghost", 1), ("mat", 1)]
    assert onec.rows("select state from quarantine where entity = 'recipe'") == [("resolved",)]


def test_a_recipe_with_a_refused_row_is_not_taken_without_it(onec: Onec) -> None:
    bad = refused("recipe", "set|iron", "recipe_pcs_is_whole", bundle_ref="set", component_ref="iron")
    onec.send(offer=[offer("set"), offer("mat")], recipe=[recipe("set", "mat")], refused=bad)
    assert onec.rows("select * from bundle_recipe") == []


def test_places_that_a_whole_count_does_not_list_hold_nothing(onec: Onec) -> None:
    onec.send(count=[count("iron", 5, "north"), count("iron", 2, "south"), count("mat", 1, "north"), count("mat", 1, "south")])
    onec.send(count=[count("iron", 4, "north", is_whole=True), count("mat", 3, "north")])
    assert onec.rows("select item_ref, place, pcs from stock_count join item using (item_id) order by 1, 2") == [
        ("iron", "north", 4), ("iron", "south", 0), ("mat", "north", 3), ("mat", "south", 1),
    ]  # fmt: skip


def test_a_place_whose_figure_was_refused_is_listed_and_keeps_its_count(onec: Onec) -> None:
    onec.send(count=[count("iron", 5, "north"), count("iron", 2, "south")])
    bad = refused("count", "iron|south", "count_is_whole", item_ref="iron", place="south")
    onec.send(count=[count("iron", 4, "north", is_whole=True)], refused=bad)
    assert onec.rows("select place, pcs from stock_count order by 1") == [("north", 4), ("south", 2)]


def written_by(onec: Onec) -> dict[str, int]:
    """Which feed's posting each count is part of."""
    return dict(onec.rows("select item_ref, stock_count.feed_id from stock_count join item using (item_id)"))


def test_counts_that_differ_wait_for_the_ledger_and_the_others_do_not(onec: Onec) -> None:
    first = onec.send(count=[count("iron", 5), count("mat", 1)])
    second = onec.send(count=[count("iron", 4), count("mat", 1)])
    assert written_by(onec) == {"iron": second.feed_id, "mat": first.feed_id}


def test_the_same_figure_is_news_to_an_item_with_pieces_sold(onec: Onec) -> None:
    first = onec.send(count=[count("iron", 5), count("mat", 5)])
    onec.rows(
        "insert into ledger_balance (item_id, place, account, pcs) select item_id, '', 'sold:1', 2 from item where item_ref = 'iron' returning 1"
    )
    later = NOON + timedelta(minutes=5)
    second = onec.send(count=[count("iron", 5), count("mat", 5)], said={"is_changes_only": False, "formed_at": later})
    assert written_by(onec) == {"iron": second.feed_id, "mat": first.feed_id}
    assert onec.rows("select formed_at from stock_count order by formed_at") == [(NOON,), (later,)]


def posted_at(onec: Onec, recorded: Recorded) -> datetime | None:
    return onec.inbox.feed(recorded.feed_id).posted_at


def test_a_file_without_news_of_counts_leaves_nothing_for_the_ledger_to_post(onec: Onec) -> None:
    without, with_counts, same = onec.send(offer=[offer("iron")]), *(onec.send(count=[count("iron", 1)]) for _ in range(2))
    assert posted_at(onec, without) is not None
    assert posted_at(onec, with_counts) is None
    assert posted_at(onec, same) is not None


def test_a_file_without_counts_that_empties_a_total_leaves_that_for_the_ledger_to_post(onec: Onec) -> None:
    onec.send(offer=[offer("iron")], count=[count("iron", 7)])
    varied = onec.send(offer=[offer("iron#red")])
    assert written_by(onec) == {"iron": varied.feed_id}
    assert posted_at(onec, varied) is None


def only(rows: dict[str, Any], entity: str) -> Any:
    return {entity: rows[entity]}


@pytest.mark.parametrize("entity", ["product", "offer", "price", "count"])
def test_an_older_file_does_not_overwrite_a_newer_row(onec: Onec, entity: str) -> None:
    new: dict[str, Any] = {
        "product": [product("iron", "новый")],
        "offer": [offer("iron", "новый")],
        "price": [price("iron", 200)],
        "count": [count("iron", 2)],
    }
    old: dict[str, Any] = {
        "product": [product("iron", "старый")],
        "offer": [offer("iron", "старый")],
        "price": [price("iron", 100)],
        "count": [count("iron", 1)],
    }
    shown = {
        "product": "select name from product", "offer": "select name from item",
        "price": "select price_kopecks from price", "count": "select pcs from stock_count",
    }  # fmt: skip
    onec.send(**only(new, entity))
    before = onec.one(shown[entity])
    recorded = onec.send(**only(old, entity), said={"formed_at": NOON - timedelta(seconds=1)})
    assert onec.one(shown[entity]) == before
    assert sum(recorded.dropped.values()) == 1
    assert onec.rows("select kind from journal where kind = 'rows_superseded'")
    onec.send(**only(old, entity), said={"formed_at": NOON + timedelta(seconds=1)})
    assert onec.one(shown[entity]) != before


def test_a_value_that_a_newer_file_confirmed_is_not_overwritten_by_a_late_one(onec: Onec) -> None:
    onec.send(price=[price("iron", 200)])
    onec.send(price=[price("iron", 200)], said={"formed_at": NOON + timedelta(hours=2)})
    onec.send(price=[price("iron", 100)], said={"formed_at": NOON + timedelta(hours=1)})
    assert onec.one("select price_kopecks from price") == 200


@pytest.mark.parametrize("said", [{"formed_at": None}, {"is_day_only": True}])
def test_without_an_exact_stamp_files_apply_as_they_come_and_a_count_keeps_none(onec: Onec, said: dict[str, object]) -> None:
    onec.send(count=[count("iron", 5)])
    onec.send(count=[count("iron", 4)], said=said)
    assert onec.rows("select pcs, formed_at from stock_count") == [(4, None)]


def test_files_of_two_bases_do_not_meet(hub: Hub) -> None:
    north, south = Onec(hub, source="north"), Onec(hub, source="south")
    north.send(product=[product("iron", "Утюг")], offer=[offer("iron")], count=[count("iron", 5)])
    south.send(product=[product("iron", "Печь")], offer=[offer("iron")], count=[count("iron", 1)])
    assert north.rows("select i.source, p.name, pcs from item i join product p using (source, product_ref) join stock_count using (item_id) order by 1") == [
        ("north", "Утюг", 5), ("south", "Печь", 1),
    ]  # fmt: skip


def test_dictionaries_are_kept_and_only_their_differences_are_changes(onec: Onec) -> None:
    groups = [{"group_ref": "g", "name": "Техника"}, {"group_ref": "h", "name": "Утюги", "parent_ref": "g"}]
    values = [{"property_ref": "colour", "value_ref": "1", "value": "красный"}]
    onec.send(group=groups, property=[{"property_ref": "colour", "name": "Цвет", "is_hidden": False}], property_value=values)
    again = onec.send(group=[groups[0], groups[1] | {"name": "Утюги и отпариватели"}], property_value=values)
    assert (again.inserted, again.changed) == ({}, {"groups": 1})
    assert onec.one("select value from property_value") == "красный"


def test_a_refused_barcode_takes_the_old_one_off_the_item(onec: Onec) -> None:
    onec.send(offer=[offer("iron")], barcode=[barcode("iron", "4600000000015")])
    onec.send(offer=[offer("iron")], refused=refused("barcode", "iron", "barcode_check_digit", owner="item", ref="iron"))
    assert onec.one("select barcode from item") is None


def test_an_empty_file_is_recorded_and_says_so(onec: Onec) -> None:
    recorded = onec.record(onec.put(), [])
    assert (recorded.state, recorded.sentence) == ("recorded", "Загружено: ничего, файл пуст; не принято: 0.")


def test_rows_of_any_size_of_portion_are_the_same_rows(onec: Onec) -> None:
    prices = frame("price", [price(f"item{n}", 100 + n) for n in range(50)])
    portions = [("price", Judged(pl.DataFrame(prices[at : at + 7]), NONE_REFUSED)) for at in range(0, 50, 7)]
    assert onec.record(onec.put(), portions).loaded == {"prices": 50}
