"""What an Ozon cabinet holds: cards, stock, warehouses, tasks of import, postings.

Nothing here reads a clock: whoever asks says ``now``, and what has become due by then happens before the answer (`Books.settle`).
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

from deployments.world.ozon.posting_books import Posting, Reservation
from deployments.world.ozon.shelves import Shelf, Warehouse
from deployments.world.ozon.telling import OzonMail
from deployments.world.slowness import Later, Slowness

FIRST_PRODUCT, FIRST_SKU, FIRST_TASK, FIRST_WAREHOUSE = 1_386_000_001, 820_000_001, 172_549_793, 20_605_650_762_000
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to happen to a shelf: another figure, or so many more."""

    product_id: int
    warehouse_id: int
    pcs: int
    is_absolute: bool


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
    reservations: dict[str, Reservation] = field(default_factory=dict)
    assembling: list[str] = field(default_factory=list)
    returns: dict[int, Any] = field(default_factory=dict, metadata={"of": "deployments.world.ozon.returns.Return"})
    mail: OzonMail = field(default_factory=OzonMail)
    slowness: Slowness = field(default_factory=Slowness)
    later: Later[Change] = field(default_factory=Later)
    ordered: int = 0
    reserved: int = 0
    created_on: Counter[date] = field(default_factory=Counter)
    updated_on: Counter[date] = field(default_factory=Counter)
    issued: int = 0

    def settle(self, now: datetime) -> None:
        """Whatever has become due by ``now`` happens, in the order it was asked for."""
        while self.waiting and self.tasks[self.waiting[0]].due_at <= now:
            task = self.tasks[self.waiting.popleft()]
            for item in task.items:
                self._apply(item, task.due_at)
        for at, change in self.later.due(now):
            card = self.cards.get(change.product_id)
            if card is None:
                continue
            shelf = self.shelf(card, change.warehouse_id, at)
            shelf.put(change.pcs if change.is_absolute else shelf.free_pcs + change.pcs, at)

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

    def shelf(self, card: Card, warehouse_id: int, now: datetime) -> Shelf:
        """Where a card lies at a warehouse; an empty place where it has never lain."""
        return card.shelves.setdefault(warehouse_id, Shelf(updated_at=now))

    def write(self, card: Card, warehouse_id: int, pcs: int, now: datetime) -> None:
        """The seller's figure of free pieces, absolute; it is taken now and has its effect when the slowness says so."""
        shelf, shown_at = self.shelf(card, warehouse_id, now), self.slowness.shown_at(now)
        shelf.written_at = now
        if shown_at == now:
            shelf.put(pcs, now)
        else:
            self.later.put(Change(product_id=card.product_id, warehouse_id=warehouse_id, pcs=pcs, is_absolute=True), shown_at)

    def restore_later(self, product_id: int, warehouse_id: int, pcs: int, at: datetime) -> None:
        """Pieces that are to be on sale again then."""
        self.later.put(Change(product_id=product_id, warehouse_id=warehouse_id, pcs=pcs, is_absolute=False), at)

    def shelf_of(self, posting: Posting) -> Shelf | None:
        """Where a posting's pieces lie, unless the card has left."""
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
