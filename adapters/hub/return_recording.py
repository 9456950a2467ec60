"""One source's report of returns into the hub: the steps of one transaction.

Whoever records the orders of a channel records what comes back of them: one at a time, under the recorder's lock, which is taken before
any row. Nothing here touches the unit ledger: pieces that were shipped are in none of its accounts, and come back with 1C's next count.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, func, select

from adapters.hub.order_recording import RECORDER
from adapters.hub.order_rows import LineRow, OrderRow
from adapters.hub.return_goods import Named, find_orders, goods_called, line_of, load_named, orders_told_of
from adapters.hub.return_onward import owe_crms, owe_documents
from adapters.hub.return_questions import ask_about_rows, ask_for_decisions
from adapters.hub.return_rows import (
    OF_TELLING,
    BatchRow,
    LineKey,
    ReturnBook,
    TellingKey,
    add_return,
    count_returned,
    drop_tellings,
    keep_batches,
    load_returns,
    put_tellings,
)
from adapters.hub.shipment_rows import given_pieces
from tasks.rules.order_changes import SHIPPED
from tasks.rules.return_rules import ReturnRules
from tasks.rules.returns import CANCELLED, RECEIVED, Batch, Placed, fate, is_newer, place, returned_pcs

Outcome = Literal["taken", "same", "refused", "apart"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnTaken:
    """What became of one row of a report.

    Args:
        return_ref: the source's key.
        order_ref: the order, as the source names it.
        outcome: taken; same (it was known); refused (``reason``); apart (the channel ships such orders itself, and keeps what comes back).
        reason: a code of `validation.reasons`.
        return_ids: the returns that its pieces are of.
    """

    return_ref: str
    order_ref: str
    outcome: Outcome
    reason: str | None = None
    return_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnsRecorded:
    """What a report came to.

    Args:
        rows: one per row of the report, in its order.
        opened: returns nobody had told of before.
        documented: returns that 1C is owed a document of, from now on.
        waiting: returns that lie there and wait for a decision, of those that were looked at.
    """

    rows: tuple[ReturnTaken, ...] = ()
    opened: tuple[int, ...] = ()
    documented: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Rows that it became so of."""
        return sum(row.outcome == outcome for row in self.rows)


