"""The book of returns: whatever a source tells of goods that come back, recorded once, with everything that follows from it."""

from collections.abc import Collection

import polars as pl
from sqlalchemy import select, update

from adapters.hub.hub import Hub
from adapters.hub.return_recording import ReturnRecording, ReturnsRecorded, ReturnTaken
from adapters.hub.tables.returns import goods_return, return_line
from tasks.rules.return_rules import ReturnRules
from tasks.rules.returns import RECEIVED

__all__ = ["ReturnTaken", "Returns", "ReturnsRecorded"]


class Returns:
    """Returns of all orders."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def record(self, source: str, received: pl.DataFrame, *, rules: ReturnRules) -> ReturnsRecorded:
        """Record what a source tells, in one transaction: tellings, returns, 1C's and the site's debts, questions.

        The same frame again changes nothing; sources may come in any order (`tasks.rules.returns`). Of an order line no more pieces come
        back than were sold and not cancelled, whoever tells of them.

        Args:
            source: the channel's name, ``carrier:<name>``, ``workbook``.
            received: `ReturnReceived`.
            rules: who hears of it.
        """
        with self._hub.engine.begin() as connection:
            recording = ReturnRecording(connection=connection, at=self._hub.clock.now(), source=source, rules=rules)
            return recording.record(received)

    def note_booked(self, return_ids: Collection[int]) -> int:
        """1C's documents of these returns are posted: its next count has the pieces. Returns how many lines that makes.

        A return that 1C was never told of cannot be.
        """
        line, g = return_line.c, goods_return.c
        told = select(g.return_id).where(g.return_id.in_(return_ids), g.documented_at.is_not(None))
        is_there = line.return_id.in_(told) & (line.state == RECEIVED) & line.booked_at.is_(None)
        with self._hub.engine.begin() as connection:
            return connection.execute(update(return_line).where(is_there).values(booked_at=self._hub.clock.now())).rowcount
