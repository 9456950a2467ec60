"""The demo's rounds: one run of listings and one of stock, until every channel shows what it should."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from adapters.clock import Clock
from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.runs import Runs
from deployments.demo_channels import ChannelTold, is_quiet, is_settled, look, told_by_runs
from deployments.prefect_api import Deployment
from deployments.processes import await_until
from deployments.supervisor import Supervisor

ENDED_WITHIN_S = 300.0
ROUNDS_AT_MOST = 20
A_MINUTE = timedelta(minutes=1)


class Rounds:
    """Runs that the demo starts by hand, as a person would in the UI.

    Args:
        hub: the demo's.
        supervisor: of its processes.
        world: the address of the stand-in world.
    """

    def __init__(self, hub: Hub, supervisor: Supervisor, world: str) -> None:
        self._hub = hub
        self._supervisor = supervisor
        self._world = world

    def until_settled(self) -> int:
        """Rounds until one sends nothing and every channel shows what it should; how many there were.

        Raises:
            Misconfigured: they do not come to rest.
        """
        for number in range(1, ROUNDS_AT_MOST + 1):
            told = self.once()
            look(self._hub, self._supervisor.settings, self._world, told)
            if is_quiet(told) and is_settled(self._hub, told):
                return number
            self._hub.clock.sleep_until(self._hub.clock.now() + A_MINUTE)
        raise Misconfigured(f"После {ROUNDS_AT_MOST} кругов площадки показывают не то, что свободно.")

    def once(self) -> dict[str, ChannelTold]:
        """One run of each flow after the other, and what they sent.

        Raises:
            Misconfigured: one does not end.
        """
        last = max((run.run_id for run in Runs(self._hub).newest(limit=1)), default=0)
        for name in ("listings/channels", "stock/channels"):
            deployment = Deployment(self._supervisor.api_url, name)
            is_over = all(
                await_until(step, timeout_s=ENDED_WITHIN_S) for step in (partial(_is_started, deployment), partial(_is_over, deployment))
            )
            if not is_over:
                raise Misconfigured(f"Запуск {name} не заканчивается.")
        return told_by_runs(self._hub, after_run=last)

    def ended_runs(self) -> list[dict[str, Any]]:
        """Every run there was, once none is under way.

        Raises:
            Misconfigured: they do not end.
        """
        with httpx.Client(base_url=self._supervisor.api_url, timeout=30) as prefect:
            is_ended = await_until(lambda: not _runs(prefect, ["PENDING", "RUNNING"]), timeout_s=ENDED_WITHIN_S)
            if not is_ended:
                raise Misconfigured("Запуски Prefect не заканчиваются.")
            flows = {flow["id"]: flow["name"] for flow in prefect.post("/flows/filter", json={}).raise_for_status().json()}
            ended = _runs(prefect, ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
        return [
            {"name": flows[run["flow_id"]], "state": run["state_name"], "seconds": round(run["total_run_time"], 1)}
            for run in sorted(ended, key=lambda run: str(run["start_time"]))
        ]


def _is_started(deployment: Deployment) -> bool:
    """Prefect's own database may be busy for a moment."""
    try:
        deployment.start({})
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        raise
    return True


def _is_over(deployment: Deployment) -> bool:
    return not deployment.is_under_way(Clock().now())


def _runs(prefect: httpx.Client, states: list[str]) -> list[dict[str, Any]]:
    wanted = {"flow_runs": {"state": {"type": {"any_": states}}}, "limit": 200}
    found: list[dict[str, Any]] = prefect.post("/flow_runs/filter", json=wanted).raise_for_status().json()
    return found
