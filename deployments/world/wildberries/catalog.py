"""Cards made and changed: a 200 promises nothing, what went wrong stands in the list of drafts."""

import uuid
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from deployments.world.room import RoomRoute
from deployments.world.wildberries.answers import Said, content_answer, content_refusal, heard, problem, second
from deployments.world.wildberries.books import Arrival, Books, Card, Drafts
from deployments.world.wildberries.card_making import changed, made
from deployments.world.wildberries.card_requests import AdditionSaid, CardSaid, GroupSaid, VariantSaid, faults_of
from deployments.world.wildberries.room import Cabinet, cabinet_of, in_s
from deployments.world.wildberries.subjects import SUBJECTS

router = APIRouter(prefix="/content-api/content/v2/cards", route_class=RoomRoute)

BODY_MOST = 10 * 1024 * 1024
GROUPS_MOST = 100
CARDS_IN_GROUP_MOST = 30
UPDATES_MOST = 3000

BAD_FORMAT = "Invalid request format"
NO_CODE = "A card cannot be created without a vendorCode"
CODE_TAKEN = "bad request; Unexpected the specified card's vendor code is used in other cards"
CODE_TAKEN_DRAFT = "Артикул продавца используется в другой карточке товара"
NOBODY = ("0001-01-01T00:00:00Z", str(uuid.UUID(int=0)))


class DraftsCursor(Said):
    """Where the last page of drafts ended."""

    limit: int = Field(default=100, ge=1, le=100)
    updated_at: AwareDatetime | None = Field(default=None, alias="updatedAt")
    batch_ref: uuid.UUID | None = Field(default=None, alias="batchUUID")


class DraftsOrder(Said):
    """By the drafts' date."""

    ascending: bool = True


