"""A WooCommerce site with everything it can do."""

from adapters.woocommerce.catalog import WooCommerceCatalog
from adapters.woocommerce.stock import WooCommerceStock


class WooCommerceSite(WooCommerceCatalog, WooCommerceStock):
    """A site as a channel: `adapters.capabilities.Channel`."""

    pause_s = 0.0
    shows_within_s = 0.0
