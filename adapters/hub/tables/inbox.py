"""What came in from 1C and is processed after it was answered."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column, stamp_column

exchange_session = Table(
    "exchange_session",
    METADATA,
    Column("session_ref", Text, primary_key=True, comment="the cookie's value"),
    Column("source", Text, nullable=False, comment="the 1C base, by its name in settings"),
    Column("exchange", Text, nullable=False, comment="catalog | sale"),
    at_column("began_at"),
    at_column("seen_at"),
    at_column("agreed_at", nullable=True),
    at_column("ended_at", nullable=True),
)

feed = Table(
    "feed",
    METADATA,
    id_column("feed_id"),
    Column("source", Text, nullable=False),
    Column("session_ref", Text, ForeignKey("exchange_session.session_ref")),
    at_column("session_began_at"),
    Column("exchange", Text, nullable=False, comment="catalog | sale | folder"),
    Column("name", Text, nullable=False, comment="the file's name as 1C gave it"),
    Column("kind", Text, nullable=False, comment="xml | archive | picture"),
    Column("archive_id", BigInteger, ForeignKey("feed.feed_id"), comment="the archive it was unpacked from"),
    Column("state", Text, nullable=False, comment="receiving | waiting | held | recorded | refused | dismissed"),
    Column("sha256", Text),
    Column("size_bytes", BigInteger, nullable=False, server_default="0"),
    Column("parts", Integer, nullable=False, server_default="0"),
    stamp_column(),
    Column("is_changes_only", Boolean),
    Column("is_accepted", Boolean, nullable=False, server_default="false", comment="a person let it past the gate"),
    Column("stumbles", Integer, nullable=False, server_default="0", comment="how often a run failed on it for no fault of the file"),
    at_column("received_at"),
    at_column("moved_at"),
    at_column("recorded_at", nullable=True),
    at_column("posted_at", nullable=True),
    Column("sentence", Text, comment="the answer 1C's user sees: why refused or held, or what was loaded"),
    json_column("outcome"),
    Index("ix_feed_state", "state", "feed_id"),
    Index("ix_feed_session", "session_ref", "name"),
    Index("ix_feed_sha256", "sha256"),
    Index("ix_feed_unposted", "feed_id", postgresql_where=text("state = 'recorded' and posted_at is null")),
)

IS_UNPOSTED = (feed.c.state == "recorded") & feed.c.posted_at.is_(None)
"""It wrote counts, and the ledger does not have them yet."""

feed_part = Table(
    "feed_part",
    METADATA,
    Column("feed_id", BigInteger, ForeignKey("feed.feed_id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

picture = Table(
    "picture",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("path", Text, primary_key=True, comment="as Товар/Картинка names it"),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("feed_id", BigInteger, ForeignKey("feed.feed_id"), nullable=False, comment="its bytes are the feed's parts"),
    at_column("received_at"),
)
