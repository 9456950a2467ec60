"""Who may call an operation and how often, from the specification's ``x-auth-scopes`` and ``x-resource-limit-config``."""

from dataclasses import dataclass

MINUTE = 60
HOUR = 3600

PARALLEL = 4

_ALL_READ = ("ALL_METHODS", "ALL_METHODS_READ_ONLY")
_ANY = (
    *_ALL_READ,
    "SETTINGS_MANAGEMENT",
    "FINANCE_AND_ACCOUNTING",
    "OFFERS_AND_CARDS_MANAGEMENT",
    "OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY",
    "PRICING",
    "PRICING_READ_ONLY",
    "INVENTORY_AND_ORDER_PROCESSING",
    "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY",
    "PROMOTION",
    "PROMOTION_READ_ONLY",
    "COMMUNICATION",
    "SUPPLIES_MANAGEMENT_READ_ONLY",
)
_READS_OFFERS = (*_ALL_READ, "OFFERS_AND_CARDS_MANAGEMENT", "OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY")
_WRITES_OFFERS = ("ALL_METHODS", "OFFERS_AND_CARDS_MANAGEMENT")
_READS_PRICES = (*_ALL_READ, "PRICING", "PRICING_READ_ONLY")
_WRITES_PRICES = ("ALL_METHODS", "PRICING")
_READS_WAREHOUSES = (*_ALL_READ, "INVENTORY_AND_ORDER_PROCESSING", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY")
_READS_BUSINESS_ORDERS = (*_READS_WAREHOUSES, "FINANCE_AND_ACCOUNTING")
_READS_CAMPAIGN_ORDERS = (*_READS_BUSINESS_ORDERS, "COMMUNICATION")
_WRITES_ORDERS = ("ALL_METHODS", "INVENTORY_AND_ORDER_PROCESSING")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """An operation of the API.

    ``counts`` is what the limit counts: ``resp`` for the call, ``req.<list>`` for its rows, ``resp.<list>`` for the answer's.
    ``own_parallel`` is a limit of parallel calls of its own, beside the entity's.
    """

    amount: int
    period_s: int
    scopes: tuple[str, ...]
    counts: str = "resp"
    own_parallel: int | None = None


OPERATIONS = {
    "getAuthTokenInfo": Operation(amount=100, period_s=HOUR, scopes=_ANY),
    "getCampaigns": Operation(amount=1000, period_s=HOUR, scopes=_ANY),
    "getCampaign": Operation(amount=5000, period_s=HOUR, scopes=_ANY),
    "getCampaignSettings": Operation(amount=1000, period_s=HOUR, scopes=_ANY),
    "getBusinessSettings": Operation(amount=100, period_s=HOUR, scopes=_ANY),
    "getCategoriesTree": Operation(amount=50, period_s=HOUR, scopes=_ANY),
    "getPagedWarehouses": Operation(amount=100, period_s=HOUR, scopes=_READS_WAREHOUSES),
    "getPartnerWarehouses": Operation(amount=100, period_s=HOUR, scopes=_READS_WAREHOUSES),
    "getOfferMappings": Operation(amount=100, period_s=MINUTE, scopes=_READS_OFFERS),
    "updateOfferMappings": Operation(amount=5000, period_s=MINUTE, scopes=_WRITES_OFFERS, counts="req.offerMappings"),
    "getOfferCardsContentStatus": Operation(amount=100, period_s=MINUTE, scopes=_READS_OFFERS),
    "updateBusinessPrices": Operation(amount=10_000, period_s=MINUTE, scopes=_WRITES_PRICES, counts="req.offers"),
    "updatePrices": Operation(amount=10_000, period_s=MINUTE, scopes=_WRITES_PRICES, counts="req.offers", own_parallel=12),
    "getDefaultPrices": Operation(amount=5000, period_s=MINUTE, scopes=_READS_PRICES, counts="resp.result.offers"),
    "getPricesByOfferIds": Operation(amount=10_000, period_s=MINUTE, scopes=_READS_PRICES, counts="resp.result.offers"),
    "getBusinessQuarantineOffers": Operation(amount=5000, period_s=MINUTE, scopes=_READS_PRICES),
    "confirmBusinessPrices": Operation(amount=5000, period_s=MINUTE, scopes=_WRITES_PRICES, counts="req.offerIds"),
    "updateStocksOnPartnerWarehouses": Operation(amount=50, period_s=MINUTE, scopes=_WRITES_OFFERS),
    "getStocksOnPartnerWarehouses": Operation(amount=500, period_s=MINUTE, scopes=_READS_OFFERS),
    "updateStocks": Operation(amount=100_000, period_s=MINUTE, scopes=_WRITES_OFFERS, counts="req.skus"),
    "getStocks": Operation(amount=100_000, period_s=MINUTE, scopes=_READS_OFFERS, counts="resp.result.warehouses.offers.offerId"),
    "getBusinessOrders": Operation(amount=10_000, period_s=HOUR, scopes=_READS_BUSINESS_ORDERS, own_parallel=6),
    "getOrders": Operation(amount=10_000, period_s=HOUR, scopes=_READS_CAMPAIGN_ORDERS, own_parallel=6),
    "getReturns": Operation(amount=5000, period_s=HOUR, scopes=_READS_WAREHOUSES),
    "getOrder": Operation(amount=10_000, period_s=HOUR, scopes=_READS_CAMPAIGN_ORDERS, own_parallel=6),
    "setOrderBoxLayout": Operation(amount=10_000, period_s=HOUR, scopes=_WRITES_ORDERS),
    "generateOrderLabels": Operation(amount=10_000, period_s=HOUR, scopes=_WRITES_ORDERS),
    "updateOrderStatus": Operation(amount=10_000, period_s=HOUR, scopes=_WRITES_ORDERS),
    "updateExternalOrderId": Operation(amount=1000, period_s=HOUR, scopes=_WRITES_ORDERS),
    "updateOrderStatuses": Operation(amount=10_000, period_s=HOUR, scopes=_WRITES_ORDERS, counts="resp.result.orders"),
}

CLOSED_WHILE_MOVING = frozenset({"updateOfferMappings", "updateBusinessPrices", "updatePrices", "confirmBusinessPrices"})
