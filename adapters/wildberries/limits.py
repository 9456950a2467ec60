"""Wildberries' limits: token buckets per seller and group of methods, one call below the vendor's burst.

Source: the tables «Лимит запросов» in the operations' descriptions of the vendor's spec (`02-items.yaml`, `03-orders-fbs.yaml`). They are
those of a personal or service token; a base token has a few calls an hour and is refused by `examine`.
"""

from adapters.pace import Limit

# https://dev.wildberries.ru/openapi/api-information: «Получить информацию о продавце».
SELLER_INFO = Limit(name="seller_info", interval_s=60.0, burst=9)

# https://dev.wildberries.ru/openapi/work-with-products: the category «Контент» as a whole, 100 a minute.
CONTENT = Limit(name="content", interval_s=0.6, burst=4)
CARDS_UPLOAD = Limit(name="cards_upload", interval_s=6.0, burst=4)
CARDS_UPDATE = Limit(name="cards_update", interval_s=6.0, burst=4)
CARDS_ERRORS = Limit(name="cards_errors", interval_s=6.0, burst=4)
MEDIA = Limit(name="media", interval_s=0.6, burst=4)

# The category «Цены и скидки» as a whole, 10 in 6 s.
PRICES = Limit(name="prices", interval_s=0.6, burst=4)

# 300 a minute each; an answer 4XX counts for ten calls (since 2026-06-04).
STOCKS = Limit(name="stocks", interval_s=0.2, burst=19, refusal_cost=10)
WAREHOUSES = Limit(name="warehouses", interval_s=0.2, burst=19, refusal_cost=10)

# https://dev.wildberries.ru/openapi/orders-fbs: tasks, supplies, passes and settings of automatic returns together.
ORDERS = Limit(name="orders", interval_s=0.2, burst=19, refusal_cost=10)
CANCELS = Limit(name="orders_cancel", interval_s=0.6, burst=19, refusal_cost=10)
"""PATCH /api/v3/orders/{orderId}/cancel has a bucket of its own: 100 a minute."""

# https://dev.wildberries.ru/openapi/reports: the report of goods that come back, once a minute.
GOODS_RETURN = Limit(name="goods_return", interval_s=60.0, burst=9)
