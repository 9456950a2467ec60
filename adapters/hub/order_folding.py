"""Reports of orders folded into what the hub knows: rows after them, and what the ledger must do for them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from adapters.hub.order_goods import Listed, Offered, Recipes
from adapters.hub.order_rows import APART, BACKORDERED, SOLD, UNKNOWN, LineRow, OrderRow, reservation_of
from tasks.rules.buyers import normalised, with_answers
from tasks.rules.offer import exposure_account
from tasks.rules.order_changes import CANCELLED, FIRM, Change, LineChange, Pieces, Told, change, take_over
from tasks.rules.sales import ChannelOrders

ADOPTED = frozenset({"unpaid", "new"})
"""Nobody has confirmed these: they are taken over when a channel is connected."""


@dataclass(kw_only=True, slots=True)
class Act:
    """Units of a line to be sold and then cancelled; ``of_parent`` of the sold ones are taken over from the parent's line."""

    order: OrderRow
    line: LineRow
    sold: int = 0
    cancelled: int = 0
    of_parent: int = 0
    parent: OrderRow | None = None


@dataclass(kw_only=True, slots=True)
class Fold:
    """What a frame of reports comes to.

    Args:
        orders: every order that was looked at, by ``order_ref``.
        before: what they were; None: never heard of.
        acts: for the ledger.
        unknown: lines whose goods are not found, with the reason.
        fell: what known orders had less of when the frame came, and no split of the frame has taken over, by order and line.
    """

    orders: dict[str, OrderRow]
    before: dict[str, tuple[Any, ...] | None]
    acts: list[Act] = field(default_factory=list)
    unknown: list[tuple[OrderRow, LineRow, str]] = field(default_factory=list)
    fell: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def new(self) -> list[OrderRow]:
        """Orders heard of for the first time."""
        return [order for ref, order in self.orders.items() if self.before[ref] is None]

    @property
    def changed(self) -> list[OrderRow]:
        """Orders that are no longer what they were, new ones among them."""
        return [order for ref, order in self.orders.items() if order.snapshot() != self.before[ref]]


