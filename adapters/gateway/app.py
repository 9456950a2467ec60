"""The HTTP front door: 1C's exchange, Prefect's hooks, the channels' pushes, health."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.gateway import answers
from adapters.gateway.exchange import Exchange
from adapters.gateway.hooks import PrefectHook
from adapters.gateway.pushes import PATHS as PUSH_PATHS
from adapters.gateway.pushes import PushHooks
from adapters.gateway.quotes import Quotes
from adapters.gateway.reservations import Reservations
from adapters.gateway.threads import Threads
from adapters.gateway.till import Till
from adapters.hub.holds import Holds
from adapters.hub.hub import Hub
from adapters.hub.notices import Notices
from adapters.hub.pushes import Pushes
from adapters.hub.run_events import RunEvents
from adapters.settings import Settings

LOG = logging.getLogger("utyug.gateway")
EXCHANGE_PATHS = ("/1c/exchange", "/1c/exchange/", "/bitrix/admin/1c_exchange.php", "/1c_exchange.php")
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
KEEP_ALIVE_S = 75
"""УНФ rests 5 s between calls on one connection, and takes a connection cut meanwhile for a broken answer."""
FAREWELL_S = 30


def make_app(hub: Hub, settings: Settings) -> FastAPI:
    """The gateway over a hub.

    Args:
        hub: the memory; the caller closes it after the app.
        settings: bases, limits, secrets.
    """
    notices = Notices(hub.engine.url)
    threads = Threads()
    exchange = Exchange(hub=hub, settings=settings, notices=notices, threads=threads)
    prefect = PrefectHook(events=RunEvents(hub), secret=settings.gateway.hooks_secret, threads=threads)
    pushes = PushHooks(pushes=Pushes(hub), settings=settings, clock=hub.clock, threads=threads)
    holds = Holds(hub, settings)
    till = Till(holds)
    reservations = Reservations(holds=holds, till=till, settings=settings, threads=threads)
    quotes = Quotes(hub=hub, settings=settings, threads=threads)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with notices, till:
            yield

    async def health(_request: Request) -> Response:
        is_well = notices.is_listening
        return JSONResponse({"status": "ok" if is_well else "the hub does not answer"}, status_code=200 if is_well else 503)

    async def broken(request: Request, error: Exception) -> Response:
        LOG.error("defect in the gateway at /%s", request.url.path.split("/")[1], exc_info=error)
        if request.url.path not in EXCHANGE_PATHS:
            return JSONResponse({"status": "internal error"}, status_code=500)
        return answers.failure("Внутренняя ошибка Utyug: она записана в журнал сервера. Повторите обмен позже.")

    app = FastAPI(
        title="Utyug",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for path in EXCHANGE_PATHS:
        app.add_route(path, exchange.answer, methods=EVERY_METHOD)
    app.add_route("/hooks/prefect", prefect.answer, methods=["POST"])
    for path in PUSH_PATHS:
        app.add_route(path, pushes.answer, methods=EVERY_METHOD)
    app.router.routes.extend([*reservations.routes(), *quotes.routes()])
    app.add_route("/health", health, methods=["GET"])
    app.add_exception_handler(Exception, broken)
    return app


def make_server(app: FastAPI, *, host: str, port: int) -> uvicorn.Server:
    """A server for the app, set as 1C needs it; `uvicorn.Server.run` or `serve` starts it.

    No access log: its lines would hold the query string. No limit of requests per connection: it would cut a kept-alive one.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=FAREWELL_S,
            log_config=None,
        )
    )
