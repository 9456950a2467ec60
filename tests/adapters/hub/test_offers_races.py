"""Everybody who moves offers and pieces at once, on real connections: nobody waits for another for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import polars as pl
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.offers import Told
from adapters.hub.quotas import Quotas
from tests.adapters.hub.shop import minute
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.told import BOUNDS, Book

ROUNDS = 12
MANY = 40


def test_senders_targets_counts_and_buyers_at_once_never_stand_in_each_others_way(database_url: str) -> None:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        book = Book(hub, clock)
        items = [book.stock(20, ref=f"item{number}") for number in range(MANY)]
        listings = [book.offer(item, f"sku{item}") for item in items]
        ozon = [_on_ozon(book, item) for item in items]
        book.connected(dict.fromkeys(listings, 1))

        def sends(number: int) -> None:
            turn = listings[number:] + listings[:number]
            book.wants(turn[0], number % 7)
            figures = book.look(dict.fromkeys(turn, 1)).figures
            book.answered(book.offers.leave(book.told, figures), "unsent")

        def sends_elsewhere(number: int) -> None:
            began_at, there = clock.now(), Told(channel="ozon", bounds=BOUNDS, places_of={"2": None})
            rows = [(one, "2", number % 3, 0, True, True) for one in reversed(ozon)]
            columns = ["listing_id", "warehouse_ref", "shown_pcs", "reserved_pcs", "may_write", "may_freeze"]
            book.offers.advance(there, pl.DataFrame(rows, schema=columns, orient="row"), began_at=began_at, ended_at=clock.now())

        def allocates(number: int) -> None:
            turn = listings[::-1] + ozon if number % 2 else ozon[::-1] + listings
            rows = [(one, "2" if one in ozon else "1", (one + number) % 5, 0, "share") for one in turn]
            columns = ["listing_id", "warehouse_ref", "target_pcs", "direct_pcs", "rule"]
            Quotas(hub).set_targets(pl.DataFrame(rows, schema=columns, orient="row"), movement_id=number)

        def counts(number: int) -> None:
            book.count(dict.fromkeys(items[:: 1 if number % 2 else -1], 20 + number % 3), formed_at=minute(number))
            book.ledger.post_counts()

        def reserves(number: int) -> None:
            book.ask(f"cart{number}", {f"site{item}": 1 for item in (items[number % MANY], items[-1 - number % MANY])})

        for item in items:
            book.list_on("site", item, f"site{item}")
        _at_once([sends, sends_elsewhere, allocates, allocates, counts, reserves])
        book.assert_conserved()


def _on_ozon(book: Book, item_id: int) -> int:
    book.list_on("ozon", item_id, f"ozon{item_id}")
    with book.hub.engine.begin() as connection:
        found = connection.execute(text("select listing_id from listing where channel = 'ozon' and item_id = :item"), {"item": item_id})
        listing_id = int(found.scalar_one())
    row = [(listing_id, "2", f"[[{item_id}, 1]]", "")]
    book.offers.open("ozon", pl.DataFrame(row, schema=["listing_id", "warehouse_ref", "recipe", "promotion"], orient="row"))
    return listing_id


def _at_once(acts: list[Callable[[int], None]]) -> None:
    """Each act again and again in a thread of its own; what any of them raises is raised."""

    def repeat(act: Callable[[int], None]) -> None:
        for number in range(ROUNDS):
            act(number)

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(repeat, acts))
