"""A WooCommerce site with everything it can do."""

from adapters.woocommerce.cards import WooCommerceCards
from adapters.woocommerce.parts import WooCommerceParts
from adapters.woocommerce.prices import WooCommercePrices
from adapters.woocommerce.pushes import WooCommercePushes
from adapters.woocommerce.returns import WooCommerceReturns
from adapters.woocommerce.stock import WooCommerceStock


class WooCommerceSite(WooCommercePushes, WooCommerceCards, WooCommercePrices, WooCommerceStock, WooCommerceParts, WooCommerceReturns):
    """A site as a channel: `adapters.capabilities.Channel`."""

    pause_s = 0.0
    shows_within_s = 0.0
