"""Runs whose process is gone although nobody told Prefect: killed with -9 together with the worker that would have told.

Until Prefect knows, such a run keeps its deployment busy, and nobody looks after orders and stock. Its own automation needs three silent
heartbeats to notice; here it is a matter of seconds.
"""

from datetime import datetime, timedelta
from typing import Any

import httpx
import psutil

from deployments.prefect_api import LIVE_STATES, POOL

RUN = "PREFECT__FLOW_RUN_ID"
STARTS_WITHIN = timedelta(seconds=60)
"""A run that a worker has taken has a process by then, or its worker died before it began it."""
MESSAGE = "Процесс запуска исчез; работа продолжится в следующем"


class Undertaker:
    """Looks again and again; a run that has no process at two looks in a row is given its end.

    Args:
        api_url: Prefect's API.
        transport: the test seam.
    """

    def __init__(self, api_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=api_url, timeout=30, trust_env=False, transport=transport)
        self._missed: set[str] = set()

    def look(self, now: datetime) -> int:
        """One look; returns how many runs were found dead.

        Args:
            now: the real instant.

        Raises:
            httpx.HTTPError: the server does not answer.
        """
        wanted = {"flow_runs": {"state": {"type": {"any_": LIVE_STATES}}}, "work_pools": {"name": {"any_": [POOL]}}}
        runs = self._client.post("/flow_runs/filter", json=wanted).raise_for_status().json()
        missed = {str(run["id"]) for run in runs if _is_gone(run, now)}
        dead = missed & self._missed
        for run_id in dead:
            final = {"state": {"type": "CRASHED", "name": "Crashed", "message": MESSAGE}, "force": True}
            self._client.post(f"/flow_runs/{run_id}/set_state", json=final).raise_for_status()
        self._missed = missed - dead
        return len(dead)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()


def _is_gone(run: dict[str, Any], now: datetime) -> bool:
    """The pool's runs are processes of this machine, which carry their run's name."""
    told = run["infrastructure_pid"]
    if told is None:
        return bool(run["state_type"] == "PENDING" and datetime.fromisoformat(run["state"]["timestamp"]) + STARTS_WITHIN < now)
    return not _is_run(int(told), str(run["id"]))


def _is_run(pid: int, run_id: str) -> bool:
    try:
        return bool(psutil.Process(pid).environ().get(RUN) == run_id)
    except psutil.Error:
        return False
