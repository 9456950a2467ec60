"""`utyug up`: the hub, Prefect's server, a worker and our own small processes, started, watched, and stopped together.

Everything a supervisor starts carries its mark, the folder it works in. One supervisor works in a folder at a time; what an earlier one
left behind when it was killed is ended at the next start.
"""

import fcntl
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx
import psutil
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from adapters.clock import Clock
from adapters.errors import Misconfigured
from adapters.hub.incidents import Incidents
from adapters.hub.migrate import migrate
from adapters.hub.opening import open_hub
from adapters.notify.texts import died_sentence
from adapters.settings import Settings
from deployments.addresses import Addresses, choose_port
from deployments.children import READY_S, Child, Plan, end_marked
from deployments.environment import ROOT, child_environment, completed_settings, mark_of
from deployments.postgres import EmbeddedPostgres
from deployments.prefect_api import POOL, close_dead_runs, ensure_pool
from deployments.processes import await_until
from deployments.silence import answers
from deployments.undertaker import Undertaker

LOG = logging.getLogger("utyug.supervisor")
HUB_LOOK_S = 5.0
RUNS_LOOK_S = 5.0
GATEWAY_GRACE_S = 35.0
PROCESS_DIED = "process_died"
LOCK = "supervisor.lock"
STOPPED_IN_ORDER = ("dispatcher", "keeper", "gateway", "worker", "sender", "server")
"""The gateway before the worker: runs that are stopped because Utyug is stopped are nobody's incident."""


