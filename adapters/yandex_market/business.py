"""A Yandex Market business with everything it can do."""

from adapters.yandex_market.account import YandexMarketAccount
from adapters.yandex_market.catalog import YandexMarketCatalog
from adapters.yandex_market.parts import YandexMarketParts
from adapters.yandex_market.prices import YandexMarketPrices
from adapters.yandex_market.returns import YandexMarketReturns
from adapters.yandex_market.stock import YandexMarketStock


class YandexBusiness(
    YandexMarketCatalog, YandexMarketPrices, YandexMarketStock, YandexMarketParts, YandexMarketReturns, YandexMarketAccount
):
    """A business as a channel: `adapters.capabilities.Channel`."""
