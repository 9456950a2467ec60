"""What 1C's registers and its files do not agree on, and since when: quarantined, journalled, told to a person where it stands."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

import polars as pl
from sqlalchemy import Connection, select

from adapters.hub.channel_refusals import settle_rows
from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.runs import put_cursor
from adapters.hub.tables.journal import cursor
from tasks.rules.registers import remembered, standing, with_past

FigureName = Literal["balances", "prices"]
KIND = "onec_differs"
NAMED = 5
NOTED = 50


class Figure(NamedTuple):
    """One of the things compared: how it is called where."""

    entity: str
    title: str
    meaning: str


FIGURES: dict[FigureName, Figure] = {
    "balances": Figure(
        "count",
        "остатки",
        "Обычный обмен этих изменений не привёз, и площадки могут продавать не столько, сколько есть в 1С.",
    ),
    "prices": Figure("price", "цены", "Обычный обмен этих изменений не привёз, и на площадках могут быть не те цены, что в 1С."),
}
ADVICE = (
    "Посмотрите названные товары в 1С. Если там верно, выполните полный обмен с сайтом и проверьте, все ли товары, склады и виды цен "
    "в него входят. Если неверно прочитанное по OData, поправьте имена регистров в разделе odata настроек. "
    "Все строки — в таблице запуска odata."
)


class RegisterDifferences:
    """The book of what registers and files of one base do not agree on.

    Args:
        hub: the hub.
        source: the 1C base.
    """

    def __init__(self, hub: Hub, source: str) -> None:
        self._hub = hub
        self._source = source

    def seen(self, figure: FigureName, said: pl.DataFrame) -> pl.DataFrame:
        """`FigureDiffering` with the instants that earlier readings know; nothing is written."""
        with self._hub.engine.begin() as connection:
            return with_past(said, _before(connection, self._system, figure))

    def note(self, figure: FigureName, said: pl.DataFrame, *, refused: pl.DataFrame, now: datetime, told_after_s: float) -> pl.DataFrame:
        """Remember a reading's differences, and tell of those that stand.

        Args:
            figure: what was compared.
            said: `FigureDiffering`, the greatest first.
            refused: `RowRefused` of the reading: all there is, former rows that are not among them are right now.
            now: when.
            told_after_s: a difference that stands for so long is an incident; it is over when none does.

        Returns:
            `FigureDiffering` with the instants that earlier readings know.
        """
        about = FIGURES[figure]
        with self._hub.engine.begin() as connection:
            known = with_past(said, _before(connection, self._system, figure))
            put_cursor(connection, now, self._system, figure, remembered(known))
            settle_rows(connection, now, self._system, entity=about.entity, keys=None, refused=refused)
            self._journal(connection, now, about, known.filter(pl.col("since_at") == now), known.height)
            self._tell(connection, now, figure, standing(known, now, after_s=told_after_s))
        return known

    @property
    def _system(self) -> str:
        return f"odata:{self._source}"

    def _journal(self, connection: Connection, now: datetime, about: Figure, fresh: pl.DataFrame, all_of_them: int) -> None:
        """Only what is new: what stands was written down when it began."""
        if fresh.height:
            sentence = f"1С «{self._source}», {about.title}: регистры и обмен расходятся в {all_of_them}, из них впервые в {fresh.height}."
            detail = fresh.head(NOTED).drop("apart", "since_at").to_dicts()
            write(connection, now, "onec_compared", f"onec:{self._source}", sentence, detail)

    def _tell(self, connection: Connection, now: datetime, figure: FigureName, stands: pl.DataFrame) -> None:
        about, cause = FIGURES[figure], f"{self._source}:{figure}"
        if stands.is_empty():
            recover_incident(connection, now, kind=KIND, cause=cause)
            return
        report_incident(
            connection,
            now,
            kind=KIND,
            cause=cause,
            sentence=f"1С «{self._source}»: {about.title} в регистрах и в Utyug расходятся, строк: {stands.height}. {_named(stands)}",
            meaning=about.meaning,
            advice=ADVICE,
        )


def _before(connection: Connection, system: str, figure: str) -> list[dict[str, str]]:
    query = select(cursor.c.value).where(cursor.c.system == system, cursor.c.entity == figure)
    value: Any = connection.execute(query).scalar()
    return value or []


def _named(stands: pl.DataFrame) -> str:
    rows = stands.head(NAMED).to_dicts()
    where = [f" ({row['where_name']})" if row["where_name"] else "" for row in rows]
    named = [f"{row['name']}{at}: в Utyug {row['hub_said']}, в 1С {row['onec_said']}" for row, at in zip(rows, where, strict=True)]
    return "; ".join(named) + (" и другие." if stands.height > NAMED else ".")
