"""Channels by their settings. The only place that knows which adapter a kind of channel needs."""

import httpx

from adapters.capabilities import Channel
from adapters.channel_settings import (
    WILDBERRIES_SERVICES,
    ChannelSettings,
    OzonSettings,
    WildberriesSettings,
    WooCommerceSettings,
    YandexMarketSettings,
)
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.ozon.cabinet import OzonCabinet
from adapters.wildberries.cabinet import WildberriesCabinet
from adapters.wildberries.tokens import account_of
from adapters.woocommerce.site import WooCommerceSite
from adapters.yandex_market.business import YandexBusiness


def open_channel(settings: ChannelSettings, *, hub: Hub, transport: httpx.BaseTransport | None = None) -> Channel:
    """The channel behind these settings, at the pace that all processes with its account keep; close it by leaving its ``with`` block.

    Args:
        settings: of the channel.
        hub: the memory, and the clock.
        transport: how calls travel, where it is not the network itself.
    """
    warehouses = list(settings.places_of)
    match settings:
        case WooCommerceSettings():
            return WooCommerceSite(
                url=settings.url,
                consumer_key=settings.consumer_key,
                consumer_secret=settings.consumer_secret,
                tracking_note=settings.tracking_note,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"woocommerce:{settings.url}", system="Сайт"),
                transport=transport,
            )
        case WildberriesSettings():
            return WildberriesCabinet(
                hosts={service: settings.host(service) for service in WILDBERRIES_SERVICES},
                token=settings.token,
                token_prefix=settings.token_prefix,
                warehouses=warehouses,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"wildberries:{account_of(settings.token)}", system="Wildberries"),
                transport=transport,
            )
        case OzonSettings():
            return OzonCabinet(
                url=settings.url,
                client_id=settings.client_id,
                api_key=settings.api_key,
                warehouses=warehouses,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"ozon:{settings.client_id}", system="Ozon"),
                transport=transport,
            )
        case YandexMarketSettings():
            return YandexBusiness(
                url=settings.url,
                business_id=settings.business_id,
                api_key=settings.api_key,
                has_warehouse_groups=settings.has_warehouse_groups,
                warehouses=warehouses,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"yandex_market:{settings.business_id}", system="Яндекс Маркет"),
                transport=transport,
            )
