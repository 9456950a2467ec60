"""Channels by their name in settings. The only place that knows which adapter a kind of channel needs."""

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.settings import 
from adapters.woocommerce.site import WooCommerceSite


def open_channel(settings: WooCommerceSettings, *, clock: Clock) -> Channel:
    """The channel behind these settings; close it by leaving its ``with`` block."""
    return WooCommerceSite(
        url=settings.url,
        consumer_key=settings.consumer_key,
        consumer_secret=settings.consumer_secret,
        timeout_s=settings.timeout_s,
        clock=clock,
    )
