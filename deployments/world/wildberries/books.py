"""What a Wildberries cabinet holds: cards, prices, stock of the seller's warehouses, assembly tasks."""

import bisect
import itertools
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deployments.world.slowness import Later, Slowness
from deployments.world.wildberries.counting import Ids
from deployments.world.wildberries.price_books import PriceBook
from deployments.world.wildberries.shelves import Change, Warehouse
from deployments.world.wildberries.supply_books import SupplyBook
from deployments.world.wildberries.task_books import Task, TaskBook

NM_FROM = 206_025_001
CHRT_FROM = 316_399_001
IMT_FROM = 123_654_001
BARCODE_FROM = 2_000_000_000_001


@dataclass(kw_only=True)
class Size:
    """What is priced, stocked and sold: a card has at least one. ``price`` is in roubles before the discount, 0 where none is set."""

    chrt_id: int
    tech_size: str
    wb_size: str
    skus: list[str]
    settled_at: datetime
    price: int = 0


@dataclass(kw_only=True)
class Card:
    """A card of goods («карточка товара»); ``cargo_type`` is 1 small, 2 oversized, 3 bulky."""

    nm_id: int
    imt_id: int
    nm_uuid: str
    subject_id: int
    vendor_code: str
    brand: str
    title: str
    description: str
    is_marked: bool
    wholesale: dict[str, Any] | None
    dimensions: dict[str, Any]
    characteristics: list[dict[str, Any]]
    sizes: list[Size]
    created_at: datetime
    updated_at: datetime
    photos: int = 0
    video: str = ""
    discount: int = 0
    cargo_type: int = 1

    def is_settled(self, now: datetime) -> bool:
        """Whether prices and stock know the card yet."""
        return any(size.settled_at <= now for size in self.sizes)

    def price_kopecks(self) -> int | None:
        """What a buyer pays, by the dearest size; None where no price is set."""
        return max(size.price for size in self.sizes) * (100 - self.discount) or None


@dataclass(kw_only=True)
class Drafts:
    """Cards of one request that were not made or changed, with the vendor's words («пакет»)."""

    batch_ref: str
    subject_ids: dict[str, int]
    brands: dict[str, str]
    errors: dict[str, list[str]]
    updated_at: datetime


@dataclass(kw_only=True)
class Arrival:
    """What becomes of a request to the catalogue at ``due_at``."""

    due_at: datetime
    cards: list[Card]
    drafts: Drafts | None


