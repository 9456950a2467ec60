"""The gate: what is believed, and what a person must see first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.gate import FeedShape, GateLimits, PriceJump, Shrinkage, decide

LIMITS = GateLimits(zeroed_share=0.5, price_factor=5, shrunk_share=0.3, at_least=20)


def jump(before: int, after: int) -> PriceJump:
    return PriceJump(name="Утюг", price_type="Розничная", before_kopecks=before, after_kopecks=after)


def is_held(**shape: Any) -> bool:
    return decide(FeedShape(**shape), LIMITS).is_held


def test_a_feed_that_does_nothing_passes() -> None:
    assert decide(FeedShape(), LIMITS) == decide(FeedShape(items_in_stock=1000, prices_compared=500), LIMITS)
    assert not is_held()


@pytest.mark.parametrize(("zeroed", "held"), [(50, False), (51, True)])
def test_more_than_the_share_of_the_shop_at_zero_is_held(zeroed: int, held: bool) -> None:
    assert is_held(items_in_stock=100, items_zeroed=zeroed) is held


@pytest.mark.parametrize(("zeroed", "held"), [(19, False), (20, True)])
def test_few_rows_are_never_a_catastrophe(zeroed: int, held: bool) -> None:
    assert is_held(items_in_stock=zeroed, items_zeroed=zeroed) is held
    assert is_held(shrinkages=(Shrinkage(entity="product", before=zeroed, missing=zeroed),)) is held


def test_a_list_of_what_has_just_sold_out_passes_in_a_big_shop() -> None:
    assert not is_held(items_in_stock=1000, items_counted_in_stock=30, items_zeroed=30)


def test_a_part_of_a_full_export_that_is_mostly_zero_is_held() -> None:
    assert is_held(is_full=True, items_in_stock=1000, items_counted_in_stock=30, items_zeroed=30)


def test_what_was_lost_lately_holds_nothing_that_loses_nothing() -> None:
    assert not is_held(items_in_stock=10, items_zeroed_lately=90)
    assert not is_held(shrinkages=(Shrinkage(entity="item", before=10, missing=0, missing_lately=90),))


@pytest.mark.parametrize(("before", "after", "held"), [(100, 500, False), (100, 501, True), (500, 100, False), (501, 100, True)])
def test_a_single_price_beyond_the_factor_is_held_up_or_down(before: int, after: int, held: bool) -> None:
    assert is_held(prices_compared=1000, price_jumps=(jump(before, after),)) is held


def test_the_sentences_say_how_much_of_what_and_name_an_example() -> None:
    verdict = decide(
        FeedShape(
            items_in_stock=900,
            items_zeroed=620,
            zeroed_examples=("Утюг", "Коврик"),
            prices_compared=10,
            price_jumps=(jump(199_000, 1_990), jump(100, 600)),
            shrinkages=(Shrinkage(entity="product", before=100, missing=40),),
        ),
        LIMITS,
    )
    assert verdict.sentences == (
        "Обнулит остаток у 620 предложений из 900, что были в наличии (69%, предел 50%), например: «Утюг», «Коврик».",
        "Изменит цены больше чем в 5 раз: 2 из 10; сильнее всего «Утюг», Розничная: 1\N{NO-BREAK SPACE}990,00 → 19,90.",
        "Уберёт из каталога 40 товаров из 100 (40%, предел 30%).",
    )


def test_a_list_of_jumps_that_was_cut_says_so() -> None:
    (sentence,) = decide(FeedShape(prices_compared=5000, price_jumps=(jump(1, 100),) * 3, has_more_jumps=True), LIMITS).sentences
    assert "не меньше 3 из 5000" in sentence


@given(shop=st.integers(20, 500), cuts=st.lists(st.integers(1, 60), min_size=1, max_size=12), data=st.data())
def test_no_way_to_cut_a_ruin_into_portions_brings_it_past_the_gate(shop: int, cuts: list[int], data: st.DataObject) -> None:
    at_least = data.draw(st.integers(1, 20))
    limits = GateLimits(zeroed_share=0.5, at_least=at_least)
    lost = 0
    for cut in cuts:
        zeroed = min(cut, shop - lost)
        shape = FeedShape(items_in_stock=shop - lost, items_zeroed=zeroed, items_zeroed_lately=lost)
        if not decide(shape, limits).is_held:
            lost += zeroed
    assert lost <= shop * limits.zeroed_share or lost < at_least


@given(before=st.integers(1, 10**9), after=st.integers(1, 10**9))
def test_a_jump_there_is_a_jump_back(before: int, after: int) -> None:
    assert jump(before, after).exceeds(5) is jump(after, before).exceeds(5)


@given(
    zeroed=st.integers(0, 200),
    more=st.integers(0, 100),
    shop=st.integers(0, 400),
)
def test_losing_more_is_never_held_less(zeroed: int, more: int, shop: int) -> None:
    shop = max(shop, zeroed + more)
    assert is_held(items_in_stock=shop, items_zeroed=zeroed) <= is_held(items_in_stock=shop, items_zeroed=zeroed + more)
