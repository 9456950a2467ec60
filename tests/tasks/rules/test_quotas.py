from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tasks.rules.quota_rules import ChannelQuota, QuotaRules
from tasks.rules.quotas import allocate
from tests.tasks.rules.quota_shelf import BY_HAND, listings, quotas, recipes, ruled, supply, targets
from validation.quotas import QUOTA_RULES

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
USUAL = QuotaRules()
ALL_GIVEN = QuotaRules(pool_share=0)
FAST, SLOW = {"rate_per_day": 3.0}, {"rate_per_day": 1.0}


def with_channel(name: str, **told: Any) -> QuotaRules:
    return BY_HAND.model_copy(update={"channels": {name: ChannelQuota(**told)}})


@pytest.mark.parametrize(
    ("pieces", "given"),
    [(0, [0, 0]), (1, [1, 0]), (2, [2, 0]), (3, [2, 1]), (4, [3, 1]), (6, [5, 1]), (9, [7, 2]), (20, [16, 4]), (100, [21, 10])],
)
def test_pieces_are_shared_as_by_hand_between_a_listing_that_sells_three_a_day_and_one_that_sells_one(
    pieces: int, given: list[int]
) -> None:
    assert targets({1: pieces}, FAST, SLOW) == given


@pytest.mark.parametrize(("pieces", "given"), [(1, [1, 0, 0, 0]), (2, [1, 1, 0, 0]), (4, [1, 1, 1, 1]), (5, [2, 1, 1, 1])])
def test_pieces_that_sell_slower_than_they_can_be_moved_are_spread_over_the_channels(pieces: int, given: list[int]) -> None:
    assert targets({1: pieces}, FAST, SLOW, SLOW, SLOW, rules=ALL_GIVEN) == given


def test_in_an_hour_of_a_flash_sale_pieces_are_shared_in_proportion() -> None:
    flash = [{"rate_per_day": 24.0 * rate} for rate in (60, 20, 20)]
    assert targets({1: 50}, *flash, rules=USUAL) == [30, 10, 10]


@pytest.mark.parametrize("pieces", [1, 2, 4])
def test_a_shop_with_one_told_channel_sells_its_last_pieces_there(pieces: int) -> None:
    assert targets({1: pieces}, {"rate_per_day": 500.0}, rules=USUAL) == [pieces]


def test_the_last_piece_goes_where_rate_times_worth_is_highest() -> None:
    assert targets({1: 1}, {"rate_per_day": 10.0, "worth": 0.5}, {"rate_per_day": 2.0, "worth": 3.0}, {"rate_per_day": 4.0}) == [0, 1, 0]


def test_a_channels_priority_counts_like_worth() -> None:
    rows = {"channel": "wb", "rate_per_day": 2.0}, {"channel": "ozon", "rate_per_day": 3.0}
    assert targets({1: 1}, *rows) == [0, 1]
    assert targets({1: 1}, *rows, rules=with_channel("wb", priority=1.6)) == [1, 0]


def test_of_listings_alike_the_older_one_gets_the_odd_piece() -> None:
    assert targets({1: 3}, {"listing_id": 9}, {"listing_id": 4}) == [2, 1]


def test_a_listing_that_hardly_ever_sold_is_on_sale_where_there_is_enough() -> None:
    assert targets({1: 4}, FAST, {"rate_per_day": 0.17}, rules=USUAL) == [3, 1]


def test_of_a_plentiful_item_a_channel_gets_some_days_of_its_sales_and_never_less_than_a_few() -> None:
    rows = {"rate_per_day": 3.0}, {"rate_per_day": 0.1}
    assert targets({1: 1000}, *rows) == [21, 10]
    assert targets({1: 1000}, *rows, rules=with_channel("wb", cover_days=2, at_least_pcs=4)) == [6, 4]


def test_the_pool_keeps_its_share_of_what_the_next_hours_do_not_need() -> None:
    slow = [{"rate_per_day": 6.0}] * 4
    assert [sum(targets({1: pieces}, *slow, rules=USUAL)) for pieces in (4, 5, 6, 10, 50, 100)] == [4, 5, 6, 9, 45, 90]


