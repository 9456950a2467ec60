"""What the Market knows of one seller's cabinet: its shops and warehouses, offers, prices, stock and orders.

Nothing here reads a clock; what takes time is kept with the instant from which it is seen, and looked at when somebody asks.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from deployments.world.slowness import Later, Slowness
from deployments.world.yandex_market.order_books import MarketMail, Order
from deployments.world.yandex_market.pools import Count, Lagged, Pile

FINAL = ("CANCELLED", "DELIVERED", "RETURNED", "PARTIALLY_RETURNED")


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


@dataclass(kw_only=True)
class Books:
    """The cabinet. A pool of stock is a warehouse, or a group of them by the group's id."""

    business_id: int
    campaigns: dict[int, Campaign]
    warehouses: dict[int, Warehouse]
    is_locked: bool = False
    offers: dict[str, Offer] = field(default_factory=dict)
    used: dict[str, dict[str, Any]] = field(default_factory=dict)
    shelves: dict[int, dict[str, Pile]] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    quarantine: dict[str, Quarantined] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    returns: dict[int, Any] = field(default_factory=dict, metadata={"of": "deployments.world.yandex_market.returns.Return"})
    mail: MarketMail = field(default_factory=MarketMail)
    slowness: Slowness = field(default_factory=Slowness)
    later: Later[tuple[int, str, int]] = field(default_factory=Later)
    last_market_sku: int = 100_000_000
    last_order: int = 50_000_000

    def __deepcopy__(self, memo: dict[int, Any]) -> "Books":
        return replace(
            self,
            campaigns=deepcopy(self.campaigns, memo),
            offers={sku: offer.copied() for sku, offer in self.offers.items()},
            used=dict(self.used),
            shelves={pool: {sku: pile.copied() for sku, pile in shelf.items()} for pool, shelf in self.shelves.items()},
            returned=dict(self.returned),
            returns=dict(self.returns),
            quarantine=dict(self.quarantine),
            orders={number: replace(order) for number, order in self.orders.items()},
            mail=deepcopy(self.mail, memo),
            later=deepcopy(self.later, memo),
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
            if sku in shelf:
                shelf[sku].forget()

    def pile(self, pool: int, sku: str, now: datetime) -> Pile:
        """An offer in a pool, with all that has come back on sale by now."""
        for at, (where, what, pcs) in self.later.due(now):
            self._pile(where, what).move(at, shown_pcs=pcs)
        return self._pile(pool, sku)

    def stock(self, pool: int, sku: str, now: datetime) -> Count | None:
        """What a pool shows of an offer."""
        return self.pile(pool, sku, now).seen(now) if sku in self.shelves.get(pool, {}) else None

    def sell(self, order: Order, now: datetime) -> int:
        """Take what an order orders from what is shown; returns what is left."""
        pool = self._pool(order)
        self.pile(pool, order.sku, now).move(now, shown_pcs=-order.pcs, frozen_pcs=order.pcs)
        self.orders[order.id] = order
        self.mail.tell_created(order, now)
        return self.shown_pcs(pool, order.sku, now)

    def change(self, order: Order, *, status: str, substatus: str, now: datetime) -> None:
        """A new status; pieces of a cancelled order that still lie in the warehouse are on sale again when the slowness says so."""
        had_frozen = order.freezes_pcs
        order.status, order.substatus, order.updated_at = status, substatus, now
        if had_frozen and not order.freezes_pcs:
            self._thaw(order, order.pcs, now, is_restored=status == "CANCELLED")
        self.mail.tell_moved(order, now)

    def cut(self, order: Order, pcs: int, now: datetime) -> None:
        """Fewer pieces; they are on sale again as those of a cancelled order are."""
        order.pcs -= pcs
        order.updated_at = now
        if order.freezes_pcs:
            self._thaw(order, pcs, now, is_restored=True)
        self.mail.tell_changed(order, now)

    def shown_pcs(self, pool: int, sku: str, now: datetime) -> int:
        """Pieces that a pool shows as available to order."""
        count = self.stock(pool, sku, now)
        return count.pcs if count is not None else 0

    def _thaw(self, order: Order, pcs: int, now: datetime, *, is_restored: bool) -> None:
        pool, restored_at = self._pool(order), self.slowness.restored_at(now) if is_restored else None
        self.pile(pool, order.sku, now).move(now, frozen_pcs=-pcs, shown_pcs=pcs if restored_at == now else 0)
        if restored_at is not None and restored_at > now:
            self.later.put((pool, order.sku, pcs), restored_at)

    def _pool(self, order: Order) -> int:
        return self.pool_of(self.warehouses[order.warehouse_id])

    def _pile(self, pool: int, sku: str) -> Pile:
        return self.shelves.setdefault(pool, {}).setdefault(sku, Pile())


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
