"""1C's registers beside its files: what the hub has of both, and the little that a reading may change (`docs/odata.md`).

A reading has no stamp of 1C's clock, so it can never be ordered among files by stamps. It is ordered by our own: a figure that was asked
for after a file had arrived is not older than that file. Therefore a reading is dropped as soon as anything else of the base has arrived
since it began, or waits. What it may do then is safe whatever it says:

- a count is only ever lowered. The pool can only be smaller by that than it would be without, so nothing is promised that would not have
  been promised anyway; the file's stamp stays, so that the next file is ordered as before; and nothing sold is let go.
- a price is only taken of a price type that no file brings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.copying import copy_frame
from adapters.hub.feeds import HELD, read_feed
from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.loading import Load
from adapters.hub.locks import lock_source
from adapters.hub.series import Decide
from adapters.hub.shape import measure, remembered
from adapters.hub.tables import incoming
from adapters.hub.tables.catalog import price_type
from adapters.hub.tables.inbox import feed
from validation.odata import CountKnown, ItemListed, PriceKnown

EXCHANGE = "odata"
NO_SESSION = datetime(1970, 1, 1, tzinfo=UTC)
"""No exchange session brought it: earlier than any report, so that nothing leaves `sold` at such a count."""
OVERTAKEN = "Пока читали, 1С прислала файл обмена: он новее. Прочитаем в следующий раз."

ITEMS = """
select i.item_id, i.item_ref, i.product_ref, coalesce(i.name, p.name, i.article, i.item_ref) as name
from item i left join product p on p.source = i.source and p.product_ref = i.product_ref
where i.source = :source and not (i.is_deleted or i.is_absent or i.is_umbrella)
order by i.item_id
"""

COUNTS = """
select i.item_id, i.item_ref, coalesce(i.name, p.name, i.article, i.item_ref) as name, c.place, coalesce(w.name, c.place) as place_name,
  c.pcs
from stock_count c join item i using (item_id)
left join product p on p.source = i.source and p.product_ref = i.product_ref
left join warehouse w on w.source = i.source and w.warehouse_ref = c.place
where i.source = :source and not (i.is_deleted or i.is_absent or i.is_umbrella or i.is_bundle)
  and not exists (select from told_recipe t where t.bundle_id = i.item_id)
order by c.item_id, c.place
"""
"""A total and a bundle have no count of their own."""

FILE_PRICE_TYPES = """
select distinct r.price_type_ref from price r join item i using (item_id) left join feed f on f.feed_id = r.feed_id
where i.source = :source and (f.exchange is distinct from 'odata' or r.formed_at is not null)
"""
"""A stamp is a file's, also on a price that it found there already."""

PRICES = """
select i.item_id, i.item_ref, coalesce(i.name, p.name, i.article, i.item_ref) as name, r.price_type_ref as price_type,
  coalesce(t.name, r.price_type_ref) as price_type_name, r.price_kopecks as kopecks, r.currency
from price r join item i using (item_id)
left join product p on p.source = i.source and p.product_ref = i.product_ref
left join price_type t on t.source = i.source and t.price_type_ref = r.price_type_ref
left join feed f on f.feed_id = r.feed_id
where i.source = :source and not (i.is_deleted or i.is_absent or i.is_umbrella)
  and (f.exchange is distinct from 'odata' or r.formed_at is not null)
order by r.item_id, r.price_type_ref
"""

IS_OVERTAKEN = text("""
select exists (
  select from feed where source = :source and kind <> 'picture' and (
    state = 'waiting' or (state = 'recorded' and posted_at is null)
    or (moved_at >= :began_at and not (state = 'recorded' and exchange = 'sale' and not coalesce(outcome -> 'loaded' ? 'counts', false)))
  )
)
""")
"""A sale file moves no figure once it is recorded; before that its reports may take back what a count shows."""

KNOW_COUNTS = """
update incoming_item_count n set before_pcs = c.pcs from stock_count c where c.item_id = n.item_id and c.place = n.place
"""
KEEP_LOWER = "delete from incoming_item_count where before_pcs is null or pcs >= before_pcs"
LOWER_COUNTS = text("""
update stock_count c set pcs = n.pcs, session_began_at = :no_session, feed_id = :feed_id
from incoming_item_count n where n.item_id = c.item_id and n.place = c.place
""").bindparams(no_session=NO_SESSION)
"""The stamp stays that of the file: an older file must not pass for newer than the one that was there."""