def test_a_site_claims_its_part_like_others_and_leaves_it_in_the_pool() -> None:
    site = {"channel": "site", "is_asking": True, "rate_per_day": 3.0}
    assert targets({1: 20}, site, SLOW) == [4]
    assert targets({1: 1}, site, SLOW) == [0]


def test_what_a_listing_shows_is_not_taken_back_because_it_sells_slower_now() -> None:
    assert targets({1: 100}, SLOW | {"exposure_pcs": 40, "shown_pcs": 40}) == [40]


def test_while_pieces_are_plentiful_a_channel_is_refilled_from_the_pool_and_no_other_is_told_less() -> None:
    shown, sold = [70, 35], 0
    while sold < 130:
        shown[0], sold = shown[0] - 5, sold + 5
        rows = [{"rate_per_day": rate, "exposure_pcs": pcs, "shown_pcs": pcs} for rate, pcs in zip((10.0, 5.0), shown, strict=True)]
        told = quotas({1: 300 - sold}, *rows, pool={1: 300 - sold - sum(shown)})
        (target, other), direct = told["target_pcs"], told["direct_pcs"][0]
        assert other == shown[1]
        if target - shown[0] >= 0.2 * shown[0]:
            assert direct == target == 70
            shown[0] = target


def test_a_write_on_its_way_is_not_taken_for_pieces_that_it_has() -> None:
    assert targets({1: 100}, SLOW | {"exposure_pcs": 60, "shown_pcs": 10}) == [10]


def test_a_piece_stays_where_it_is_until_it_is_worth_five_times_as_much_elsewhere() -> None:
    holding = SLOW | {"exposure_pcs": 1, "shown_pcs": 1}
    assert targets({1: 1}, {"rate_per_day": 4.9}, holding) == [0, 1]
    assert targets({1: 1}, {"rate_per_day": 5.1}, holding) == [1, 0]


def test_a_quota_tells_how_much_of_it_the_pool_could_give_at_once() -> None:
    told = quotas({1: 9, 2: 9}, {"item_id": 7}, bundles={7: {1: 2, 2: 1}}, pool={1: 5, 2: 9})
    assert told.select("target_pcs", "direct_pcs").rows() == [(4, 2)]


def test_a_bundle_and_its_parts_are_never_promised_the_same_piece() -> None:
    bundle = {"item_id": 7, "rate_per_day": 2.0}
    assert targets({1: 1, 2: 1}, bundle, SLOW, bundles={7: {1: 1, 2: 1}}) == [1, 0]
    assert targets({1: 1, 2: 1}, bundle, FAST, bundles={7: {1: 1, 2: 1}}) == [0, 1]


def test_what_a_bundle_leaves_because_another_part_is_scarce_goes_to_others() -> None:
    bundle = {"item_id": 7, "rate_per_day": 5.0}
    assert targets({1: 8, 2: 2}, bundle, SLOW, bundles={7: {1: 1, 2: 1}}) == [2, 6]


def test_two_bundles_share_a_part_and_the_one_that_cannot_be_made_does_not_block_the_other() -> None:
    rows = {"item_id": 7, "rate_per_day": 9.0}, {"item_id": 8, "rate_per_day": 1.0}
    assert targets({1: 6, 2: 0, 3: 9}, *rows, bundles={7: {1: 2, 2: 1}, 8: {1: 2, 3: 1}}) == [0, 3]


def test_pieces_too_few_for_the_best_bundle_go_to_the_next() -> None:
    rows = {"item_id": 7, "rate_per_day": 9.0}, {"item_id": 1, "rate_per_day": 1.0}
    assert targets({1: 5}, *rows, bundles={7: {1: 3}}) == [1, 2]


def test_a_listing_of_what_was_never_counted_is_left_out() -> None:
    rows = {"item_id": 1}, {"item_id": 2}, {"item_id": 7}
    assert quotas({1: 5}, *rows, bundles={7: {1: 1, 2: 1}})["listing_id"].to_list() == [1]


def test_each_warehouse_draws_on_its_own_shelf() -> None:
    both = pl.concat([supply({1: 3}, shelf_ref="msk"), supply({1: 5}, shelf_ref="spb")])
    one = {"listing_id": 1, "warehouse_ref": "a", "shelf_ref": "msk"}
    other = {"listing_id": 1, "warehouse_ref": "b", "shelf_ref": "spb"}
    told = allocate(both, listings(one, other), recipes({}), BY_HAND)
    assert told.select("listing_id", "warehouse_ref", "target_pcs").rows() == [(1, "a", 3), (1, "b", 5)]


