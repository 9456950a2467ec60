"""Wildberries' codes and words of refusal, and our reasons for them.

Source: the examples of PUT /api/v3/stocks/{warehouseId} and GET /api/v2/history/goods/task in the vendor's spec.
"""

STOCK = {
    "NotFound": "listing_is_gone",
    "CargoWarehouseRestrictionMGT": "warehouse_does_not_suit",
    "CargoWarehouseRestrictionSGT": "warehouse_does_not_suit",
    "CargoWarehouseRestrictionSGTKGTPlus": "warehouse_does_not_suit",
    "CargoWarehouseRestrictionKGTPlus": "warehouse_does_not_suit",
    "DeliveryTypeRestriction": "warehouse_does_not_suit",
    "ProductPropertyConflict": "warehouse_does_not_suit",
    "UploadDataLimit": "stock_is_too_big",
}
"""By the code that stands over rows of a batch."""
WHOLE = {
    "StoreIsProcessing": "warehouse_is_busy",
    "WarehouseStocksUpdateBlock": "warehouse_is_busy",
    "StatusNotAcceptable": "seller_is_blocked",
}
"""Codes about the warehouse or the seller: no row is to blame, and none was taken."""
WAREHOUSE_GONE = "warehouse_is_unknown"

ALREADY_SET = "already set"
"""Words of an upload of prices that changes nothing."""
PRICE = {
    "Price Quarantine": "price_is_quarantined",
    "added to the Sale": "price_is_held_by_sale",
}
"""By words within the text of a row."""


def price_reason(words: str) -> str:
    """Our reason for what Wildberries says of a price."""
    return next((reason for said, reason in PRICE.items() if said.casefold() in words.casefold()), "price_is_refused")
