"""The steps of the offer protocol, one by one; what they come to together is explored in `tests/models`."""

from dataclasses import replace

import pytest
from hypothesis import given

from tasks.rules.offer import (
    LEAVES_WITHIN,
    Offer,
    Reading,
    Wish,
    Withdrawn,
    adopt,
    connect,
    decide,
    exposure_account,
    is_edited,
    leave,
    left,
    may_leave,
    may_write,
    read,
    returning_pcs,
    settle,
    settled_pcs,
    shows_write,
    withdraw,
    write,
)
from tests.tasks.rules.offering import (
    BOUNDS,
    EFFECTIVE,
    NOW,
    RESTORED,
    SECOND,
    STALE,
    STRIDE,
    VISIBLE,
    at,
    offers,
    pieces,
    reading,
    readings,
    settled_offers,
    wishes,
)

LEAVES_S = LEAVES_WITHIN / SECOND


def wish(target_pcs: int, *, pool_pcs: int = 0, shown_pcs: int | None = 0, moves_s: float | None = None) -> Wish:
    return Wish(target_pcs=target_pcs, pool_pcs=pool_pcs, shown_pcs=shown_pcs, moves_at=None if moves_s is None else at(moves_s))


def wanted(offer: Offer, wished: Wish) -> int | None:
    return decide(offer, wished, NOW, STRIDE)


def written(pcs: int, *, exposed_pcs: int = 0) -> Offer:
    """A positive figure that was set aside now and left at once."""
    return leave(write(Offer(exposed_pcs=exposed_pcs), pcs, NOW, BOUNDS), NOW, BOUNDS)


def over(pcs: int, *, exposed_pcs: int = 0) -> Offer:
    """The same, its call over; it is dead at `EFFECTIVE`."""
    return left(written(pcs, exposed_pcs=exposed_pcs), NOW, BOUNDS)


def settled(offer: Offer, *, poll_s: float, known_open_pcs: int = 0) -> int | None:
    return settled_pcs(offer, poll_began_at=at(poll_s), known_open_pcs=known_open_pcs, bounds=BOUNDS)


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


def test_a_read_back_is_kept_from_s_after_the_last_write_is_dead() -> None:
    offer = over(3)
    assert read(offer, reading(0, EFFECTIVE + STALE - 1), BOUNDS).reading is None
    assert read(offer, reading(0, EFFECTIVE + STALE), BOUNDS).reading == reading(0, EFFECTIVE + STALE)


def test_the_first_read_back_that_counts_is_kept_until_a_poll_follows() -> None:
    offer = read(read(Offer(), reading(2), BOUNDS), reading(1, 5), BOUNDS)
    assert offer.reading == reading(2)


def test_a_read_back_that_shows_more_than_there_was_proves_the_write() -> None:
    offer = read(over(3, exposed_pcs=1), reading(2, STALE), BOUNDS)
    assert settled(offer, poll_s=STALE + 1 + VISIBLE) == 2


@pytest.mark.parametrize(("shown", "began_s"), [(1, STALE), (2, STALE - 1)], ids=["no more than before", "begun too soon"])
def test_a_read_back_that_proves_nothing_is_not_kept(shown: int, began_s: float) -> None:
    assert read(over(3, exposed_pcs=1), reading(shown, began_s), BOUNDS).reading is None


def test_a_cancellation_learned_since_the_write_may_be_what_a_read_back_shows() -> None:
    offer = replace(over(3, exposed_pcs=1), withdrawn=(Withdrawn(pcs=1, learned_at=NOW),))
    assert not shows_write(offer, reading(2, STALE), BOUNDS)
    assert shows_write(offer, reading(3, STALE), BOUNDS)


def test_a_cancellation_learned_before_the_write_is_in_the_exposure_already() -> None:
    offer = replace(over(3, exposed_pcs=1), withdrawn=(Withdrawn(pcs=1, learned_at=at(-1)),))
    assert shows_write(offer, reading(2, STALE), BOUNDS)


def test_a_proof_that_a_cancellation_takes_away_again_settles_nothing() -> None:
    offer = read(over(3, exposed_pcs=1), reading(2, STALE), BOUNDS)
    told = replace(offer, exposed_pcs=offer.exposed_pcs + 1, withdrawn=(Withdrawn(pcs=1, learned_at=at(STALE + 5)),))
    assert settled(told, poll_s=STALE + 1 + VISIBLE) is None
    later = reading(2, EFFECTIVE + STALE)
    assert read(told, later, BOUNDS).reading == later


