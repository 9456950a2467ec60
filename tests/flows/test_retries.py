import pytest
from prefect import flow, task

from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from tasks.policy import policy

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.mark.parametrize(
    ("error", "calls"),
    [(Unavailable, 4), (RateLimited, 4), (OutcomeUnknown, 1), (Rejected, 1), (Unauthorized, 1), (ContractBroken, 1), (ValueError, 1)],
)
def test_a_task_repeats_only_what_may_succeed_later(error: type[Exception], calls: int) -> None:
    made: list[int] = []

    @task(**policy | {"retry_delay_seconds": 0})
    def fail() -> None:
        made.append(1)
        raise error("нет", system="shop") if issubclass(error, SyncError) else error("нет")

    @flow
    def failing() -> None:
        fail()

    with pytest.raises(error):
        failing()
    assert len(made) == calls


def test_a_task_that_succeeded_is_never_answered_from_a_cache() -> None:
    made: list[int] = []

    @task(**policy)
    def succeed(same: int) -> int:
        made.append(same)
        return same

    @flow
    def twice() -> None:
        succeed(1)
        succeed(1)

    twice()
    assert made == [1, 1]
