"""Catalogue, prices and counts: from what 1C sent to the hub."""

from collections import Counter

from prefect import flow

from adapters.hub.inbox import Inbox
from adapters.hub.opening import open_hub
from adapters.hub.shift import arriving_feeds
from adapters.settings import read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.catalog import FeedTaken, close_quiet_series, take_in
from tasks.reporting import RunReport, reported_run, show_refusals, show_table
from tasks.stock import post_counts

SHIFT_S = 600


@flow(
    name="catalog",
    description="Каталог, цены и остатки из 1С: прочитать, проверить, записать; что не принято, остаётся в карантине с причиной.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def catalog(accept: int | None = None, dry_run: bool = False, rounds: int | None = 1) -> RunReport:
    """Take in every file that 1C has sent.

    Args:
        accept: a feed that the gate holds and a person lets in.
        dry_run: read and judge only; nothing is written anywhere.
        rounds: 1 takes what is there and ends; none stays for a shift and takes what comes.
    """
    settings = read_settings()
    with open_hub(settings) as hub, reported_run(hub, "catalog", dry_run=dry_run) as report:
        if accept is not None and not dry_run:
            Inbox(hub).accept(accept)
        taken: list[FeedTaken] = []
        idle_s = 0 if rounds == 1 or dry_run else settings.onec.shift_idle_s
        for feed in arriving_feeds(hub, idle_s=idle_s, longest_s=SHIFT_S):
            taken.append(take_in(hub, settings, feed, dry_run=dry_run))
            if not dry_run:
                post_counts(hub)
        if not dry_run:
            close_quiet_series(hub, settings)
        _tell(taken, report)
    return report


def _tell(taken: list[FeedTaken], report: RunReport) -> None:
    """The report of the run, and what the manager sees of it."""
    loaded = sum((Counter(feed.loaded) for feed in taken), Counter[str]())
    refused = sum((Counter(feed.refused) for feed in taken), Counter[str]())
    report.refused = refused.total()
    report.rows_in = loaded.total() + report.refused
    report.changed = sum(feed.changed for feed in taken)
    report.detail = {"loaded": dict(loaded), "refused": dict(refused), "feeds": [feed.feed_id for feed in taken]}
    rows = [{"файл": feed.name, "лента": feed.feed_id, "состояние": feed.state, "итог": feed.sentence} for feed in taken]
    show_table("catalog-feeds", rows, "Файлы из 1С")
    show_refusals("catalog-refused", refused)
