from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.stock import (
    GROWTH_REFUSED_WAITS,
    agreeing,
    differences,
    held_back,
    lanes,
    lost,
    offer,
    overdue,
    refusals,
    settle,
    shown_since,
)
from validation.listings import ListingKept
from validation.stock import StockKept, StockOffered

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTINGS: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "item_id": pl.Int64,
    "item_ref": pl.String,
    "channel_sku": pl.String,
    "refs": pl.String,
    "is_live": pl.Boolean,
}
KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "warehouse_ref": pl.String,
    "sent_pcs": pl.Int64,
    "sent_at": pl.Datetime("us", "UTC"),
    "is_open": pl.Boolean,
    "refused_pcs": pl.Int64,
    "refused_at": pl.Datetime("us", "UTC"),
    "refused_reason": pl.String,
}
NOTHING_KEPT = StockKept.validate(pl.DataFrame(schema=KEPT))
FIGURES = st.dictionaries(st.integers(1, 9), st.tuples(st.integers(0, 5), st.none() | st.integers(-2, 5)), min_size=1)


def kept(*rows: tuple[int, bool]) -> pl.DataFrame:
    return ListingKept.validate(
        pl.DataFrame(
            [(n, n * 10, f"item-{n}", f"SKU-{n}", "{}", is_live) for n, is_live in rows],
            schema=LISTINGS,
            orient="row",
        )
    )


def refused_before(reason: str = "channel_rejects", **figures: tuple[int, datetime]) -> pl.DataFrame:
    rows = [(int(n[1:]), "", None, None, False, *told, reason) for n, told in figures.items()]
    return StockKept.validate(pl.DataFrame(rows, schema=KEPT, orient="row"))


def sent_before(**figures: tuple[int, datetime]) -> pl.DataFrame:
    rows = [(int(n[1:]), "", *told, True, None, None, None) for n, told in figures.items()]
    return StockKept.validate(pl.DataFrame(rows, schema=KEPT, orient="row"))


def free(warehouse: str = "", /, **pcs: int) -> pl.DataFrame:
    rows = [(warehouse, int(item[1:]), figure) for item, figure in pcs.items()]
    return pl.DataFrame(rows, schema={"warehouse_ref": pl.String, "item_id": pl.Int64, "pcs": pl.Int64}, orient="row")


def offered(warehouse: str = "", /, **pcs: int) -> pl.DataFrame:
    rows = [(int(n[1:]), warehouse, f"item-{n[1:]}", f"SKU-{n[1:]}", "{}", figure, False) for n, figure in pcs.items()]
    schema = {
        "listing_id": pl.Int64,
        "warehouse_ref": pl.String,
        "item_ref": pl.String,
        "channel_sku": pl.String,
        "refs": pl.String,
        "pcs": pl.Int64,
        "is_alone": pl.Boolean,
    }
    return StockOffered.validate(pl.DataFrame(rows, schema=schema, orient="row"))


