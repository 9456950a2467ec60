"""A process that records orders, for the tests to kill: ``python -m tests.adapters.hub.order_recorder URL``."""

import sys

import polars as pl

from adapters.clock import Clock
from adapters.hub.hub import Hub
from tests.adapters.hub.order_shop import OrderShop, report


def frame() -> pl.DataFrame:
    """One new order, one that is cancelled in part."""
    return pl.concat([report("1", {"iron": 1}), report("2", {"iron": 2})])


if __name__ == "__main__":
    with Hub(sys.argv[1], clock=Clock()) as hub:
        OrderShop(hub).record(frame())