@dataclass(kw_only=True, slots=True)
class Folding:
    """Folds a frame, order by order.

    Args:
        channel: its name.
        rules: how its orders are taken.
        listed: its listings by code.
        recipes: in force on any day.
        connected_at: orders placed before were there before Utyug; None: the channel was never connected.
        polled_at: when the newest complete poll began whose orders were all recorded before this frame; None before the first.
        heard_by: poll | push.
        at: now.
    """

    channel: str
    rules: ChannelOrders
    listed: Mapping[str, Listed]
    recipes: Recipes
    connected_at: datetime | None
    polled_at: datetime | None
    heard_by: str
    at: datetime

    def fold(self, received: pl.DataFrame, known: dict[str, OrderRow], split: dict[str, dict[str, int]]) -> Fold:
        """Fold `OrderReceived` into the known orders, which are changed; splits before what they were split from."""
        fold = Fold(orders=dict(known), before={ref: order.snapshot() for ref, order in known.items()})
        reports = sorted(_reports(received), key=lambda rows: (rows[0]["parent_ref"] is None, rows[0]["order_ref"]))
        fold.fell.update(_fallen(reports, known))
        for rows in reports:
            head = rows[0]
            order = fold.orders.get(head["order_ref"])
            told = Told(state=head["state"], changed_at=head["changed_at"], lines={row["line_ref"]: row["pcs"] for row in rows})
            after = change(order.known(split.get(order.order_ref, {})) if order else None, told)
            if order is None:
                order = fold.orders[head["order_ref"]] = self._new(head, known.get(head["parent_ref"] or ""))
                fold.before[order.order_ref] = None
                if head["parent_ref"]:
                    taken = split.setdefault(head["parent_ref"], {})
                    for ref, pcs in told.lines.items():
                        taken[ref] = taken.get(ref, 0) + pcs
            self._apply(fold, order, after, {row["line_ref"]: row for row in rows}, known)
        for order in fold.orders.values():
            self._find_lines(fold, order)
        return fold

    def offer_of(self, order: OrderRow, line: LineRow) -> Offered | None:
        """The offer behind a line; None on an asking channel, for what is shown as one shared number, and where none was made."""
        listed = self.listed.get(line.channel_sku)
        if self.rules.is_asking or listed is None or self.rules.is_mirrored(listed.article):
            return None
        return listed.offer(order.warehouse_ref)

    def account_of(self, line: LineRow, offer: Offered) -> str:
        """The exposure of a line's listing."""
        return exposure_account(self.channel, line.listing_id or 0, offer.warehouse_ref)

    def stands(self, line: LineRow, warehouse_ref: str) -> tuple[tuple[int, int], ...] | None:
        """The recipe that a line's exposure stands under now; empty where the listing has no quota any more, None for a listing gone."""
        listed = self.listed.get(line.channel_sku)
        if listed is None or listed.listing_id != line.listing_id:
            return None
        offered = listed.offers.get(warehouse_ref)
        return offered.recipe if offered is not None else ()

    def offered_items(self, fold: Fold) -> set[int]:
        """Items that the exposures behind the acts stand under."""
        listed = (self.listed.get(act.line.channel_sku) for act in fold.acts)
        return {item_id for one in listed if one is not None for offered in one.offers.values() for item_id, _ in offered.recipe}

    def is_before_us(self, order: OrderRow) -> bool:
        """Whether it was placed before the channel was connected: no exposure stands behind it."""
        return self.connected_at is not None and order.placed_at < self.connected_at

    def recipe_of(self, order: OrderRow, bundle_id: int) -> tuple[list[tuple[int, int]], str] | None:
        """What a bundle was made of on the order's day, and the promotion that it was in; None where that is not known."""
        return self.recipes.of(bundle_id, self.rules.day(order.placed_at))

    def _new(self, head: Mapping[str, Any], parent: OrderRow | None) -> OrderRow:
        is_before = self.connected_at is not None and head["placed_at"] < self.connected_at
        is_adopted = self.rules.adopts == "new" and head["state"] in ADOPTED
        is_prior = parent.is_prior if parent else is_before and not is_adopted
        return OrderRow(
            channel=self.channel,
            order_ref=head["order_ref"],
            parent_ref=head["parent_ref"],
            warehouse_ref=head["warehouse_ref"],
            state=head["state"],
            status=head["status"],
            is_by_channel=head["is_by_channel"],
            is_prior=is_prior,
            placed_at=head["placed_at"],
            payload=head["payload"],
            heard_by=self.heard_by,
            seen_at=self.at,
            recorded_at=self.at,
        )

    def _apply(
        self, fold: Fold, order: OrderRow, after: Change, rows: Mapping[str, Mapping[str, Any]], known: Mapping[str, OrderRow]
    ) -> None:
        if after.is_newest:
            head = next(iter(rows.values()))
            order.status, order.payload = head["status"], head["payload"]
            order.warehouse_ref = head["warehouse_ref"] or order.warehouse_ref
            order.basket_ref = head["basket_ref"] or order.basket_ref
            order.ship_by_at = head["ship_by_at"] or order.ship_by_at
            order.terms = json.loads(head["terms"]) if head["terms"] else order.terms
            order.buyer = with_answers(normalised(head["buyer"]), order.buyer) or order.buyer
        order.state, order.changed_at = after.state, after.changed_at
        order.cancelled_at = (order.cancelled_at or self.at) if after.state == CANCELLED else None
        is_new = fold.before[order.order_ref] is None
        for one in after.lines:
            act = self._change_line(order, one, rows.get(one.line_ref))
            if act is not None and is_new and (parent := known.get(order.parent_ref or "")):
                self._take_over(parent, act, fold.fell)
            if act is not None and act.line.state in {SOLD, BACKORDERED}:
                fold.acts.append(act)

    def _change_line(self, order: OrderRow, one: LineChange, row: Mapping[str, Any] | None) -> Act | None:
        line = order.lines.get(one.line_ref)
        if line is None and row is not None and one.after is not None:
            line = LineRow(line_ref=one.line_ref, channel_sku=row["channel_sku"], state=UNKNOWN, pcs=0, price_kopecks=row["price_kopecks"])
            order.lines[one.line_ref] = line
            line.state = APART if order.is_apart else UNKNOWN
            self._identify(order, line)
        if line is None:
            return None
        if row is not None:
            _take_price(line, row["price_kopecks"])
        _take_pieces(order, line, one.after)
        return None if one.is_none else Act(order=order, line=line, sold=one.sold_pcs, cancelled=one.cancelled_pcs)

    def _take_over(self, parent: OrderRow, act: Act, fell: Counter[tuple[str, str]]) -> None:
        """A split carries on what its parent's line was sold under, and the pieces themselves where the parent has them.

        A parent may have been first seen when the split was over: then its pieces are all its own, and the split's are sold besides.
        """
        line = parent.lines.get(act.line.line_ref)
        if line is None:
            return
        key = (parent.order_ref, line.line_ref)
        pcs = act.sold if self._was_whole(parent) else min(act.sold, line.cancelled_pcs + fell[key])
        taken = take_over(line.pieces, pcs)
        fell[key] -= taken.moved_pcs
        if line.state == SOLD and act.line.state != APART:
            act.line.listing_id, act.line.item_id, act.line.state = line.listing_id, line.item_id, SOLD
            act.line.recipe, act.line.promotion = line.recipe, line.promotion
            act.of_parent, act.parent = taken.moved_pcs, parent
        _take_pieces(parent, line, taken.after)

    def _was_whole(self, parent: OrderRow) -> bool:
        """Whether what is split from it now was split after it was first seen: else a poll before this one had to show the split."""
        return self.polled_at is None or parent.seen_at + self.rules.visible <= self.polled_at

    def _find_lines(self, fold: Fold, order: OrderRow) -> None:
        """Goods that were not known when the line was first told are sold now: all of the line, and then what is cancelled of it."""
        for line in order.lines.values():
            if line.state == UNKNOWN and not order.is_apart:
                reason = self._identify(order, line)
                if reason:
                    fold.unknown.append((order, line, reason))
                else:
                    fold.acts.append(Act(order=order, line=line, sold=line.pcs, cancelled=line.cancelled_pcs))

    def _identify(self, order: OrderRow, line: LineRow) -> str | None:
        """What a line is, and what it is sold under; the reason where that cannot be told."""
        listed = self.listed.get(line.channel_sku)
        if listed is None:
            return "order_line_is_known"
        line.listing_id, line.item_id = listed.listing_id, listed.item_id
        offer = listed.offer(order.warehouse_ref)
        if offer is not None and not self.rules.is_asking:
            line.recipe, line.promotion = list(offer.recipe), offer.promotion
        elif listed.is_bundle:
            found = self.recipe_of(order, listed.item_id)
            if found is None:
                return "order_bundle_has_recipe"
            line.recipe, line.promotion = found
        else:
            line.recipe, line.promotion = [(listed.item_id, 1)], ""
        if line.state == UNKNOWN:
            line.state = SOLD
        return None


