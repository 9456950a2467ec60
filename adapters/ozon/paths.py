"""Every method of Ozon's that we call, in one place: Ozon replaces them several times a year.

Source: `reference/marketplaces.md` §2; none of these was announced to be switched off by 2026-11.
"""

PRODUCTS = "/v3/product/info/list"
IMPORT = "/v3/product/import"
IMPORT_RESULT = "/v1/product/import/info"
PRICES = "/v5/product/info/prices"
SET_PRICES = "/v1/product/import/prices"
STOCKS = "/v2/product/info/stocks-by-warehouse/fbs"
SET_STOCKS = "/v2/products/stocks"
WAREHOUSES = "/v2/warehouse/list"
POSTINGS = "/v4/posting/fbs/list"
POSTING = "/v3/posting/fbs/get"
SHIP = "/v4/posting/fbs/ship"
SHIP_PACKAGE = "/v4/posting/fbs/ship/package"
LABELS_ASKED = "/v3/posting/fbs/package-label/create"
LABELS_MADE = "/v2/posting/fbs/package-label/get"
CANCEL = "/v2/posting/fbs/cancel"
CANCEL_PRODUCTS = "/v2/posting/fbs/product/cancel"
CANCEL_REASONS = "/v1/posting/fbs/cancel-reason"
RETURNS = "/v1/returns/list"
ROLES = "/v1/roles"

OF_CARDS = (PRODUCTS, IMPORT, IMPORT_RESULT, PRICES, SET_PRICES)
OF_STOCK = (STOCKS, SET_STOCKS, WAREHOUSES)
OF_ORDERS = (POSTINGS, POSTING, SHIP, SHIP_PACKAGE, CANCEL, CANCEL_PRODUCTS, CANCEL_REASONS, RETURNS)
NEEDED = (*OF_CARDS, *OF_STOCK, *OF_ORDERS)
"""What a key must be allowed to call."""
