"""DESIGN §4 at checkout, explored exhaustively: nobody pays for a piece that another paid for, and no piece is kept for nobody."""

import pytest

from tests.models.holds import Checkout, Holds, is_routine
from tests.models.search import explore, stranded

TWO_BUYERS = Checkout(pieces=(1,), wanted=(((0, 1),), ((0, 1),)))
CARTS = Checkout(pieces=(1, 1), wanted=(((0, 1), (1, 1)), ((1, 1), (0, 1)), ((0, 1),)))
MORE = Checkout(pieces=(2, 1), wanted=(((0, 2),), ((0, 1), (1, 1)), ((0, 1),), ((1, 1),)))


@pytest.mark.parametrize(
    ("checkout", "states"), [(TWO_BUYERS, 30), (CARTS, 150), (MORE, 1_200)], ids=["two buyers", "carts in opposite order", "four buyers"]
)
def test_nobody_pays_for_a_piece_that_another_paid_for(checkout: Checkout, states: int) -> None:
    model = Holds(checkout)
    seen, trace = explore(model.start(), model.steps, model.fault)
    assert trace is None, " > ".join(trace or [])
    assert seen >= states


@pytest.mark.parametrize("checkout", [TWO_BUYERS, CARTS], ids=["two buyers", "carts in opposite order"])
def test_no_piece_is_kept_for_a_buyer_who_is_gone(checkout: Checkout) -> None:
    model = Holds(checkout)
    assert stranded(model.start(), model.steps, model.is_good, is_routine)[1] is None


@pytest.mark.parametrize(
    "rule",
    [
        "money after a granted commit",
        "an expired hold takes again",
        "reconciled only when the order would have been seen",
        "the whole cart or nothing",
    ],
)
def test_without_this_rule_a_piece_is_paid_for_twice(rule: str) -> None:
    model = Holds(CARTS, dropped=rule)
    _, trace = explore(model.start(), model.steps, model.fault)
    assert trace is not None
    assert trace[-1] == "OVERSELL"


def test_a_commit_whose_answer_was_lost_keeps_its_piece_for_ever_unless_it_is_reconciled_away() -> None:
    model = Holds(TWO_BUYERS, dropped="a commit without an order is reconciled away")
    assert stranded(model.start(), model.steps, model.is_good, is_routine)[1] is not None