def carried_holds(orders: Iterable[OrderRow]) -> dict[str, str | None]:
    """Reservations that new orders carry, by ``order_ref``."""
    return {order.order_ref: reservation_of(order.payload) for order in orders}


def is_due_for_onec(order: OrderRow) -> bool:
    """Whether 1C must know of an order that it was not told of yet: it is sold for certain, and not over before it began."""
    return not order.is_apart and order.state in FIRM


def _take_price(line: LineRow, told_kopecks: int | None) -> None:
    """A price that is known stays; none, and one of nothing, gives way to what a channel tells later."""
    if not line.price_kopecks:
        line.price_kopecks = max((one for one in (line.price_kopecks, told_kopecks) if one is not None), default=None)


def _take_pieces(order: OrderRow, line: LineRow, after: Pieces | None) -> None:
    if after is None:
        order.lines.pop(line.line_ref, None)
    else:
        line.pcs, line.cancelled_pcs = after.pcs, after.cancelled_pcs


def _fallen(reports: Iterable[Sequence[Mapping[str, Any]]], known: Mapping[str, OrderRow]) -> Counter[tuple[str, str]]:
    """By how much known orders have less in these reports, by order and line."""
    fell: Counter[tuple[str, str]] = Counter()
    for rows in reports:
        order = known.get(rows[0]["order_ref"])
        stated = {} if rows[0]["state"] == CANCELLED else {row["line_ref"]: row["pcs"] for row in rows}
        for ref, line in order.lines.items() if order is not None else ():
            fell[rows[0]["order_ref"], ref] = max(0, line.live_pcs - stated.get(ref, 0))
    return fell


def _reports(received: pl.DataFrame) -> list[Sequence[dict[str, Any]]]:
    return [group.to_dicts() for group in received.partition_by("order_ref", maintain_order=True)]
