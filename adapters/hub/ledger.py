"""The unit ledger: every piece that 1C says is free is in exactly one account of its item and place (DESIGN §3.1).

The rules are in `tasks.rules.ledger`; here they are applied, each method in one transaction and safe to repeat by its reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import Connection, select

from adapters.hub import ledger_posting, ledger_silence, ledger_views
from adapters.hub.hub import Hub
from adapters.hub.ledger_lines import add_lines, lines_of_order, note_report, settle_told
from adapters.hub.ledger_moves import Movement, balances, is_first, lock_pools, move, notify
from adapters.hub.ledger_posting import Posting
from adapters.hub.ledger_shortfall import judge_again
from adapters.hub.ledger_views import Why
from adapters.hub.tables.ledger import ledger_movement
from tasks.rules.ledger import POOL, cancel, sold_account, sold_line_ref
from tasks.rules.ledger_draw import Drawn, Shortage, Wanted, draw, free_of

__all__ = ["Ledger", "Posting", "Shortage", "Taken", "Wanted", "Why", "note_report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """Pieces that were moved, by item and place."""

    pieces: tuple[Drawn, ...]


class Ledger:
    """The book of pieces."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def post_counts(self, feed_id: int | None = None) -> Posting:
        """Move what 1C counted anew into the ledger; all of it or nothing.

        Sale feeds received before must be recorded first: a count may show what such a report takes back.

        Args:
            feed_id: only counts that this feed brought; all by default.
        """
        with self._hub.engine.begin() as connection:
            return ledger_posting.post_counts(connection, self._hub.clock.now(), feed_id)

    def take(
        self,
        wanted: Sequence[Wanted],
        *,
        to_account: str,
        reason: str,
        reference: str,
        from_account: str = POOL,
        places: Sequence[str] | None = None,
    ) -> Taken | list[Shortage]:
        """Move a whole cart to an account, or nothing and every shortage.

        Args:
            wanted: the cart.
            to_account: ``hold:…``, ``exposure:…``, ``safety``.
            reason: why, in a word.
            reference: the caller's own key; the same key is the same taking, a refused one may be tried again.
            from_account: the pool by default.
            places: the only places to draw on, in this order; all, by name, by default.
        """
        with self._hub.engine.connect() as connection, connection.begin() as transaction:
            at = self._hub.clock.now()
            if not is_first(connection, at, verb="take", reference=reference):
                return _taken_before(connection, reference, reason)
            drawn = _draw(connection, wanted, from_account, places)
            if isinstance(drawn, list):
                transaction.rollback()
                return drawn
            movements = [_movement(part, from_account, to_account, reason) for part in drawn.pieces]
            move(connection, at, movements, reference=reference)
            notify(connection)
            return Taken(pieces=tuple(replace(part, line_ref="") for part in drawn.pieces))

    def give_back(self, *, reference: str, reason: str) -> Taken:
        """Undo a taking: what its account still holds of it goes back to where it came from. The second time does nothing.

        Args:
            reference: of the taking.
            reason: why, in a word.
        """
        with self._hub.engine.begin() as connection:
            at = self._hub.clock.now()
            if not is_first(connection, at, verb="give_back", reference=reference):
                return Taken(pieces=())
            m = ledger_movement.c
            taken = connection.execute(select(ledger_movement).where(m.reference == reference).order_by(m.movement_id)).all()
            item_ids = {row.item_id for row in taken}
            lock_pools(connection, item_ids)
            held = {row.to_account: balances(connection, row.to_account, item_ids) for row in taken}
            back: list[Movement] = []
            for row in taken:
                shelf = (row.item_id, row.place)
                pcs = min(row.pcs, held[row.to_account].get(shelf, 0))
                if pcs:
                    held[row.to_account][shelf] -= pcs
                    back.append(Movement(*shelf, row.to_account, row.from_account, pcs, reason))
            move(connection, at, back, reference=f"back:{reference}")
            judge_again(connection, at, {(one.item_id, one.place) for one in back})
            notify(connection)
            return Taken(pieces=tuple(Drawn(item_id=one.item_id, place=one.place, pcs=one.pcs) for one in back))

    def sell(
        self,
        lines: Sequence[Wanted],
        *,
        source: str,
        order_number: str,
        reference: str,
        from_account: str = POOL,
        returns_to: str | None = None,
        places: Sequence[str] | None = None,
    ) -> Taken | list[Shortage]:
        """Sell an order's lines, each with its ``line_ref``, from the pool, a hold or an exposure: all, or nothing and every shortage.

        Args:
            lines: items and pieces; a bundle's line is several, one per component, of one ``line_ref``.
            source: the 1C base that the order goes to.
            order_number: as 1C will know it.
            reference: the caller's own key; the same key is the same sale.
            from_account: the pool by default.
            returns_to: a told channel's exposure account, which cancelled pieces go to; None for an asking channel.
            places: the only places to draw on, in this order.
        """
        with self._hub.engine.connect() as connection, connection.begin() as transaction:
            at = self._hub.clock.now()
            if not is_first(connection, at, verb="sell", reference=reference):
                return _taken_before(connection, reference, "sold")
            drawn = _draw(connection, lines, from_account, places)
            if isinstance(drawn, list):
                transaction.rollback()
                return drawn
            movements = [_movement(part, from_account, sold_account(part.line_ref), "sold") for part in drawn.pieces]
            move(connection, at, movements, reference=reference)
            add_lines(connection, at, drawn.pieces, source=source, order_number=order_number, returns_to=returns_to)
            notify(connection)
            return drawn

    def cancel(self, *, source: str, order_number: str, line_refs: Sequence[str] | None = None) -> int:
        """Cancel an order or some of its lines; returns how many were cancelled now. The second time does nothing.

        Args:
            source: the 1C base that the order goes to.
            order_number: as 1C knows it.
            line_refs: all by default.
        """
        with self._hub.engine.begin() as connection:
            kept = [
                one
                for one in lines_of_order(connection, source, order_number)
                if not one.line.is_cancelled and (line_refs is None or one.line.line_ref in line_refs)
            ]
            told = [(one, cancel(one.line)) for one in kept]
            settle_told(connection, self._hub.clock.now(), told, reference=f"cancel:{source}:{order_number}")
            return len(kept)

    def tell_silence(self, *, source: str, limit: int) -> int:
        """Report the orders that 1C left without a report for so many sale exchanges; returns how many they are.

        Args:
            source: the 1C base.
            limit: the setting ``onec.silent_exchanges``.
        """
        with self._hub.engine.begin() as connection:
            return ledger_silence.tell_silence(connection, self._hub.clock.now(), source=source, limit=limit)

    def free_by_item(self, places: Sequence[str] | None = None) -> pl.DataFrame:
        """What can be promised: one row per counted item, ``item_id, item_ref, article, pcs``.

        The pools of the places together, never below zero; 0 where the item is frozen by a shortfall, deleted or absent from a complete
        export; umbrella rows, bundles and items that were never counted are left out.

        Args:
            places: all by default.
        """
        with self._hub.engine.begin() as connection:
            return ledger_views.free_by_item(connection, places)

    def why(self, item_ref: str, *, source: str | None = None, limit: int = 100) -> Why:
        """The accounts and the newest movements of an item, for ``utyug why``."""
        with self._hub.engine.begin() as connection:
            return ledger_views.why(connection, item_ref, source, limit)

    def check_conservation(self) -> pl.DataFrame:
        """Violations, none if all is well: ``item_id, place, account, fault, expected_pcs, found_pcs``.

        ``fault``: ``count``: a posted count differs from the sum of its accounts; ``movements``: a balance differs from the sum of its
        movements; ``lines``: an order line's account differs from what its row says.
        """
        with self._hub.engine.begin() as connection:
            return ledger_views.check_conservation(connection)


def _draw(connection: Connection, wanted: Sequence[Wanted], from_account: str, places: Sequence[str] | None) -> Taken | list[Shortage]:
    item_ids = {line.item_id for line in wanted}
    pools = lock_pools(connection, item_ids)
    free = balances(connection, from_account, item_ids) if from_account != POOL else free_of(pools, places)
    drawn = draw(wanted, free, places)
    short = [one for one in drawn if isinstance(one, Shortage)]
    return short or Taken(pieces=tuple(one for one in drawn if isinstance(one, Drawn)))


def _movement(part: Drawn, from_account: str, to_account: str, reason: str) -> Movement:
    return Movement(part.item_id, part.place, from_account, to_account, part.pcs, reason)


def _taken_before(connection: Connection, reference: str, reason: str) -> Taken:
    m = ledger_movement.c
    rows = connection.execute(select(ledger_movement).where(m.reference == reference, m.reason == reason).order_by(m.movement_id))
    return Taken(
        pieces=tuple(Drawn(item_id=row.item_id, place=row.place, pcs=row.pcs, line_ref=sold_line_ref(row.to_account) or "") for row in rows)
    )
