"""One frame of orders into the hub: the steps of one transaction, in the order in which its rows are locked.

The channel's recorder, then what 1C was told, then the items in key order, then everything else: as everybody else here locks them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import polars as pl
from sqlalchemy import Connection, func, insert, select, text

from adapters.hub import oversells
from adapters.hub.channel_refusals import settle_rows
from adapters.hub.holds import HoldTaken, consume, let_go
from adapters.hub.ledger_sales import SalesDesk
from adapters.hub.order_answers import Meant, found_answers, meant_by, put_answers
from adapters.hub.order_folding import Fold, Folding, carried_holds
from adapters.hub.order_goods import Recipes, read_listed
from adapters.hub.order_news import digests, news_of, remember
from adapters.hub.order_papers import Queued, lock_papers, queue_papers
from adapters.hub.order_questions import open_questions, question_keys
from adapters.hub.order_rows import BACKORDERED, add_orders, keep_orders, load_orders, split_pieces, waiting_refs
from adapters.hub.order_settling import Beyond, Settling
from adapters.hub.order_tells import owe_news
from adapters.hub.outbox import Owed, owe
from adapters.hub.tables.offer import channel_watch, withdrawal
from adapters.hub.tables.orders import hold
from adapters.hub.unexplained import weigh_beyond
from tasks.rules.crm import CrmChange
from tasks.rules.crm_answers import Answers
from tasks.rules.order_changes import CANCELLED
from tasks.rules.sales import ENTITY, ChannelOrders, newest_reports
from validation.sales import OrderReceived

RECORDER = 0x5575
NOTHING_RECEIVED = pl.DataFrame(schema={name: column.dtype.type for name, column in OrderReceived.to_schema().columns.items()})


class Overtaken(Exception):
    """What the lines are sold under changed before their items were locked; the transaction is begun anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a frame of orders came to.

    Args:
        orders: so many the frame held.
        new_refs: heard of for the first time; those of ``prior_refs`` were there before Utyug and are left alone.
        changed_refs: known before, and no longer what they were.
        cancelled_refs: cancelled now, first heard of so or not.
        sold_pcs: units sold now.
        cancelled_pcs: units cancelled now.
        beyond: what was sold without pieces set aside for it, of orders that are not cancelled.
        unknown_lines: lines whose goods are not found.
        questions: rows of the quarantine that were asked or asked again.
        queued: documents for 1C.
        refused_by_onec: documents that 1C could not be told.
        seen_after_s: of each order first heard of, how long after it was placed; one split from another was placed long before.
    """

    orders: int = 0
    new_refs: tuple[str, ...] = ()
    prior_refs: tuple[str, ...] = ()
    changed_refs: tuple[str, ...] = ()
    cancelled_refs: tuple[str, ...] = ()
    sold_pcs: int = 0
    cancelled_pcs: int = 0
    beyond: tuple[Beyond, ...] = ()
    unknown_lines: int = 0
    questions: int = 0
    queued: int = 0
    refused_by_onec: int = 0
    seen_after_s: tuple[float, ...] = ()


class Answered(NamedTuple):
    """What people's answers came to: how many questions they settle, and of which orders."""

    questions: int
    order_ids: tuple[int, ...]


class Poll(NamedTuple):
    """A complete poll of orders of all statuses: our instants around it, and since when it looked."""

    began_at: datetime
    ended_at: datetime
    since: datetime


