"""A shift's rounds: one now, and another whenever something was heard, or after a while of silence."""

from collections.abc import Generator
from datetime import timedelta

from adapters.hub.hub import Hub
from adapters.hub.listen import Listener


def rounds_of(hub: Hub, *notices: str, rounds: int | None, longest_s: float = 600.0, poll_s: float = 60.0) -> Generator[int, None, None]:
    """Numbers of rounds, from 1; between two it waits for a notice, at most ``poll_s``.

    Args:
        hub: whose.
        notices: what to listen for: ``stock``, ``orders`` …
        rounds: how many; None for as many as fit into the shift.
        longest_s: of a shift, by the shop's clock.
        poll_s: a round comes after so long even in silence, by the shop's clock: a channel's own buyers give no notice.
    """
    ends_at = hub.clock.now() + timedelta(seconds=longest_s)
    with Listener(hub, *notices) as ear:
        ear.wait(0)
        number = 1
        yield number
        while number != rounds and hub.clock.now() + timedelta(seconds=poll_s) < ends_at:
            ear.wait(poll_s / hub.clock.speed)
            number += 1
            yield number
