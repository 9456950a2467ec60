"""A card out of what was said of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from deployments.world.wildberries.books import Books, Card, Size
from deployments.world.wildberries.card_requests import CardSaid, SizeSaid, VariantSaid
from deployments.world.wildberries.subjects import SUBJECTS

ONE_SIZE = {False: ("0", ""), True: ("A", "1")}


def made(books: Books, said: VariantSaid, *, subject_id: int, imt_id: int, now: datetime, settled_at: datetime) -> Card:
    """A new card with ids of its own; a size and a barcode are made up where none is said."""
    nm_id = books.next_nm_id()
    card = Card(
        nm_id=nm_id,
        imt_id=imt_id,
        nm_uuid=str(uuid.UUID(int=nm_id)),
        subject_id=subject_id,
        sizes=[],
        created_at=now,
        updated_at=now,
        **_told(said),
    )
    card.sizes = [_size(books, card, size, settled_at) for size in said.sizes or [SizeSaid()]]
    return card


def changed(books: Books, known: Card, said: CardSaid, now: datetime, *, settled_at: datetime, busy: timedelta) -> Card:
    """The card as it shall be: sizes and barcodes are only added, everything else is written over."""
    card = Card(
        nm_id=known.nm_id,
        imt_id=known.imt_id,
        nm_uuid=known.nm_uuid,
        subject_id=known.subject_id,
        sizes=[],
        created_at=known.created_at,
        updated_at=now,
        **_told(said),
    )
    sizes = {size.chrt_id: _kept(size, now, busy) for size in known.sizes}
    for one in said.sizes:
        same = _same(known, one)
        if same is None:
            new = _size(books, card, one, settled_at)
            sizes[new.chrt_id] = new
        else:
            sizes[same].skus.extend(sku for sku in one.skus if sku not in sizes[same].skus)
    card.sizes = list(sizes.values())
    return card


def _told(said: VariantSaid) -> dict[str, Any]:
    return {
        "vendor_code": said.vendor_code,
        "brand": said.brand,
        "title": said.title,
        "description": said.description,
        "is_marked": said.is_marked,
        "wholesale": said.wholesale.model_dump() if said.wholesale else None,
        "dimensions": said.dimensions.model_dump(by_alias=True),
        "characteristics": [one.model_dump() for one in said.characteristics],
    }


def _size(books: Books, card: Card, said: SizeSaid, settled_at: datetime) -> Size:
    tech_size, wb_size = ONE_SIZE[SUBJECTS[card.subject_id].has_sizes]
    return Size(
        chrt_id=books.next_chrt_id(),
        tech_size=tech_size if said.tech_size is None else said.tech_size,
        wb_size=wb_size if said.wb_size is None else said.wb_size,
        skus=said.skus or [books.next_barcode()],
        settled_at=settled_at,
        price=said.price,
    )


def _kept(size: Size, now: datetime, busy: timedelta) -> Size:
    settled_at = max(size.settled_at, now + busy) if busy else size.settled_at
    return Size(
        chrt_id=size.chrt_id,
        tech_size=size.tech_size,
        wb_size=size.wb_size,
        skus=list(size.skus),
        settled_at=settled_at,
        price=size.price,
    )


def _same(known: Card, said: SizeSaid) -> int | None:
    """The size that is meant: by its id, by a barcode, or the only one of goods without sizes."""
    if said.chrt_id is not None:
        return said.chrt_id
    by_barcode = next((size.chrt_id for size in known.sizes if set(size.skus) & set(said.skus)), None)
    is_plain = not SUBJECTS[known.subject_id].has_sizes and len(known.sizes) == 1
    return by_barcode or (known.sizes[0].chrt_id if is_plain else None)
