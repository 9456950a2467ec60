"""What publishing stock, cards and prices leaves behind: figures by channel for the report, and tables of what was sent."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from adapters.errors import ContractBroken, Misconfigured, SyncError
from adapters.lots import BROKEN
from adapters.settings import Settings
from tasks.reporting import RunReport, show_table
from validation.listings import OUTCOMES

IN_RUSSIAN = {
    "accepted": "принято",
    "refused": "не принято",
    "pending": "принято, площадка ещё не показала",
    "unknown": "неизвестно, выяснится при следующем чтении",
    "unsent": "не отправлено, уйдёт в следующий раз",
    "differing": "отличается, не отправлялось (проба)",
}
TITLES = {"stock": "Остатки", "cards": "Карточки", "prices": "Цены"}
COLUMNS = {
    "channel_sku": "артикул",
    "warehouse_ref": "склад",
    "campaign_ref": "магазин",
    "shown_pcs": "показывала",
    "pcs": "остаток",
    "shown_kopecks": "просила, ₽",
    "price_kopecks": "цена, ₽",
    "outcome": "итог",
    "sentence": "почему",
}
"""What a table shows of its rows, in this order."""
NOTHING = pl.DataFrame(schema={"channel_sku": pl.String, "outcome": pl.String, "sentence": pl.String})


@dataclass(frozen=True, kw_only=True)
class Published:
    """One channel's round.

    Args:
        channel: its name.
        what: stock | cards | prices.
        listings: how many were compared.
        heard: what earlier runs sent and the channel has only now been seen to take.
        unfit: rows that our own rules did not let out; they lie in the quarantine.
        stopped_by: why it did not come to its end; what was done before is in the outcomes.
        outcomes: ``channel_sku, outcome, sentence`` and what else `COLUMNS` knows, one row per thing that differed.
    """

    channel: str
    what: str = "stock"
    listings: int = 0
    heard: int = 0
    unfit: int = 0
    stopped_by: SyncError | None = None
    outcomes: pl.DataFrame = field(default_factory=NOTHING.clone)

    @property
    def of(self) -> tuple[str, ...]:
        """`tasks.reporting.Ended`."""
        return (self.channel, self.what)

    @property
    def counted(self) -> Counter[str]:
        """Rows by outcome; ``sent`` is what left, whatever came of it; what was heard only now is accepted without being sent."""
        counted = Counter(self.outcomes["outcome"].to_list())
        counted["sent"] = sum(counted[outcome] for outcome in OUTCOMES if outcome != "unsent")
        counted["accepted"] += self.heard
        return counted


def broken(channel: str, sent: Sequence[pl.DataFrame]) -> ContractBroken | None:
    """The error of a channel that answered a write in a way its vendor does not document; what it did is unknown and was remembered so."""
    told = pl.concat(sent).filter(pl.col("reason") == BROKEN)["sentence"]
    return ContractBroken(told[0], system=channel) if told.len() else None


def chosen(settings: Settings, channel: str | None) -> list[str]:
    """The channels a run is for: the one that was named, else all.

    Raises:
        Misconfigured: there is no such channel.
    """
    if channel is None:
        return list(settings.channels)
    if channel not in settings.channels:
        known = ", ".join(settings.channels) or "ни одной"
        raise Misconfigured(f"Площадки {channel} нет в настройках; есть: {known}.")
    return [channel]


def show_published(told: Sequence[Published], report: RunReport) -> None:
    """Sum the rounds up into the run's report, and show each channel's table in the UI."""
    for name, what in dict.fromkeys((one.channel, one.what) for one in told):
        rounds = [one for one in told if (one.channel, one.what) == (name, what)]
        counted = sum((one.counted for one in rounds), Counter[str]())
        report.rows_in += sum(one.listings for one in rounds)
        report.refused += counted["refused"]
        report.changed += counted["sent"]
        report.accepted += counted["accepted"]
        figures = {key: counted[key] for key in ("sent", *OUTCOMES, "differing")} | {"unfit": rounds[-1].unfit}
        report.detail.setdefault("channels", {}).setdefault(name, {})[what] = figures
        show_table(f"{what}-{_slug(name)}", _rows(rounds), f"{TITLES[what]}: {name}")


def _rows(rounds: Sequence[Published]) -> list[dict[str, object]]:
    rows = pl.concat([one.outcomes for one in rounds], how="diagonal")
    shown = {column: name for column, name in COLUMNS.items() if column in rows.columns}
    told = rows.sort(pl.col("outcome") == "accepted", maintain_order=True).with_columns(
        pl.col("outcome").replace_strict(IN_RUSSIAN), *(_roubles(column) for column in rows.columns if column.endswith("_kopecks"))
    )
    return told.select(list(shown)).rename(shown).to_dicts()


def _roubles(column: str) -> pl.Expr:
    price = pl.col(column)
    return pl.format("{},{}", price // 100, (price % 100).cast(pl.String).str.zfill(2)).alias(column)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "channel"
