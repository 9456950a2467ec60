"""Hints that something happened on a channel. They only say when to look: polling finds the truth, with them or without."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.offer import push

NOTICE = "orders"
"""The NOTIFY channel; its payload is the name of the channel to look at."""
CARRIER_NOTICE = "shipments"
"""The same for carriers, whose pushes are kept under the carrier's name."""

KEPT = timedelta(days=7)
"""A push that was answered so long ago repeats nothing any more: whoever sends the same words again tells of something new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """A push that no poll has answered yet."""

    push_id: int
    channel: str
    topic: str
    order_ref: str | None
    received_at: datetime
    times: int
    is_signed: bool


class Pushes:
    """The book of pushes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def keep(self, channel: str, *, topic: str, order_ref: str | None, digest: bytes, is_signed: bool, notice: str = NOTICE) -> bool:
        """Keep a push and wake whoever waits for such news; the same push again is the same row, counted.

        It goes to the end of the queue then, and one that was settled waits again: the same words may tell of a new event (an order
        deleted, restored and deleted once more), so a poll that began in between has not answered them.

        Args:
            channel: where it happened.
            topic: the vendor's word for it.
            order_ref: the order it is about.
            digest: of topic and body.
            is_signed: whether the body is proved to be the vendor's.
            notice: the NOTIFY channel: `NOTICE`, or `CARRIER_NOTICE` for a carrier's.

        Returns:
            Whether it was news: nothing the like was waiting.
        """
        now = self._hub.clock.now()
        told = insert(push).values(channel=channel, topic=topic, order_ref=order_ref, digest=digest, received_at=now, is_signed=is_signed)
        was_waiting = push.c.handled_at.is_(None)
        kept = told.on_conflict_do_update(
            index_elements=["channel", "digest"],
            set_={
                "push_id": text("default"),
                "times": push.c.times + 1,
                "received_at": case((was_waiting, push.c.received_at), else_=told.excluded.received_at),
                "handled_at": None,
            },
        ).returning(push.c.received_at)
        with self._hub.engine.begin() as connection:
            is_news: bool = connection.execute(kept).scalar_one() == now
            if is_news:
                connection.execute(select(func.pg_notify(notice, channel)))
        return is_news

    def waiting(self, channel: str) -> list[Hint]:
        """What no poll has answered yet, in the order it came."""
        wanted = [push.c[name] for name in Hint.__dataclass_fields__]
        unsettled = select(*wanted).where(push.c.channel == channel, push.c.handled_at.is_(None)).order_by(push.c.push_id)
        with self._hub.engine.begin() as connection:
            return [Hint(**row) for row in connection.execute(unsettled).mappings()]

    def settle(self, channel: str, up_to_push_id: int, at: datetime) -> int:
        """Close what a complete poll has answered; returns how many.

        Args:
            channel: which was polled.
            up_to_push_id: the newest hint that was there **before** the poll began; those that came since wait for the next.
            at: when.
        """
        answered = (push.c.channel == channel, push.c.handled_at.is_(None), push.c.push_id <= up_to_push_id)
        with self._hub.engine.begin() as connection:
            return connection.execute(update(push).where(*answered).values(handled_at=at)).rowcount

    def trim(self) -> int:
        """Forget the pushes that were answered longer than `KEPT` ago; returns how many."""
        with self._hub.engine.begin() as connection:
            return connection.execute(delete(push).where(push.c.handled_at < self._hub.clock.now() - KEPT)).rowcount
