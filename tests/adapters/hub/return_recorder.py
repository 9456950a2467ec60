"""A process that records returns, for the tests to kill: ``python -m tests.adapters.hub.return_recorder URL``."""

import sys

import polars as pl

from adapters.clock import Clock
from adapters.hub.hub import Hub
from tests.adapters.hub.return_shop import ReturnShop, brought


def frame() -> pl.DataFrame:
    """One that is good, one that is broken, one too many."""
    return pl.concat([brought("a"), brought("b", condition="defect", decision="write_off"), brought("c")])


if __name__ == "__main__":
    with Hub(sys.argv[1], clock=Clock()) as hub:
        ReturnShop(hub).written(frame())