KEEP_OWN_TYPES = f"delete from incoming_item_price where price_type_ref in ({FILE_PRICE_TYPES})"  # noqa: S608 - ours
KNOW_PRICES = """
update incoming_item_price n set before_kopecks = o.price_kopecks, before_currency = o.currency
from price o where o.item_id = n.item_id and o.price_type_ref = n.price_type_ref
"""
KEEP_NEWS = "delete from incoming_item_price where price_kopecks = before_kopecks and currency = before_currency"
PUT_PRICES = """
insert into price (item_id, price_type_ref, price_kopecks, currency, feed_id, changed_at)
select item_id, price_type_ref, price_kopecks, currency, :feed_id, :now from incoming_item_price order by item_id, price_type_ref
on conflict (item_id, price_type_ref) do update
set price_kopecks = excluded.price_kopecks, currency = excluded.currency, feed_id = excluded.feed_id, changed_at = excluded.changed_at
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of a reading: ``state`` is taken, overtaken or held, ``changed`` counts rows, ``feed_id`` what moves the ledger."""

    state: Literal["taken", "overtaken", "held"]
    changed: int = 0
    feed_id: int | None = None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """One figure of a reading on its way into the hub."""

    title: str
    entity: str
    table: Any
    frame: pl.DataFrame
    began_at: datetime
    prepare: Sequence[str]
    merge: Callable[[Load], object]
    is_posted: bool = False


class Registers:
    """What a reading of one base's registers is compared with, and what it may change.

    Args:
        hub: the hub.
        source: the 1C base.
    """

    def __init__(self, hub: Hub, source: str) -> None:
        self._hub = hub
        self._source = source

    def items(self) -> pl.DataFrame:
        """`ItemListed` of the base."""
        return ItemListed.validate(self._read(ITEMS, ItemListed))

    def counts(self) -> pl.DataFrame:
        """`CountKnown` of the base."""
        return CountKnown.validate(self._read(COUNTS, CountKnown))

    def prices(self) -> pl.DataFrame:
        """`PriceKnown` of the base, of price types that files bring."""
        return PriceKnown.validate(self._read(PRICES, PriceKnown))

    def lower_counts(self, counts: pl.DataFrame, *, began_at: datetime, decide: Decide) -> Taken:
        """Take counts that are lower than the hub's; nothing else of them, and nothing at all where the reading is overtaken.

        The ledger has them after the next `Ledger.post_counts`, which must have been called before the reading began.

        Args:
            counts: ``item_id, place, pcs``.
            began_at: when the reading began.
            decide: the gate: what it holds is not taken, and a person is told.
        """
        frame = counts.select("item_id", "place", "pcs", is_whole=pl.lit(False))
        return self._take(
            _Reading(
                title="остатки",
                entity="counts",
                table=incoming.item_count,
                frame=frame,
                began_at=began_at,
                prepare=(KNOW_COUNTS, KEEP_LOWER),
                merge=lambda load: load.connection.execute(LOWER_COUNTS, {"feed_id": load.feed.feed_id}),
            ),
            decide,
        )

    def load_prices(self, prices: pl.DataFrame, types: pl.DataFrame, *, began_at: datetime, decide: Decide) -> Taken:
        """Take prices of price types that no file has ever brought.

        Args:
            prices: `PriceOfItem`.
            types: `PriceTypeRead`, what they are called.
            began_at: when the reading began.
            decide: the gate.
        """
        frame = prices.select("item_id", price_type_ref="price_type", price_kopecks="onec_kopecks", currency="onec_currency")
        return self._take(
            _Reading(
                title="цены",
                entity="prices",
                table=incoming.item_price,
                frame=frame,
                began_at=began_at,
                prepare=(KEEP_OWN_TYPES, KNOW_PRICES, KEEP_NEWS),
                merge=lambda load: _put_prices(load, types),
                is_posted=True,
            ),
            decide,
        )

    def _read(self, statement: str, model: Any) -> pl.DataFrame:  # noqa: ANN401 - a pandera model
        with self._hub.engine.begin() as connection:
            rows = connection.execute(text(statement), {"source": self._source}).all()
        return pl.DataFrame(rows, schema=model.empty().schema, orient="row")

    def _take(self, reading: _Reading, decide: Decide) -> Taken:
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            lock_source(connection, self._source)
            told = {"source": self._source, "began_at": reading.began_at}
            if connection.execute(IS_OVERTAKEN, told).scalar_one():
                return Taken(state="overtaken", sentence=OVERTAKEN)
            for table in (incoming.item_count, incoming.item_price):
                table.create(connection)
            copy_frame(connection, reading.table, reading.frame)
            changed = _prepared(connection, reading, self._source)
            if not changed:
                return Taken(state="taken")
            with connection.begin_nested() as attempt:
                load = self._load(connection, reading, now)
                shape = measure(load, shrinkages=(), is_full=False)
                verdict = decide(shape)
                if verdict.is_held:
                    attempt.rollback()
                else:
                    reading.merge(load)
                    _finish(load, reading, changed, remembered(shape))
            cause = f"{self._source}:odata:{reading.entity}"
            if verdict.is_held:
                sentence = f"Прочитанное по OData ({reading.title}) не взято. {' '.join(verdict.sentences)}"
                _tell_held(connection, now, self._source, cause, sentence)
                return Taken(state="held", sentence=sentence)
            recover_incident(connection, now, kind=HELD, cause=cause)
            return Taken(state="taken", changed=changed, feed_id=load.feed.feed_id)

    def _load(self, connection: Connection, reading: _Reading, now: datetime) -> Load:
        began = insert(feed).values(
            source=self._source,
            exchange=EXCHANGE,
            name=f"OData: {reading.title}",
            kind=EXCHANGE,
            state="recorded",
            session_began_at=reading.began_at,
            received_at=reading.began_at,
            moved_at=now,
            recorded_at=now,
            posted_at=now if reading.is_posted else None,
        )
        feed_id = int(connection.execute(began.returning(feed.c.feed_id)).scalar_one())
        known = read_feed(connection, feed_id)
        return Load(connection=connection, feed=known, now=now, formed_at=None, is_changes_only=True, catalog_ref="")