@dataclass(kw_only=True, slots=True)
class Recording:
    """A transaction that records orders of one channel."""

    connection: Connection
    at: datetime
    channel: str
    rules: ChannelOrders
    heard_by: str
    _answers: Mapping[str, Answers] = field(default_factory=dict)
    _meant: Meant = field(default=Meant({}, ()))
    _answered: int = 0

    def record(self, received: pl.DataFrame) -> Recorded:
        """Record a frame of `OrderReceived`.

        Raises:
            Overtaken: begin the transaction anew.
        """
        self._lock()
        told = digests(received)
        waiting = waiting_refs(self.connection, self.channel)
        news = news_of(self.connection, self.channel, received, told, self.rules)
        if news.is_empty() and not waiting:
            oversells.judge(self.connection, self.at)
            return Recorded(orders=told.height)
        recorded = replace(self._record(news, waiting), orders=told.height)
        remember(self.connection, self.channel, told.join(news, on="order_ref", how="semi"))
        return recorded

    def answer(self, changes: Mapping[str, CrmChange]) -> Answered:
        """Take what people found out about orders of the channel into them.

        Nobody records the channel's orders meanwhile: neither an answer nor a report that comes at the same moment is lost.

        Args:
            changes: orders as they stand in a CRM, by ``order_ref``.

        Raises:
            Overtaken: begin the transaction anew.
        """
        self._lock()
        orders = load_orders(self.connection, self.channel, changes)
        self._meant = meant_by(self.connection, orders, changes)
        self._answers = found_answers(orders, changes, self._meant)
        if self._answers:
            self._record(NOTHING_RECEIVED, self._answers)
        return Answered(questions=self._answered, order_ids=tuple(sorted(orders[ref].order_id for ref in self._answers)))

    def _lock(self) -> None:
        self.connection.execute(select(func.pg_advisory_xact_lock(RECORDER, func.hashtext(self.channel))))

    def _record(self, received: pl.DataFrame, waiting: Collection[str]) -> Recorded:
        folding, fold = self._fold(OrderReceived.validate(newest_reports(received)), waiting)
        self._answered = put_answers(fold, folding, self._answers, self._meant)
        add_orders(self.connection, fold.new)
        numbers = {order.number for order in fold.orders.values() if order.number}
        told = lock_papers(self.connection, numbers)
        carried = carried_holds(order for order in fold.new if self.rules.is_asking and not order.is_apart)
        item_ids = _items(fold) | folding.offered_items(fold) | self._held_items(carried)
        desk = SalesDesk(
            self.connection,
            self.at,
            item_ids=item_ids,
            order_numbers=numbers,
            accounts=self._accounts(folding, fold, carried),
        )
        self._assert_offers_stand(folding)
        taken = self._consume(fold, carried)
        settled = Settling(rules=self.rules, folding=folding, desk=desk, taken=taken)
        for act in fold.acts:
            settled.put_under_hold(act)
        settled.settle(fold)
        desk.write()
        changed = {order.order_ref for order in fold.changed}
        keep_orders(self.connection, [(order, fold.before[order.order_ref]) for order in fold.changed])
        self._let_go(fold)
        self._withdraw(settled.withdrawn)
        papers = queue_papers(self.connection, self.at, rules=self.rules, orders=fold.orders, changed=changed, told=told)
        self._owe(fold)
        asked = self._ask(fold)
        self._tell(fold, settled, item_ids)
        return self._recorded(fold, changed, settled, papers, asked)

    def _fold(self, received: pl.DataFrame, waiting: Collection[str]) -> tuple[Folding, Fold]:
        refs = {*received["order_ref"], *received["parent_ref"].drop_nulls(), *waiting}
        known = load_orders(self.connection, self.channel, refs)
        skus = {*received["channel_sku"], *(line.channel_sku for order in known.values() for line in order.lines.values())}
        w = channel_watch.c
        watch = self.connection.execute(select(w.connected_at, w.poll_began_at).where(w.channel == self.channel)).one_or_none()
        folding = Folding(
            channel=self.channel,
            rules=self.rules,
            listed=read_listed(self.connection, self.channel, skus),
            recipes=Recipes(self.connection),
            connected_at=watch.connected_at if watch is not None else None,
            polled_at=watch.poll_began_at if watch is not None else None,
            heard_by=self.heard_by,
            at=self.at,
        )
        return folding, folding.fold(received, known, split_pieces(self.connection, self.channel, refs))

    def _assert_offers_stand(self, folding: Folding) -> None:
        """An offer changes its recipe and its phase while its items are locked; they are ours only from now on."""
        if read_listed(self.connection, self.channel, folding.listed) != folding.listed:
            raise Overtaken

    def _accounts(self, folding: Folding, fold: Fold, carried: Mapping[str, str | None]) -> set[str]:
        """What may give pieces: the exposures behind the lines, and the holds that orders carry or wait with."""
        lines = [(order, line) for order in fold.orders.values() for line in order.lines.values() if line.listing_id]
        offered = {folding.account_of(line, offer) for order, line in lines if (offer := folding.offer_of(order, line))}
        waiting = {f"hold:{order.hold_id}" for order in fold.orders.values() if order.hold_id}
        return offered | waiting | {f"hold:{hold_id}" for hold_id in self._hold_ids(carried)}

    def _hold_ids(self, carried: Mapping[str, str | None]) -> set[str]:
        if not carried:
            return set()
        h = hold.c
        ids = [hold_id for hold_id in carried.values() if hold_id]
        return set(
            self.connection.scalars(select(h.hold_id).where(h.channel == self.channel, h.hold_id.in_(ids) | h.order_ref.in_(carried)))
        )

    def _held_items(self, carried: Mapping[str, str | None]) -> set[int]:
        query = text("""
            select distinct (part ->> 0)::bigint from hold h
            cross join jsonb_array_elements(h.cart) line cross join jsonb_array_elements(line -> 'recipe') part
            where h.hold_id = any (:ids)
        """)
        return set(self.connection.scalars(query, {"ids": sorted(self._hold_ids(carried))})) if carried else set()

    def _consume(self, fold: Fold, carried: Mapping[str, str | None]) -> dict[str, HoldTaken]:
        taken: dict[str, HoldTaken] = {}
        for order_ref, hold_id in sorted(carried.items()):
            found = consume(self.connection, self.at, channel=self.channel, hold_id=hold_id, order_ref=order_ref)
            if found is not None:
                taken[order_ref] = found
                fold.orders[order_ref].hold_id = found.hold_id
        return taken

    def _owe(self, fold: Fold) -> None:
        """CRMs are told of orders of ours that are new or changed; a change may make news of 1C's due on the channel."""
        numbers = [order.number for order in fold.changed if order.number]
        crms = self.rules.onward.crms.get(self.channel, ())
        owe(self.connection, self.at, [Owed(target=f"crm:{name}", kind="order", subject=number) for name in crms for number in numbers])
        owe_news(self.connection, self.at, self.rules.onward, numbers)

    def _let_go(self, fold: Fold) -> None:
        """What an order left in its hold is for everybody again, once nothing of it waits."""
        for order in fold.changed:
            if order.hold_id and (order.state == CANCELLED or not any(line.state == BACKORDERED for line in order.lines.values())):
                let_go(self.connection, self.at, order.hold_id)

    def _withdraw(self, withdrawn: Mapping[tuple[int, str, int], int]) -> None:
        if withdrawn:
            rows = [
                {"listing_id": listing_id, "warehouse_ref": warehouse, "order_id": order_id, "pcs": pcs, "learned_at": self.at}
                for (listing_id, warehouse, order_id), pcs in sorted(withdrawn.items())
            ]
            self.connection.execute(insert(withdrawal), rows)

    def _ask(self, fold: Fold) -> int:
        """Questions about the orders that were looked at; those that are answered leave the quarantine."""
        told = open_questions(fold)
        settle_rows(self.connection, self.at, self.channel, entity=ENTITY, keys=question_keys(fold), refused=told)
        return told.height

    def _tell(self, fold: Fold, settled: Settling, item_ids: Collection[int]) -> None:
        """What was sold beyond a quota is told a person, or waits for its explanation; what is whole again is over."""
        weigh_beyond(self.connection, self.at, rules=self.rules, orders=fold.orders, beyond=settled.beyond, returned=settled.returned)
        oversells.judge(self.connection, self.at, item_ids)

    def _recorded(self, fold: Fold, changed: set[str], settled: Settling, papers: Queued, asked: int) -> Recorded:
        new = {order.order_ref for order in fold.new}
        is_before_us = settled.folding.is_before_us
        ours = [order for order in fold.new if not order.is_apart and order.parent_ref is None and not is_before_us(order)]
        cancelled = [order for order in fold.changed if order.cancelled_at == self.at]
        return Recorded(
            new_refs=tuple(sorted(new)),
            prior_refs=tuple(sorted(order.order_ref for order in fold.new if order.is_prior)),
            changed_refs=tuple(sorted(changed - new)),
            cancelled_refs=tuple(sorted(order.order_ref for order in cancelled)),
            sold_pcs=settled.sold,
            cancelled_pcs=settled.cancelled,
            beyond=tuple(settled.beyond),
            unknown_lines=len(fold.unknown),
            questions=asked,
            queued=papers.documents,
            refused_by_onec=papers.refused,
            seen_after_s=tuple(max(0.0, (self.at - order.placed_at).total_seconds()) for order in ours),
        )


def _items(fold: Fold) -> set[int]:
    lines = (line for order in fold.orders.values() for line in order.lines.values())
    handed = (act.line for act in fold.acts)
    return {item_id for line in (*lines, *handed) for item_id, _ in line.recipe or ()}
