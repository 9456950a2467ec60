"""One run of «Обмен заказами»: the site's orders are read and confirmed, then the changed ones are sent back.

Whatever stops the one does not stop the other: they are sessions of their own (`reference/commerceml.md` §1.1), though whether 1C goes
on is not told.
"""

from dataclasses import dataclass
from typing import Literal

from deployments.world.onec import OnecClient, OnecStopped
from deployments.world.onec_base import OnecBase


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchanged:
    """What a run did: orders written, files sent, and what the user reads where it stopped."""

    read: tuple[str, ...]
    sent: tuple[str, ...]
    stopped: tuple[str, ...]


def exchange(
    base: OnecBase,
    client: OnecClient,
    *,
    loses_success: Literal["before", "after"] | None = None,
    cuts_query: int = 0,
    sends_twice: bool = False,
) -> Exchanged:
    """Run it once; a change that the site has not taken is sent again by the next run. Cuts do not outlive it.

    Args:
        base: the base.
        client: its client, of the same habit.
        loses_success: the confirmation is cut on its way there, or its answer on the way back.
        cuts_query: how many answers to `query` break off half-way; УНФ asks once more after the first.
        sends_twice: the file of changed orders goes out twice, as after an answer that 1C did not understand.
    """
    base.begin_run()
    stopped, sent = [], []
    if loses_success is not None:
        client.wire.cut("success", loses_success)
    client.wire.cut("query", "middle", times=cuts_query)
    try:
        client.pull_orders(reads=base.take)
    except OnecStopped as why:
        stopped.append(str(why))
    report = base.report()
    if report is not None:
        try:
            sent = client.push_orders(*[report.package] * (1 + sends_twice))
            base.forget_changes(report)
        except OnecStopped as why:
            stopped.append(str(why))
    client.wire.mend()
    return Exchanged(read=tuple(base.read_now), sent=tuple(sent), stopped=tuple(stopped))
