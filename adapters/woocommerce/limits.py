"""How often a site may be called.

WooCommerce sets no limit (https://woocommerce.github.io/woocommerce-rest-api-docs/ names none); the one here is our own.
"""

from adapters.pace import Limit

SITE = Limit(name="site", parallel=2)
"""A shared hosting runs a handful of PHP workers, and its visitors need them too."""
