"""Stock against what the channels showed, both runs side by side: as a picture and in the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from rich.console import Console
from rich.text import Text

from deployments.story.goods import CHANNELS, Shelf
from deployments.story.hours import HOUR_S, TITLES, Hour
from deployments.story.run import Played
from deployments.story.truth import Outcome
from deployments.story.watcher import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHANNEL_TITLES = {"wb": "Wildberries", "ozon": "Ozon", "ym": "Яндекс Маркет", "site": "сайт"}
COLOURS = {"wb": "#8e44ad", "ozon": "#2471a3", "ym": "#e0a800", "site": "#27865b"}
INK, ALARM = "#222222", "#c0392b"
BLOCKS = " ▁▂▃▄▅▆▇█"
COLUMNS = 60
"""A column of the terminal is a minute."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both runs of one hour."""

    seed: int
    hour: Hour
    shelf: Shelf
    mirror: Played
    utyug: Played

    @property
    def runs(self) -> tuple[tuple[str, Played], ...]:
        """With their titles."""
        return ("Одно число на всех", self.mirror), ("Utyug", self.utyug)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One run over its hour: minutes since the doors opened, pieces left, and pieces shown by channel."""

    minutes: list[float]
    left: list[int]
    shown: dict[str, list[int]]

    @property
    def total(self) -> list[int]:
        """Shown on all channels together."""
        return [sum(figures) for figures in zip(*self.shown.values(), strict=True)]


def series_of(played: Played, shelf: Shelf, things: Sequence[str]) -> Series:
    """A run's looks at some things; sets are left out, since they are the same pieces once more."""
    looks = [look for look in played.looks if (look.at - played.opens_at).total_seconds() <= HOUR_S]
    return Series(
        minutes=[(look.at - played.opens_at).total_seconds() / 60 for look in looks],
        left=[sum(look.left[thing] for thing in things) for look in looks],
        shown={channel: [_shown(look, channel, shelf, things) for look in looks] for channel in CHANNELS},
    )


def hottest(pair: Pair) -> str:
    """The thing that the mirrored run sold furthest beyond its stock; of several the one that there was most of."""
    lowest = {thing: min(look.left[thing] for look in pair.mirror.looks) for thing in pair.shelf.pcs}
    return min(lowest, key=lambda thing: (lowest[thing], -pair.shelf.pcs[thing]))


def draw(pair: Pair, path: Path) -> None:
    """The whole shop above, the hottest thing below; what is left as a black line, what is shown as coloured layers."""
    hot, everything = hottest(pair), list(pair.shelf.pcs)
    figure = Figure(figsize=(14, 8.5), layout="constrained")
    rows = (("Все товары магазина, шт.", everything), (f"{pair.shelf.goods[hot].name} ({hot}), шт.", [hot]))
    axes = figure.subplots(2, 2, sharex=True, sharey="row")
    for line, (title, things) in zip(axes, rows, strict=True):
        for axis, (run, played) in zip(line, pair.runs, strict=True):
            _layers(axis, series_of(played, pair.shelf, things))
            axis.set_title(f"{run}: {_sentence(played.outcome)}" if len(things) > 1 else run, fontsize=11, color=INK)
        line[0].set_ylabel(title)
    for axis in axes[1]:
        axis.set_xlabel("минуты от открытия")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"Что лежит на полке и что показывали площадки: {TITLES[pair.hour]}, зерно {pair.seed}", fontsize=14, color=INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def print_chart(pair: Pair, console: Console) -> None:
    """A row of blocks for what is left and one for what is shown, to one scale in both runs."""
    told = [(title, played, series_of(played, pair.shelf, list(pair.shelf.pcs))) for title, played in pair.runs]
    most = max(max(series.total + series.left, default=1) for _, _, series in told)
    console.print(f"\nОстаток и витрины, {TITLES[pair.hour]}, зерно {pair.seed}: столбик — минута, полная высота — {most} шт.")
    for title, played, series in told:
        console.print(Text(f"{title}: {_sentence(played.outcome)}", style="bold"))
        console.print(Text(f"  на полке    {blocks(series.minutes, series.left, most)}"))
        console.print(Text(f"  на витринах {blocks(series.minutes, series.total, most)}", style="yellow"))


def blocks(minutes: Sequence[float], figures: Sequence[int], most: int) -> str:
    """A figure as it was at the beginning of each minute."""
    columns, at = [], 0
    for column in range(COLUMNS):
        while at + 1 < len(minutes) and minutes[at + 1] <= column:
            at += 1
        share = max(0, figures[at]) / most if figures else 0.0
        columns.append(BLOCKS[min(len(BLOCKS) - 1, -int(-share * (len(BLOCKS) - 1) // 1))])
    return "".join(columns)


def _layers(axis: "Axes", series: Series) -> None:
    axis.stackplot(
        series.minutes,
        list(series.shown.values()),
        labels=[f"показывает {CHANNEL_TITLES[channel]}" for channel in series.shown],
        colors=[COLOURS[channel] for channel in series.shown],
        alpha=0.55,
        step="post",
    )
    axis.step(series.minutes, series.left, where="post", color=INK, linewidth=2, label="лежит на полке")
    below = [min(0, pcs) for pcs in series.left]
    axis.fill_between(series.minutes, below, step="post", color=ALARM, alpha=0.8, label="продано сверх остатка", linewidth=0)
    axis.axhline(0, color=INK, linewidth=0.6)
    axis.set_xlim(0, HOUR_S / 60)
    axis.grid(alpha=0.2)


def _sentence(outcome: Outcome) -> str:
    return f"продано {outcome.sold_pcs} шт., лишних {outcome.oversold_pcs}, отменено заказов {outcome.cancelled_orders}"


def _shown(look: Look, channel: str, shelf: Shelf, things: Sequence[str]) -> int:
    return sum(look.shown[channel].get(thing, 0) for thing in things if channel in shelf.goods[thing].channels)
