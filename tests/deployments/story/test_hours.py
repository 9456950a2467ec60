from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from deployments.story.goods import CHANNELS, make_shelf
from deployments.story.hours import FLASH_BEGINS_S, FLASH_LASTS_S, HOUR_S, Hour, hour_of, make_plan, make_script
from deployments.world.demand import Wish, wishes

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEDS = range(50)


def wished(seed: int, hour: Hour) -> list[Wish]:
    ends_at = NOON + timedelta(seconds=HOUR_S)
    return list(takewhile(lambda wish: wish.at < ends_at, wishes(make_plan(seed, hour, make_shelf(seed)), NOON)))


def pieces(seed: int, hour: Hour) -> float:
    """Wanted for each piece that there is."""
    shelf = make_shelf(seed)
    return sum(shelf.taken(wish.sku, wish.pcs).total() for wish in wished(seed, hour)) / sum(shelf.pcs.values())


@pytest.mark.parametrize("hour", ["promo", "flash", "broken"])
def test_twice_as_much_is_wanted_as_there_is_in_every_hour_of_a_promotion(hour: Hour) -> None:
    assert min(pieces(seed, hour) for seed in SEEDS) >= 2


def test_a_quiet_hour_wants_less_than_there_is() -> None:
    assert max(pieces(seed, "quiet") for seed in SEEDS) < 0.7


def test_most_buyers_of_a_flash_come_within_its_minutes() -> None:
    begins_at = NOON + timedelta(seconds=FLASH_BEGINS_S)
    for seed in SEEDS[::10]:
        came = wished(seed, "flash")
        within = [wish for wish in came if begins_at <= wish.at < begins_at + timedelta(seconds=FLASH_LASTS_S)]
        assert len(within) > 0.75 * len(came)
        hot = Counter(wish.sku for wish in within).most_common(len(make_shelf(seed).goods) // 3 + 1)
        assert sum(number for _, number in hot) > 0.9 * len(within)


def test_channels_are_wanted_in_their_order() -> None:
    counted = Counter(wish.channel for seed in SEEDS[::5] for wish in wished(seed, "promo"))
    assert [channel for channel, _ in counted.most_common()] == list(CHANNELS)


def test_kinds_take_turns() -> None:
    assert Counter(map(hour_of, range(50))) == {"quiet": 17, "promo": 17, "flash": 16}


def test_only_the_broken_hour_breaks_bounds_and_it_waits_for_what_is_late() -> None:
    shelf = make_shelf(1)
    assert not make_script(1, "promo", shelf).is_broken
    assert make_script(1, "broken", shelf).is_broken
    assert make_script(1, "broken", shelf).aftermath_s > make_script(1, "promo", shelf).aftermath_s


def test_a_seed_is_always_the_same_shop_and_another_one_is_not() -> None:
    assert make_shelf(7) == make_shelf(7)
    assert make_shelf(7) != make_shelf(8)


def test_sets_share_their_parts_and_are_sold_everywhere() -> None:
    shelf = make_shelf(3)
    sets = [good for good in shelf.goods.values() if good.is_set]
    assert all(good.channels == CHANNELS for good in sets)
    shared = [set(one.parts) & set(other.parts) for one in sets for other in sets if one.sku < other.sku]
    assert sum(map(bool, shared)) >= 2


def test_a_set_makes_as_many_as_its_scarcest_part() -> None:
    shelf = make_shelf(3)
    family = next(good for good in shelf.goods.values() if 2 in good.parts.values())
    once, twice = sorted(family.parts, key=family.parts.__getitem__)
    assert shelf.makes(family.sku, {once: 9, twice: 5}) == 2
    assert shelf.makes(family.sku, {once: 1, twice: 5}) == 1
    assert shelf.makes(family.sku, {once: 9, twice: -1}) == 0
