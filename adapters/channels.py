"""Channels by their settings. The only place that knows which adapter a kind of channel needs."""

from adapters.capabilities import Channel
from adapters.channel_settings import ChannelSettings, WooCommerceSettings
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.woocommerce.site import WooCommerceSite


def open_channel(settings: ChannelSettings, *, hub: Hub) -> Channel:
    """The channel behind these settings, at the pace that all processes with its account keep; close it by leaving its ``with`` block."""
    match settings:
        case WooCommerceSettings():
            return WooCommerceSite(
                url=settings.url,
                consumer_key=settings.consumer_key,
                consumer_secret=settings.consumer_secret,
                timeout_s=settings.timeout_s,
                clock=hub.clock,
                pace=HubPace(hub, f"woocommerce:{settings.url}", system="Сайт"),
            )
        case _:
            raise NotImplementedError