@dataclass(kw_only=True)
class ReturnRecording:
    """A transaction that records a report of returns."""

    connection: Connection
    at: datetime
    source: str
    rules: ReturnRules
    _orders: dict[Named, OrderRow] = field(default_factory=dict)
    _book: ReturnBook = field(default_factory=ReturnBook)
    _given: Mapping[int, Counter[str]] = field(default_factory=dict)
    _told: dict[TellingKey, dict[str, Any]] = field(default_factory=dict)
    _placed: dict[LineKey, tuple[Batch, ...]] = field(default_factory=dict)
    _withdrawn: list[TellingKey] = field(default_factory=list)
    _opened: list[int] = field(default_factory=list)

    def record(self, received: pl.DataFrame) -> ReturnsRecorded:
        """Record a frame of `ReturnReceived`; the same frame again changes nothing."""
        rows = received.with_columns(pl.coalesce("group_ref", "return_ref").alias("group_ref")).to_dicts()
        named = find_orders(self.connection, [(row["channel"], row["order_ref"]) for row in rows])
        told_before = orders_told_of(self.connection, self.source, {row["group_ref"] for row in rows})
        looked_at = {*told_before, *(one for found in named.values() for one in found)}
        for channel in sorted({one.channel for one in looked_at}):
            self.connection.execute(select(func.pg_advisory_xact_lock(RECORDER, func.hashtext(channel))))
        self._orders = load_named(self.connection, looked_at)
        self._book = load_returns(self.connection, [order.order_id for order in self._orders.values()])
        self._given = given_pieces(self.connection, [order.order_id for order in self._orders.values()])
        called = goods_called(self.connection, self._orders.values())
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row["group_ref"], []).append(row)
        groups = {ref: _by_line(group) for ref, group in groups.items()}
        outcomes = {ref: self._take_return(ref, group, named, called) for ref, group in groups.items()}
        touched = self._keep()
        onward = owe_documents(self.connection, self.at, self.rules, touched)
        changed = {order_id for order_id, _ in self._placed}
        owe_crms(self.connection, self.at, self.rules, [order for order in self._orders.values() if order.order_id in changed])
        taken = tuple(self._numbered(row, key) for ref in groups for row, key in outcomes[ref])
        asked = [row for group in groups.values() for row in group]
        ask_about_rows(self.connection, self.at, self.source, asked, [row.reason for row in taken])
        ask_for_decisions(self.connection, self.at, touched, onward.waiting)
        return ReturnsRecorded(rows=taken, opened=tuple(self._opened), documented=tuple(onward.documented), waiting=tuple(onward.waiting))

    def _take_return(
        self, group_ref: str, rows: Sequence[dict[str, Any]], named: Mapping[Any, Sequence[Named]], called: Mapping[int, set[str]]
    ) -> list[tuple[ReturnTaken, LineKey | None]]:
        """A report is of the whole return: lines that it no longer names are not coming back, unless it could not be read whole."""
        taken = [self._take_row(row, named[row["channel"], row["order_ref"]], called) for row in rows]
        if all(row.outcome in {"taken", "same"} for row, _ in taken):
            now = {(self.source, row.return_ref, *line) for row, line in taken if line is not None}
            mine = (key for key, told in self._book.tellings.items() if key[0] == self.source and told["group_ref"] == group_ref)
            for key in [key for key in mine if key not in now]:
                self._withdraw(key)
        return taken

    def _take_row(self, told: dict[str, Any], found: Sequence[Named], called: Mapping[int, set[str]]) -> tuple[ReturnTaken, LineKey | None]:
        if len(found) != 1:
            return _became(told, "refused", "return_order_is_one" if found else "return_order_is_known"), None
        order = self._orders[found[0]]
        if order.is_by_channel or self._is_no_return(order, told):
            return _became(told, "apart"), None
        line = line_of(order, told, called, lambda one: self._rank(order, one, told))
        if isinstance(line, str):
            return _became(told, "refused", line), None
        key: TellingKey = (self.source, told["return_ref"], order.order_id, line.line_ref)
        known = self._book.tellings.get(key)
        word = {name: told[name] for name in OF_TELLING if name != "payload"}
        word["payload"] = json.loads(told["payload"]) if told["payload"] else None
        if known is not None and not _is_news(known, word):
            return _became(told, "same"), key[2:]
        fault = self._place(key, word, live_pcs=self._shipped_pcs(order, line))
        return _became(told, "refused" if fault else "taken", fault), key[2:]

    def _shipped_pcs(self, order: OrderRow, line: LineRow) -> int:
        """So many may come back: what is sold, and of an order that a carrier brings only what he was given, unless all of it has left."""
        given = self._given.get(order.order_id)
        return line.live_pcs if given is None or order.state in SHIPPED else min(line.live_pcs, given[line.line_ref])

    def _is_no_return(self, order: OrderRow, told: Mapping[str, Any]) -> bool:
        """What a channel calls a return of goods that had not left us: a cancellation, which the orders tell of."""
        return self.source == order.channel and told["state"] != RECEIVED and order.state not in SHIPPED

    def _rank(self, order: OrderRow, line: LineRow, told: Mapping[str, Any]) -> tuple[Any, ...]:
        """The line told of before; else one that others tell of and this source does not; one that has enough before one that has not."""
        key = (order.order_id, line.line_ref)
        batches = self._placed.get(key) or self._book.of(key)
        mine = sum(batch.pcs for batch in batches if self.source in batch.tellers)
        is_known = (self.source, told["return_ref"], *key) in self._book.tellings
        others = sum(batch.pcs for batch in batches if self.source not in batch.tellers)
        return not is_known, line.live_pcs - mine < told["pcs"], -others

    def _place(self, key: TellingKey, word: dict[str, Any], *, live_pcs: int = 0) -> str | None:
        """A telling among the batches of its line; the reason where it does not fit."""
        source, return_ref, *_ = key
        line: LineKey = key[2:]
        batches = self._placed.get(line, tuple(self._book.of(line)))
        known = self._book.tellings.get(key)
        is_changed = known is not None and any(known[name] != word[name] for name in ("condition", "decision"))
        is_settled = any(batch.is_settled and batch.tellers.get(source) == return_ref for batch in batches)
        if is_changed and is_settled and word["decision"] is not None:
            return "return_is_in_onec_already"
        pcs = 0 if word["state"] == CANCELLED else word["pcs"]
        placed: Placed = place(batches, source, return_ref, pcs, sold_pcs=live_pcs)
        if placed.fault is None:
            self._placed[line] = placed.batches
            self._told[key] = self._book.tellings[key] = {**word, "last_seen_at": self.at}
        return placed.fault

    def _withdraw(self, key: TellingKey) -> None:
        """A telling is taken back, as if it had never been; one that 1C has been told of stays."""
        line: LineKey = key[2:]
        placed = place(self._placed.get(line, tuple(self._book.of(line))), *key[:2], 0, sold_pcs=0)
        if placed.fault is None:
            self._placed[line] = placed.batches
            del self._book.tellings[key]
            self._told.pop(key, None)
            self._withdrawn.append(key)

    def _keep(self) -> set[int]:
        """Write everything; returns the returns that were looked at, those that nothing is left of among them."""
        looked_at = {row.batch.return_id for rows in self._book.batches.values() for row in rows}
        drop_tellings(self.connection, self._withdrawn)
        put_tellings(self.connection, self.at, self._told)
        live = {(order.order_id, ref): one.live_pcs for order in self._orders.values() for ref, one in order.lines.items()}
        for line, batches in sorted(self._placed.items()):
            before = list(self._book.batches.get(line, ()))
            grown_pcs = returned_pcs(batches) - sum(row.batch.pcs for row in before)
            count_returned(self.connection, line, grown_pcs, sold_pcs=live.get(line, 0))
            after = [self._numbered_batch(line, self._judged(line, batch, before)) for batch in batches]
            keep_batches(self.connection, line, before, after)
            self._book.batches[line] = after
        order_ids = {order.order_id for order in self._orders.values()}
        looked_at |= {row.batch.return_id for line, rows in self._book.batches.items() if line[0] in order_ids for row in rows}
        return looked_at

    def _judged(self, line: LineKey, batch: Batch, before: Sequence[BatchRow]) -> BatchRow:
        """A batch with its fate; one that 1C has been told of keeps what it was told."""
        origin_id = batch.batch_id or batch.parted_from
        origin = next((row for row in before if row.batch.batch_id == origin_id), None)
        became = fate(self._book.heard(line, batch.tellers)) if batch.tellers else None
        if origin is not None and (batch.is_settled or became is None):
            return replace_row(origin, batch=batch)
        if became is None:
            raise ValueError(f"nobody tells of a batch of line {line}")
        arrived = became.received_at or (origin.fate.received_at if origin else None) or self.at
        became = replace(became, received_at=arrived if became.state == RECEIVED else None)
        is_documented = origin is not None and origin.documented_at is not None
        if is_documented and (became.is_open or became.is_due):
            return BatchRow(batch=replace(batch, return_id=0), fate=became, documented_at=None, booked_at=None)
        return BatchRow(batch=batch, fate=became, documented_at=origin.documented_at if origin else None, booked_at=None)

    def _numbered_batch(self, line: LineKey, row: BatchRow) -> BatchRow:
        """Part of the return that its tellers' other pieces are of, where 1C has not been told of it; else of a new one."""
        if row.batch.return_id:
            return row
        mine = self._told_by(line, row)
        known = (
            other
            for known_line, rows in sorted(self._book.batches.items())
            for other in rows
            if known_line[0] == line[0]
            and other.batch.return_id
            and other.documented_at is None
            and mine & self._told_by(known_line, other)
        )
        found = next(known, None)
        return_id = found.batch.return_id if found else add_return(self.connection, self.at, line[0])
        if found is None:
            self._opened.append(return_id)
        numbered = replace_row(row, batch=replace(row.batch, return_id=return_id))
        self._book.batches.setdefault(line, []).append(numbered)
        return numbered

    def _told_by(self, line: LineKey, row: BatchRow) -> set[tuple[str, str]]:
        """The returns that its tellers say it is of."""
        told = ((source, self._book.tellings.get((source, ref, *line))) for source, ref in row.batch.tellers.items())
        return {(source, word["group_ref"]) for source, word in told if word is not None}

    def _numbered(self, row: ReturnTaken, line: LineKey | None) -> ReturnTaken:
        if line is None or row.outcome == "refused":
            return row
        told = (one.batch for one in self._book.batches.get(line, ()) if one.batch.tellers.get(self.source) == row.return_ref)
        return replace(row, return_ids=tuple(sorted({batch.return_id for batch in told})))


def replace_row(row: BatchRow, *, batch: Batch) -> BatchRow:
    """The same fate for another batch."""
    return BatchRow(batch=batch, fate=row.fate, documented_at=row.documented_at, booked_at=row.booked_at)


def _by_line(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per line: a return may list the same goods twice."""
    summed: dict[tuple[Any, ...], dict[str, Any]] = {}
    pieces: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        key = (row["return_ref"], row["channel"], row["order_ref"], row["line_ref"], row["sku"])
        summed.setdefault(key, row)
        pieces[key] += row["pcs"]
    return [{**row, "pcs": pieces[key]} for key, row in summed.items()]


def _is_news(known: Mapping[str, Any], word: Mapping[str, Any]) -> bool:
    if all(known[name] == word[name] for name in OF_TELLING if name != "payload"):
        return False
    return is_newer(known["state"], word["state"], known["changed_at"], word["changed_at"])


def _became(told: Mapping[str, Any], outcome: Outcome, reason: str | None = None) -> ReturnTaken:
    return ReturnTaken(return_ref=told["return_ref"], order_ref=told["order_ref"], outcome=outcome, reason=reason)
