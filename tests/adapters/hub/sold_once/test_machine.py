"""Whatever happens in whatever order, while the bounds hold no piece is sold twice, and in the end none is stranded."""

import pytest

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.play import play

EXAMPLES, STEPS = 25, 50


@pytest.mark.timeout(900)
def test_no_piece_is_sold_twice_and_none_is_stranded(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        play(hub, examples=EXAMPLES, steps=STEPS)
