from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.clock import Clock
from adapters.ozon import limits, paths
from adapters.ozon.cabinet import OzonCabinet
from adapters.pace import Limit, LocalPace
from tests.adapters.ozon.frames import cards, listings, prices, stock
from tests.adapters.ozon.vendor import Vendor


class Counted(LocalPace):
    """Writes down what each call counted for."""

    def __init__(self) -> None:
        super().__init__("Ozon", clock=Clock())
        self.turns: list[set[str]] = []

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        self.turns.append({limit.name for limit in limits})
        yield


def counted(vendor: Vendor, path: str, answer: Any, call: str, *frames: Any) -> set[str]:
    pace = Counted()
    vendor.says(path, answer)
    getattr(vendor.cabinet(pace=pace), call)(*frames)
    (turn,) = pace.turns
    return turn


def test_every_call_counts_for_the_limits_that_it_spends(vendor: Vendor) -> None:
    rows: dict[str, Any] = {"result": []}
    assert counted(vendor, paths.SET_STOCKS, rows, "send_stock", stock(listings(A=1), 5)) == {"all", "stocks"}
    assert counted(vendor, paths.SET_PRICES, rows, "send_prices", prices(listings(A=1), 5)) == {"prices"}
    assert counted(vendor, paths.IMPORT, {"result": {"task_id": 1}}, "send_cards", cards({})) == {"cards"}
    assert counted(vendor, paths.PRODUCTS, {"items": []}, "find_listings", ["A"]) == {"all"}


def most_in(limit: Limit, seconds: float) -> float:
    """Calls that may leave in so many seconds, however they are laid."""
    return limit.burst + seconds / limit.interval_s


def test_together_no_more_than_fifty_calls_leave_in_a_second() -> None:
    assert sum(most_in(limit, 1.0) for limit in (limits.ALL, limits.CARDS, limits.PRICES)) <= 50


def test_no_more_than_eighty_stock_calls_leave_in_a_minute_and_hardly_fewer() -> None:
    assert 79 <= most_in(limits.STOCKS, 60.0) <= 80


def test_a_pair_waits_longer_than_ozons_thirty_seconds() -> None:
    assert OzonCabinet.pause_s > 30
