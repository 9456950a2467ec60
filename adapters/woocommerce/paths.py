"""Every address of a site that we call, relative to its REST API.

Source: the recorded index of WooCommerce 10.0.2; https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

API = "wp-json/wc/v3"

PRODUCTS = "products"
PRODUCTS_BATCH = "products/batch"
ORDERS = "orders"
SETTINGS_GROUPS = ("general", "products")


def product(product_id: int) -> str:
    """One product."""
    return f"products/{product_id}"


def one_order(order_ref: str) -> str:
    """One order."""
    return f"orders/{order_ref}"


def refunds(order_ref: str | int) -> str:
    """What was paid back of an order."""
    return f"orders/{order_ref}/refunds"


def notes(order_ref: str | int) -> str:
    """What is remarked beside an order."""
    return f"orders/{order_ref}/notes"


def settings(group: str) -> str:
    """Settings of one group."""
    return f"settings/{group}"


def variations_batch(product_id: int) -> str:
    """Variations of one product."""
    return f"products/{product_id}/variations/batch"


def batch(parent_id: int) -> str:
    """Where goods under this parent are written; 0: products."""
    return variations_batch(parent_id) if parent_id else PRODUCTS_BATCH
