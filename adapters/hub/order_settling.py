"""What a frame of orders does to the ledger: pieces handed on, given back, sold, and what was sold that nothing was set aside for."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.hub.holds import HoldTaken
from adapters.hub.ledger_sales import FromPool, Sale, SalesDesk
from adapters.hub.order_folding import Act, Fold, Folding
from adapters.hub.order_rows import BACKORDERED, SOLD, LineRow, OrderRow
from tasks.rules.offer import exposure_account
from tasks.rules.order_changes import CANCELLED
from tasks.rules.sales import ChannelOrders


@dataclass(frozen=True, kw_only=True, slots=True)
class Beyond:
    """Pieces sold that nothing was set aside for: beyond the exposure, or (``owed_pcs``) beyond what there is.

    ``may_be_explained``: the channel puts cancelled pieces of the listing back on sale by itself, at its ``warehouse_ref``: a cancellation
    that it does not list yet may be behind it, also while the listing has no quota yet, or none any more, because it is being connected.
    ``per_unit``: pieces of the item in one of the listing.
    """

    channel: str
    order_ref: str
    line_ref: str
    listing_id: int | None
    warehouse_ref: str
    item_id: int
    pcs: int
    owed_pcs: int
    per_unit: int
    may_be_explained: bool


@dataclass(kw_only=True)
class Settling:
    """What a fold does to the ledger.

    First pieces are handed from orders to those split from them, then given back, so that a piece cancelled and sold again within one
    frame is not found lacking; then orders first heard of cancelled, then the rest.

    ``withdrawn``: units that a channel may put back on sale, by listing, warehouse and order; ``returned``: those that we knew as sold.
    """

    rules: ChannelOrders
    folding: Folding
    desk: SalesDesk
    taken: Mapping[str, HoldTaken]

    def __post_init__(self) -> None:
        self.sold = self.cancelled = 0
        self.beyond: list[Beyond] = []
        self.withdrawn: dict[tuple[int, str, int], int] = {}
        self.returned: dict[tuple[int, str], int] = {}

    def put_under_hold(self, act: Act) -> None:
        """A line of a cart held at checkout is sold under the recipe it was held under."""
        taken = self.taken.get(act.order.order_ref)
        held = next((line for line in taken.lines if line.sku == act.line.channel_sku), None) if taken else None
        if held is not None:
            act.line.recipe, act.line.promotion = list(held.recipe), held.promotion
            if held.backordered_pcs and taken and taken.has_pieces:
                act.line.state = BACKORDERED

    def settle(self, fold: Fold) -> None:
        """Move everything."""
        for act in fold.acts:
            self._take_over(act)
        for act in fold.acts:
            if not act.sold:
                self._cancel(act)
        for act in sorted((act for act in fold.acts if act.sold), key=lambda act: act.cancelled == 0):
            self._sell(act)
            self._cancel(act)
        for order in fold.orders.values():
            self._serve_waiting(order)

    def _take_over(self, act: Act) -> None:
        if act.parent is None or not act.of_parent:
            return
        moved = self.desk.take_over(
            act.parent.line(act.line),
            act.order.line(act.line),
            _recipe(act.line),
            act.of_parent,
            order_number=act.order.number or "",
            reference=act.order.reference,
        )
        act.of_parent = moved

    def _sell(self, act: Act) -> None:
        order, line = act.order, act.line
        sale = self._sale(order, line, act.sold - act.of_parent)
        self.sold += act.sold
        if not sale.units:
            return
        lacking = self.desk.sell(sale)
        if order.state != CANCELLED:
            self.beyond += [one for part in lacking if (one := self._as_beyond(order, line, sale, part))]

    def _sale(self, order: OrderRow, line: LineRow, units: int) -> Sale:
        offer = self.folding.offer_of(order, line)
        taken = self.taken.get(order.order_ref)
        exposure = self.folding.account_of(line, offer) if offer else None
        held = taken.account if taken and taken.has_pieces else f"hold:{order.hold_id}" if line.state == BACKORDERED else None
        gives = exposure if offer and offer.is_open and not self.folding.is_before_us(order) else None
        return Sale(
            line=order.line(line),
            recipe=_recipe(line),
            units=units,
            order_number=order.number or "",
            reference=order.reference,
            account=held or gives,
            places=self.rules.places(order.warehouse_ref),
            returns_to=exposure,
            only_account=line.state == BACKORDERED,
        )

    def _as_beyond(self, order: OrderRow, line: LineRow, sale: Sale, part: FromPool) -> Beyond | None:
        """Beyond a quota, or beyond what there is; a sale from a pool that has the pieces is as agreed."""
        is_told = sale.account is not None and sale.account == sale.returns_to
        pcs = part.pcs if is_told else part.owed_pcs
        if not pcs:
            return None
        return Beyond(
            channel=order.channel,
            order_ref=order.order_ref,
            line_ref=line.line_ref,
            listing_id=line.listing_id,
            warehouse_ref=_warehouse(order, line, sale.returns_to) if sale.returns_to is not None else order.warehouse_ref,
            item_id=part.item_id,
            pcs=pcs,
            owed_pcs=part.owed_pcs,
            per_unit=dict(sale.recipe)[part.item_id],
            may_be_explained=sale.returns_to is not None,
        )

    def _cancel(self, act: Act) -> None:
        """What waits for a receipt is cancelled before what was already sold."""
        order, line = act.order, act.line
        self.cancelled += act.cancelled
        name, recipe = order.line(line), _recipe(line)
        units = act.cancelled
        if line.state == BACKORDERED:
            units = max(0, self.desk.sold_units(name, recipe) - line.live_pcs)
        if not units:
            return
        per_unit = recipe[0][1]
        for account, pcs in self.desk.cancel(name, recipe, units, reference=order.reference).items():
            if account is not None and line.listing_id is not None:
                warehouse = _warehouse(order, line, account)
                key, offered = (line.listing_id, warehouse, order.order_id), (line.listing_id, warehouse)
                self.withdrawn[key] = self.withdrawn.get(key, 0) + pcs // per_unit
                if not act.sold:
                    self.returned[offered] = self.returned.get(offered, 0) + pcs // per_unit
                self._restate(act, account, warehouse, pcs // per_unit)

    def _restate(self, act: Act, account: str, warehouse: str, units: int) -> None:
        """What the channel may put on sale again is a unit of the recipe that its listing stands under now."""
        recipe, stands = _recipe(act.line), self.folding.stands(act.line, warehouse)
        if stands is not None and dict(stands) != dict(recipe):
            self.desk.restate(
                account, was=recipe, stands=stands, units=units, places=self.rules.places(warehouse), reference=act.order.reference
            )

    def _serve_waiting(self, order: OrderRow) -> None:
        """What came for an order that waited, or was held for it from the start, is sold; with the last piece it waits no longer."""
        for line in order.lines.values():
            if line.state == BACKORDERED and order.hold_id:
                missing = line.live_pcs - self.desk.sold_units(order.line(line), _recipe(line))
                if missing > 0:
                    self.desk.sell(self._sale(order, line, missing))
                if self.desk.sold_units(order.line(line), _recipe(line)) >= line.live_pcs:
                    line.state = SOLD


def _warehouse(order: OrderRow, line: LineRow, exposure: str | None) -> str:
    """The channel's warehouse that an exposure of the line's listing is of."""
    return (exposure or "").removeprefix(exposure_account(order.channel, line.listing_id or 0, ""))


def _recipe(line: LineRow) -> list[tuple[int, int]]:
    if line.recipe is None:
        raise ValueError(f"line {line.line_ref} has no recipe")
    return line.recipe
