from dataclasses import replace
from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from deployments.story.databases import fresh_database
from deployments.story.door import story_settings
from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.story.hours import Script
from deployments.story.mirror import play_mirror
from deployments.story.past import begin
from deployments.story.run import Played
from deployments.story.stage import opened_stage
from deployments.world.demand import DAY_S, Demand, Plan

pytestmark = pytest.mark.slow

IRON = Good(sku="IRON", name="Утюг", roubles=1000, channels=CHANNELS, parts={"IRON": 1})
BOARD = Good(sku="BOARD", name="Доска", roubles=2000, channels=CHANNELS, parts={"BOARD": 1})
KIT = Good(sku="KIT", name="Набор", roubles=2700, channels=CHANNELS, parts={"IRON": 1, "BOARD": 1})
SHELF = Shelf(goods={good.sku: good for good in (IRON, BOARD, KIT)}, pcs={"IRON": 4, "BOARD": 30})


def rush(seed: int) -> Script:
    """Eight minutes in which every channel has a buyer of the few irons each minute."""
    demand = tuple(
        Demand(channel=channel, sku=sku, per_day=DAY_S / seconds) for channel in CHANNELS for sku, seconds in (("IRON", 60), ("KIT", 240))
    )
    return Script(hour="flash", plan=Plan(seed=seed, demand=demand), lasts_s=480, aftermath_s=300)


def mirrored(server: tuple[str, str], work: Path, script: Script, *, shelf: Shelf = SHELF) -> Played:
    with (
        fresh_database(server[0], template=server[1]) as database,
        opened_stage(shelf, seed=script.plan.seed) as stage,
        Hub(database, clock=stage.clock) as hub,
    ):
        begin(stage)
        return play_mirror(stage, hub, story_settings(stage, work, asks=False), script)


@pytest.fixture
def server(server_url: str, template_database: str) -> tuple[str, str]:
    return server_url, template_database


def test_one_number_on_all_channels_is_oversold_in_a_rush_and_taken_back(server: tuple[str, str], tmp_path: Path) -> None:
    played = mirrored(server, tmp_path, rush(1))
    outcome = played.outcome
    assert outcome.oversold_pcs > 0
    assert 0 < outcome.cancelled_orders <= outcome.oversold_pcs
    assert min(played.looks[-1].left.values()) >= 0
    assert outcome.known_everywhere_s > 0


def test_the_same_seed_is_the_same_hour(server: tuple[str, str], tmp_path: Path) -> None:
    first, second = (mirrored(server, tmp_path, rush(2)) for _ in range(2))
    assert first.outcome == second.outcome
    assert first.looks == second.looks


def test_with_plenty_on_the_shelf_nothing_is_oversold_and_nobody_refused(server: tuple[str, str], tmp_path: Path) -> None:
    plenty = replace(SHELF, pcs={"IRON": 500, "BOARD": 500})
    outcome = mirrored(server, tmp_path, rush(3), shelf=plenty).outcome
    assert outcome.orders > 20
    assert (outcome.oversold_pcs, outcome.cancelled_orders, outcome.refused_buyers, outcome.sold_share) == (0, 0, 0, 1.0)
