"""What a look says of how late a write was: only what is certain is measured, because an alarm stands on it."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from adapters.hub.offer_rows import Held
from adapters.hub.offer_step import Step, Told
from tasks.rules.offer import Offer, Withdrawn, Write
from tests.adapters.hub.shop import OURS
from tests.adapters.hub.told import BOUNDS

LEFT_AT = OURS
LOOKED_BEFORE_S, LOOKED_S = 40, 100


def at(seconds: float) -> Any:
    return LEFT_AT + timedelta(seconds=seconds)


def looked(*, before_pcs: int, open_pcs: int = 0, withdrawn: tuple[Withdrawn, ...] = ()) -> list[float]:
    """A listing of 1 was told 3 and shows 3; the read-back before that is ``before_pcs``."""
    write = Write(pcs=3, made_at=at(-1), leave_by_at=LEFT_AT, sent_at=LEFT_AT)
    offer = Offer(exposed_pcs=4, exposed_before_pcs=1, write=write, alive_until_at=at(BOUNDS.effective_s), withdrawn=withdrawn)
    one = Held(
        key=(1, "1"), sku="i", account="exposure:wb:1:1", shelves={7: [(7, "main")]}, everywhere={7: [(7, "main")]}, recipe={7: 1}, exposure={(7, "main"): 4}, offer=offer,
        phase="open", version=2, moved_at=LEFT_AT, frozen_for=None, target_pcs=3, yields=False, open_pcs=open_pcs, given_pcs=0,
    )  # fmt: skip
    told = Told(channel="wb", bounds=BOUNDS, places_of={"1": None})
    step = Step(told=told, now=at(LOOKED_S), pools={(7, "main"): 0}, poll_began_at=None, connecting=Counter())
    row = {
        "shown_pcs": 3,
        "reserved_pcs": 0,
        "before_pcs": before_pcs,
        "read_at": at(LOOKED_BEFORE_S),
        "may_write": True,
        "may_freeze": True,
    }
    step.take(one, row, at(LOOKED_S), at(LOOKED_S))
    return step.effective_s


def test_a_write_that_the_read_back_before_did_not_show_took_until_then_at_least() -> None:
    assert looked(before_pcs=1) == [LOOKED_BEFORE_S - BOUNDS.stale_s]


def test_a_write_seen_at_once_was_not_late() -> None:
    assert looked(before_pcs=3) == [0.0]


@pytest.mark.parametrize(
    "back",
    [{"open_pcs": 2}, {"withdrawn": (Withdrawn(pcs=2, learned_at=at(-2)),)}],
    ids=["an order that is cancelled there and not here yet", "a cancellation"],
)
def test_pieces_that_may_have_come_back_prove_no_lateness(back: dict[str, Any]) -> None:
    assert looked(before_pcs=1, **back) == [0.0]
