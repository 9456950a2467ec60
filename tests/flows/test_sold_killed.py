"""The shop killed with -9 again and again in the middle of the hour: nothing is sold twice, nothing lost or doubled after it began anew."""

import random
import threading
from pathlib import Path

import pytest

from deployments.processes import await_until
from tests.flows.hour import opened_hour
from tests.flows.hour_truth import (
    agrees_with_record,
    comes_to_rest,
    nobody_was_alarmed,
    nothing_is_lost_or_doubled,
    nothing_is_stranded,
    nothing_was_sold_twice,
)
from tests.flows.test_worst_hour import HOUR_S, SLOW_MACHINE, SPEED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20260303
LIVES_S = (0.1, 3.0)
"""Real seconds after its doors opened."""
OPENS_WITHIN_S = 30.0


def test_the_shop_killed_again_and_again_in_the_hour_sells_nothing_twice(database_url: str, tmp_path: Path) -> None:
    dice, pause = random.Random(SEED), threading.Event()
    with opened_hour(database_url=database_url, folder=tmp_path, seed=SEED, speed=SPEED, is_killed=True) as hour:
        hour.opens()
        crowds = hour.lasts(HOUR_S)
        while any(crowd.is_alive() for crowd in crowds):
            assert await_until(lambda: hour.shop.is_open, timeout_s=OPENS_WITHIN_S)
            pause.wait(dice.uniform(*LIVES_S))
            hour.shop.kill()
        for crowd in crowds:
            crowd.join()
        hour.ends()
        if not hour.pulse.held_bounds:
            pytest.skip(f"{SLOW_MACHINE} (it kept a caller waiting for {hour.pulse.worst_s:.0f} s of the shop's clock)")
        comes_to_rest(hour)
        agrees_with_record(hour)
        nothing_was_sold_twice(hour)
        nothing_is_lost_or_doubled(hour)
        nothing_is_stranded(hour)
        nobody_was_alarmed(hour)
        assert hour.shop.deaths >= 4
