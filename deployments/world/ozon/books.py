"""What an Ozon cabinet holds: cards, stock, warehouses, tasks of import, postings.

Nothing here reads a clock: whoever asks says ``now``, and what has become due by then happens before the answer (`Books.settle`).
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

FIRST_PRODUCT, FIRST_SKU, FIRST_TASK, FIRST_WAREHOUSE, FIRST_ORDER = (
    1_386_000_001,
    820_000_001,
    172_549_793,
    20_605_650_762_000,
    33_301_885_000,
)
PRICE_UPDATES, PRICE_PERIOD = 10, timedelta(hours=1)
PAIR_PAUSE = timedelta(seconds=30)
KGT_FROM_G = 25_000

ItemStatus = Literal["pending", "imported", "failed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that one import says of a product but its prices; the next import replaces it whole."""

    name: str
    description_category_id: int
    type_id: int
    vat: str = "0"
    barcode: str = ""
    images: tuple[str, ...] = ()
    color_image: str = ""
    depth_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    weight_g: int = 0
    attributes: tuple[tuple[int, tuple[tuple[int, str], ...]], ...] = ()
    others: tuple[tuple[str, str], ...] = ()

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What a product costs, in kopecks; 0 is none."""

    price_kopecks: int = 0
    old_price_kopecks: int = 0
    min_price_kopecks: int = 0
    net_price_kopecks: int = 0

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self


@dataclass(kw_only=True)
class Shelf:
    """A product at a warehouse. What the seller writes is ``free_pcs``: what buyers reserved lies beside it."""

    free_pcs: int = 0
    reserved_pcs: int = 0
    updated_at: datetime
    written_at: datetime | None = None

    @property
    def present_pcs(self) -> int:
        """All that lies there."""
        return self.free_pcs + self.reserved_pcs


@dataclass(kw_only=True)
class Card:
    """A product. ``ready_at`` is when its status becomes `price_sent`; ``barred`` is a code that its stock updates are refused with."""

    product_id: int
    sku: int
    offer_id: str
    content: Content
    prices: Prices
    created_at: datetime
    ready_at: datetime
    updated_at: datetime
    is_archived: bool = False
    barred: str | None = None
    shelves: dict[int, Shelf] = field(default_factory=dict)
    priced_at: list[datetime] = field(default_factory=list)

    def is_ready(self, now: datetime) -> bool:
        """Moderated and priced: it has an SKU, and stock can be set."""
        return now >= self.ready_at

    def is_sellable(self, now: datetime) -> bool:
        """A buyer would be let to buy it, were there a piece."""
        return self.is_ready(now) and not self.is_archived and self.prices.price_kopecks > 0

    @property
    def is_kgt(self) -> bool:
        """Bulky («КГТ»)."""
        return self.content.weight_g > KGT_FROM_G

    @property
    def free_pcs(self) -> int:
        """Shown for sale at all warehouses."""
        return sum(shelf.free_pcs for shelf in self.shelves.values())


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """A seller's warehouse (FBS)."""

    warehouse_id: int
    name: str
    is_kgt: bool = False
    status: str = "created"
    max_weight_g: int = 300_000

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self


@dataclass(kw_only=True)
class Item:
    """A product within a task of import; the judgement was passed when it came, the effect waits for the task."""

    offer_id: str
    content: Content | None = None
    prices: Prices = Prices()
    errors: list[dict[str, Any]] = field(default_factory=list)
    product_id: int = 0
    status: ItemStatus = "pending"


@dataclass(kw_only=True)
class Task:
    """An import under way or done."""

    task_id: int
    due_at: datetime
    items: list[Item]


@dataclass(kw_only=True)
class Posting:
    """An FBS posting («отправление») of one product; it reserves its pieces from the moment the buyer orders."""

    number: int
    product_id: int
    sku: int
    offer_id: str
    name: str
    price_kopecks: int
    pcs: int
    warehouse_id: int
    created_at: datetime
    visible_at: datetime
    changed_at: datetime
    in_process_at: datetime | None
    buyer: dict[str, Any]
    status: str = "awaiting_packaging"
    cancel_reason_id: int = 0
    cancelled_by: str = ""
    is_shipped: bool = False

    @property
    def order_id(self) -> int:
        """Ozon's order."""
        return FIRST_ORDER + self.number

    @property
    def order_number(self) -> str:
        """The order as people know it."""
        return f"{41_517_061 + self.number // 10_000:08d}-{self.number % 10_000:04d}"

    @property
    def posting_number(self) -> str:
        """The key of a posting."""
        return f"{self.order_number}-1"


