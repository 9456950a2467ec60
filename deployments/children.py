"""One child process: its own group, its own log, started again when it dies, ended with everything it started."""

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from adapters.errors import Misconfigured
from deployments.environment import MARK, ROOT
from deployments.processes import await_until, end

LOG = logging.getLogger("utyug.supervisor")
STEADY_S = 60.0
"""A child that lived so long is well; one that dies sooner waits longer each time before it is started again."""
FIRST_PAUSE_S = 0.5
PAUSE_AT_MOST_S = 60.0
READY_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a child is.

    Args:
        name: names its log, ``var/log/<name>.log``.
        command: what to run.
        is_ready: whether it does its work; ready once started where absent.
        grace_s: how long it may take to stop.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None
    grace_s: float = 10.0


class HearsOfChildren(Protocol):
    """Whoever must know how children fare; called from their threads."""

    def died(self, name: str, log_file: Path, code: int) -> None:
        """It ended unasked and will be started again."""

    def steady(self, name: str) -> None:
        """It has lived long enough to be called well."""


class Child:
    """A process under the supervisor.

    Args:
        plan: what it is.
        environment: what it is told.
        log_dir: where it writes.
        told: hears how it fares.
    """

    def __init__(self, plan: Plan, *, environment: Mapping[str, str], log_dir: Path, told: HearsOfChildren) -> None:
        self.plan = plan
        self.log_file = log_dir / f"{plan.name}.log"
        self._environment = environment
        self._told = told
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._minder = threading.Thread(target=self._mind, name=f"minds {plan.name}", daemon=True)

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start it; `wait_ready` says when it works."""
        self._spawn()
        self._minder.start()

    def wait_ready(self) -> None:
        """Wait until it does its work.

        Raises:
            Misconfigured: it does not; names its log.
        """
        if self.plan.is_ready is not None and not await_until(self.plan.is_ready, timeout_s=READY_S, stop=self._stopping):
            raise Misconfigured(f"{self.plan.name} не запустился; его журнал: {self.log_file}")

    def stop(self) -> None:
        """Ask it to end, then end its whole group."""
        self._stopping.set()
        with self._turn:
            process = self._process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.plan.grace_s)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._minder.is_alive():
            self._minder.join()

    def _mind(self) -> None:
        pause_s = FIRST_PAUSE_S
        while (process := self._process) is not None:
            try:
                code = process.wait(STEADY_S)
            except subprocess.TimeoutExpired:
                self._told.steady(self.plan.name)
                pause_s = FIRST_PAUSE_S
                code = process.wait()
            if self._stopping.is_set():
                return
            LOG.warning("%s ended by itself with code %s", self.plan.name, code)
            self._told.died(self.plan.name, self.log_file, code)
            if self._stopping.wait(pause_s):
                return
            pause_s = min(pause_s * 2, PAUSE_AT_MOST_S)
            self._spawn()

    def _spawn(self) -> None:
        with self._turn:
            if self._stopping.is_set():
                return
            with self.log_file.open("ab") as log:
                self._process = subprocess.Popen(
                    list(self.plan.command),
                    cwd=ROOT,
                    env=dict(self._environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )


def end_marked(mark: str, *, spare: int | None = None) -> int:
    """End every process that carries a supervisor's mark, whoever started it; returns how many there were.

    Called while nothing of ours runs: what is found was left by a supervisor that was killed, or is a run that outlived its worker.

    Args:
        mark: the supervisor's.
        spare: a process that stays, with all its descendants.
    """
    kept = {os.getpid(), *(parent.pid for parent in psutil.Process().parents()), *_family(spare)}
    left = [process for process in psutil.process_iter() if process.pid not in kept and _carries(process, mark)]
    end(left, grace_s=5.0)
    return len(left)


def _family(pid: int | None) -> set[int]:
    if pid is None or not psutil.pid_exists(pid):
        return set()
    return {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))}


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == mark)
    except psutil.Error:
        return False
