"""Opening the hub that the settings name."""

from adapters.hub.hub import Hub
from adapters.settings import Settings


def open_hub(settings: Settings) -> Hub:
    """The hub of this shop, on the shop's clock; use it as a context manager.

    Raises:
        Misconfigured: no database is named and none is running.
    """
    return Hub(settings.hub_url(), clock=settings.shop_clock())
