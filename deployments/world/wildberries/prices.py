"""Prices: an upload is taken at once, worked through a little later, and told row by row."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, TypeAdapter, ValidationError

from deployments.world.room import RoomRoute
from deployments.world.wildberries.answers import Said, heard, page_of, prices_answer, prices_refusal, second, whole
from deployments.world.wildberries.books import Books, Card
from deployments.world.wildberries.price_books import IN_WORK, Quarantined, Row, Upload, is_already_set
from deployments.world.wildberries.room import Cabinet, cabinet_of, in_s
from deployments.world.wildberries.subjects import SUBJECTS

router = APIRouter(prefix="/discounts-prices-api/api/v2", route_class=RoomRoute)

ROWS_MOST = 1000
DISCOUNT_MOST = 99
PRICE_MOST = 2_147_483_647

BAD_FORMAT = "Invalid data format"
BAD_QUERY = "Invalid request parameters"
ALREADY_SET = "The specified prices and discounts are already set"
NONE_SUITS = "All item Nos. are specified incorrectly, or the specified prices and discounts are already set"
REFUSED = "You can't change the item price. Item was added to the Sale due to high inventory"


class PriceRow(Said):
    """A card's new price in roubles, its discount in percent, or both."""

    nm_id: int = Field(alias="nmID")
    price: int | None = None
    discount: int | None = None


class PricesSaid(Said):
    """New prices."""

    data: list[PriceRow]


class NmList(Said):
    """Cards to be shown."""

    nm_ids: list[int] = Field(alias="nmList", min_length=1, max_length=1000)


@router.post("/upload/task")
async def upload(request: Request) -> Response:
    """A task; the same one while the first is being worked through is 208."""
    room = cabinet_of(request)
    said = await _said(request)
    _judge(said)
    books = room.ripe()
    rows = [Row(nm_id=one.nm_id, vendor_code=_code(books, one.nm_id), price=one.price, discount=one.discount) for one in said]
    twin = books.prices.twin(rows)
    if twin is not None:
        return prices_answer({"id": twin.upload_id, "alreadyExists": True}, status=208, text="This task already exists")
    _worth_taking(room, rows)
    for row in rows:
        row.error = REFUSED if row.vendor_code and room.faults.take_item(row.vendor_code) else None
    now = room.clock.now()
    task = books.prices.take(rows, now, now + in_s(room.habits.pricing_s))
    return prices_answer({"id": task.upload_id, "alreadyExists": False})


@router.get("/history/tasks")
async def history(request: Request) -> Response:
    """How an upload ended; nothing while it is worked through."""
    task = _upload(request)
    return prices_answer(_as_told(task) if task and task.status != IN_WORK else None)


@router.get("/history/goods/task")
async def history_rows(request: Request) -> Response:
    """The rows of an upload that has ended, with their errors; of all answers of the service this one has no flag of an error."""
    return JSONResponse({"data": _rows(request, "historyGoods", is_in_work=False)})


@router.get("/buffer/tasks")
async def buffer(request: Request) -> Response:
    """An upload that is being worked through."""
    task = _upload(request)
    return prices_answer(_as_told(task) if task and task.status == IN_WORK else None)


@router.get("/buffer/goods/task")
async def buffer_rows(request: Request) -> Response:
    """The rows of an upload that is being worked through."""
    return prices_answer(_rows(request, "bufferGoods", is_in_work=True))


@router.get("/list/goods/filter")
async def list_goods(request: Request) -> Response:
    """Cards with their prices, by offset, until a page is empty."""
    wrong = prices_refusal(BAD_QUERY)
    limit, offset = whole(request, "limit", wrong, least=1, most=1000), whole(request, "offset", wrong, default=0)
    nm_id = whole(request, "filterNmID", wrong, default=0)
    room = cabinet_of(request)
    cards = _priced(room)
    page = [card for card in cards if card.nm_id == nm_id] if nm_id else cards[offset : offset + limit]
    return prices_answer({"listGoods": [_goods(card) for card in page]})


@router.post("/list/goods/filter")
async def list_some_goods(request: Request) -> Response:
    """Prices of the asked cards."""
    said = await heard(request, NmList, prices_refusal(BAD_QUERY))
    room = cabinet_of(request)
    books, now = room.ripe(), room.clock.now()
    found = [books.cards[nm_id] for nm_id in dict.fromkeys(said.nm_ids) if nm_id in books.cards]
    return prices_answer({"listGoods": [_goods(card) for card in found if card.is_settled(now)]})


@router.get("/quarantine/goods")
async def quarantine(request: Request) -> Response:
    """Prices held back because they are at least three times lower."""
    wrong = prices_refusal(BAD_QUERY)
    limit, offset = whole(request, "limit", wrong, least=1, most=1000), whole(request, "offset", wrong, default=0)
    held = [_held(one) for one in cabinet_of(request).ripe().prices.quarantine.values()]
    return prices_answer({"quarantineGoods": page_of(held, limit, offset)})


