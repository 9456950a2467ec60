"""Our own long-lived processes, each started by the supervisor as ``python -m deployments.serve NAME``."""

import logging
import sys

from adapters.hub.opening import open_hub
from adapters.settings import Settings, read_settings
from deployments.addresses import read_addresses
from deployments.stopping import Stop


def gateway(settings: Settings) -> None:
    """The HTTP front door."""
    from adapters.gateway.app import make_app, make_server

    with open_hub(settings) as hub:
        make_server(make_app(hub, settings), host=settings.gateway.host, port=settings.gateway.port).run()


def sender(settings: Settings) -> None:
    """Tells people."""
    from deployments.sender import send
    from deployments.silence import answers

    health = read_addresses(settings.var_dir).health
    with open_hub(settings) as hub:
        send(hub, settings=settings.messages, probes={part: answers(url) for part, url in health.items()}, stop=_heeded())


def dispatcher(settings: Settings) -> None:
    """Starts runs."""
    from deployments.dispatcher import dispatch

    with open_hub(settings) as hub:
        dispatch(hub, settings, api_url=read_addresses(settings.var_dir).api, stop=_heeded())


def keeper(settings: Settings) -> None:
    """Does what time does."""
    from deployments.keeper import keep

    with open_hub(settings) as hub:
        keep(hub, settings, stop=_heeded())


PROCESSES = {process.__name__: process for process in (gateway, sender, dispatcher, keeper)}


def _heeded() -> Stop:
    stop = Stop()
    stop.heed()
    return stop


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    PROCESSES[sys.argv[1]](read_settings())
