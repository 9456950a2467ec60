"""What 1C's registers say, read by OData beside the exchange of files: judged, compared with what files brought, and a little of it taken.

Figure by figure: balances first, then prices, each as the base's settings want it (`docs/odata.md`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.register_differences import FIGURES, FigureName, RegisterDifferences
from adapters.hub.registers import Registers, Taken
from adapters.hub.series import Decide
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.settings import OdataSettings
from adapters.settings import Settings
from tasks.catalog import gate
from tasks.reporting import RunReport, show_refusals, show_table
from tasks.rules.registers import (
    balances_of_shop,
    counts_differing,
    counts_said,
    places_read,
    prices_differing,
    prices_of_items,
    prices_said,
)
from tasks.stock import post_counts
from validation.odata import BalanceCounted, FigureDiffering, PriceTold
from validation.quarantine import NONE_REFUSED, judge

COUNT_KEY = pl.format("{}|{}", "item_ref", "place")
PRICE_KEY = pl.format("{}|{}", "item_ref", "price_type")
NOTHING_TO_COMPARE = "Файлов обмена ещё не было: сравнивать не с чем."


@dataclass(frozen=True, kw_only=True)
class FigureRead:
    """One figure of one base, read once.

    Args:
        base: its name in settings.
        figure: what was read.
        read_at: when it was compared.
        rows_in: rows of the register that are ours.
        refused: `RowRefused`.
        differing: `FigureDiffering`.
        unread: warehouses of the exchange of which 1C showed nothing.
        taken: what was done with it; None where it was only compared.
        sentence: what else there is to say.
        stopped_by: why the base could not be read.
    """

    base: str
    figure: FigureName
    read_at: datetime
    rows_in: int = 0
    refused: pl.DataFrame = field(default_factory=lambda: NONE_REFUSED)
    differing: pl.DataFrame = field(default_factory=FigureDiffering.empty)
    unread: tuple[str, ...] = ()
    taken: Taken | None = None
    sentence: str = ""
    stopped_by: SyncError | None = None

    @property
    def of(self) -> tuple[str, str]:
        """What was read."""
        return self.base, self.figure


def read_base(hub: Hub, settings: Settings, name: str, onec: OnecOdata, *, dry_run: bool) -> list[FigureRead]:
    """Read and compare what a base's settings want of its registers; a figure that cannot be read changes nothing, and stops no other.

    Args:
        hub: the hub.
        settings: of the shop.
        name: of the base.
        onec: the base.
        dry_run: nothing is written.
    """
    told, decide = settings.onec.by_odata[name], gate(settings)
    modes: dict[FigureName, str] = {"balances": told.balances, "prices": told.prices}

    def read(figure: FigureName) -> FigureRead:
        reads = read_balances if figure == "balances" else read_prices
        return reads(hub, told, name, onec, decide, dry_run=dry_run)

    return [_tried(hub, name, told, figure, read, dry_run=dry_run) for figure, mode in modes.items() if mode != "off"]


def read_balances(hub: Hub, told: OdataSettings, name: str, onec: OnecOdata, decide: Decide, *, dry_run: bool) -> FigureRead:
    """Free stock by the registers, compared with the counts that files brought; lower figures count at once where the shop wants it.

    Raises:
        SyncError: the base could not be asked.
    """
    lowers = told.balances == "lower" and not dry_run
    if lowers:
        post_counts(hub)
    began_at = hub.clock.now()
    whole = onec.read_balances([str(one) for one in told.warehouses])
    registers = Registers(hub, name)
    known, read_at = registers.counts(), hub.clock.now()
    if known.is_empty():
        return FigureRead(base=name, figure="balances", read_at=read_at, sentence=NOTHING_TO_COMPARE)
    counted, refused = judge(balances_of_shop(whole, known), BalanceCounted, entity="count", key=COUNT_KEY)
    places = places_read(whole, known)
    differing = counts_differing(known, counted, refused["key"].to_list(), places)
    taken = None
    if lowers:
        taken = registers.lower_counts(differing.select("item_id", "place", pcs="onec_pcs"), began_at=began_at, decide=decide)
        post_counts(hub)
    return FigureRead(
        base=name,
        figure="balances",
        read_at=read_at,
        rows_in=counted.height + refused.height,
        refused=refused,
        differing=counts_said(differing, read_at),
        unread=_unread(known, places, told),
        taken=taken,
    )


def read_prices(hub: Hub, told: OdataSettings, name: str, onec: OnecOdata, decide: Decide, *, dry_run: bool) -> FigureRead:
    """Prices by the registers, compared with those that files brought; price types that no file brings are taken where the shop wants it.

    Raises:
        SyncError: the base could not be asked.
    """
    began_at = hub.clock.now()
    whole = onec.read_prices([str(one) for one in told.price_types])
    registers = Registers(hub, name)
    items, known, read_at = registers.items(), registers.prices(), hub.clock.now()
    if items.is_empty():
        return FigureRead(base=name, figure="prices", read_at=read_at, sentence=NOTHING_TO_COMPARE)
    loads = told.prices == "load" and not dry_run
    ours = whole.filter(pl.col("item_ref").is_in({*items["item_ref"], *items["product_ref"]}))
    if told.prices != "load":
        ours = ours.filter(pl.col("price_type").is_in(known["price_type"].unique()))
    judged, refused = judge(ours, PriceTold, entity="price", key=PRICE_KEY)
    prices = prices_of_items(items, judged, refused["key"].to_list())
    taken = registers.load_prices(prices, onec.read_price_types(), began_at=began_at, decide=decide) if loads else None
    return FigureRead(
        base=name,
        figure="prices",
        read_at=read_at,
        rows_in=ours.height,
        refused=refused,
        differing=prices_said(prices_differing(known, prices), read_at),
        taken=taken,
    )


def show_read(read: Sequence[FigureRead], settings: Settings, report: RunReport) -> None:
    """Sum the readings up into the run's report, and show what differs and what was refused."""
    zone = ZoneInfo(settings.time_zone)
    for one in read:
        report.rows_in += one.rows_in
        report.refused += one.refused.height
        report.changed += one.taken.changed if one.taken else 0
        report.detail.setdefault("bases", {}).setdefault(one.base, {})[one.figure] = {
            "rows": one.rows_in,
            "differing": one.differing.height,
            "refused": one.refused.height,
            "taken": one.taken.changed if one.taken else 0,
        }
    show_table("odata-bases", [_summed(one) for one in read], "Чтение регистров 1С по OData")
    show_table("odata", [row for one in read for row in _rows(one, zone)], "Где регистры 1С и обмен файлами расходятся")
    show_refusals("odata-refused", sum((Counter(one.refused["reason"].to_list()) for one in read), Counter[str]()))


