"""What the bounds of a channel were measured to be, day by day, and the alarm when one breaks (DESIGN §4)."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.incidents import report_incident
from adapters.hub.journal import write
from adapters.hub.tables.offer import bound_measure

BREACHED = "bound_breached"
WHAT = {
    "visible": "показал заказ",
    "effective": "показал новый остаток",
    "stale": "показывал старый остаток",
    "restored": "вернул отменённую штуку в продажу",
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "channel": pl.String,
    "bound": pl.String,
    "on_day": pl.Date,
    "samples": pl.Int64,
    "worst_s": pl.Float64,
    "sum_s": pl.Float64,
    "breaches": pl.Int64,
}


class Measures:
    """The book of measured bounds."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def note(self, channel: str, bound: str, samples_s: Sequence[float], *, limit_s: float) -> None:
        """Count measured times; one beyond the limit is told to a person, because the guarantee stands on it.

        Args:
            channel: the channel's name.
            bound: visible | effective | stale | restored.
            samples_s: seconds, each measured once.
            limit_s: the bound in the settings.
        """
        if not samples_s:
            return
        now, worst_s = self._hub.clock.now(), max(samples_s)
        breaches = sum(one > limit_s for one in samples_s)
        new = {"samples": len(samples_s), "worst_s": worst_s, "sum_s": sum(samples_s), "breaches": breaches}
        c = bound_measure.c
        put = insert(bound_measure).values(channel=channel, bound=bound, on_day=now.date(), **new)
        added = {name: c[name] + put.excluded[name] for name in ("samples", "sum_s", "breaches")}
        worst = func.greatest(c.worst_s, put.excluded.worst_s)
        with self._hub.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["channel", "bound", "on_day"], set_={**added, "worst_s": worst}))
            if breaches:
                sentence = (
                    f"Канал {channel} {WHAT[bound]} через {worst_s:.0f} с, а защита от двойной продажи рассчитывает на {limit_s:.0f} с."
                )
                write(connection, now, BREACHED, f"channel:{channel}", sentence, {"bound": bound, **new})
                report_incident(
                    connection,
                    now,
                    kind=BREACHED,
                    cause=f"{channel}:{bound}",
                    sentence=sentence,
                    meaning="Пока так, обещание «ни одна штука не продана дважды» для этого канала не гарантировано.",
                    advice=f"Если это повторяется, увеличьте bounds.{bound}_s этого канала в настройках: запас вырастет, "
                    "штуки между площадками пойдут медленнее.",
                )

    def all(self) -> pl.DataFrame:
        """One row per channel, bound and day: how many times it was measured, the worst, the sum, how many beyond the limit."""
        query = select(*(bound_measure.c[name] for name in SCHEMA)).order_by(
            *(bound_measure.c[name] for name in ("channel", "bound", "on_day"))
        )
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(query).all(), schema=SCHEMA, orient="row")
