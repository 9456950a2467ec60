import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deployments.undertaker import RUN, STARTS_WITHIN, Undertaker

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Server:
    """Prefect's server, as far as runs go."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.ended: list[tuple[str, str]] = []

    def add(self, run_id: str, *, pid: int | None, state: str = "RUNNING", at: datetime = NOW) -> None:
        told = None if pid is None else str(pid)
        self.runs.append({"id": run_id, "infrastructure_pid": told, "state_type": state, "state": {"timestamp": at.isoformat()}})

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/filter"):
            return httpx.Response(200, json=self.runs)
        run_id = request.url.path.split("/")[-2]
        self.ended.append((run_id, json.loads(request.content)["state"]["type"]))
        return httpx.Response(201, json={})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def undertaker(server: Server) -> Iterator[Undertaker]:
    made = Undertaker("http://prefect.test/api", transport=httpx.MockTransport(server.answer))
    yield made
    made.close()


@pytest.fixture
def working() -> Iterator[int]:
    """A process of the run «living»."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={RUN: "living"})
    yield process.pid
    process.communicate(b"\n")


def test_a_run_without_a_process_ends_at_the_second_look(server: Server, undertaker: Undertaker) -> None:
    server.add("dead", pid=os.getpid())
    assert undertaker.look(NOW) == 0
    assert undertaker.look(NOW) == 1
    assert server.ended == [("dead", "CRASHED")]


def test_a_run_that_works_is_left_alone(server: Server, undertaker: Undertaker, working: int) -> None:
    server.add("living", pid=working)
    assert [undertaker.look(NOW) for _ in range(3)] == [0, 0, 0]
    assert server.ended == []


def test_a_run_that_ended_by_itself_between_two_looks_is_left_alone(server: Server, undertaker: Undertaker) -> None:
    server.add("over", pid=os.getpid())
    undertaker.look(NOW)
    server.runs.clear()
    assert undertaker.look(NOW) == 0


def test_a_run_that_was_taken_and_never_began_ends_after_a_while(server: Server, undertaker: Undertaker) -> None:
    server.add("fresh", pid=None, state="PENDING")
    server.add("stuck", pid=None, state="PENDING", at=NOW - STARTS_WITHIN - timedelta(seconds=1))
    undertaker.look(NOW)
    assert undertaker.look(NOW) == 1
    assert server.ended == [("stuck", "CRASHED")]
