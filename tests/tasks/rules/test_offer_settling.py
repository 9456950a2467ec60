"""What a read-back, a poll and cancellations settle, and what somebody else wrote; together they are explored in `tests/models`."""

from dataclasses import replace

import pytest
from hypothesis import given

from tasks.rules.offer import (
    Offer,
    Reading,
    Withdrawn,
    adopt,
    is_edited,
    read,
    returning_pcs,
    settle,
    settled_pcs,
    shows_write,
    was_ignored,
    write,
)
from tests.tasks.rules.offering import (
    BOUNDS,
    EFFECTIVE,
    NOW,
    RESTORED,
    STALE,
    VISIBLE,
    at,
    offers,
    over,
    pieces,
    reading,
    readings,
    settled,
    written,
)


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
    proves = offer.exposed_pcs == 0 or shows_write(offer, seen, BOUNDS)
    if offer.alive_until_at is not None and seen.began_at < offer.alive_until_at and not proves:
        assert settled(replace(offer, reading=seen), poll_s=10_000) is None


def test_a_write_that_is_sold_out_to_orders_we_know_has_had_its_effect() -> None:
    sold_out = read(replace(over(3, exposed_pcs=1), exposed_pcs=0), reading(0, STALE), BOUNDS)
    assert settled(sold_out, poll_s=STALE + 1 + VISIBLE - 1) is None
    assert settled(sold_out, poll_s=STALE + 1 + VISIBLE) == 0
    assert settled(replace(sold_out, exposed_pcs=1), poll_s=STALE + 1 + VISIBLE) is None, "a cancellation took the proof away"


@pytest.mark.parametrize(("pcs", "is_ignored"), [(1, True), (2, False)])
def test_a_write_of_which_more_comes_back_than_there_was_before_was_ignored(pcs: int, *, is_ignored: bool) -> None:
    assert was_ignored(over(3, exposed_pcs=2), pcs + 1) is is_ignored
    assert not was_ignored(Offer(exposed_pcs=9), 0)


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
