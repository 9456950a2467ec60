"""How every task repeats: only what may succeed later, and never from a cache."""

from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from adapters.errors import Retryable


def may_succeed_later(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    """Whether the run failed on a `Retryable`; a refusal stays refused, an unknown outcome is looked at, never repeated."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, Retryable)


policy: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [2, 8, 30],
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_succeed_later,
    "cache_policy": NO_CACHE,
}
"""Every task's: ``@task(**policy)``. A short Retry-After is waited out below, in the transport; a long silence is the next run's."""
