"""Virtual time: a shop hour on a clock that the story moves itself.

Actors are threads of which exactly one runs at a time. An actor that sleeps gives the baton to whoever wakes first (of those who wake at
one instant, to the one that was added first), and the clock jumps there. What an actor does in its turn (an HTTP call, a transaction)
takes no time at all on this clock; how long it would have taken is slept as well. So the same seed is the same hour, as fast as the
processor allows.

An actor must not wait for another one by anything but this clock: a lock held over a sleep is never given back while somebody waits for
it. `Turns.run` notices that and says who waits.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.clock import Clock
from deployments.world.clock import WorldClock

PATIENCE_S = 300.0
"""Real seconds of one turn; a longer one is a wait that will never end."""


class Stuck(Exception):
    """An actor waits for something that cannot come, because whoever should bring it waits for the baton."""


class _Stopped(BaseException):
    """Another actor broke down: this one ends where it sleeps. Nothing that catches errors may catch it."""


@dataclass(kw_only=True, eq=False)
class _Actor:
    number: int
    name: str
    act: Callable[[], None]
    wakes_at: datetime
    bell: "Bell | None" = None
    has_ended: bool = False
    baton: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Bell:
    """Wakes the actor that rests beside it; rung while nobody rests, it is heard by the next one who does."""

    def __init__(self) -> None:
        self.has_rung = False

    def ring(self) -> None:
        """Whoever rests is to wake now."""
        self.has_rung = True


class Turns:
    """The baton and the clock.

    Args:
        began_at: what the clock shows first.
        patience_s: real seconds that one turn may take.
    """

    def __init__(self, began_at: datetime, *, patience_s: float = PATIENCE_S) -> None:
        self._now = began_at
        self._patience_s = patience_s
        self._actors: list[_Actor] = []
        self._added = 0
        self._mine = threading.local()
        self._handed = 0
        self._is_over = threading.Event()
        self._failure: BaseException | None = None
        self._holder: _Actor | None = None

    @property
    def now(self) -> datetime:
        """The story's instant; any thread may look."""
        return self._now

    def add(self, name: str, act: Callable[[], None], *, at: datetime | None = None) -> None:
        """An actor for the next `run`, who begins at an instant, at once by default."""
        self._added += 1
        self._actors.append(_Actor(number=self._added, name=name, act=act, wakes_at=at or self._now))

    def run(self) -> None:
        """Let all actors act until each has ended; may be called again with new ones.

        Raises:
            Stuck: a turn does not end.
            BaseException: what an actor broke down of; the others were stopped where they slept.
        """
        if not self._actors:
            return
        self._is_over.clear()
        threads = [threading.Thread(target=self._live, args=(actor,), name=actor.name, daemon=True) for actor in self._actors]
        for thread in threads:
            thread.start()
        self._hand_over(self._next())
        self._await_end()
        for thread in threads:
            thread.join()
        self._actors.clear()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def sleep_until(self, instant: datetime) -> None:
        """The baton goes on until the clock shows ``instant``; a past one is no sleep.

        Raises:
            RuntimeError: the caller is no actor and would wait for ever.
        """
        if instant > self._now:
            self._sleep(instant, None)

    def rest_until(self, instant: datetime, bell: Bell) -> None:
        """The same, but a bell ends it sooner."""
        if not bell.has_rung and instant > self._now:
            self._sleep(instant, bell)
        bell.has_rung = False

    def _sleep(self, instant: datetime, bell: Bell | None) -> None:
        actor: _Actor | None = getattr(self._mine, "actor", None)
        if actor is None:
            raise RuntimeError("only an actor of the story may sleep on its clock")
        actor.wakes_at, actor.bell = instant, bell
        following = self._next()
        if following is actor:
            self._now = max(self._now, actor.wakes_at)
        else:
            self._hand_over(following)
            actor.baton.acquire()
        actor.bell = None
        if self._failure is not None:
            raise _Stopped

    def _next(self) -> _Actor:
        """Whose turn it is."""
        living = [actor for actor in self._actors if not actor.has_ended]
        for actor in living:
            if actor.bell is not None and actor.bell.has_rung:
                actor.wakes_at = min(actor.wakes_at, self._now)
        return min(living, key=lambda actor: (max(actor.wakes_at, self._now), actor.number))

    def _hand_over(self, actor: _Actor) -> None:
        self._now = max(self._now, actor.wakes_at)
        self._handed += 1
        self._holder = actor
        actor.baton.release()

    def _live(self, actor: _Actor) -> None:
        self._mine.actor = actor
        actor.baton.acquire()
        try:
            if self._failure is None:
                actor.act()
        except _Stopped:
            pass
        except BaseException as failure:  # noqa: BLE001 - raised again by `run`
            self._failure = self._failure or failure
        actor.has_ended = True
        if all(other.has_ended for other in self._actors):
            self._is_over.set()
        else:
            self._hand_over(self._next())

    def _await_end(self) -> None:
        handed = -1
        while not self._is_over.wait(self._patience_s):
            if handed == self._handed:
                name = self._holder.name if self._holder else "nobody"
                raise Stuck(f"{name} has held the baton for {self._patience_s:g} s: it waits for somebody who waits for the baton")
            handed = self._handed


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryClock(Clock):
    """The hub's clock in a story; ``epoch_at`` and ``speed`` mean nothing here."""

    turns: Turns

    def now(self) -> datetime:
        """The story's instant."""
        return self.turns.now

    def sleep_until(self, instant: datetime) -> None:
        """Give the baton away until then."""
        self.turns.sleep_until(instant)

    def sleep(self, seconds: float) -> None:
        """Likewise, for so many virtual seconds."""
        self.turns.sleep_until(self.turns.now + timedelta(seconds=seconds))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryWorldClock(WorldClock):
    """The world's clock in a story: the same instant."""

    turns: Turns

    def now(self) -> datetime:
        """The story's instant."""
        return self.turns.now
