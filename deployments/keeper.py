"""What happens by time and not by a call: files of which nothing more comes, the watched folder, carts that expire, old pushes.

The design calls the end of carts the flow *expire*. It is done here, every tick: an abandoned cart keeps goods from buyers, and a
run's start would cost more than the work.
"""

import logging

from sqlalchemy.exc import OperationalError

from adapters.gateway.uploads import complete_quiet
from adapters.hub.arrivals import Arrivals
from adapters.hub.holds import Holds
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.pushes import Pushes
from adapters.settings import Settings
from deployments.stopping import Stop
from deployments.watch import WatchedFolder

LOG = logging.getLogger("utyug.keeper")
TICK_S = 5.0


def keep(hub: Hub, settings: Settings, *, stop: Stop) -> None:
    """Tick until stopped."""
    inbox, arrivals = Inbox(hub), Arrivals(hub)
    holds, pushes = Holds(hub, settings), Pushes(hub)
    folder = _folder(hub, settings)
    while True:
        try:
            for feed_id in complete_quiet(inbox, arrivals, now=hub.clock.now(), quiet_s=settings.onec.file_quiet_s):
                LOG.info("feed %s is complete: nothing more came", feed_id)
            if folder is not None:
                folder.scan()
            if ended := holds.expire():
                LOG.info("%s carts expired", ended)
            if unordered := holds.reconcile():
                LOG.warning("%s committed carts never became orders", unordered)
            pushes.trim()
        except OperationalError as error:
            LOG.warning("the hub does not answer: %s", type(error).__name__)
        stop.wait(TICK_S)


def _folder(hub: Hub, settings: Settings) -> WatchedFolder | None:
    if settings.onec.watched_folder is None:
        return None
    return WatchedFolder(hub, folder=settings.onec.watched_folder, source=settings.onec.watched_base)
