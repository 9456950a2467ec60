"""CRMs by their settings. The only place that knows which adapter a kind of CRM needs."""

import httpx

from adapters.bitrix24.account import Bitrix24
from adapters.capabilities import Crm
from adapters.crm_settings import Bitrix24Settings, CrmSettings, RetailCrmSettings
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.retailcrm.account import RetailCrm


def open_crm(settings: CrmSettings, *, hub: Hub, transport: httpx.BaseTransport | None = None) -> Crm:
    """The CRM behind these settings, at the pace that all processes with its account keep; close it by leaving its ``with`` block.

    Args:
        settings: of the CRM.
        hub: the memory, and the clock.
        transport: how calls travel, where it is not the network itself.
    """
    match settings:
        case RetailCrmSettings():
            return RetailCrm(
                url=settings.url,
                api_key=settings.api_key,
                site=settings.site,
                statuses=settings.statuses,
                read_statuses=settings.read_statuses,
                time_zone=settings.time_zone,
                tier_field=settings.tier_field,
                way_field=settings.way_field,
                item_statuses=settings.item_statuses,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"retailcrm:{settings.url}", system="RetailCRM"),
                transport=transport,
            )
        case Bitrix24Settings():
            return Bitrix24(
                url=settings.url,
                user_id=settings.user_id,
                secret=settings.secret,
                category_id=settings.category_id,
                originator=settings.originator,
                tier_field=settings.tier_field,
                tracking_field=settings.tracking_field,
                way_field=settings.way_field,
                statuses=settings.statuses,
                read_statuses=settings.read_statuses,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"bitrix24:{settings.url}", system="Битрикс24"),
                transport=transport,
            )
