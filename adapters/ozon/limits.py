"""How often an Ozon account may be called.

All methods together: 50 calls a second per Client-Id (https://docs.ozon.ru/api/seller/#tag/Process). They are shared out between three
limits, because an answer "too often" to cards or prices may ask for minutes, or for silence until the night (``Item-Retry-After``), and
that must not hold back stock and orders.
"""

from adapters.pace import Limit

ALL = Limit.per_window("all", 40, 1.0, burst=5)
CARDS = Limit.per_window("cards", 5, 1.0)
PRICES = Limit.per_window("prices", 5, 1.0)

# https://docs.ozon.ru/api/seller/#operation/ProductAPI_ProductsStocksV2: 80 calls a minute
STOCKS = Limit.per_window("stocks", 80, 60.0)

PAUSE_S = 31.0
"""One pair of product and warehouse: a figure every 30 s, by Ozon's clock and not ours (the same page)."""
