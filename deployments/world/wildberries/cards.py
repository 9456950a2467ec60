"""Cards read: a cursor over their last change, which with ``ascending`` is a feed of changes; pictures and barcodes."""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field

from deployments.world.room import Refusal, RoomRoute
from deployments.world.wildberries.answers import Said, content_answer, content_refusal, heard, stamp
from deployments.world.wildberries.books import Card
from deployments.world.wildberries.room import cabinet_of
from deployments.world.wildberries.subjects import SUBJECTS

router = APIRouter(prefix="/content-api/content", route_class=RoomRoute)

PICTURES = {"", ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"}
VIDEOS = {".mov", ".mp4"}
PICTURES_MOST = 30
BARCODES_MOST = 5000
PHOTO_SIZES = ("big", "c246x328", "c516x688", "square", "tm")


class Sort(Said):
    """By the last change; newest first unless told otherwise."""

    ascending: bool = False


class Filter(Said):
    """Which cards; ``with_photo`` 0 and -1 are any, 1 with, 2 without (since 2026-06-16).

    Every category is allowed here.
    """

    with_photo: Literal[-1, 0, 1, 2] = Field(default=0, alias="withPhoto")
    text: str = Field(default="", alias="textSearch")
    tag_ids: list[int] = Field(default=[], alias="tagIDs")
    subject_ids: list[int] = Field(default=[], alias="objectIDs")
    brands: list[str] = Field(default=[])
    imt_id: int | None = Field(default=None, alias="imtID")
    is_allowed_only: bool = Field(default=False, alias="allowedCategoriesOnly")


class Cursor(Said):
    """Where the last page ended; 10 cards where no limit is said."""

    MAY_BE_NULL: ClassVar[frozenset[str]] = frozenset({"updated_at"})

    limit: int = Field(default=10, ge=1, le=100)
    updated_at: AwareDatetime | None = Field(default=None, alias="updatedAt")
    nm_id: int = Field(default=0, alias="nmID")


class Settings(Said):
    """Order, filter and page."""

    sort: Sort = Sort()
    filter: Filter = Filter()
    cursor: Cursor = Cursor()


class CardsSaid(Said):
    """Which cards."""

    settings: Settings = Settings()


class PicturesSaid(Said):
    """All pictures of a card, by link, in their order."""

    nm_id: int | None = Field(default=None, alias="nmId")
    data: list[str] = Field(default=[])


class BarcodesSaid(Said):
    """How many barcodes."""

    count: int = Field(ge=1, le=BARCODES_MOST)


@router.post("/v2/get/cards/list")
async def list_cards(request: Request) -> Response:
    """A page of cards; fewer than the limit is the last, and an empty one has no cursor to go on from."""
    asked = (await heard(request, CardsSaid, content_refusal("Invalid request format"))).settings
    books = cabinet_of(request).ripe()
    at = (asked.cursor.updated_at, asked.cursor.nm_id) if asked.cursor.updated_at else None
    ordered = books.changed_after(at) if asked.sort.ascending else books.changed_before(at)
    page = list(islice(_passing(ordered, asked.filter), asked.cursor.limit))
    last = {"updatedAt": stamp(page[-1].updated_at), "nmID": page[-1].nm_id} if page else {}
    return JSONResponse({"cards": [_shown(card) for card in page], "cursor": {**last, "total": len(page)}})


@router.post("/v2/barcodes")
async def make_barcodes(request: Request) -> Response:
    """Barcodes that nothing has; the method knows no 400, what is wrong is told in a 200."""
    refused = {"data": [], "error": True, "errorText": f"count must be from 1 to {BARCODES_MOST}", "additionalErrors": None}
    said = await heard(request, BarcodesSaid, Refusal(200, refused))
    books = cabinet_of(request).ripe()
    return content_answer([books.next_barcode() for _ in range(said.count)])


@router.post("/v3/media/save")
async def save_pictures(request: Request) -> Response:
    """The card's pictures are those of the links and no others; with one that does not suit, 200 and none is loaded."""
    said = await heard(request, PicturesSaid, content_refusal("Invalid request format"))
    room = cabinet_of(request)
    if said.nm_id is None:
        raise content_refusal("nmId is required", 422)
    card = room.ripe().cards.get(said.nm_id)
    if card is None:
        raise content_refusal("Card not found")
    if any(urlsplit(link).scheme not in {"http", "https"} for link in said.data):
        raise content_refusal("Some links could not be saved", 409)
    kinds = [PurePosixPath(urlsplit(link).path).suffix.lower() for link in said.data]
    videos = [link for link, kind in zip(said.data, kinds, strict=True) if kind in VIDEOS]
    pictures = len(kinds) - len(videos)
    if set(kinds) <= PICTURES | VIDEOS and pictures <= PICTURES_MOST and len(videos) <= 1:
        card.photos, card.video = pictures, videos[0] if videos else ""
        room.books.touch(card, room.clock.now())
    return content_answer({})


def _passing(cards: Iterator[Card], asked: Filter) -> Iterator[Card]:
    return (card for card in cards if _passes(card, asked))


def _passes(card: Card, asked: Filter) -> bool:
    return (
        (asked.with_photo < 1 or bool(card.photos) == (asked.with_photo == 1))
        and (not asked.text or _is_found(card, asked.text))
        and (not asked.subject_ids or card.subject_id in asked.subject_ids)
        and (not asked.brands or card.brand in asked.brands)
        and asked.imt_id in {None, card.imt_id}
        and not asked.tag_ids
    )


def _is_found(card: Card, text: str) -> bool:
    is_known = text == str(card.nm_id) or any(text in size.skus for size in card.sizes)
    return is_known or text.casefold() in card.vendor_code.casefold()


def _shown(card: Card) -> dict[str, Any]:
    subject = SUBJECTS[card.subject_id]
    names = {one.charc_id: one.name for one in subject.characteristics}
    sides = [card.dimensions[side] for side in ("length", "width", "height")]
    return {
        "nmID": card.nm_id,
        "imtID": card.imt_id,
        "nmUUID": card.nm_uuid,
        "subjectID": card.subject_id,
        "subjectName": subject.name,
        "vendorCode": card.vendor_code,
        "brand": card.brand,
        "title": card.title,
        "description": card.description,
        "needKiz": False,
        "kizMarked": card.is_marked,
        **({"photos": [_photo(card.nm_id, number) for number in range(1, card.photos + 1)]} if card.photos else {}),
        **({"video": card.video} if card.video else {}),
        **({"wholesale": card.wholesale} if card.wholesale else {}),
        "dimensions": {**card.dimensions, "isValid": all(sides)},
        "characteristics": [{"id": one["id"], "name": names[one["id"]], "value": one["value"]} for one in card.characteristics],
        "sizes": [{"chrtID": size.chrt_id, "techSize": size.tech_size, "wbSize": size.wb_size, "skus": size.skus} for size in card.sizes],
        "createdAt": stamp(card.created_at),
        "updatedAt": stamp(card.updated_at),
    }


def _photo(nm_id: int, number: int) -> dict[str, str]:
    folder = f"https://basket-10.wbbasket.ru/vol{nm_id // 100_000}/part{nm_id // 1000}/{nm_id}/images"
    return {size: f"{folder}/{size}/{number}.webp" for size in PHOTO_SIZES}
