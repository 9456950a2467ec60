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
ROLES = "/v1/roles"

NEEDED = (PRODUCTS, IMPORT, IMPORT_RESULT, PRICES, SET_PRICES, STOCKS, SET_STOCKS, WAREHOUSES, POSTINGS)
"""What a key must be allowed to call."""
