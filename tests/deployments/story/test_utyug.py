from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.hub.quarantine import Quarantine
from deployments.story.databases import fresh_database
from deployments.story.door import story_settings
from deployments.story.hours import Script
from deployments.story.past import begin
from deployments.story.run import Played
from deployments.story.stage import Stage, opened_stage
from deployments.story.utyug import play_utyug
from tests.deployments.story.test_mirror import SHELF, rush

pytestmark = pytest.mark.slow


@pytest.fixture
def server(server_url: str, template_database: str) -> tuple[str, str]:
    return server_url, template_database


@contextmanager
def opened(server: tuple[str, str], seed: int) -> Iterator[tuple[Stage, Hub]]:
    with (
        fresh_database(server[0], template=server[1]) as database,
        opened_stage(SHELF, seed=seed) as stage,
        Hub(database, clock=stage.clock) as hub,
    ):
        begin(stage)
        yield stage, hub


def sold(stage: Stage, hub: Hub, work: Path, script: Script) -> Played:
    return play_utyug(stage, hub, story_settings(stage, work, asks=True), script)


def test_in_the_rush_that_a_mirror_oversells_no_piece_is_sold_twice_and_nobody_is_told_of_anything(
    server: tuple[str, str], tmp_path: Path
) -> None:
    with opened(server, 1) as (stage, hub):
        played = sold(stage, hub, tmp_path, rush(1))
        assert played.outcome.oversold_pcs == 0
        assert played.outcome.sold_pcs >= SHELF.pcs["IRON"] - 1
        assert played.outcome.refused_buyers > 0
        assert played.alarms == []
        assert Quarantine(hub).list().is_empty(), "a figure that a channel shows within its bound is no refusal"
        assert Ledger(hub).check_conservation().is_empty()


def test_a_channel_that_shows_no_figure_is_told_of_when_its_writes_come_to_rest_and_the_others_sell(
    server: tuple[str, str], tmp_path: Path
) -> None:
    with opened(server, 2) as (stage, hub):
        stage.order("wb", "POST", "/faults", {"kind": "lie", "method": "PUT", "path": "/api/v3/stocks/", "times": None})
        played = sold(stage, hub, tmp_path, rush(2))
        assert played.outcome.oversold_pcs == 0
        assert played.outcome.sold_pcs > 0
        refused = Quarantine(hub).list().select("source", "reason").unique().rows()
        assert refused == [("wb", "not_shown")]
