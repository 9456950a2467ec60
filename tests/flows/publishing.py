"""A run of listings in a process of its own that is killed between sending and remembering: what `test_listings_killed` starts.

``python -m tests.flows.publishing CHANNEL BOOK``: the process kills itself where the book (``cards`` or ``prices``) would note what became
of what has just left. Settings and Prefect's server are the environment's.
"""

import sys
from typing import Any
from unittest.mock import patch

from adapters.hub.cards import Cards
from adapters.hub.price_figures import PriceFigures
from flows.listings import listings
from tests.flows.dying import die

BOOKS: dict[str, type[Any]] = {"cards": Cards, "prices": PriceFigures}


def main(channel: str, book: str) -> None:
    """Run, and die on the way."""
    with patch.object(BOOKS[book], "note_sent", die):
        listings(channel=channel)


if __name__ == "__main__":
    main(*sys.argv[1:])
