"""Postings: the lists of v4, one by its number, cancellation by the seller. The lists of v3 were switched off on 2026-08-31."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field

from deployments.world.ozon import sales
from deployments.world.ozon.asking import (
    INVALID,
    NOT_FOUND,
    PRECONDITION,
    Asked,
    Ids,
    Moment,
    cursor_of,
    position_of,
    read,
    refused,
    told,
)
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.postings import ASSEMBLED_WITHIN, REASONS, With, by_itself, in_list
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

YEAR = timedelta(days=366)
FINISHED = frozenset({"delivered"})
NOT_CANCELLABLE = frozenset({"cancelled", "delivering", "driver_pickup", "delivered", "not_accepted"})
OTHER_REASON = 402

Direction = Annotated[Literal["ASC", "DESC"], BeforeValidator(lambda given: given.upper() if isinstance(given, str) else given)]
"""The specification's own examples write it small."""


class Period(Asked):
    """From and to."""

    since: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None


class Sieve(Asked):
    """What both lists are filtered by."""

    delivery_method_ids: Ids = ()
    last_changed_status_date: Period | None = None
    provider_ids: Ids = ()
    statuses: tuple[str, ...] = ()
    warehouse_ids: Ids = ()

    def lets(self, one: Posting) -> bool:
        """The posting suits."""
        changed = self.last_changed_status_date
        return (
            (not self.statuses or one.status in self.statuses)
            and (not self.warehouse_ids or one.warehouse_id in self.warehouse_ids)
            and (not self.delivery_method_ids or one.warehouse_id in self.delivery_method_ids)
            and (changed is None or _within(one.changed_at, changed.since, changed.to))
        )


class UnfulfilledFilter(Sieve):
    """By the time of assembly or by that of hand-over, not by both."""

    cutoff_from: Moment | None = None
    cutoff_to: Moment | None = None
    delivering_date_from: Moment | None = None
    delivering_date_to: Moment | None = None


class ListFilter(Sieve):
    """By the time the posting came."""

    since: Moment
    to: Moment
    order_id: int = 0
    order_numbers: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    integration_type_flow: tuple[str, ...] = ()
    is_blr_traceable: bool = False


class Paged(Asked):
    """A page of postings."""

    cursor: str = ""
    sort_dir: Direction = "ASC"
    translit: bool = False
    with_: With = Field(default=With(), alias="with")


class PostingFbsUnfulfilledListRequest(Paged):
    """Postings under way."""

    filter: UnfulfilledFilter = UnfulfilledFilter()
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class PostingFbsListRequest(Paged):
    """All postings of a period."""

    filter: ListFilter
    limit: Annotated[int, Field(ge=1, le=100)]


class GetFbsPostingRequest(Asked):
    """One posting."""

    posting_number: str
    with_: With = Field(default=With(), alias="with")


class CancelFbsPostingRequest(Asked):
    """Which posting, and why."""

    posting_number: str
    cancel_reason_id: int
    cancel_reason_message: str = ""


class CancelReasonRequest(Asked):
    """Which postings."""

    related_posting_numbers: tuple[str, ...]


@router.post("/v4/posting/fbs/unfulfilled/list")
async def unfulfilled(request: Request) -> Response:
    """Postings that are not with the buyer yet."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, PostingFbsUnfulfilledListRequest)
    wanted = asked.filter
    by_cutoff, by_delivering = (wanted.cutoff_from, wanted.cutoff_to), (wanted.delivering_date_from, wanted.delivering_date_to)
    if any(by_cutoff) and any(by_delivering):
        raise refused(INVALID, "Request validation error: cutoff and delivering_date may not be used together")
    _check_period(*by_cutoff)
    _check_period(*by_delivering)

    def suits(one: Posting) -> bool:
        handed_over_at = one.changed_at if one.is_shipped else one.created_at + ASSEMBLED_WITHIN
        return (
            one.status not in FINISHED
            and wanted.lets(one)
            and _within(one.created_at + ASSEMBLED_WITHIN, *by_cutoff)
            and _within(handed_over_at, *by_delivering)
        )

    page = _page(room, asked, asked.limit, suits)
    return told({**page, "count": len(page["postings"])})


@router.post("/v4/posting/fbs/list")
async def posting_list(request: Request) -> Response:
    """Postings of a period, in any status."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, PostingFbsListRequest)
    wanted = asked.filter
    _check_period(wanted.since, wanted.to)

    def suits(one: Posting) -> bool:
        return (
            _within(one.created_at, wanted.since, wanted.to)
            and wanted.lets(one)
            and wanted.order_id in (0, one.order_id)
            and (not wanted.order_numbers or one.order_number in wanted.order_numbers)
        )

    return told(_page(room, asked, asked.limit, suits))


