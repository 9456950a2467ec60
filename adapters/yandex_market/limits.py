"""Yandex Market's limits, from ``x-resource-limit-config`` and ``parallel-limit-value`` of its specification.

Those of a shop are kept per campaign, the others per business. Rows are counted where the specification counts rows; of an answer's rows
those asked for. https://yandex.ru/dev/market/partner-api/doc/ru/concepts/limits
"""

from dataclasses import replace

from adapters.pace import Limit

# 4 parallel calls per business or campaign; one is left to what is rarely called and not counted here, lest its hour be everybody's.
BUSINESS = Limit(name="business", parallel=3)
CAMPAIGN = Limit(name="campaign", parallel=3)

# getBusinessOrders has a value of its own: 6.
ORDERS_PARALLEL = Limit(name="orders under way", parallel=5)
ORDERS = Limit.per_window("getBusinessOrders", 10_000, 3600, burst=500)
STATUSES_SENT = Limit.per_window("updateOrderStatuses", 10_000, 3600, burst=500)
RETURNS_READ = Limit.per_window("getReturns", 5000, 3600, burst=200)
BOXES = Limit.per_window("setOrderBoxLayout", 10_000, 3600, burst=500)
LABELS = Limit.per_window("generateOrderLabels", 10_000, 3600, burst=500)
EXTERNAL_IDS = Limit.per_window("updateExternalOrderId", 1000, 3600, burst=100)

OFFERS_READ = Limit.per_window("getOfferMappings", 100, 60, burst=10)
CARDS_READ = Limit.per_window("getOfferCardsContentStatus", 100, 60, burst=10)
OFFERS_SENT = Limit.per_window("updateOfferMappings", 5000, 60, burst=500)

PRICES_READ = Limit.per_window("getDefaultPrices", 5000, 60, burst=500)
PRICES_SENT = Limit.per_window("updateBusinessPrices", 10_000, 60, burst=1000)
SHOP_PRICES_READ = Limit.per_window("getPricesByOfferIds", 10_000, 60, burst=1000)
SHOP_PRICES_SENT = Limit.per_window("updatePrices", 10_000, 60, burst=1000)
QUARANTINE_READ = Limit.per_window("getBusinessQuarantineOffers", 5000, 60, burst=100)
SHOP_QUARANTINE_READ = Limit.per_window("getCampaignQuarantineOffers", 5000, 60, burst=100)

STOCK_READ = Limit.per_window("getStocksOnPartnerWarehouses", 500, 60, burst=240)
STOCK_SENT = Limit.per_window("updateStocksOnPartnerWarehouses", 50, 60, burst=15)
SHOP_STOCK_READ = Limit.per_window("getStocks", 100_000, 60, burst=20_000)
SHOP_STOCK_SENT = Limit.per_window("updateStocks", 100_000, 60, burst=20_000)

WAREHOUSES = Limit.per_window("getPartnerWarehouses", 100, 3600, burst=50)
GROUPED_WAREHOUSES = Limit.per_window("getPagedWarehouses", 100, 3600, burst=50)
CAMPAIGNS = Limit.per_window("getCampaigns", 1000, 3600, burst=100)
TOKEN = Limit.per_window("getAuthTokenInfo", 100, 3600, burst=50)
SETTINGS = Limit.per_window("getBusinessSettings", 100, 3600, burst=50)


def of_business(limit: Limit, cost: int = 1) -> dict[Limit, int]:
    """What a call on the whole business counts for."""
    return {BUSINESS: 1, limit: cost}


def of_campaign(campaign_ref: str, limit: Limit, cost: int = 1) -> dict[Limit, int]:
    """What a call on one shop counts for."""
    return {replace(one, name=f"{one.name} {campaign_ref}"): worth for one, worth in ((CAMPAIGN, 1), (limit, cost))}
