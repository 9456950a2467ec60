"""What waits for a run: the dispatcher asks, and starts one where nothing is under way."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from adapters.hub.hub import Hub
from adapters.hub.shipment_planning import KINDS
from adapters.hub.tables.inbox import IS_UNPOSTED, feed
from adapters.hub.tables.journal import sync_run
from adapters.hub.tables.offer import push
from adapters.hub.tables.orders import sale_order
from adapters.hub.tables.outbox import outbox
from adapters.hub.tables.shipments import shipment

EVER = datetime(2000, 1, 1, tzinfo=UTC)
FRESH = timedelta(hours=1)
"""An order that no run could plan for so long waits for a person or a receipt: the schedule looks at it."""


class Work:
    """The book of what is not done yet. Each answer names the oldest of it: while it stays, runs get nowhere with it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def oldest_feed(self) -> int | None:
        """The first file that waits to be taken in."""
        waiting = select(func.min(feed.c.feed_id)).where(feed.c.state == "waiting", feed.c.kind != "picture")
        return self._read(waiting)

    def oldest_count(self) -> int | None:
        """The first feed whose counts the ledger does not have yet."""
        unposted = select(func.min(feed.c.feed_id)).where(IS_UNPOSTED)
        return self._read(unposted)

    def oldest_unlisted(self) -> int | None:
        """The first file with goods or prices that no run has carried to the channels yet; none while more of 1C's files wait."""
        last = select(func.max(sync_run.c.began_at)).where(sync_run.c.flow == "listings", sync_run.c.state == "completed")
        counted = [func.coalesce(feed.c.outcome[part], literal({}, JSONB)) for part in ("changed", "inserted")]
        has_news = or_(*(part.has_key(entity) for part in counted for entity in ("products", "offers", "prices", "recipes")))
        unlisted = select(func.min(feed.c.feed_id)).where(
            feed.c.state == "recorded", has_news, feed.c.recorded_at > func.coalesce(last.scalar_subquery(), literal(EVER))
        )
        under_way = exists().where(feed.c.state.in_(["receiving", "waiting"]), feed.c.kind != "picture")
        return self._read(unlisted.where(~under_way))

    def oldest_owed(self) -> int | None:
        """The first debt to another system that is due, and nobody is telling; those of shipments are told with them."""
        return self._oldest_debt(outbox.c.kind.not_in(KINDS))

    def oldest_shipped(self) -> int | None:
        """The first debt of a shipment, to its carrier or its channel, that is due and that nobody is telling."""
        return self._oldest_debt(outbox.c.kind.in_(KINDS))

    def oldest_hint(self, names: Collection[str]) -> int | None:
        """The first push of these carriers that no reading has answered yet."""
        return self._read(select(func.min(push.c.push_id)).where(push.c.channel.in_(names), push.c.handled_at.is_(None)))

    def newest_unplanned(self) -> int | None:
        """The newest order that may leave and has no shipment; the newest, so that one that nobody can plan holds up none."""
        o, since_at = sale_order.c, self._hub.clock.now() - FRESH
        is_planned = exists().where(shipment.c.order_id == o.order_id)
        may_leave = (o.state.in_(["new", "confirmed"]), o.number.is_not(None), ~o.is_by_channel, ~o.is_prior, o.recorded_at >= since_at)
        return self._read(select(func.max(o.order_id)).where(*may_leave, ~is_planned))

    def oldest_unwanted(self) -> int | None:
        """The first shipment of a cancelled order that nobody has called off yet: packers would send it."""
        h, o = shipment.c, sale_order.c
        is_open = (h.settled_at.is_(None), h.handed_at.is_(None), ~h.is_unwanted)
        joined = shipment.join(sale_order, o.order_id == h.order_id)
        return self._read(select(func.min(h.shipment_id)).select_from(joined).where(*is_open, o.state == "cancelled"))

    def _oldest_debt(self, is_meant: ColumnElement[bool]) -> int | None:
        now, o = self._hub.clock.now(), outbox.c
        is_free = or_(o.claimed_until.is_(None), o.claimed_until <= now)
        return self._read(select(func.min(o.outbox_id)).where(o.told_version < o.version, ~o.is_dead, o.due_at <= now, is_free, is_meant))

    def _read(self, query: Select[int]) -> int | None:
        with self._hub.engine.begin() as connection:
            oldest: int | None = connection.scalar(query)
        return oldest
