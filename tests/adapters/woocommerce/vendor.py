"""A site whose answers are exact: for what a running one rarely says."""

import json
from collections.abc import Callable
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.woocommerce.site import WooCommerceSite

Say = Callable[[httpx.Request], httpx.Response]


def said(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """An answer, with the headers of a list of one page."""
    return httpx.Response(status, json=body, headers={"X-WP-TotalPages": "1", **headers})


def goods(**changes: Any) -> dict[str, Any]:
    """A product as the site lists it, as far as anybody looks."""
    whole = {
        "id": 7,
        "type": "simple",
        "sku": "A",
        "parent_id": 0,
        "manage_stock": True,
        "stock_quantity": 3,
        "regular_price": "100.00",
        "sale_price": "",
        "on_sale": False,
        "attributes": [],
    }
    return whole | changes


def site_that(say: Say, *, clock: Clock | None = None) -> WooCommerceSite:
    """Our adapter to a site that answers so."""
    return WooCommerceSite(
        url="https://shop.example",
        consumer_key=SecretStr("ck"),
        consumer_secret=SecretStr("cs"),
        clock=clock or Clock(),
        transport=httpx.MockTransport(say),
    )


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)
