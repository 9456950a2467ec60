import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from adapters.errors import Misconfigured
from deployments.children import Child, Plan, end_marked
from deployments.environment import MARK
from deployments.processes import await_until, is_alive

SLEEPS = "import threading; threading.Event().wait()"
STARTS_ANOTHER = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}], start_new_session=%s); {SLEEPS}"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEPS}"


class Heard:
    def __init__(self) -> None:
        self.deaths: list[tuple[str, int]] = []

    def died(self, name: str, log_file: Path, code: int) -> None:  # noqa: ARG002
        self.deaths.append((name, code))

    def steady(self, name: str) -> None:
        raise AssertionError(name)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path)
    end_marked(str(tmp_path))


def child_of(code: str, mark: str, heard: Heard, tmp_path: Path, *, grace_s: float = 10.0) -> Child:
    plan = Plan(name="played", command=[sys.executable, "-c", code], grace_s=grace_s)
    return Child(plan, environment={**os.environ, MARK: mark}, log_dir=tmp_path, told=heard)


def process_of(child: Child) -> psutil.Process:
    assert child.pid is not None
    return psutil.Process(child.pid)


def test_a_child_that_dies_is_started_again_and_somebody_hears_of_it(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of(SLEEPS, mark, heard, tmp_path)
    child.start()
    first = process_of(child)
    first.kill()
    assert await_until(lambda: child.pid != first.pid, timeout_s=30)
    assert heard.deaths == [("played", -9)]
    child.stop()


def test_a_child_that_is_stopped_stays_stopped_and_nobody_is_alarmed(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of(SLEEPS, mark, heard, tmp_path)
    child.start()
    process = process_of(child)
    child.stop()
    assert not is_alive(process)
    assert heard.deaths == []


def test_a_stop_during_the_pause_before_a_restart_is_a_stop(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of("raise SystemExit(3)", mark, heard, tmp_path)
    child.start()
    assert await_until(lambda: len(heard.deaths) >= 2, timeout_s=30)
    child.stop()
    assert end_marked(mark) == 0


def test_a_child_that_ignores_the_request_is_killed_with_its_group(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of(STUBBORN, mark, heard, tmp_path, grace_s=0.2)
    child.start()
    assert await_until(lambda: b"ready" in child.log_file.read_bytes(), timeout_s=30)
    process = process_of(child)
    child.stop()
    assert not is_alive(process)


def test_what_a_killed_supervisor_left_is_known_by_its_mark_in_whatever_session(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of(STARTS_ANOTHER % True, mark, heard, tmp_path)
    child.start()
    process = process_of(child)
    assert await_until(lambda: len(process.children()) == 1, timeout_s=30)
    (grandchild,) = process.children()
    child.stop()
    assert is_alive(grandchild)
    assert end_marked(mark) == 1
    assert not is_alive(grandchild)


def test_another_supervisor_s_processes_are_left_alone(mark: str, heard: Heard, tmp_path: Path) -> None:
    child = child_of(SLEEPS, mark, heard, tmp_path)
    child.start()
    assert end_marked(f"{mark}-of-another") == 0
    assert end_marked(mark, spare=child.pid) == 0
    assert is_alive(process_of(child))
    child.stop()


def test_a_child_that_never_gets_ready_is_named_with_its_log(
    monkeypatch: pytest.MonkeyPatch, mark: str, heard: Heard, tmp_path: Path
) -> None:
    monkeypatch.setattr("deployments.children.READY_S", 0.1)
    plan = Plan(name="played", command=[sys.executable, "-c", SLEEPS], is_ready=lambda: False)
    child = Child(plan, environment={**os.environ, MARK: mark}, log_dir=tmp_path, told=heard)
    child.start()
    with pytest.raises(Misconfigured, match=r"played.*played\.log"):
        child.wait_ready()
    child.stop()
