"""Laws of the allocation, on shops small enough to be checked piece by piece."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.rules.quota_rules import ChannelQuota, QuotaRules
from tasks.rules.quota_shares import share_out
from tasks.rules.quotas import allocate
from tests.tasks.rules.quota_shelf import Recipes, listings, recipes, supply
from tests.tasks.rules.shelf import frame, patient
from validation.assortment import RecipeInForce

brisk = settings(patient, max_examples=30)
ITEMS = (1, 2, 3)
BUNDLES = (7, 8, 9)
CHANNELS = ("site", "wb", "ozon", "ym")


@dataclass
class Shop:
    pieces: dict[int, int]
    rows: list[dict[str, Any]]
    bundles: Recipes
    rules: QuotaRules

    def allocated(self) -> pl.DataFrame:
        return allocate(supply(self.pieces), listings(*self.rows), recipes(self.bundles), self.rules)

    def targets(self) -> dict[int, int]:
        return dict(self.allocated().select("listing_id", "target_pcs").iter_rows())

    def parts(self, number: int) -> dict[int, int]:
        item = self.rows[number - 1]["item_id"]
        return self.bundles.get(item, {item: 1})

    def promised(self, targets: dict[int, int]) -> dict[int, int]:
        return {item: sum(pcs * self.parts(number).get(item, 0) for number, pcs in targets.items()) for item in self.pieces}


@st.composite
def shops(draw: st.DrawFn, *, has_bundles: bool = True, has_asking: bool = True) -> Shop:
    rates = st.sampled_from([1e-6, 0.01, 0.3, 1.0, 3.0, 40.0, 900.0])
    capped = st.none() | st.integers(0, 12)
    bundle_parts = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 4), min_size=1)
    row = st.fixed_dictionaries(
        {
            "channel": st.sampled_from(CHANNELS if has_asking else CHANNELS[1:]),
            "item_id": st.sampled_from(ITEMS + BUNDLES if has_bundles else ITEMS),
            "exposure_pcs": st.integers(0, 6),
            "shown_pcs": st.none() | st.integers(0, 6),
            "rate_per_day": rates,
            "worth": st.sampled_from([0.25, 1.0, 2.0]),
            "cap_pcs": capped,
            "is_frozen": st.sampled_from([False, False, False, True]),
        }
    )
    rules = st.builds(
        QuotaRules,
        pool_share=st.sampled_from([0.0, 0.2, 0.5]),
        channels=st.dictionaries(
            st.sampled_from(CHANNELS),
            st.builds(
                ChannelQuota,
                cap_share=st.none() | st.sampled_from([0.1, 0.5]),
                at_least_pcs=st.integers(1, 15),
                priority=rates.filter(bool),
            ),
        ),
    )
    rows = draw(st.lists(row, min_size=1, max_size=7))
    return Shop(
        pieces=draw(st.fixed_dictionaries({item: st.integers(-2, 40) for item in ITEMS})),
        rows=[one | {"is_asking": one["channel"] == "site"} for one in rows],
        bundles={bundle: draw(bundle_parts) for bundle in BUNDLES} if has_bundles else {},
        rules=draw(rules),
    )


@brisk
@given(shops())
def test_no_piece_is_promised_twice_and_no_cap_is_passed(shop: Shop) -> None:
    targets = shop.targets()
    assert all(pcs <= max(0, shop.pieces[item]) for item, pcs in shop.promised(targets).items())
    for number, target in targets.items():
        row = shop.rows[number - 1]
        caps = [row["cap_pcs"], shop.rules.for_channel(row["channel"]).cap_pcs]
        assert all(cap is None or target <= cap for cap in caps)
        assert target == 0 or not row["is_frozen"]


@brisk
@given(shops(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(shop: Shop, chance: Any) -> None:
    numbered = [row | {"listing_id": number} for number, row in enumerate(shop.rows, 1)]
    shuffled = Shop(dict(reversed(shop.pieces.items())), chance.sample(numbered, len(numbered)), shop.bundles, shop.rules)
    assert shuffled.allocated().equals(shop.allocated())


@brisk
@given(shops(has_bundles=False), st.sampled_from(ITEMS), st.integers(1, 9))
def test_with_more_to_sell_nobody_gets_less(shop: Shop, item: int, more: int) -> None:
    before = shop.targets()
    shop.pieces[item] += more
    assert all(shop.targets()[number] >= target for number, target in before.items())


@brisk
@given(shops(has_bundles=False), st.data())
def test_who_sells_faster_or_dearer_never_gets_less_for_it(shop: Shop, data: st.DataObject) -> None:
    before = shop.targets()
    number = data.draw(st.integers(1, len(shop.rows)))
    field, factor = data.draw(st.sampled_from(["rate_per_day", "worth"])), data.draw(st.sampled_from([1.01, 1.5, 30.0]))
    shop.rows[number - 1][field] *= factor
    assert shop.targets().get(number, 0) >= before.get(number, 0)


@brisk
@given(shops(), st.sampled_from(ITEMS))
def test_of_what_is_plentiful_the_pool_keeps_its_share(shop: Shop, item: int) -> None:
    """Plentiful: the share is there beside what every listing would sell in the next hours (900 a day are 38 an hour)."""
    shop.pieces[item] = 7 * 4 * 40 * 2
    left = shop.pieces[item] - shop.promised(shop.targets())[item]
    assert left >= int(shop.rules.pool_share * shop.pieces[item])


@brisk
@given(st.lists(st.tuples(st.sampled_from([0.1, 1.0, 2.5, 80.0]), st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=5, unique=True))
def test_one_piece_goes_to_exactly_one_channel_the_one_with_the_highest_rate_times_worth(pairs: list[tuple[float, float]]) -> None:
    told = Shop({1: 1}, [{"rate_per_day": rate, "worth": worth} for rate, worth in pairs], {}, QuotaRules()).targets()
    best = max(rate * worth for rate, worth in pairs)
    assert sorted(told.values()) == [0] * (len(pairs) - 1) + [1]
    assert all(rate * worth >= best * (1 - 1e-9) for (rate, worth), target in zip(pairs, told.values(), strict=True) if target)


@brisk
@given(shops(has_asking=False))
def test_nothing_that_a_listing_wishes_and_could_sell_stays_in_a_pool_that_keeps_nothing(shop: Shop) -> None:
    shop.rules = shop.rules.model_copy(update={"pool_share": 0})
    told = shop.allocated().filter(~pl.col("rule").is_in(["cover", "cap", "frozen"]))
    promised = shop.promised(shop.targets())
    for number in told["listing_id"]:
        assert any(max(0, shop.pieces[item]) - promised[item] < pcs for item, pcs in shop.parts(number).items())


WANTS = {"gain": pl.Float64, "ease": pl.Float64, "stay": pl.Float64, "held_pcs": pl.Int64, "wish_pcs": pl.Int64}
gains = st.sampled_from([1.0, 1.2, 1.7, 2.1, 3.0]) | st.floats(0.001, 1000)
wanting = st.tuples(gains, st.floats(0.001, 0.999), st.sampled_from([1.0, 2.0, 5.0]), st.integers(0, 9), st.integers(0, 40))


@patient
@given(st.lists(wanting, min_size=1, max_size=6), st.integers(0, 120))
@example([(3.0, 0.5, 2.0, 3, 5), (2.1, 0.5, 2.0, 0, 5), (1.2, 0.5, 2.0, 0, 5)], 4)
def test_pieces_are_given_as_if_one_by_one_to_whom_the_next_is_worth_most(
    wants: list[tuple[float, float, float, int, int]], pieces: int
) -> None:
    rows = pl.DataFrame(wants, schema=WANTS, orient="row").with_row_index("row")
    claims = rows.select("row", shelf=pl.lit(0, pl.UInt32), qty=pl.lit(1, pl.Int64))
    left = pl.DataFrame({"shelf": [0], "left_pcs": [pieces]}, schema={"shelf": pl.UInt32, "left_pcs": pl.Int64})
    assert share_out(rows, claims, left)["given_pcs"].to_list() == one_by_one(wants, pieces)


def one_by_one(wants: list[tuple[float, float, float, int, int]], pieces: int) -> list[int]:
    given = [0] * len(wants)
    for _ in range(pieces):
        worth = [
            (gain * (stay if pcs < held else 1) / (1 + pcs / ease), -row)
            for row, ((gain, ease, stay, held, wish), pcs) in enumerate(zip(wants, given, strict=True))
            if pcs < wish
        ]
        if worth:
            given[-max(worth)[1]] += 1
    return given


def test_a_shelf_of_twenty_thousand_listings_with_chained_bundles_is_shared_whole() -> None:
    many = 5000
    items = pl.select(item_id=pl.int_range(1, many + 1))
    stock = items.with_columns(shelf_ref=pl.lit("main"), sellable_pcs=pl.col("item_id") * 7919 % 30, pool_pcs=pl.lit(0, pl.Int64))
    offered = pl.concat([items, items.filter(pl.col("item_id") % 10 == 0).select(pl.col("item_id") + many)]).join(
        pl.DataFrame({"channel": CHANNELS[1:]}), how="cross"
    )
    rows = listings({}).drop("listing_id", "item_id", "channel", "rate_per_day").join(offered, how="cross").with_row_index("listing_id")
    rated = rows.with_columns(pl.col("listing_id").cast(pl.Int64), rate_per_day=(pl.col("listing_id") * 7907 % 1013 + 1) / 10)
    chained = items.filter(pl.col("item_id") % 10 == 0).select(bundle_id=pl.col("item_id") + many, component_id="item_id")
    following = chained.with_columns(pl.col("component_id") % many + 10).filter(pl.col("component_id") <= many)
    parts = pl.concat([chained, following]).with_columns(pcs=pl.lit(1, pl.Int64), promotion=pl.lit(""))
    told = allocate(stock, rated, frame(RecipeInForce, parts.to_dicts()), QuotaRules(pool_share=0))
    assert told.height == rows.height
    taken = told.join(rated, on="listing_id").join(parts, left_on="item_id", right_on="bundle_id", how="left")
    by_item = taken.group_by(item_id=pl.coalesce("component_id", "item_id")).agg(pl.col("target_pcs").sum())
    both = by_item.join(stock, on="item_id")
    assert both.filter(pl.col("target_pcs") > pl.col("sellable_pcs")).is_empty()
    assert both["target_pcs"].sum() == stock["sellable_pcs"].sum()
