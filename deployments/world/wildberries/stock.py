"""Stock of the seller's warehouses.

A misspelt name of a field is answered 204 and changes nothing: the vendor says so in the operation's description.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from deployments.world.room import Refusal, RoomRoute
from deployments.world.wildberries.answers import Said, heard, market_refusal
from deployments.world.wildberries.books import Books
from deployments.world.wildberries.room import Cabinet, cabinet_of
from deployments.world.wildberries.shelves import Warehouse

router = APIRouter(prefix="/marketplace-api/api/v3", route_class=RoomRoute)

AMOUNT_MOST = 100_000
MISFITS = {
    1: ("CargoWarehouseRestrictionMGT", "The selected warehouse is not suitable for goods with the type LCL"),
    2: ("CargoWarehouseRestrictionSGT", "The selected warehouse is not suitable for goods with the type ODC"),
    3: ("CargoWarehouseRestrictionKGTPlus", "The selected warehouse is not suitable for goods with the type CD+"),
}
INCORRECT_BODY = ("IncorrectRequestBody", "Incorrect required body")
PROCESSING = {"code": "StoreIsProcessing", "message": "The store is processing"}


class StockRow(Said):
    """A row of a write."""

    chrt_id: int | None = Field(default=None, alias="chrtId")
    amount: int | None = Field(default=None, ge=0)
    sku: str | None = None


class StockSaid(Said):
    """A write: absolute figures."""

    stocks: list[StockRow] | None = Field(default=None, min_length=1, max_length=1000)


class ChrtsToRead(Said):
    """Sizes to be shown."""

    chrt_ids: list[int] = Field(alias="chrtIds", max_length=1000)


class ChrtsToForget(Said):
    """Sizes whose stock is to be forgotten."""

    chrt_ids: list[int] = Field(alias="chrtIds", min_length=1, max_length=1000)


@router.get("/warehouses")
async def list_warehouses(request: Request) -> Response:
    """All warehouses of the seller."""
    return JSONResponse(
        [
            {
                "name": warehouse.name,
                "officeId": warehouse.office_id,
                "id": warehouse.warehouse_id,
                "cargoType": warehouse.cargo_type,
                "deliveryType": warehouse.delivery_type,
                "isDeleting": warehouse.is_deleting,
                "isProcessing": warehouse.is_processing,
            }
            for warehouse in cabinet_of(request).books.warehouses.values()
        ]
    )


@router.put("/stocks/{warehouse_id}")
async def write_stock(request: Request, warehouse_id: str) -> Response:
    """204, or 409 with every row that is wrong."""
    room = cabinet_of(request)
    said = await heard(request, StockSaid, market_refusal(400, *INCORRECT_BODY))
    books = room.ripe()
    warehouse = _warehouse(books, warehouse_id)
    if any(row.sku is not None and row.chrt_id is None for row in said.stocks or []):
        message = "Uploading stock is not allowed by 'sku'. Please use the 'chrtId' key"
        raise market_refusal(400, "SKUUploadDisabled", message)
    _closed(books, warehouse)
    amounts = {row.chrt_id: row.amount for row in said.stocks or [] if row.chrt_id is not None and row.amount is not None}
    wrong = {chrt_id: refused for chrt_id, amount in amounts.items() if (refused := _misfit(room, warehouse, chrt_id, amount))}
    if not wrong or room.habits.is_stock_row_by_row:
        for chrt_id, amount in amounts.items():
            if chrt_id not in wrong:
                books.write(warehouse, chrt_id, amount, room.clock.now())
    if wrong:
        raise Refusal(409, _by_reason(wrong, amounts))
    return Response(status_code=204)


@router.post("/stocks/{warehouse_id}")
async def read_stock(request: Request, warehouse_id: str) -> Response:
    """What the warehouse shows of the asked sizes, or showed a while ago; of a size never written it shows nothing."""
    said = await heard(request, ChrtsToRead, market_refusal(400, *INCORRECT_BODY))
    room = cabinet_of(request)
    books = room.ripe()
    warehouse, as_of = _warehouse(books, warehouse_id), books.slowness.read_as_of(room.clock.now())
    shown = {chrt_id: warehouse.as_of(chrt_id, as_of) for chrt_id in said.chrt_ids}
    return JSONResponse({"stocks": [{"chrtId": chrt_id, "amount": pcs} for chrt_id, pcs in shown.items() if pcs is not None]})


@router.delete("/stocks/{warehouse_id}")
async def forget_stock(request: Request, warehouse_id: str) -> Response:
    """The rows are gone until they are written again."""
    said = await heard(request, ChrtsToForget, market_refusal(400, *INCORRECT_BODY))
    room = cabinet_of(request)
    warehouse = _warehouse(room.ripe(), warehouse_id)
    if warehouse.is_processing or warehouse.is_deleting:
        raise market_refusal(409, **PROCESSING)
    for chrt_id in said.chrt_ids:
        warehouse.forget(chrt_id, room.clock.now())
    return Response(status_code=204)


def _warehouse(books: Books, warehouse_id: str) -> Warehouse:
    if not warehouse_id.isdecimal():
        raise market_refusal(400, "IncorrectParameter", "IncorrectParameter")
    warehouse = books.warehouses.get(int(warehouse_id))
    if warehouse is None:
        raise market_refusal(404, "NotFound", "Not found")
    return warehouse


def _closed(books: Books, warehouse: Warehouse) -> None:
    if books.is_banned:
        raise market_refusal(406, "StatusNotAcceptable", "Обновление остатков заблокировано в связи с баном поставщика")
    if warehouse.is_blocked:
        raise market_refusal(406, "WarehouseStocksUpdateBlock", "The warehouse is processing")
    if warehouse.is_processing or warehouse.is_deleting:
        raise Refusal(409, [PROCESSING])


def _misfit(room: Cabinet, warehouse: Warehouse, chrt_id: int, amount: int) -> tuple[str, str] | None:
    known = room.books.chrts.get(chrt_id)
    if known is None or known[1].settled_at > room.clock.now() or room.faults.take_item(known[0].vendor_code):
        return "NotFound", "Not found"
    if amount > AMOUNT_MOST:
        return "UploadDataLimit", "Upload limit exceeded."
    return MISFITS[known[0].cargo_type] if known[0].cargo_type != warehouse.cargo_type else None


def _by_reason(wrong: dict[int, tuple[str, str]], amounts: dict[int, int]) -> list[dict[str, object]]:
    return [
        {
            "code": code,
            "message": message,
            "data": [{"chrtId": chrt_id, "amount": amounts[chrt_id]} for chrt_id, reason in wrong.items() if reason == (code, message)],
        }
        for code, message in dict.fromkeys(wrong.values())
    ]