def _prepared(connection: Connection, reading: _Reading, source: str) -> int:
    """Leave only what may and does change; how many rows that are."""
    for statement in reading.prepare:
        connection.execute(text(statement), {"source": source} if ":source" in statement else {})
    return int(connection.execute(text(f"select count(*) from {reading.table.name}")).scalar_one())  # noqa: S608 - ours


def _put_prices(load: Load, types: pl.DataFrame) -> None:
    taken = set(load.connection.scalars(text("select distinct price_type_ref from incoming_item_price")))
    named = types.filter(pl.col("price_type").is_in(taken)).to_dicts()
    rows = [{"source": load.source, "price_type_ref": one["price_type"], "name": one["name"]} for one in named]
    if rows:
        load.connection.execute(insert(price_type).on_conflict_do_nothing(index_elements=["source", "price_type_ref"]), rows)
    load.count(PUT_PRICES)


def _finish(load: Load, reading: _Reading, changed: int, gate: dict[str, int]) -> None:
    """The feed says what it did: the gate of later files goes by it."""
    sentence = f"По OData взято ({reading.title}): {changed}."
    outcome = {"loaded": {reading.entity: changed}, "gate": gate}
    load.connection.execute(update(feed).where(feed.c.feed_id == load.feed.feed_id).values(sentence=sentence, outcome=outcome))
    write(load.connection, load.now, "onec_read", f"feed:{load.feed.feed_id}", sentence, {"source": load.source, reading.entity: changed})


def _tell_held(connection: Connection, now: datetime, source: str, cause: str, sentence: str) -> None:
    report_incident(
        connection,
        now,
        kind=HELD,
        cause=cause,
        sentence=f"1С «{source}»: {sentence}",
        meaning="В Utyug остались прежние остатки и цены.",
        advice="Проверьте названное в 1С и права пользователя OData. Если всё верно, выполните в 1С обычный обмен с сайтом: его выгрузку "
        "можно принять (utyug accept). Если нет, исправьте 1С; следующее чтение пройдёт само.",
    )
