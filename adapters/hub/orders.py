"""The book of orders: whatever a channel tells of what it sold, recorded once, and reserved in the ledger in the same transaction."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

import polars as pl
from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.hub import Hub
from adapters.hub.order_recording import Answered, Overtaken, Poll, Recorded, Recording
from adapters.hub.order_rows import OrderRow, load_orders
from adapters.hub.order_settling import Beyond
from adapters.hub.tables.offer import channel_watch
from adapters.hub.tables.orders import sale_line, sale_order
from adapters.hub.unexplained import judge_unexplained
from tasks.rules.crm import CrmChange
from tasks.rules.sales import ChannelOrders

__all__ = ["Answered", "Beyond", "Orders", "Poll", "Recorded"]

ATTEMPTS = 5
T = TypeVar("T")


class Orders:
    """Orders of all channels."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def connect(self, channel: str) -> datetime:
        """Orders placed from now on are ours; returns since when, which is set once."""
        w = channel_watch
        with self._hub.engine.begin() as connection:
            first = upsert(w).values(channel=channel, connected_at=self._hub.clock.now()).on_conflict_do_nothing()
            connection.execute(first)
            since: datetime = connection.execute(select(w.c.connected_at).where(w.c.channel == channel)).scalar_one()
            return since

    def polled_at(self, channel: str) -> datetime | None:
        """When the newest complete poll began whose every order is recorded; None before the first."""
        w = channel_watch.c
        with self._hub.engine.begin() as connection:
            return connection.execute(select(w.poll_began_at).where(w.channel == channel)).scalar()

    def record(
        self, channel: str, received: pl.DataFrame, *, rules: ChannelOrders, heard_by: Literal["poll", "push"], poll: Poll | None = None
    ) -> Recorded:
        """Record a frame of orders, in one transaction: rows, pieces, withdrawals, 1C's queue, questions, and how far the poll has seen.

        The same frame again changes nothing, and frames in any order end the same (`tasks.rules.order_changes`).

        Args:
            channel: its name.
            received: `OrderReceived`.
            rules: how its orders are taken.
            heard_by: what told of them.
            poll: the frame is a complete poll of all statuses.
        """

        def act(connection: Connection, at: datetime) -> Recorded:
            recorded = Recording(connection=connection, at=at, channel=channel, rules=rules, heard_by=heard_by).record(received)
            if poll is not None:
                _note_poll(connection, channel, poll)
                judge_unexplained(connection, at, channel=channel, rules=rules)
            return recorded

        return self._attempted(act)

    def answer(self, channel: str, changes: Mapping[str, CrmChange], *, rules: ChannelOrders) -> Answered:
        """Take the answers that people gave in a CRM into orders, with all that follows: pieces, 1C, CRMs, questions that are closed.

        In one transaction, which waits for whoever records the channel's orders; the same changes again answer nothing.

        Args:
            channel: its name.
            changes: orders as they stand in the CRM, by the channel's own key.
            rules: how the channel's orders are taken.
        """

        def act(connection: Connection, at: datetime) -> Answered:
            return Recording(connection=connection, at=at, channel=channel, rules=rules, heard_by="crm").answer(changes)

        return self._attempted(act)

    def _attempted(self, act: Callable[[Connection, datetime], T]) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                with self._hub.engine.begin() as connection:
                    return act(connection, self._hub.clock.now())
            except Overtaken:
                continue
        with self._hub.engine.begin() as connection:
            return act(connection, self._hub.clock.now())

    def find(self, channel: str, order_ref: str) -> OrderRow | None:
        """An order by the channel's own key, with its lines."""
        with self._hub.engine.begin() as connection:
            return load_orders(connection, channel, [order_ref]).get(order_ref)

    def refs(self, numbers: Collection[str]) -> dict[str, str]:
        """Our number → the channel's own key."""
        o = sale_order.c
        with self._hub.engine.begin() as connection:
            return {row.number: row.order_ref for row in connection.execute(select(o.number, o.order_ref).where(o.number.in_(numbers)))}

    def by_number(self, number: str) -> OrderRow | None:
        """An order by the number that 1C knows it by."""
        o = sale_order.c
        with self._hub.engine.begin() as connection:
            row = connection.execute(select(o.channel, o.order_ref).where(o.number == number)).first()
            return load_orders(connection, row.channel, [row.order_ref])[row.order_ref] if row else None

    def unknown_lines(self, channel: str | None = None, *, limit: int = 200) -> pl.DataFrame:
        """Lines whose goods are not found, the newest first: ``channel, order_ref, line_ref, channel_sku, pcs, placed_at``."""
        o, s = sale_order.c, sale_line.c
        query = (
            select(o.channel, o.order_ref, s.line_ref, s.channel_sku, (s.pcs - s.cancelled_pcs).label("pcs"), o.placed_at)
            .join(sale_order, o.order_id == s.order_id)
            .where(s.state == "unknown", s.pcs > s.cancelled_pcs, *([o.channel == channel] if channel is not None else []))
            .order_by(o.placed_at.desc(), s.order_id, s.line_ref)
            .limit(limit)
        )
        shape = {"channel": pl.String, "order_ref": pl.String, "line_ref": pl.String, "channel_sku": pl.String, "pcs": pl.Int64}
        return self._frame(query, {**shape, "placed_at": pl.Datetime("us", "UTC")})

    def _frame(self, query: Any, schema: dict[str, Any]) -> pl.DataFrame:  # noqa: ANN401 - a statement, and types of polars
        with self._hub.engine.begin() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        whole = [tuple(int(value) if name == "pcs" else value for name, value in zip(schema, row, strict=True)) for row in rows]
        return pl.DataFrame(whole, schema=schema, orient="row")


def _note_poll(connection: Connection, channel: str, poll: Poll) -> None:
    """What is recorded of polls only goes forward: a later one may be recorded before an earlier one."""
    w = channel_watch.c
    put = upsert(channel_watch).values(
        channel=channel, connected_at=poll.began_at, poll_began_at=poll.began_at, poll_ended_at=poll.ended_at, polled_since=poll.since
    )
    seen = {name: put.excluded[name] for name in ("poll_began_at", "poll_ended_at", "polled_since")}
    is_later = or_(w.poll_began_at.is_(None), and_(put.excluded.poll_began_at > w.poll_began_at))
    connection.execute(put.on_conflict_do_update(index_elements=["channel"], set_=seen, where=is_later))
