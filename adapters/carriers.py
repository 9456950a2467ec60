"""Carriers by their settings. The only place that knows which adapter a kind of carrier needs."""

import httpx

from adapters.capabilities import Carrier
from adapters.carrier_settings import CarrierSettings
from adapters.cdek.account import Cdek
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace


def open_carrier(settings: CarrierSettings, *, hub: Hub, transport: httpx.BaseTransport | None = None) -> Carrier:
    """The carrier behind these settings, at the pace that all processes with its account keep; close it by leaving its ``with`` block.

    Args:
        settings: of the carrier.
        hub: the memory, and the clock.
        transport: how calls travel, where it is not the network itself.
    """
    return Cdek(
        url=settings.url,
        account=settings.account,
        secret=settings.secret,
        terms=settings,
        timeout_s=settings.timeout_s,
        clock=hub.clock,
        pace=HubPace(hub, f"cdek:{settings.account}", system="СДЭК"),
        transport=transport,
    )
