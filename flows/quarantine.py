"""The quarantine's desk: what was refused, tried again or dismissed by a person."""

from typing import Literal

from prefect import flow

from adapters.hub.opening import open_hub
from adapters.settings import read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.catalog import take_in
from tasks.quarantine import dismiss_rows, enqueue_retries, feed_of, list_rows
from tasks.reporting import RunReport, reported_run, show_table
from tasks.stock import post_counts


@flow(
    name="quarantine",
    description="Карантин: показать, что не принято и почему; попробовать снова; отклонить.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def quarantine(
    action: Literal["list", "retry", "dismiss"] = "list",
    ids: list[int] | None = None,
    reason: str | None = None,
    entity: str | None = None,
    source: str | None = None,
) -> RunReport:
    """Do one thing with the rows chosen.

    Args:
        action: list shows them; retry judges them again; dismiss says that they need no fixing.
        ids: by their numbers in the list.
        reason: by the code of the reason.
        entity: by what they are: product, offer, price, count …
        source: by the 1C base or channel they came from.
    """
    settings = read_settings()
    with open_hub(settings) as hub, reported_run(hub, "quarantine") as report:
        if action == "dismiss":
            report.changed = dismiss_rows(hub, ids=ids, reason=reason, entity=entity, source=source)
        if action == "retry":
            feeds = enqueue_retries(hub, ids=ids, reason=reason, entity=entity, source=source)
            taken = [take_in(hub, settings, feed_of(hub, feed_id), dry_run=False) for feed_id in feeds]
            post_counts(hub)
            report.changed = sum(feed.changed for feed in taken)
            report.accepted = sum(sum(feed.loaded.values()) for feed in taken)
            report.refused = sum(sum(feed.refused.values()) for feed in taken)
        rows = list_rows(hub, reason=reason, entity=entity, source=source)
        report.rows_in = len(rows)
        show_table("quarantine", rows, "Карантин")
    return report
