"""Pictures of the goods: the newest file under each path, its bytes kept as the feed that brought it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.feeds import Feed, read_parts
from adapters.hub.hub import Hub
from adapters.hub.tables.inbox import feed_part, picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """One picture; ``path`` is as Товар/Картинка names it."""

    source: str
    path: str
    sha256: str
    size_bytes: int
    feed_id: int
    received_at: datetime


class Pictures:
    """The book of pictures."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def find(self, source: str, path: str) -> Picture | None:
        """The picture a product's card names; None if it never came."""
        query = select(picture).where(picture.c.source == source, picture.c.path == path)
        with self._hub.engine.begin() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Picture(**row)

    def read(self, found: Picture) -> bytes:
        """Its bytes."""
        with self._hub.engine.begin() as connection:
            return b"".join(read_parts(connection, found.feed_id))


def keep_picture(connection: Connection, received: Feed, *, sha256: str, now: datetime) -> None:
    """Make this feed's bytes the picture under its name; the bytes that it replaces are forgotten.

    The same bytes again are not kept twice: the picture stays with the feed that brought it first.
    """
    same = (picture.c.source == received.source) & (picture.c.path == received.name)
    known = connection.execute(select(picture.c.sha256, picture.c.feed_id).where(same).with_for_update()).one_or_none()
    if known is not None and known.sha256 == sha256:
        connection.execute(delete(feed_part).where(feed_part.c.feed_id == received.feed_id))
        return
    kept = {"sha256": sha256, "size_bytes": received.size_bytes, "feed_id": received.feed_id, "received_at": now}
    placed = insert(picture).values(source=received.source, path=received.name, **kept)
    connection.execute(placed.on_conflict_do_update(index_elements=["source", "path"], set_=kept))
    if known is not None:
        connection.execute(delete(feed_part).where(feed_part.c.feed_id == known.feed_id))
