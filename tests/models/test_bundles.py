"""DESIGN §4 of listings that share parts, explored exhaustively."""

import pytest

from tests.models.bundles import Bundles, Shop
from tests.models.markets import ONE_CANCELLED, SHOPS, SHOPS_NEEDED
from tests.models.offers import is_routine
from tests.models.search import explore, stranded


@pytest.mark.parametrize(("shop", "states"), SHOPS.values(), ids=SHOPS.keys())
def test_no_part_is_oversold(shop: Shop, states: int) -> None:
    model = Bundles(shop)
    seen, trace = explore(model.start(), model.steps, model.fault)
    assert trace is None, " > ".join(trace or [])
    assert seen >= states


@pytest.mark.parametrize(("rule", "needed"), SHOPS_NEEDED.items(), ids=SHOPS_NEEDED.keys())
def test_without_this_rule_a_part_is_oversold(rule: str, needed: tuple[Shop, str]) -> None:
    shop, fault = needed
    with_all, without = Bundles(shop), Bundles(shop, dropped=rule)
    assert explore(with_all.start(), with_all.steps, with_all.fault)[1] is None
    _, trace = explore(without.start(), without.steps, without.fault)
    assert trace is not None
    assert trace[-1] == fault


LINES = Shop(pieces=(1, 1), recipes=((1, 1),), luck=ONE_CANCELLED, loses_lines=True)


def test_no_part_of_an_order_that_lost_a_line_is_stranded() -> None:
    model = Bundles(LINES)
    assert stranded(model.start(), model.steps, model.is_good, is_routine)[1] is None


def test_a_part_is_stranded_where_settling_goes_by_whole_bundles_only() -> None:
    model = Bundles(LINES, dropped="every part settles")
    assert stranded(model.start(), model.steps, model.is_good, is_routine)[1] is not None
