"""Uploads of prices: taken at once, worked through a little later, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from deployments.world.wildberries.counting import Ids

QUARANTINE_FACTOR = 3
QUARANTINED = "The new price is several times lower than the current price. Item has been moved to Price Quarantine"
UNKNOWN_ITEM = "Invalid item No."

IN_WORK, DONE, CANCELLED, PARTLY_WRONG, ALL_WRONG = 1, 3, 4, 5, 6
ROW_IN_WORK, ROW_DONE, ROW_WRONG = 1, 2, 3


class PricedSize(Protocol):
    """A size as prices see it."""

    chrt_id: int
    tech_size: str
    price: int


class Priced(Protocol):
    """A card as prices see it."""

    nm_id: int
    vendor_code: str
    discount: int

    @property
    def sizes(self) -> Sequence[PricedSize]:
        """At least one."""

    def is_settled(self, now: datetime) -> bool:
        """Whether prices know it yet."""


@dataclass(kw_only=True)
class Row:
    """One card's new price and discount; None leaves what there is."""

    nm_id: int
    vendor_code: str
    price: int | None
    discount: int | None
    status: int = ROW_IN_WORK
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A price held back because it is at least three times lower."""

    nm_id: int
    new_price: int
    new_discount: int
    old_price: int
    old_discount: int


@dataclass(kw_only=True)
class Upload:
    """A request to change prices."""

    upload_id: int
    rows: list[Row]
    uploaded_at: datetime
    due_at: datetime
    status: int = IN_WORK

    @property
    def good_rows(self) -> int:
        """Rows without an error."""
        return sum(row.status == ROW_DONE for row in self.rows)

    def settle(self, cards: Mapping[int, Priced], quarantine: dict[int, Quarantined], now: datetime) -> None:
        """Every row takes effect or gets its error."""
        for row in self.rows:
            card = cards.get(row.nm_id)
            row.error = row.error or (UNKNOWN_ITEM if card is None or not card.is_settled(now) else _priced(card, row, quarantine))
            row.status = ROW_WRONG if row.error else ROW_DONE
        self.status = DONE if self.good_rows == len(self.rows) else PARTLY_WRONG if self.good_rows else ALL_WRONG


@dataclass(kw_only=True)
class PriceBook:
    """Uploads by their id, and the prices in quarantine by card."""

    uploads: dict[int, Upload] = field(default_factory=dict)
    quarantine: dict[int, Quarantined] = field(default_factory=dict)
    _waiting: list[int] = field(default_factory=list)
    _ids: Ids = field(default_factory=lambda: Ids(upcoming=146_567))

    def twin(self, rows: list[Row]) -> Upload | None:
        """An upload of the same rows that is still being worked through."""
        return next((self.uploads[upload_id] for upload_id in self._waiting if _told(self.uploads[upload_id].rows) == _told(rows)), None)

    def take(self, rows: list[Row], now: datetime, due_at: datetime) -> Upload:
        """A new upload."""
        upload = Upload(upload_id=self._ids.take(), rows=rows, uploaded_at=now, due_at=due_at)
        self.uploads[upload.upload_id] = upload
        self._waiting.append(upload.upload_id)
        return upload

    def due(self, now: datetime) -> list[Upload]:
        """Uploads whose time has come; they wait no more."""
        due = [self.uploads[upload_id] for upload_id in self._waiting if self.uploads[upload_id].due_at <= now]
        self._waiting = [upload_id for upload_id in self._waiting if self.uploads[upload_id].due_at > now]
        return due


def is_already_set(card: Priced, row: Row) -> bool:
    """Whether the row would change nothing."""
    return row.discount in (None, card.discount) and all(row.price in (None, size.price) for size in card.sizes)


def _priced(card: Priced, row: Row, quarantine: dict[int, Quarantined]) -> str | None:
    old = max(size.price for size in card.sizes)
    new = old if row.price is None else row.price
    discount = card.discount if row.discount is None else row.discount
    if old and new * (100 - discount) * QUARANTINE_FACTOR <= old * (100 - card.discount):
        quarantine[card.nm_id] = Quarantined(
            nm_id=card.nm_id, new_price=new, new_discount=discount, old_price=old, old_discount=card.discount
        )
        return QUARANTINED
    quarantine.pop(card.nm_id, None)
    card.discount = discount
    for size in card.sizes:
        size.price = new if row.price is not None else size.price
    return None


def _told(rows: list[Row]) -> list[tuple[int, int | None, int | None]]:
    return [(row.nm_id, row.price, row.discount) for row in rows]
