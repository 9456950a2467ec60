"""The shop of the worst hour as a process that can be killed: the gateway, rounds of orders and of stock, and the keeper.

``python -m tests.flows.hour_shop PORT`` gets ready, waits for a line, and works until its input ends. Settings come from the environment.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.logging import disable_run_logger

from adapters.channels import open_channel
from adapters.errors import SyncError
from adapters.gateway.app import make_app, make_server
from adapters.hub.holds import Holds
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.hub.rounds import rounds_of
from adapters.settings import Settings, read_settings
from tasks.orders import orders_round
from tasks.stock_rounds import stock_round

WHOLE_EVERY = 10
STOCK_POLL_S, KEEPER_TICK_S = 60.0, 60.0
FOR_EVER_S = 1e9
LOG = logging.getLogger("hour")


def take_orders(hub: Hub, settings: Settings, name: str) -> None:
    """As the flow's task does in a shift."""
    for _ in rounds_of(hub, "orders", rounds=None, longest_s=FOR_EVER_S, poll_s=settings.channels[name].orders.poll_s):
        with attempted(name), open_channel(settings.channels[name], hub=hub) as shop:
            orders_round(hub, settings, name, shop)


def keep_told(hub: Hub, settings: Settings, name: str) -> None:
    """As the flow's task does in a shift."""
    for number in rounds_of(hub, "stock", rounds=None, longest_s=FOR_EVER_S, poll_s=STOCK_POLL_S):
        with attempted(name), open_channel(settings.channels[name], hub=hub) as shop:
            stock_round(hub, settings, name, shop, is_whole=number % WHOLE_EVERY == 1)


@contextmanager
def attempted(name: str) -> Iterator[None]:
    """A round that fails is tried again in the next."""
    try:
        yield
    except SyncError as error:
        LOG.info("%s: %s", name, error.sentence)


def keep(hub: Hub, settings: Settings) -> None:
    """Carts expire."""
    holds, pause = Holds(hub, settings), threading.Event()
    while not pause.wait(KEEPER_TICK_S / hub.clock.speed):
        holds.expire()
        holds.reconcile()


def alone(work: Callable[..., None], *told: object) -> None:
    """In a thread of its own; a defect ends the whole shop, loudly."""

    def run() -> None:
        try:
            work(*told)
        except BaseException:
            LOG.exception("the shop broke down")
            os._exit(3)

    threading.Thread(target=run, daemon=True).start()


def work(port: int) -> None:
    """Until the input ends."""
    settings = read_settings()
    with open_hub(settings) as hub, disable_run_logger():
        alone(make_server(make_app(hub, settings), host="127.0.0.1", port=port).run)
        alone(keep, hub, settings)
        for name in settings.channels:
            alone(take_orders, hub, settings, name)
            alone(keep_told, hub, settings, name)
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if sys.stdin.readline():
        work(int(sys.argv[1]))
