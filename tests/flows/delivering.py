"""A run of deliver in a process of its own that is killed on the way: what `test_deliver_killed` starts.

``python -m tests.flows.delivering POINT TARGET``: the process kills itself at one of `POINTS`. Settings and Prefect's server are the
environment's.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from adapters.bitrix24.deals import Bitrix24Deals
from adapters.hub.outbox import Outbox
from adapters.retailcrm.orders import RetailCrmOrders
from flows.deliver import deliver
from tests.flows.dying import die


def dies_after(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step to its end, and then the power cut."""

    def then_dies(*given: Any, **named: Any) -> Any:
        step(*given, **named)
        die()

    return then_dies


POINTS: dict[str, dict[tuple[type[Any], str], Callable[..., Any]]] = {
    "claimed": {(Outbox, "claim"): dies_after(Outbox.claim)},
    "halfway": {(RetailCrmOrders, "put_orders"): die, (Bitrix24Deals, "put_orders"): die},
    "told": {(Outbox, "settle"): die},
    "settled": {(Outbox, "settle"): dies_after(Outbox.settle)},
}
"""Nothing was said yet; a CRM has the buyers and none of the orders; all is said and not written down; all is written down."""


def main(point: str, target: str) -> None:
    """Run, and die on the way."""
    with ExitStack() as deadly:
        for (book, step), instead in POINTS[point].items():
            deadly.enter_context(patch.object(book, step, instead))
        deliver(target=target)


if __name__ == "__main__":
    main(*sys.argv[1:])