@dataclass(kw_only=True)
class Books:
    """Everything that a call may change. ``codes`` and ``barcodes`` count what is on its way too."""

    warehouses: dict[int, Warehouse]
    cards: dict[int, Card] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    barcodes: dict[str, int] = field(default_factory=dict)
    chrts: dict[int, tuple[Card, Size]] = field(default_factory=dict)
    groups: Counter[int] = field(default_factory=Counter)
    arrivals: deque[Arrival] = field(default_factory=deque)
    drafts: dict[str, Drafts] = field(default_factory=dict)
    prices: PriceBook = field(default_factory=PriceBook)
    tasks: TaskBook = field(default_factory=TaskBook)
    supplies: SupplyBook = field(default_factory=SupplyBook)
    returns: dict[int, Any] = field(default_factory=dict, metadata={"of": "deployments.world.wildberries.returns.GoodsReturn"})
    is_banned: bool = False
    slowness: Slowness = field(default_factory=Slowness)
    later: Later[Change] = field(default_factory=Later)
    _changes: list[tuple[datetime, int]] | None = None
    _nm_ids: Ids = field(default_factory=lambda: Ids(upcoming=NM_FROM))
    _chrt_ids: Ids = field(default_factory=lambda: Ids(upcoming=CHRT_FROM))
    _imt_ids: Ids = field(default_factory=lambda: Ids(upcoming=IMT_FROM))
    _batch_ids: Ids = field(default_factory=lambda: Ids(upcoming=1))
    _barcode_ids: Ids = field(default_factory=lambda: Ids(upcoming=BARCODE_FROM))

    def next_nm_id(self) -> int:
        """The id of a card to be."""
        return self._nm_ids.take()

    def next_chrt_id(self) -> int:
        """The id of a size to be."""
        return self._chrt_ids.take()

    def next_imt_id(self) -> int:
        """The id of a group of cards to be."""
        return self._imt_ids.take()

    def next_batch_ref(self) -> str:
        """The id of drafts to be."""
        return str(uuid.UUID(int=self._batch_ids.take(), version=4))

    def next_barcode(self) -> str:
        """A barcode that nothing in the cabinet has."""
        while (code := str(self._barcode_ids.take())) in self.barcodes:
            pass
        return code

    def ripen(self, now: datetime) -> None:
        """What was promised by ``now`` has come."""
        while self.arrivals and self.arrivals[0].due_at <= now:
            arrival = self.arrivals.popleft()
            for card in arrival.cards:
                self.keep(card)
            if arrival.drafts is not None:
                self.drafts[arrival.drafts.batch_ref] = arrival.drafts
        for upload in self.prices.due(now):
            upload.settle(self.cards, self.prices.quarantine, now)
        for at, change in self.later.due(now):
            warehouse = self.warehouses[change.warehouse_id]
            if change.is_absolute and change.chrt_id in self.chrts:
                warehouse.put(change.chrt_id, change.pcs, at)
            else:
                warehouse.move(change.chrt_id, change.pcs, at)

    def reserve(self, card: Card) -> None:
        """Its code and barcodes are taken from now on."""
        self.codes[card.vendor_code] = card.nm_id
        self.groups[card.imt_id] += card.nm_id not in self.cards
        for size in card.sizes:
            self.barcodes.update(dict.fromkeys(size.skus, size.chrt_id))

    def keep(self, card: Card) -> None:
        """The card is in the cabinet; one with its id is written over, but for what the catalogue cannot change."""
        if self.codes.get(card.vendor_code) != card.nm_id:
            return
        known = self.cards.get(card.nm_id)
        if known is not None:
            if known.vendor_code != card.vendor_code:
                self.codes.pop(known.vendor_code, None)
            card.discount, card.photos, card.video, card.cargo_type = known.discount, known.photos, known.video, known.cargo_type
            prices = {size.chrt_id: size.price for size in known.sizes}
            for size in card.sizes:
                size.price = prices.get(size.chrt_id, size.price)
        self.cards[card.nm_id] = card
        self.chrts.update({size.chrt_id: (card, size) for size in card.sizes})
        self._changes = None

    def touch(self, card: Card, now: datetime) -> None:
        """The card has changed."""
        card.updated_at = now
        self._changes = None

    def remove(self, card: Card, now: datetime) -> None:
        """The card and all that hangs on it leave."""
        del self.cards[card.nm_id], self.codes[card.vendor_code]
        self.groups[card.imt_id] -= 1
        for size in card.sizes:
            del self.chrts[size.chrt_id]
            for sku in size.skus:
                self.barcodes.pop(sku, None)
            for warehouse in self.warehouses.values():
                warehouse.forget(size.chrt_id, now)
        self._changes = None

    def changed_after(self, cursor: tuple[datetime, int] | None) -> Iterator[Card]:
        """Cards by their last change, oldest first, those after the cursor."""
        changes = self._ordered()
        first = bisect.bisect_right(changes, cursor) if cursor else 0
        return (self.cards[nm_id] for _, nm_id in itertools.islice(changes, first, None))

    def changed_before(self, cursor: tuple[datetime, int] | None) -> Iterator[Card]:
        """Cards by their last change, newest first, those before the cursor."""
        changes = self._ordered()
        last = bisect.bisect_left(changes, cursor) if cursor else len(changes)
        return (self.cards[nm_id] for _, nm_id in reversed(changes[:last]))

    def by_code(self, vendor_code: str) -> Card | None:
        """The card in the cabinet with this code."""
        return self.cards.get(self.codes.get(vendor_code, 0))

    def sell(self, card: Card, warehouse: Warehouse, pcs: int, *, placed: Task) -> list[Task] | None:
        """One task for each piece, or None where the warehouse shows fewer than ``pcs``."""
        size = next((one for one in card.sizes if warehouse.stock.get(one.chrt_id, 0) >= pcs), None)
        if size is None:
            return None
        warehouse.move(size.chrt_id, -pcs, placed.created_at)
        return self.tasks.place(placed, pcs, chrt_id=size.chrt_id, skus=size.skus, price_kopecks=size.price * (100 - card.discount))

    def write(self, warehouse: Warehouse, chrt_id: int, pcs: int, now: datetime) -> None:
        """The seller's figure; it is taken now and has its effect when the slowness says so."""
        shown_at = self.slowness.shown_at(now)
        if shown_at == now:
            warehouse.put(chrt_id, pcs, now)
        else:
            self.later.put(Change(warehouse_id=warehouse.warehouse_id, chrt_id=chrt_id, pcs=pcs, is_absolute=True), shown_at)

    def put_back(self, task: Task, now: datetime) -> None:
        """A cancelled piece is on sale again when the slowness says so, if ever."""
        restored_at = self.slowness.restored_at(now)
        if restored_at == now:
            self.warehouses[task.warehouse_id].move(task.chrt_id, 1, now)
        elif restored_at is not None:
            self.later.put(Change(warehouse_id=task.warehouse_id, chrt_id=task.chrt_id, pcs=1, is_absolute=False), restored_at)

    def _ordered(self) -> list[tuple[datetime, int]]:
        if self._changes is None:
            self._changes = sorted((card.updated_at, card.nm_id) for card in self.cards.values())
        return self._changes