def shown(warehouse: str = "", /, **pcs: int | None) -> pl.DataFrame:
    rows = [(int(n[1:]), warehouse, figure, None) for n, figure in pcs.items()]
    schema = {"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64, "reserved_pcs": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def answered(outcome: str, **pcs: int) -> pl.DataFrame:
    told = (None, None) if outcome == "accepted" else ("channel_rejects", "нет")
    rows = [(int(n[1:]), "", figure, outcome, *told) for n, figure in pcs.items()]
    schema = {
        "listing_id": pl.Int64,
        "warehouse_ref": pl.String,
        "pcs": pl.Int64,
        "outcome": pl.String,
        "reason": pl.String,
        "sentence": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def waiting(differing: pl.DataFrame, kept: pl.DataFrame, *, pause_s: float = 0, shows_within_s: float = 0) -> pl.DataFrame:
    return held_back(differing, kept, NOW, pause_s=pause_s, shows_within_s=shows_within_s)


def figures(frame: pl.DataFrame) -> dict[int, int]:
    return dict(frame.select("listing_id", "pcs").rows())


def test_a_listing_shows_what_is_free() -> None:
    assert figures(offer(free(i10=7), kept((1, True)), NOTHING_KEPT, [""])) == {1: 7}


def test_a_negative_pool_is_shown_as_nothing() -> None:
    assert figures(offer(free(i10=-3), kept((1, True)), NOTHING_KEPT, [""])) == {1: 0}


def test_a_listing_whose_item_died_shows_nothing_whatever_is_free() -> None:
    assert figures(offer(free(i10=7), kept((1, False), (2, False)), NOTHING_KEPT, [""])) == {1: 0, 2: 0}


def test_an_item_that_was_never_counted_is_not_offered() -> None:
    assert offer(free(), kept((1, True)), NOTHING_KEPT, [""]).is_empty()


def test_what_is_shown_already_is_not_sent() -> None:
    assert differences(offered(l1=5, l2=6), shown(l1=5, l2=5))["listing_id"].to_list() == [2]


def test_what_is_shown_as_it_should_be_is_right_and_what_is_not_there_is_not() -> None:
    assert figures(agreeing(offered(l1=5, l2=5, l3=5), shown(l1=5, l2=4))) == {1: 5}


def test_a_listing_that_manages_no_stock_differs_even_from_zero() -> None:
    assert figures(differences(offered(l1=0, l2=4), shown(l1=None, l2=None))) == {1: 0, 2: 4}


def test_a_listing_that_is_not_there_is_not_written_to() -> None:
    assert differences(offered(l1=5), shown()).is_empty()
    assert lost(kept((1, True), (2, True)), shown(l2=None))["listing_id"].to_list() == [1]


def test_zeros_leave_first_then_shrinks_from_the_largest_then_growth() -> None:
    differing = differences(offered(l1=9, l2=4, l3=1, l4=0, l5=3), shown(l1=8, l2=5, l3=9, l4=2, l5=None))
    assert differing["listing_id"].to_list() == [4, 5, 3, 2, 1]
    urgent, growth = lanes(differing)
    assert (urgent["listing_id"].to_list(), growth["listing_id"].to_list()) == ([4, 5, 3, 2], [1])


@given(FIGURES)
def test_lanes_hold_every_difference_once_and_growth_never_overtakes(rows: dict[int, tuple[int, int | None]]) -> None:
    differing = differences(
        offered(**{f"l{n}": want for n, (want, _) in rows.items()}), shown(**{f"l{n}": has for n, (_, has) in rows.items()})
    )
    urgent, growth = lanes(differing)
    assert differing["listing_id"].to_list() == [*urgent["listing_id"], *growth["listing_id"]]
    assert set(differing["listing_id"]) == {n for n, (want, has) in rows.items() if want != has}
    assert all(rows[n][1] is not None and rows[n][0] > max(rows[n][1] or 0, 0) for n in growth["listing_id"])


@given(FIGURES)
def test_after_everything_was_taken_nothing_differs(rows: dict[int, tuple[int, int | None]]) -> None:
    wanted = {f"l{n}": want for n, (want, _) in rows.items()}
    assert differences(offered(**wanted), shown(**wanted)).is_empty()


def test_growth_refused_a_short_while_ago_waits() -> None:
    before = refused_before(l1=(5, NOW - timedelta(minutes=1)), l2=(5, NOW - 2 * GROWTH_REFUSED_WAITS))
    differing = differences(offered(l1=5, l2=5, l3=5), shown(l1=1, l2=1, l3=1))
    assert waiting(differing, before)["listing_id"].to_list() == [2, 3]


def test_growth_of_a_card_that_was_not_finished_waits_a_little_only() -> None:
    ripe, raw = NOW - timedelta(minutes=3), NOW - timedelta(minutes=1)
    differing = differences(offered(l1=5, l2=5), shown(l1=0, l2=0))
    assert waiting(differing, refused_before("card_is_not_ready", l1=(5, ripe), l2=(5, raw)))["listing_id"].to_list() == [1]


def test_growth_that_was_refused_for_another_of_its_batch_does_not_wait() -> None:
    differing = differences(offered(l1=5, l2=5), shown(l1=3, l2=3))
    just_now = NOW - timedelta(minutes=1)
    assert figures(waiting(differing, refused_before("batch_is_refused", l1=(5, just_now), l2=(5, just_now)))) == {1: 5, 2: 5}


def test_another_figure_does_not_wait() -> None:
    assert figures(waiting(differences(offered(l1=6), shown(l1=1)), refused_before(l1=(5, NOW)))) == {1: 6}


@pytest.mark.parametrize(("figure", "before"), [(0, 3), (2, 3), (4, None)])
def test_a_refused_zero_or_shrink_never_waits(figure: int, before: int | None) -> None:
    differing = differences(offered(l1=figure), shown(l1=before))
    assert figures(waiting(differing, refused_before(l1=(figure, NOW)))) == {1: figure}


def test_nothing_follows_a_figure_sooner_than_the_channel_allows() -> None:
    differing = differences(offered(l1=0, l2=0, l3=0), shown(l1=3, l2=3, l3=3))
    before = sent_before(l1=(3, NOW - timedelta(seconds=29)), l2=(3, NOW - timedelta(seconds=31)))
    assert waiting(differing, before, pause_s=30)["listing_id"].to_list() == [2, 3]
    assert waiting(differing, before)["listing_id"].to_list() == [1, 2, 3]


def test_a_figure_that_may_not_be_shown_yet_is_awaited_and_another_one_is_not() -> None:
    differing = differences(offered(l1=5, l2=6, l3=5), shown(l1=3, l2=3, l3=3))
    before = sent_before(l1=(5, NOW - timedelta(minutes=9)), l2=(5, NOW - timedelta(minutes=9)), l3=(5, NOW - timedelta(minutes=16)))
    assert sorted(waiting(differing, before, shows_within_s=900)["listing_id"]) == [2, 3]


def test_a_figure_not_shown_in_its_time_is_told_once_it_is_over() -> None:
    differing = differences(offered(l1=5, l2=6, l3=5), shown(l1=3, l2=3, l3=3))
    before = sent_before(l1=(5, NOW - timedelta(minutes=9)), l2=(5, NOW - timedelta(minutes=16)), l3=(5, NOW - timedelta(minutes=16)))
    late = overdue(differing, before, NOW, shows_within_s=900)
    assert late.select("listing_id", "outcome", "reason").rows() == [(3, "refused", "not_shown")]
    assert overdue(differing, before, NOW, shows_within_s=0).is_empty()


def test_a_row_whose_batch_was_refused_whole_goes_alone() -> None:
    before = refused_before("batch_is_refused", l1=(5, NOW))
    both = offer(free(i10=7, i20=7), kept((1, True), (2, True)), before, [""])
    assert dict(both.select("listing_id", "is_alone").rows()) == {1: True, 2: False}


def test_each_warehouse_of_a_channel_shows_what_is_free_for_it() -> None:
    both = offer(pl.concat([free("507", i10=7), free("508", i10=2)]), kept((1, True)), NOTHING_KEPT, ["507", "508"])
    assert both.select("listing_id", "warehouse_ref", "pcs").rows() == [(1, "507", 7), (1, "508", 2)]
    differing = differences(both, pl.concat([shown("507", l1=7), shown("508", l1=9)]))
    assert differing.select("warehouse_ref", "pcs", "shown_pcs").rows() == [("508", 2, 9)]


def test_a_warehouse_without_a_figure_sells_nothing() -> None:
    assert differences(offered("507", l1=0), shown("507", l1=None)).is_empty()
    assert lanes(differences(offered("507", l1=4), shown("507", l1=None))).urgent.is_empty()


def outcome_of(outcome: str, *, pcs: int, before: int | None, after: int | None) -> tuple[str, str | None]:
    differing = differences(offered(l1=pcs), shown(l1=before))
    settled = settle(differing, [answered(outcome, l1=pcs)], shown(l1=after), shows_within_s=0)
    return settled["outcome"][0], settled["reason"][0]


def test_what_is_shown_afterwards_was_taken_whatever_was_answered() -> None:
    assert outcome_of("accepted", pcs=5, before=1, after=5) == ("accepted", None)
    assert outcome_of("unknown", pcs=5, before=1, after=5) == ("accepted", None)
    assert outcome_of("refused", pcs=5, before=1, after=5) == ("accepted", None)


def test_a_success_that_is_not_shown_is_refused() -> None:
    assert outcome_of("accepted", pcs=5, before=1, after=1) == ("refused", "not_shown")
    assert outcome_of("accepted", pcs=5, before=1, after=9) == ("refused", "not_shown")
    assert outcome_of("accepted", pcs=5, before=9, after=None) == ("refused", "not_shown")


def test_a_figure_bought_from_since_was_taken() -> None:
    assert outcome_of("accepted", pcs=5, before=1, after=4) == ("accepted", None)
    assert outcome_of("accepted", pcs=5, before=9, after=0) == ("accepted", None)


def test_an_unknown_outcome_stays_unknown_until_it_is_shown() -> None:
    assert outcome_of("unknown", pcs=5, before=1, after=1) == ("unknown", "channel_rejects")
    assert outcome_of("unsent", pcs=5, before=1, after=4) == ("unsent", "channel_rejects")


def test_a_success_that_is_not_shown_is_pending_where_the_channel_needs_a_while() -> None:
    differing = differences(offered(l1=5), shown(l1=1))
    settled = settle(differing, [answered("accepted", l1=5)], shown(l1=1), shows_within_s=900)
    assert settled.select("outcome", "reason").rows() == [("pending", None)]


def test_a_figure_of_an_earlier_run_is_accepted_when_it_is_seen_at_last() -> None:
    before = sent_before(l1=(5, NOW), l2=(5, NOW))
    assert shown_since(before, shown(l1=5, l2=4)).select("listing_id", "pcs", "outcome").rows() == [(1, 5, "accepted")]
    assert shown_since(before.with_columns(is_open=pl.lit(False)), shown(l1=5)).is_empty()


def test_an_accepted_write_that_vanished_from_the_channel_is_refused() -> None:
    differing = differences(offered(l1=5), shown(l1=1))
    settled = settle(differing, [answered("accepted", l1=5)], shown(), shows_within_s=0)
    assert settled["reason"].to_list() == ["not_shown"]


def test_a_refusal_names_the_code_and_both_figures() -> None:
    differing = differences(offered(l1=5, l2=6), shown(l1=1, l2=1))
    settled = settle(differing, [answered("accepted", l1=5, l2=6)], shown(l1=1, l2=6), shows_within_s=0)
    refused = refusals(settled, differing)
    assert refused.select("entity", "key", "reason").rows() == [("stock", "SKU-1", "not_shown")]
    assert "показывает 1 вместо 5" in refused["sentence"][0]


def test_nothing_refused_is_an_empty_frame_of_the_same_shape() -> None:
    differing = differences(offered(l1=5), shown(l1=1))
    settled = settle(differing, [answered("accepted", l1=5)], shown(l1=5), shows_within_s=0)
    assert (
        refusals(settled, differing).schema
        == refusals(settle(differing, [answered("refused", l1=5)], shown(l1=1), shows_within_s=0), differing).schema
    )
