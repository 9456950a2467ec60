"""What Ozon charges for orders that the shop takes back, by its published bands.

Source: https://docs.ozon.com/global/en/commissions/ozon-fees/fines (Ozon's own page on the error index of orders shipped by the seller, as
stored and read on 2026-11-22; it bears no date). Two assumptions, because an hour is not a fortnight and the tariffs of a Russian contract
stand in the cabinet only: the index of the hour, cancelled by the shop over all orders, stands for the index of the last 14 days; and the
bands of that page hold for FBS under a Russian contract too.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

BANDS: tuple[tuple[Decimal, Decimal], ...] = (
    (Decimal(4), Decimal(0)),
    (Decimal(10), Decimal(3)),
    (Decimal(20), Decimal(6)),
    (Decimal(100), Decimal(9)),
)
"""Up to an index in percent, percent of the price of each cancelled order. Above 40 the account may be blocked as well."""
MOST_ROUBLES = Decimal(1500)
"""For one order."""


def penalties_roubles(cancelled: Iterable[int], orders: int) -> int:
    """What the cancelled orders, given by their prices in roubles, cost out of so many orders in all."""
    prices = list(cancelled)
    if not prices:
        return 0
    index = Decimal(len(prices) * 100) / orders
    percent = next(percent for up_to, percent in BANDS if index <= up_to)
    charged = sum((min(MOST_ROUBLES, price * percent / 100) for price in prices), Decimal(0))
    return int(charged.quantize(Decimal(1), rounding=ROUND_HALF_UP))
