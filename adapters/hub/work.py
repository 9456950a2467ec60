"""What waits for a run: the dispatcher asks, and starts one where nothing is under way."""

from sqlalchemy import Select, func, select

from adapters.hub.hub import Hub
from adapters.hub.tables.inbox import IS_UNPOSTED, feed


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

    def _read(self, query: Select[int]) -> int | None:
        with self._hub.engine.begin() as connection:
            oldest: int | None = connection.scalar(query)
        return oldest
