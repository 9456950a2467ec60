"""How often and how much a RetailCRM account may be asked.

Ten calls a second for a key, over which it answers 503 (https://docs.retailcrm.ru/Developers/API/APIRules; `reference/services.md` §2).
"""

from adapters.pace import Limit

KEY = Limit.per_window("key", 9, 1.0, burst=2)

UPLOAD_MAX = 50
"""Rows of one upload (the same section, from the vendor's own clients)."""

FIND_MAX = 50
"""References of one question: it is an address, and an address has a length. One of the three sizes of a page."""

HISTORY_MAX = 100
"""Records of one page of history, the largest."""
