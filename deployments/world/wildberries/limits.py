"""Wildberries' limits: one token bucket per seller and group of methods, as the tables in the operations' descriptions say."""

import re
from dataclasses import dataclass

MARKET_PENALTY = 10.0


@dataclass(frozen=True, kw_only=True)
class Group:
    """Methods that share a bucket: one call per ``interval_s``, ``burst`` at once.

    ``base`` is the same pair for a base token, where the vendor's table has a line of its own for it; an answer 4XX counts as
    ``penalty`` calls.
    """

    name: str
    interval_s: float
    burst: int
    base: tuple[float, int] | None = None
    penalty: float = 1.0

    def pace(self, *, is_base: bool) -> tuple[float, int]:
        """Interval and burst for a token."""
        return self.base if is_base and self.base else (self.interval_s, self.burst)


HOUR_S = 3600.0
HALF_HOURLY = (HOUR_S / 2, 1)

PING = Group(name="ping", interval_s=10, burst=3)
SELLER_INFO = Group(name="seller_info", interval_s=60, burst=10, base=(24 * HOUR_S, 1))
CONTENT = Group(name="content", interval_s=0.6, burst=5)
DIRECTORY = Group(name="content_directory", interval_s=0.6, burst=5, base=HALF_HOURLY)
MEDIA = Group(name="content_media", interval_s=0.6, burst=5, base=HALF_HOURLY)
CARDS_LIST = Group(name="cards_list", interval_s=0.6, burst=5)
CARDS_ERRORS = Group(name="cards_errors", interval_s=6, burst=5)
CARDS_UPLOAD = Group(name="cards_upload", interval_s=6, burst=5)
CARDS_ADD = Group(name="cards_add", interval_s=6, burst=5, base=(2 * HOUR_S, 1))
CARDS_UPDATE = Group(name="cards_update", interval_s=6, burst=5)
PRICES = Group(name="prices", interval_s=0.6, burst=5, base=(HOUR_S / 4, 1))
STOCKS = Group(name="stocks", interval_s=0.2, burst=20, penalty=MARKET_PENALTY)
STOCKS_DELETE = Group(name="stocks_delete", interval_s=6, burst=2)
WAREHOUSES = Group(name="warehouses", interval_s=0.2, burst=20, penalty=MARKET_PENALTY)
ORDERS = Group(name="orders", interval_s=0.2, burst=20, penalty=MARKET_PENALTY)
GOODS_RETURN = Group(name="goods_return", interval_s=60, burst=10, base=HALF_HOURLY)
ORDERS_CANCEL = Group(name="orders_cancel", interval_s=0.6, burst=20, penalty=MARKET_PENALTY)

GROUPS: tuple[tuple[str, str, Group], ...] = (
    ("GET", r"/common-api/api/v1/seller-info", SELLER_INFO),
    ("GET", r"/seller-analytics-api/api/v1/analytics/goods-return", GOODS_RETURN),
    ("POST", r"/content-api/content/v2/cards/upload", CARDS_UPLOAD),
    ("POST", r"/content-api/content/v2/cards/upload/add", CARDS_ADD),
    ("POST", r"/content-api/content/v2/cards/update", CARDS_UPDATE),
    ("POST", r"/content-api/content/v2/cards/error/list", CARDS_ERRORS),
    ("POST", r"/content-api/content/v2/get/cards/list", CARDS_LIST),
    ("GET", r"/content-api/content/v2/directory/(colors|kinds|seasons|vat)", DIRECTORY),
    ("POST", r"/content-api/content/v3/media/.*", MEDIA),
    (".*", r"/content-api/.*", CONTENT),
    (".*", r"/discounts-prices-api/.*", PRICES),
    ("DELETE", r"/marketplace-api/api/v3/stocks/.*", STOCKS_DELETE),
    ("PUT|POST", r"/marketplace-api/api/v3/stocks/.*", STOCKS),
    (".*", r"/marketplace-api/api/v3/warehouses.*", WAREHOUSES),
    ("PATCH", r"/marketplace-api/api/v3/orders/[^/]+/cancel", ORDERS_CANCEL),
    (".*", r"/marketplace-api/.*", ORDERS),
)


def group_of(method: str, path: str) -> Group | None:
    """The group that counts the call; ``path`` begins with the service."""
    if path.endswith("/ping"):
        return PING
    return next((group for methods, paths, group in GROUPS if re.fullmatch(methods, method) and re.fullmatch(paths, path)), None)
