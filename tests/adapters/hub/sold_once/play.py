"""How the machine is played."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once.machine import SoldOnce


def play(hub: Hub, *, examples: int, steps: int, is_random: bool = False) -> None:
    """Play so many days of so many steps; one that breaks something is shrunk and told.

    Args:
        hub: migrated; it is emptied for each day, its clock is a `HandClock`.
        examples: days.
        steps: of each at most.
        is_random: other days each time.
    """
    days = type("SoldOnceHere", (SoldOnce,), {"hub": hub})
    run_state_machine_as_test(
        days,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not is_random,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
