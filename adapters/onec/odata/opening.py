"""A base of 1C by OData, as the settings name it."""

import httpx

from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.settings import OdataSettings


def open_odata(settings: OdataSettings, *, hub: Hub, transport: httpx.BaseTransport | None = None) -> OnecOdata:
    """The base behind these settings, never asked by more calls at once than all processes together may; close it by leaving its ``with``.

    Args:
        settings: of the base.
        hub: the memory, and the clock.
        transport: how calls travel, where it is not the network itself.
    """
    return OnecOdata(settings=settings, clock=hub.clock, pace=HubPace(hub, f"onec:{settings.url}", system="1С"), transport=transport)