def _tried(
    hub: Hub, name: str, told: OdataSettings, figure: FigureName, read: Callable[[FigureName], FigureRead], *, dry_run: bool
) -> FigureRead:
    """A figure, with what earlier readings know of its differences, which a dry run only looks up."""
    book = RegisterDifferences(hub, name)
    try:
        one = read(figure)
    except SyncError as error:
        return FigureRead(base=name, figure=figure, read_at=hub.clock.now(), stopped_by=error)
    if dry_run:
        return replace(one, differing=book.seen(figure, one.differing))
    noted = book.note(figure, one.differing, refused=one.refused, now=one.read_at, told_after_s=told.told_after_s)
    return replace(one, differing=noted)


def _unread(known: pl.DataFrame, places: Sequence[str], told: OdataSettings) -> tuple[str, ...]:
    """Names of the shop's warehouses of which 1C showed nothing, though it was asked."""
    asked = {str(one) for one in told.warehouses}
    lacking = known.filter(pl.col("place") != "", ~pl.col("place").is_in(places), pl.col("pcs") != 0)
    named = lacking.select("place", "place_name").unique().sort("place_name")
    return tuple(name for place, name in named.iter_rows() if not asked or place in asked)


def _summed(one: FigureRead) -> dict[str, object]:
    said = [one.sentence, one.taken.sentence if one.taken else "", one.stopped_by.sentence if one.stopped_by else ""]
    if one.unread:
        said.append(f"По складам {', '.join(one.unread)} 1С ничего не показала: нет прав, или там пусто. Они не сверялись.")
    return {
        "база": one.base,
        "что": FIGURES[one.figure].title,
        "строк": one.rows_in,
        "расходится": one.differing.height,
        "не принято": one.refused.height,
        "взято": one.taken.changed if one.taken else 0,
        "итог": " ".join(filter(None, said)),
    }


def _rows(one: FigureRead, zone: ZoneInfo) -> list[dict[str, object]]:
    return [
        {
            "база": one.base,
            "товар": row["name"],
            "где": row["where_name"],
            "в Utyug": row["hub_said"],
            "в 1С": row["onec_said"],
            "с": row["since_at"].astimezone(zone).strftime("%d.%m.%Y %H:%M"),
        }
        for row in one.differing.to_dicts()
    ]