@router.post("/v3/posting/fbs/get")
async def posting(request: Request) -> Response:
    """One posting."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetFbsPostingRequest)
    one = found(room, asked.posting_number, room.now())
    parts = [part.posting_number for part in room.books.postings.values() if part.parent == one.posting_number]
    return told({"result": by_itself(one, room.books.warehouses[one.warehouse_id], asked.with_, parts)})


@router.post("/v2/posting/fbs/cancel")
async def cancel(request: Request) -> Response:
    """The seller cancels a whole posting."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, CancelFbsPostingRequest)
    now = room.now()
    one = found(room, asked.posting_number, now)
    check_reason(asked.cancel_reason_id, asked.cancel_reason_message)
    check_cancellable(one)
    sales.cancel(room.books, one, reason_id=asked.cancel_reason_id, by="seller", now=now)
    return told({"result": True})


@router.post("/v1/posting/fbs/cancel-reason")
async def cancel_reasons(request: Request) -> Response:
    """Why each of these postings may be cancelled."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, CancelReasonRequest)
    now = room.now()
    postings = [found(room, number, now) for number in asked.related_posting_numbers]
    reasons = [{"id": key, "title": title, "type_id": by} for key, (title, by) in REASONS.items() if by == "seller"]
    return told(
        {
            "result": [
                {"posting_number": one.posting_number, "reasons": [] if one.status in NOT_CANCELLABLE else reasons} for one in postings
            ]
        }
    )


def found(room: OzonRoom, posting_number: str, now: datetime) -> Posting:
    """A posting that is shown.

    Raises:
        Refusal: there is none.
    """
    one = room.books.postings.get(posting_number)
    if one is None or one.visible_at > now:
        raise refused(NOT_FOUND, "POSTING_NOT_FOUND")
    return one


def check_reason(reason_id: int, message: str) -> None:
    """One of the seller's reasons.

    Raises:
        Refusal: it is not, or it is "other" and says nothing.
    """
    if REASONS.get(reason_id, ("", ""))[1] != "seller":
        raise refused(INVALID, "HAS_INCORRECT_CANCEL_REASON")
    if reason_id == OTHER_REASON and not message:
        raise refused(INVALID, "Request validation error: cancel_reason_message is required for cancel_reason_id 402")


def check_cancellable(one: Posting) -> None:
    """Still with the seller.

    Raises:
        Refusal: it is not.
    """
    if one.status in NOT_CANCELLABLE:
        raise refused(PRECONDITION, "POSTING_ALREADY_CANCELLED" if one.status == "cancelled" else "HAS_INCORRECT_STATUS")


def _page(room: OzonRoom, asked: Paged, limit: int, suits: Callable[[Posting], bool]) -> dict[str, Any]:
    now, position = room.now(), position_of(asked.cursor)
    is_falling = asked.sort_dir == "DESC"
    ordered = reversed(room.books.postings.values()) if is_falling else iter(room.books.postings.values())
    following = (one for one in ordered if not position or (one.number < position if is_falling else one.number > position))
    found = [one for one in following if one.visible_at <= now and suits(one)]
    page, has_next = found[:limit], len(found) > limit
    return {
        "postings": [in_list(one, room.books.warehouses[one.warehouse_id], asked.with_) for one in page],
        "has_next": has_next,
        "cursor": cursor_of(page[-1].number) if has_next else "",
    }


def _within(at: datetime, since: datetime | None, to: datetime | None) -> bool:
    return (since is None or at >= since) and (to is None or at <= to)


def _check_period(since: datetime | None, to: datetime | None) -> None:
    if since is not None and to is not None and not timedelta() <= to - since <= YEAR:
        raise refused(INVALID, "PERIOD_IS_TOO_LONG")
