"""`/hooks/prefect`: what Prefect's automations tell of runs that went wrong becomes an incident, once."""

import hmac
import logging
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.gateway import answers
from adapters.gateway.threads import HUB_AWAY, Threads
from adapters.hub.run_events import RunEvents

LOG = logging.getLogger("utyug.gateway")
HEADER = "X-Utyug-Secret"
MAX_BODY_BYTES = 64_000
SENTENCES = {
    "run_failed": "Поток «{flow}» закончился ошибкой",
    "run_crashed": "Поток «{flow}» оборвался: процесс исчез посреди работы",
    "run_timed_out": "Поток «{flow}» не уложился в отведённое время",
}
ADVICE = "Откройте запуск по ссылке: в журнале видна причина. Повторный запуск безопасен и ничего не удвоит."


class RunEvent(BaseModel):
    """The body an automation posts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_id: str
    kind: Literal["run_failed", "run_crashed", "run_timed_out"]
    flow: str = Field(min_length=1, max_length=200)
    run_name: str = Field(default="", max_length=200)
    run_id: str = Field(min_length=1, max_length=200)
    state_message: str = ""
    link: str | None = Field(default=None, max_length=1000)


class PrefectHook:
    """The door for Prefect's automations.

    Args:
        events: where runs that went wrong are kept.
        secret: shared with the automations; without one nobody is let in.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, events: RunEvents, secret: SecretStr | None, threads: Threads) -> None:
        self._events = events
        self._secret = secret
        self._threads = threads

    async def answer(self, request: Request) -> Response:
        """202 for what was kept, now or before; 403 for a stranger; 422 for what is not an event; 503 for the sender to repeat."""
        heard = answers.Heard(request.receive)
        return answers.without_body(await self._answer(Request(request.scope, heard)), heard)

    async def _answer(self, request: Request) -> Response:
        if not self._is_known(request):
            return JSONResponse({"status": "forbidden"}, status_code=403)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY_BYTES:
                return JSONResponse({"status": "too large"}, status_code=413)
        try:
            event = RunEvent.model_validate_json(bytes(body))
        except ValidationError as error:
            LOG.warning("prefect hook: not an event (%s faults)", error.error_count())
            return JSONResponse({"status": "not an event"}, status_code=422)
        try:
            is_news = await self._threads.quick(self._keep, event)
        except HUB_AWAY:
            return JSONResponse({"status": "try again"}, status_code=503)
        return JSONResponse({"status": "kept" if is_news else "known"}, status_code=202)

    def _is_known(self, request: Request) -> bool:
        if self._secret is None:
            return False
        given = request.headers.get(HEADER, "").encode("latin-1")
        return hmac.compare_digest(given, self._secret.get_secret_value().encode())

    def _keep(self, event: RunEvent) -> bool:
        what = SENTENCES[event.kind].format(flow=event.flow)
        why = answers.one_line(event.state_message)[:500]
        return self._events.report(
            kind=event.kind,
            run_ref=event.run_id,
            cause=event.flow,
            sentence=f"{what} (запуск {event.run_name}): {why}" if why else f"{what} (запуск {event.run_name}).",
            advice=ADVICE,
            link=event.link,
        )
