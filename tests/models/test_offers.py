"""DESIGN §4 explored exhaustively: with every rule nothing is oversold or stranded; without any one of them it is."""

from collections.abc import Iterator
from functools import cache

import pytest

from tests.models.markets import EDITED, LIVE, MARKETS, NEEDED
from tests.models.offers import Model, is_routine
from tests.models.search import explore, stranded
from tests.models.told import Luck, Market, State, pool


@cache
def is_safe(market: Market) -> bool:
    model = Model(market)
    return explore(model.start(), model.steps, model.fault)[1] is None


@pytest.mark.parametrize(("market", "states"), MARKETS.values(), ids=MARKETS.keys())
def test_nothing_is_oversold_and_every_exposure_is_enough(market: Market, states: int) -> None:
    model = Model(market)
    seen, trace = explore(model.start(), model.steps, model.fault)
    assert trace is None, " > ".join(trace or [])
    assert seen >= states


@pytest.mark.parametrize(("rule", "market", "steps"), [(rule, *needed) for rule, needed in NEEDED.items()], ids=NEEDED.keys())
def test_without_this_rule_the_same_market_is_oversold(rule: str, market: Market, steps: int) -> None:
    without = Model(market, dropped=rule)
    assert is_safe(market)
    _, trace = explore(without.start(), without.steps, without.oversold)
    assert trace is not None
    assert trace[-1] == "OVERSELL"
    assert len(trace) - 1 == steps, " > ".join(trace)


@pytest.mark.parametrize(("market", "states"), LIVE.values(), ids=LIVE.keys())
def test_what_is_wished_for_can_always_be_shown_again(market: Market, states: int) -> None:
    model = Model(market)
    seen, trace = stranded(model.start(), model.steps, model.is_good, is_routine)
    assert trace is None, " > ".join(trace or [])
    assert seen >= states


def test_an_edited_figure_is_covered_once_it_was_read_back() -> None:
    model = Model(EDITED)
    seen, trace = explore(model.start(), model.steps, model.uncovered)
    assert trace is None, " > ".join(trace or [])
    assert seen >= 1_500


@pytest.mark.parametrize("rule", ["what was edited is added", "an edit is no proof"])
def test_without_this_rule_an_edited_figure_is_not_covered(rule: str) -> None:
    model = Model(EDITED, dropped=rule)
    assert explore(model.start(), model.steps, model.uncovered)[1] is not None


def test_sales_between_an_edit_and_its_read_back_are_what_only_an_alarm_can_answer() -> None:
    market = Market(pieces=3, has_site=False, luck=Luck(edits=1), sides=EDITED.sides, sells_while_edited=True)
    model = Model(market)
    _, trace = explore(model.start(), model.steps, model.uncovered)
    assert trace is not None
    assert trace[-1] == "EXPOSURE TOO SMALL"


def test_nothing_is_written_out_of_a_pool_below_zero_but_zeros() -> None:
    model = Model(Market(pieces=2, luck=Luck(shrinks=2)))
    below = []

    def steps(state: State) -> Iterator[tuple[str, State]]:
        for label, new in model.steps(state):
            if pool(state) < 0 and label.startswith("write"):
                below.append(label)
            yield label, new

    assert explore(model.start(), steps, model.fault)[1] is None
    assert set(below) == {"write 0"}


def test_a_pool_below_zero_comes_back_or_nothing_is_exposed() -> None:
    model = Model(Market(pieces=2, luck=Luck(shrinks=1)))

    def is_good(state: State) -> bool:
        return pool(state) >= 0 or not any(side.hub.exposed for side in state.sides)

    assert stranded(model.start(), model.steps, is_good, is_routine)[1] is None