async def _said(request: Request) -> list[PriceRow]:
    try:
        return TypeAdapter(PricesSaid).validate_json(await request.body()).data
    except ValidationError as wrong:
        is_fraction = any(error["loc"][-1:] == ("price",) and error["type"].startswith("int") for error in wrong.errors())
        raise prices_refusal("Price should be a whole number" if is_fraction else BAD_FORMAT) from wrong


def _judge(rows: list[PriceRow]) -> None:
    if not rows:
        raise prices_refusal("Empty data")
    if len(rows) > ROWS_MOST:
        raise prices_refusal("Upload limit exceeded: You can upload a maximum of 1 000 items")
    if len({row.nm_id for row in rows}) < len(rows):
        raise prices_refusal("Duplicate item Nos.")
    for row in rows:
        if row.nm_id <= 0:
            raise prices_refusal("Invalid item No.")
        if row.price is None and row.discount is None:
            raise prices_refusal("Price and discount not specified")
        if row.price is not None and not 0 < row.price <= PRICE_MOST:
            raise prices_refusal("Invalid price value")
        if row.discount is not None and not 0 <= row.discount <= DISCOUNT_MOST:
            raise prices_refusal("Invalid discount value")


def _worth_taking(room: Cabinet, rows: list[Row]) -> None:
    cards, now = room.books.cards, room.clock.now()
    known = [row for row in rows if row.nm_id in cards and cards[row.nm_id].is_settled(now)]
    if any(not is_already_set(cards[row.nm_id], row) for row in known):
        return
    raise prices_refusal(ALREADY_SET if len(known) == len(rows) else NONE_SUITS)


def _upload(request: Request) -> Upload | None:
    upload_id = whole(request, "uploadID", prices_refusal(BAD_QUERY))
    return cabinet_of(request).ripe().prices.uploads.get(upload_id)


def _rows(request: Request, name: str, *, is_in_work: bool) -> dict[str, Any]:
    wrong = prices_refusal(BAD_QUERY)
    limit, offset = whole(request, "limit", wrong, least=1, most=1000), whole(request, "offset", wrong, default=0)
    task = _upload(request)
    if task is None or (task.status == IN_WORK) != is_in_work:
        return {"uploadID": None, name: None}
    books = cabinet_of(request).books
    return {"uploadID": task.upload_id, name: [_row(books, row) for row in task.rows[offset : offset + limit]]}


def _priced(room: Cabinet) -> list[Card]:
    now = room.clock.now()
    return [card for card in room.ripe().cards.values() if card.is_settled(now)]


def _code(books: Books, nm_id: int) -> str:
    return books.cards[nm_id].vendor_code if nm_id in books.cards else ""


def _as_told(task: Upload) -> dict[str, Any]:
    return {
        "uploadID": task.upload_id,
        "status": task.status,
        "uploadDate": second(task.uploaded_at),
        "activationDate": second(task.due_at),
        "overAllGoodsNumber": len(task.rows),
        "successGoodsNumber": task.good_rows,
    }


def _row(books: Books, row: Row) -> dict[str, Any]:
    card = books.cards.get(row.nm_id)
    return {
        "nmID": row.nm_id,
        "vendorCode": row.vendor_code,
        "sizeID": card.sizes[0].chrt_id if card else 0,
        "techSizeName": card.sizes[0].tech_size if card else "",
        "price": row.price or (card.sizes[0].price if card else 0),
        "currencyIsoCode4217": "RUB",
        "discount": row.discount or 0,
        "clubDiscount": 0,
        "status": row.status,
        "errorText": row.error,
    }


def _goods(card: Card) -> dict[str, Any]:
    return {
        "nmID": card.nm_id,
        "vendorCode": card.vendor_code,
        "sizes": [
            {
                "sizeID": size.chrt_id,
                "price": size.price,
                "discountedPrice": size.price * (100 - card.discount) / 100,
                "clubDiscountedPrice": size.price * (100 - card.discount) / 100,
                "techSizeName": size.tech_size,
            }
            for size in card.sizes
        ],
        "currencyIsoCode4217": "RUB",
        "discount": card.discount,
        "clubDiscount": 0,
        "editableSizePrice": SUBJECTS[card.subject_id].has_sizes,
    }


def _held(one: Quarantined) -> dict[str, Any]:
    new, old = one.new_price * (100 - one.new_discount), one.old_price * (100 - one.old_discount)
    return {
        "nmID": one.nm_id,
        "sizeID": None,
        "techSizeName": "",
        "currencyIsoCode4217": "RUB",
        "newPrice": one.new_price,
        "oldPrice": one.old_price,
        "newDiscount": one.new_discount,
        "oldDiscount": one.old_discount,
        "priceDiff": (new - old) / 100,
    }
