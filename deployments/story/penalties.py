"""What Ozon charges for orders that the shop takes back, by its published bands (`tasks.rules.penalties`).

An hour is not a fortnight: the index of the hour, cancelled by the shop over all orders, stands for the index of the last 14 days. Above 40
per cent the account may be blocked as well.
"""

from collections.abc import Iterable
from decimal import Decimal

from tasks.rules.penalties import Penalties

KOPECKS = 100


def penalties_roubles(cancelled: Iterable[int], orders: int) -> int:
    """What the cancelled orders, given by their prices in roubles, cost out of so many orders in all."""
    prices = list(cancelled)
    if not prices:
        return 0
    ozon = Penalties().ozon.model_copy(update={"index_percent": Decimal(len(prices) * 100) / orders})
    return (sum(ozon.kopecks(price * KOPECKS) for price in prices) + KOPECKS // 2) // KOPECKS