@dataclass(kw_only=True)
class Books:
    """The cabinet."""

    moderation: timedelta
    cards: dict[int, Card] = field(default_factory=dict)
    by_offer: dict[str, int] = field(default_factory=dict)
    by_sku: dict[int, int] = field(default_factory=dict)
    warehouses: dict[int, Warehouse] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    waiting: deque[int] = field(default_factory=deque)
    postings: dict[str, Posting] = field(default_factory=dict)
    created_on: Counter[date] = field(default_factory=Counter)
    updated_on: Counter[date] = field(default_factory=Counter)
    issued: int = 0

    def settle(self, now: datetime) -> None:
        """Whatever has become due by ``now`` happens, in the order it was asked for."""
        while self.waiting and self.tasks[self.waiting[0]].due_at <= now:
            task = self.tasks[self.waiting.popleft()]
            for item in task.items:
                self._apply(item, task.due_at)

    def offered(self, offer_id: str) -> Card | None:
        """The card of the seller's own code."""
        product_id = self.by_offer.get(offer_id)
        return None if product_id is None else self.cards[product_id]

    def sold_as(self, sku: int) -> Card | None:
        """The card of Ozon's SKU."""
        product_id = self.by_sku.get(sku)
        return None if product_id is None else self.cards[product_id]

    def create(self, *, offer_id: str, content: Content, prices: Prices, at: datetime, ready_at: datetime) -> Card:
        """A new card, with ids of its own."""
        card = Card(
            product_id=FIRST_PRODUCT + self.issued * 3,
            sku=FIRST_SKU + self.issued * 7,
            offer_id=offer_id,
            content=content,
            prices=prices,
            created_at=at,
            ready_at=ready_at,
            updated_at=at,
        )
        self.issued += 1
        self.cards[card.product_id] = card
        self.by_offer[offer_id] = card.product_id
        self.by_sku[card.sku] = card.product_id
        return card

    def remove(self, card: Card) -> None:
        """The card leaves for good."""
        del self.cards[card.product_id], self.by_offer[card.offer_id], self.by_sku[card.sku]

    def enqueue(self, items: list[Item], due_at: datetime) -> Task:
        """A task of import."""
        task = Task(task_id=FIRST_TASK + len(self.tasks), due_at=due_at, items=items)
        self.tasks[task.task_id] = task
        self.waiting.append(task.task_id)
        return task

    def put(self, card: Card, warehouse_id: int, pcs: int, now: datetime) -> Shelf:
        """The figure of free pieces, absolute; what is reserved stays."""
        shelf = card.shelves.setdefault(warehouse_id, Shelf(updated_at=now))
        shelf.free_pcs = pcs
        shelf.updated_at = now
        return shelf

    def cancel(self, posting: Posting, *, reason_id: int, by: str, now: datetime) -> None:
        """A posting is cancelled; what it reserved is for sale again at once."""
        shelf = self._shelf(posting)
        if shelf is not None and not posting.is_shipped:
            shelf.reserved_pcs -= posting.pcs
            shelf.free_pcs += posting.pcs
            shelf.updated_at = now
        posting.status, posting.changed_at = "cancelled", now
        posting.cancel_reason_id, posting.cancelled_by = reason_id, by

    def hand_over(self, posting: Posting, status: str, now: datetime) -> None:
        """A posting moves on; once with the carrier, its pieces have left the shelf."""
        shelf = self._shelf(posting)
        if status in ("delivering", "driver_pickup", "delivered") and not posting.is_shipped:
            posting.is_shipped = True
            if shelf is not None:
                shelf.reserved_pcs -= posting.pcs
                shelf.updated_at = now
        posting.status, posting.changed_at = status, now

    def _shelf(self, posting: Posting) -> Shelf | None:
        card = self.cards.get(posting.product_id)
        return None if card is None else card.shelves.get(posting.warehouse_id)

    def _apply(self, item: Item, at: datetime) -> None:
        card = self.offered(item.offer_id)
        item.product_id = 0 if card is None else card.product_id
        if item.content is None or item.errors:
            item.status = "failed"
            return
        if card is None:
            card = self.create(offer_id=item.offer_id, content=item.content, prices=item.prices, at=at, ready_at=at + self.moderation)
            item.product_id, item.status = card.product_id, "imported"
            return
        prices = replace(card.prices, price_kopecks=item.prices.price_kopecks, old_price_kopecks=item.prices.old_price_kopecks)
        is_same = (card.content, card.prices) == (item.content, prices)
        item.status = "skipped" if is_same else "imported"
        if not is_same:
            card.content, card.prices, card.updated_at = item.content, prices, at