class Supervisor:
    """Everything `utyug up` runs, as a context manager.

    Args:
        settings: of the shop; a port of 0 is replaced by a free one.
        env: what the children are told besides, over everything.
    """

    def __init__(self, settings: Settings, *, env: Mapping[str, str] | None = None) -> None:
        self._var_dir = settings.var_dir.resolve()
        self._given = dict(env or {})
        self._settings = settings
        self._addresses: Addresses | None = None
        self._children: dict[str, Child] = {}
        self._postgres = EmbeddedPostgres(self._var_dir) if settings.database_url is None else None
        self._stopping = threading.Event()
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def addresses(self) -> Addresses:
        """Where everything is, once started."""
        if self._addresses is None:
            raise Misconfigured("Utyug ещё не запущен.")
        return self._addresses

    @property
    def ui_url(self) -> str:
        """Prefect's UI."""
        return self.addresses.server

    @property
    def api_url(self) -> str:
        """Prefect's API."""
        return self.addresses.api

    @property
    def gateway_url(self) -> str:
        """The gateway; 1C's exchange is at ``/1c/exchange`` below it."""
        return self.addresses.gateway

    @property
    def settings(self) -> Settings:
        """As the children have them: the hub's address, the ports and the hook's secret filled in."""
        return self._settings

    @property
    def environment(self) -> dict[str, str]:
        """As the children have it: for whoever wants to run a Prefect command here."""
        return child_environment(self._settings, self.addresses, given=self._given)

    def pid(self, name: str) -> int | None:
        """Of a child, by the name of its log."""
        return self._children[name].pid

    def start(self) -> None:
        """Start everything and return when it works; on failure stop what was started.

        Raises:
            Misconfigured: something does not start; says which and where its log is.
        """
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._start()
            undo.pop_all()

    def stop(self) -> None:
        """Stop everything; runs under way are cancelled, their work is taken up at the next start."""
        self._stopping.set()
        for name in STOPPED_IN_ORDER:
            if name == "server" and name in self._children:
                self._cancel_runs(self._children["server"])
            if (child := self._children.pop(name, None)) is not None:
                child.stop()
        if self._lock is not None:
            if self._postgres is not None:
                self._postgres.stop()
            (self._var_dir / "run.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _cancel_runs(self, server: Child) -> None:
        end_marked(mark_of(self._var_dir), spare=server.pid)
        if answers(self.addresses.health["server"])():
            close_dead_runs(self.api_url, state="CANCELLED", message="Utyug остановлен; работа продолжится при следующем запуске")

    def _start(self) -> None:
        self._stopping.clear()
        log_dir = self._var_dir / "log"
        log_dir.mkdir(parents=True, exist_ok=True)
        self._lock = only_one(self._var_dir)
        if left := end_marked(mark_of(self._var_dir)):
            LOG.warning("ended %s processes that an earlier supervisor left", left)
        self._choose_addresses()
        self._run("server", ["deployments.prefect_server", "--host", self._settings.prefect.host, "--port", _port(self.ui_url)])
        self._start_hub()
        self.addresses.leave(self._var_dir)
        with self._deploying() as deployed:
            self._run("sender", ["deployments.serve", "sender"])
            self._run("gateway", ["deployments.serve", "gateway"], grace_s=GATEWAY_GRACE_S)
            self._run("keeper", ["deployments.serve", "keeper"])
            self._children["server"].wait_ready()
            ensure_pool(self.api_url)
            close_dead_runs(self.api_url, state="CRASHED", message="Процесс запуска исчез вместе с прежним Utyug")
            self._run("worker", ["prefect", "worker", "start", "--pool", POOL, "--name", "utyug", "--with-healthcheck"])
            deployed()
        threading.Thread(target=self._bury, name="buries runs", daemon=True).start()
        self._run("dispatcher", ["deployments.serve", "dispatcher"])
        for child in self._children.values():
            child.wait_ready()

    def _choose_addresses(self) -> None:
        prefect, gateway = self._settings.prefect, self._settings.gateway
        self._addresses = Addresses(
            server=f"http://{prefect.host}:{choose_port(prefect.host, prefect.port)}",
            worker=f"http://127.0.0.1:{choose_port('127.0.0.1', 0)}",
            gateway=f"http://{gateway.host}:{choose_port(gateway.host, gateway.port)}",
        )
        self._settings = completed_settings(self._settings, self._addresses)

    def _start_hub(self) -> None:
        if self._postgres is not None:
            url = self._postgres.start()
            self._settings = self._settings.model_copy(update={"database_url": SecretStr(url)})
            threading.Thread(target=self._keep_hub, name="minds the hub", daemon=True).start()
        migrate(self._settings.hub_url())

    def _keep_hub(self) -> None:
        while self._postgres is not None and not self._stopping.wait(HUB_LOOK_S):
            try:
                self._postgres.start()
            except Misconfigured as error:
                LOG.warning("the hub's server does not start: %s", error)

    def _bury(self) -> None:
        undertaker, clock = Undertaker(self.api_url), Clock()
        while not self._stopping.wait(RUNS_LOOK_S):
            try:
                if buried := undertaker.look(clock.now()):
                    LOG.warning("%s runs had no process any more", buried)
            except httpx.HTTPError as error:
                LOG.warning("Prefect's server does not answer: %s", type(error).__name__)
        undertaker.close()

    def _run(self, name: str, module: list[str], *, grace_s: float = 10.0) -> None:
        health = self.addresses.health.get(name)
        plan = Plan(
            name=name,
            command=[sys.executable, "-m", *module],
            is_ready=answers(health) if health else None,
            grace_s=grace_s,
        )
        child = Child(plan, environment=self.environment, log_dir=self._var_dir / "log", told=_Chronicle(self._settings))
        self._children[name] = child
        child.start()

    @contextmanager
    def _deploying(self) -> Iterator[Callable[[], None]]:
        """Deploy beside the block, which calls what it is given to wait for the end."""
        log_file = self._var_dir / "log" / "deploy.log"
        with log_file.open("ab") as log:
            command = [sys.executable, "-m", "deployments.deploy"]
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

        def deployed() -> None:
            if not await_until(lambda: process.poll() is not None, timeout_s=READY_S) or process.returncode:
                raise Misconfigured(f"Потоки не развёрнуты в Prefect; подробности: {log_file}")

        try:
            yield deployed
        finally:
            process.kill()
            process.wait()


class _Chronicle:
    """Writes to the hub how the children fare."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def died(self, name: str, log_file: Path, code: int) -> None:
        sentence = died_sentence(name, log=str(log_file), code=code, language=self._settings.messages.language)
        self._write(lambda incidents: incidents.report(kind=PROCESS_DIED, cause=name, sentence=sentence))

    def steady(self, name: str) -> None:
        self._write(lambda incidents: incidents.recover(kind=PROCESS_DIED, cause=name))

    def _write(self, what: Callable[[Incidents], object]) -> None:
        try:
            with open_hub(self._settings) as hub:
                what(Incidents(hub))
        except (OperationalError, Misconfigured) as error:
            LOG.warning("the hub does not answer, this is in the log only: %s", type(error).__name__)


def stop_running(var_dir: Path) -> bool:
    """Stop the supervisor that works in this folder and everything it or an earlier one started; False where nothing ran.

    Raises:
        Misconfigured: it does not stop.
    """
    if not var_dir.is_dir():
        return False
    try:
        lock = only_one(var_dir)
    except Misconfigured:
        pid = int((var_dir / LOCK).read_text())
        psutil.Process(pid).terminate()
        if not await_until(lambda: not _is_taken(var_dir), timeout_s=READY_S):
            raise Misconfigured(f"Utyug не останавливается; его процесс: {pid}") from None
        return True
    with lock:
        left = end_marked(mark_of(var_dir))
        EmbeddedPostgres(var_dir).stop()
    return left > 0


def only_one(var_dir: Path) -> IO[str]:
    """A lock that says: one supervisor per folder; it holds who.

    Raises:
        Misconfigured: another one runs there.
    """
    lock = (var_dir / LOCK).open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Misconfigured(f"Utyug уже запущен в папке {var_dir}.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _is_taken(var_dir: Path) -> bool:
    try:
        only_one(var_dir).close()
    except Misconfigured:
        return True
    return False


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1]