class DraftsSaid(Said):
    """Which page of drafts."""

    cursor: DraftsCursor = DraftsCursor()
    order: DraftsOrder = DraftsOrder()


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Up to 100 cards, or groups of up to 30."""
    await _light(request)
    groups = await heard(request, list[GroupSaid], content_refusal(BAD_FORMAT))
    room = cabinet_of(request)
    books = room.ripe()
    if not 0 < len(groups) <= GROUPS_MOST:
        raise content_refusal(BAD_FORMAT)
    for group in groups:
        if group.subject_id not in SUBJECTS:
            raise content_refusal("This category does not exist", id=str(group.subject_id))
    _fresh(books, [variant for group in groups for variant in group.variants])
    for group in groups:
        _make(room, group.variants, subject_id=group.subject_id, imt_id=books.next_imt_id())
    return content_answer(None, additional={})


@router.post("/upload/add")
async def upload_add(request: Request) -> Response:
    """Cards that join the group of one that exists."""
    await _light(request)
    said = await heard(request, AdditionSaid, content_refusal(BAD_FORMAT))
    room = cabinet_of(request)
    books = room.ripe()
    sister = next((card for card in books.cards.values() if card.imt_id == said.imt_id), None)
    if sister is None or books.groups[said.imt_id] + len(said.cards) > CARDS_IN_GROUP_MOST:
        raise content_refusal(BAD_FORMAT)
    _fresh(books, said.cards)
    _make(room, said.cards, subject_id=sister.subject_id, imt_id=said.imt_id)
    return content_answer(None, additional={})


@router.post("/update")
async def update(request: Request) -> Response:
    """Up to 3000 cards written over: what is not said is lost."""
    await _light(request)
    said = await heard(request, list[CardSaid], content_refusal(BAD_FORMAT))
    if not 0 < len(said) <= UPDATES_MOST:
        raise content_refusal(BAD_FORMAT)
    room = cabinet_of(request)
    books, now = room.ripe(), room.clock.now()
    good: list[Card] = []
    errors: dict[str, list[str]] = {}
    for one in said:
        _undraft(books, one.vendor_code)
        known = books.cards.get(one.nm_id)
        wrong = _change_faults(room, known, one)
        if known is None or wrong:
            errors[one.vendor_code] = wrong
        else:
            good.append(changed(books, known, one, now, settled_at=now + in_s(room.habits.settling_s), busy=in_s(room.habits.updating_s)))
            books.reserve(good[-1])
    _promise(room, good, errors, {one.vendor_code: (_subject_of(books, one.nm_id), one.brand) for one in said})
    return content_answer(None, additional={})


@router.post("/error/list")
async def error_list(request: Request) -> Response:
    """Drafts by request, until ``next`` is false."""
    said = await heard(request, DraftsSaid, content_refusal(BAD_FORMAT))
    ordered = sorted(cabinet_of(request).ripe().drafts.values(), key=_place, reverse=not said.order.ascending)
    if said.cursor.updated_at is not None:
        seen = (second(said.cursor.updated_at), str(said.cursor.batch_ref or ""))
        ordered = [one for one in ordered if (_place(one) > seen if said.order.ascending else _place(one) < seen)]
    page = ordered[: said.cursor.limit]
    updated_at, batch_ref = _place(page[-1]) if page else NOBODY
    cursor = {"next": len(page) < len(ordered), "updatedAt": updated_at, "batchUUID": batch_ref}
    return content_answer({"items": [_shown(one) for one in page], "cursor": cursor})


async def _light(request: Request) -> None:
    if len(await request.body()) > BODY_MOST:
        raise problem(413, "https://openapi.wildberries.ru/content/api/ru/", cabinet_of(request).clock.now(), title="request body too long")


def _fresh(books: Books, variants: list[VariantSaid]) -> None:
    codes = [variant.vendor_code for variant in variants]
    if not all(codes):
        raise content_refusal(NO_CODE)
    if len(set(codes)) < len(codes) or any(code in books.codes for code in codes):
        raise content_refusal(CODE_TAKEN)


def _make(room: Cabinet, variants: list[VariantSaid], *, subject_id: int, imt_id: int) -> None:
    books, now = room.books, room.clock.now()
    good: list[Card] = []
    errors: dict[str, list[str]] = {}
    for variant in variants:
        code = variant.vendor_code or ""
        _undraft(books, code)
        wrong = [*_refused(room, code), *faults_of(variant, SUBJECTS[subject_id]), *_barcode_faults(books, variant, None)]
        if wrong:
            errors[code] = wrong
            continue
        settled_at = now + in_s(room.habits.settling_s)
        good.append(made(books, variant, subject_id=subject_id, imt_id=imt_id, now=now, settled_at=settled_at))
        books.reserve(good[-1])
    _promise(room, good, errors, {variant.vendor_code or "": (subject_id, variant.brand) for variant in variants})


def _promise(room: Cabinet, good: list[Card], errors: dict[str, list[str]], told: dict[str, tuple[int, str]]) -> None:
    due_at = room.clock.now() + in_s(room.habits.creating_s)
    for card in good:
        card.updated_at = due_at
    drafts = Drafts(
        batch_ref=room.books.next_batch_ref(),
        subject_ids={code: told[code][0] for code in errors},
        brands={code: told[code][1] for code in errors if told[code][1]},
        errors=errors,
        updated_at=due_at,
    )
    room.books.arrivals.append(Arrival(due_at=due_at, cards=good, drafts=drafts if errors else None))


def _change_faults(room: Cabinet, known: Card | None, said: CardSaid) -> list[str]:
    if known is None:
        return [f"Карточка {said.nm_id} не найдена"]
    owner = room.books.codes.get(said.vendor_code, said.nm_id)
    chrts = {size.chrt_id for size in known.sizes}
    return [
        *_refused(room, known.vendor_code),
        *([CODE_TAKEN_DRAFT] if owner != said.nm_id else []),
        *faults_of(said, SUBJECTS[known.subject_id]),
        *_barcode_faults(room.books, said, known),
        *(f"Размера {size.chrt_id} нет в карточке" for size in said.sizes if size.chrt_id not in {None, *chrts}),
    ]


def _refused(room: Cabinet, code: str) -> list[str]:
    return ["Карточка не прошла модерацию"] if room.faults.take_item(code) else []


def _barcode_faults(books: Books, said: VariantSaid, known: Card | None) -> list[str]:
    own = {size.chrt_id for size in known.sizes} if known else set()
    return [
        f"Баркод {sku} уже используется в другой карточке"
        for size in said.sizes
        for sku in size.skus
        if sku in books.barcodes and books.barcodes[sku] not in own
    ]


def _undraft(books: Books, code: str) -> None:
    for drafts in [one for one in books.drafts.values() if code in one.errors]:
        del drafts.errors[code]
        if not drafts.errors:
            del books.drafts[drafts.batch_ref]


def _subject_of(books: Books, nm_id: int) -> int:
    known = books.cards.get(nm_id)
    return known.subject_id if known else next(islice(SUBJECTS, 1))


def _place(drafts: Drafts) -> tuple[str, str]:
    return second(drafts.updated_at), drafts.batch_ref


def _shown(drafts: Drafts) -> dict[str, Any]:
    return {
        "batchUUID": drafts.batch_ref,
        "subjects": {code: {"id": drafts.subject_ids[code], "name": SUBJECTS[drafts.subject_ids[code]].name} for code in drafts.errors},
        "brands": {code: {"id": 1, "name": drafts.brands[code]} for code in drafts.errors if code in drafts.brands},
        "vendorCodes": list(drafts.errors),
        "errors": drafts.errors,
        "updatedAt": second(drafts.updated_at),
    }
