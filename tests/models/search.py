"""Breadth-first search of a finite world, with a shortest trace to what must not be, and to where it can no longer be mended."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

State = TypeVar("State", bound=Hashable)
Steps = Callable[[State], Iterator[tuple[str, State]]]

LIMIT = 400_000


class Unfinished(Exception):
    """The world is larger than the search may grow: nothing is proved."""


def explore(start: State, steps: Steps[State], fault: Callable[[State], str | None], *, limit: int = LIMIT) -> tuple[int, list[str] | None]:
    """States seen, and the shortest way to a fault, which is named at its end; None where there is no fault.

    Raises:
        Unfinished: nothing is proved.
    """
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for label, new in steps(state):
            if new in came:
                continue
            came[new] = (state, label)
            if (found := fault(new)) is not None:
                return len(came), [*_trace(came, new), found]
            queue.append(new)
        if len(came) > limit:
            raise Unfinished(f"more than {limit} states")
    return len(came), None


def stranded(
    start: State, steps: Steps[State], is_good: Callable[[State], bool], is_routine: Callable[[str], bool], *, limit: int = LIMIT
) -> tuple[int, list[str] | None]:
    """States seen, and the shortest way to one from which no routine steps lead to a good state.

    Raises:
        Unfinished: nothing is proved.
    """
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    back: dict[State, list[State]] = {}
    while queue:
        state = queue.popleft()
        for label, new in steps(state):
            if is_routine(label):
                back.setdefault(new, []).append(state)
            if new not in came:
                came[new] = (state, label)
                queue.append(new)
        if len(came) > limit:
            raise Unfinished(f"more than {limit} states")
    mended = {state for state in came if is_good(state)}
    queue = deque(mended)
    while queue:
        for state in back.get(queue.popleft(), ()):
            if state not in mended:
                mended.add(state)
                queue.append(state)
    lost = next((state for state in came if state not in mended), None)
    return len(came), None if lost is None else _trace(came, lost)


def _trace(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    trace: list[str] = []
    step = came[state]
    while step is not None:
        trace.append(step[1])
        step = came[step[0]]
    return trace[::-1]
