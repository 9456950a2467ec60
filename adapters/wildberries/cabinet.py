"""A Wildberries cabinet with everything it can do."""

from adapters.wildberries.account import WildberriesAccount
from adapters.wildberries.catalog import WildberriesCatalog
from adapters.wildberries.prices import WildberriesPrices
from adapters.wildberries.returns import WildberriesReturns
from adapters.wildberries.supplies import WildberriesSupplies


class WildberriesCabinet(WildberriesCatalog, WildberriesPrices, WildberriesAccount, WildberriesSupplies, WildberriesReturns):
    """A cabinet as a channel: `adapters.capabilities.Channel`."""
