"""The demo's rounds: runs of listings beside the shifts of orders and stock, until every channel shows what it should."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.runs import Run, Runs
from deployments.demo_channels import look, told_so_far, unsettled
from deployments.prefect_api import Deployment
from deployments.processes import await_until
from deployments.supervisor import Supervisor

ENDED_WITHIN_S = 300.0
ROUNDS_AT_MOST = 40
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
        """Rounds until one sends nothing and every channel shows what it should; how many there were. Stock goes on in its shifts.

        Raises:
            Misconfigured: they do not come to rest.
        """
        settings, left = self._supervisor.settings, list[str]()
        for number in range(1, ROUNDS_AT_MOST + 1):
            is_silent = self._listings_are_quiet()
            told = told_so_far(self._hub)
            look(self._hub, settings, self._world, told)
            left = [*unsettled(self._hub, settings, told), *([] if is_silent else ["поток listings ещё что-то отправил"])]
            if not left:
                return number
            self._hub.clock.sleep_until(self._hub.clock.now() + A_MINUTE)
        raise Misconfigured(f"После {ROUNDS_AT_MOST} кругов площадки показывают не то, что должны. {'; '.join(left)}")

    def once(self) -> int:
        """One more run of listings and one of stock, as a person would start them: how many rows they sent.

        Raises:
            Misconfigured: one does not end.
        """
        return sum(run.changed for run in (self._run("listings/channels"), self._run("stock/channels")))

    def deliver(self) -> None:
        """Tell everybody what is owed, and read what people did in the CRM.

        Raises:
            Misconfigured: it does not end.
        """
        self._run("deliver/systems")

    def ship(self) -> None:
        """Plan what may leave, ask the carrier where everything is.

        Raises:
            Misconfigured: it does not end.
        """
        self._run("shipments/carriers")

    def returns(self) -> None:
        """Read what came back, from everybody who tells of it.

        Raises:
            Misconfigured: it does not end.
        """
        self._run("returns/channels")

    def _listings_are_quiet(self) -> bool:
        return self._run("listings/channels").changed == 0

    def _run(self, name: str) -> Run:
        """Start a run beside whatever is under way, and wait for its end."""
        started: list[str] = []
        flow = name.partition("/")[0]

        def found() -> Run | None:
            return next((run for run in Runs(self._hub).newest(flow=flow) if run.flow_run_ref in started and run.state != "running"), None)

        is_over = await_until(partial(_is_started, Deployment(self._supervisor.api_url, name), started), timeout_s=ENDED_WITHIN_S)
        is_over = is_over and await_until(lambda: found() is not None, timeout_s=ENDED_WITHIN_S)
        run = found()
        if not is_over or run is None or run.state != "completed":
            raise Misconfigured(f"Запуск {name} не заканчивается, как должен.")
        return run

    def ended_runs(self) -> list[dict[str, Any]]:
        """Every run that has ended."""
        with httpx.Client(base_url=self._supervisor.api_url, timeout=30) as prefect:
            flows = {flow["id"]: flow["name"] for flow in prefect.post("/flows/filter", json={}).raise_for_status().json()}
            ended = _runs(prefect, ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"])
        return [
            {"name": flows[run["flow_id"]], "state": run["state_name"], "seconds": round(run["total_run_time"], 1)}
            for run in sorted(ended, key=lambda run: str(run["start_time"]))
        ]


def _is_started(deployment: Deployment, started: list[str]) -> bool:
    """Prefect's own database may be busy for a moment."""
    try:
        started.append(deployment.create({})[0])
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        raise
    return True


def _runs(prefect: httpx.Client, states: list[str]) -> list[dict[str, Any]]:
    wanted = {"flow_runs": {"state": {"type": {"any_": states}}}, "limit": 200}
    found: list[dict[str, Any]] = prefect.post("/flow_runs/filter", json=wanted).raise_for_status().json()
    return found
