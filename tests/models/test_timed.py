"""The offer protocol by the clock: each bound is needed, and waiting just as long as it says is enough."""

import pytest

from tests.models.search import explore
from tests.models.timed import Clockwork, Model


@pytest.mark.parametrize("clockwork", [Clockwork(), Clockwork(effective=2, stale=2)], ids=["short", "writes are slow, figures old"])
def test_waiting_as_long_as_the_bounds_say_is_enough(clockwork: Clockwork) -> None:
    model = Model(clockwork)
    seen, trace = explore(model.start(), model.steps, model.fault)
    assert trace is None, " > ".join(trace or [])
    assert seen >= 12_000


@pytest.mark.parametrize(
    "clockwork",
    [
        Clockwork(visible=2, dropped="visible"),
        Clockwork(effective=2, stale=0, dropped="effective"),
        Clockwork(stale=2, dropped="stale"),
        Clockwork(stale=0, restored=2, cancels=1, dropped="restored"),
    ],
    ids=["L", "T", "S", "R"],
)
def test_without_waiting_for_this_bound_a_piece_is_oversold(clockwork: Clockwork) -> None:
    model = Model(clockwork)
    _, trace = explore(model.start(), model.steps, model.fault)
    assert trace is not None
    assert trace[-1] == "OVERSELL"
