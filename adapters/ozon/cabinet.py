"""An Ozon cabinet with everything it can do."""

from adapters.ozon.account import OzonAccount
from adapters.ozon.limits import PAUSE_S
from adapters.ozon.prices import OzonPrices
from adapters.ozon.returns import OzonReturns
from adapters.ozon.shipping import OzonShipping


class OzonCabinet(OzonAccount, OzonPrices, OzonShipping, OzonReturns):
    """A cabinet as a channel: `adapters.capabilities.Channel`. Ozon names no delay of a figure that it took."""

    pause_s = PAUSE_S
    shows_within_s = 0.0