@pytest.mark.parametrize("offer", [Offer(), write(Offer(), 3, NOW, BOUNDS), write(written(3), 0, NOW, BOUNDS)])
def test_only_a_positive_write_that_left_can_be_shown(offer: Offer) -> None:
    assert not shows_write(offer, reading(9, 1_000), BOUNDS)


def test_nothing_is_settled_without_a_reading_or_a_poll() -> None:
    assert settled(Offer(exposed_pcs=3), poll_s=1_000) is None
    assert settled_pcs(read(Offer(), reading(3), BOUNDS), poll_began_at=None, known_open_pcs=0, bounds=BOUNDS) is None


def test_a_poll_must_begin_l_after_the_reading_was_over() -> None:
    offer = read(Offer(exposed_pcs=5), reading(3, took_s=4), BOUNDS)
    assert settled(offer, poll_s=4 + VISIBLE - 1) is None
    assert settled(offer, poll_s=4 + VISIBLE) == 3


@pytest.mark.parametrize(("known_open_pcs", "pcs"), [(0, 5), (1, 4), (2, 3), (7, 3)])
def test_pieces_kept_for_no_order_we_know_may_still_be_sold(known_open_pcs: int, pcs: int) -> None:
    offer = read(Offer(exposed_pcs=9), reading(3, reserved_pcs=2), BOUNDS)
    assert settled(offer, poll_s=1_000, known_open_pcs=known_open_pcs) == pcs


@pytest.mark.parametrize(
    ("learned_s", "pcs"),
    [(5, 2), (0, 2), (-RESTORED, 2), (-RESTORED - STALE, 2), (-RESTORED - STALE - 1, 0)],
    ids=["since", "at once", "R is just over", "an old figure may not show it", "over"],
)
def test_a_cancelled_piece_may_come_back_until_r_is_over_even_in_an_old_figure(learned_s: float, pcs: int) -> None:
    assert returning_pcs([Withdrawn(pcs=2, learned_at=at(learned_s))], NOW, BOUNDS) == pcs


def test_pieces_that_may_come_back_stay_exposed() -> None:
    offer = replace(read(Offer(exposed_pcs=9), reading(3), BOUNDS), withdrawn=(Withdrawn(pcs=2, learned_at=at(5)),))
    assert settled(offer, poll_s=1_000) == 5


@given(offers, pieces)
def test_settling_never_raises_the_exposure_and_leaves_nothing_under_way(offer: Offer, pcs: int) -> None:
    after = settle(offer, pcs)
    assert after.exposed_pcs == min(offer.exposed_pcs, pcs)
    assert (after.write, after.alive_until_at, after.reading, after.is_connecting) == (None, None, None, False)


@given(offers, readings)
def test_reading_moves_no_pieces(offer: Offer, seen: Reading) -> None:
    assert read(offer, seen, BOUNDS).exposed_pcs == offer.exposed_pcs


@given(offers, readings)
def test_a_reading_made_while_a_write_may_still_arrive_settles_nothing_without_a_proof(offer: Offer, seen: Reading) -> None:
    if offer.alive_until_at is not None and seen.began_at < offer.alive_until_at and not shows_write(offer, seen, BOUNDS):
        assert settled(replace(offer, reading=seen), poll_s=10_000) is None


def test_more_than_was_ever_given_was_written_by_somebody_else() -> None:
    assert is_edited(Offer(exposed_pcs=3), reading(4), given_pcs=0)
    assert not is_edited(Offer(exposed_pcs=3), reading(3), given_pcs=0)
    assert not is_edited(Offer(exposed_pcs=3), reading(4), given_pcs=1)


def test_a_figure_of_somebody_else_is_added_and_the_listing_connected_anew() -> None:
    offer = adopt(read(Offer(exposed_pcs=3), reading(3), BOUNDS), reading(10))
    assert offer.exposed_pcs == 13
    assert offer.is_connecting
    assert offer.reading is None
    assert not is_edited(offer, reading(10), given_pcs=0)


def test_a_figure_of_somebody_else_proves_no_write() -> None:
    offer = adopt(over(3, exposed_pcs=1), reading(10, STALE))
    assert not shows_write(offer, reading(10, STALE + 1), BOUNDS)
