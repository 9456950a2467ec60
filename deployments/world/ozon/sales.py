"""Buyers' side of the cabinet: what is sold, reserved, split, cancelled in part or whole, and what comes back on sale when."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from deployments.world.ozon.books import Books, Card
from deployments.world.ozon.posting_books import Posting, Reservation


def sell(books: Books, card: Card, warehouse_id: int, pcs: int, now: datetime, *, buyer: dict[str, Any]) -> Posting:
    """A buyer takes free pieces; who pays late is not in process yet."""
    card.shelves[warehouse_id].move(now, free_pcs=-pcs, reserved_pcs=pcs)
    return _place(books, card, warehouse_id, pcs, now, buyer=buyer, in_process_at=now if buyer.get("is_paid", True) else None)


def reserve(books: Books, card: Card, warehouse_id: int, pcs: int, now: datetime) -> Reservation:
    """A company takes free pieces and has not paid: nothing but the reserve shows it."""
    card.shelves[warehouse_id].move(now, free_pcs=-pcs, reserved_pcs=pcs)
    books.reserved += 1
    one = Reservation(ref=f"reserve-{books.reserved}", product_id=card.product_id, warehouse_id=warehouse_id, pcs=pcs)
    books.reservations[one.ref] = one
    return one


def pay(books: Books, ref: str, now: datetime) -> Posting:
    """What was reserved becomes a posting."""
    one = books.reservations.pop(ref)
    card = books.cards[one.product_id]
    return _place(books, card, one.warehouse_id, one.pcs, now, buyer={"is_legal": True}, in_process_at=now)


def abandon(books: Books, ref: str, now: datetime) -> None:
    """What was reserved is on sale again."""
    one = books.reservations.pop(ref)
    books.cards[one.product_id].shelves[one.warehouse_id].move(now, free_pcs=one.pcs, reserved_pcs=-one.pcs)


def cancel(books: Books, posting: Posting, *, reason_id: int, by: str, now: datetime) -> None:
    """A posting is cancelled; what it reserved is for sale again when the cabinet's slowness says so."""
    if not posting.is_shipped:
        _release(books, posting, posting.pcs, now)
    old_status, posting.status, posting.changed_at = posting.status, "cancelled", now
    posting.cancel_reason_id, posting.cancelled_by = reason_id, by
    books.mail.tell_cancelled(posting, old_status, now)


def take_out(books: Books, posting: Posting, pcs: int, *, reason_id: int, by: str, now: datetime) -> None:
    """Some pieces are cancelled; with the last of them the posting is."""
    if pcs >= posting.pcs:
        cancel(books, posting, reason_id=reason_id, by=by, now=now)
        return
    _release(books, posting, pcs, now)
    posting.pcs -= pcs
    posting.changed_at = now


def split(books: Books, posting: Posting, parts: list[int], now: datetime) -> list[Posting]:
    """Parts of a posting become postings of their own; where nothing would be left of it, the first part is it. Returns the new ones."""
    apart = parts[1:] if sum(parts) >= posting.pcs else parts
    posting.pcs -= sum(apart)
    posting.changed_at = now
    return [_part(books, posting, pcs, now) for pcs in apart]


def hand_over(books: Books, posting: Posting, status: str, now: datetime) -> None:
    """A posting moves on; once with the carrier, its pieces have left the shelf."""
    if status in ("delivering", "driver_pickup", "delivered") and not posting.is_shipped:
        posting.is_shipped = True
        if shelf := books.shelf_of(posting):
            shelf.move(now, reserved_pcs=-posting.pcs)
    posting.status, posting.changed_at = status, now
    books.mail.tell_moved(posting, now)


def _release(books: Books, posting: Posting, pcs: int, now: datetime) -> None:
    shelf, restored_at = books.shelf_of(posting), books.slowness.restored_at(now)
    if shelf is None:
        return
    if restored_at == now:
        shelf.move(now, free_pcs=pcs, reserved_pcs=-pcs)
        return
    shelf.move(now, reserved_pcs=-pcs)
    if restored_at is not None:
        books.restore_later(posting.product_id, posting.warehouse_id, pcs, restored_at)


def _place(
    books: Books, card: Card, warehouse_id: int, pcs: int, now: datetime, *, buyer: dict[str, Any], in_process_at: datetime | None
) -> Posting:
    books.ordered += 1
    one = Posting(
        number=len(books.postings) + 1,
        order_no=books.ordered,
        product_id=card.product_id,
        sku=card.sku,
        offer_id=card.offer_id,
        name=card.content.name,
        price_kopecks=card.prices.price_kopecks,
        pcs=pcs,
        warehouse_id=warehouse_id,
        created_at=now,
        visible_at=books.slowness.visible_at(now, books.ordered),
        changed_at=now,
        in_process_at=in_process_at,
        buyer=buyer,
    )
    books.postings[one.posting_number] = one
    books.mail.tell_new(one, now)
    return one


def _part(books: Books, posting: Posting, pcs: int, now: datetime) -> Posting:
    part = 1 + max(one.part for one in books.postings.values() if one.order_no == posting.order_no)
    number, parent = len(books.postings) + 1, posting.posting_number
    child = replace(posting, number=number, part=part, parent=parent, pcs=pcs, changed_at=now, status="awaiting_packaging")
    books.postings[child.posting_number] = child
    books.mail.tell_new(child, now)
    return child
