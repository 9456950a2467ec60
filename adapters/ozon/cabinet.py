"""An Ozon cabinet with everything it can do."""

from adapters.ozon.account import OzonAccount
from adapters.ozon.limits import PAUSE_S
from adapters.ozon.parts import OzonParts
from adapters.ozon.prices import OzonPrices
from adapters.ozon.returns import OzonReturns


class OzonCabinet(OzonAccount, OzonPrices, OzonParts, OzonReturns):
    """A cabinet as a channel: `adapters.capabilities.Channel`. Ozon names no delay of a figure that it took."""

    pause_s = PAUSE_S
    shows_within_s = 0.0
