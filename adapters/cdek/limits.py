"""How often and how much CDEK may be asked.

200 calls a second over all methods is what a digest of its OpenAPI promises; the vendor's own page was not found, and what comes above it
is not said (`reference/services.md` §1, Orders). A shop needs far less.
"""

from adapters.pace import Limit

CALLS = Limit.per_window("calls", 50, 1.0, burst=20)

ITEM_ROWS_MAX = 126
"""Rows of goods in one order (``v2_number_items_is_more_126``)."""

FORM_ORDERS_MAX = 100
"""Orders of one print form."""

LOCKER_MAX_G = 15_000
"""Of the one parcel that a locker takes."""
