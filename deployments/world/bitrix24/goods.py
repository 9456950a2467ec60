"""Product rows of deals: `crm.item.productrow.*`, as far as rows go that are no goods of a catalogue.

Source: https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/crm-item-productrow-set.html and …-list.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deployments.world.bitrix24.books import Books
from deployments.world.bitrix24.fields import DEAL
from deployments.world.bitrix24.saying import Wrong, needed, tree

OWNER = "D"


def set_rows(books: Books, params: Mapping[str, Any], *, by: int, now: datetime) -> dict[str, Any]:
    """All rows of a deal are replaced, or none: the set is kept as a whole; its sum is the deal's, unless that is kept by hand."""
    if needed(params, "ownerType") != OWNER:
        raise Wrong(400, "INVALID_ARG_VALUE", "Invalid value of parameter ownerType")
    given = tree(needed(params, "productRows"))
    item = books.item(DEAL, needed(params, "ownerId"))
    rows = [_row(books, item.item_id, tree(one)) for one in given.values()]
    books.rows[item.item_id] = rows
    if item.fields.get("isManualOpportunity") != "Y":
        books.change(item, {"opportunity": sum(one["price"] * one["quantity"] for one in rows)}, by=by, now=now)
    item.updated_at, item.updated_by = now, by
    return {"productRows": rows}


def list_rows(books: Books, params: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of one deal; the filter has to say whose."""
    asked = tree(needed(params, "filter"))
    if asked.get("=ownerType") != OWNER:
        raise Wrong(400, "INVALID_ARG_VALUE", "Invalid filter: =ownerType and =ownerId are required")
    item = books.item(DEAL, needed(asked, "=ownerId"))
    return {"productRows": books.rows.get(item.item_id, [])}


def _row(books: Books, deal_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("productName"):
        raise Wrong(400, "INVALID_ARG_VALUE", "Invalid value of parameter productRows")
    try:
        price, quantity = float(given.get("price", 0)), float(given.get("quantity", 1))
    except (TypeError, ValueError):
        raise Wrong(400, "INVALID_ARG_VALUE", "Invalid value of parameter productRows") from None
    books.last_row += 1
    return {
        "id": books.last_row,
        "ownerId": deal_id,
        "ownerType": OWNER,
        "productId": 0,
        "productName": str(given["productName"]),
        "price": price,
        "quantity": quantity,
    }
