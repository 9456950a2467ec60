"""A Wildberries cabinet with everything it can do."""

from adapters.wildberries.account import WildberriesAccount
from adapters.wildberries.catalog import WildberriesCatalog
from adapters.wildberries.labels import WildberriesLabels
from adapters.wildberries.prices import WildberriesPrices
from adapters.wildberries.returns import WildberriesReturns


class WildberriesCabinet(WildberriesCatalog, WildberriesPrices, WildberriesAccount, WildberriesLabels, WildberriesReturns):
    """A cabinet as a channel: `adapters.capabilities.Channel`."""