@pytest.mark.parametrize(
    ("told", "most"),
    [({"cap_pcs": 3}, 3), ({"cap_share": 0.25}, 4), ({"cap_share": 0.01}, 1), ({"cap_pcs": 0}, 0), ({"cap_pcs": 5, "cap_share": 0.1}, 2)],
)
def test_a_channel_is_capped_in_pieces_and_in_share(told: dict[str, Any], most: int) -> None:
    assert targets({1: 15}, {"rate_per_day": 9.0}, rules=with_channel("wb", **told)) == [most]


HOLDS_ALL = {"exposure_pcs": 12, "shown_pcs": 12}


@pytest.mark.parametrize(
    ("other", "pool_pcs", "rule"),
    [
        (SLOW, 0, "yields"),
        (SLOW | {"is_asking": True}, 0, "yields"),
        (SLOW, 1, "share"),
        (SLOW | {"exposure_pcs": 1, "shown_pcs": 1}, 0, "share"),
        (SLOW | {"exposure_pcs": 1, "shown_pcs": 0}, 0, "share"),
        (SLOW | {"is_frozen": True}, 0, "cover"),
    ],
    ids=["it shows nothing", "nobody can buy there", "the pool will do", "it shows one", "one is on its way", "it may not sell"],
)
def test_a_listing_that_holds_nearly_all_yields_only_to_one_that_can_show_nothing(other: dict[str, Any], pool_pcs: int, rule: str) -> None:
    assert ruled({1: 12}, SLOW | HOLDS_ALL, other, pool={1: pool_pcs})[0] == rule


def test_a_bundle_that_cannot_be_shown_makes_those_yield_that_hold_its_parts() -> None:
    rows = {"item_id": 1, **HOLDS_ALL}, {"item_id": 2, **HOLDS_ALL}, {"item_id": 7}
    assert ruled({1: 12, 2: 20}, *rows, bundles={7: {1: 1, 2: 1}}, pool={1: 0, 2: 8})[:2] == ["yields", "cover"]


def test_every_rule_is_named() -> None:
    fast = {"rate_per_day": 48.0}
    named = {
        "cover": ruled({1: 100}, SLOW)[0],
        "cap": ruled({1: 100}, SLOW | {"cap_pcs": 2})[0],
        "share": ruled({1: 70}, fast, SLOW, rules=USUAL)[0],
        "last_pieces": ruled({1: 2}, fast, SLOW, rules=USUAL)[1],
        "yields": ruled({1: 12}, SLOW | HOLDS_ALL, SLOW, pool={1: 0})[0],
        "bundle_parts": ruled({1: 1, 2: 1}, {"item_id": 7}, FAST, bundles={7: {1: 1, 2: 1}})[0],
        "no_supply": ruled({1: 1}, {"item_id": 7}, bundles={7: {1: 2}})[0],
        "frozen": ruled({1: 100}, SLOW | {"is_frozen": True})[0],
        "mirror": ruled({1: 100}, SLOW | {"mirror_buffer_pcs": 5})[0],
    }
    assert named == {rule: rule for rule in QUOTA_RULES}


def test_a_frozen_listing_gets_nothing_and_others_are_promised_its_pieces() -> None:
    assert targets({1: 6}, FAST | {"is_frozen": True, "exposure_pcs": 6, "shown_pcs": 6}, SLOW) == [0, 6]
    assert targets({1: 6}, FAST | {"is_frozen": True, "mirror_buffer_pcs": 1}) == [0]


def test_a_mirror_shows_all_there_is_less_its_buffer_and_takes_nothing_from_others() -> None:
    assert targets({1: 9}, {"mirror_buffer_pcs": 2}, SLOW) == [7, 9]
    assert targets({1: 1}, {"mirror_buffer_pcs": 2}, SLOW) == [0, 1]


def test_pieces_owed_are_not_promised() -> None:
    assert targets({1: -4}, FAST, {"mirror_buffer_pcs": 0}) == [0, 0]
