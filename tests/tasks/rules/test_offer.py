"""The steps of the offer protocol until a write is over, one by one; what they come to together is explored in `tests/models`."""

from dataclasses import replace

import pytest
from hypothesis import given

from tasks.rules.offer import (
    LEAVES_WITHIN,
    Offer,
    Wish,
    connect,
    decide,
    exposure_account,
    leave,
    left,
    may_leave,
    may_write,
    read,
    withdraw,
    write,
)
from tests.tasks.rules.offering import (
    BOUNDS,
    EFFECTIVE,
    NOW,
    SECOND,
    STRIDE,
    at,
    offers,
    pieces,
    reading,
    settled_offers,
    wishes,
    written,
)

LEAVES_S = LEAVES_WITHIN / SECOND


def wish(target_pcs: int, *, pool_pcs: int = 0, shown_pcs: int | None = 0, moves_s: float | None = None, yields: bool = False) -> Wish:
    moves_at = None if moves_s is None else at(moves_s)
    return Wish(target_pcs=target_pcs, pool_pcs=pool_pcs, shown_pcs=shown_pcs, moves_at=moves_at, yields=yields)


def wanted(offer: Offer, wished: Wish) -> int | None:
    return decide(offer, wished, NOW, STRIDE)


def test_an_exposure_has_an_account_of_its_own_per_channel_listing_and_warehouse() -> None:
    accounts = {exposure_account(*key) for key in [("wb", 1, "a"), ("ozon", 1, "a"), ("wb", 2, "a"), ("wb", 1, "b")]}
    assert len(accounts) == 4


def test_a_listing_that_sold_before_us_begins_with_all_it_shows_and_keeps() -> None:
    offer = connect(reading(3, reserved_pcs=2))
    assert offer.exposed_pcs == 5
    assert offer.is_connecting
    assert not may_write(offer, 1, 100)


@pytest.mark.parametrize(
    ("wished", "figure"),
    [
        (wish(5, pool_pcs=9), 5),
        (wish(5, pool_pcs=3), 3),
        (wish(5, pool_pcs=0), None),
        (wish(5, pool_pcs=-2), None),
        (wish(8, pool_pcs=20, shown_pcs=4), 8),
        (wish(8, pool_pcs=4, shown_pcs=4), None),
        (wish(11, pool_pcs=20, shown_pcs=10), None),
        (wish(13, pool_pcs=20, shown_pcs=10), 13),
        (wish(5, pool_pcs=9, shown_pcs=5), None),
        (wish(4, pool_pcs=9, shown_pcs=10), 4),
        (wish(4, pool_pcs=3, shown_pcs=10), 0),
        (wish(9, pool_pcs=9, shown_pcs=10), None),
        (wish(9, pool_pcs=0, shown_pcs=10, yields=True), 0),
        (wish(9, pool_pcs=0, shown_pcs=10, moves_s=1, yields=True), None),
        (wish(10, pool_pcs=0, shown_pcs=10, yields=True), None),
        (wish(11, pool_pcs=20, shown_pcs=10, yields=True), None),
        (wish(0, pool_pcs=9, shown_pcs=10), 0),
        (wish(-1, pool_pcs=9, shown_pcs=10), 0),
        (wish(0, shown_pcs=0), None),
        (wish(0, shown_pcs=None), 0),
        (wish(5, pool_pcs=9, shown_pcs=None), 5),
        (wish(5, pool_pcs=0, shown_pcs=None), 0),
        (wish(5, pool_pcs=9, moves_s=1), None),
        (wish(5, pool_pcs=9, moves_s=0), 5),
        (wish(0, shown_pcs=10, moves_s=1), 0),
    ],
)
def test_what_is_written_to_a_settled_listing(wished: Wish, figure: int | None) -> None:
    assert wanted(Offer(exposed_pcs=wished.shown_pcs or 0), wished) == figure


def test_a_zero_that_is_shown_is_written_again_while_the_write_it_overtakes_may_still_arrive() -> None:
    assert wanted(written(3), wish(0, shown_pcs=0)) == 0
    assert wanted(write(written(3), 0, NOW, BOUNDS), wish(0, shown_pcs=0)) is None


def test_a_zero_that_is_not_shown_yet_is_written_again() -> None:
    assert wanted(write(Offer(exposed_pcs=3), 0, NOW, BOUNDS), wish(0, shown_pcs=3)) == 0


@given(offers, wishes)
def test_nothing_but_a_freeze_is_wanted_of_an_unsettled_listing(offer: Offer, wished: Wish) -> None:
    if offer.write is not None or offer.alive_until_at is not None or offer.is_connecting:
        assert wanted(offer, wished) in (None, 0)


@given(offers, wishes)
def test_whatever_is_wanted_may_be_written(offer: Offer, wished: Wish) -> None:
    figure = wanted(offer, wished)
    assert figure is None or may_write(offer, figure, wished.pool_pcs)


