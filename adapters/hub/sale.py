"""The sale side of the exchange with 1C: orders waiting for it, and which of them it has taken.

1C asks (``query``), is given everything it has not confirmed, and confirms (``success``). A confirmation counts for exactly what the
query of the same session returned: what changed in between waits for the next exchange. Source: `reference/commerceml.md` §1.6, §2.4.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Connection, Text, any_, case, cast, func, literal, select, union, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.ledger_lines import note_handed_over
from adapters.hub.reports import record_documents
from adapters.hub.tables.catalog import item, product
from adapters.hub.tables.sale import onec_outgoing, onec_outgoing_key
from adapters.onec.order_document import OrderDocument, OrderRefused, refuse_unwritable
from adapters.onec.orders_writer import write_orders

__all__ = ["SaleDesk", "enqueue", "enqueue_many", "record_documents"]

_DOCUMENTS = TypeAdapter(OrderDocument)

_AGAIN = case(
    (onec_outgoing.c.offered_times > 0, func.md5(onec_outgoing.c.order_number + ":" + cast(onec_outgoing.c.offered_times, Text))), else_=""
)
OFFERED = (onec_outgoing.c.offered_times, _AGAIN, onec_outgoing.c.enqueued_at, onec_outgoing.c.order_number)
"""The order in which documents are offered, and locked. What was offered least often goes first; what was offered before goes in another
order each time. For 1C stops at the first document it cannot take but keeps those before it: so one that it never can take holds up none
of the others for long.
"""


class SaleDesk:
    """The book of orders on their way to 1C."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def enqueue(self, *, source: str, document: OrderDocument, key: str) -> int:
        """Have 1C told of an order, or of a change in it.

        Args:
            source: the 1C base.
            document: the whole order as it is now.
            key: the event that made or changed it; the same event twice is one change.

        Returns:
            The document's version, counted from 1.

        Raises:
            OrderRefused: 1C would not take it, or would take it for something else.
        """
        with self._hub.engine.begin() as connection:
            return enqueue(connection, self._hub.clock.now(), source=source, document=document, key=key)

    def offer(self, source: str, session_ref: str, *, formed_at: datetime | None = None, container: bool = False) -> bytes:
        """The package of everything this base has not confirmed, remembered as what this session was given.

        The order is `OFFERED`.
        """
        now = self._hub.clock.now()
        pending = (
            select(onec_outgoing.c.order_number, onec_outgoing.c.document)
            .where(onec_outgoing.c.source == source, onec_outgoing.c.acknowledged_version < onec_outgoing.c.version)
            .order_by(*OFFERED)
            .with_for_update()
        )
        with self._hub.engine.begin() as connection:
            rows = connection.execute(pending).all()
            package = write_orders(
                [_DOCUMENTS.validate_python(row.document) for row in rows], formed_at=formed_at or now, container=container
            )
            numbers = [row.order_number for row in rows]
            offered = update(onec_outgoing).where(onec_outgoing.c.source == source, onec_outgoing.c.order_number.in_(numbers))
            connection.execute(
                offered.values(
                    offered_session=session_ref,
                    offered_version=onec_outgoing.c.version,
                    offered_times=onec_outgoing.c.offered_times + 1,
                )
            )
            note_handed_over(connection, source=source, order_numbers=numbers, at=now)
        return package

    def acknowledge(self, session_ref: str) -> int:
        """1C has taken what the last query of this session returned; says how many orders that were news."""
        taken = update(onec_outgoing).where(
            onec_outgoing.c.offered_session == session_ref,
            onec_outgoing.c.offered_version > onec_outgoing.c.acknowledged_version,
        )
        with self._hub.engine.begin() as connection:
            return connection.execute(
                taken.values(acknowledged_version=onec_outgoing.c.offered_version, acknowledged_at=self._hub.clock.now())
            ).rowcount


def enqueue(connection: Connection, now: datetime, *, source: str, document: OrderDocument, key: str) -> int:
    """`SaleDesk.enqueue` inside another book's transaction."""
    (refused,) = enqueue_many(connection, now, [(source, document, key)])
    if refused is not None:
        raise refused
    version = select(onec_outgoing.c.version).where(onec_outgoing.c.source == source, onec_outgoing.c.order_number == document.number)
    return int(connection.execute(version).scalar_one())


def enqueue_many(connection: Connection, now: datetime, papers: Sequence[tuple[str, OrderDocument, str]]) -> list[OrderRefused | None]:
    """`enqueue` for many orders at once: base, document and key of each; what 1C would not take is not queued and answered so, in order."""
    refused = _refusals(connection, papers)
    good = [paper for paper, fault in zip(papers, refused, strict=True) if fault is None]
    if good:
        keys = [{"source": source, "key": key, "order_number": document.number} for source, document, key in good]
        first = insert(onec_outgoing_key).on_conflict_do_nothing().returning(onec_outgoing_key.c.source, onec_outgoing_key.c.key)
        news = {(row.source, row.key) for row in connection.execute(first, keys)}
        _put(connection, now, [(source, document) for source, document, key in good if (source, key) in news])
    return refused


def _refusals(connection: Connection, papers: Sequence[tuple[str, OrderDocument, str]]) -> list[OrderRefused | None]:
    sources = {source for source, _, _ in papers}
    refs = {name: {line.item_ref or "" for source, document, _ in papers if source == name for line in document.lines} for name in sources}
    known = {source: _known(connection, source, refs[source]) for source in sources}
    refused: list[OrderRefused | None] = []
    for source, document, _ in papers:
        try:
            refuse_unwritable(document)
            _refuse_strangers(source, document, known[source])
            refused.append(None)
        except OrderRefused as error:
            refused.append(error)
    return refused


def _put(connection: Connection, now: datetime, papers: Sequence[tuple[str, OrderDocument]]) -> None:
    """A document equal to the one already there is no new version."""
    placed = insert(onec_outgoing)
    rows = [
        {
            "source": source,
            "order_number": document.number,
            "version": 1,
            "document": _DOCUMENTS.dump_python(document, mode="json"),
            "enqueued_at": now,
        }
        for source, document in papers
    ]
    if rows:
        connection.execute(
            placed.on_conflict_do_update(
                index_elements=["source", "order_number"],
                set_={
                    "version": onec_outgoing.c.version + 1,
                    "document": placed.excluded.document,
                    "enqueued_at": placed.excluded.enqueued_at,
                    "offered_times": 0,
                },
                where=onec_outgoing.c.document != placed.excluded.document,
            ),
            rows,
        )


def _known(connection: Connection, source: str, refs: Collection[str]) -> set[str]:
    asked = any_(literal(sorted(refs), ARRAY(Text)))
    known = union(
        select(item.c.item_ref).where(item.c.source == source, item.c.item_ref == asked),
        select(product.c.product_ref).where(product.c.source == source, product.c.product_ref == asked),
    )
    return set(connection.execute(known).scalars())


def _refuse_strangers(source: str, document: OrderDocument, known: Collection[str]) -> None:
    """A reference that this base never sent us would become a new product there."""
    names = ", ".join(f"«{line.name}»" for line in document.lines if line.item_ref not in known)
    if names:
        raise OrderRefused(
            f"Заказ {document.number} не передан в 1С «{source}»: она не выгружала товары {names} и завела бы их заново. "
            "Сопоставьте товары или выгрузите их из 1С."
        )
