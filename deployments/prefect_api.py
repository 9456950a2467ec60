"""The few things the supervisor asks of Prefect's server, spoken plainly, so that it need not load Prefect."""

from datetime import datetime, timedelta

import httpx

POOL = "utyug"
POOL_DESCRIPTION = "Запуски Utyug на этой машине"
LIVE_STATES = ("RUNNING", "PENDING", "CANCELLING")
DUE = timedelta(seconds=10)
"""A run that the schedule has planned within so long is as good as started."""


def ensure_pool(api_url: str) -> None:
    """The work pool the deployments run on; a pool that exists is left as it is."""
    with httpx.Client(base_url=api_url, timeout=30, trust_env=False) as client:
        if client.get(f"/work_pools/{POOL}").is_success:
            return
        workers = client.get("/collections/views/aggregate-worker-metadata").raise_for_status().json()
        template = workers["prefect"]["process"]["default_base_job_configuration"]
        pool = {"name": POOL, "type": "process", "description": POOL_DESCRIPTION, "base_job_template": template}
        made = client.post("/work_pools/", json=pool)
        if made.status_code != httpx.codes.CONFLICT:
            made.raise_for_status()


def close_dead_runs(api_url: str, *, state: str, message: str) -> int:
    """Give every run of the pool that Prefect believes alive a final state; returns how many there were.

    Called while no worker of the pool runs: their processes are gone, and until Prefect knows, each keeps its deployment busy.

    Args:
        api_url: Prefect's API.
        state: ``CRASHED`` where nobody asked for it, ``CANCELLED`` where Utyug was stopped.
        message: what the run's page says.
    """
    wanted = {"flow_runs": {"state": {"type": {"any_": LIVE_STATES}}}, "work_pools": {"name": {"any_": [POOL]}}}
    with httpx.Client(base_url=api_url, timeout=30, trust_env=False) as client:
        runs = client.post("/flow_runs/filter", json=wanted).raise_for_status().json()
        for run in runs:
            final = {"state": {"type": state, "name": state.capitalize(), "message": message}, "force": True}
            client.post(f"/flow_runs/{run['id']}/set_state", json=final).raise_for_status()
    return len(runs)


class Deployment:
    """One deployment, as the dispatcher sees it.

    Args:
        api_url: Prefect's API.
        name: ``flow/deployment``.
    """

    def __init__(self, api_url: str, name: str) -> None:
        self._client = httpx.Client(base_url=api_url, timeout=10, trust_env=False)
        self._name = name

    def is_under_way(self, now: datetime) -> bool:
        """Whether a run of it works, waits for its turn, or is due; those that the schedule made ahead do not count.

        Raises:
            httpx.HTTPError: the server does not answer.
        """
        flow, deployment = self._name.split("/")
        wanted = {
            "flows": {"name": {"any_": [flow]}},
            "deployments": {"name": {"any_": [deployment]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED", *LIVE_STATES, "PAUSED"]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        runs = self._client.post("/flow_runs/filter", json=wanted).raise_for_status().json()
        return any(run["state_name"] != "Scheduled" or _is_due(run["expected_start_time"], now) for run in runs)

    def start(self, parameters: dict[str, object]) -> str:
        """Create a run; returns its name.

        Raises:
            httpx.HTTPError: the server does not answer, or has no such deployment.
        """
        return self.create(parameters)[1]

    def create(self, parameters: dict[str, object]) -> tuple[str, str]:
        """Create a run; returns its id and its name.

        Raises:
            httpx.HTTPError: the server does not answer, or has no such deployment.
        """
        deployment = self._client.get(f"/deployments/name/{self._name}").raise_for_status().json()
        made = {"parameters": deployment["parameters"] | parameters, "tags": [*deployment["tags"], "dispatched"]}
        run = self._client.post(f"/deployments/{deployment['id']}/create_flow_run", json=made).raise_for_status().json()
        return str(run["id"]), str(run["name"])

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()


def _is_due(expected_at: str | None, now: datetime) -> bool:
    return expected_at is None or datetime.fromisoformat(expected_at) <= now + DUE