@given(offers, wishes)
def test_a_listing_that_should_sell_is_frozen_only_to_shrink_without_a_pool(offer: Offer, wished: Wish) -> None:
    if wanted(offer, wished) == 0 and wished.target_pcs > 0:
        assert wished.pool_pcs < wished.target_pcs
        assert wished.shown_pcs is None or wished.shown_pcs > wished.target_pcs


@given(offers, wishes)
def test_no_more_is_written_than_is_wished_for_and_free(offer: Offer, wished: Wish) -> None:
    figure = wanted(offer, wished) or 0
    assert figure <= max(0, wished.target_pcs)
    assert figure <= max(0, wished.pool_pcs)


@given(offers, pieces)
def test_a_freeze_is_always_allowed(offer: Offer, owed: int) -> None:
    assert may_write(offer, 0, -owed)


def test_a_positive_figure_needs_all_of_its_pieces_free_and_nothing_under_way() -> None:
    assert may_write(Offer(exposed_pcs=7), 3, 3)
    assert not may_write(Offer(exposed_pcs=7), 3, 2)
    assert not may_write(written(1), 1, 100)
    assert not may_write(write(Offer(exposed_pcs=1), 0, NOW, BOUNDS), 1, 100)


def test_a_withdrawn_freeze_leaves_alive_what_it_overtook() -> None:
    offer = withdraw(write(written(2), 0, NOW, BOUNDS))
    assert offer.write is None
    assert offer.exposed_pcs == 2
    assert not may_write(offer, 1, 100)
    assert wanted(offer, wish(5, pool_pcs=9)) is None


def test_a_write_is_set_aside_whole_before_it_leaves() -> None:
    offer = write(replace(Offer(exposed_pcs=4), reading=reading(4)), 3, NOW, BOUNDS)
    assert offer.exposed_pcs == 7
    assert offer.exposed_before_pcs == 4
    assert offer.reading is None
    assert offer.alive_until_at == at(LEAVES_S + EFFECTIVE)


def test_a_freeze_costs_nothing_and_what_it_overtakes_lives_on() -> None:
    before = written(3)
    offer = write(before, 0, at(5), BOUNDS)
    assert offer.exposed_pcs == before.exposed_pcs
    assert offer.alive_until_at == before.alive_until_at


def test_a_freeze_keeps_the_reading_that_was_made_before_it() -> None:
    offer = read(Offer(exposed_pcs=4), reading(4), BOUNDS)
    assert write(offer, 0, at(5), BOUNDS).reading == reading(4)


def test_a_positive_write_leaves_once_and_in_time() -> None:
    offer = write(Offer(), 3, NOW, BOUNDS)
    assert may_leave(offer, at(LEAVES_S))
    assert not may_leave(offer, at(LEAVES_S + 1))
    assert not may_leave(leave(offer, NOW, BOUNDS), NOW)


def test_a_zero_leaves_as_often_as_it_likes() -> None:
    offer = leave(write(Offer(), 0, NOW, BOUNDS), NOW, BOUNDS)
    assert may_leave(offer, at(10 * LEAVES_S))


def test_what_was_never_written_never_leaves() -> None:
    assert not may_leave(Offer(), NOW)
    assert left(Offer(exposed_pcs=2), NOW, BOUNDS) == Offer(exposed_pcs=2)
    with pytest.raises(ValueError, match="no write"):
        leave(Offer(), NOW, BOUNDS)


def test_a_call_that_began_late_may_be_kept_waiting_by_the_pace() -> None:
    offer = leave(write(Offer(), 3, NOW, BOUNDS), at(LEAVES_S), BOUNDS)
    assert offer.alive_until_at == at(2 * LEAVES_S + EFFECTIVE)


@pytest.mark.parametrize("ended_s", [1, LEAVES_S + 50])
def test_a_write_lives_from_the_end_of_its_call_whenever_that_was(ended_s: float) -> None:
    offer = left(written(3), at(ended_s), BOUNDS)
    assert offer.alive_until_at == at(ended_s + EFFECTIVE)


def test_the_end_of_a_freezes_call_does_not_end_the_write_it_overtook() -> None:
    before = written(3)
    assert left(leave(write(before, 0, NOW, BOUNDS), NOW, BOUNDS), at(1), BOUNDS).alive_until_at == before.alive_until_at


@given(settled_offers, pieces.filter(bool))
def test_withdrawing_undoes_a_write_exactly(offer: Offer, pcs: int) -> None:
    undone = withdraw(write(offer, pcs, NOW, BOUNDS))
    assert replace(undone, exposed_before_pcs=0) == offer


@given(offers)
def test_withdrawing_never_gives_back_more_than_is_left(offer: Offer) -> None:
    assert 0 <= withdraw(offer).exposed_pcs <= offer.exposed_pcs
