"""How slow the channels are in a story, the same for both runs, and what the broken hour makes of it.

Utyug is run with the bounds that it ships with (`adapters.channel_settings`); every figure lies within them, but for the broken hour's.
"""

from collections.abc import Mapping
from typing import Any

LAGS: Mapping[str, Mapping[str, float]] = {
    # No pushes for one's own token: a task is in the list within about a minute; a figure reaches the shop window in seconds, and a
    # read-back comes from a replica. `reference/marketplaces.md` §1.
    "wb": {"order_visible_s": 15, "order_visible_spread_s": 45, "stock_shown_s": 10, "read_stale_s": 5, "restores_s": 120},
    # A posting is in the list half a minute after the buyer paid; figures are taken row by row and shown soon. §2.
    "ozon": {"order_visible_s": 10, "order_visible_spread_s": 20, "stock_shown_s": 10, "read_stale_s": 10, "restores_s": 60},
    # «Не сразу, до нескольких минут», up to 15 by the vendor's own page: four is a good day. §3.
    "ym": {"order_visible_s": 30, "order_visible_spread_s": 30, "stock_shown_s": 240, "read_stale_s": 60, "restores_s": 300},
    # One database, ours to ask.
    "site": {},
}
BROKEN: Mapping[str, Mapping[str, float]] = {
    # Later than every bound: an order after L, a figure after T.
    "wb": {"order_visible_s": 600, "order_visible_spread_s": 300, "stock_shown_s": 300},
    "ozon": {"order_visible_s": 600, "order_visible_spread_s": 300, "stock_shown_s": 300},
    "ym": {"order_visible_s": 900, "order_visible_spread_s": 300, "stock_shown_s": 1800},
    "site": {},
}
PUSH_AFTER_S: Mapping[str, float] = {"site": 2.0, "ozon": 3.0, "ym": 3.0}
"""A push leaves so long after what it tells of. Wildberries sends none to one's own token."""


def lags_of(channel: str, *, are_broken: bool) -> dict[str, Any]:
    """As the control of the channel's room takes them."""
    return {**LAGS[channel], **(BROKEN[channel] if are_broken else {})}
