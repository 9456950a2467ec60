"""A small shop in a hub: items, counts as a feed records them, sessions and reports, for the ledger's tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger, note_report
from adapters.hub.ledger_lines import note_handed_over
from adapters.hub.ledger_moves import Movement, move
from adapters.hub.tables.catalog import item, stock_count
from adapters.hub.tables.inbox import exchange_session, feed
from adapters.hub.tables.ledger import ledger_balance
from tasks.rules.ledger import POOL

SOURCE = "main"
NOON = datetime(2026, 3, 2, 12, 0, 0)  # noqa: DTZ001 - a 1C stamp has no zone
OURS = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    """A stamp of 1C's clock."""
    return NOON + timedelta(minutes=number)


def our_minute(number: float) -> datetime:
    """A stamp of our clock."""
    return OURS + timedelta(minutes=number)


class Shop:
    """Items of one 1C base."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.ledger = Ledger(hub)

    def add_item(self, ref: str = "iron", **claims: bool) -> int:
        """An item; returns its id."""
        row = {"source": SOURCE, "item_ref": ref, "product_ref": ref, "article": ref, "name": ref, "feed_id": 1, **claims}
        with self.hub.engine.begin() as connection:
            added = insert(item).values(changed_at=OURS, **row).returning(item.c.item_id)
            return int(connection.execute(added).scalar_one())

    def count(
        self,
        pcs_by_item: Mapping[int, int],
        *,
        place: str = "main",
        formed_at: datetime | None = NOON,
        began_at: datetime = OURS,
    ) -> int:
        """1C's figures arrive and are recorded, not yet posted; returns the feed's id."""
        with self.hub.engine.begin() as connection:
            feed_id: int = connection.execute(
                insert(feed)
                .values(
                    source=SOURCE, exchange="catalog", name="offers.xml", kind="xml", state="recorded",
                    session_began_at=began_at, received_at=began_at, moved_at=began_at, formed_at=formed_at,
                )
                .returning(feed.c.feed_id)
            ).scalar_one()  # fmt: skip
            _record(connection, pcs_by_item, place=place, formed_at=formed_at, began_at=began_at, feed_id=feed_id)
        return feed_id

    def stock(self, pcs: int, *, ref: str = "iron", place: str = "main") -> int:
        """An item that is counted and posted; returns its id."""
        item_id = self.add_item(ref)
        self.count({item_id: pcs}, place=place)
        self.ledger.post_counts()
        return item_id

    def owe(self, item_id: int, pcs: int, *, place: str = "main") -> None:
        """A place gave pieces that it may not have."""
        with self.hub.engine.begin() as connection:
            given = Movement(item_id, place, POOL, "safety", pcs, "connected")
            move(connection, OURS, [given], reference=f"owed:{item_id}", may_owe=True)

    def hand_over(self, order_number: str) -> int:
        """1C takes the order with its query."""
        with self.hub.engine.begin() as connection:
            return note_handed_over(connection, source=SOURCE, order_numbers=[order_number], at=OURS)

    def report(
        self,
        order_number: str,
        lines: Mapping[str, int],
        *,
        is_reserved: bool = True,
        is_cancelled: bool = False,
        formed_at: datetime | None = NOON,
        received_at: datetime = OURS,
    ) -> int:
        """1C's report of an order is recorded."""
        with self.hub.engine.begin() as connection:
            return note_report(
                connection, source=SOURCE, order_number=order_number, lines=lines.items(), is_reserved=is_reserved,
                formed_at=formed_at, received_at=received_at, is_cancelled=is_cancelled,
            )  # fmt: skip

    def exchange(self, number: int) -> None:
        """A sale session of 1C, so many minutes from now."""
        began_at = self.hub.clock.now() + timedelta(minutes=number)
        with self.hub.engine.begin() as connection:
            connection.execute(
                insert(exchange_session).values(
                    session_ref=f"session-{number}", source=SOURCE, exchange="sale", began_at=began_at, seen_at=began_at
                )
            )

    def accounts(self, item_id: int, place: str = "main") -> dict[str, int]:
        """What is in each account of a place; the pool always."""
        b = ledger_balance.c
        with self.hub.engine.begin() as connection:
            rows = connection.execute(select(b.account, b.pcs).where(b.item_id == item_id, b.place == place))
            return {row.account: row.pcs for row in rows}

    def assert_conserved(self) -> None:
        """Every piece is accounted for."""
        violations = self.ledger.check_conservation()
        assert violations.is_empty(), violations

    def execute(self, statement: str, **parameters: object) -> None:
        """Something that the ledger's methods never do."""
        with self.hub.engine.begin() as connection:
            connection.execute(text(statement), parameters)


def _record(
    connection: Connection,
    pcs_by_item: Mapping[int, int],
    *,
    place: str,
    formed_at: datetime | None,
    began_at: datetime,
    feed_id: int,
) -> None:
    put = upsert(stock_count)
    told = {name: put.excluded[name] for name in ("pcs", "formed_at", "session_began_at", "feed_id")}
    rows = [
        {
            "item_id": item_id,
            "place": place,
            "pcs": pcs,
            "formed_at": formed_at,
            "session_began_at": began_at,
            "feed_id": feed_id,
        }
        for item_id, pcs in pcs_by_item.items()
    ]
    connection.execute(put.on_conflict_do_update(index_elements=["item_id", "place"], set_=told), rows)
