"""How every task repeats: only what may succeed later, and never from a cache."""

from collections.abc import Sequence
from typing import Any, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from adapters.errors import Retryable

Told = TypeVar("Told")


def may_succeed_later(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    """Whether the run failed on a `Retryable`; a refusal stays refused, an unknown outcome is looked at, never repeated."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, Retryable)


def at_once(step: Task[..., list[Told]], channels: Sequence[tuple[Any, ...]], *, rounds: int | None, **given: Any) -> list[Told]:  # noqa: ANN401
    """A step for each channel: in a shift all at the same time, a single round one after the other.

    Args:
        step: a channel's rounds.
        channels: what the step is given first, for each channel.
        rounds: how many; None for a shift.
        given: what else every step is told.
    """
    if rounds is not None:
        return [one for channel in channels for one in step(*channel, rounds=rounds, **given)]
    under_way = [step.submit(*channel, rounds=rounds, **given) for channel in channels]
    return [one for future in under_way for one in future.result()]


policy: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [2, 8, 30],
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_succeed_later,
    "cache_policy": NO_CACHE,
}
"""Every task's: ``@task(**policy)``. A short Retry-After is waited out below, in the transport; a long silence is the next run's."""
