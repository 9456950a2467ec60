"""`/1c/exchange`: the dialogue of the standard «Обмен с сайтом», so that an unmodified УТ or УНФ works.

1C is always the client. The order of calls, and what each answer must be to the byte, is `reference/commerceml.md` §1.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from adapters.errors import FeedRefused
from adapters.gateway import answers, sale
from adapters.gateway.bodies import BodyRefused, spooled
from adapters.gateway.calls import COOKIE, Call
from adapters.gateway.credentials import base_of
from adapters.gateway.imports import KEPT_IN_ONEC, Imports
from adapters.gateway.sale import Sales
from adapters.gateway.threads import HUB_AWAY, Threads
from adapters.gateway.uploads import Uploads, complete_quiet
from adapters.hub.arrivals import Arrivals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox, Session
from adapters.hub.ledger import Ledger
from adapters.hub.notices import Notices
from adapters.hub.sale import SaleDesk
from adapters.hub.series import Series
from adapters.settings import Settings
from tasks.rules.gate import GateLimits, decide

LOG = logging.getLogger("utyug.gateway")
SCHEMA_VERSION = "2.09"
EXCHANGES = ("catalog", "sale")

Answerer = Callable[[Session, Call], Awaitable[Response]]


class Refusal(Exception):
    """The call cannot be served; the sentence is for the 1C user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Exchange:
    """The server's side of the dialogue; everything it remembers is in the hub, so any replica may answer any call.

    Args:
        hub: the memory.
        settings: bases, limits and waits.
        notices: what wakes an answer that waits.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, hub: Hub, settings: Settings, notices: Notices, threads: Threads) -> None:
        self._hub = hub
        self._settings = settings
        self._threads = threads
        self._inbox = Inbox(hub)
        self._arrivals = Arrivals(hub)
        self._series = Series(hub)
        self._sales = Sales(desk=SaleDesk(hub), ledger=Ledger(hub), silent_exchanges=settings.onec.silent_exchanges, threads=self._threads)
        self._uploads = Uploads(inbox=self._inbox, arrivals=self._arrivals, threads=self._threads, settings=settings.onec, clock=hub.clock)
        self._imports = Imports(
            hub=hub,
            inbox=self._inbox,
            arrivals=self._arrivals,
            notices=notices,
            threads=self._threads,
            settings=settings.onec,
        )
        self._answerers: dict[tuple[str, str], Answerer] = {
            ("catalog", "init"): self._init,
            ("catalog", "import"): self._import,
            ("catalog", "deactivate"): self._close_series,
            ("catalog", "complete"): self._close_series,
            ("sale", "init"): self._init,
            ("sale", "import"): self._import,
            ("sale", "query"): self._query,
            ("sale", "success"): self._acknowledge,
            ("sale", "info"): self._info,
        }

    async def answer(self, request: Request) -> Response:
        """The answer to one request: the body decides, the status is always 200."""
        heard = answers.Heard(request.receive)
        return answers.without_body(await self._answer(Request(request.scope, heard)), heard)

    async def _answer(self, request: Request) -> Response:
        if request.method == "HEAD":
            return answers.nothing()
        if request.method not in {"GET", "POST"}:
            return answers.failure("Обмен идёт методами GET и POST.")
        call = Call.of(request)
        try:
            return await (self._file(request, call) if call.mode == "file" and call.type in EXCHANGES else self._step(call))
        except (Refusal, FeedRefused, BodyRefused) as refused:
            return answers.failure(refused.sentence)
        except HUB_AWAY as error:
            LOG.warning("the hub does not answer: %s", type(error).__name__)
            if call.mode == "import":
                return await self._imports.until_hub_is_back()
            return answers.failure(f"База Utyug сейчас не отвечает: повторите обмен через несколько минут. {KEPT_IN_ONEC}")

    async def _step(self, call: Call) -> Response:
        if call.type in EXCHANGES and call.mode == "checkauth":
            return await self._checkauth(call)
        answerer = self._answerers.get((call.type, call.mode))
        if answerer is None:
            raise Refusal("Utyug не знает такого шага обмена (type и mode). Проверьте адрес в настройках обмена 1С.")
        session = await self._session(call)
        answer = await answerer(session, call)
        LOG.info("%s %s %s: %s", session.source, call.type, call.mode, bytes(answer.body[:60]).split(b"\n")[0].decode(errors="replace"))
        return answer

    async def _checkauth(self, call: Call) -> Response:
        source = base_of(call.basic, self._settings.onec.bases)
        if source is None:
            LOG.warning("checkauth refused: %s", "wrong login or password" if call.basic else "no readable Authorization header")
            raise Refusal(
                "Имя пользователя или пароль не подходят: проверьте их в настройках обмена 1С и Utyug."
                if call.basic
                else "1С не передала имя и пароль. Заполните их в настройках обмена; если они заполнены, "
                "прокси перед Utyug не пропускает заголовок Authorization."
            )
        await self._complete_quiet(source)
        session_ref = await self._threads.quick(lambda: self._inbox.open_session(source=source, exchange=call.type))
        LOG.info("%s %s checkauth: success", source, call.type)
        return answers.greeting(COOKIE, session_ref, *self._further_lines(call))

    def _further_lines(self, call: Call) -> tuple[str, ...]:
        """What Bitrix's own module asks for by naming a version; УТ must never see a line more."""
        if call.version is None:
            return ()
        return f"sessid={secrets.token_hex(16)}", f"timestamp={int(self._hub.clock.now().timestamp())}"

    async def _session(self, call: Call) -> Session:
        if call.session_ref is None:
            raise Refusal("Сеанс не начат: обмен начинается с проверки имени и пароля (mode=checkauth).")
        session = await self._threads.quick(self._inbox.session, call.session_ref)
        life = timedelta(seconds=self._settings.onec.session_life_s)
        if (
            session is None
            or session.source not in self._settings.onec.bases
            or session.ended_at is not None
            or self._hub.clock.now() - session.began_at > life
        ):
            raise Refusal("Сеанс обмена не найден или истёк: начните обмен заново.")
        has_credentials = call.basic is not None or call.is_basic_broken
        if has_credentials and base_of(call.basic, self._settings.onec.bases) != session.source:
            raise Refusal("Имя и пароль не от той базы, что начала этот сеанс: начните обмен заново.")
        return session

    async def _init(self, session: Session, call: Call) -> Response:
        await self._complete_quiet(session.source)
        await self._threads.quick(self._arrivals.agree, session.session_ref)
        extra = () if call.version is None else (f"sessid={secrets.token_hex(16)}", f"version={SCHEMA_VERSION}")
        onec = self._settings.onec
        return answers.terms(is_zip=onec.zip, file_limit_bytes=onec.file_limit_bytes, extra=extra)

    async def _file(self, request: Request, call: Call) -> Response:
        if request.method != "POST":
            raise Refusal("Файл передают методом POST.")
        session = await self._session(call)
        if not await self._threads.quick(self._arrivals.is_agreed, session.session_ref):
            raise Refusal("Файл пришёл раньше запроса параметров (mode=init): начните обмен заново.")
        if not call.filename:
            raise Refusal("В запросе нет имени файла (filename).")
        async with (
            self._uploads.coming(session),
            spooled(
                request,
                folder=self._spool_folder(),
                max_bytes=self._settings.gateway.max_body_bytes,
                threads=self._threads,
            ) as spool,
        ):
            await self._uploads.take(session, call.type, call.filename, spool)
            LOG.info("%s %s file: %s bytes", session.source, call.type, spool.size_bytes)
        return answers.success()

    async def _import(self, session: Session, call: Call) -> Response:
        if not call.filename:
            raise Refusal("В запросе нет имени файла (filename).")
        await self._uploads.finish(session)
        return await self._imports.outcome(session, call.filename)

    async def _close_series(self, session: Session, _call: Call) -> Response:
        await self._uploads.finish(session)
        await self._threads.heavy(self._close_if_nothing_waits, session.source)
        return answers.success()

    def _close_if_nothing_waits(self, source: str) -> None:
        """A series whose files are still being worked on is closed later, by its silence."""
        if not self._inbox.waiting(source=source):
            limits = GateLimits(**self._settings.gate.model_dump())
            self._series.close(source, now=self._hub.clock.now(), decide=partial(decide, limits=limits))

    async def _query(self, session: Session, _call: Call) -> Response:
        return await self._sales.query(session)

    async def _acknowledge(self, session: Session, _call: Call) -> Response:
        return await self._sales.acknowledge(session)

    async def _info(self, _session: Session, _call: Call) -> Response:
        return sale.dictionaries()

    async def _complete_quiet(self, source: str) -> None:
        """End what an earlier session of the base left open; only an end, which is rare, waits for the place of large work."""
        now, quiet_s = self._hub.clock.now(), self._settings.onec.file_quiet_s
        since = now - timedelta(seconds=quiet_s)
        if await self._threads.quick(lambda: self._arrivals.quiet(since=since, source=source)):
            await self._threads.heavy(lambda: complete_quiet(self._inbox, self._arrivals, now=now, quiet_s=quiet_s, source=source))

    def _spool_folder(self) -> Path:
        return self._settings.var_dir / "spool"
