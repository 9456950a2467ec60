"""A process that records one feed and stops for its watcher at a point it was told: what `test_killed` starts and kills.

``python -m tests.adapters.hub.recording URL FEED_ID SEED [PORTION]``: before the portion of that number it says so on its standard
output and waits until somebody answers on its standard input.
"""

import random
import sys
from collections.abc import Iterator

from adapters.clock import Clock
from adapters.hub.hub import Hub
from tests.adapters.hub.export import Onec, barcode, count, frame, offer, price, product, recipe, refused
from validation.quarantine import NONE_REFUSED, Judged

ITEMS = 1200
IN_PORTION = 300
SAID = {"is_changes_only": False}


def portions(seed: int) -> Iterator[tuple[str, Judged]]:
    """A full export that changes, adds, removes, repeats and breaks something of every kind; the same for the same seed."""
    chance = random.Random(seed)
    for start in range(0, ITEMS, IN_PORTION):
        refs = [f"ref{n}" for n in range(start, start + IN_PORTION) if chance.random() < 0.97]
        rows = {
            "product": [product(ref, f"Утюг {seed}", article=f"А{chance.randrange(ITEMS * 3)}") for ref in refs],
            "offer": [offer(f"{ref}#{side}", f"Утюг {side}") for ref in refs for side in "ab"],
            "barcode": [barcode(f"{ref}#a", ean13(chance.randrange(ITEMS))) for ref in refs],
            "price": [price(f"{ref}#{side}", 100_000 + chance.randrange(9_000)) for ref in refs for side in "ab"],
            "count": [count(f"{ref}#a", 3 + chance.randrange(9), place, is_whole=True) for ref in refs for place in ("north", "south")],
            "recipe": [recipe(f"{refs[0]}#b", f"{ref}#a") for ref in refs[1 : 3 + seed % 2]],
        }
        for kind, listed in rows.items():
            bad = refused("price", f"bad{start}|retail", "price_is_positive", seed=str(seed)) if kind == "price" else NONE_REFUSED
            yield kind, Judged(frame(kind, listed), bad)


def ean13(number: int) -> str:
    """A barcode with its check digit."""
    digits = f"{460000000000 + number}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def stopping(parts: Iterator[tuple[str, Judged]], at: int) -> Iterator[tuple[str, Judged]]:
    """The same portions; before one of them the process waits for its watcher."""
    for n, part in enumerate(parts):
        if n == at:
            print("here", flush=True)
            sys.stdin.readline()
        yield part


def main(url: str, feed_id: str, seed: str, at: str = "-1") -> None:
    """Record the feed."""
    with Hub(url, clock=Clock()) as hub:
        onec = Onec(hub)
        onec.record(onec.inbox.feed(int(feed_id)), stopping(portions(int(seed)), int(at)), **SAID)


if __name__ == "__main__":
    main(*sys.argv[1:])
