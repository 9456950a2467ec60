"""What the Market knows of one seller's cabinet: its shops and warehouses, offers, prices, stock and orders.

Nothing here reads a clock; what takes time is kept with the instant from which it is seen, and looked at when somebody asks.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

T = TypeVar("T")

FINAL = ("CANCELLED", "DELIVERED", "RETURNED", "PARTIALLY_RETURNED")


@dataclass(kw_only=True)
class Lagged(Generic[T]):
    """A value that is seen some time after it was accepted. Values are replaced and never changed, so that a copy shares them."""

    shown: T | None = None
    coming: list[tuple[datetime, T]] = field(default_factory=list)

    def copied(self) -> "Lagged[T]":
        """The same value, to be changed by itself."""
        return Lagged(shown=self.shown, coming=list(self.coming))

    def accept(self, value: T, *, seen_at: datetime) -> None:
        """Keep a value that is to be seen later."""
        self.coming.append((seen_at, value))

    def put(self, value: T) -> None:
        """As if typed into the cabinet: seen at once, instead of all that was coming."""
        self.coming.clear()
        self.shown = value

    def seen(self, now: datetime) -> T | None:
        """What the Market shows at this instant."""
        while self.coming and self.coming[0][0] <= now:
            self.shown = self.coming.pop(0)[1]
        return self.shown

    @property
    def latest(self) -> T | None:
        """What was accepted last, seen or not."""
        return self.coming[-1][1] if self.coming else self.shown


@dataclass(kw_only=True)
class Campaign:
    """A shop of the cabinet, by the id of the API and not the one that the cabinet shows."""

    id: int
    name: str
    api: str = "AVAILABLE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Warehouse:
    """A seller's own warehouse; those of one group have one stock."""

    id: int
    name: str
    campaign_id: int
    group_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """A price in roubles, as the seller sent it."""

    value: float
    discount_base: float | None = None
    minimum_for_bestseller: float | None = None
    vat: int | None = None
    updated_at: datetime

    @property
    def kopecks(self) -> int:
        """The price in kopecks."""
        return round(self.value * 100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """A price that changed too sharply to be shown, and the one that is shown meanwhile; of all shops."""

    current: Price
    last_valid: Price


@dataclass(kw_only=True)
class Offer:
    """A card of the cabinet's catalogue. ``fields`` are those of the vendor's own ``BaseOfferDTO``."""

    sku: str
    market_sku: int
    fields: Lagged[dict[str, Any]] = field(default_factory=Lagged)
    price: Lagged[Price] = field(default_factory=Lagged)
    campaign_prices: dict[int, Lagged[Price]] = field(default_factory=dict)
    parameters: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    has_card_from: datetime
    refused_because: str | None = None

    def copied(self) -> "Offer":
        """The same offer, to be changed by itself."""
        prices = {number: price.copied() for number, price in self.campaign_prices.items()}
        return replace(
            self,
            fields=self.fields.copied(),
            price=self.price.copied(),
            campaign_prices=prices,
            parameters=dict(self.parameters),
        )

    def card_status(self, now: datetime) -> str:
        """One of the vendor's ``OfferCardStatusType``."""
        if self.refused_because is not None:
            return "NO_CARD_ERRORS"
        return "HAS_CARD_CAN_UPDATE" if now >= self.has_card_from else "NO_CARD_PROCESSING"

    def campaign_status(self, pcs: int, now: datetime) -> str:
        """One of the vendor's ``OfferCampaignStatusType``."""
        if not self.card_status(now).startswith("HAS_CARD"):
            return "NO_CARD" if self.refused_because is not None else "CREATING_CARD"
        if self.price.seen(now) is None:
            return "DISABLED_AUTOMATICALLY"
        return "PUBLISHED" if pcs > 0 else "NO_STOCKS"

    def is_sellable(self, now: datetime) -> bool:
        """In the catalogue, with a card and a price."""
        return self.fields.seen(now) is not None and self.card_status(now).startswith("HAS_CARD") and self.price.seen(now) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """Pieces available to order, and the moment at which that was true."""

    pcs: int
    updated_at: datetime


@dataclass(kw_only=True)
class Order:
    """An order of one line. ``seen_from`` is when the seller first sees it."""

    id: int
    campaign_id: int
    warehouse_id: int
    sku: str
    name: str
    pcs: int
    kopecks: int
    status: str
    substatus: str
    is_fake: bool
    created_at: datetime
    updated_at: datetime
    seen_from: datetime
    buyer: dict[str, Any]

    @property
    def freezes_pcs(self) -> bool:
        """Its pieces still lie in the warehouse."""
        return self.status in ("RESERVED", "UNPAID", "PENDING", "PROCESSING")


@dataclass(kw_only=True)
class Books:
    """The cabinet. A pool of stock is a warehouse, or a group of them by the group's id."""

    business_id: int
    campaigns: dict[int, Campaign]
    warehouses: dict[int, Warehouse]
    is_locked: bool = False
    offers: dict[str, Offer] = field(default_factory=dict)
    used: dict[str, dict[str, Any]] = field(default_factory=dict)
    shelves: dict[int, dict[str, Lagged[Count]]] = field(default_factory=dict)
    frozen: Counter[tuple[int, str]] = field(default_factory=Counter)
    returned: dict[str, int] = field(default_factory=dict)
    quarantine: dict[str, Quarantined] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    last_market_sku: int = 100_000_000
    last_order: int = 50_000_000

    def __deepcopy__(self, memo: dict[int, Any]) -> "Books":
        return replace(
            self,
            campaigns=deepcopy(self.campaigns, memo),
            offers={sku: offer.copied() for sku, offer in self.offers.items()},
            used=dict(self.used),
            shelves={pool: {sku: count.copied() for sku, count in shelf.items()} for pool, shelf in self.shelves.items()},
            frozen=self.frozen.copy(),
            returned=dict(self.returned),
            quarantine=dict(self.quarantine),
            orders={number: replace(order) for number, order in self.orders.items()},
        )

    @property
    def has_groups(self) -> bool:
        """Whether any warehouse is in a group, which decides how stock is told."""
        return any(warehouse.group_id is not None for warehouse in self.warehouses.values())

    def warehouse_of(self, campaign_id: int) -> Warehouse:
        """The warehouse that a shop sells from."""
        return next(warehouse for warehouse in self.warehouses.values() if warehouse.campaign_id == campaign_id)

    def pool_of(self, warehouse: Warehouse) -> int:
        """Whose stock it is."""
        return warehouse.group_id or warehouse.id

    def offer(self, sku: str, now: datetime) -> Offer | None:
        """An offer that has reached the catalogue."""
        offer = self.offers.get(sku)
        return offer if offer is not None and offer.fields.seen(now) is not None else None

    def create(self, sku: str, *, has_card_from: datetime) -> Offer:
        """A new offer, not yet seen."""
        self.last_market_sku += 1
        self.offers[sku] = Offer(sku=sku, market_sku=self.last_market_sku, has_card_from=has_card_from)
        return self.offers[sku]

    def remove(self, sku: str) -> None:
        """The card leaves; its SKU stays used."""
        offer = self.offers.pop(sku)
        self.used[sku] = offer.fields.latest or {}
        self.quarantine.pop(sku, None)
        for shelf in self.shelves.values():
            shelf.pop(sku, None)

    def tell_stock(self, pool: int, sku: str, count: Count, *, seen_at: datetime) -> None:
        """The seller's own number; one that was true before the kept one changes nothing."""
        shelf = self.shelves.setdefault(pool, {}).setdefault(sku, Lagged())
        kept = shelf.latest
        if kept is None or kept.updated_at <= count.updated_at:
            shelf.accept(count, seen_at=seen_at)

    def put_stock(self, pool: int, sku: str, count: Count) -> None:
        """As if typed into the cabinet."""
        self.shelves.setdefault(pool, {}).setdefault(sku, Lagged()).put(count)

    def stock(self, pool: int, sku: str, now: datetime) -> Count | None:
        """What a pool shows of an offer."""
        shelf = self.shelves.get(pool, {}).get(sku)
        return shelf.seen(now) if shelf is not None else None

    def sell(self, order: Order, now: datetime) -> int:
        """Take what an order orders from what is shown; returns what is left."""
        pool = self.pool_of(self.warehouses[order.warehouse_id])
        self._move(pool, order.sku, order.pcs, now)
        self.orders[order.id] = order
        return self.shown_pcs(pool, order.sku, now)

    def change(self, order: Order, *, status: str, substatus: str, now: datetime) -> None:
        """A new status; pieces of a cancelled order that still lie in the warehouse are on sale again."""
        had_frozen = order.freezes_pcs
        order.status, order.substatus, order.updated_at = status, substatus, now
        if not had_frozen or order.freezes_pcs:
            return
        pool = self.pool_of(self.warehouses[order.warehouse_id])
        if status == "CANCELLED":
            self._move(pool, order.sku, -order.pcs, now)
        else:
            self.frozen[pool, order.sku] -= order.pcs

    def _move(self, pool: int, sku: str, pcs: int, now: datetime) -> None:
        self.frozen[pool, sku] += pcs
        shelf = self.shelves.get(pool, {}).get(sku)
        count = shelf.seen(now) if shelf is not None else None
        if shelf is not None and count is not None:
            shelf.shown = Count(pcs=count.pcs - pcs, updated_at=count.updated_at)

    def shown_pcs(self, pool: int, sku: str, now: datetime) -> int:
        """Pieces that a pool shows as available to order."""
        count = self.stock(pool, sku, now)
        return count.pcs if count is not None else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lags:
    """How long the Market takes: the vendor says "not at once, up to several minutes" and names no number.

    ``stock`` also is when a sale no longer sees the number before; ``orders`` when a seller first sees an order.
    """

    catalog: timedelta = timedelta(minutes=3)
    card: timedelta = timedelta(minutes=10)
    price: timedelta = timedelta(minutes=3)
    stock: timedelta = timedelta(minutes=15)
    orders: timedelta = timedelta(0)
