"""The story, told for many seeds: both runs of each, on as many worker processes as there are cores to spare."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from adapters.hub.hub import Hub
from deployments.story.chart import Pair, draw, print_chart
from deployments.story.databases import fresh_database, opened_servers
from deployments.story.door import story_settings
from deployments.story.goods import make_shelf
from deployments.story.hours import COUNTED, TITLES, Hour, hour_of, make_script
from deployments.story.mirror import play_mirror
from deployments.story.past import begin
from deployments.story.report import SeedTold, save_report, split_told, total
from deployments.story.run import Played
from deployments.story.split import split_sold_pcs
from deployments.story.stage import opened_stage
from deployments.story.truth import Outcome

SOOTHSAYER = """Лишние: продано сверх того, что было. Отмены: заказы, которые магазину пришлось отменить. Отказы: покупателю показали мало.
Доля: от штук, которые были и нужны. Узнали: через столько секунд площадки больше не показывали проданного. Штраф: Ozon, рублей.
Доли ясновидца: лучшее деление на час вперёд тем, кто знает спрос; штука остаётся, где дана."""
BROKEN_EVERY = 25
"""The last of so many seeds is played once more with the bounds broken."""
ONE_THREAD = {"POLARS_MAX_THREADS": "1"}
"""The frames of an hour are small, and there are as many processes as cores."""


@dataclass(frozen=True, kw_only=True)
class Both:
    """A seed that is over, with what a chart of it needs."""

    told: SeedTold
    pair: Pair | None = None


def run_story(var_dir: Path, *, seeds: Sequence[int], jobs: int = 2, console: Console | None = None) -> bool:
    """Tell the story: a line for each seed, then the sums, the chart and the report in ``var_dir/story``.

    Args:
        var_dir: where the report goes.
        seeds: of the hours; their kinds take turns.
        jobs: worker processes.
        console: where it is told.

    Returns:
        False where Utyug sold a piece too many within the bounds.
    """
    console = console or Console()
    folder = var_dir / "story"
    told: list[SeedTold] = []
    with _workers(jobs) as pool:
        futures = _submit(pool, seeds)
        for future in as_completed(futures):
            both = future.result()
            told.append(both.told)
            console.print(_line(both.told, len(told), len(futures)))
            if both.pair is not None:
                draw(both.pair, folder / "story.png")
                print_chart(both.pair, console)
    save_report(told, folder / "report.json")
    console.print(summary(told))
    console.print(f"Отчёт: {folder / 'report.json'}\nГрафик: {folder / 'story.png'}")
    return all(one.utyug.oversold_pcs == 0 for one in told if one.hour in COUNTED)


def play_both(server_url: str, seed: int, hour: Hour, *, is_drawn: bool = False) -> Both:
    """Both runs of a seed, each with a world and a hub of its own."""
    began = time.monotonic()
    mirror = _play(server_url, seed, hour, asks=False)
    utyug = _play(server_url, seed, hour, asks=True)
    shelf = make_shelf(seed)
    told = SeedTold(
        seed=seed,
        hour=hour,
        mirror=mirror.outcome,
        utyug=utyug.outcome,
        split_sold_pcs=split_sold_pcs(shelf, make_script(seed, hour, shelf)),
        alarms=utyug.alarms,
        seconds=time.monotonic() - began,
    )
    return Both(told=told, pair=Pair(seed=seed, hour=hour, shelf=shelf, mirror=mirror, utyug=utyug) if is_drawn else None)


def summary(told: Sequence[SeedTold]) -> Table:
    """Sums by kind of hour, both runs under one another, and what shares that never move would have sold."""
    title = "Один и тот же час покупателей, дважды"
    table = Table(title=title, title_justify="left", caption=SOOTHSAYER, caption_justify="left", box=SIMPLE_HEAD, padding=0)
    table.add_column("", no_wrap=True)
    for title in ("заказы", "штуки", "лишние", "отмены", "отказы", "доля", "узнали", "штраф"):
        table.add_column(title, justify="right", no_wrap=True)
    for hour in (*COUNTED, "broken"):
        chosen = [one for one in told if one.hour == hour]
        if chosen:
            table.add_row(f"[bold]{TITLES[hour]}: {len(chosen)}[/]")
            table.add_row("  одно число", *_cells(total([one.mirror for one in chosen])))
            table.add_row("  Utyug", *_cells(total([one.utyug for one in chosen])))
            split = split_told(chosen)
            told_by_split = ["", f"{split['sold_pcs']}", "0", "", "", f"{split['sold_share']:.1%}", "", ""]
            table.add_row("  доли ясновидца", *told_by_split, style="dim", end_section=True)
    return table


def _play(server_url: str, seed: int, hour: Hour, *, asks: bool) -> Played:
    with (
        tempfile.TemporaryDirectory(prefix="utyug-story-") as work,
        fresh_database(server_url) as url,
        opened_stage(make_shelf(seed), seed=seed) as stage,
        Hub(url, clock=stage.clock) as hub,
    ):
        begin(stage)
        settings, script = story_settings(stage, Path(work), asks=asks), make_script(seed, hour, stage.shelf)
        if not asks:
            return play_mirror(stage, hub, settings, script)
        from deployments.story.utyug import play_utyug

        return play_utyug(stage, hub, settings, script)


def _submit(pool: ProcessPoolExecutor, seeds: Sequence[int]) -> list[Future[Both]]:
    """The first flash, or else the last of the seeds, is drawn; broken hours come last."""
    drawn = next((seed for seed in seeds if hour_of(seed) == "flash"), seeds[-1])
    counted = [pool.submit(_in_worker, seed, hour_of(seed), is_drawn=seed == drawn) for seed in seeds]
    return counted + [pool.submit(_in_worker, seed, "broken", is_drawn=False) for seed in seeds[BROKEN_EVERY - 1 :: BROKEN_EVERY]]


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that begin anew, each with a PostgreSQL of its own; the servers are gone after them, however they end."""
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="utyug-story-") as folder, opened_servers(Path(folder), jobs) as urls:
        queue: Queue[str] = context.Queue()
        for url in urls:
            queue.put(url)
        with ProcessPoolExecutor(max_workers=jobs, mp_context=context, initializer=_take_server, initargs=(queue,)) as pool:
            yield pool


_SERVER: list[str] = []


def _take_server(queue: "Queue[str]") -> None:
    _SERVER.append(queue.get())


def _in_worker(seed: int, hour: Hour, *, is_drawn: bool) -> Both:
    return play_both(_SERVER[0], seed, hour, is_drawn=is_drawn)


def _line(one: SeedTold, number: int, of: int) -> str:
    figures = f"лишних шт. {one.mirror.oversold_pcs} и {one.utyug.oversold_pcs}, доля {_share(one.mirror)} и {_share(one.utyug)}"
    alarms = f", тревог {len(one.alarms)}" if one.alarms else ""
    return f"{number:>3}/{of} зерно {one.seed:>3}, {TITLES[one.hour]:<15} одно число и Utyug: {figures}{alarms}; {one.seconds:.0f} с"


def _cells(outcome: Outcome) -> list[str]:
    return [
        f"{outcome.orders}",
        f"{outcome.sold_pcs}",
        f"{outcome.oversold_pcs}",
        f"{outcome.cancelled_orders}",
        f"{outcome.refused_buyers}",
        _share(outcome),
        f"{outcome.known_everywhere_s:.0f}",
        f"{outcome.penalties_roubles}",
    ]


def _share(outcome: Outcome) -> str:
    return f"{outcome.sold_share:.1%}"
